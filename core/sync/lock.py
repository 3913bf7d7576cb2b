"""One engine a home: an advisory lock held for the engine's life; its text says who holds it."""

from __future__ import annotations

import fcntl
import json
import os
import socket
import time
from contextlib import suppress
from pathlib import Path
from typing import TypedDict

from core import __version__
from core.errors import ProductError, StoreError, UsageError
from core.files import writing

LOOKING = 2.0
"""Seconds for which `acquire` tries again while nobody but people who look hold the lock."""


class Holder(TypedDict):
    """Who holds the lock. `ready` once the engine has opened its stores: until then it may still give up."""

    host: str
    pid: int
    since: float
    version: str
    ready: int


class EngineLock:
    """`acquire` for the engine, `holder` for everybody else. The kernel releases it when the process dies."""

    def __init__(self, path: Path, file_mode: int = 0o600) -> None:
        self.path = path
        self.file_mode = file_mode
        self._descriptor: int | None = None
        self._told: Holder | None = None

    def acquire(self, *, since: float) -> None:
        """Takes the lock, or raises UsageError `engine_runs_already` naming the holder."""
        self._told = Holder(host=socket.gethostname(), pid=os.getpid(), since=since, version=__version__, ready=0)
        with writing(self.path):
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, self.file_mode)
        try:
            self._take(descriptor)
            with writing(self.path):
                os.ftruncate(descriptor, 0)
                os.pwrite(descriptor, json.dumps(self._told).encode(), 0)
                os.fsync(descriptor)
        except ProductError:
            os.close(descriptor)
            raise
        self._descriptor = descriptor

    def ready(self) -> None:
        """Tells that the engine works. The text keeps its length, so that nobody reads half of it."""
        assert self._descriptor is not None and self._told is not None, "acquired before"
        self._told["ready"] = 1
        with writing(self.path):
            os.pwrite(self._descriptor, json.dumps(self._told).encode(), 0)

    def _take(self, descriptor: int) -> None:
        """Locks it. Who asks for the holder has it shared for an instant: that keeps nobody from starting."""
        end = time.monotonic() + LOOKING
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                holder = self.holder()
                if holder is None and time.monotonic() < end:
                    time.sleep(0.005)
                    continue
                host, pid, since = (holder["host"], holder["pid"], holder["since"]) if holder else ("", 0, 0.0)
                raise UsageError("engine_runs_already", host=host, pid=pid, since=since) from None
            return

    def release(self) -> None:
        """Gives the lock back."""
        if self._descriptor is not None:
            with suppress(OSError):  # the text is for people; the lock goes with the descriptor
                os.ftruncate(self._descriptor, 0)
            os.close(self._descriptor)
            self._descriptor = None

    def holder(self) -> Holder | None:
        """Who holds the lock now, or None. Asks the kernel, not the file's text."""
        try:
            descriptor = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreError("file_not_read", where=str(self.path), why=error.strerror or "") from error
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
        """What the text says, or nothing where a crash tore it: the lock counts, not the text."""
        try:
            text = json.loads(os.pread(descriptor, 4096, 0))
            return Holder(
                host=str(text["host"]),
                pid=int(text["pid"]),
                since=float(text["since"]),
                version=str(text["version"]),
                ready=int(text.get("ready", 1)),
            )
        except (ValueError, TypeError, KeyError, AttributeError):
            return Holder(host="", pid=0, since=0.0, version="", ready=0)
