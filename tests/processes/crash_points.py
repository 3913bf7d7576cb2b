"""Ends a process between any two steps it takes on the disk, and what a power cut or a disk without room adds to that.

`crashes(act)` runs `act` in forked children, the n-th of which dies at its n-th step; it yields after each, so that the
test looks at what is left. A step is a system call that changes files: open for writing, write, fsync, rename, link,
unlink, truncate, mkdir, chmod. A write that dies is torn in the middle. With `power`, what was written and not forced
to disk is lost as well, although its new name survived: the worst order that a file system may choose.
`refusals(act)` lets the n-th step fail with an error instead, and says what `act` made of it.
"""

from __future__ import annotations

import builtins
import errno
import io
import os
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MOST_STEPS = 400
DIED = 9
FAILED = 7

STEPS = (
    "write", "pwrite", "fsync", "replace", "rename", "link", "unlink", "remove", "ftruncate", "mkdir", "rmdir",
    "chmod", "fchmod", "utime",
)  # fmt: skip
WRITING = os.O_WRONLY | os.O_RDWR


class Disk:
    """Counts the steps of this process and ends it, or fails, at one of them."""

    def __init__(self, at: int, *, error: int = 0, power: bool = False) -> None:
        self.at, self.error, self.power = at, error, power
        self.taken = 0
        self.real = {name: getattr(os, name) for name in (*STEPS, "open")}
        self.dirty: dict[int, tuple[int, int]] = {}
        """By inode: a descriptor, and how much of the file is surely on the disk."""

    def install(self) -> None:
        """Takes the place of the system's calls in this process, for good."""
        for name in STEPS:
            setattr(os, name, self._watched(name))
        os.open = self._open  # type: ignore[assignment]
        os.fdopen = self._fdopen  # type: ignore[assignment]
        io.open = builtins.open = self._plain_open  # type: ignore[assignment]

    def _watched(self, name: str) -> Callable[..., Any]:
        real = self.real[name]

        def call(*args: Any, **named: Any) -> Any:
            if name in {"write", "pwrite"}:
                return self._write(real, *args)
            self._step()
            done = real(*args, **named)
            if name == "fsync":
                status = os.fstat(args[0])
                if status.st_ino in self.dirty:
                    self.dirty[status.st_ino] = (self.dirty[status.st_ino][0], status.st_size)
            return done

        return call

    def _write(self, real: Callable[..., int], fd: int, content: Any, *offset: int) -> int:
        raw = bytes(content)
        if self.taken + 1 == self.at:  # torn: a part of it arrives
            real(fd, raw[: len(raw) // 2], *offset)
        self._note(fd)
        self._step()
        return real(fd, raw, *offset)

    def _note(self, fd: int) -> None:
        status = os.fstat(fd)
        if status.st_ino not in self.dirty:
            self.dirty[status.st_ino] = (self.real["open"](f"/proc/self/fd/{fd}", os.O_WRONLY), status.st_size)

    def _step(self) -> None:
        self.taken += 1
        if self.taken == self.at:
            if self.error:
                raise OSError(self.error, os.strerror(self.error))
            self.die()

    def die(self) -> None:
        """The end, without any tidying up."""
        if self.power:
            for fd, sure in self.dirty.values():
                os.truncate(fd, (sure + os.fstat(fd).st_size) // 2)
        os._exit(DIED)

    def _open(self, path: Any, flags: int, *args: Any, **named: Any) -> int:
        if flags & WRITING:
            self._step()
        return int(self.real["open"](path, flags, *args, **named))

    def _fdopen(self, fd: int, mode: str = "r", *args: Any, **named: Any) -> Any:
        return self._plain_open(fd, mode, *args, **named)

    def _plain_open(self, file: Any, mode: str = "r", *args: Any, **named: Any) -> Any:
        if not set(mode) & set("wax+"):
            return self._opened(file, mode, *args, **named)
        flags = os.O_RDWR if "+" in mode else os.O_WRONLY
        flags |= {"w": os.O_CREAT | os.O_TRUNC, "a": os.O_CREAT | os.O_APPEND, "x": os.O_CREAT | os.O_EXCL, "r": 0}[
            mode[0]
        ]
        fd = file if isinstance(file, int) else self._open(file, flags | os.O_CLOEXEC, 0o666)
        raw = _Stepwise(fd, self._write, self.real["write"], "r+" if "+" in mode else "w")
        raw.name = file  # type: ignore[misc]
        buffered: Any = io.BufferedRandom(raw) if "+" in mode else io.BufferedWriter(raw)
        if "a" in mode:
            buffered.seek(0, os.SEEK_END)
        if "b" in mode:
            return buffered
        text = {key: value for key, value in named.items() if key in {"encoding", "errors", "newline"}}
        return io.TextIOWrapper(buffered, **{"encoding": "utf-8", **text})

    @staticmethod
    def _opened(file: Any, mode: str, *args: Any, **named: Any) -> Any:
        return _REAL_OPEN(file, mode, *args, **named)


_REAL_OPEN = builtins.open


class _Stepwise(io.FileIO):
    """A file whose writes are steps."""

    def __init__(self, fd: int, step: Callable[..., int], real: Callable[..., int], mode: str) -> None:
        super().__init__(fd, "r+" if "+" in mode else "w")
        self._steps, self._real = step, real

    def write(self, content: Any) -> int:
        """One step."""
        return self._steps(self._real, self.fileno(), content)


def _child(act: Callable[[], object], disk: Disk, said: int) -> None:
    """Runs `act` on this disk, tells how it went, and ends the process."""
    try:
        disk.install()
        done = act()
        text, code = f"{disk.taken}\n{done}", 0
    except BaseException as error:
        kind = f"{type(error).__name__} {getattr(error, 'code', '')}".strip()
        text, code = f"{kind}\n{traceback.format_exc()}", FAILED
    disk.real["write"](said, text.encode("utf-8", "replace"))
    os._exit(code)


def _run(act: Callable[[], object], disk: Disk) -> tuple[int, str]:
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        _child(act, disk, writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read().decode("utf-8", "replace")
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status), said


def crashes(act: Callable[[], object], *, power: bool = False) -> Iterator[int]:
    """Yields after each child that died at its n-th step; ends once `act` came to its end before that."""
    for number in range(1, MOST_STEPS):
        code, said = _run(act, Disk(number, power=power))
        if code == 0:
            assert number > 1, "it takes no step at all"
            return
        assert code == DIED, f"at step {number}: {said}"
        yield number
    raise AssertionError("it never ends")


@dataclass(frozen=True, slots=True)
class Refusal:
    """What became of `act` when its n-th step failed.

    `said` is the class and code of its error, "" where it came to its end; `rest` is then what it returned, else the
    traceback.
    """

    step: int
    said: str
    rest: str


def refusals(act: Callable[[], object], error: int = errno.ENOSPC) -> Iterator[Refusal]:
    """Yields after each child in which the disk refused the n-th step; ends where there is no such step."""
    for number in range(1, MOST_STEPS):
        code, told = _run(act, Disk(number, error=error))
        first, _, rest = told.partition("\n")
        if code == 0 and int(first) < number:
            assert number > 1, "it takes no step at all"
            return
        yield Refusal(number, first if code else "", rest)
    raise AssertionError("it never ends")


def files(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, by its relative name."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
