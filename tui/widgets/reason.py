"""The lines under the queue: why the delivery under the cursor is where it is, and what to do. Pure."""

from __future__ import annotations

from core.model import Delivery, State
from core.operations import explain
from core.operations.decisions import situation
from tui.i18n import _, clock_time, moment, worded
from tui.plain import neutral
from tui.status import delivery_face
from tui.widgets.spans import BLANK, Line, Span, cut, wrap

LINES = 3


def reason_lines(delivery: Delivery | None, width: int, ascii_only: bool = False) -> tuple[Line, ...]:
    """Three lines: state and party in full, the sentence, the advice; what is too long ends with a mark."""
    if delivery is None:
        return (BLANK,) * LINES
    ellipsis = "~" if ascii_only else "…"
    face = delivery_face(delivery)
    head = (
        Span(f" {face.mark(ascii_only)} {face.word}", face.colour),
        Span("  " + cut(f"{neutral(delivery.number)}  {neutral(delivery.counterparty)}".strip(), width, ellipsis)),
        Span(f"  {when(delivery)}" if when(delivery) else "", "text-muted"),
    )
    sentence, advice = why(delivery)
    text = [Span(part) for part in wrap(sentence, width - 1)] if sentence else []
    text += [Span(part, "accent") for part in wrap(advice, width - 1)] if advice else []
    if len(text) > LINES - 1:
        kept = text[: LINES - 2]
        kept.append(Span(cut(text[LINES - 2].text + " " * width, width - 1, ellipsis), text[LINES - 2].tone))
        text = kept
    lines: list[Line] = [head, *((Span(" "), span) for span in text)]
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
