"""A delivery as one line of the queue, and which columns fit. Pure: widths in, spans out.

At 80 columns every column is complete except the party's name; what was cut there stands in the lines below the table.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.model import Delivery
from tui.i18n import N_, _, day, moment, money
from tui.plain import neutral
from tui.widgets.spans import Line, Span, fit
from tui.words.status import delivery_face, direction_word

GAP = 1


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `width` cells, or 0 for the one that takes what is left. Shown from `least` cells to `most`."""

    id: str
    heading_msgid: str
    width: int
    least: int = 0
    most: int = 1_000
    right: bool = False


COLUMNS = (
    Column("state", N_("State"), 17),
    Column("letter", "", 1, most=95),
    Column("direction", N_("Kind"), 8, least=96),
    Column("number", N_("Number"), 14),
    Column("party", N_("Party"), 0),
    Column("issue_date", N_("Date"), 10, least=70),
    Column("amount", N_("Amount"), 14, right=True),
    Column("tries", N_("Tries"), 8, least=120, right=True),
    Column("moved", N_("Since"), 16, least=130),
    Column("space", N_("Space"), 18, least=150),
)

MARGIN = 3
"""Two cells before for the mark of a selected row, one behind."""


def columns(width: int) -> tuple[tuple[Column, int], ...]:
    """The columns that fit, each with its width in cells."""
    chosen = [column for column in COLUMNS if column.least <= width <= column.most]
    fixed = sum(column.width for column in chosen) + GAP * (len(chosen) - 1) + MARGIN
    return tuple((column, column.width or max(width - fixed, 4)) for column in chosen)


def heading_line(width: int, ellipsis: str) -> Line:
    """The names of the columns."""
    cells = [fit(_(column.heading_msgid), cells, ellipsis, right=column.right) for column, cells in columns(width)]
    return (Span("  " + (" " * GAP).join(cells), "text-muted"),)


def row_line(delivery: Delivery, width: int, *, ellipsis: str, ascii_only: bool, marked: bool, space: str = "") -> Line:
    """One delivery. The state in its colour, with its glyph and word; the rest plain, so that a change costs little."""
    face = delivery_face(delivery)
    texts = {
        "direction": direction_word(delivery.direction),
        "letter": direction_word(delivery.direction)[:1].upper(),
        "number": neutral(delivery.number) or f"({delivery.source_id[:8]})",
        "party": neutral(delivery.counterparty),
        "issue_date": day(delivery.issue_date),
        "amount": money(delivery.amount, delivery.currency),
        "tries": str(delivery.attempts or ""),
        "moved": moment(delivery.changed_at) if delivery.changed_at else "",
        "space": neutral(space),
    }
    (_state, state_width), *others = columns(width)
    state = fit(f"{face.mark(ascii_only)} {face.word}", state_width, ellipsis)
    cells = [fit(texts[column.id], cells, ellipsis, right=column.right) for column, cells in others]
    mark = ("*" if ascii_only else "◆") if marked else " "
    lead = (Span(f"{mark} ", "accent"), Span(state, face.colour)) if marked else (Span(f"  {state}", face.colour),)
    return (*lead, Span(" " * GAP + (" " * GAP).join(cells)))
