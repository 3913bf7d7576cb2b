"""The lines under the queue: why the delivery under the cursor is where it is, and what to do. Pure."""

from __future__ import annotations

from core.model import Delivery, State
from core.operations.decisions import situation
from core.operations.views import explain
from tui.i18n import _, clock_time, moment, worded
from tui.plain import neutral
from tui.widgets.spans import BLANK, Line, Span, cut, wrap
from tui.words.status import kind_word

LINES = 3


def reason_lines(delivery: Delivery | None, width: int, ascii_only: bool = False) -> tuple[Line, ...]:
    """Three lines: party in full, kind and time; the sentence; the advice. What is too long ends with a mark."""
    if delivery is None:
        return (BLANK,) * LINES
    ellipsis = "~" if ascii_only else "…"
    party = cut(neutral(delivery.counterparty), width - 44, ellipsis)
    # One tone a line: each further one costs as many bytes as half a line of text.
    head: Line = (
        Span("  ".join([f" {party}", *(part for part in (kind_word(delivery), when(delivery)) if part)]), "text-muted"),
    )
    sentence, advice = why(delivery)
    text = [Span(part) for part in wrap(sentence, width - 1)] if sentence else []
    text += [Span(part, "accent") for part in wrap(advice, width - 1)] if advice else []
    if len(text) > LINES:
        text = [
            *text[: LINES - 1],
            Span(cut(text[LINES - 1].text + " " * width, width - 1, ellipsis), text[LINES - 1].tone),
        ]
    told: list[Line] = [(span._replace(text=f" {span.text}"),) for span in text]
    # What to do is worth more than the party's full name, which the detail shows.
    lines = [head, *told] if len(told) < LINES else told
    return tuple([*lines, *([BLANK] * LINES)][:LINES])


def why(delivery: Delivery) -> tuple[str, str]:
    """Sentence and advice: its own reason, else what its state says; then what a person can do."""
    said = worded(*explain.why(delivery))
    advice = said.advice
    if not advice and situation(delivery) in explain.NEXT:
        advice = worded(*explain.next_step(delivery, None)).sentence
    return said.sentence, advice


def when(delivery: Delivery) -> str:
    """The time that matters: delivered at, next try at, or since when."""
    match delivery.state:
        case State.CONFIRMED if delivery.delivered_at is not None:
            return moment(delivery.delivered_at)
        case State.READY if 0 < delivery.due_at < 8e18 and delivery.attempts:
            return _("next try {time}").format(time=clock_time(delivery.due_at))
        case _:
            return moment(delivery.changed_at) if delivery.changed_at else ""
