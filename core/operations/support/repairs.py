"""What the doctor can repair: permissions, leftovers, the ledger's journal mode and its free pages.

A repair takes the desk and mends what stands now, not what a line said a while ago. Those of the ledger need it alone:
no engine, no console beside.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial

from core.errors import ProductError
from core.files import unwritable
from core.ledger.library import sqlite3, store_error, wal_safe
from core.operations.desk import Desk
from core.operations.support.backups import alone
from core.operations.support.lines import Line, failed
from core.operations.support.machine import leftovers, too_open


def _narrow(desk: Desk, *, folders: bool) -> int:
    """Takes the bits away that folders, or files, grant too much."""
    wide = [found for found in too_open(desk) if found[0].is_dir() is folders]
    for path, now, mode in wide:
        try:
            path.chmod(now & mode)
        except OSError as problem:
            raise unwritable(path, problem) from problem
    return len(wide)


def _sweep(desk: Desk) -> int:
    """Removes what killed processes left."""
    found = leftovers(desk)
    for path in found:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            with suppress(FileNotFoundError):
                path.unlink()
    return len(found)


def _journal(desk: Desk) -> int:
    """The journal mode that this SQLite is safe with; alone, because only then a file changes its mode."""
    _on_the_file(desk, f"PRAGMA journal_mode={'WAL' if wal_safe(sqlite3.sqlite_version_info) else 'DELETE'}")
    return 1


def _compact(desk: Desk) -> int:
    """Gives free pages back to the disk; takes as much room again while it works."""
    _on_the_file(desk, "VACUUM")
    return 1


def _on_the_file(desk: Desk, statement: str) -> None:
    desk.close()
    with alone(desk):
        connection = sqlite3.connect(desk.home.ledger, isolation_level=None)
        try:
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            connection.execute(statement).fetchall()
        except sqlite3.Error as error:
            raise store_error(error, desk.home.ledger) from error
        finally:
            connection.close()


REPAIRS: dict[str, Callable[[Desk], int]] = {
    "folder_too_open": partial(_narrow, folders=True),
    "file_too_open": partial(_narrow, folders=False),
    "doctor_leftovers": _sweep,
    "ledger_wal_unsafe": _journal,
    "doctor_journal_could_be_wal": _journal,
    "doctor_ledger_sparse": _compact,
}
"""Code of a line -> what mends it, in the order in which it is done."""


def repairable(lines: Sequence[Line]) -> list[Line]:
    """The lines that `repair` can mend, one of a kind."""
    found = {line.code: line for line in lines if line.passed is not True and line.code in REPAIRS}
    return [found[code] for code in REPAIRS if code in found]


def repair(desk: Desk, lines: Sequence[Line]) -> list[Line]:
    """Mends what these lines name; one line each, with how many were mended, or why it could not be."""
    desk.must_write()
    done: list[Line] = []
    for line in repairable(lines):
        try:
            done.append(Line(f"repaired_{line.code}", True, {"count": REPAIRS[line.code](desk)}))
        except ProductError as problem:
            done.append(failed(problem))
    return done
