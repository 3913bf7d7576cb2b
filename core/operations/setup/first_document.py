"""One document first: sent alone, to be looked for in Pingwin, before the space goes live.

The space is activated and held in the same moment, so that nothing can leave. That one document passes the hold is a
fact in the ledger, written with the decision to send it: the hold itself is never lifted, whoever dies on the way. What
is approved meanwhile waits in the queue: it neither goes nor is history.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from core.errors import UsageError
from core.ledger.records import QueueQuery
from core.model import IN_FLIGHT, WAITING, Delivery, State
from core.operations.decisions import include_alone
from core.operations.desk import Desk
from core.operations.running.engines import ensure
from core.operations.setup.activation import Progress, activate
from core.operations.setup.credentials import installed
from core.operations.views import overview

PATIENCE = 90.0
"""Seconds until a document that has not gone is left to the queue."""

LOOK = 0.1


def candidates(desk: Desk, space: str, limit: int) -> list[Delivery]:
    """The newest documents of the history that was counted: each may be the first."""
    query = QueueQuery(spaces=(space,), states=frozenset({State.HISTORY}), history=True)
    return overview.queue(desk, query, 0, limit)


async def send_first(desk: Desk, space: str, delivery: int, *, progress: Progress | None = None) -> Delivery:
    """Sends one document of history alone and returns it with its outcome; the space stays active and held.

    Raises UsageError where the space is live already, or where it has not gone within `PATIENCE`: it then stays in the
    queue, and goes by itself as soon as it can. One that was chosen before is waited for.
    """
    desk.must_write()
    installation = installed(desk, space)
    if not installation.active:
        await activate(desk, space, held=True, progress=progress)
    elif not installation.held_by:
        raise UsageError("first_is_live", name=installation.name)
    await asyncio.to_thread(ensure, desk)
    await _until(desk, lambda: _stands(desk, space), delivery)
    row = _row(desk, delivery)
    if row.state is State.HISTORY and include_alone(desk, row) is None:
        raise UsageError("moved_meanwhile", id=delivery)
    await _until(desk, lambda: _row(desk, delivery).state not in WAITING | IN_FLIGHT, delivery)
    return _row(desk, delivery)


def _stands(desk: Desk, space: str) -> bool:
    """Whether the baseline stands, under the hold."""
    run = desk.ledger.space_run(space)
    return run is not None and run.running and run.held


def _row(desk: Desk, delivery: int) -> Delivery:
    row = desk.ledger.delivery(delivery)
    if row is None:
        raise UsageError("no_such_delivery", id=delivery)
    return row


async def _until(desk: Desk, done: Callable[[], bool], delivery: int) -> None:
    end = desk.clock.boot() + PATIENCE
    while not done():
        if desk.clock.boot() >= end:
            raise UsageError("first_waits", id=delivery)
        await desk.clock.sleep(LOOK)
