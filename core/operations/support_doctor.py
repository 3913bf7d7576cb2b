"""The doctor: this machine and each installation, one line a check; a line passes or says what to do.

Changes nothing but a small file that measures the disk. Each check is a function from the desk to its lines.
"""

from __future__ import annotations

import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from core.errors import ProductError
from core.files import refuse_wider
from core.installations import Installation
from core.ledger.base import QueueQuery
from core.ledger.library import file_system, sqlite3, wal_safe
from core.model import Arguments, State
from core.operations import overview
from core.operations.connections import Verdict, try_banqup, try_pingwin
from core.operations.credentials import credentials, same_dossier, try_credentials
from core.operations.desk import Desk
from core.operations.engines import engine, last_ran
from core.operations.health import Health, moment, stopped
from core.operations.overview import SpaceStatus
from core.secrets import SecretName

LEAST_FREE_MB = 500
SLOWEST_FSYNC_MS = 50.0
FURTHEST_CLOCK_S = 60.0
STUCK_S = 48 * 3_600.0
MOST_TESTED = 50
"""Installations whose credentials are tried in one run; a thousand of them would flood the target."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the doctor: passes (True), fails (False) or cannot be told (None)."""

    code: str
    passed: bool | None
    arguments: Arguments = field(default_factory=dict)
    space: str | None = None


async def doctor(desk: Desk) -> list[Line]:
    """Checks this machine and each installation."""
    lines = [line for check in MACHINE for line in _guarded(check, desk)]
    lines += await _banqup(desk)
    lines += _from_verdict(await try_pingwin(desk))
    try:
        spaces = overview.snapshot(desk).spaces
    except ProductError as problem:  # a ledger that cannot be opened has its line above; nothing is known without it
        return [*lines, *([] if problem.code in {line.code for line in lines} else [_failed(problem)])]
    for number, status in enumerate(spaces):
        installation = status.installation
        try:
            lines += await _installation(desk, status, test=number < MOST_TESTED)
        except ProductError as problem:  # a source of secrets that does not work must not hide the other installations
            lines.append(_failed(problem, installation.space))
    return lines


def _guarded(check: Callable[[Desk], Iterable[Line]], desk: Desk) -> list[Line]:
    """A check that cannot be made is a failed line, never the end of the doctor."""
    try:
        return list(check(desk))
    except ProductError as problem:
        return [_failed(problem)]
    except OSError as problem:
        where = str(problem.filename or "")
        return [Line("doctor_os", False, {"where": where, "why": problem.strerror or type(problem).__name__})]


def _failed(problem: ProductError, space: str | None = None) -> Line:
    return Line(problem.code, False, {**problem.arguments, "where": problem.where}, space)


# -- this machine ----------------------------------------------------------------------------------------------------


def _home(desk: Desk) -> Iterable[Line]:
    yield Line(f"doctor_home_{desk.home.mode}", True, {"config": str(desk.home.config), "data": str(desk.home.data)})


def _permissions(desk: Desk) -> Iterable[Line]:
    directories = {desk.home.config: desk.home.directory_mode, desk.home.data: desk.home.directory_mode}
    files = dict.fromkeys((desk.home.installations, desk.home.ledger), desk.home.file_mode)
    kept = {path: mode for path, mode in {**directories, **files}.items() if path.exists()}
    for path, mode in kept.items():
        refuse_wider(path, mode)
    desk.secrets.find(SecretName.BANQUP_SECRET)  # reads credentials.toml, which refuses a wider mode or another owner
    yield Line("doctor_permissions", True, {"count": len(kept)})


def _disk(desk: Desk) -> Iterable[Line]:
    free = shutil.disk_usage(_nearest(desk.home.data)).free // 2**20
    yield Line("doctor_disk" if free >= LEAST_FREE_MB else "doctor_disk_low", free >= LEAST_FREE_MB, {"free_mb": free})
    kind = file_system(desk.home.ledger)
    yield Line("doctor_file_system", True, {"kind": kind or None})


def _nearest(path: Path) -> Path:
    return next(each for each in (path, *path.parents) if each.exists())


def _fsync(desk: Desk) -> Iterable[Line]:
    if desk.readonly or not desk.home.data.is_dir():
        yield Line("doctor_fsync_unmeasured", None)
        return
    took = statistics.median(_one_fsync(desk.home.data) for _ in range(5)) * 1000
    slow = took > SLOWEST_FSYNC_MS
    yield Line("doctor_fsync_slow" if slow else "doctor_fsync", not slow, {"ms": round(took, 2)})


def _one_fsync(directory: Path) -> float:
    with tempfile.TemporaryFile(dir=directory) as file:
        file.write(b"\0" * 4096)
        file.flush()
        start = time.perf_counter()
        os.fsync(file.fileno())
        return time.perf_counter() - start


def _ledger(desk: Desk) -> Iterable[Line]:
    if not desk.has_ledger():
        yield Line("no_ledger_yet", None)
        return
    version = ".".join(map(str, sqlite3.sqlite_version_info))
    mode = "WAL" if wal_safe(sqlite3.sqlite_version_info) else "TRUNCATE"
    yield Line("doctor_ledger_mode", True, {"mode": mode, "version": version})
    problems = desk.ledger.check()
    if problems:
        yield Line("doctor_ledger_broken", False, {"count": len(problems), "first": problems[0]})
    else:
        yield Line("doctor_ledger_sound", True)


def _engine(desk: Desk) -> Iterable[Line]:
    running = engine(desk)
    needed = any(each.active for each in desk.installations.all())
    if running.running:
        since = moment(running.since) if running.since else None
        yield Line("doctor_engine", True, {"pid": running.pid, "host": running.host, "since": since})
    elif needed:
        code, arguments = stopped(last_ran(desk))
        yield Line(code, False, arguments)
    else:
        yield Line("doctor_engine_not_needed", None)


def _round(desk: Desk) -> Iterable[Line]:
    """How long one round of polls takes at the ceiling of calls, with one page a space."""
    machine = desk.machine
    active = sum(each.active for each in desk.installations.all())
    seconds = active * 60.0 / machine.banqup.calls_per_minute
    fits = seconds <= machine.timing.poll_interval
    arguments = {"spaces": active, "seconds": round(seconds), "interval": round(machine.timing.poll_interval)}
    yield Line("doctor_round" if fits else "doctor_round_long", fits, arguments)


def _text(_: Desk) -> Iterable[Line]:
    encoding = os.fsencode("é") == "é".encode()
    yield Line("doctor_utf8" if encoding else "doctor_no_utf8", encoding or None)


MACHINE: tuple[Callable[[Desk], Iterable[Line]], ...] = (
    _home,
    _permissions,
    _disk,
    _fsync,
    _ledger,
    _engine,
    _round,
    _text,
)
"""The checks of the machine, in the order of the report."""


# -- the two sides ---------------------------------------------------------------------------------------------------


def _from_verdict(verdict: Verdict, space: str | None = None) -> list[Line]:
    return [Line(proof.code, proof.passed, proof.arguments, space) for proof in verdict.proofs]


async def _banqup(desk: Desk) -> list[Line]:
    verdict = await try_banqup(desk)
    lines = _from_verdict(verdict)
    return [*lines, await _clock(desk)] if verdict.ok else lines


async def _clock(desk: Desk) -> Line:
    """Our clock against the Date of Banqup's answers; a space's list is the answer we can ask for."""
    spaces = [each.space for each in desk.installations.all()]
    if not spaces:
        return Line("doctor_clock_unmeasured", None)
    try:
        async with desk.banqup() as source:
            async for page in source.scan(spaces[0], int(desk.clock.now() * 1e9)):
                off = abs(desk.clock.now() - page.clock_ns / 1e9)
                good = off <= FURTHEST_CLOCK_S
                return Line("doctor_clock" if good else "doctor_clock_off", good, {"seconds": round(off)})
    except ProductError as problem:
        return Line(problem.code, False, problem.arguments, spaces[0])
    return Line("doctor_clock_unmeasured", None)


# -- each installation -----------------------------------------------------------------------------------------------


async def _installation(desk: Desk, status: SpaceStatus, *, test: bool) -> list[Line]:
    installation, space = status.installation, status.installation.space
    lines = [*_credentials(desk, installation)]
    if test and not any(line.passed is False for line in lines):
        lines += _from_verdict(await try_credentials(desk, space), space)
    if not installation.enterprise_numbers:
        lines.append(Line("enterprise_numbers_missing", False, {}, space))
    if not installation.own_extension_off:
        lines.append(Line("own_extension_on", None, {"name": installation.name}, space))
    lines += [Line("same_dossier", None, {"name": each.name}, space) for each in same_dossier(desk, space)]
    lines += _polling(status)
    return [*lines, *_queue(desk, status)] if desk.has_ledger() else lines


def _credentials(desk: Desk, installation: Installation) -> Iterable[Line]:
    for view in credentials(desk, installation.space):
        if view.present:
            arguments = {"field": view.field.value, "source": view.source}
            yield Line("doctor_credential", True, arguments, installation.space)
        else:
            failed = False if installation.active else None
            yield Line("credential_missing", failed, {"field": view.field.value}, installation.space)


def _polling(status: SpaceStatus) -> Iterable[Line]:
    installation = status.installation
    good = status.health in {Health.ACTIVE, Health.HELD}
    passed = None if status.health is Health.INACTIVE else good
    yield Line(status.code, passed, status.arguments, installation.space)
    if installation.active:
        last: Arguments = {"at": moment(status.last_good_poll) if status.last_good_poll else None}
        code = "doctor_poll_overdue" if status.overdue else "doctor_poll"
        yield Line(code, not status.overdue, last, installation.space)


def _queue(desk: Desk, status: SpaceStatus) -> Iterable[Line]:
    space = status.installation.space
    waiting = QueueQuery(spaces=(space,), states=frozenset({State.SEEN, State.READY, State.LEASED}))
    oldest = min((row.changed_at for row in desk.ledger.window(waiting, 0, 1)), default=None)
    if oldest is not None:
        stuck = status.installation.active and desk.clock.now() - oldest > STUCK_S
        code = "doctor_waiting_stuck" if stuck else "doctor_waiting"
        count: Arguments = {"count": desk.ledger.total(waiting), "since": moment(oldest)}
        yield Line(code, not stuck, count, space)
    if status.needs_attention:
        yield Line("doctor_needs_person", False, {"count": status.needs_attention}, space)
