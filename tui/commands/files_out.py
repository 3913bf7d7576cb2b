"""Writes the files a person asked for: never over one that is there, unless they said so, and never half of one."""

from __future__ import annotations

import os
from pathlib import Path

from core.errors import StoreError, UsageError


def write_new(path: Path, content: bytes, *, replace: bool) -> None:
    """Writes a whole file or none, private to the user.

    Raises UsageError where a file is there already, StoreError where the disk refuses.
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            if replace:
                partial.replace(path)
            else:
                os.link(partial, path)
        finally:
            partial.unlink(missing_ok=True)
    except FileExistsError as problem:
        raise UsageError("file_exists", path=str(path)) from problem
    except OSError as problem:
        raise StoreError("output_not_written", path=str(path), problem=problem.strerror or "") from problem


class Outputs:
    """The folder that a conversion fills. Two documents with one file name get a counter; old files stay."""

    def __init__(self, folder: Path, *, replace: bool) -> None:
        """`replace` lets a file of an earlier run be replaced; two documents of this run never replace each other."""
        self._folder = folder
        self._replace = replace
        self._taken: set[str] = set()

    def write(self, name: str, content: bytes) -> Path:
        """Writes under `name` or the next free name, and returns where. The same bytes from earlier are left alone."""
        safe = Path(name).name
        counter = 1
        while True:
            candidate = _numbered(safe, counter)
            path = self._folder / candidate
            if candidate.lower() not in self._taken and self._place(path, content):
                self._taken.add(candidate.lower())
                return path
            counter += 1

    def _place(self, path: Path, content: bytes) -> bool:
        if not self._replace and _holds(path, content):
            return True
        if path.is_symlink() or (path.exists() and not path.is_file()):
            return False
        try:
            write_new(path, content, replace=self._replace)
        except UsageError:
            return False
        return True


def _numbered(name: str, counter: int) -> str:
    path = Path(name)
    return name if counter == 1 else f"{path.stem}_{counter}{path.suffix}"


def _holds(path: Path, content: bytes) -> bool:
    try:
        return not path.is_symlink() and path.stat().st_size == len(content) and path.read_bytes() == content
    except OSError:
        return False
