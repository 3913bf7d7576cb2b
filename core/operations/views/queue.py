"""The queue by window: how many rows a view has, some of them, and where one stands. All that the first paint needs."""

from __future__ import annotations

from core.ledger.records import QueueQuery
from core.model import Delivery, State
from core.operations.desk import Desk


def queue_total(desk: Desk, query: QueueQuery) -> int:
    """How many rows a view has."""
    return desk.ledger.total(query) if desk.has_ledger() else 0


def queue_sizes(desk: Desk, query: QueueQuery) -> dict[State, int]:
    """How many rows a view has of each state."""
    return desk.ledger.sizes(query) if desk.has_ledger() else {}


def queue(desk: Desk, query: QueueQuery, offset: int = 0, limit: int = 200) -> list[Delivery]:
    """Some rows of the queue."""
    return desk.ledger.window(query, offset, limit) if desk.has_ledger() else []


def queue_position(desk: Desk, query: QueueQuery, delivery: int) -> int | None:
    """Where a delivery stands in a view."""
    return desk.ledger.position(query, delivery) if desk.has_ledger() else None
