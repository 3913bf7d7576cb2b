"""One engine a home: an advisory lock held for the engine's life; its text says who holds it."""

from __future__ import annotations

import fcntl
import json
import os
import socket
from pathlib import Path
from typing import TypedDict

from core import __version__
from core.errors import UsageError


class Holder(TypedDict):
    """Who holds the lock."""

    host: str
    pid: int
    since: float
    version: str


class EngineLock:
    """`acquire` for the engine, `holder` for everybody else. The kernel releases it when the process dies."""

    def __init__(self, path: Path, file_mode: int = 0o600) -> None:
        self.path = path
        self.file_mode = file_mode
        self._descriptor: int | None = None

    def acquire(self, *, since: float) -> None:
        """Takes the lock, or raises UsageError `engine_runs_already` naming the holder."""
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, self.file_mode)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            holder = self.holder()
            raise UsageError(
                "engine_runs_already",
                host=holder["host"] if holder else "",
                pid=holder["pid"] if holder else 0,
                since=holder["since"] if holder else 0.0,
            ) from None
        text = json.dumps(Holder(host=socket.gethostname(), pid=os.getpid(), since=since, version=__version__))
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, text.encode(), 0)
        os.fsync(descriptor)
        self._descriptor = descriptor

    def release(self) -> None:
        """Gives the lock back."""
        if self._descriptor is not None:
            os.ftruncate(self._descriptor, 0)
            os.close(self._descriptor)
            self._descriptor = None

    def holder(self) -> Holder | None:
        """Who holds the lock now, or None. Asks the kernel, not the file's text."""
        try:
            descriptor = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return self._read(descriptor)
        else:
            return None
        finally:
            os.close(descriptor)

    @staticmethod
    def _read(descriptor: int) -> Holder:
        try:
            text = json.loads(os.pread(descriptor, 4096, 0) or b"{}")
        except ValueError:
            text = {}
        return Holder(
            host=str(text.get("host", "")),
            pid=int(text.get("pid", 0)),
            since=float(text.get("since", 0.0)),
            version=str(text.get("version", "")),
        )
