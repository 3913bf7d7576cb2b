"""The real console in a pseudo terminal, measured from outside: bytes, screen contents (pyte), crash output."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pyte

DEADLINE = 20.0
GLANCE = 0.02
"""Seconds of processor time that the looks at the stores may take between two readings: more is work under way."""
PROGRAM = """
import sys
from pathlib import Path
from core.home import Home
from core.operations.desk import Desk
from tui.app import BanqupConsole
home = Path(sys.argv[1])
app = BanqupConsole(Desk(Home(home, home, "single"), "an"), ascii_only="--ascii" in sys.argv)
app.run(mouse=False)
sys.exit(app.return_code or 0)
"""
"""What the command does once it has found its home; a test may put another one in its place."""


@dataclass
class Terminal:
    """A console on a pseudo terminal."""

    pid: int
    master: int
    screen: pyte.Screen
    stream: pyte.ByteStream
    raw: bytearray = field(default_factory=bytearray)
    ended: bool = False
    worked: float = 0.0
    """Seconds of processor time the console had used when the last bytes came, before anybody looked at them."""

    def read(self, seconds: float) -> int:
        """Reads what comes within a time; returns how many bytes."""
        end, count = time.monotonic() + seconds, 0
        while (came := self._chunk(end)) is not None:
            count += came
        return count

    def _chunk(self, end: float) -> int | None:
        """Reads what comes next; None where nothing did by then, or the console has ended."""
        ready, _, _ = select.select([self.master], [], [], max(0.0, end - time.monotonic()))
        if not ready:
            return None
        try:
            chunk = os.read(self.master, 65536)
        except OSError:
            chunk = b""
        if not chunk:
            self.ended = True
            return None
        self.worked = self.cpu()
        self.raw += chunk
        self.stream.feed(chunk)
        return len(chunk)

    def until(self, condition: Callable[[], object], what: str, deadline: float = DEADLINE) -> None:
        """Reads until something is so, and not a moment longer."""
        end = time.monotonic() + deadline
        while not condition():
            if time.monotonic() > end or self.ended:
                raise AssertionError(f"{what}: never came\n{self.text}")
            self._chunk(min(end, time.monotonic() + 0.05))

    def settle(self, quiet: float = 0.3) -> None:
        """Reads until nothing came for a while and the console only slept: on a busy machine silence may be waiting."""
        while True:
            worked = self.cpu()
            if not self.read(quiet) and (self.ended or (self._sleeps() and self.cpu() - worked < GLANCE)):
                return

    def cpu(self) -> float:
        """Seconds of processor time the console has used, all its threads together; 0 once it has ended."""
        spent = 0
        for thread in self._threads():
            with suppress(OSError):
                spent += int((thread / "schedstat").read_text().split()[0])
        return spent / 1e9

    def _sleeps(self) -> bool:
        """Whether no thread runs or waits for its turn."""
        states = []
        for thread in self._threads():
            with suppress(OSError):
                states.append((thread / "stat").read_text().rpartition(")")[2].split()[0])
        return all(state == "S" for state in states)

    def _threads(self) -> list[Path]:
        try:
            return list(Path(f"/proc/{self.pid}/task").iterdir())
        except OSError:
            return []

    def press(self, keys: str, *, quiet: float = 0.3) -> int:
        """Sends keys and returns how many bytes they led to."""
        self.settle(quiet)
        before = len(self.raw)
        os.write(self.master, keys.encode())
        self.settle(quiet)
        return len(self.raw) - before

    @property
    def text(self) -> str:
        """What is on the screen."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    def wait(self, deadline: float = DEADLINE) -> int:
        """Reads to the end and returns the exit code."""
        end = time.monotonic() + deadline
        while not self.ended and time.monotonic() < end:
            self.read(0.1)
        _pid, status = os.waitpid(self.pid, 0)
        return os.waitstatus_to_exitcode(status)


@contextmanager
def in_pty(
    *command: str, size: tuple[int, int] = (80, 24), environ: Mapping[str, str] | None = None
) -> Iterator[Terminal]:
    """Starts a command in a pseudo terminal of a size set before it asks for it."""
    columns, rows = size
    pid, master = pty.fork()
    if pid == 0:  # pragma: no cover - the child
        os.nice(5)  # behind who reads it: else what it does before anybody looks counts as well
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        wanted = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "TZ": "UTC", **(environ or {})}
        kept = {name: value for name, value in os.environ.items() if name not in {"NO_COLOR", "COLUMNS", "LINES"}}
        os.execvpe(command[0], list(command), {**kept, **wanted})
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    screen = pyte.Screen(columns, rows)
    terminal = Terminal(pid, master, screen, pyte.ByteStream(screen))
    try:
        yield terminal
    finally:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        with suppress(ChildProcessError):
            os.waitpid(pid, 0)
        with suppress(OSError):
            os.close(master)


def console_in_pty(
    home: Path,
    *arguments: str,
    size: tuple[int, int] = (80, 24),
    environ: Mapping[str, str] | None = None,
    program: str = PROGRAM,
) -> AbstractContextManager[Terminal]:
    """Starts the console in a pseudo terminal."""
    return in_pty(sys.executable, "-c", program, str(home), *arguments, size=size, environ=environ)
