"""Reaching PostgreSQL: sessions, the schema they must find, and what its errors mean.

Takes a URL whose password is never shown; gives sessions in autocommit whose rows are read by name. A session that
freezes inside a transaction is ended by the server, so that it keeps nobody else from a space.
"""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import DictRow, dict_row
from pydantic import SecretStr

from core import __version__
from core.errors import StoreError
from core.ledger.records import Present
from core.ledger.schema import Script

SCHEMA = "banqup_pingwin"
"""The PostgreSQL schema that holds the ledger's tables, and procrastinate's."""

ADVISORY = 0x42505047
SET_UP, PRESENT, LEADER = (ADVISORY, 1), (ADVISORY, 2), (ADVISORY, 3)
"""Advisory locks: making the schema; being there (shared; a migration needs to be alone); looking after the spaces."""

SETTINGS = """SET lock_timeout TO '10s'; SET synchronous_commit TO on;
SET idle_in_transaction_session_timeout TO '5s'; SET client_min_messages TO warning"""

CONNECTING = {
    "connect_timeout": 5,
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
}
"""A server that vanished without a word is noticed within half a minute."""

_NAMED = re.compile(r"(?<![:\w]):([a-z_]\w*)")


@lru_cache(maxsize=512)
def spelled(sql: str) -> str:
    """A statement with its parameters as psycopg writes them: `:name` and `?` become `%(name)s` and `%s`."""
    return _NAMED.sub(r"%(\1)s", sql.replace("%", "%%")).replace("?", "%s")


class Server:
    """Where the ledger is. `role` names what its sessions are for."""

    def __init__(self, url: SecretStr, role: str = "") -> None:
        self._url = url
        try:
            self._named = conninfo_to_dict(url.get_secret_value())
        except psycopg.ProgrammingError:
            raise StoreError("ledger_url_unreadable") from None
        self.place = shown(self._named)
        self.role = role or "console"

    def __repr__(self) -> str:
        return f"Server({self.place})"

    def session(self, *, readonly: bool = False) -> psycopg.Connection[DictRow]:
        """A new session, present in the ledger. Raises StoreError where the server cannot be reached."""
        session = self.connect(readonly=readonly)
        if not readonly:
            try:
                session.execute("SELECT pg_advisory_lock_shared(%s, %s)", PRESENT)
            except psycopg.Error as error:
                session.close()
                raise trouble(error, self.place) from error
        return session

    def connect(self, *, readonly: bool = False) -> psycopg.Connection[DictRow]:
        """A bare session."""
        try:
            session = psycopg.connect(self.conninfo(), autocommit=True, row_factory=dict_row)
        except psycopg.Error as error:
            raise trouble(error, self.place, "ledger_unreachable") from None  # its text may hold what the URL holds
        session.execute(SETTINGS)
        if readonly:
            session.execute("SET default_transaction_read_only TO on")
        return session

    def conninfo(self) -> str:
        """All that a client needs, the password with it."""
        options = f"{self._named.get('options') or ''} -c search_path={SCHEMA}".strip()
        return make_conninfo(self._url.get_secret_value(), application_name=self.name(), options=options, **CONNECTING)

    def name(self) -> str:
        """What `pg_stat_activity` calls a session of this process: role, host, process number, version."""
        return f"{APP} {self.role} {socket.gethostname()[:24]}:{os.getpid()} {__version__}"[:63]


APP, ENGINE_ROLE = "banqup-pingwin", "engine"
"""How `pg_stat_activity` names a session of ours, and what an engine's is for."""

_SESSION = re.compile(rf"{APP} {ENGINE_ROLE} (?P<host>\S*):(?P<pid>\d+) (?P<version>\S+)")


def present_from(name: str, since: float) -> Present | None:
    """The engine behind a session's name."""
    said = _SESSION.fullmatch(name)
    return None if said is None else Present(said["host"], int(said["pid"]), said["version"], since)


def shown(named: dict[str, str | int | None]) -> str:
    """A server and database without user's password or options."""
    user = f"{named['user']}@" if named.get("user") else ""
    port = f":{named['port']}" if named.get("port") else ""
    return f"postgresql://{user}{named.get('host') or ''}{port}/{named.get('dbname') or ''}"


def set_up(server: Server, steps: Sequence[Script]) -> psycopg.Connection[DictRow]:
    """Opens for writing; makes the schema or brings it up to date. One process at a time, and a migration alone."""
    session = server.connect()
    try:
        session.execute("SELECT pg_advisory_lock(%s, %s)", SET_UP)
        found, ours = schema_of(session, server.place), steps[-1].version
        check_schema(found, ours, server.place, readonly=False)
        if found < ours:
            (alone,) = session.execute("SELECT pg_try_advisory_lock(%s, %s) AS alone", PRESENT).fetchall()
            if not alone["alone"]:
                raise StoreError("ledger_in_use_by_older", where=server.place, found=found, ours=ours)
            migrate(session, found, steps)
            session.execute("SELECT pg_advisory_unlock(%s, %s)", PRESENT)
        session.execute("SELECT pg_advisory_lock_shared(%s, %s)", PRESENT)
        session.execute("SELECT pg_advisory_unlock(%s, %s)", SET_UP)
    except BaseException as error:
        session.close()
        if isinstance(error, psycopg.Error):
            raise trouble(error, server.place) from error
        raise
    return session


def look(server: Server, ours: int) -> psycopg.Connection[DictRow]:
    """Opens for reading only; makes nothing."""
    session = server.connect(readonly=True)
    try:
        found = schema_of(session, server.place)
        if not found:
            raise StoreError("ledger_missing", where=server.place)
        check_schema(found, ours, server.place, readonly=True)
    except BaseException:
        session.close()
        raise
    return session


def schema_of(session: psycopg.Connection[DictRow], place: str) -> int:
    """The ledger's schema version, 0 where there is none. Raises where the schema holds something else."""
    rows = session.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", (SCHEMA,)).fetchall()
    tables = {row["tablename"] for row in rows if not row["tablename"].startswith("procrastinate_")}
    if not tables:
        return 0
    if not {"meta", "doc", "event"} <= tables:
        raise StoreError("ledger_not_ours", where=place)
    row = session.execute("SELECT v FROM meta WHERE k = 'schema_version'").fetchone()
    return int(row["v"]) if row else 0


def check_schema(found: int, ours: int, place: str, *, readonly: bool) -> None:
    """Raises where this program cannot work with the schema."""
    if found > ours:
        raise StoreError("ledger_newer", where=place, found=found, ours=ours)
    if readonly and found < ours:
        raise StoreError("ledger_older_readonly", where=place, found=found, ours=ours)


def migrate(session: psycopg.Connection[DictRow], found: int, steps: Sequence[Script]) -> None:
    """Brings the schema up to date in one transaction. A copy beforehand is PostgreSQL's own business (`pg_dump`)."""
    with session.transaction():
        session.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
        for step in steps:
            if step.version > found:
                session.execute(step.sql)
        session.execute(
            "INSERT INTO meta VALUES('schema_version', %s) ON CONFLICT (k) DO UPDATE SET v = excluded.v",
            (str(steps[-1].version),),
        )


_CODES: tuple[tuple[type[psycopg.Error], str], ...] = (
    (psycopg.errors.DiskFull, "ledger_disk_full"),
    (psycopg.errors.ReadOnlySqlTransaction, "ledger_opened_readonly"),
    (psycopg.errors.InsufficientPrivilege, "ledger_no_rights"),
    (psycopg.errors.LockNotAvailable, "ledger_busy"),
    (psycopg.errors.DeadlockDetected, "ledger_busy"),
    (psycopg.errors.TooManyConnections, "ledger_busy"),
    (psycopg.errors.DataCorrupted, "ledger_damaged"),
    (psycopg.errors.IndexCorrupted, "ledger_damaged"),
    (psycopg.OperationalError, "ledger_unreachable"),
)
"""Classes of psycopg, the narrow ones first -> code of the sentence."""


def trouble(error: psycopg.Error, place: str, code: str | None = None) -> StoreError:
    """What an error of PostgreSQL means for the person in front of it."""
    known = next((code for kind, code in _CODES if isinstance(error, kind)), "ledger_failed")
    why = (error.diag.message_primary or "") if error.sqlstate else ""
    if not why:
        with suppress(IndexError):
            why = str(error).strip().splitlines()[0].rpartition("failed: ")[2]
    return StoreError(code or known, where=place, why=why)
