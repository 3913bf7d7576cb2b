"""The part of the contract that screens and commands ask: counts, windows of the queue, one delivery, history."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol

from core.ledger.records import QueueQuery
from core.ledger.terms import Clue
from core.model import Delivery, Event, State


class Asking(Protocol):
    """What may be read of a ledger by those who only look. Short reads, by index alone."""

    def counts(self) -> dict[str, dict[State, int]]:
        """Deliveries by space and state, from the kept counters."""
        ...

    def last_delivered(self, spaces: Collection[str]) -> dict[str, float]:
        """When the newest delivery of each of these spaces was confirmed; spaces without one are left out."""
        ...

    def total(self, query: QueueQuery) -> int:
        """How many rows a view has."""
        ...

    def sizes(self, query: QueueQuery) -> dict[State, int]:
        """How many rows a view has of each state, in one reading; a state it does not show may be missing."""
        ...

    def window(self, query: QueueQuery, offset: int, limit: int) -> list[Delivery]:
        """Some rows of a view, in its order."""
        ...

    def position(self, query: QueueQuery, delivery: int) -> int | None:
        """Where a delivery stands in a view, so that a cursor stays on its line."""
        ...

    def delivery(self, id: int) -> Delivery | None:
        """One delivery."""
        ...

    def by_key(self, prefix: str) -> list[Delivery]:
        """Deliveries whose key or source id starts with `prefix` (at least 4 characters)."""
        ...

    def search(self, clues: Sequence[Clue], *, spaces: Sequence[str] = (), limit: int = 50) -> list[Delivery]:
        """Deliveries that all these clues fit (`core.ledger.terms`), newest first; by index alone, in any size."""
        ...

    def same_invoice(self, key: str, *, other_than: str) -> list[Delivery]:
        """Other documents with this invoice key."""
        ...

    def events(
        self,
        *,
        delivery: int | None = None,
        space: str | None = None,
        after: int = 0,
        limit: int = 1000,
        newest: bool = False,
    ) -> list[Event]:
        """The append-only history, oldest first; a space's includes what concerns the whole machine (space '').

        With `newest`, the last `limit` events instead of the first, still oldest first.
        """
        ...
