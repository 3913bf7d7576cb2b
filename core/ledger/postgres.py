"""The ledger on PostgreSQL: several machines, any number of workers, consoles and commands beside each other.

The rooms and their statements are those of SQLite. What is PostgreSQL's own stands here: a write owns the spaces that
it is about by their rows in `space_run`, and a commit whose answer was lost is asked about (`pg_xact_status`).
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, cast

import psycopg
from psycopg.pq import TransactionStatus
from psycopg.rows import DictRow
from pydantic import SecretStr

from core.errors import StoreError
from core.ledger.activating import Activating
from core.ledger.base import Ledger, Present
from core.ledger.checking import Checking
from core.ledger.circuits import Circuits
from core.ledger.copying import copy
from core.ledger.deciding import Deciding
from core.ledger.delivering import Delivering
from core.ledger.erasing import Erasing
from core.ledger.polling import Polling
from core.ledger.reading import Reading
from core.ledger.rows import Row
from core.ledger.schema import Script, scripts
from core.ledger.server import (
    APP,
    ENGINE_ROLE,
    LEADER,
    Server,
    look,
    present_from,
    set_up,
    spelled,
    trouble,
)
from core.ledger.sqlite import open_ledger
from core.ledger.store import ConflictError, Store, Transaction, Values

__all__ = ["PostgresLedger", "open_postgres"]

GATE = "SELECT v, CAST(pg_current_xact_id() AS TEXT) AS number FROM meta WHERE k = 'schema_version'"
"""First statement of each write: the schema it may work with, and the number by which its commit is asked about."""

VERSION = """SELECT CAST(CAST(pg_snapshot_xmin(s) AS TEXT) AS BIGINT)
  + CAST(CAST(pg_snapshot_xmax(s) AS TEXT) AS BIGINT)
  - (SELECT count(*) FROM pg_snapshot_xip(s)) AS version FROM pg_current_snapshot() AS s"""
"""Grows with every transaction that ended after it wrote, in whatever order they end; reads leave it as it is."""

BOOK = """INSERT INTO meta AS m VALUES(:note, CAST(extract(epoch FROM clock_timestamp()) - :ahead + :takes AS TEXT))
ON CONFLICT (k) DO UPDATE SET v = CAST(:takes + greatest(
  CAST(m.v AS DOUBLE PRECISION), extract(epoch FROM clock_timestamp()) - :ahead) AS TEXT)
RETURNING CAST(v AS DOUBLE PRECISION) - extract(epoch FROM clock_timestamp()) AS wait"""
"""The moment from which a ceiling is free again; it lags behind by what may be done at once."""

ASKED_S = 5.0
"""How long a server that is starting again is asked about a commit whose answer was lost."""


class PostgresTransaction(Transaction):
    """A write of one session, READ COMMITTED: each statement sees what was committed before it began."""

    def __init__(self, session: psycopg.Connection[DictRow], number: str) -> None:
        super().__init__()
        self.session, self.number = session, number
        self._owned: set[str] = set()

    def run(self, sql: str, values: Values | Sequence[object] = ()) -> psycopg.Cursor[DictRow]:
        """Executes one statement."""
        return execute(self.session, sql, values)

    def own(self, space: str) -> None:
        """Locks the space's row: a statement that waited inside itself would work with what it saw before."""
        if space not in self._owned:
            self._owned.add(space)
            self.run("SELECT 1 FROM space_run WHERE space = ? FOR UPDATE", (space,))

    def pick(self, sql: str, values: Values) -> Row | None:
        """The first space that nobody works on; where all are worked on, the first that is let go."""
        found = self.one(f"{sql} FOR UPDATE SKIP LOCKED", values)
        if found is None and not self._owned:  # waiting with a space in hand could wait in a ring
            found = self.one(f"{sql} FOR UPDATE", values)
        if found is not None:
            self._owned.add(found["space"])
        return found

    def in_turn(self, what: str) -> None:
        """A lock on the name until the commit."""
        self.run("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", (what,))

    def empty(self, tables: Sequence[str], *, keep: Collection[str]) -> None:
        """Deletes rows; the tables are nobody else's until the end."""
        others = [table for table in tables if table != "meta"]
        self.session.execute(f"TRUNCATE {', '.join(others)}")
        self.run("DELETE FROM meta WHERE k NOT IN (SELECT value FROM json_each(?))", (json.dumps([*keep]),))
        self.session.execute("ALTER TABLE doc DISABLE TRIGGER USER")  # a million rows would count themselves one by one

    def fill(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """COPY."""
        with self.session.cursor().copy(f"COPY {table}({', '.join(columns)}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)

    def filled(self, tables: Sequence[str]) -> None:
        """Counts once, and lets ids go on after the largest."""
        self.run("INSERT INTO cnt SELECT space, state, count(*) FROM doc GROUP BY space, state")
        self.session.execute("ALTER TABLE doc ENABLE TRIGGER USER")
        for table in ("doc", "event", "activation"):
            self.run(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")  # noqa: S608


class PostgresStore(Store):
    """One session of a ledger on a server, made anew where it breaks."""

    def __init__(self, server: Server, connection: psycopg.Connection[DictRow], *, schema: int, readonly: bool) -> None:
        self.server = server
        self.readonly = readonly
        self._connection = connection
        self._schema = schema
        self._guard = threading.RLock()
        self._closed = False
        self._leads = False

    @property
    def place(self) -> str:
        """Server and database, without the password."""
        return self.server.place

    @property
    def software(self) -> str:
        """The server, as it says itself."""
        return f"PostgreSQL {self.read('SHOW server_version')[0]['server_version']}"

    @property
    def shared(self) -> bool:
        """Any number of machines."""
        return True

    def read(self, sql: str, values: Values | Sequence[object] = ()) -> list[Row]:
        """One statement in autocommit, all its rows; once more where the session had broken."""
        with self._guard, self._errors():
            again = self._at_rest()
            try:
                return cast("list[Row]", self._fetch(sql, values))
            except psycopg.OperationalError:
                if not again:
                    raise
            return cast("list[Row]", self._fetch(sql, values))

    def _at_rest(self) -> bool:
        """Whether a read may be tried again on another session: not within a transaction, whose view it shares."""
        return self._connection.closed or self._connection.info.transaction_status == TransactionStatus.IDLE

    def _fetch(self, sql: str, values: Values | Sequence[object]) -> list[DictRow]:
        return execute(self._session(), sql, values).fetchall()

    @contextmanager
    def write(self, space: str | None = None) -> Iterator[Transaction]:
        """One short transaction. Raises StoreError `ledger_unreachable` where nothing of it was kept."""
        with self._guard:
            if self.readonly:
                raise StoreError("ledger_opened_readonly", where=self.place)
            with self._errors():
                transaction = self._begin()
                try:
                    if space is not None:
                        transaction.own(space)
                    yield transaction
                    transaction.finish()
                except BaseException:
                    with suppress(psycopg.Error):
                        transaction.session.execute("ROLLBACK")
                    raise
                self._commit(transaction)

    def _begin(self) -> PostgresTransaction:
        """A transaction behind the version gate; on a new session where the one at hand had broken."""
        session = self._session()
        try:
            gate = self._gate(session)
        except psycopg.OperationalError:
            if not session.closed:
                raise
            session = self._session()
            gate = self._gate(session)
        if not gate or int(gate[0]["v"]) != self._schema:
            session.execute("ROLLBACK")
            found = gate[0]["v"] if gate else None
            raise StoreError("ledger_other_schema", where=self.place, found=found, ours=self._schema)
        return PostgresTransaction(session, str(gate[0]["number"]))

    @staticmethod
    def _gate(session: psycopg.Connection[DictRow]) -> list[DictRow]:
        session.execute("BEGIN")
        return session.execute(GATE).fetchall()

    def _commit(self, transaction: PostgresTransaction) -> None:
        """Commits. Where the answer is lost the server is asked what became of it, so that nobody has to guess."""
        try:
            transaction.session.execute("COMMIT")
        except psycopg.OperationalError:
            if not self._was_committed(transaction.number):
                raise

    def _was_committed(self, number: str) -> bool:
        """Asks for some seconds. Raises StoreError `ledger_outcome_unknown` where no server answers."""
        end = time.monotonic() + ASKED_S
        while True:
            with suppress(psycopg.OperationalError, StoreError):
                rows = self._fetch("SELECT pg_xact_status(CAST(? AS xid8)) AS became", (number,))
                if rows[0]["became"] != "in progress":
                    return bool(rows[0]["became"] == "committed")
            if time.monotonic() >= end:
                raise StoreError("ledger_outcome_unknown", where=self.place)
            time.sleep(0.05)

    def columns(self, table: str) -> tuple[str, ...]:
        """A table's columns that are not generated."""
        rows = self.read(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema()"
            " AND table_name = ? AND is_generated = 'NEVER' ORDER BY ordinal_position",
            (table,),
        )
        return tuple(row["column_name"] for row in rows)

    @contextmanager
    def still(self) -> Iterator[None]:
        """One snapshot; others go on writing."""
        with self._guard, self._errors():
            session = self._session()
            session.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            try:
                yield
            finally:
                with suppress(psycopg.Error):
                    session.execute("ROLLBACK")

    def version(self) -> int:
        """Moves whenever anybody on the server committed a change."""
        return int(self.read(VERSION)[0]["version"])

    def server_time(self) -> float:
        """The server's clock: every lease of every machine is counted by it."""
        return float(self.read("SELECT extract(epoch FROM clock_timestamp()) AS now")[0]["now"])

    def lead(self) -> bool:
        """Whether this session looks after the spaces; the server gives the role on when the session ends."""
        with self._guard:
            if self._leads and not self._connection.closed:
                return True
            rows = self.read("SELECT pg_try_advisory_lock(?, ?) AS mine", LEADER)
            self._leads = bool(rows[0]["mine"])
            return self._leads

    def book(self, name: str, calls: int, per_minute: int) -> float:
        """Moves the ceiling's next free moment on by what these calls take, in one statement."""
        values = {"note": f"ceiling:{name}", "takes": 60.0 * calls / per_minute, "ahead": 60.0}
        with self.write() as tx:
            row = tx.one(BOOK, values)
        assert row is not None
        return max(0.0, float(row["wait"]))

    def engines(self) -> list[Present]:
        """Sessions that PostgreSQL lists for engines; they are gone from its list with their process."""
        rows = self.read(
            "SELECT application_name AS name, extract(epoch FROM backend_start) AS since FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name LIKE ? ORDER BY backend_start",
            (f"{APP} {ENGINE_ROLE} %",),
        )
        return [present for row in rows if (present := present_from(row["name"], float(row["since"]))) is not None]

    def close(self) -> None:
        """Closes the session."""
        with self._guard:
            self._closed = True
            self._connection.close()

    def _session(self) -> psycopg.Connection[DictRow]:
        """The session, or a new one. Raises StoreError where the server cannot be reached."""
        if self._closed:
            raise StoreError("ledger_closed", where=self.place)
        if self._connection.closed:
            self._leads = False
            self._connection = self.server.session(readonly=self.readonly)
        return self._connection

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Turns PostgreSQL's errors into ours."""
        try:
            yield
        except psycopg.errors.UniqueViolation as broken:
            raise ConflictError(str(broken)) from broken
        except psycopg.Error as error:
            raise trouble(error, self.place) from error


class PostgresLedger(
    Activating, Polling, Delivering, Circuits, Deciding, Reading, Checking, Erasing, PostgresStore, Ledger
):
    """The ledger over one session; several threads may share it."""

    def backup(self, path: str) -> None:
        """Copies the whole ledger, as it is at one moment, into a new SQLite file: the form of every backup."""
        target = Path(path)
        if target.exists():
            raise StoreError("backup_exists", where=path)
        copied = open_ledger(target)
        try:
            copy(self, copied)
        finally:
            copied.close()

    def rewrite(self) -> None:
        """Writes the tables anew; the server's own log and its backups are its owner's."""
        with self._guard, self._errors():
            self._session().execute("VACUUM FULL doc, term, event")

    def _structure(self) -> Iterator[str]:
        """PostgreSQL looks after its own pages (checksums, `pg_amcheck`)."""
        return iter(())


def open_postgres(
    url: SecretStr, *, readonly: bool = False, role: str = "", steps: Sequence[Script] | None = None
) -> PostgresLedger:
    """Opens a ledger on a server, making its schema where there is none (unless `readonly`).

    `role` is what the session is called in `pg_stat_activity`. Raises StoreError where the server cannot be reached,
    may not be used, or holds a ledger of another version.
    """
    schema = tuple(steps or scripts("postgres"))
    server = Server(url, role)
    connection = look(server, schema[-1].version) if readonly else set_up(server, schema)
    return PostgresLedger(server, connection, schema=schema[-1].version, readonly=readonly)


def execute(
    connection: psycopg.Connection[DictRow], sql: str, values: Values | Sequence[object]
) -> psycopg.Cursor[DictRow]:
    """One statement of the rooms, spelled for psycopg."""
    given = values if isinstance(values, Mapping) else tuple(values)
    return connection.execute(spelled(sql), cast("Any", given))
