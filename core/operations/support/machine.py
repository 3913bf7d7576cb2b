"""The doctor's checks of this machine: directories, disk, ledger, engine, polling, terminal, service, notices.

Each takes the desk and gives its lines, in the order of the report. They measure and look, and change nothing.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

from core import __version__
from core.ledger.library import file_system, sqlite3, wal_safe
from core.ledger.opening import refuse_network
from core.model import Arguments
from core.operations.desk import Desk
from core.operations.running import service, telling
from core.operations.running.engines import engine, last_ran
from core.operations.support.lines import Check, Line, failed
from core.operations.views.health import moment, stopped
from core.secrets import SecretName
from core.sync import pace

FURTHEST_CLOCK_S = 60.0
OLDEST_SERVER = 13
"""PostgreSQL's oldest major version that the ledger is tried on."""

LEAST_FREE_MB = 500
LEAST_FREE_FILES = 10_000
SLOWEST_FSYNC_MS = 50.0
FSYNCS_A_DOCUMENT = 15
"""From seen to confirmed, in the slower journal mode: 13 documents a second at 5 ms (engine reference, 1)."""

QUICKEST_S = 1e-4
"""A file system in memory measures less; that says nothing of documents."""

SMALLEST = (80, 24)
"""Columns and lines that every screen is complete at."""

UNFINISHED = (".installations-*", ".credentials-*", ".bundle-*", ".backup-*", ".restore-*", ".banqup-pingwin-*")
"""How files begin that a killed process may leave."""

STALE_S = 3_600.0
"""Younger ones may still be worked on."""

SPARSE_BYTES, SPARSE_SHARE = 64 * 2**20, 0.25
"""A ledger with more free pages than both may be made smaller."""


def _home(desk: Desk) -> Iterable[Line]:
    yield Line(f"doctor_home_{desk.home.mode}", True, {"config": str(desk.home.config), "data": str(desk.home.data)})


def allowed(desk: Desk) -> dict[Path, int]:
    """Every path of ours that is there -> the widest permission bits it may have."""
    home = desk.home
    directories = (home.config, home.data, home.logs, home.spool)
    ledgers = (home.ledger, *(home.ledger.with_name(home.ledger.name + end) for end in ("-wal", "-shm", "-journal")))
    decisions = (home.installations, home.installations.with_name(home.installations.name + ".bak"))
    modes = dict.fromkeys(directories, home.directory_mode) | dict.fromkeys((*ledgers, *decisions), home.file_mode)
    return {path: mode for path, mode in (modes | {home.credentials: 0o600}).items() if path.exists()}


def too_open(desk: Desk) -> list[tuple[Path, int, int]]:
    """Paths that grant more than they may: path, present and allowed bits."""
    found = ((path, stat.S_IMODE(path.stat().st_mode) & 0o777, mode & 0o777) for path, mode in allowed(desk).items())
    return [(path, now, mode) for path, now, mode in found if now & ~mode]


def _permissions(desk: Desk) -> Iterable[Line]:
    wide = too_open(desk)
    for path, now, mode in wide:
        code = "folder_too_open" if path.is_dir() else "file_too_open"
        yield Line(code, False, {"where": str(path), "mode": f"{now:o}", "wanted": f"{mode:o}"}, grave=True)
    if not wide:
        desk.secrets.find(SecretName.BANQUP_SECRET)  # reads credentials.toml, which refuses another owner
        yield Line("doctor_permissions", True, {"count": len(allowed(desk))})


def _disk(desk: Desk) -> Iterable[Line]:
    near = _nearest(desk.home.data)
    free = shutil.disk_usage(near).free // 2**20
    yield Line("doctor_disk" if free >= LEAST_FREE_MB else "doctor_disk_low", free >= LEAST_FREE_MB, {"free_mb": free})
    files = os.statvfs(near)
    if files.f_files and files.f_favail < LEAST_FREE_FILES:
        yield Line("doctor_files_low", False, {"count": files.f_favail})
    if desk.database is None:
        refuse_network(desk.home.ledger)
    yield Line("doctor_file_system", True, {"kind": file_system(near) or None})


def _nearest(path: Path) -> Path:
    return next(each for each in (path, *path.parents) if each.exists())


def _fsync(desk: Desk) -> Iterable[Line]:
    if desk.readonly or not desk.home.data.is_dir():
        yield Line("doctor_fsync_unmeasured", None)
        return
    took = max(statistics.median(_one_fsync(desk.home.data) for _ in range(5)), QUICKEST_S)
    slow = took * 1000 > SLOWEST_FSYNC_MS
    documents = int(3_600 / (FSYNCS_A_DOCUMENT * took))
    code = "doctor_fsync_slow" if slow else "doctor_fsync"
    yield Line(code, not slow, {"ms": round(took * 1000, 2), "documents": _two_digits(documents)})


def _two_digits(number: int) -> int:
    """A measurement that varies is no exact number."""
    return number if number < 100 else int(float(f"{number:.2g}"))


def _one_fsync(directory: Path) -> float:
    with tempfile.TemporaryFile(dir=directory) as file:
        file.write(b"\0" * 4096)
        file.flush()
        start = time.perf_counter()
        os.fsync(file.fileno())
        return time.perf_counter() - start


def _ledger(desk: Desk) -> Iterable[Line]:
    if desk.database is not None:
        yield Line("doctor_ledger_server", True, {"place": desk.ledger.place, "source": desk.database.source})
        yield from _server(desk)
        yield from _soundness(desk)
        return
    if not desk.home.ledger.exists():
        yield Line("ledger_missing", None)
        return
    safe = wal_safe(sqlite3.sqlite_version_info)
    mode, free = _pages(desk.home.ledger)
    yield Line("doctor_ledger_mode", True, {"mode": mode, "version": sqlite3.sqlite_version})
    if mode != "WAL" and safe:
        yield Line("doctor_journal_could_be_wal", None)
    if free > SPARSE_BYTES and free > SPARSE_SHARE * desk.home.ledger.stat().st_size:
        yield Line("doctor_ledger_sparse", None, {"free_mb": free // 2**20})
    yield from _soundness(desk)


def _server(desk: Desk) -> Iterable[Line]:
    """How the ledger's server answers, and whether it can tell the time: every lease is counted by its clock."""
    before = time.perf_counter()
    said = desk.ledger.server_time()
    ms = (time.perf_counter() - before) * 1000
    software, schema = desk.ledger.software, desk.ledger.get_meta("schema_version")
    recent = int(re.findall(r"\d+", software)[0]) >= OLDEST_SERVER
    arguments: Arguments = {"software": software, "schema": schema, "ms": round(ms, 1), "oldest": OLDEST_SERVER}
    yield Line("doctor_ledger_answers" if recent else "doctor_ledger_server_old", recent, arguments)
    off = abs((said or 0.0) - desk.clock.now())
    if off > FURTHEST_CLOCK_S:
        yield Line("doctor_ledger_clock_off", None, {"seconds": round(off)})


def _retention(desk: Desk) -> Iterable[Line]:
    terms = {"days": desk.machine.spool_days, "years": desk.machine.ledger_years}
    yield Line("doctor_retention", True, terms)


def _soundness(desk: Desk) -> Iterable[Line]:
    problems = desk.ledger.check()
    if problems:
        yield Line("doctor_ledger_broken", False, {"count": len(problems), "first": problems[0]}, grave=True)
    else:
        yield Line("doctor_ledger_sound", True)


def _pages(ledger: Path) -> tuple[str, int]:
    """The journal mode that the file is in, and the bytes of its free pages. Only WAL is remembered in a file."""
    try:
        with closing(sqlite3.connect(f"{ledger.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            ((mode,), (pages,), (size,)) = (
                connection.execute(f"PRAGMA {name}").fetchone()
                for name in ("journal_mode", "freelist_count", "page_size")
            )
    except sqlite3.Error:  # the check of the ledger says what is wrong with it
        return "?", 0
    return ("WAL" if str(mode).lower() == "wal" else "TRUNCATE"), pages * size


def _leftovers(desk: Desk) -> Iterable[Line]:
    count = len(leftovers(desk))
    if count:
        yield Line("doctor_leftovers", None, {"count": count})


def leftovers(desk: Desk) -> list[Path]:
    """What killed processes left of unfinished work, older than an hour."""
    old = time.time() - STALE_S
    return [path for path in _unfinished(desk) if path.lstat().st_mtime < old]


def _unfinished(desk: Desk) -> Iterator[Path]:
    for directory in dict.fromkeys((desk.home.config, desk.home.data)):
        for pattern in UNFINISHED:
            yield from directory.glob(pattern)


def _engine(desk: Desk) -> Iterable[Line]:
    running = engine(desk)
    needed = any(each.active for each in desk.installations.all())
    if running.running:
        since = moment(running.since) if running.since else None
        yield Line("doctor_engine", True, {"pid": running.pid, "host": running.host, "since": since})
        if running.version and running.version != __version__:
            yield Line("engine_other_version", False, {"engine": running.version, "ours": __version__})
    elif needed:
        code, arguments = stopped(last_ran(desk))
        yield Line(code, False, arguments, grave=True)
    else:
        yield Line("doctor_engine_not_needed", None)


def _service(desk: Desk) -> Iterable[Line]:
    """Whether anything starts the engine when the machine starts, and lets it live when its person logs out."""
    unit = service.installed_unit(desk)
    if unit is None:
        yield Line("doctor_no_service", None)
    elif desk.home.mode != "system" and not service.lingers():
        yield Line("doctor_no_linger", False, {"path": str(unit)})
    else:
        yield Line("doctor_service", True, {"path": str(unit)})


def _notices(desk: Desk) -> Iterable[Line]:
    problem = telling.problem(desk)
    if problem is not None:
        yield Line("notice_failed", False, {"why": problem})
    elif telling.hook_of(desk.home, desk.machine.notices, desk.environ):
        yield Line("doctor_notices", True)
    else:
        yield Line("doctor_no_notices", None)


def _round(desk: Desk) -> Iterable[Line]:
    """How often a space is asked, as the engine does it: later than was set where Banqup's ceiling is too low."""
    if not desk.has_ledger():
        return
    timing, calls = desk.machine.timing, desk.machine.banqup.calls_per_minute
    runs = [run for run in desk.ledger.space_runs() if run.running]
    stretched = pace.stretch(runs, timing, calls, desk.clock.now())
    arguments = {
        "spaces": len(runs),
        "interval": round(timing.poll_interval),
        "seconds": round(timing.poll_interval * stretched),
        "calls": calls,
    }
    yield Line("doctor_round", True, arguments) if stretched == 1.0 else Line("doctor_round_long", None, arguments)


def _settings(desk: Desk) -> Iterable[Line]:
    """A hand edit that broke the file while the last good version is still worked with."""
    desk.installations.all()
    if desk.installations.problem is not None:
        yield failed(desk.installations.problem)


def _text(desk: Desk) -> Iterable[Line]:
    encoding = sys.getfilesystemencoding().lower() == "utf-8"
    yield Line("doctor_utf8" if encoding else "doctor_no_utf8", encoding or None)
    size, term = shutil.get_terminal_size(SMALLEST), desk.environ.get("TERM", "")
    about = {"term": term or None, "columns": size.columns, "lines": size.lines}
    if term in {"", "dumb"}:
        yield Line("doctor_no_terminal", None, about)
    else:
        large = size.columns >= SMALLEST[0] and size.lines >= SMALLEST[1]
        yield Line("doctor_terminal" if large else "doctor_terminal_small", large or None, about)


MACHINE: tuple[Check, ...] = (
    _home,
    _settings,
    _permissions,
    _disk,
    _fsync,
    _ledger,
    _leftovers,
    _retention,
    _engine,
    _service,
    _notices,
    _round,
    _text,
)
"""The checks of the machine, in the order of the report."""
