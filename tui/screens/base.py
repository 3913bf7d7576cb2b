"""What every screen shares: first line, title, body, question, note, keys; and how a key acts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, ClassVar, Generic

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.events import Key, Resize, ScreenResume
from textual.widget import Widget
from textual.widgets import Input

from core.model import Arguments
from tui.actions import BY_ID, Action, Scope, in_scope
from tui.console import BOTTOM
from tui.i18n import worded
from tui.screens.working import Result, WorkingScreen
from tui.situation import Situation, footer, refusal
from tui.widgets.confirm_bar import ConfirmBar, Question
from tui.widgets.key_bar import KeyBar
from tui.widgets.lines import OneLine, Paragraph
from tui.widgets.spans import Line
from tui.widgets.status_line import StatusLine

if TYPE_CHECKING:
    from core.operations.views.overview import Snapshot

SMALLEST = (60, 16)
"""Below this only the first line, a hint and the keys are shown."""


AT_ONCE = frozenset({"tab", "slash", "colon", "question_mark"})
"""Keys that give what is typed behind them another place."""

SIGNS = frozenset({"slash", "colon", "question_mark", "space"})
"""Keys with a longer name that write one character."""


def bindings(*scopes: Scope) -> list[BindingType]:
    """Bindings of the registry's actions in these scopes; every key is remappable by the action's id.

    Those of `AT_ONCE` are answered before the keys behind them are handed out: in a burst (a paste, a line that catches
    up) a secret typed after tab must not land in the field before it, nor the letters of a search act as keys.
    """
    return [
        Binding(
            action.default,
            f"act('{action.id}')",
            action.label_msgid,
            show=False,
            id=action.id,
            priority=action.default in AT_ONCE,
        )
        for action in in_scope(*scopes)
    ]


class ConsoleScreen(WorkingScreen[Result], Generic[Result]):
    """One screen of the console. Subclasses give `body`, `guide` (its text in the help) and `do_<action>` methods."""

    scopes: ClassVar[tuple[Scope, ...]] = ()
    guide: ClassVar[str] = ""
    reads_rows: ClassVar[bool] = False
    """Whether it shows what it is for only once rows were read; it then says `app.opened` itself."""
    BINDINGS: ClassVar[list[BindingType]] = []
    AUTO_FOCUS: ClassVar[str | None] = "Menu, Input, QueueTable"
    _resting = ""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Generates the bindings of a screen from the registry."""
        cls.BINDINGS = bindings(*cls.scopes, Scope.EVERYWHERE)
        super().__init_subclass__(**kwargs)

    # -- what is seen ------------------------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """The frame around the body."""
        yield StatusLine()
        yield OneLine(id="title")
        with Vertical(id="body"):
            yield from self.body()
        yield Paragraph(id="too-small")
        yield ConfirmBar()
        yield Paragraph(id="note")
        yield KeyBar()

    def body(self) -> Iterable[Widget]:
        """The screen's own widgets."""
        return ()

    @property
    def standing(self) -> bool:
        """Whether the widgets are there: not before they are composed, and not while the screen is taken down."""
        return self.is_attached and bool(self.query(KeyBar))

    def heading(self) -> Line:
        """The second line: where one is."""
        return ()

    def on_mount(self) -> None:
        """Shows what is known already."""
        self.refresh_frame()
        if not self.reads_rows:
            self.app.paint()
            self.call_after_refresh(self.app.opened)

    def on_screen_resume(self, event: ScreenResume) -> None:
        """Comes up to date when it is seen again."""
        self.refresh_frame()

    def refresh_frame(self) -> None:
        """First line, title and keys; each repaints only where it differs."""
        if not self.standing:
            return
        self.query_one(StatusLine).show(self.app.snapshot, self.app.trouble)
        self.query_one("#title", OneLine).show(self.heading())
        self._rest()
        self.refresh_keys()

    def refresh_keys(self) -> None:
        """The keys that are possible now."""
        bar = self.query_one(KeyBar)
        if self.query_one(ConfirmBar).open:
            bar.offer(())
            return
        possible = footer((*self.scopes, Scope.EVERYWHERE), self.situation())
        bar.offer([action for action in possible if not self._is_text(action)], self.key_labels())

    def on_descendant_focus(self) -> None:
        """Letters are text in a field: other keys are offered there."""
        if self.standing:
            self.refresh_keys()

    def on_input_changed(self, event: Input.Changed) -> None:
        """In a field with something in it `?` is text as well."""
        if self.standing:
            self.refresh_keys()

    def _is_text(self, action: Action) -> bool:
        """Whether its key writes into the field that has the focus. `?` asks for help in an empty one all the same."""
        field = self.focused
        if not isinstance(field, Input) or (action.id == "help" and not field.value):
            return False
        return all(len(key) == 1 or key in SIGNS for key in action.key.split(","))

    def key_labels(self) -> dict[str, str]:
        """Other words for some keys, by action id."""
        return {}

    def follow(self, snapshot: Snapshot) -> None:
        """Something moved; screens that show more than the first line add to this."""
        self.refresh_frame()

    def on_resize(self, event: Resize) -> None:
        """Too small: the first line and a hint."""
        width, height = event.size
        small = width < SMALLEST[0] or height < SMALLEST[1]
        if small:
            self.query_one("#too-small", Paragraph).show(_joined("too_small"), "warning")
        self.set_class(small, "narrow-hint")
        self.refresh_frame()

    def say(self, text: str, tone: str = "text-muted") -> None:
        """The line above the keys: what just happened."""
        self._resting = "" if text else self.query_one(StatusLine).untold(self.app.snapshot, self.size.width)
        self.query_one("#note", Paragraph).show(text or self._resting, tone if text else "warning")

    def _rest(self) -> None:
        """While nothing else is said there: the reason of the first line in full, where it was cut."""
        if self.query_one("#note", Paragraph).text == self._resting:
            self.say("")

    def say_code(self, code: str, arguments: Arguments | None = None, tone: str = "warning") -> None:
        """A worded message in the line above the keys."""
        self.say(_joined(code, arguments), tone)

    def on_key(self, event: Key) -> None:
        """A key that nothing took: the open question's, else it takes the last note away."""
        bar = self.query_one(ConfirmBar)
        if bar.open:
            bar.take(event)
        else:
            self.say("")

    # -- keys --------------------------------------------------------------------------------------------------------

    def situation(self) -> Situation:
        """What a key would act on."""
        return Situation(readonly=self.app.desk.readonly, bottom=self.at_bottom)

    @property
    def at_bottom(self) -> bool:
        """Whether there is no screen to go back to."""
        return len(self.app.screen_stack) <= BOTTOM

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """`--readonly` removes every changing action (convention 14); a sign typed into a field is text."""
        known = BY_ID.get(str(parameters[0])) if action == "act" and parameters else None
        if known is None:
            return True
        sign = known.default in AT_ONCE and known.default != "tab"
        if sign and (self._is_text(known) or self.query_one(ConfirmBar).open):
            return False
        return not (known.changes and self.app.desk.readonly)

    def action_act(self, id: str) -> None:
        """A key of the registry: answers why not, or does it."""
        action = BY_ID[id]
        refused = refusal(action, self.situation())
        if refused is not None:
            self.say_code(refused.code, refused.arguments)
            return
        self.perform(action)

    def perform(self, action: Action) -> None:
        """Calls `do_<id>` of this screen, else of the app."""
        method = getattr(self, f"do_{action.id}", None) or getattr(self.app, f"do_{action.id}")
        method()

    def do_back(self) -> None:
        """One step back; the last screen stays."""
        self.app.back(self)

    def ask(self, question: Question, answered: Callable[[str, str], None]) -> None:
        """Asks inline; the focus returns to where it was."""
        before = self.focused

        def close(value: str, reason: str) -> None:
            if before is not None and before.is_mounted and self.focused is not before:
                self.set_focus(before)
            self.refresh_keys()
            answered(value, reason)

        self.say("")
        self.query_one(ConfirmBar).ask(question, close)
        self.refresh_keys()


def _joined(code: str, arguments: Arguments | None = None) -> str:
    said = worded(code, arguments)
    return f"{said.sentence} {said.advice}".strip()
