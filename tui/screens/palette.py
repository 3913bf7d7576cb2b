"""The palette: everything that can be done on the screen below, found by a few letters of its name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.events import Key
from textual.widget import Widget
from textual.widgets import Input

from tui.actions import BY_ID, Action, Scope, in_scope
from tui.i18n import _, worded
from tui.screens.base import ConsoleScreen
from tui.situation import Situation, refusal
from tui.widgets.entry import Entry
from tui.widgets.key_bar import KeyBar
from tui.widgets.menu import Choice, Menu
from tui.widgets.spans import Line, Span

HIDDEN = frozenset({"palette", "back", "next", "field", "pick"})
"""What makes no sense from here, or is what one does here anyway."""

STEPS = {"down": "down", "up": "up", "pagedown": "page_down", "pageup": "page_up"}


class PaletteScreen(ConsoleScreen[str | None]):
    """A field to type in and the actions that fit; gives the id of the one that was picked, or None.

    What is not possible now is quiet, and says why in the place of its help.
    """

    scopes: ClassVar[tuple[Scope, ...]] = (Scope.LIST,)
    guide: ClassVar[str] = "help"
    AUTO_FOCUS: ClassVar[str | None] = "Input"

    def __init__(self, scopes: tuple[Scope, ...], situation: Situation) -> None:
        super().__init__()
        self._actions = offered(scopes, situation)
        self._situation = situation
        self._ahead = ""

    def body(self) -> Iterable[Widget]:
        """The field and the list."""
        yield Entry(id="wanted", placeholder=_("a few letters of what you want to do"))
        yield Menu(self._choices(""), id="actions", column=19, keeps=True, classes="fill")

    def heading(self) -> Line:
        """What it is."""
        return (Span(" " + _("What can be done here"), "strong"),)

    def refresh_keys(self) -> None:
        """Letters are text here: only these two keys are keys."""
        self.query_one(KeyBar).offer((BY_ID["pick"], BY_ID["back"]))

    def on_mount(self) -> None:
        """What was typed before the field was there."""
        self.query_one(Input).value = self._ahead

    def _choices(self, text: str) -> list[Choice]:
        return [choice(action, self._situation) for action in fitting(self._actions, text)]

    def on_input_changed(self, event: Input.Changed) -> None:
        """Fewer, the more is typed."""
        self.query_one(Menu).offer(self._choices(event.value))

    def on_input_submitted(self) -> None:
        """Enter in the field picks as well."""
        self.do_pick()

    def on_menu_picked(self) -> None:
        """Picked in the list."""
        self.do_pick()

    def do_pick(self) -> None:
        """The action under the cursor; the screen below does it, or answers why not.

        Where enter comes with the letters, in one burst, the list may be of before: then the first that fits.
        """
        text = self.query_one(Input).value if self.standing else self._ahead
        fits = self._choices(text)
        chosen = self.query_one(Menu).chosen if self.standing else None
        if fits:
            self.dismiss(chosen.id if chosen in fits and self._shows(fits) else fits[0].id)

    def _shows(self, choices: list[Choice]) -> bool:
        return self.query_one(Menu).choices == tuple(choices)

    def on_key(self, event: Key) -> None:
        """The list moves while the field has the letters, also those that come before it has the focus."""
        if event.is_printable and event.character and not isinstance(self.focused, Input):
            event.stop()
            if self.standing:
                self.query_one(Input).insert_text_at_cursor(event.character)
            else:
                self._ahead += event.character
        elif event.key in STEPS and self.standing:
            event.stop()
            self.query_one(Menu).action_move(STEPS[event.key])


def offered(scopes: tuple[Scope, ...], situation: Situation) -> list[Action]:
    """The actions of a screen that make sense there: `--readonly` has no changing ones."""
    moving = {action.id for action in in_scope(Scope.MOVING)}
    return [
        action
        for action in in_scope(*scopes, Scope.EVERYWHERE)
        if action.id not in HIDDEN | moving and not (action.changes and situation.readonly)
    ]


def fitting(actions: Iterable[Action], typed: str) -> list[Action]:
    """Those that hold every word typed, in label, help or id; those whose label begins with it first."""
    words = typed.casefold().split()
    found = [
        each for each in actions if all(word in f"{each.label} {each.help} {each.id}".casefold() for word in words)
    ]
    return sorted(found, key=lambda action: not action.label.casefold().startswith(" ".join(words)))


def choice(action: Action, situation: Situation) -> Choice:
    """One line: label and key, then the help or why it is not possible now."""
    refused = refusal(action, situation)
    remark = action.help if refused is None else worded(refused.code, refused.arguments).sentence
    key = action.shown_key.split(",")[0]
    return Choice(action.id, f"{key:>5}  {action.label}", remark, enabled=refused is None)
