"""Before activation: how many documents stay history (counted while one looks), what still waits, and the choice.

The choice under the cursor is to leave it not active; activating asks once more, inline.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Literal

from textual.message import Message
from textual.widget import Widget

from core.installations import Installation
from core.operations.running import engines
from core.operations.setup import activation
from core.operations.setup.activation import Preview
from tui.actions import Scope
from tui.i18n import _, count, ngettext, worded
from tui.journey import Journey
from tui.plain import neutral
from tui.screens.form import UNCONFIRMED, FormScreen
from tui.widgets.confirm_bar import Answer, Question
from tui.widgets.lines import Paragraph
from tui.widgets.menu import Choice, Menu
from tui.widgets.spans import Line, Span

Waiting = Literal["send", "discard"] | None


class Counted(Message):
    """So many documents so far. A newer number replaces an older one."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number

    def can_replace(self, message: Message) -> bool:
        """Only the newest number matters."""
        return isinstance(message, Counted)


class ActivateScreen(FormScreen):
    """The switch from not active to active."""

    scopes: ClassVar[tuple[Scope, ...]] = (Scope.LIST,)
    guide: ClassVar[str] = "activate"

    def __init__(self, journey: Journey | None = None, space: str = "") -> None:
        super().__init__(journey)
        self._space = space or (journey.space.id if journey and journey.space else "")
        self._preview: Preview | None = None

    def about(self) -> Line:
        """Of which space."""
        return (Span("  " + neutral(self.app.space_names().get(self._space, ""))),)

    def content(self) -> Iterable[Widget]:
        """What stays history, what is in the way, and the choices."""
        yield Paragraph(_("Counting what stays history ..."), id="history", classes="gap")
        yield Paragraph(id="remarks")
        yield Menu([Choice("later", _("Leave it not active for now"))], id="choices")

    def on_mount(self) -> None:
        """Counts."""
        self._look()

    def _look(self) -> None:
        self.work(
            "count history",
            lambda: activation.preview(self.app.desk, self._space, progress=self._progress),
            self._show,
            lambda: self.query_one("#history", Paragraph).show(_("It could not be counted now.")),
        )

    def _progress(self, number: int) -> None:
        self.post_message(Counted(number))

    def on_counted(self, message: Counted) -> None:
        """The number so far."""
        text = _("At least {count} documents stay history; counting goes on.").format(count=count(message.number))
        self.query_one("#history", Paragraph).show(text)

    def _show(self, preview: Preview) -> None:
        self._preview = preview
        self.query_one("#history", Paragraph).show(_history(preview), "strong")
        spans = [Span(_sentence(code), "error") for code in preview.obstacles]
        for code, arguments in preview.warnings:
            if code == UNCONFIRMED and self.app.desk.machine.demo:
                continue
            said = worded(code, arguments)
            spans.append(Span(f"{said.sentence} {said.advice}".strip(), "warning"))
        self.query_one("#remarks", Paragraph).show_spans(spans)
        self.query_one(Menu).offer(self._choices(preview))

    def _choices(self, preview: Preview) -> list[Choice]:
        later = Choice("later", _("Leave it not active for now"), _("activate later under Manage"))
        if preview.obstacles:
            return [later, Choice("now", _("Activate now"), _("something is missing, see above"), enabled=False)]
        if not preview.waiting:
            some = preview.history > 0
            remark = _("look for it in Pingwin, then decide") if some else _("there is no document yet")
            first = Choice("first", _("Send one document first"), remark, enabled=some)
            return [later, first, Choice("now", _("Activate now"), _("from this moment on"))]
        waits = ngettext("{count} that waits", "{count} that wait", preview.waiting).format(count=preview.waiting)
        return [
            later,
            Choice("send", _("Activate, and send the {waiting}").format(waiting=waits)),
            Choice("discard", _("Activate, and do not send the {waiting}").format(waiting=waits)),
        ]

    def picked(self, choice: str) -> None:
        """Leaves it, or asks once more."""
        if choice == "later":
            self.done()
            return
        if self.app.desk.readonly:
            self.say_code("readonly")
            return
        if choice == "first":
            self.app.open_first(self._space, self.journey)
            return
        waiting: Waiting = "send" if choice == "send" else "discard" if choice == "discard" else None
        question = Question(
            _("From now on, what is approved or sent in this space goes to Pingwin by itself. Activate?"),
            answers=(Answer("y", _("Activate"), "yes"),),
        )
        self.ask(question, lambda value, _reason: self._activate(waiting) if value else None)

    def _activate(self, waiting: Waiting) -> None:
        self.say(_("Activating ..."))
        self.work(
            "activate",
            lambda: activation.activate(self.app.desk, self._space, waiting=waiting, progress=self._progress),
            self._activated,
        )

    def _activated(self, _installation: Installation) -> None:
        self.stored("start the engine", lambda: engines.ensure(self.app.own_desk()), lambda _state: self.done())


def _history(preview: Preview) -> str:
    if not preview.complete:
        return _("At least {count} documents stay history, and are never sent by themselves.").format(
            count=count(preview.history)
        )
    text = ngettext(
        "{count} document is approved or sent already: it stays history and is never sent by itself.",
        "{count} documents are approved or sent already: they stay history and are never sent by themselves.",
        preview.history,
    )
    return text.format(count=count(preview.history))


def _sentence(code: str) -> str:
    said = worded(code)
    return f"{said.sentence} {said.advice}".strip()
