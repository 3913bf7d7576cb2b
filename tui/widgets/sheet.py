"""A long text to scroll through: the detail of a delivery, the help. Lines are built for the width they get."""

from __future__ import annotations

from collections.abc import Callable

from textual.events import Resize

from tui.i18n import _
from tui.widgets.lines import Painted
from tui.widgets.picker import Picker
from tui.widgets.spans import Line, line

Builder = Callable[[int], list[Line]]
"""Lines for a width in cells."""


class Sheet(Picker):
    """Lines to read and to scroll through. `further` names the keys that lead to what there is no room for."""

    def __init__(self, *, id: str | None = None, classes: str | None = None, further: str = "PgDn PgUp") -> None:
        super().__init__(id=id, classes=classes)
        self._further = further
        self._build: Builder = lambda width: []
        self._lines: list[Line] = []
        self._width = 0

    def show(self, build: Builder) -> None:
        """Other lines; the place stays."""
        self._build = build
        self._width = 0
        self._rebuild()
        self.sync()

    def on_resize(self, event: Resize) -> None:
        """Another width wraps differently."""
        self._rebuild()

    def _rebuild(self) -> None:
        width = self.size.width
        if width and width != self._width:
            self._width = width
            self._lines = self._build(width)
            self.cursor = max(0, min(self.cursor, len(self._lines) - 1))
            self.reveal()

    @property
    def line_count(self) -> int:
        """All lines."""
        return len(self._lines)

    @property
    def page(self) -> int:
        """One line less where more text follows than there is room for: it says so."""
        return max(1, self.size.height - (self.line_count > self.size.height))

    def action_move(self, move: str) -> None:
        """Every key scrolls: text is read, there is nothing to point at."""
        last = max(0, self.line_count - self.page)
        step = {"down": 1, "up": -1, "page_down": self.page - 1, "page_up": 1 - self.page}.get(move)
        target = (0 if move == "first" else last) if step is None else self.top + step
        self.top = self.cursor = max(0, min(target, last))
        self.sync()

    def content(self, width: int, height: int) -> list[Painted]:
        """The visible lines, and how far one has read where they are not all."""
        last = min(self.top + self.page, len(self._lines))
        shown = [Painted(self._lines[place]) for place in range(self.top, last)]
        if len(self._lines) > height:
            said = _("line {last} of {count}").format(last=last, count=len(self._lines))
            shown.append(Painted(line(f" {said}  {self._further}", "text-muted")))
        return shown
