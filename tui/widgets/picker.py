"""A list of lines with a cursor that is moved by keys: what the queue, the menus and the long texts share."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.events import MouseScrollDown, MouseScrollUp, Resize
from textual.message import Message

from tui.actions import Scope, in_scope
from tui.widgets.lines import Lines


class Picker(Lines, can_focus=True):
    """Lines with a cursor. Subclasses say how many lines there are and which of them the cursor may stand on."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(action.default, f"move('{action.id.removeprefix('move.')}')", action.id, show=False, id=action.id)
        for action in in_scope(Scope.MOVING)
    ]

    class Moved(Message):
        """The cursor stands on another line. A newer one replaces an older one."""

        def __init__(self, picker: Picker) -> None:
            super().__init__()
            self.picker = picker

        @property
        def control(self) -> Picker:
            """The list."""
            return self.picker

        def can_replace(self, message: Message) -> bool:
            """Only the newest place matters."""
            return isinstance(message, Picker.Moved) and message.picker is self.picker

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.top = 0
        self.cursor = 0

    @property
    def line_count(self) -> int:
        """How many lines there are."""
        raise NotImplementedError

    @property
    def head(self) -> int:
        """Lines at the top that do not scroll."""
        return 0

    def stops(self, index: int) -> bool:
        """Whether the cursor may stand on this line (a heading says no)."""
        return True

    @property
    def page(self) -> int:
        """How many lines scroll past."""
        return max(1, self.size.height - self.head)

    def action_move(self, move: str) -> None:
        """Moves the cursor; it never leaves the list."""
        target, step = {
            "down": (self.cursor + 1, 1),
            "up": (self.cursor - 1, -1),
            "page_down": (self.cursor + self.page - 1, 1),
            "page_up": (self.cursor - self.page + 1, -1),
            "first": (0, 1),
            "last": (self.line_count - 1, -1),
        }[move]
        self.go(target, step)

    def go(self, target: int, step: int = 1) -> None:
        """Puts the cursor on a line, or on the next one in the direction of `step` where it may stand."""
        place = self._stop(min(max(target, 0), self.line_count - 1), step)
        if place is None:
            return
        changed = place != self.cursor
        self.cursor = place
        self.reveal()
        self.sync()
        if changed:
            self.tell_moved()

    def tell_moved(self) -> None:
        """Tells the screen directly: what it changes for the new line is then painted at once with it."""
        self.screen.post_message(self.Moved(self))

    def _stop(self, index: int, step: int) -> int | None:
        for direction in (step, -step):
            place = index
            while 0 <= place < self.line_count:
                if self.stops(place):
                    return place
                place += direction
        return None

    def reveal(self) -> None:
        """Scrolls so that the cursor is seen: by half a page, so that most key presses repaint two lines."""
        page = self.page
        if self.cursor < self.top:
            self.top = self.cursor - page // 2 if self.cursor > page // 2 else 0
        elif self.cursor >= self.top + page:
            self.top = self.cursor - page // 2
        self.top = max(0, min(self.top, self.line_count - page))
        if self.cursor == 1 and self.top == 1 and not self.stops(0):
            self.top = 0

    def on_resize(self, event: Resize) -> None:
        """The cursor stays in sight; the lines follow in `Lines.on_resize`, which Textual calls next."""
        if self.line_count:
            self.reveal()

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """Three lines down."""
        event.stop()
        self.go(self.cursor + 3, 1)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """Three lines up."""
        event.stop()
        self.go(self.cursor - 3, -1)
