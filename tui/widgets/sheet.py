"""A long text under a cursor line: the detail of a delivery, the help. Lines are built for the width they get."""

from __future__ import annotations

from collections.abc import Callable

from textual.events import Resize

from tui.widgets.lines import Painted
from tui.widgets.picker import Picker
from tui.widgets.spans import Line

Builder = Callable[[int], list[Line]]
"""Lines for a width in cells."""


class Sheet(Picker):
    """Lines to read and to scroll through."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
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
    def current_text(self) -> str:
        """The text of the line under the cursor, to be copied."""
        if not self._lines:
            return ""
        return "".join(span.text for span in self._lines[self.cursor]).strip()

    def content(self, width: int, height: int) -> list[Painted]:
        """The visible lines."""
        shown = range(self.top, min(self.top + height, len(self._lines)))
        return [Painted(self._lines[line], line == self.cursor and self.has_focus) for line in shown]

    def watch_has_focus(self, has_focus: bool) -> None:
        """The cursor line lights up and fades with the focus."""
        super().watch_has_focus(has_focus)
        self.sync()
