"""procrastinate's tables beside the ledger's, made and brought up to date by its own scripts.

It ships a whole schema and numbered migrations; which of them have been applied is noted in the ledger.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
from procrastinate.schema import SchemaManager

from core.ledger.server import SET_UP, Server, trouble

NOTE = "procrastinate"
"""The ledger's note of the newest migration that is in the schema."""


@contextmanager
def saying(server: Server) -> Iterator[None]:
    """PostgreSQL's errors as ours."""
    try:
        yield
    except psycopg.Error as error:
        raise trouble(error, server.place) from error


def apply_schema(server: Server) -> None:
    """Makes the tables, or applies what is newer than them; one process at a time. Raises StoreError."""
    steps = sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql"))
    with closing(server.connect()) as session, saying(server):
        session.execute("SELECT pg_advisory_lock(%s, %s)", SET_UP)  # until the session ends
        with session.transaction():
            noted = session.execute("SELECT v FROM meta WHERE k = %s", (NOTE,)).fetchone()
            if noted is None:
                session.execute(SchemaManager.get_schema())
            for step in steps:
                if noted is not None and step.name > noted["v"]:
                    session.execute(step.read_text("utf-8"))
            newest = max(steps[-1].name, noted["v"] if noted else "")
            session.execute(
                "INSERT INTO meta VALUES(%s, %s) ON CONFLICT (k) DO UPDATE SET v = excluded.v", (NOTE, newest)
            )
