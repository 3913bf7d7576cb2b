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
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

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
        return self.words.read_text("utf-8", "replace")[-2_000:]

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
