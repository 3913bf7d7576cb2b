"""The ledger on SQLite: one file, any number of processes on one machine.

Opens it (`open_ledger`) and puts the rooms together: activating, polling, delivering, circuits, deciding, reading,
checking. Each of them is a few statements over `store.Store`; what is SQLite's own stands here.
"""

from __future__ import annotations

import fcntl
import json
import os
import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from core.errors import StoreError
from core.ledger.activating import Activating
from core.ledger.base import Ledger
from core.ledger.checking import MOST, Checking, damaged
from core.ledger.circuits import Circuits
from core.ledger.deciding import Deciding
from core.ledger.delivering import Delivering
from core.ledger.erasing import Erasing
from core.ledger.library import sqlite3, store_error
from core.ledger.opening import copy_to, look, set_up
from core.ledger.polling import Polling
from core.ledger.reading import Reading
from core.ledger.records import Present
from core.ledger.rows import Row
from core.ledger.schema import Migrating, Script, scripts, unwatched
from core.ledger.store import ConflictError, Store, Transaction, Values
from core.ledger.turn import PATIENCE_S, Turn

__all__ = ["SqliteLedger", "open_ledger"]


class SqliteTransaction(Transaction):
    """A write under the file's lock: it has the whole ledger to itself."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        super().__init__()
        self._connection = connection

    def run(self, sql: str, values: Values | Sequence[object] = ()) -> sqlite3.Cursor:
        """Executes one statement."""
        return self._connection.execute(sql, values)

    def own(self, space: str) -> None:
        """Every space is its own already."""

    def in_turn(self, what: str) -> None:
        """Every write is in turn already."""

    def pick(self, sql: str, values: Values) -> Row | None:
        """The first row: nobody else holds one."""
        return self.one(sql, values)

    def empty(self, tables: Sequence[str], *, keep: Collection[str]) -> None:
        """Deletes rows."""
        for table in tables:
            if table == "meta":
                self.run("DELETE FROM meta WHERE k NOT IN (SELECT value FROM json_each(?))", (json.dumps([*keep]),))
            else:
                self.run(f"DELETE FROM {table}")  # noqa: S608 - our own names

    def fill(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """Inserts them; triggers count as always."""
        names, places = ", ".join(columns), ", ".join("?" * len(columns))
        self._connection.executemany(f"INSERT INTO {table}({names}) VALUES({places})", rows)

    def filled(self, tables: Sequence[str]) -> None:
        """Nothing is left to do: a rowid follows the largest one by itself."""


class SqliteStore(Store):
    """A ledger file as one process has it open.

    Every write holds `flock` on `<ledger>.lock` (the kernel wakes waiters in turn, which SQLite's own wait does not)
    and `BEGIN IMMEDIATE`. Reads are single statements in autocommit, fetched at once: an open read would block the
    engine.
    """

    def __init__(
        self, path: Path, connection: sqlite3.Connection, *, lock: int, presence: int, schema: int, readonly: bool
    ) -> None:
        self.path = path
        self.readonly = readonly
        self._connection = connection
        self._lock = lock
        self._turn = Turn(lock)
        self.patience = PATIENCE_S
        self._presence = presence
        self._schema = schema
        self._guard = threading.RLock()
        self._changes = 0
        self._dirty = False
        self._closed = False

    @property
    def place(self) -> str:
        """The file."""
        return str(self.path)

    @property
    def software(self) -> str:
        """The library that this process has."""
        return f"SQLite {sqlite3.sqlite_version}"

    @property
    def shared(self) -> bool:
        """A file is one machine's."""
        return False

    def lead(self) -> bool:
        """Who has the engine's lock leads."""
        return True

    def book(self, name: str, calls: int, per_minute: int) -> float:
        """The one engine of a file counts its calls itself."""
        return 0.0

    def server_time(self) -> float | None:
        """There is no server."""
        return None

    def engines(self) -> list[Present]:
        """The engine's lock tells."""
        return []

    def read(self, sql: str, values: Values | Sequence[object] = ()) -> list[Row]:
        """One statement in autocommit, all its rows."""
        with self._guard, self._errors():
            self._must_be_open()
            try:
                return self._connection.execute(sql, values).fetchall()
            except sqlite3.OperationalError as busy:
                if self.readonly or busy.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                    raise
            return self._read_in_turn(sql, values)

    def _read_in_turn(self, sql: str, values: Values | Sequence[object]) -> list[Row]:
        """Waits for the writers' lock: SQLite's own waiting is unfair, and a reader can starve beside busy writers."""
        with self.alone() as connection:
            return connection.execute(sql, values).fetchall()

    @contextmanager
    def write(self, space: str | None = None) -> Iterator[Transaction]:
        """One short transaction; nothing of it stays where anything in it raises. No network call inside."""
        with self.alone(), self._errors():
            connection = self._connection
            connection.execute("BEGIN IMMEDIATE")
            try:
                self._check_schema()
                if not self._dirty:
                    connection.execute("UPDATE meta SET v = '0' WHERE k = 'clean' AND v <> '0'")
                transaction = SqliteTransaction(connection)
                yield transaction
                transaction.finish()
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
            self._dirty = True
            self._changes += 1

    @contextmanager
    def alone(self) -> Iterator[sqlite3.Connection]:
        """Holds the write lock of all processes without a transaction: checks and backups are exclusive by it."""
        with self._guard:
            self._must_be_open()
            if self.readonly:
                raise StoreError("ledger_opened_readonly", where=str(self.path))
            if not self._turn.take(self.patience):
                raise StoreError("ledger_held", where=str(self.path), seconds=round(self.patience))
            try:
                yield self._connection
            finally:
                self._turn.give()

    def columns(self, table: str) -> tuple[str, ...]:
        """A table's columns; SQLite tells no generated ones here."""
        return tuple(row["name"] for row in self.read(f"PRAGMA table_info({table})"))

    @contextmanager
    def still(self) -> Iterator[None]:
        """Nobody writes meanwhile; a read-only ledger takes what each read finds."""
        if self.readonly:
            yield
            return
        with self.alone():
            yield

    def version(self) -> int:
        """Moves whenever anybody changed the ledger: the file's own counter for others, ours for this connection."""
        return int(self.read("PRAGMA data_version")[0]["data_version"]) + self._changes

    def close(self) -> None:
        """Closes; the last one out marks the shutdown clean, so that the next start need not check the file."""
        with self._guard:
            if self._closed:
                return
            try:
                if self._dirty:
                    self._mark_clean()
            finally:
                self._closed = True
                self._connection.close()
                for fd in (self._lock, self._presence):
                    if fd >= 0:
                        os.close(fd)

    def _mark_clean(self) -> None:
        """The write lock first, then presence: in the order in which opening takes them."""
        with suppress(OSError, sqlite3.Error, StoreError), self.alone() as connection:
            fcntl.flock(self._presence, fcntl.LOCK_EX | fcntl.LOCK_NB)
            connection.execute("UPDATE meta SET v = '1' WHERE k = 'clean'")

    def _must_be_open(self) -> None:
        if self._closed:
            raise StoreError("ledger_closed", where=str(self.path))

    def _check_schema(self) -> None:
        row = self._connection.execute("SELECT v FROM meta WHERE k = 'schema_version'").fetchone()
        if row is None or int(row["v"]) != self._schema:
            raise StoreError(
                "ledger_other_schema", where=str(self.path), found=row["v"] if row else None, ours=self._schema
            )

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Turns SQLite's errors into ours."""
        try:
            yield
        except sqlite3.IntegrityError as broken:
            if broken.sqlite_errorname in {"SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"}:
                raise ConflictError(str(broken)) from broken
            raise
        except sqlite3.ProgrammingError:
            raise
        except sqlite3.Error as error:
            raise store_error(error, self.path) from error


class SqliteLedger(
    Activating, Polling, Delivering, Circuits, Deciding, Reading, Checking, Erasing, SqliteStore, Ledger
):
    """The ledger over one connection; several threads may share it."""

    def backup(self, path: str) -> None:
        """Copies the whole ledger into a new file, consistently. Raises StoreError where that file exists."""
        target = Path(path)
        if target.exists():
            raise StoreError("backup_exists", where=path)
        with self.still(), self._guard:
            self._must_be_open()
            try:
                copy_to(self._connection, target, self.path.stat().st_mode & 0o777)
            except sqlite3.Error as error:
                raise store_error(error, target) from error

    def rewrite(self) -> None:
        """Writes the file anew, and empties its journal."""
        with self.alone() as connection, self._errors():
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            self._changes += 1

    def _structure(self) -> Iterator[str]:
        for row in self.read(f"PRAGMA integrity_check({MOST})"):
            if row["integrity_check"] != "ok":
                yield damaged(str(row["integrity_check"]))
        for row in self.read("PRAGMA foreign_key_check"):
            yield damaged(f"{row['table']} {row['rowid']} -> {row['parent']}")


def open_ledger(
    path: Path,
    *,
    readonly: bool = False,
    file_mode: int = 0o600,
    steps: Sequence[Script] | None = None,
    migrating: Migrating = unwatched,
) -> SqliteLedger:
    """Opens a ledger, making it where there is none (unless `readonly`).

    `migrating` is told how far it is while an older one is brought up to date.
    `steps` is another schema, for tests of migrations.
    Raises StoreError (unusable, newer, network file system) and ConfigurationError (open to too many people).
    """
    schema = tuple(steps or scripts())
    if readonly:
        connection = look(path, ours=schema[-1].version)
        return SqliteLedger(path, connection, lock=-1, presence=-1, schema=schema[-1].version, readonly=True)
    connection, lock, presence = set_up(path, mode=file_mode, steps=schema, migrating=migrating)
    return SqliteLedger(path, connection, lock=lock, presence=presence, schema=schema[-1].version, readonly=False)
