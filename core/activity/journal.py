"""The recorder's file: JSON lines, rotated by size, written by every process of a home and read by any.

One line is one `write` to a file opened for appending, so lines of several processes never mix and a killed process
loses none that it wrote; a line torn by a power cut is skipped. Nothing here may stop what it records.
"""

from __future__ import annotations

import fcntl
import itertools
import json
import logging
import os
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

from core import jsonfile
from core.activity.entry import Entry
from core.redaction import REDACTOR

log = logging.getLogger(__name__)

NAME = "activity.jsonl"
MOST_BYTES = 4_000_000
FILES = 4
"""The file in use and three older ones: about 60,000 requests."""

_FIELDS = frozenset(each.name for each in fields(Entry))
_SAID = frozenset({"at", "kind", "method", "address"})
_UNSAID: tuple[object, ...] = (None, "", 0, {})
"""Values that say nothing and are left out of a line, but for the fields of `_SAID`."""


class Journal:
    """Where one process writes. `who` is the engine or the person at the desk."""

    def __init__(self, directory: Path, who: str, mode: int = 0o600, *, most_bytes: int = MOST_BYTES) -> None:
        self.path = directory / NAME
        self._who, self._mode, self._most = who, mode, most_bytes
        self._fd = -1
        self._inode = 0
        self._numbers = itertools.count(1)
        self._guard = threading.Lock()
        self._silent = False

    def __repr__(self) -> str:
        return f"Journal({self.path})"

    def record(self, entry: Entry) -> None:
        """Appends an entry. A disk that refuses is said once in the log; the work goes on."""
        number = f"{os.getpid():x}-{next(self._numbers):x}"
        kept = asdict(replace(entry, id=f"{int(entry.at * 1000):x}-{number}", who=entry.who or self._who))
        line = REDACTOR.clean(
            jsonfile.line({name: value for name, value in kept.items() if name in _SAID or value not in _UNSAID})
        )
        with self._guard:
            try:
                self._append(f"{line}\n".encode("utf-8", "replace"))
                self._silent = False
            except OSError as problem:
                if not self._silent:
                    log.warning("activity is not recorded: %s", problem.strerror)
                self._silent = True

    def close(self) -> None:
        """Closes the file; a later entry opens it again."""
        with self._guard:
            self._close()

    def _append(self, line: bytes) -> None:
        size = self._open()
        if size + len(line) > self._most:
            self._rotate()
            self._open()
        os.write(self._fd, line)

    def _open(self) -> int:
        """Makes sure that the file in use is open; another process may have rotated it. Returns its size."""
        with suppress(FileNotFoundError):
            here = self.path.stat()
            if self._fd >= 0 and here.st_ino == self._inode:
                return here.st_size
        self._close()
        self._fd = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, self._mode)
        with suppress(PermissionError):  # in system mode another member of the group may own it
            os.fchmod(self._fd, self._mode)
        here = os.fstat(self._fd)
        self._inode = here.st_ino
        if here.st_size and os.pread(self._fd, 1, here.st_size - 1) != b"\n":
            os.write(self._fd, b"\n")
        return here.st_size

    def _rotate(self) -> None:
        """The file in use becomes the first of the older ones; whoever comes second finds it done."""
        lock = os.open(self.path.with_name(f"{NAME}.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, self._mode)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if self.path.stat().st_ino == self._inode:
                for number in range(FILES - 1, 1, -1):
                    with suppress(FileNotFoundError):
                        _older(self.path, number - 1).replace(_older(self.path, number))
                self.path.replace(_older(self.path, 1))
        finally:
            os.close(lock)

    def _close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


def _older(path: Path, number: int) -> Path:
    return path.with_name(f"{path.name}.{number}")


def entries(directory: Path) -> Iterator[Entry]:
    """All entries that are kept, newest first. What cannot be read is left out."""
    path = directory / NAME
    for file in (path, *(_older(path, number) for number in range(1, FILES))):
        try:
            lines = file.read_bytes().splitlines()
        except OSError:
            continue
        for line in reversed(lines):
            entry = _read(line)
            if entry is not None:
                yield entry


def _read(line: bytes) -> Entry | None:
    try:
        said: dict[str, Any] = json.loads(line)
        return Entry(**{name: value for name, value in said.items() if name in _FIELDS})
    except (ValueError, TypeError, AttributeError):  # torn by a power cut, or of another version
        return None


def stamp(directory: Path) -> int:
    """Moves whenever anything was recorded; cheap."""
    try:
        here = (directory / NAME).stat()
    except OSError:
        return 0
    return hash((here.st_ino, here.st_size))
