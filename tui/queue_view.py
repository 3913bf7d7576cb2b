"""What the queue shows of the ledger: its groups, and the window of rows that is read for what is visible.

Runs in the stores' thread; knows nothing of screens.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.ledger.base import QueueQuery
from core.model import IN_FLIGHT, NEEDS_PERSON, WAITING, State
from core.operations import overview
from core.operations.desk import Desk
from tui.i18n import N_
from tui.widgets.queue_table import Group, Window

GROUPS: tuple[tuple[str, frozenset[State], str], ...] = (
    (N_("Needs you"), NEEDS_PERSON, "warning"),
    (N_("On its way"), WAITING | IN_FLIGHT, "text-muted"),
    (N_("Done"), frozenset({State.WITHDRAWN, State.CONFIRMED, State.DISCARDED}), "text-muted"),
    (N_("From before activation"), frozenset({State.HISTORY}), "text-muted"),
)
"""The headings, in the order in which the ledger sorts (`QueueQuery`)."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to read: the view, the rows, the delivery whose place is asked for."""

    query: QueueQuery
    offset: int
    limit: int
    held: int | None


def read_window(desk: Desk, wanted: Wanted) -> Window:
    """Rows, group sizes and the held delivery's place, read from the ledger; runs in the stores' thread.

    Where the held delivery moved, the rows around its new place are read, so that it stays under the cursor.
    """
    query = wanted.query
    sizes = overview.queue_sizes(desk, query)
    groups = [Group(title, sum(sizes.get(state, 0) for state in states), tone) for title, states, tone in GROUPS]
    position = None if wanted.held is None else overview.queue_position(desk, query, wanted.held)
    offset = wanted.offset
    if position is not None and not offset <= position < offset + wanted.limit:
        offset = max(0, position - wanted.limit // 2)
    rows = overview.queue(desk, query, offset, wanted.limit)
    return Window(tuple(groups), offset, tuple(rows), position)
