"""Where there is room (from 160 by 30 cells), what enter would open is shown beside the queue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.events import Resize

from tui.screens.marking import MarkingScreen
from tui.widgets.queue_table import QueueTable

if TYPE_CHECKING:
    from core.operations.views.overview import Detail, Snapshot

# What shows the detail is imported where there is room for it: a terminal of 80 columns pays nothing.

WIDE = (160, 30)
"""Cells from which there is room for both."""


class BesideScreen(MarkingScreen):
    """A queue with the detail of the delivery under the cursor beside it."""

    _beside: int | None = None

    @property
    def wide(self) -> bool:
        """Whether there is room for the detail."""
        return self.size.width >= WIDE[0] and self.size.height >= WIDE[1]

    def on_resize(self, event: Resize) -> None:
        """The detail comes and goes with the room for it."""
        self._look_beside()

    def on_picker_moved(self) -> None:
        """Another delivery."""
        self._look_beside()

    def follow(self, snapshot: Snapshot) -> None:
        """Something moved: perhaps this one."""
        super().follow(snapshot)
        self._look_beside()

    def _look_beside(self) -> None:
        """Reads the delivery under the cursor; while one is read, the last one stays."""
        if not self.standing:
            return
        self.set_class(self.wide, "wide")
        current = self.query_one(QueueTable).current
        if not self.wide or current is None:
            return
        from core.operations.views import overview
        from tui.widgets.sheet import Sheet

        if not self.query(Sheet):
            sheet = Sheet(id="beside", further="enter")
            sheet.can_focus = False
            self.query_one("#body").mount(sheet)
        self.stored("read beside", lambda: overview.detail(self.app.own_desk(), current.id), self._show_beside)

    def _show_beside(self, detail: Detail) -> None:
        from tui.widgets.document_sheet import document_lines
        from tui.widgets.sheet import Sheet

        sheet, ascii_only = self.query_one(Sheet), self.app.ascii_only
        if detail.delivery.id != self._beside:
            sheet.top = sheet.cursor = 0
        self._beside = detail.delivery.id
        sheet.show(lambda width: document_lines(detail, width, ascii_only))
        current = self.query_one(QueueTable).current
        if current is not None and current.id != self._beside:
            self._look_beside()
