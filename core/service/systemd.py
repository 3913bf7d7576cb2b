"""What the engine tells systemd: that it is ready, alive, what it does, and that it ends (sd_notify(3)).

Each word is one datagram to the socket that NOTIFY_SOCKET names; without one nothing is sent. Whoever is asked to
restart a hanging engine (WatchdogSec) needs `alive` to be said by what must not hang: the supervisor's own rounds.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress

OFTEN = 3
"""`alive` is said this many times within the watchdog's time."""


class Systemd:
    """The service manager, if one started this process. `boot` is a clock that runs during suspend (seconds)."""

    def __init__(self, environ: Mapping[str, str], boot: Callable[[], float]) -> None:
        self._address = environ.get("NOTIFY_SOCKET", "")
        self._boot = boot
        self._every = _watchdog(environ) / OFTEN
        self._alive_at = float("-inf")
        self._status = ""

    def ready(self) -> None:
        """The stores are open; work begins."""
        self._say(f"READY=1\nMAINPID={os.getpid()}")

    def alive(self) -> None:
        """Called each round; said as often as the watchdog needs it."""
        if self._every > 0 and self._boot() - self._alive_at >= self._every:
            self._alive_at = self._boot()
            self._say("WATCHDOG=1")

    def status(self, text: str) -> None:
        """One line that `systemctl status` shows; said when it is another one."""
        line = " ".join(text.split())
        if line != self._status:
            self._status = line
            self._say(f"STATUS={line}")

    def stopping(self) -> None:
        """What is under way is finished, then the process ends."""
        self._say("STOPPING=1")

    def _say(self, words: str) -> None:
        """Sends one datagram. A manager that is gone or busy must not stop the engine."""
        if not self._address.startswith(("/", "@")):
            return
        address = f"\0{self._address[1:]}" if self._address.startswith("@") else self._address
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
            sender.setblocking(False)
            sender.connect(address)
            sender.send(words.encode())


def _watchdog(environ: Mapping[str, str]) -> float:
    """Seconds within which systemd wants a sign of life; 0 where it wants none, or from another process."""
    wanted, of = environ.get("WATCHDOG_USEC", ""), environ.get("WATCHDOG_PID", "")
    if not wanted.isdecimal() or (of and of != str(os.getpid())):
        return 0.0
    return int(wanted) / 1e6
