"""What screens and commands read: counts, windows of the queue, one delivery, history. Short reads only."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence

from core.ledger.records import QueueQuery
from core.ledger.rows import DELIVERY, EVENT, delivery, event
from core.ledger.store import Store
from core.ledger.terms import Clue, fits, terms_of
from core.ledger.views import PLACES, View, states, view
from core.ledger.writing import id_list
from core.model import Delivery, Event, State

SHORTEST_PREFIX = 4

CANDIDATES = 5_000
"""Documents that one clue may name; what names more needs a second word."""


class Reading(Store):
    """Reads in autocommit, everything fetched at once."""

    def counts(self) -> dict[str, dict[State, int]]:
        """Deliveries by space and state, from the kept counters."""
        found: dict[str, dict[State, int]] = {}
        for row in self.read("SELECT space, state, n FROM cnt WHERE n > 0"):
            found.setdefault(row["space"], {})[State(row["state"])] = row["n"]
        return found

    def last_delivered(self, spaces: Collection[str]) -> dict[str, float]:
        """When the newest delivery of each of these spaces was confirmed; spaces without one are left out."""
        rows = self.read(
            "SELECT chosen.value AS space, (SELECT -along FROM doc WHERE space = chosen.value AND place = 4"
            " AND state = 'confirmed' ORDER BY along LIMIT 1) AS at FROM json_each(?) AS chosen",
            (id_list(spaces),),
        )
        return {row["space"]: row["at"] for row in rows if row["at"] is not None}

    def total(self, query: QueueQuery) -> int:
        """How many rows a view has."""
        return sum(self.sizes(query).values())

    def sizes(self, query: QueueQuery) -> dict[State, int]:
        """How many rows a view has of each state; from the kept counters unless text or direction is asked for."""
        if query.text.strip() or query.directions or query.dossiers:
            seen = view(query)
            found = self.read(f"SELECT state, count(*) AS n FROM doc WHERE {seen.where} GROUP BY state", seen.values)  # noqa: S608
            return {State(row["state"]): int(row["n"]) for row in found}
        sizes = dict.fromkeys(states(query), 0)
        for space, by_state in self.counts().items():
            if not query.spaces or space in query.spaces:
                for state in sizes.keys() & by_state.keys():
                    sizes[state] += by_state[state]
        return sizes

    def window(self, query: QueueQuery, offset: int, limit: int) -> list[Delivery]:
        """Some rows of a view, in its order. Steps over the index only; rows are read for the window alone."""
        seen = view(query)
        ids = self.read(
            f"SELECT id FROM doc WHERE {seen.where} ORDER BY {seen.order} LIMIT :limit OFFSET :offset",  # noqa: S608
            {**seen.values, "limit": max(limit, 0), "offset": max(offset, 0)},
        )
        wanted = [int(row["id"]) for row in ids]
        return self._deliveries(wanted)

    def position(self, query: QueueQuery, delivery: int) -> int | None:
        """Where a delivery stands in a view, so that a cursor stays on its line."""
        seen = view(query)
        here = self.read_one(
            f"SELECT place, along, id FROM doc WHERE id = :here AND {seen.where}",  # noqa: S608
            {**seen.values, "here": delivery},
        )
        if here is None:
            return None
        if not seen.indexed:
            return self._position_sorted(seen, delivery)
        values = {**seen.values, "here": delivery, "place": here["place"], "along": here["along"]}
        before = (
            f"SELECT (SELECT count(*) FROM doc WHERE {seen.where} AND place < :place)"  # noqa: S608
            f" + (SELECT count(*) FROM doc WHERE {seen.where} AND place = :place AND along < :along)"
            f" + (SELECT count(*) FROM doc WHERE {seen.where} AND place = :place AND along = :along AND id > :here)"
            " AS n"
        )
        return int(self.read(before, values)[0]["n"])

    def _position_sorted(self, seen: View, delivery: int) -> int | None:
        row = self.read_one(
            f"SELECT n FROM (SELECT id, row_number() OVER (ORDER BY {seen.order}) AS n FROM doc"  # noqa: S608
            f" WHERE {seen.where}) AS ordered WHERE id = :here",
            {**seen.values, "here": delivery},
        )
        return None if row is None else int(row["n"]) - 1

    def delivery(self, id: int) -> Delivery | None:
        """One delivery."""
        row = self.read_one(f"SELECT {DELIVERY} FROM doc WHERE id = ?", (id,))  # noqa: S608
        return None if row is None else delivery(row)

    def by_key(self, prefix: str) -> list[Delivery]:
        """Deliveries whose key or source id starts with `prefix` (at least 4 characters); at most 50."""
        if len(prefix) < SHORTEST_PREFIX:
            return []
        low, high = prefix.lower(), prefix.lower() + "\U0010ffff"
        rows = self.read(
            f"SELECT {DELIVERY} FROM doc WHERE id IN ("  # noqa: S608
            "SELECT id FROM doc WHERE idem_key >= :low AND idem_key < :high"
            " UNION SELECT id FROM doc WHERE source_id >= :low AND source_id < :high"
            " UNION SELECT id FROM doc WHERE source_id >= :as_typed AND source_id < :as_typed_high)"
            " ORDER BY id LIMIT 50",
            {"low": low, "high": high, "as_typed": prefix, "as_typed_high": prefix + "\U0010ffff"},
        )
        return [delivery(row) for row in rows]

    def search(self, clues: Sequence[Clue], *, spaces: Sequence[str] = (), limit: int = 50) -> list[Delivery]:
        """Deliveries that all these clues fit, newest first. The rarest clue is read by index, the others checked."""
        if not clues:
            return []
        rarest, ids = min(((clue, self._having(clue)) for clue in clues), key=lambda pair: len(pair[1]))
        if spaces and len(ids) == CANDIDATES:
            ids = self._having(rarest, spaces)
        found: list[Delivery] = []
        for rows in self._newest_first(ids, 4 * limit):
            within = (row for row in rows if not spaces or row.space in spaces)
            found += [row for row in within if fits(clues, terms_of(row))]
            if len(found) >= limit:
                break
        return found[:limit]

    def _having(self, clue: Clue, spaces: Sequence[str] = ()) -> list[int]:
        """Documents (of these spaces) that one clue fits; at most `CANDIDATES`."""
        ranges, values = _ranges(clue)
        within = (
            " AND doc IN (SELECT id FROM doc WHERE space IN (SELECT value FROM json_each(:spaces)))" if spaces else ""
        )
        rows = self.read(
            f"SELECT DISTINCT doc FROM term WHERE ({ranges}){within} LIMIT {CANDIDATES}",  # noqa: S608 - bound values
            {**values, "spaces": json.dumps(list(spaces))},
        )
        return [int(row["doc"]) for row in rows]

    def _newest_first(self, ids: list[int], size: int) -> Iterator[list[Delivery]]:
        """Rows by id, a batch at a time."""
        ids = sorted(ids, reverse=True)
        for start in range(0, len(ids), size):
            yield self._deliveries(ids[start : start + size])

    def same_invoice(self, key: str, *, other_than: str) -> list[Delivery]:
        """Other documents with this invoice key."""
        rows = self.read(
            f"SELECT {DELIVERY} FROM doc WHERE invoice_key = ? AND source_id <> ? ORDER BY id",  # noqa: S608
            (key, other_than),
        )
        return [delivery(row) for row in rows]

    def events(
        self,
        *,
        delivery: int | None = None,
        space: str | None = None,
        after: int = 0,
        limit: int = 1000,
        newest: bool = False,
    ) -> list[Event]:
        """The append-only history, oldest first. A space's history includes what concerns the whole machine.

        With `newest`, the last `limit` events instead of the first.
        """
        values = {"delivery": delivery, "space": space, "after": after, "limit": limit}
        turn = "DESC" if newest else "ASC"
        if delivery is not None:
            parts = ["doc = :delivery" + (" AND space = :space" if space is not None else "")]
        elif space is not None:
            parts = ["space = :space", "space = ''"] if space else ["space = ''"]
        else:
            parts = ["1 = 1"]
        asked = " UNION ALL ".join(f"SELECT {EVENT} FROM event WHERE {part} AND id > :after" for part in parts)  # noqa: S608
        rows = [event(row) for row in self.read(f"{asked} ORDER BY id {turn} LIMIT :limit", values)]
        return rows[::-1] if newest else rows

    def files_named(self, *, delivered_since: float | None = None) -> frozenset[str]:
        """The sha256 of every spool file a row still names.

        With `delivered_since` (Unix seconds), rows that came to rest before it name their file no longer: the
        hash stays as proof, the file may go (decision 23).
        """
        if delivered_since is None:
            rows = self.read("SELECT DISTINCT sha256 FROM doc WHERE sha256 IS NOT NULL")
        else:
            rows = self.read(
                "SELECT DISTINCT sha256 FROM doc WHERE sha256 IS NOT NULL"
                " AND NOT (state IN ('confirmed', 'discarded') AND coalesce(delivered_at, changed_at) < ?)",
                (delivered_since,),
            )
        return frozenset(row["sha256"] for row in rows)

    def _deliveries(self, wanted: list[int]) -> list[Delivery]:
        """Rows by id, in the order of the ids."""
        rows = self.read(
            f"SELECT {DELIVERY} FROM doc WHERE id IN (SELECT CAST(value AS BIGINT) FROM json_each(?))",  # noqa: S608
            (json.dumps(wanted),),
        )
        found = {row["id"]: delivery(row) for row in rows}
        return [found[id] for id in wanted if id in found]


def _ranges(clue: Clue) -> tuple[str, dict[str, str]]:
    """A clue as SQL over the index: an equality or a range for each of its terms."""
    parts: list[str] = []
    values: dict[str, str] = {}
    for n, term in enumerate(clue):
        values[f"low{n}"] = term.text
        if term.begins:
            values[f"high{n}"] = term.text + "\U0010ffff"
            parts.append(f"(term >= :low{n} AND term < :high{n})")
        else:
            parts.append(f"term = :low{n}")
    return " OR ".join(parts) or "1 = 0", values


__all__ = ["PLACES", "Reading"]
