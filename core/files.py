"""Files that survive a crash: replaced as a whole, fsynced, private, and changed by one process at a time.

Takes paths and bytes; after a crash at any point a file holds its old or its new content, never a mixture.
Raises `StoreError` where the disk refuses, `ConfigurationError` where a file is open to more people than it may be.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from core.errors import ConfigurationError, StoreError

PIECE = 3 << 14
"""Bytes that are held of a file at a time; a multiple of three, so that base64 can be made of each piece alone."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that stands for its bytes where they need not be held. `size` in bytes."""

    path: Path
    size: int

    def __len__(self) -> int:
        return self.size


Content = bytes | StoredFile
"""The bytes of a file: held, or on disk."""


def pieces(content: Content) -> Iterator[bytes]:
    """The bytes one piece after another, all but the last `PIECE` long. Raises OSError where the file is gone."""
    if isinstance(content, bytes):
        for place in range(0, len(content), PIECE):
            yield content[place : place + PIECE]
        return
    with content.path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece


def beginning(path: Path) -> bytes:
    """The first 200 bytes of a file: enough to see what it is."""
    with path.open("rb") as file:
        return file.read(200)


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
            keep_beside(path, ".bak")
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


def move_new(aside: Path, path: Path) -> None:
    """Gives a finished file a name that must be free, where a hard link cannot be made.

    By Linux's rename that refuses a taken name; without it by taking the name first, which a kill in between leaves
    empty. Raises FileExistsError where the name is taken.
    """
    if _rename_new(aside, path):
        return
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    try:
        aside.replace(path)
    except OSError:
        with suppress(OSError):
            path.unlink()
        raise


AT_FDCWD, RENAME_NOREPLACE = -100, 1
"""Of Linux's renameat2(2)."""


def _rename_new(aside: Path, path: Path) -> bool:
    """False where the system or the file system does not have it."""
    import ctypes  # late: only where a hard link cannot be made

    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        return False
    if rename(AT_FDCWD, os.fsencode(aside), AT_FDCWD, os.fsencode(path), ctypes.c_uint(RENAME_NOREPLACE)) == 0:
        return True
    number = ctypes.get_errno()
    if number in {errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP}:
        return False
    raise OSError(number, os.strerror(number), str(path))


def write_whole(fd: int, content: bytes) -> None:
    """Writes all of it; a disk that takes only a part raises, as one that takes nothing does."""
    left = memoryview(content)
    while left:
        written = os.write(fd, left)
        if written == 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        left = left[written:]


@contextmanager
def scratch(directory: Path, prefix: str) -> Iterator[Path]:
    """A private folder for unfinished work, gone afterwards; what killed processes left of theirs goes as well.

    Raises StoreError where it cannot be made.
    """
    for leftover in directory.glob(f"{prefix}*"):
        owner = leftover.name.removeprefix(prefix).partition("-")[0]
        if owner.isdecimal() and not _alive(int(owner)):
            shutil.rmtree(leftover, ignore_errors=True)
    try:
        made = tempfile.mkdtemp(dir=directory, prefix=f"{prefix}{os.getpid()}-")
    except OSError as error:
        raise unwritable(directory, error) from error
    try:
        yield Path(made)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        pass
    return True


def keep_beside(path: Path, suffix: str) -> None:
    """Keeps the file as it is now under `<path><suffix>` too, by a hard link; an older one there is replaced."""
    spare = path.with_name(f"{path.name}{suffix}.new")
    with suppress(FileNotFoundError):
        spare.unlink()
    with suppress(FileNotFoundError):
        os.link(path, spare)
        spare.replace(path.with_name(path.name + suffix))


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
    with writing(lock):
        fd = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, mode)
    try:
        with writing(lock), suppress(PermissionError):  # in system mode another member of the group may own it
            os.fchmod(fd, mode)
    except StoreError:
        os.close(fd)
        raise
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
        code = "folder_too_open" if stat.S_ISDIR(status.st_mode) else "file_too_open"
        raise ConfigurationError(
            code, where=str(path), mode=f"{stat.S_IMODE(status.st_mode):o}", wanted=f"{mode & 0o777:o}"
        )
    if own and status.st_uid != os.geteuid():
        raise ConfigurationError("file_of_another_user", where=str(path))


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turns what the disk refuses inside the block into a StoreError about `path`."""
    try:
        yield
    except OSError as error:
        raise unwritable(path, error) from error


def unwritable(path: Path, error: OSError) -> StoreError:
    """The error to raise where the disk refused: full, read-only, or no permission."""
    return StoreError("file_not_written", where=str(path), why=error.strerror or type(error).__name__)
