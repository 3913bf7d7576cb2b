"""What happened, in order: the ledger's append-only events, for those who follow them. Reads only."""

from __future__ import annotations

from core.ledger.records import QueueQuery
from core.model import Delivery, Event, State
from core.operations.desk import Desk


def events(desk: Desk, *, after: int, limit: int = 500) -> list[Event]:
    """Events behind one, oldest first, of all spaces."""
    return desk.ledger.events(after=after, limit=limit) if desk.has_ledger() else []


def newest_event(desk: Desk) -> int:
    """The id of the newest event, 0 where there is none. Ids only grow, so halving finds it in a few short reads."""
    if not events(desk, after=0, limit=1):
        return 0
    low, high = 0, 1
    while events(desk, after=high, limit=1):
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if events(desk, after=middle, limit=1) else (low, middle)
    return high


def delivery(desk: Desk, id: int) -> Delivery | None:
    """One delivery as it is now."""
    return desk.ledger.delivery(id)


WAITING = frozenset({State.SEEN, State.READY, State.LEASED})


def waiting_since(desk: Desk, space: str) -> float | None:
    """Since when the oldest delivery of a space waits to go out, by its first event; None where none waits.

    Not by its last change: a delivery that is tried each hour would never be old.
    """
    oldest = desk.ledger.window(QueueQuery(spaces=(space,), states=WAITING), 0, 1) if desk.has_ledger() else []
    if not oldest:
        return None
    first = desk.ledger.events(delivery=oldest[0].id, limit=1)
    return first[0].at if first else oldest[0].changed_at


def trouble(desk: Desk) -> str | None:
    """Why the last round could not do its work, as a code: a poll that failed or a circuit that is open."""
    if not desk.has_ledger():
        return None
    failed = next((run.poll_code for run in desk.ledger.space_runs() if run.running and run.poll_code), None)
    return failed or next((circuit.code for circuit in desk.ledger.circuits() if circuit.code), None)
