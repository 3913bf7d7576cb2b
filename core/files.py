"""Files that survive a crash: replaced as a whole, fsynced, private, and changed by one process at a time.

Takes paths and bytes; after a crash at any point a file holds its old or its new content, never a mixture.
Raises `StoreError` where the disk refuses, `ConfigurationError` where a file is open to more people than it may be.
"""

from __future__ import annotations

import fcntl
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from core.errors import ConfigurationError, StoreError


def fsync_directory(directory: Path) -> None:
    """Makes new names in a directory durable."""
    fd = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def replace_file(path: Path, content: bytes, mode: int, *, prefix: str, keep_previous: bool = False) -> None:
    """Replaces a file atomically and durably. With `keep_previous`, the old one stays as `.bak` (by hard link).

    The hard link means that `path` never goes missing, not even between two system calls.
    """
    temporary = write_aside(path.parent, content, mode, prefix=prefix)
    try:
        if keep_previous:
            _keep(path)
        temporary.replace(path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
    fsync_directory(path.parent)


def write_aside(directory: Path, content: bytes, mode: int, *, prefix: str) -> Path:
    """Writes a temporary file in `directory` and fsyncs it; the caller renames it."""
    fd, name = tempfile.mkstemp(dir=directory, prefix=prefix)
    try:
        os.fchmod(fd, mode)
        with os.fdopen(fd, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise
    return Path(name)


def _keep(path: Path) -> None:
    spare = path.with_name(path.name + ".bak.new")
    with suppress(FileNotFoundError):
        spare.unlink()
    with suppress(FileNotFoundError):
        os.link(path, spare)
        spare.replace(path.with_name(path.name + ".bak"))


@contextmanager
def locked(path: Path, mode: int) -> Iterator[None]:
    """Holds the advisory lock `<path>.lock`; waits for whoever has it. The lock dies with its process."""
    fd = open_lock(path, mode)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)


def open_lock(path: Path, mode: int, suffix: str = ".lock") -> int:
    """Opens (and makes) the lock file beside `path`; the caller locks and closes it."""
    lock = path.with_name(path.name + suffix)
    try:
        fd = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, mode)
    except OSError as error:
        raise unwritable(lock, error) from error
    with suppress(PermissionError):  # in system mode another member of the group may own it
        os.fchmod(fd, mode)
    return fd


def sweep(directory: Path, prefix: str) -> int:
    """Removes what a kill left of unfinished replacements. Only under the lock: else it may be in use."""
    removed = 0
    for leftover in directory.glob(f"{prefix}*"):
        with suppress(FileNotFoundError):
            leftover.unlink()
            removed += 1
    return removed


def refuse_wider(path: Path, mode: int, *, own: bool = False) -> None:
    """Raises ConfigurationError where `path` grants more than `mode`, or (with `own`) belongs to somebody else."""
    status = path.stat()
    extra = stat.S_IMODE(status.st_mode) & 0o777 & ~mode
    if extra:
        raise ConfigurationError(
            "file_too_open", where=str(path), mode=f"{stat.S_IMODE(status.st_mode):o}", wanted=f"{mode & 0o777:o}"
        )
    if own and status.st_uid != os.geteuid():
        raise ConfigurationError("file_of_another_user", where=str(path))


def unwritable(path: Path, error: OSError) -> StoreError:
    """The error to raise where the disk refused: full, read-only, or no permission."""
    return StoreError("file_not_written", where=str(path), why=error.strerror or type(error).__name__)
