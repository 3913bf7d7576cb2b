"""Opening a ledger file: where it may lie, the journal mode it may use, and the schema it must have.

Migrations go forward only, with a backup first, and only while nobody else has the file open. A file of a newer
version is refused. Every refusal is a `StoreError` or `ConfigurationError` with a code.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import count
from pathlib import Path

from core.errors import StoreError
from core.files import fsync_directory, open_lock, refuse_wider, unwritable
from core.ledger.library import (
    NETWORK_FILE_SYSTEMS,
    file_system,
    journal_for,
    sqlite3,
    store_error,
)
from core.ledger.schema import Migrating, Script, unwatched
from core.ledger.store import NEXT
from core.ledger.terms import kept_terms

BUSY_S = 5.0
"""How long SQLite waits for a reader or writer that does not take our lock."""

MIGRATION_MEMORY_KB = 64 * 1024
"""What a migration may keep of the file in memory."""

TOLD_EVERY = 1_000
"""Deliveries between two words about how far a migration is."""


def refuse_network(path: Path, mounts: str | None = None) -> None:
    """Raises where the ledger would lie on a file system whose locks cannot be trusted."""
    kind = file_system(path.parent, mounts)
    if kind in NETWORK_FILE_SYSTEMS:
        raise StoreError("ledger_on_network", where=str(path), kind=kind)


def prepare_file(path: Path, mode: int) -> None:
    """Makes an empty private file where there is none (SQLite gives its journals the same mode)."""
    try:
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    except FileExistsError:
        refuse_wider(path, mode)
        return
    except OSError as error:
        raise unwritable(path, error) from error
    try:
        os.fchmod(fd, mode)
    finally:
        os.close(fd)
    fsync_directory(path.parent)


def connect(path: Path, *, readonly: bool) -> sqlite3.Connection:
    """A bare connection: autocommit, any thread. A read-only one may still roll back what a killed writer left."""
    if readonly and not os.access(path, os.W_OK):
        uri = f"{path.absolute().as_uri()}?mode=ro"
    else:
        uri = f"{path.absolute().as_uri()}?mode=rw"
    connection = sqlite3.connect(uri, uri=True, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    return connection


def tune(connection: sqlite3.Connection, *, readonly: bool) -> None:
    """Journal mode by the gate, every commit on disk, foreign keys on."""
    current = str(connection.execute("PRAGMA journal_mode").fetchone()[0]).lower()
    fresh = connection.execute("PRAGMA schema_version").fetchone()[0] == 0
    mode = journal_for(sqlite3.sqlite_version_info, current=current, fresh=fresh)
    if readonly:
        connection.execute("PRAGMA query_only=ON")
    elif mode != current:
        connection.execute(f"PRAGMA journal_mode={mode.upper()}")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")


def schema_of(connection: sqlite3.Connection, path: Path) -> int:
    """The file's schema version, 0 for an empty file. Raises for a database that is no ledger."""
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()}
    if not tables:
        return 0
    if not {"meta", "doc", "event"} <= tables:
        raise StoreError("ledger_not_ours", where=str(path))
    row = connection.execute("SELECT v FROM meta WHERE k = 'schema_version'").fetchone()
    return int(row[0]) if row else 0


def check_schema(found: int, ours: int, path: Path, *, readonly: bool) -> None:
    """Raises where this program cannot work with the file's schema."""
    if found > ours:
        raise StoreError("ledger_newer", where=str(path), found=found, ours=ours)
    if readonly and found < ours:
        raise StoreError("ledger_older_readonly", where=str(path), found=found, ours=ours)


def migrate(
    connection: sqlite3.Connection,
    path: Path,
    found: int,
    steps: Sequence[Script],
    mode: int,
    migrating: Migrating = unwatched,
) -> None:
    """Brings the file to the newest schema in one transaction, after a copy of what was there.

    The caller holds the write lock and knows that nobody else has the file open.
    """
    if found:
        copy_to(connection, path.with_name(f"{path.name}.schema-{found}.bak"), mode)
    deliveries = int(connection.execute("SELECT count(*) FROM doc").fetchone()[0]) if found else 0
    connection.create_function("spelled_terms", 6, _speller(deliveries, migrating), deterministic=True)
    kept = connection.execute("PRAGMA cache_size").fetchone()[0]
    connection.execute(f"PRAGMA cache_size=-{MIGRATION_MEMORY_KB}")
    # what a script fills in comes from the rows it refers to; looking each of them up again takes minutes
    connection.execute("PRAGMA foreign_keys=OFF")
    connection.execute("BEGIN IMMEDIATE")
    try:
        for step in steps:
            if step.version > found:
                for statement in statements(step.sql):
                    connection.execute(statement)
        connection.execute(
            "INSERT INTO meta VALUES('schema_version', ?) ON CONFLICT DO UPDATE SET v = excluded.v",
            (str(steps[-1].version),),
        )
        connection.execute("INSERT INTO meta VALUES('clean', '1') ON CONFLICT DO NOTHING")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    finally:
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute(f"PRAGMA cache_size={kept}")


def _speller(deliveries: int, migrating: Migrating) -> Callable[..., str]:
    """For the schema's scripts: the terms of a row that was written before there were any, as a JSON list."""
    seen = count(1)

    def spelled(number: str, party: str, vat: str, issued: str | None, amount: str | None, ref: str | None) -> str:
        done = next(seen)
        if done % TOLD_EVERY == 0 or done == deliveries:
            migrating(done, deliveries)
        terms = kept_terms(
            number=number,
            party=party,
            vat_number=vat,
            amount=Decimal(amount) if amount else None,
            issue_date=date.fromisoformat(issued) if issued else None,
            reference=ref,
        )
        return json.dumps(sorted(terms))

    return spelled


def statements(script: str) -> Iterator[str]:
    """A script's statements, triggers in one piece (`executescript` would commit in between)."""
    pending = ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            yield pending
            pending = ""
    if pending.strip() and not pending.strip().startswith("--"):
        yield pending


def copy_to(connection: sqlite3.Connection, target: Path, mode: int) -> None:
    """Copies the whole ledger into a single private file, durable when this returns; replaces `target` atomically."""
    aside = target.with_name(f".{target.name}.new")
    aside.unlink(missing_ok=True)
    try:
        os.close(os.open(aside, os.O_RDWR | os.O_CREAT | os.O_EXCL, mode))
        copy = sqlite3.connect(aside, isolation_level=None)
        try:
            connection.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")
        finally:
            copy.close()
        fd = os.open(aside, os.O_RDONLY)
        try:
            os.fchmod(fd, mode)
            os.fsync(fd)
        finally:
            os.close(fd)
        aside.replace(target)
        fsync_directory(target.parent)
    except OSError as error:
        raise unwritable(target, error) from error
    finally:
        aside.unlink(missing_ok=True)


def recover(connection: sqlite3.Connection, path: Path) -> None:
    """After a run that did not end cleanly: looks at the file's structure, and works out all due times again."""
    problem = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if problem != "ok":
        raise StoreError("ledger_damaged", where=str(path), why=str(problem))
    spaces = [row[0] for row in connection.execute("SELECT space FROM space_run").fetchall()]
    connection.execute("BEGIN IMMEDIATE")
    for space in spaces:
        connection.execute(NEXT, {"space": space})
    connection.execute("UPDATE meta SET v = '1' WHERE k = 'clean'")
    connection.execute("COMMIT")


def first_in(presence: int) -> bool:
    """Whether nobody else has the ledger open; keeps presence exclusive until `stay`."""
    try:
        fcntl.flock(presence, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def stay(presence: int) -> None:
    """Shows other processes that this one has the ledger open, for as long as it lives."""
    fcntl.flock(presence, fcntl.LOCK_SH)


def set_up(
    path: Path, *, mode: int, steps: Sequence[Script], migrating: Migrating = unwatched
) -> tuple[sqlite3.Connection, int, int]:
    """Opens for writing: (connection, lock, presence). Under the write lock, so that first starts do not collide."""
    refuse_network(path)
    prepare_file(path, mode)
    lock = open_lock(path, mode)
    presence = open_lock(path, mode, ".open")
    connection: sqlite3.Connection | None = None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        alone = first_in(presence)
        connection = connect(path, readonly=False)
        tune(connection, readonly=False)
        found, ours = schema_of(connection, path), steps[-1].version
        check_schema(found, ours, path, readonly=False)
        if found < ours:
            if not alone:
                raise StoreError("ledger_in_use_by_older", where=str(path), found=found, ours=ours)
            migrate(connection, path, found, steps, mode, migrating)
        elif alone and connection.execute("SELECT v FROM meta WHERE k = 'clean'").fetchone()[0] != "1":
            recover(connection, path)
        stay(presence)
        fcntl.flock(lock, fcntl.LOCK_UN)
    except BaseException as error:
        if connection is not None:
            connection.close()
        os.close(lock)
        os.close(presence)
        if isinstance(error, sqlite3.Error):
            raise store_error(error, path) from error
        raise
    return connection, lock, presence


def look(path: Path, *, ours: int) -> sqlite3.Connection:
    """Opens for reading only; makes no file beside it."""
    if not path.is_file():
        raise StoreError("ledger_missing", where=str(path))
    refuse_network(path)
    try:
        connection = connect(path, readonly=True)
        try:
            tune(connection, readonly=True)
            check_schema(schema_of(connection, path), ours, path, readonly=True)
        except BaseException:
            connection.close()
            raise
    except sqlite3.Error as error:
        raise store_error(error, path) from error
    return connection
