"""One connection to the ledger: locks, transactions, the schema version that each of them checks, and NEXT.

Every write holds `flock` on `<ledger>.lock` (the kernel wakes waiters in turn, which SQLite's own wait does not) and
`BEGIN IMMEDIATE`. Reads are single statements in autocommit, fetched at once: an open read would block the engine.
"""

from __future__ import annotations

import fcntl
import json
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from core.errors import StoreError
from core.ledger.library import sqlite3, store_error
from core.ledger.rows import plain
from core.model import Arguments, State

ENGINE = "engine"
"""The actor of everything that no person decided."""

Values = Mapping[str, object]

NEXT = """UPDATE space_run SET
  next_due = coalesce((SELECT min(due_at) FROM doc WHERE space = :space AND state IN ('seen','ready','leased')), 9e18),
  settle_due = coalesce((SELECT min(due_at) FROM doc WHERE space = :space AND state IN ('sending','unknown')), 9e18)
WHERE space = :space"""
"""Last statement of every transaction that touched a row of the space; missed, a document sleeps for ever."""


class Transaction:
    """A write under way. `touch` names the spaces whose due times are worked out again before the commit."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._touched: set[str] = set()

    def run(self, sql: str, values: Values | Sequence[object] = ()) -> sqlite3.Cursor:
        """Executes one statement; its cursor must be read before the transaction ends."""
        return self._connection.execute(sql, values)

    def one(self, sql: str, values: Values | Sequence[object] = ()) -> sqlite3.Row | None:
        """The first row of one statement, or None."""
        rows = self.run(sql, values).fetchall()
        return rows[0] if rows else None

    def touch(self, space: str) -> None:
        """Says that a row of this space may have a new state or due time."""
        self._touched.add(space)

    def event(
        self,
        space: str,
        kind: str,
        code: str | None,
        *,
        at: float,
        delivery: int | None = None,
        actor: str = ENGINE,
        state: State | None = None,
        args: Arguments | None = None,
        fence: int | None = None,
        trigger: str | None = None,
        http_status: int | None = None,
        sha256: str | None = None,
    ) -> int:
        """Appends a line of history. `state` is the state the row moved to, so that the history replays to it."""
        said = dict(args or {})
        if state is not None:
            said["state"] = state.value
        if delivery is not None and trigger is None:
            trigger = "automatic" if actor == ENGINE else "manual"
        cursor = self.run(
            "INSERT INTO event(doc, space, at, kind, fence, actor, code, args, trigger, http_status, sha256)"
            " VALUES(?,?,?,?,?,?,?,?,?,?,?)",
            (delivery, space, at, kind, fence, plain(actor), code, to_json(said), trigger, http_status, sha256),
        )
        assert cursor.lastrowid is not None
        return cursor.lastrowid

    def work_out_due(self, space: str) -> None:
        """NEXT for one space, now."""
        self.run(NEXT, {"space": space})

    def finish(self) -> None:
        """NEXT for every touched space."""
        for space in sorted(self._touched):
            self.work_out_due(space)


class Store:
    """A ledger file as one process has it open; the rooms of the ledger are its subclasses."""

    def __init__(
        self, path: Path, connection: sqlite3.Connection, *, lock: int, presence: int, schema: int, readonly: bool
    ) -> None:
        self.path = path
        self.readonly = readonly
        self._connection = connection
        self._lock = lock
        self._presence = presence
        self._schema = schema
        self._guard = threading.RLock()
        self._changes = 0
        self._dirty = False
        self._closed = False

    def read(self, sql: str, values: Values | Sequence[object] = ()) -> list[sqlite3.Row]:
        """One statement in autocommit, all its rows."""
        with self._guard, self._errors():
            self._must_be_open()
            try:
                return self._connection.execute(sql, values).fetchall()
            except sqlite3.OperationalError as busy:
                if self.readonly or busy.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                    raise
            return self._read_in_turn(sql, values)

    def _read_in_turn(self, sql: str, values: Values | Sequence[object]) -> list[sqlite3.Row]:
        """Waits for the writers' lock: SQLite's own waiting is unfair, and a reader can starve beside busy writers."""
        with self.alone() as connection:
            return connection.execute(sql, values).fetchall()

    def read_one(self, sql: str, values: Values | Sequence[object] = ()) -> sqlite3.Row | None:
        """The first row, or None."""
        rows = self.read(sql, values)
        return rows[0] if rows else None

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """One short transaction; nothing of it stays where anything in it raises. No network call inside."""
        with self.alone(), self._errors():
            connection = self._connection
            connection.execute("BEGIN IMMEDIATE")
            try:
                self._check_schema()
                if not self._dirty:
                    connection.execute("UPDATE meta SET v = '0' WHERE k = 'clean' AND v <> '0'")
                transaction = Transaction(connection)
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
            fcntl.flock(self._lock, fcntl.LOCK_EX)
            try:
                yield self._connection
            finally:
                fcntl.flock(self._lock, fcntl.LOCK_UN)

    def version(self) -> int:
        """Moves whenever anybody changed the ledger: the file's own counter for others, ours for this connection."""
        return int(self.read("PRAGMA data_version")[0][0]) + self._changes

    def get_meta(self, name: str) -> str | None:
        """A single remembered value."""
        row = self.read_one("SELECT v FROM meta WHERE k = ?", (name,))
        return None if row is None else str(row["v"])

    def set_meta(self, name: str, value: str) -> None:
        """Remembers a single value."""
        with self.write() as tx:
            tx.run("INSERT INTO meta VALUES(?, ?) ON CONFLICT DO UPDATE SET v = excluded.v", (name, plain(value)))

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
        with self.alone() as connection, suppress(OSError, sqlite3.Error):
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
        """Turns SQLite's errors into ours; a broken constraint passes, for the statement that expects it."""
        try:
            yield
        except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
            raise
        except sqlite3.Error as error:
            raise store_error(error, self.path) from error


def to_json(arguments: Mapping[str, object]) -> str:
    """Arguments as the ledger keeps them: sorted, no NaN, nothing that is not text."""
    return plain(json.dumps(dict(arguments), sort_keys=True, ensure_ascii=False, allow_nan=False, default=str))
