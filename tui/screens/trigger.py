"""What is sent: at which level in Banqup purchases and sales of a space go over to Pingwin."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import ClassVar

from textual.widget import Widget

from core.installations import Installation
from core.operations.setup import installing, triggers
from tui.i18n import _
from tui.plain import neutral
from tui.screens.form import FormScreen
from tui.widgets.confirm_bar import Answer, Question
from tui.widgets.lines import Paragraph
from tui.widgets.menu import Choice, Menu
from tui.widgets.spans import Line, Span
from tui.words.triggers import BASELINE, PURCHASES, SALES


class TriggerScreen(FormScreen):
    """Two choices, and save."""

    guide: ClassVar[str] = "trigger"

    def __init__(self, space: str) -> None:
        super().__init__()
        self._space = space
        self._seen: Installation | None = None
        self._chosen: dict[str, str | None] = {}

    def about(self) -> Line:
        """Of which space."""
        return (Span("  " + neutral(self.app.space_names().get(self._space, ""))),)

    def content(self) -> Iterable[Widget]:
        """The choices."""
        yield Menu(id="choices", column=42)
        yield Paragraph(id="levels", classes="above")

    def on_mount(self) -> None:
        """What stands."""
        self.stored("read the installation", lambda: installing.find(self.app.own_desk(), self._space), self._known)

    def _known(self, installation: Installation) -> None:
        self._seen = installation
        purchases, sales = triggers.chosen(installation.options)
        self._chosen = {"purchases": purchases, "sales": sales}
        self._offer()
        options = installation.options
        levels = _("In Banqup's words now: {purchases}; {sales}.").format(
            purchases=", ".join(map(neutral, options.purchase_trigger)) or "-",
            sales=", ".join(map(neutral, options.sales_trigger)) or "-",
        )
        self.query_one("#levels", Paragraph).show(levels, "text-muted")

    def _offer(self) -> None:
        something = set(self._chosen.values()) != {"none"}
        self.query_one(Menu).offer(
            [
                *self._group("purchases", _("Purchases go over"), PURCHASES),
                *self._group("sales", _("Sales go over"), SALES),
                Choice("", "", heading=True),
                Choice(
                    "save",
                    _("Save"),
                    enabled=something,
                    remark="" if something else _("at least one of the two has to go over"),
                ),
            ]
        )

    def _group(self, side: str, heading: str, words: Mapping[str, tuple[str, str]]) -> list[Choice]:
        choices = [Choice("", heading, heading=True)]
        for name, (text, remark) in words.items():
            mark = "[x]" if self._chosen[side] == name else "[ ]"
            choices.append(Choice(f"{side}:{name}", f"{mark} {_(text)}", _(remark) if remark else ""))
        return choices

    def picked(self, choice: str) -> None:
        """Marks, or saves after a question where more goes over than before."""
        if choice != "save":
            side, _colon, name = choice.partition(":")
            self._chosen[side] = name
            self._offer()
            return
        if self._seen is None:
            return
        wanted = triggers.with_choices(self._seen.options, self._chosen["purchases"], self._chosen["sales"])
        if not triggers.takes_baseline(self._seen, wanted):
            self._save()
            return
        question = Question(_("More goes over to Pingwin from now on."), _(BASELINE), (Answer("y", _("Save"), "yes"),))
        self.ask(question, lambda value, _reason: self._save() if value else None)

    def _save(self) -> None:
        seen, chosen = self._seen, dict(self._chosen)
        self.stored(
            "save what is sent",
            lambda: triggers.set_triggers(
                self.app.own_desk(),
                self._space,
                chosen["purchases"],
                chosen["sales"],
                seen=seen.options if seen is not None else None,
            ),
            lambda _installation: self.done(),
            self._look_again,
        )

    def _look_again(self) -> None:
        """Somebody saved meanwhile: what stands by now is shown, so that saving once more is a decision."""
        self.stored("read the installation", lambda: installing.find(self.app.own_desk(), self._space), self._known)
