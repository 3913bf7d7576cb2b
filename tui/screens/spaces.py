"""All installations, the worst first: how each is, what needs a person, and one decision on a selection of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.events import Key
from textual.widget import Widget
from textual.widgets import Input

from core.operations.bulk import office
from core.operations.bulk.office import Change, Outcome, View
from core.operations.views.overview import Snapshot, SpaceStatus
from tui.actions import BY_ID, Scope
from tui.i18n import _, clock_time, count, moment, ngettext, worded
from tui.plain import neutral
from tui.screens.form import FormScreen
from tui.widgets.confirm_bar import Answer, Question
from tui.widgets.entry import Entry
from tui.widgets.key_bar import KeyBar
from tui.widgets.lines import Paragraph
from tui.widgets.menu import Choice, Menu
from tui.widgets.spans import Line, Span, between
from tui.words.status import health_face, health_word

ALL = "*"


class SpacesScreen(FormScreen):
    """The list. What is marked is decided on together; without a mark, the space under the cursor."""

    scopes: ClassVar[tuple[Scope, ...]] = (Scope.SPACES,)
    guide: ClassVar[str] = "spaces"
    AUTO_FOCUS: ClassVar[str | None] = "Menu"

    def __init__(self) -> None:
        super().__init__()
        self._view = View()
        self._marked: frozenset[str] = frozenset()
        self._shown: list[SpaceStatus] = []

    def body(self) -> Iterable[Widget]:
        """A line to look for a space, the spaces, and the reason of the one under the cursor."""
        field = Entry(id="filter", placeholder=_("name, File ID, enterprise number"))
        field.display = False
        yield field
        yield Menu(id="spaces", column=34, classes="fill")
        yield Paragraph(id="space-reason", classes="above")
        yield Paragraph(id="verdict")

    def heading(self) -> Line:
        """What the view shows, and how much that is."""
        parts = [_("only what needs attention")] if self._view.attention else []
        parts += [_("filter: {text}").format(text=neutral(self._view.text))] if self._view.text else []
        left = (Span(" " + _("Spaces"), "strong"), Span("  " + "  ".join(parts)))
        right = ngettext("{count} space", "{count} spaces", len(self._shown)).format(count=count(len(self._shown)))
        if self._marked:
            right = _("{count} marked").format(count=count(len(self._marked))) + "  " + right
        return between(left, (Span(right + " ", "text-muted"),), self.size.width)

    def refresh_keys(self) -> None:
        """While the filter is typed, letters are text."""
        if self.focused is self.query_one("#filter", Input):
            labels = {"next": _("To the table"), "back": _("Show everything")}
            self.query_one(KeyBar).offer((BY_ID["next"], BY_ID["back"]), labels)
        else:
            super().refresh_keys()

    # -- what is shown -----------------------------------------------------------------------------------------------

    def on_mount(self) -> None:
        """What the last snapshot says."""
        self._show()

    def follow(self, snapshot: Snapshot) -> None:
        """Something moved."""
        super().follow(snapshot)
        self._show()

    def _show(self) -> None:
        snapshot = self.app.snapshot
        if snapshot is None:
            return
        menu = self.query_one(Menu)
        if not snapshot.spaces:
            menu.offer([Choice("", _("None yet: press 3 for the app launcher."), enabled=False)])
            return
        self._shown = office.select(snapshot.spaces, self._view)
        self._marked &= {each.installation.space for each in snapshot.spaces}
        several = len(snapshot.spaces) > 1 and not self._view.text and not self._view.attention
        choices = [Choice(ALL, _("All spaces"), _("one queue"))] if several else []
        choices += [self._choice(space) for space in self._shown]
        menu.offer(choices or [Choice("", _("Nothing here matches. esc shows everything again."), enabled=False)])
        self.refresh_frame()

    def _choice(self, space: SpaceStatus) -> Choice:
        face = health_face(space.health)
        parts = [f"{face.mark(self.app.ascii_only)} {health_word(space.health, space.installation.held_by)}"]
        if space.needs_attention:
            parts.append(_("{count} need you").format(count=count(space.needs_attention)))
        if space.waiting:
            parts.append(_("{count} queued").format(count=count(space.waiting)))
        if space.overdue:
            parts.append(_("last good poll {time}").format(time=clock_time(space.last_good_poll) or "-"))
        mark = ("* " if self.app.ascii_only else "◆ ") if space.installation.space in self._marked else ""
        return Choice(space.installation.space, mark + neutral(space.installation.name), "  ".join(parts))

    def on_picker_moved(self) -> None:
        """Why the space under the cursor is how it is, and when something last arrived from it."""
        space = self._under_cursor()
        self._say_reason(space, None)
        if space is not None:
            self.stored(
                "read the last delivery",
                lambda: office.last_delivered(self.app.own_desk(), [space.installation.space]),
                lambda found: self._say_reason(space, found.get(space.installation.space)),
            )

    def _say_reason(self, space: SpaceStatus | None, delivered: float | None) -> None:
        text = ""
        if space is not None and space == self._under_cursor():
            said = worded(space.code, space.arguments)
            polled = _("Last good poll {time}.").format(time=clock_time(space.last_good_poll) or "-")
            text = f"{said.sentence} {said.advice}".strip() + f" {polled}"
            text += " " + _("Last delivered {time}.").format(time=moment(delivered)) if delivered else ""
        self.query_one("#space-reason", Paragraph).show(text)

    def _under_cursor(self) -> SpaceStatus | None:
        chosen = self.query_one(Menu).chosen
        return next((each for each in self._shown if chosen and each.installation.space == chosen.id), None)

    # -- where one goes from here ------------------------------------------------------------------------------------

    def picked(self, choice: str) -> None:
        """The queue of one, or of all."""
        if choice:
            self.app.show_space(None if choice == ALL else choice)

    def do_choose(self) -> None:
        """The queue of the space under the cursor."""
        chosen = self.query_one(Menu).chosen
        if chosen is not None:
            self.picked(chosen.id)

    def do_manage_space(self) -> None:
        """Its settings."""
        space = self._under_cursor()
        if space is not None:
            self.app.manage(space.installation.space)

    def do_all_spaces(self) -> None:
        """One queue of all."""
        self.app.show_space(None)

    # -- filter and marks --------------------------------------------------------------------------------------------

    def do_space_filter(self) -> None:
        """The filter line."""
        field = self.query_one("#filter", Input)
        field.display = True
        field.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Filters while it is typed."""
        if event.input.id == "filter" and event.value != self._view.text:
            self._view = View(event.value, attention=self._view.attention)
            self._show()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Back to the list with the filter as it is."""
        event.input.display = bool(self._view.text)
        self.query_one(Menu).focus()

    def on_key(self, event: Key) -> None:
        """Down leaves the filter line."""
        if event.key == "down" and self.focused is self.query_one("#filter", Input):
            event.stop()
            self.query_one(Menu).focus()

    def do_spaces_attention(self) -> None:
        """Only what needs attention, or everything."""
        self._view = View(self._view.text, attention=not self._view.attention)
        self._show()

    def do_space_mark(self) -> None:
        """Marks the space under the cursor, or takes its mark away, and moves on."""
        space = self._under_cursor()
        if space is not None:
            self._marked ^= {space.installation.space}
            self.query_one(Menu).action_move("down")
            self._show()

    def do_space_mark_all(self) -> None:
        """Marks all that are shown, or none of them."""
        shown = frozenset(each.installation.space for each in self._shown)
        self._marked = self._marked - shown if shown <= self._marked else self._marked | shown
        self._show()

    def do_back(self) -> None:
        """Back to everything; then to where one came from."""
        field = self.query_one("#filter", Input)
        if field.display or self._view != View():
            field.display = False
            self._view = View()
            field.value = ""
            self.query_one(Menu).focus()
            self._show()
        elif self._marked:
            self._marked = frozenset()
            self._show()
        else:
            super().do_back()

    # -- one decision on the selection -------------------------------------------------------------------------------

    def do_spaces_hold(self) -> None:
        """Pauses their uploads."""
        self._ask(Change.HOLD, _("Pause the uploads of {count} spaces?"), _("Hold"))

    def do_spaces_release(self) -> None:
        """Lets their uploads go on."""
        self._ask(Change.RELEASE, _("Let the uploads of {count} spaces go on?"), _("Release"))

    def do_spaces_activate(self) -> None:
        """Switches them on."""
        question = _("Activate {count} spaces? What is approved or sent from now on goes over.")
        self._ask(Change.ACTIVATE, question, _("Activate"))

    def _ask(self, change: Change, question: str, word: str) -> None:
        """One question that names how many; those the change says nothing to are left alone."""
        under = self._under_cursor()
        spaces = self.app.snapshot.spaces if self.app.snapshot else ()
        chosen = [each for each in spaces if each.installation.space in self._marked] or ([under] if under else [])
        possible = [each.installation for each in chosen if office.obstacle(each.installation, change) is None]
        if not possible:
            if chosen:
                first = chosen[0].installation
                code = office.obstacle(first, change) or ""
                self.say_code(code, {"name": first.name, "by": first.held_by})
            return
        ids = [each.space for each in possible]
        text = neutral(possible[0].name) if len(ids) == 1 else ""
        asked = Question(
            f"{question.format(count=count(len(ids)))} {text}".strip(), answers=(Answer("y", word, "yes"),)
        )
        self.ask(asked, lambda value, _reason: self._change(change, ids) if value else None)

    def _change(self, change: Change, ids: list[str]) -> None:
        self.stored("decide on spaces", lambda: office.change_all(self.app.own_desk(), ids, change), self._changed)

    def _changed(self, outcomes: list[Outcome]) -> None:
        done = sum(each.done for each in outcomes)
        left = next((each for each in outcomes if not each.done), None)
        if left is not None:
            self.say_code(left.code, left.arguments)
        else:
            text = ngettext("Done for {count} installation.", "Done for {count} installations.", done)
            self.say(text.format(count=count(done)), "success")
            self._marked = frozenset()
        self.app.look_again()
