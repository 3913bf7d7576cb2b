"""A view of the queue as SQL: filter and order of a `QueueQuery`. Pure; runs nothing.

The default order is that of the index `doc_queue`: what needs a person, what moves, the rest newest first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.ledger.records import QueueQuery
from core.ledger.terms import fold, squeeze
from core.model import State

PLACES: dict[State, int] = {
    **dict.fromkeys((State.PARKED, State.FAILED, State.DEAD, State.CHANGED), 0),
    **dict.fromkeys((State.SENDING, State.LEASED, State.UNKNOWN), 1),
    **dict.fromkeys((State.READY, State.SEEN), 2),
    State.WITHDRAWN: 3,
    **dict.fromkeys((State.CONFIRMED, State.DISCARDED), 4),
    State.HISTORY: 5,
}
"""The group of the queue that a state stands in; the generated column `doc.place` says the same."""

ATTENTION = "place, along, id DESC"

SORTS: dict[str, str] = {
    "id": "id",
    "number": "number",
    "party": "counterparty",
    "counterparty": "counterparty",
    "vat": "vat",
    "date": "issued",
    "issue_date": "issued",
    "amount": "CAST(amount AS DOUBLE PRECISION)",
    "direction": "direction",
    "type": "doc_type",
    "state": "place, state",
    "reason": "reason",
    "attempts": "attempts",
    "next_try": "due_at",
    "due_at": "due_at",
    "delivered_at": "delivered_at",
    "changed_at": "changed_at",
    "space": "space",
}
"""Columns that a person may sort by; a leading minus turns the order round."""


@dataclass(frozen=True, slots=True)
class View:
    """A filter with its values, and an order. `indexed` where the order is that of the queue's own index."""

    where: str
    values: dict[str, object]
    order: str
    indexed: bool


def view(query: QueueQuery) -> View:
    """The SQL of a view. An unknown sort falls back to the default order."""
    values: dict[str, object] = {}
    shown = states(query)
    parts = [f"place IN ({', '.join(str(n) for n in sorted({PLACES[state] for state in shown}))})"]
    if shown != _whole_places(shown):
        parts.append(_one_of("state", sorted(shown), values))
    if query.spaces:
        parts.append(_one_of("space", query.spaces, values))
    if query.dossiers:
        parts.append(_one_of("dossier", query.dossiers, values))
    if query.directions:
        parts.append(_one_of("direction", sorted(query.directions), values))
    for n, word in enumerate(query.text.split()[:8]):
        parts.append(_looked_for(n, word, values))
    order = _order(query.sort)
    return View(" AND ".join(parts), values, order, order == ATTENTION)


def states(query: QueueQuery) -> frozenset[State]:
    """The states that a view shows: those asked for, else all but history, unless that is asked for."""
    if query.states:
        return query.states | ({State.HISTORY} if query.history else frozenset())
    return frozenset(State) if query.history else frozenset(State) - {State.HISTORY}


def _whole_places(shown: frozenset[State]) -> frozenset[State]:
    places = {PLACES[state] for state in shown}
    return frozenset(state for state, place in PLACES.items() if place in places)


def _one_of(column: str, wanted: Sequence[str], values: dict[str, object]) -> str:
    """`column = x` or `column IN (...)`: one value is spelled as equality so that an index order survives."""
    names = []
    for n, value in enumerate(wanted):
        values[f"{column}{n}"] = str(value)
        names.append(f":{column}{n}")
    return f"{column} = {names[0]}" if len(names) == 1 else f"{column} IN ({', '.join(names)})"


def _looked_for(n: int, word: str, values: dict[str, object]) -> str:
    folded = fold(word)
    values[f"word{n}"] = folded
    found = [f"instr(search, :word{n}) > 0"]
    squeezed = squeeze(folded)
    if squeezed and squeezed != folded:
        values[f"squeezed{n}"] = squeezed
        found.append(f"instr(search, :squeezed{n}) > 0")
    comma = folded.replace(",", ".")
    if comma != folded:  # an amount typed the Belgian way
        values[f"point{n}"] = comma
        found.append(f"instr(search, :point{n}) > 0")
    if word.isascii() and word.isdigit() and len(word) < 18:
        values[f"number{n}"] = int(word)
        found.append(f"id = :number{n}")
    return f"({' OR '.join(found)})"


def _order(sort: str) -> str:
    column = SORTS.get(sort.removeprefix("-"))
    if column is None:
        return ATTENTION
    down = " DESC NULLS LAST" if sort.startswith("-") else " NULLS FIRST"
    return ", ".join(f"{one.strip()}{down}" for one in column.split(",")) + ", id"
