"""One document first: choose it, send it alone, look for it in Pingwin, then let the rest go or not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.widget import Widget

from core.model import Delivery, State
from core.operations.setup import activation, first_document
from core.operations.views.explain import why
from tui.actions import Scope
from tui.i18n import _, day, money, worded
from tui.journey import Journey
from tui.plain import neutral
from tui.screens.form import FormScreen
from tui.widgets.confirm_bar import Answer, Question
from tui.widgets.lines import Paragraph
from tui.widgets.menu import Choice, Menu
from tui.widgets.spans import Line, Span, cut
from tui.words.status import direction_word

LISTED = 8
NAME = 42


class FirstScreen(FormScreen):
    """Choose, send, look, decide."""

    scopes: ClassVar[tuple[Scope, ...]] = (Scope.LIST,)
    guide: ClassVar[str] = "first"

    def __init__(self, space: str, journey: Journey | None = None) -> None:
        super().__init__()
        self._space = space
        self._from = journey
        self._rows: dict[str, Delivery] = {}
        self._sent: Delivery | None = None

    def about(self) -> Line:
        """Of which space."""
        return (Span("  " + neutral(self.app.space_names().get(self._space, ""))),)

    def content(self) -> Iterable[Widget]:
        """The newest documents, and what became of the one chosen."""
        yield Menu(id="choices")
        yield Paragraph(id="outcome", classes="above")

    def on_mount(self) -> None:
        """Reads what was counted."""
        self.stored(
            "read history",
            lambda: first_document.candidates(self.app.own_desk(), self._space, LISTED),
            self._offer,
        )

    def _offer(self, rows: list[Delivery]) -> None:
        self._rows = {str(row.id): row for row in rows}
        self.query_one(Menu).offer([Choice(id, _name(row), _facts(row)) for id, row in self._rows.items()])

    def picked(self, choice: str) -> None:
        """A document, or the decision after it."""
        match choice:
            case "release":
                self.stored("release", lambda: activation.release(self.app.own_desk(), self._space), self._leave)
            case "stay":
                self._leave(None)
            case "open" if self._sent is not None:
                self.app.open_document(self._sent.id)
            case _:
                self._ask(self._rows[choice])

    def _ask(self, row: Delivery) -> None:
        text = _("{name} goes to Pingwin now, it alone. The space becomes active, with uploads paused.")
        question = Question(text.format(name=_name(row)), answers=(Answer("y", _("Send"), "yes"),))
        self.ask(question, lambda value, _reason: self._send(row) if value else None)

    def _send(self, row: Delivery) -> None:
        self.query_one("#outcome", Paragraph).show(_("On its way ..."), "accent")
        self.work(
            "send one document",
            lambda: first_document.send_first(self.app.desk, self._space, row.id),
            self._show,
            self._not_sent,
        )

    def _not_sent(self) -> None:
        self.query_one("#outcome", Paragraph).show("")
        self.app.look_again()

    def _show(self, row: Delivery) -> None:
        self._sent = row
        self.app.look_again()
        said = worded(*why(row))
        spans = [Span(f"{_name(row)}: {said.sentence} {said.advice}".strip(), "success" if _arrived(row) else "error")]
        if _arrived(row):
            where = _("Look for it in Pingwin: dossier {dossier}, reference {reference}.")
            spans.append(Span(where.format(dossier=neutral(row.dossier), reference=neutral(row.reference or "-"))))
        self.query_one("#outcome", Paragraph).show_spans(spans)
        self.query_one(Menu).offer(
            [
                Choice("stay", _("Keep uploads paused"), _("later: Manage, p")),
                Choice("release", _("It is right: let the rest go"), _("from this moment on")),
                Choice("open", _("Everything about this delivery")),
            ]
        )

    def _leave(self, _installation: object) -> None:
        if self._from is not None and self._from.remembered:
            self.app.leave_journey()
        else:
            self.app.do_queue()


def _arrived(row: Delivery) -> bool:
    return row.state is State.CONFIRMED


def _name(row: Delivery) -> str:
    return cut(f"{neutral(row.number or row.source_id)}  {neutral(row.counterparty or '')}".strip(), NAME)


def _facts(row: Delivery) -> str:
    return "  ".join((direction_word(row.direction), day(row.issue_date), money(row.amount, row.currency)))
