"""Keeps the sandbox's world on disk, so that it can be restarted: one SQLite file in its home, private to the owner."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from threading import RLock
from typing import Any, TypeVar

from pydantic import TypeAdapter

Record = TypeVar("Record")

SCHEMA = """
CREATE TABLE IF NOT EXISTS record(kind TEXT, id TEXT, body TEXT NOT NULL, PRIMARY KEY(kind, id));
CREATE TABLE IF NOT EXISTS content(id TEXT PRIMARY KEY, body BLOB NOT NULL);
"""


class WorldStore:
    """Records by kind and id, and the bytes of files. Without a home everything stays in memory."""

    def __init__(self, home: Path | None) -> None:
        self._lock = RLock()
        if home is not None:
            home.mkdir(parents=True, exist_ok=True)
            home.chmod(0o700)
        self._db = sqlite3.connect(
            home / "sandbox.db" if home is not None else ":memory:", check_same_thread=False, isolation_level=None
        )
        # A made-up world may lose its last second in a power cut; a killed process loses nothing.
        self._db.execute("PRAGMA synchronous=OFF")
        self._db.executescript(SCHEMA)
        if home is not None:
            (home / "sandbox.db").chmod(0o600)

    def keep(self, kind: str, id_: str, record: object) -> None:
        """Writes a record, replacing an older one."""
        body = _adapter(type(record)).dump_json(record).decode()
        with self._lock:
            self._db.execute("INSERT OR REPLACE INTO record VALUES(?, ?, ?)", (kind, id_, body))

    def read(self, kind: str, type_: type[Record]) -> Iterator[tuple[str, Record]]:
        """All records of a kind, oldest first."""
        with self._lock:
            rows = self._db.execute("SELECT id, body FROM record WHERE kind = ? ORDER BY rowid", (kind,)).fetchall()
        for id_, body in rows:
            yield id_, _adapter(type_).validate_json(body)

    def forget(self, kind: str) -> None:
        """Deletes all records of a kind."""
        with self._lock:
            self._db.execute("DELETE FROM record WHERE kind = ?", (kind,))

    def put(self, id_: str, content: bytes) -> None:
        """Keeps the bytes of a file."""
        with self._lock:
            self._db.execute("INSERT OR REPLACE INTO content VALUES(?, ?)", (id_, content))

    def get(self, id_: str) -> bytes | None:
        """The bytes of a file, or None."""
        with self._lock:
            row = self._db.execute("SELECT body FROM content WHERE id = ?", (id_,)).fetchone()
        return bytes(row[0]) if row else None

    def close(self) -> None:
        """Closes the file."""
        with self._lock:
            self._db.close()


_adapters: dict[type[Any], TypeAdapter[Any]] = {}


def _adapter(type_: type[Any]) -> TypeAdapter[Any]:
    if type_ not in _adapters:
        _adapters[type_] = TypeAdapter(type_)
    return _adapters[type_]
