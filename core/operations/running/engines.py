"""The engine as a person sees it: does it run, since when, start it, stop it.

The lock is asked, never a pid file: a lock dies with its process, a file does not.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from core.errors import StoreError, UsageError
from core.ledger.records import Present
from core.operations.desk import Desk
from core.operations.running import detached
from core.sync.lock import EngineLock

START_SECONDS = 15.0
"""How long an engine may take until it holds its lock."""

LOOK = 0.05
"""Seconds between two looks at the lock."""

LAST_WORDS = 400
"""Characters of a dead engine's log that are shown."""


@dataclass(frozen=True, slots=True)
class EngineState:
    """Who holds the engine lock. `version` is named in the first line where it is another one than ours."""

    running: bool
    pid: int | None = None
    host: str = ""
    since: float | None = None
    version: str = ""


def engine(desk: Desk) -> EngineState:
    """Asks the lock, not a pid file; on a shared ledger also who else has it open, on whatever machine."""
    holder = EngineLock(desk.home.engine_lock, desk.home.file_mode).holder()
    if holder is None:
        first = next(iter(_others(desk)), None)
        return EngineState(False) if first is None else EngineState(True, **asdict(first))
    return EngineState(
        True,
        pid=holder["pid"] or None,
        host=holder["host"],
        since=holder["since"] or None,
        version=holder["version"],
    )


def _others(desk: Desk) -> list[Present]:
    """The engines of a shared ledger, the longest first; none where it does not answer."""
    try:
        return desk.ledger.engines() if desk.database is not None else []
    except StoreError:
        return []


def last_ran(desk: Desk) -> float | None:
    """When an engine of this home last gave a sign of life, as far as files tell; None where none ever ran.

    The lock's file is written at a start and at a clean end; between them the last good poll tells, also after a crash.
    """
    signs = [run.last_good_poll for run in desk.ledger.space_runs() if run.last_good_poll] if desk.has_ledger() else []
    with contextlib.suppress(OSError):
        signs.append(desk.home.engine_lock.stat().st_mtime)
    return max(signs, default=None)


def start(desk: Desk) -> EngineState:
    """Starts a detached engine for this home and waits until it holds the lock."""
    desk.must_write()
    running = engine(desk)
    if running.running:
        raise UsageError("engine_runs", pid=running.pid, host=running.host)
    desk.home.create()
    log = desk.home.logs / "engine.out"
    child = _spawn(desk, log)
    held = _wait(START_SECONDS, lambda: _works(desk) or child.poll() is not None)
    if _works(desk):
        return engine(desk)
    if not held:
        child.kill()
        child.wait()
        raise UsageError("engine_slow", seconds=int(START_SECONDS), log=str(log))
    raise UsageError("engine_did_not_start", status=child.returncode, log=str(log), words=_last_words(log))


def ensure(desk: Desk) -> EngineState:
    """The running engine, or a new one; another person's start in the same moment is as good."""
    running = engine(desk)
    if running.running:
        return running
    try:
        return start(desk)
    except UsageError:
        running = engine(desk)
        if running.running:
            return running
        raise


def _works(desk: Desk) -> bool:
    """Whether an engine holds the lock and has opened its stores."""
    holder = EngineLock(desk.home.engine_lock, desk.home.file_mode).holder()
    return holder is not None and bool(holder["ready"])


def _spawn(desk: Desk, log: Path) -> subprocess.Popen[bytes]:
    if desk.home.mode != "single":
        return detached.start(desk, "core.sync", [], log)
    place = str(desk.home.data)
    environ = {**desk.environ, "BANQUP_PINGWIN_HOME": place}
    return detached.start(desk, "core.sync", ["--home", place], log, environ)


def _last_words(log: Path) -> str:
    try:
        text = log.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return "".join(c for c in " ".join(lines[-3:]) if c.isprintable())[-LAST_WORDS:]


def stop(desk: Desk, *, timeout: float = 30.0) -> EngineState:
    """Asks the engine, or every one of this machine on a shared ledger, to end cleanly and waits for it."""
    desk.must_write()
    running = engine(desk)
    if not running.running:
        raise UsageError("engine_stopped_already")
    pids = _here(desk)
    if not pids:
        raise UsageError("engine_elsewhere", host=running.host, pid=running.pid)
    for pid in pids:
        _ask_to_end(desk, pid)
    if not _wait(timeout, lambda: not pids & _here(desk)):
        raise UsageError("engine_does_not_stop", pid=min(pids & _here(desk), default=0), seconds=int(timeout))
    return engine(desk)


def _here(desk: Desk) -> set[int]:
    """The process numbers of this machine's engines."""
    holder = EngineLock(desk.home.engine_lock, desk.home.file_mode).holder()
    known = [(each.host, each.pid) for each in _others(desk)]
    if holder is not None:
        known.append((holder["host"], holder["pid"]))
    return {pid for host, pid in known if pid and socket.gethostname().startswith(host)}


def _ask_to_end(desk: Desk, pid: int) -> None:
    try:
        os.kill(pid, signal.SIGTERM)
    except ProcessLookupError:
        pass  # it ended between the two looks
    except PermissionError:
        # Another user's engine (system mode): the ledger carries the request instead of a signal.
        desk.ledger.set_meta("stop_requested", f"{desk.clock.now()}")


def poke(desk: Desk, space: str | None = None) -> None:
    """Asks for a poll now."""
    desk.must_write()
    for run in desk.ledger.space_runs():
        if space is None or run.space == space:
            desk.ledger.poll_now(run.space)


def _wait(seconds: float, done: Callable[[], bool]) -> bool:
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() >= end:
            return False
        with contextlib.suppress(InterruptedError):
            time.sleep(LOOK)
    return True
