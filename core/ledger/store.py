"""What every ledger store has in common: reads, short write transactions, NEXT, and the notes of `meta`.

The rooms of the ledger (activating, polling, delivering, ...) are written over `Store` and `Transaction` alone, in SQL
that both databases take (`spelled` says what each of them spells otherwise). `sqlite.py` and `postgres.py` are the two.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from core.ledger.rows import Row, plain
from core.model import Arguments, State

ENGINE = "engine"
"""The actor of everything that no person decided."""

Values = Mapping[str, object]

NEXT = """UPDATE space_run SET
  next_due = coalesce((SELECT min(due_at) FROM doc WHERE space = :space AND state IN ('seen','ready','leased')
    AND (space_run.held = 0 OR space_run.alone IS NULL OR doc.id = space_run.alone)), 9e18),
  settle_due = coalesce((SELECT min(due_at) FROM doc WHERE space = :space AND state IN ('sending','unknown')), 9e18)
WHERE space = :space"""
"""Last statement of every transaction that touched a row of the space; missed, a document sleeps for ever."""


class ConflictError(Exception):
    """A row with this unique key is there already: expected by the one statement that may meet it."""


class Cursor(Protocol):
    """What a statement gave."""

    @property
    def rowcount(self) -> int:
        """Rows changed."""
        ...

    def fetchall(self) -> list[Any]:
        """All rows, each a `Row`."""
        ...


class Transaction(ABC):
    """A write under way. `touch` names the spaces whose due times are worked out again before the commit."""

    def __init__(self) -> None:
        self._touched: set[str] = set()

    @abstractmethod
    def run(self, sql: str, values: Values | Sequence[object] = ()) -> Cursor:
        """Executes one statement; its cursor must be read before the transaction ends."""

    @abstractmethod
    def own(self, space: str) -> None:
        """Keeps every other write of this space out until the end. Before anything else of the space is read."""

    @abstractmethod
    def pick(self, sql: str, values: Values) -> Row | None:
        """The first row of a SELECT over `space_run` that nobody else holds, `own`ed from here on."""

    @abstractmethod
    def in_turn(self, what: str) -> None:
        """Keeps other writes that name the same thing out until the end: what spans several spaces."""

    @abstractmethod
    def empty(self, tables: Sequence[str], *, keep: Collection[str]) -> None:
        """Deletes every row of these tables; notes named in `keep` stay."""

    @abstractmethod
    def fill(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """Adds rows of another ledger as they are."""

    @abstractmethod
    def filled(self, tables: Sequence[str]) -> None:
        """Makes counters and the next ids follow what was filled in."""

    def one(self, sql: str, values: Values | Sequence[object] = ()) -> Row | None:
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
    ) -> None:
        """Appends a line of history. `state` is the state the row moved to, so that the history replays to it."""
        said = dict(args or {})
        if state is not None:
            said["state"] = state.value
        if delivery is not None and trigger is None:
            trigger = "automatic" if actor == ENGINE else "manual"
        self.run(
            "INSERT INTO event(doc, space, at, kind, fence, actor, code, args, trigger, http_status, sha256)"
            " VALUES(?,?,?,?,?,?,?,?,?,?,?)",
            (delivery, space, at, kind, fence, plain(actor), code, to_json(said), trigger, http_status, sha256),
        )

    def work_out_due(self, space: str) -> None:
        """NEXT for one space, now."""
        self.own(space)
        self.run(NEXT, {"space": space})

    def finish(self) -> None:
        """NEXT for every touched space."""
        for space in sorted(self._touched):
            self.work_out_due(space)


class Store(ABC):
    """A ledger as one process has it open; the rooms of the ledger are its subclasses."""

    readonly: bool

    @property
    @abstractmethod
    def place(self) -> str:
        """Where it is, as it may be shown."""

    @abstractmethod
    def read(self, sql: str, values: Values | Sequence[object] = ()) -> list[Row]:
        """One statement in autocommit, all its rows."""

    @abstractmethod
    def write(self, space: str | None = None) -> AbstractContextManager[Transaction]:
        """One short transaction; nothing of it stays where anything in it raises. No network call inside.

        `space` is the one that it is about: two writes of one space never overlap, whatever the store.
        """

    @abstractmethod
    def columns(self, table: str) -> tuple[str, ...]:
        """A table's columns, but for those that the schema works out."""

    @abstractmethod
    def still(self) -> AbstractContextManager[None]:
        """Reads within the block see one moment."""

    def read_one(self, sql: str, values: Values | Sequence[object] = ()) -> Row | None:
        """The first row, or None."""
        rows = self.read(sql, values)
        return rows[0] if rows else None

    def get_meta(self, name: str) -> str | None:
        """A single remembered value."""
        row = self.read_one("SELECT v FROM meta WHERE k = ?", (name,))
        return None if row is None else str(row["v"])

    def set_meta(self, name: str, value: str) -> None:
        """Remembers a single value."""
        with self.write() as tx:
            tx.run("INSERT INTO meta VALUES(?, ?) ON CONFLICT (k) DO UPDATE SET v = excluded.v", (name, plain(value)))

    def swap_meta(self, name: str, was: str | None, value: str) -> bool:
        """Remembers a value in the place of `was`: of two that do so at once, one."""
        with self.write() as tx:
            if was is None:
                done = tx.run("INSERT INTO meta VALUES(?, ?) ON CONFLICT (k) DO NOTHING", (name, plain(value)))
            else:
                done = tx.run("UPDATE meta SET v = ? WHERE k = ? AND v = ?", (plain(value), name, plain(was)))
            return done.rowcount == 1


def to_json(arguments: Mapping[str, object]) -> str:
    """Arguments as the ledger keeps them: sorted, no NaN, nothing that is not text."""
    return plain(json.dumps(dict(arguments), sort_keys=True, ensure_ascii=False, allow_nan=False, default=str))
