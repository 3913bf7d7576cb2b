"""The live queue: a window of rows read from the ledger, painted line by line, under a cursor that stays on its row.

It never holds all rows. `WindowWanted` asks the screen for rows; `show` takes them, keeps the cursor on its delivery
and the cursor's line where it was, and repaints the lines that differ. Groups have headings ("needs you" first).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.events import Resize
from textual.message import Message

from core.model import Delivery
from tui.i18n import _, count
from tui.widgets.lines import Painted
from tui.widgets.picker import Picker
from tui.widgets.rows import heading_line, row_line
from tui.widgets.spans import BLANK, Line, Span, charset, wrap

MARGIN_ROWS = 60
"""Rows read beyond the visible ones on both sides, so that scrolling by lines asks rarely."""


@dataclass(frozen=True, slots=True)
class Group:
    """A heading and how many rows stand under it."""

    title: str
    count: int
    tone: str = "text-muted"


@dataclass(frozen=True, slots=True)
class Window:
    """Rows of the queue: those from `offset` on, the sizes of all groups, and where the held delivery stands now."""

    groups: tuple[Group, ...]
    offset: int
    rows: tuple[Delivery, ...]
    position: int | None = None

    @property
    def total(self) -> int:
        """All rows of the view."""
        return sum(group.count for group in self.groups)


class QueueTable(Picker):
    """Rows keyed by delivery id."""

    class WindowWanted(Message):
        """Rows around a place are needed; `held` is the delivery to follow."""

        def __init__(self, offset: int, limit: int, held: int | None) -> None:
            super().__init__()
            self.offset = offset
            self.limit = limit
            self.held = held

        def can_replace(self, message: Message) -> bool:
            """Only the newest place matters."""
            return isinstance(message, QueueTable.WindowWanted)

    class Opened(Message):
        """Enter on a delivery."""

        def __init__(self, delivery: Delivery) -> None:
            super().__init__()
            self.delivery = delivery

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.window = Window((), 0, ())
        self.held: int | None = None
        self.marked: frozenset[int] = frozenset()
        self.empty_text = ""
        self.space_names: dict[str, str] = {}
        self._starts: list[tuple[int, int]] = []
        self._awaited = False  # rows for the place of the cursor
        self._worded: dict[tuple[int, bool, int], Line] = {}  # rows of this window in words: id, marked, width

    # -- lines and rows ----------------------------------------------------------------------------------------------

    @property
    def head(self) -> int:
        """The names of the columns stay."""
        return 1

    @property
    def line_count(self) -> int:
        """Headings and rows."""
        return self.window.total + len(self._starts)

    def stops(self, index: int) -> bool:
        """The cursor stands on rows only."""
        return self.row_at(index) is not None

    def row_at(self, line: int) -> int | None:
        """The row on a line, or None for a heading."""
        for headings, (start, size) in enumerate(self._starts, 1):
            if line == start + headings - 1:
                return None
            if line < start + headings + size:
                return line - headings
        return None

    def line_of(self, row: int) -> int:
        """The line of a row."""
        return row + sum(1 for start, _size in self._starts if row >= start)

    def delivery_at(self, row: int | None) -> Delivery | None:
        """The row's delivery, where it has been read."""
        if row is None or not 0 <= row - self.window.offset < len(self.window.rows):
            return None
        return self.window.rows[row - self.window.offset]

    @property
    def current(self) -> Delivery | None:
        """The delivery under the cursor."""
        return self.delivery_at(self.row_at(self.cursor)) if self.line_count else None

    @property
    def first_row(self) -> int:
        """The number of the first visible row, from 0."""
        rows = (self.row_at(self.top + y) for y in range(3))
        return next((row for row in rows if row is not None), 0)

    # -- reading -----------------------------------------------------------------------------------------------------

    def wanted(self) -> tuple[int, int]:
        """Offset and number of the rows to read for what is visible now."""
        offset = max(0, self.first_row - MARGIN_ROWS)
        return offset, self.page + 2 * MARGIN_ROWS

    def show(self, window: Window, *, stay: bool = True) -> None:
        """Takes rows. With `stay`, the held delivery keeps the cursor and its place on the screen."""
        self._awaited = False
        screen_line = self.cursor - self.top
        followed = stay and window.position is not None and self.held is not None
        self.window = window
        self._worded.clear()
        self._starts = _starts(window.groups)
        if followed and window.position is not None:
            self.cursor = self.line_of(window.position)
            self.top = max(0, min(self.cursor - screen_line, self.line_count - self.page))
        elif self.line_count:
            self.cursor = self._stop(min(self.cursor, self.line_count - 1), 1) or 0
            self.top = max(0, min(self.top, self.line_count - self.page))
        self.reveal()
        self._hold()
        self.sync()
        self.tell_moved()
        self._ask_if_missing()

    def go(self, target: int, step: int = 1) -> None:
        """Moves the cursor, and asks for rows that are not there yet; until they are, the old picture stays."""
        if not self.line_count:
            return
        self._awaited = True
        super().go(target, step)
        self._hold()
        self._awaited = self._ask_if_missing()
        self.sync()

    def _hold(self) -> None:
        current = self.current
        if current is not None:
            self.held = current.id
        elif not self.line_count:
            self.held = None

    def sync(self) -> None:
        """Repaints what differs, unless the rows to paint are being read: marks in their place would be sent twice."""
        if not self._awaited:
            super().sync()

    def _ask_if_missing(self) -> bool:
        first = self.first_row
        last = min(first + self.page, self.window.total) - 1
        have = range(self.window.offset, self.window.offset + len(self.window.rows))
        missing = bool(self.window.total) and (first not in have or last not in have)
        if missing:
            # A row that was never read cannot be followed: the place is kept instead.
            self.post_message(self.WindowWanted(*self.wanted(), self.held if self.current else None))
        return missing

    def next_group(self) -> None:
        """The cursor onto the first row of the next group, from the last one to the first."""
        lines = [start + headings + 1 for headings, (start, _size) in enumerate(self._starts)]
        if lines:
            self.go(next((line for line in lines if line > self.cursor), lines[0]))

    def mark(self) -> None:
        """Marks the delivery under the cursor, or takes its mark away, and moves on."""
        if self.current is not None:
            self.marked ^= {self.current.id}
            self.action_move("down")
            self.sync()

    def on_resize(self, event: Resize) -> None:
        """More room may need more rows."""
        self._ask_if_missing()

    # -- painting ----------------------------------------------------------------------------------------------------

    def content(self, width: int, height: int) -> list[Painted]:
        """The names of the columns and the visible lines."""
        lines = [Painted(heading_line(width, self.ellipsis))]
        if not self.line_count:
            told = wrap(self.empty_text, width - 4)
            return [*lines, Painted(BLANK), *(Painted((Span(f"  {part}", "text-muted"),)) for part in told)]
        for line in range(self.top, min(self.top + height - 1, self.line_count)):
            row = self.row_at(line)
            if row is None:
                lines.append(Painted((self._heading(line),)))
                continue
            delivery = self.delivery_at(row)
            if delivery is None:
                lines.append(Painted((Span(f"  {self.ellipsis}", "text-muted"),), line == self.cursor))
                continue
            lines.append(Painted(self._row(delivery, width), line == self.cursor))
        return lines

    def _row(self, delivery: Delivery, width: int) -> Line:
        key = (delivery.id, delivery.id in self.marked, width)
        found = self._worded.get(key)
        if found is None:
            found = self._worded[key] = row_line(
                delivery,
                width,
                ellipsis=self.ellipsis,
                ascii_only=bool(getattr(self.app, "ascii_only", False)),
                marked=delivery.id in self.marked,
                space=self.space_names.get(delivery.space, delivery.space[:8]),
            )
        return found

    def _heading(self, line: int) -> Span:
        groups = [group for group in self.window.groups if group.count]
        for headings, ((start, _size), group) in enumerate(zip(self._starts, groups, strict=True)):
            if line == start + headings:
                bar = charset(bool(getattr(self.app, "ascii_only", False))).bar
                return Span(f"{bar}{bar} {_(group.title)} ({count(group.count)})", group.tone)
        return Span("")

    def action_pick(self) -> None:
        """Opens the delivery under the cursor."""
        if self.current is not None:
            self.post_message(self.Opened(self.current))


def _starts(groups: Sequence[Group]) -> list[tuple[int, int]]:
    """First row and size of each group that has rows."""
    starts, row = [], 0
    for group in groups:
        if group.count:
            starts.append((row, group.count))
            row += group.count
    return starts
