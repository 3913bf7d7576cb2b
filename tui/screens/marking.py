"""Marking deliveries of the queue, so that one decision is taken on several: one by one, or all that a view shows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from core.ledger.records import QueueQuery
from core.model import Delivery
from core.operations.decisions import Decided
from core.operations.views.queue import queue
from tui.i18n import _, count
from tui.screens.acting import ActingScreen
from tui.widgets.queue_table import QueueTable

MOST_MARKED = 5_000
"""Deliveries marked at once: each is held in memory while it is marked."""


class MarkingScreen(ActingScreen[None]):
    """A screen with a queue whose rows can be marked. Subclasses say which rows those are."""

    def __init__(self) -> None:
        super().__init__()
        self._marked: dict[int, Delivery] = {}

    def query_now(self) -> QueueQuery:
        """The view that is asked for."""
        raise NotImplementedError

    def read(self, *, stay: bool = True) -> None:
        """Reads what is visible anew."""
        raise NotImplementedError

    def keep_marked(self, rows: Iterable[Delivery]) -> None:
        """Marked deliveries as they are now."""
        marked = self.query_one(QueueTable).marked
        self._marked.update({row.id: row for row in rows if row.id in marked})

    def chosen(self) -> tuple[Delivery, ...]:
        """The marked deliveries, else the one under the cursor."""
        table = self.query_one(QueueTable)
        if table.marked:
            return tuple(row for id, row in self._marked.items() if id in table.marked)
        return (table.current,) if table.current is not None else ()

    def decided(self, outcome: Sequence[Decided]) -> None:
        """Marks are used up."""
        self.unmark()
        self.read()

    def do_mark(self) -> None:
        """Marks a delivery for a decision on several."""
        table = self.query_one(QueueTable)
        if table.current is not None:
            self._marked[table.current.id] = table.current
        table.mark()
        self.refresh_frame()

    def do_mark_all(self) -> None:
        """Marks all of the view; where marks are set, takes them away."""
        table, query = self.query_one(QueueTable), self.query_now()
        if table.marked:
            self.unmark()
            return
        self.stored("mark all", lambda: queue(self.app.own_desk(), query, 0, MOST_MARKED), self._mark_rows)

    def _mark_rows(self, rows: list[Delivery]) -> None:
        table = self.query_one(QueueTable)
        self._marked = {row.id: row for row in rows}
        table.marked = frozenset(self._marked)
        table.sync()
        if len(rows) < table.window.total:
            self.say(_("The first {count} are marked: more are not decided on at once.").format(count=count(len(rows))))
        self.refresh_frame()

    def unmark(self) -> None:
        """Takes all marks away."""
        table = self.query_one(QueueTable)
        table.marked, self._marked = frozenset(), {}
        table.sync()
        self.refresh_frame()
