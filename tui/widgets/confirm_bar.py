"""The inline question above the footer: says exactly what will happen; No is the default (convention 14).

`y` says yes; enter, `n` and escape say no; every other key is answered and goes nowhere. Where a reason in the person's
own words is needed, the bar has a field for it, and enter in the field says yes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from textual.containers import Vertical
from textual.events import Key
from textual.widgets import Input

from tui.i18n import N_, _
from tui.widgets.entry import Entry
from tui.widgets.lines import OneLine, Paragraph
from tui.widgets.spans import Span


@dataclass(frozen=True, slots=True)
class Answer:
    """One key of a question: the first one is the default."""

    key: str
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked. `answers` beside No; `reason` True asks for a reason in words and refuses without."""

    text: str
    warning: str = ""
    answers: tuple[Answer, ...] = ()
    reason: bool = False


NO = Answer("n", N_("No"), "")


class ConfirmBar(Vertical, can_focus=True):
    """A docked question. The screen shows it by `ask` and gets the answer's value and the reason by a call."""

    def __init__(self) -> None:
        super().__init__(id="confirm-bar")
        self._question: Question | None = None
        self._answered: Callable[[str, str], None] | None = None

    def _fill(self) -> None:
        """Question with its warning, field for a reason, keys: made for the first question, not for the first paint."""
        if not self.children:
            self.mount(
                Paragraph(id="confirm-question"),
                Entry(id="confirm-reason", placeholder=_("your reason, kept with the decision")),
                OneLine(id="confirm-keys"),
            )

    @property
    def open(self) -> bool:
        """Whether a question waits."""
        return self._question is not None

    def ask(self, question: Question, answered: Callable[[str, str], None]) -> None:
        """Shows a question; `answered` is called with the value of the answer (empty for No) and the reason."""
        self._question = question
        self._answered = answered
        self._fill()
        spans = [Span(question.text, "strong")]
        if question.warning:
            spans.append(Span(question.warning, "warning"))
        self.query_one("#confirm-question", Paragraph).show_spans(spans)
        field = self.query_one("#confirm-reason", Input)
        field.value = ""
        field.display = question.reason
        keys = _reason_keys(question) if question.reason else _keys(question.answers)
        self.query_one("#confirm-keys", OneLine).show(tuple(keys))
        self.add_class("open")
        self.visible = True  # at once: a hidden field takes no focus
        if question.reason:
            field.focus()
        elif isinstance(self.screen.focused, Input):
            self.focus()

    def close(self, value: str, reason: str = "") -> None:
        """Ends the question and says the answer."""
        answered = self._answered
        self._question = self._answered = None
        self.remove_class("open")
        self.visible = False
        if answered is not None:
            answered(value, reason)

    def on_key(self, event: Key) -> None:
        """Takes the keys that reach the bar itself."""
        self.take(event)

    def take(self, event: Key) -> None:
        """Takes every key while a question is open, so that none acts on what stands behind it."""
        if self._question is None:
            return
        if self._question.reason and event.key not in {"escape", "tab", "shift+tab"}:
            return  # the field's own keys, enter among them
        event.stop()
        if event.key == "escape" or (not self._question.reason and event.key in {"enter", NO.key}):
            self.close("")
            return
        for answer in () if self._question.reason else self._question.answers:
            if event.key == answer.key:
                self.close(answer.value)
                return

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """A reason was given: yes. Without words it is no answer."""
        event.stop()
        if self._question is not None and event.value.strip():
            self.close(self._question.answers[0].value, event.value.strip())


def _keys(answers: Sequence[Answer]) -> list[Span]:
    spans: list[Span] = []
    for answer in answers:
        spans += [Span(f" {answer.key}", "key"), Span(f" {answer.label}  ")]
    return [*spans, Span(f" {NO.key}, enter, esc", "key"), Span(f" {_(NO.label)} ")]


def _reason_keys(question: Question) -> list[Span]:
    return [
        Span(" enter", "key"),
        Span(f" {question.answers[0].label}  "),
        Span(" esc", "key"),
        Span(f" {_(NO.label)} "),
    ]
