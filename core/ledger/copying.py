"""One ledger into another, whatever store each is on: every table, in batches, and a proof that both say the same.

What triggers keep (`cnt`) and what the schema works out (`place`, `along`) is made anew by the store that receives it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from operator import itemgetter

from core.errors import StoreError
from core.ledger.rows import Row
from core.ledger.store import Store

BATCH = 2_000

TABLES: dict[str, tuple[str, ...]] = {
    "doc": ("id",),
    "term": ("term", "doc"),
    "event": ("id",),
    "activation": ("id",),
    "not_yet": ("activation", "source_id"),
    "space_run": ("space",),
    "circuit": ("target", "scope", "id"),
    "meta": ("k",),
}
"""Every table that is copied, in an order that its references allow, with its key."""

COUNTED = "cnt"
"""The counters: made anew, and compared."""

Progress = Callable[[str, int], None]
"""Told how far it is: the table, and its rows so far."""


def unwatched(table: str, rows: int) -> None:
    """Nobody looks."""


OWN = frozenset({"schema_version", "clean", "procrastinate"})
"""Notes that belong to a store, not to what happened."""


@dataclass(frozen=True, slots=True)
class Compared:
    """Two ledgers held against each other: rows by table, spaces compared, and what differs (empty when the same)."""

    rows: dict[str, int]
    spaces: int
    differences: tuple[str, ...]


def pages(store: Store, table: str) -> Iterator[list[Row]]:
    """A table in the order of its key, some rows at a time."""
    key = TABLES[table]
    names = ", ".join(store.columns(table))
    order = ", ".join(key)
    where, values = "1 = 1", list[object]()
    while True:
        sql = f"SELECT {names} FROM {table} WHERE {where} ORDER BY {order} LIMIT {BATCH}"  # noqa: S608 - our own names
        rows = store.read(sql, values)
        if not rows:
            return
        yield rows
        where = f"({order}) > ({', '.join('?' * len(key))})"
        values = [rows[-1][name] for name in key]


def copy(
    source: Store,
    target: Store,
    *,
    instead: bool = False,
    progress: Progress = unwatched,
) -> None:
    """Fills an empty ledger with everything of another, in one transaction; `instead` of what it holds where asked.

    Raises StoreError `ledger_not_empty` where it holds something and that may not go.
    """
    with source.still(), target.write() as tx:
        if not instead and any(tx.one(f"SELECT 1 FROM {table} LIMIT 1") for table in ("doc", "event", "space_run")):  # noqa: S608
            raise StoreError("ledger_not_empty", where=target.place)
        tx.empty([*reversed(TABLES), COUNTED], keep=OWN)
        for table in TABLES:
            names, done = target.columns(table), 0
            for rows in pages(source, table):
                kept = [row for row in rows if table != "meta" or row["k"] not in OWN]
                tx.fill(table, names, [[row[name] for name in names] for row in kept])
                done += len(kept)
                progress(table, done)
        tx.filled(list(TABLES))


def compare(one: Store, other: Store, progress: Progress = unwatched) -> Compared:
    """Counts every table and hashes every space of both; `progress` counts the rows of each of them."""
    rows: dict[str, int] = {}
    differences: list[str] = []
    for table in (*TABLES, COUNTED):
        found = [_count(store, table) for store in (one, other)]
        rows[table] = found[0]
        if found[0] != found[1]:
            differences.append(f"{table}: {found[0]} / {found[1]}")
    hashes = [hashes_of(store, progress) for store in (one, other)]
    spaces = hashes[0].keys() | hashes[1].keys()
    differences += [f"space {space}" for space in sorted(spaces) if hashes[0].get(space) != hashes[1].get(space)]
    return Compared(rows, len(spaces - {""}), tuple(differences))


def hashes_of(store: Store, progress: Progress = unwatched) -> dict[str, str]:
    """What each space holds, as one hash: its deliveries, events, activations and the rest, column by column."""
    found: dict[str, hashlib._Hash] = {}
    for table in TABLES:
        names, done = sorted(store.columns(table)), 0
        values = itemgetter(*names)
        for rows in pages(store, table):
            for row in rows:
                if table != "meta" or row["k"] not in OWN:
                    space = str(row["space"]) if "space" in names else ""
                    said = table, values(row)
                    found.setdefault(space, hashlib.sha256()).update(repr(said).encode())
            done += len(rows)
            progress(table, done)
    return {space: each.hexdigest() for space, each in found.items()}


def _count(store: Store, table: str) -> int:
    own = f" WHERE k NOT IN ({', '.join(repr(name) for name in sorted(OWN))})" if table == "meta" else ""
    live = " WHERE n > 0" if table == COUNTED else own
    return int(store.read(f"SELECT count(*) AS n FROM {table}{live}")[0]["n"])  # noqa: S608 - our own names
