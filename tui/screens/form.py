"""What forms share: one decision a screen, purpose above, what comes next below, fields and choices by keyboard alone.

A form stands alone or as a step of a journey (the walkthrough, or installing in another space); `done` leads on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import ClassVar

from textual.containers import VerticalScroll
from textual.events import Key
from textual.widget import Widget
from textual.widgets import Input

from core.operations.setup.connections import Verdict
from tui.actions import Scope
from tui.console import Console
from tui.i18n import _, worded
from tui.journey import Journey
from tui.screens.base import ConsoleScreen
from tui.screens.working import Failed
from tui.situation import Situation
from tui.widgets.field import Field
from tui.widgets.lines import Paragraph
from tui.widgets.menu import Menu
from tui.widgets.spans import Line, Span, between
from tui.words.guides import GUIDES

PROOFS = {True: ("✓", "+", "success"), False: ("✗", "x", "error"), None: ("?", "?", "warning")}
"""Passed, failed, could not be tested."""


UNCONFIRMED = "contract_unconfirmed"
"""Said of every profile that ships; the sandbox's own contract is no guess about Pingwin, so it is not said there."""


class FormScreen(ConsoleScreen[None]):
    """A screen of fields and choices. Subclasses give `content` and answer `picked`."""

    scopes: ClassVar[tuple[Scope, ...]] = (Scope.FORM,)
    AUTO_FOCUS: ClassVar[str | None] = "Input, Menu"

    def __init__(self, journey: Journey | None = None) -> None:
        super().__init__()
        self.journey = journey

    def body(self) -> Iterable[Widget]:
        """Purpose, the screen's own widgets, what was proven, what comes next."""
        guide = GUIDES[self.guide]
        with VerticalScroll(classes="page", can_focus=False):
            if self.purpose():
                yield Paragraph(self.purpose(), classes="gap")
            yield from self.content()
            yield Paragraph(id="verdict")
            if self.journey is not None and guide.after:
                back = _("esc: one step back.") if self.journey.before(self.guide) else ""
                yield Paragraph(f"{guide.after} {back}".strip(), "text-muted", classes="above")

    def content(self) -> Iterable[Widget]:
        """Fields and choices."""
        return ()

    def purpose(self) -> str:
        """What the screen is for."""
        return GUIDES[self.guide].purpose

    def heading(self) -> Line:
        """The screen's name, and which step it is."""
        left: Line = (Span(f" {GUIDES[self.guide].title}", "strong"), *self.about())
        if self.journey is None:
            return left
        number, count = self.journey.number(self.guide)
        step = _("step {number} of {count}").format(number=number, count=count)
        return between(left, (Span(step + " ", "text-muted"),), self.size.width)

    def about(self) -> Line:
        """What the screen is about, behind its name."""
        return ()

    def situation(self) -> Situation:
        """A screen without fields needs no key for them."""
        return replace(super().situation(), fields=any(field.display for field in self.query("#body Input")))

    # -- keys --------------------------------------------------------------------------------------------------------

    def on_key(self, event: Key) -> None:
        """Arrows lead from field to field, and out of a menu at its ends."""
        focused = self.focused
        if isinstance(focused, Input):
            leave = {"down": 1, "up": -1}.get(event.key, 0)
        elif isinstance(focused, Menu) and focused.choices:
            at_top = focused.cursor == (focused._stop(0, 1) or 0)
            at_end = focused.cursor == len(focused.choices) - 1
            leave = -1 if event.key in {"up", "k"} and at_top else 1 if event.key in {"down", "j"} and at_end else 0
        else:
            return
        if leave:
            event.stop()
            self._step(leave)

    def _step(self, step: int) -> None:
        """To the next or previous widget, without wrapping around."""
        chain = [widget for widget in self.focus_chain if widget.id != "confirm-bar"]
        if self.focused not in chain:
            return
        place = chain.index(self.focused) + step
        if 0 <= place < len(chain):
            self.set_focus(chain[place])

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter in a field goes on to the next."""
        event.stop()
        self._step(1)

    def do_next(self) -> None:
        """Enter is answered by the field or the menu that has the focus."""

    def do_pick(self) -> None:
        """Enter is answered by the menu."""

    def do_field(self) -> None:
        """To the next field."""
        self._step(1)

    def on_menu_picked(self, event: Menu.Picked) -> None:
        """A choice: answered with its remark where it is not possible now."""
        event.stop()
        if not event.choice.enabled:
            self.say(event.choice.remark, "warning")
            return
        self.picked(event.choice.id)

    def picked(self, choice: str) -> None:
        """A choice of the screen."""

    def field(self, name: str) -> Field:
        """A field by its name."""
        return self.query_one(f"#field-{name}", Field)

    # -- on and back -------------------------------------------------------------------------------------------------

    def done(self) -> None:
        """The decision is made: on to the next step, or back to where one came from."""
        if self.journey is not None:
            self.app.advance(self)
        else:
            self.app.back(self)

    # -- tests -------------------------------------------------------------------------------------------------------

    def show_verdict(self, verdict: Verdict) -> None:
        """What a test proved and what not, in words."""
        self._say_verdict(verdict_spans(verdict, self.app))
        self.call_after_refresh(self.query_one("#verdict").scroll_visible, animate=False)

    def testing(self) -> None:
        """A test runs."""
        self._say_verdict([Span(_("testing ..."), "text-muted")])

    def not_tested(self) -> None:
        """A test could not be made; the line above the keys says why."""
        self._say_verdict([])

    def on_failed(self, message: Failed) -> None:
        """An older proof does not stand beside a newer refusal."""
        super().on_failed(message)
        if self.standing:
            self._say_verdict([])

    def on_input_changed(self, event: Input.Changed) -> None:
        """What was proven of another value is no longer said."""
        if event.input.has_focus:
            self._say_verdict([])

    def _say_verdict(self, spans: list[Span]) -> None:
        """An empty verdict takes no room."""
        verdict = self.query_one("#verdict", Paragraph)
        verdict.set_class(bool(spans), "above")
        verdict.show_spans(spans)


def verdict_spans(verdict: Verdict, app: Console) -> list[Span]:
    """One line a proof; advice where something failed or could not be tested."""
    spans = []
    for proof in verdict.proofs:
        if proof.code == UNCONFIRMED and app.desk.machine.demo:
            continue
        glyph, ascii_glyph, tone = PROOFS[proof.passed]
        said = worded(proof.code, proof.arguments)
        advice = f" {said.advice}" if said.advice and proof.passed is not True else ""
        spans.append(Span(f"{ascii_glyph if app.ascii_only else glyph} {said.sentence}{advice}", tone))
    return spans


def shape_check(problem: Callable[[str], str | None]) -> Callable[[str], str]:
    """Turns a shape check that gives a code into one that gives a sentence."""

    def check(value: str) -> str:
        code = problem(value)
        return worded(code).sentence if code else ""

    return check
