"""What the queue shows of the ledger: its groups, and the window of rows that is read for what is visible.

Runs in the stores' thread; knows nothing of screens.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.ledger.records import QueueQuery
from core.model import IN_FLIGHT, NEEDS_PERSON, WAITING, State
from core.operations.desk import Desk
from core.operations.views import queue
from tui.i18n import N_, _
from tui.widgets.queue_table import Group, Window

if TYPE_CHECKING:
    from core.operations.views.overview import Snapshot

GROUPS: tuple[tuple[str, frozenset[State], str], ...] = (
    (N_("Needs you"), NEEDS_PERSON, "warning"),
    (N_("On its way"), WAITING | IN_FLIGHT, "text-muted"),
    (N_("Done"), frozenset({State.WITHDRAWN, State.CONFIRMED, State.DISCARDED}), "text-muted"),
    (N_("From before activation"), frozenset({State.HISTORY}), "text-muted"),
)
"""The headings, in the order in which the ledger sorts (`QueueQuery`)."""


ORDERS: tuple[tuple[str, str], ...] = (
    ("attention", ""),
    ("-date", N_("newest first")),
    ("-amount", N_("largest amount first")),
    ("party", N_("by party")),
    ("number", N_("by number")),
)
"""What `o` goes through: the ledger's sort and its name. Only the first has groups."""


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
    sizes = queue.queue_sizes(desk, query)
    if query.sort == ORDERS[0][0]:
        groups = [Group(title, sum(sizes.get(state, 0) for state in states), tone) for title, states, tone in GROUPS]
    else:
        groups = [Group(dict(ORDERS)[query.sort], sum(sizes.values()))]
    position = None if wanted.held is None else queue.queue_position(desk, query, wanted.held)
    offset = wanted.offset
    if position is not None and not offset <= position < offset + wanted.limit:
        offset = max(0, position - wanted.limit // 2)
    rows = queue.queue(desk, query, offset, wanted.limit)
    return Window(tuple(groups), offset, tuple(rows), position)


def empty_text(desk: Desk, snapshot: Snapshot | None, narrowed: bool) -> str:
    """What a view without rows says: why, and what leads on."""
    if narrowed:
        return _("Nothing here matches. esc shows everything again.")
    if snapshot is not None and not snapshot.spaces:
        return _("Pingwin is installed in no space yet: press 3.")
    if snapshot is not None and not any(status.installation.active for status in snapshot.spaces):
        return _("Not active: nothing is read or sent. Press 2, then m; A there switches it on.")
    if desk.machine.demo:
        return _("Nothing yet. To have documents approved in the sandbox: press 4, choose Sandbox.")
    return _("Nothing yet. Documents appear here once they are approved or sent in Banqup.")
