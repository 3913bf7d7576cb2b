"""What a folder target notes beside the tree: one line before a file appears, one after. Append-only, fsynced.

The accounting program may take a file away as soon as it appears, so a name that is missing proves nothing. These
lines do: no `begin` means the file never appeared; `begin` without `done` and without the file cannot be told.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from core.files import fsync_directory, write_whole

FILE = ".banqup-pingwin-deliveries"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What is noted for a key: where the file was to appear, with which content, and whether it did."""

    path: str
    sha256: str
    done: bool


class Receipts:
    """The notes in one folder. Raises OSError where the folder cannot be read or written."""

    def __init__(self, root: Path) -> None:
        self._file = root / FILE

    @property
    def exist(self) -> bool:
        """Whether anything was ever noted here."""
        return self._file.exists()

    def begin(self, key: str, path: str, sha256: str) -> None:
        """Notes, durably, that the file is about to appear."""
        self._append(f"begin {key} {sha256} {path}", durable=True)

    def done(self, key: str) -> None:
        """Notes that it did appear. Losing this line costs a look at the file, so it is not forced to disk."""
        self._append(f"done {key}", durable=False)

    def find(self, key: str) -> Receipt | None:
        """What is noted for a key."""
        found: Receipt | None = None
        if not self._file.exists():
            return None
        with self._file.open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                match line.rstrip("\n").split(" ", 3):
                    case ["begin", noted, sha256, path] if noted == key:
                        found = Receipt(path, sha256, done=False)  # a later try counts on its own
                    case ["done", noted] if noted == key and found is not None:
                        found = Receipt(found.path, found.sha256, done=True)
        return found

    def _append(self, line: str, *, durable: bool) -> None:
        new = not self._file.exists()
        fd = os.open(self._file, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o660)
        try:
            # a line torn by a crash ends here instead of swallowing the next one
            write_whole(fd, f"\n{line}\n".encode())
            if durable:
                os.fsync(fd)
        finally:
            os.close(fd)
        if new:
            fsync_directory(self._file.parent)
