"""A short list of choices: spaces, steps, buttons. Each choice has a key of its own, a text and a quiet remark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message

from tui.widgets.lines import Painted
from tui.widgets.picker import Picker
from tui.widgets.spans import Span, charset, fit


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of a menu. `enabled` False: the cursor stands on it, and choosing it answers with `remark`."""

    id: str
    text: str
    remark: str = ""
    tone: str = "foreground"
    enabled: bool = True
    heading: bool = False


class Menu(Picker):
    """Choices under a cursor; `enter` picks. Remarks stand in a column of their own.

    `keeps`: the choice under the cursor counts also while another widget has the focus, so its mark stays.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,space", "pick", "pick", show=False, id="menu.pick")]

    class Picked(Message):
        """A choice was picked."""

        def __init__(self, menu: Menu, choice: Choice) -> None:
            super().__init__()
            self.menu = menu
            self.choice = choice

        @property
        def control(self) -> Menu:
            """The menu."""
            return self.menu

    def __init__(
        self,
        choices: Sequence[Choice] = (),
        *,
        column: int = 0,
        keeps: bool = False,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.choices = tuple(choices)
        self._column = column
        self._keeps = keeps

    @property
    def line_count(self) -> int:
        """One line a choice."""
        return len(self.choices)

    @property
    def chosen(self) -> Choice | None:
        """The choice under the cursor."""
        return self.choices[self.cursor] if self.cursor < len(self.choices) else None

    def stops(self, index: int) -> bool:
        """Headings are skipped."""
        return not self.choices[index].heading

    def offer(self, choices: Sequence[Choice]) -> None:
        """Other choices; the cursor stays on the same one where it is still there."""
        new = tuple(choices)
        if new == self.choices:
            return
        held = self.chosen.id if self.chosen else None
        lines_before = len(self.choices)
        self.choices = new
        places = [place for place, choice in enumerate(new) if choice.id == held]
        self.cursor = places[0] if places else self._stop(0, 1) or 0
        self.reveal()
        if lines_before != len(new):
            self.refresh(layout=True)
        self.sync()
        self.post_message(self.Moved(self))

    def action_pick(self) -> None:
        """Picks the choice under the cursor."""
        if self.chosen is not None:
            self.post_message(self.Picked(self, self.chosen))

    def pick(self, id: str) -> None:
        """Moves the cursor onto a choice."""
        for place, choice in enumerate(self.choices):
            if choice.id == id:
                self.go(place)

    def content(self, width: int, height: int) -> list[Painted]:
        """The visible choices; the cursor shows only where the menu has the focus."""
        signs = charset(getattr(self.app, "ascii_only", False))
        column = self._column or min(max((len(choice.text) for choice in self.choices), default=0) + 2, width * 2 // 3)
        lines = []
        for place in range(self.top, min(self.top + height, len(self.choices))):
            choice = self.choices[place]
            if choice.heading:
                lines.append(Painted((Span(choice.text, "text-muted"),)))
                continue
            here = place == self.cursor and self.has_focus
            tone = choice.tone if choice.enabled else "text-muted"
            pointed = place == self.cursor and (here or self._keeps)
            spans = [Span(f"{signs.prompt if pointed else ' '} ", "accent")]
            if choice.remark:
                spans += [
                    Span(fit(choice.text, column - 1, signs.ellipsis) + " ", tone),
                    Span(choice.remark, "text-muted"),
                ]
            else:
                spans.append(Span(choice.text, tone))
            lines.append(Painted(tuple(spans), here))
        return lines

    def watch_has_focus(self, has_focus: bool) -> None:
        """The cursor line lights up and fades with the focus."""
        super().watch_has_focus(has_focus)
        self.sync()

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """All the width there is."""
        return container.width

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """One line a choice, where the style says `auto`."""
        return len(self.choices)
