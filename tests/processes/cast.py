"""The processes of a kill loop: each can be started, killed, stopped and continued, and what it said is kept.

An actor that ends by itself is a finding: none of them may, whatever is done to the others.
"""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from core.sync.lock import EngineLock

COMMAND = Path(sys.executable).with_name("banqup-pingwin")
BAD_WORDS = ("Traceback", "never retrieved", "Logging error")
"""What no process of ours ever says."""


@dataclass
class Actor:
    """One part of the play. `weight` is how often it is chosen to suffer."""

    name: str
    command: Sequence[str]
    words: Path
    weight: float = 1.0
    terminal: bool = False
    lives: int = 0
    stopped: bool = False
    may_end: bool = False
    found: list[str] = field(default_factory=list)
    _process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The process that plays it now."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Begins a new life; what it says is added to its file."""
        self.lives += 1
        self.stopped = False
        said = os.open(self.words, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            if self.terminal:
                self._process = _on_terminal(self.command, said)
            else:
                self._process = subprocess.Popen(
                    list(self.command), stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True
                )
        finally:
            os.close(said)

    def look(self) -> None:
        """Notes an end that nobody caused, and starts anew."""
        if self.look_quietly():
            self.start()

    def kill(self) -> None:
        """SIGKILL; the next life begins with `start`."""
        if self._process is not None:
            self.look_quietly()
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(10)
            self._process = None
        self.stopped = False

    def look_quietly(self) -> bool:
        """Notes an end that nobody caused, without a new life."""
        if self._process is None or self._process.poll() is None or (self.may_end and not self._process.returncode):
            return False
        self.found.append(f"{self.name} ended by itself with {self._process.returncode}: {self.last_words()}")
        return True

    def stop(self) -> None:
        """SIGSTOP."""
        self._signal(signal.SIGSTOP)
        self.stopped = True

    def go_on(self) -> None:
        """SIGCONT."""
        self._signal(signal.SIGCONT)
        self.stopped = False

    def end(self) -> None:
        """Asks it to end, then makes it."""
        if self._process is None:
            return
        self.go_on()
        self.look_quietly()
        self._signal(signal.SIGTERM)
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self.found.append(f"{self.name} does not end when asked")
            self.kill()
        self._process = None

    def last_words(self) -> str:
        """The end of what it said."""
        return self.words.read_text("utf-8", "replace")[-500:]

    def problems(self) -> list[str]:
        """Everything that this actor may not have done or said."""
        said = self.words.read_text("utf-8", "replace") if self.words.exists() else ""
        bad = [
            f"{self.name} said {word}: {said[said.index(word) - 200 :][:3_000]}" for word in BAD_WORDS if word in said
        ]
        return self.found + bad

    def _signal(self, number: int) -> None:
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)


@dataclass
class Engine(Actor):
    """The engine of a home: ours, or the one that a console started while ours was down."""

    lock: EngineLock = field(kw_only=True)

    def kill(self) -> None:
        """Also the console's."""
        super().kill()
        self._signal(signal.SIGKILL)

    def look(self) -> None:
        """A second engine that finds a first one leaves, as it must."""
        if self._process is None or self._process.poll() is None:
            return
        if self._process.returncode == 2 and "engine_runs_already" in self.last_words():
            if self.lock.holder() is None:
                self.start()
            return
        super().look()

    def look_quietly(self) -> bool:
        """The same without a new life."""
        leaves = self._process is not None and self._process.poll() == 2
        return False if leaves and "engine_runs_already" in self.last_words() else super().look_quietly()

    def end(self) -> None:
        """Asks both to end."""
        super().end()
        until = time.monotonic() + 20
        while (holder := self.lock.holder()) is not None and holder["pid"]:
            self._signal(signal.SIGTERM)
            if time.monotonic() > until:
                self.found.append("the console's engine does not end when asked")
                self._signal(signal.SIGKILL)
            time.sleep(0.05)

    def _signal(self, number: int) -> None:
        super()._signal(number)
        holder = self.lock.holder()
        if holder is not None and (self._process is None or holder["pid"] != self._process.pid):
            with suppress(OSError):
                if str(self.lock.path.parent) in Path(f"/proc/{holder['pid']}/cmdline").read_text():
                    os.kill(holder["pid"], number)


def _on_terminal(command: Sequence[str], said: int) -> subprocess.Popen[bytes]:
    """A process on a pseudo terminal of its own; a thread writes what it paints to `said`."""
    master, slave = pty.openpty()
    environ = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24", "LANG": "C.UTF-8"}
    try:
        process = subprocess.Popen(
            list(command), stdin=slave, stdout=slave, stderr=slave, env=environ, start_new_session=True
        )
    finally:
        os.close(slave)
    kept = os.dup(said)

    def drain() -> None:
        with suppress(OSError):
            while painted := os.read(master, 65_536):
                os.write(kept, painted)
        os.close(master)
        os.close(kept)

    threading.Thread(target=drain, daemon=True).start()
    return process
