"""The e-fff files that wait for Pingwin or went there, by content: `spool/<space>/<sha256[:2]>/<sha256>.xml`.

A file is durable before any row names it; what comes back is checked against its name. Files that no row names are
collected once they are older than a day, never the other way round (engine reference, 7).
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from core.errors import StoreError
from core.files import StoredFile, fsync_directory, open_lock, unwritable, write_aside

PREFIX = ".spool-"
DAY = 86_400.0

_SHA256 = re.compile(r"[0-9a-f]{64}\Z")
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}\Z")


class Spool:
    """The files below `root`, each with `file_mode`; directories get the search bits that go with it."""

    def __init__(self, root: Path, file_mode: int) -> None:
        self.root = root
        self.file_mode = file_mode
        self.directory_mode = 0o2770 if file_mode & 0o070 else 0o700

    def put(self, space: str, content: bytes) -> tuple[str, int]:
        """Keeps a file: (sha256, size). Durable when this returns. Raises StoreError where the disk refuses."""
        sha256 = hashlib.sha256(content).hexdigest()
        self._keep(space, sha256, lambda folder: write_aside(folder, content, self.file_mode, prefix=PREFIX))
        return sha256, len(content)

    def take(self, space: str, file: Path) -> tuple[str, int]:
        """The same for a finished file in a folder of `scratch`, which is moved and never held."""
        try:
            with file.open("rb") as content:
                sha256, size = hashlib.file_digest(content, "sha256").hexdigest(), os.fstat(content.fileno()).st_size
                os.fchmod(content.fileno(), self.file_mode)
                os.fsync(content.fileno())
        except OSError as error:
            raise unwritable(file, error) from error
        self._keep(space, sha256, lambda folder: file)
        return sha256, size

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """A private folder for unfinished work, on the disk of the spool; gone afterwards.

        What a killed process left of its own is collected with the unfinished files. Raises StoreError.
        """
        try:
            self._directory(self.root)
            folder = Path(tempfile.mkdtemp(dir=self.root, prefix=PREFIX))
        except OSError as error:
            raise unwritable(self.root, error) from error
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def stored(self, space: str, sha256: str) -> StoredFile | None:
        """A file that is what was kept, None where there is none (any more). Raises StoreError where it is not."""
        if not _SHA256.match(sha256):
            return None
        path = self.path(space, sha256)
        try:
            with path.open("rb") as content:
                size, found = os.fstat(content.fileno()).st_size, hashlib.file_digest(content, "sha256").hexdigest()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreError("file_not_read", where=str(path), why=error.strerror or "") from error
        if found != sha256:
            raise StoreError("spool_damaged", where=str(path))
        return StoredFile(path, size)

    def get(self, space: str, sha256: str) -> bytes | None:
        """A file's bytes: `stored` for those who need them all at once."""
        found = self.stored(space, sha256)
        with suppress(FileNotFoundError):
            return found.path.read_bytes() if found is not None else None
        return None

    def path(self, space: str, sha256: str) -> Path:
        """Where a file lies. A space id that is no plain name is replaced by its hash: it cannot leave the spool."""
        folder = space if _PLAIN.match(space) else hashlib.sha256(space.encode("utf-8", "replace")).hexdigest()[:32]
        return self.root / folder / sha256[:2] / f"{sha256}.xml"

    def collect(self, named: frozenset[str], now: float, older_than: float = DAY) -> int:
        """Deletes files that no row names and that are older than `older_than` seconds. Returns how many.

        `named` must have been read from the ledger before this is called; unfinished files of killed writers go too.
        """
        if not self.root.is_dir():
            return 0
        removed = 0
        with self._lock(fcntl.LOCK_EX):
            for path in self._files():
                with suppress(FileNotFoundError):
                    if path.stem not in named and now - path.stat().st_mtime > older_than:
                        path.unlink()
                        removed += 1
            for folder in self.root.glob(f"{PREFIX}*"):  # of killed processes; a day is longer than any conversion
                if now - folder.stat().st_mtime > older_than:
                    shutil.rmtree(folder, ignore_errors=True)
                    removed += 1
        return removed

    def _files(self) -> Iterator[Path]:
        for folder in self.root.glob("*/??"):
            yield from folder.glob("*.xml")
            yield from folder.glob(f"{PREFIX}*")

    def _keep(self, space: str, sha256: str, finished: Callable[[Path], Path]) -> None:
        """Gives the file that `finished` has made durable its name, unless it is there already."""
        path = self.path(space, sha256)
        try:
            self._directory(path.parent)
            with self._lock(fcntl.LOCK_SH):
                if self._sound(path, sha256):
                    os.utime(path)  # young again, so that the collector leaves it until a row names it
                else:
                    finished(path.parent).replace(path)
                fsync_directory(path.parent)
        except OSError as error:
            raise unwritable(path, error) from error

    @staticmethod
    def _sound(path: Path, sha256: str) -> bool:
        with suppress(OSError), path.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest() == sha256
        return False

    def _directory(self, directory: Path) -> None:
        """Makes a directory and those above it up to the spool's own parent, each durable in the one above."""
        missing = []
        while not directory.is_dir() and directory != self.root.parent:
            missing.append(directory)
            directory = directory.parent
        for one in reversed(missing):
            one.mkdir(exist_ok=True, parents=True)
            one.chmod(self.directory_mode)
            fsync_directory(one.parent)

    @contextmanager
    def _lock(self, kind: int) -> Iterator[None]:
        """Shared by writers, exclusive for the collector: it never removes what is being kept at that moment."""
        fd = open_lock(self.root / "spool", self.file_mode)
        try:
            fcntl.flock(fd, kind)
            yield
        finally:
            os.close(fd)
