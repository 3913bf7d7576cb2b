"""Every request, file and change of state as it happens: filtered, and one of them whole."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.events import Key
from textual.widget import Widget
from textual.widgets import Input

from core.operations.views import activity
from core.operations.views.activity import Happening, Replayed, Wanted
from core.operations.views.overview import Snapshot
from tui.actions import Scope
from tui.i18n import _, clock_time, worded
from tui.plain import neutral, neutral_block
from tui.screens.base import ConsoleScreen
from tui.widgets.confirm_bar import Answer, Question
from tui.widgets.entry import Entry
from tui.widgets.lines import Paragraph
from tui.widgets.menu import Choice, Menu
from tui.widgets.sheet import Sheet
from tui.widgets.spans import Line, Span, line, wrap
from tui.words.happenings import purpose_word, words

SHOWN = 300
"""Lines that are read; the command shows more."""


class ActivityScreen(ConsoleScreen[None]):
    """The newest lines, the newest one last; of one delivery where one is given."""

    scopes: ClassVar[tuple[Scope, ...]] = (Scope.ACTIVITY,)
    guide: ClassVar[str] = "activity"
    AUTO_FOCUS: ClassVar[str | None] = "Menu"

    def __init__(self, delivery: int | None = None) -> None:
        super().__init__()
        self._delivery = delivery
        self._text = ""
        self._failed = False
        self._lines: dict[str, Happening] = {}
        self._follows = True
        self._again = False

    def body(self) -> Iterable[Widget]:
        """Filter line and lines."""
        field = Entry(id="filter", placeholder=_("method, address, status, name"))
        field.display = False
        yield field
        yield Menu(id="lines", column=26, classes="fill")
        yield Paragraph(id="whole-line")

    def heading(self) -> Line:
        """What is shown."""
        parts = [self.app.space_name() or _("All spaces")]
        if self._delivery is not None:
            parts.append(_("delivery {id}").format(id=self._delivery))
        if self._failed:
            parts.append(_("only what went wrong"))
        if self._text:
            parts.append(_("filter: {text}").format(text=self._text))
        return (Span(" " + _("Activity"), "strong"), Span("  " + "  ".join(neutral(part) for part in parts)))

    def on_mount(self) -> None:
        """The newest lines."""
        self.read()

    def follow(self, snapshot: Snapshot) -> None:
        """Something moved: there are new lines."""
        super().follow(snapshot)
        self.read()

    def read(self) -> None:
        """Reads what is wanted; a request that comes while one runs is remembered."""
        wanted = Wanted(self.app.space, self._delivery, self._failed, self._text)
        started = self.stored(
            "read the activity", lambda: activity.happenings(self.app.own_desk(), wanted, SHOWN), self._show
        )
        self._again = not started

    def _show(self, found: list[Happening]) -> None:
        self._lines = {each.id: each for each in found}
        menu = self.query_one(Menu)
        at_end = menu.cursor >= menu.line_count - 1
        menu.offer([self._choice(each) for each in found] or [Choice("", _("Nothing yet."), enabled=False)])
        if at_end:
            menu.go(menu.line_count - 1)
        self._tell()
        self.refresh_frame()
        if self._again:
            self.read()

    def _choice(self, each: Happening) -> Choice:
        made_for = purpose_word(each.entry.purpose) if each.entry else ""
        number = f"#{each.delivery}" if each.delivery is not None else ""
        left = f"{clock_time(each.at, seconds=True)} {number:<5} {made_for or neutral(each.who)}"
        return Choice(each.id, left, words(each), "error" if each.failed else "foreground")

    def on_picker_moved(self) -> None:
        """Another line."""
        self._tell()

    def _tell(self) -> None:
        """The line under the cursor, whole."""
        each = self._current
        self.query_one("#whole-line", Paragraph).show(f"{neutral(each.who)}: {words(each)}" if each else "")

    @property
    def _current(self) -> Happening | None:
        chosen = self.query_one(Menu).chosen
        return self._lines.get(chosen.id) if chosen else None

    # -- keys --------------------------------------------------------------------------------------------------------

    def on_menu_picked(self, event: Menu.Picked) -> None:
        """Enter is the menu's own key."""
        self.do_whole()

    def do_whole(self) -> None:
        """A request with headers and answer; a change opens its delivery."""
        each = self._current
        if each is None:
            return
        if each.entry is not None:
            self.work("show a request", lambda: activity.whole(self.app.desk, each), self._show_whole)
        elif each.delivery is not None:
            self.app.open_document(each.delivery)

    def _show_whole(self, text: str) -> None:
        self.app.push_screen(WholeScreen(text))

    def do_failed(self) -> None:
        """Only what went wrong, or everything again."""
        self._failed = not self._failed
        self.read()

    def do_look_for(self) -> None:
        """The filter line."""
        field = self.query_one("#filter", Input)
        field.display = True
        field.focus()

    def do_replay(self) -> None:
        """Sends an upload once more, to a sandbox, after a question."""
        each = self._current
        if each is None:
            return
        question = Question(
            _("Sends this upload to the sandbox once more; the ledger is not told."),
            answers=(Answer("y", _("Replay"), "yes"),),
        )
        self.ask(question, lambda value, _reason: self._replay(each) if value else None)

    def _replay(self, each: Happening) -> None:
        self.work("replay", lambda: activity.replay(self.app.desk, each), self._replayed)

    def _replayed(self, answer: Replayed) -> None:
        self.say(f"{answer.http_status or ''} {worded(answer.code, answer.arguments).sentence}".strip())
        self.read()

    def do_back(self) -> None:
        """Everything again; then to where one came from."""
        field = self.query_one("#filter", Input)
        if field.display or self._text or self._failed:
            field.display = False
            field.value = self._text = ""
            self._failed = False
            self.query_one(Menu).focus()
            self.read()
        else:
            super().do_back()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Filters while it is typed."""
        if event.value != self._text:
            self._text = event.value
            self.read()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Back to the lines."""
        event.input.display = bool(self._text)
        self.query_one(Menu).focus()

    def on_key(self, event: Key) -> None:
        """Down leaves the filter line."""
        if event.key == "down" and self.focused is self.query_one("#filter", Input):
            event.stop()
            self.query_one(Menu).focus()
        else:
            super().on_key(event)


class WholeScreen(ConsoleScreen[None]):
    """One request as text: what would be sent, and what came back."""

    guide: ClassVar[str] = "activity"
    AUTO_FOCUS: ClassVar[str | None] = "Sheet"

    def __init__(self, text: str) -> None:
        super().__init__()
        self._shown = neutral_block(text)

    def body(self) -> Iterable[Widget]:
        """One sheet."""
        yield Sheet(id="whole", classes="fill")

    def heading(self) -> Line:
        """What it is."""
        return line(" " + _("A request, secrets masked"), "strong")

    def on_mount(self) -> None:
        """The text, wrapped."""
        self.query_one(Sheet).show(lambda width: [(Span(f" {part}"),) for part in wrap(self._shown, width - 2)])
        self.refresh_frame()
