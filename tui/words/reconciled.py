"""A reconciliation in words and sums: what both faces show of it, and its CSV."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from core.model import Direction, State
from core.operations.support import Reconciled
from core.spreadsheet import cell
from tui.i18n import _, day, money, ngettext, worded
from tui.plain import neutral
from tui.words.status import STATES, direction_word

SETTLED = frozenset({State.CONFIRMED, State.HISTORY, State.DISCARDED})
"""States that need no second look in a reconciliation."""

NOT_DUE = frozenset({"reconcile_not_at_trigger", "reconcile_other_folder"})
"""Why a document rightly has no delivery."""

COLUMNS = (
    "source_id", "direction", "number", "party", "issue_date", "amount", "currency",
    "banqup_status", "state", "reason", "reference", "why", "dossier", "vat_codes", "delivery",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Total:
    """How many documents, and their sums, of one direction and VAT code; what is delivered apart from what is not.

    `code` is empty for whole documents; `taxable` is then their total with VAT. `known`: any of them has an amount,
    as in a bundle none has that was not asked for.
    """

    direction: str
    delivered: bool
    code: str
    currency: str
    documents: int
    taxable: Decimal
    vat: Decimal
    known: bool = True


def settled(row: Reconciled) -> bool:
    """Whether a document needs no second look."""
    return row.state in SETTLED or (row.state is None and row.reason in NOT_DUE)


def csv_text(rows: Iterable[Reconciled]) -> str:
    """The rows as CSV. A text that a spreadsheet would run as a formula is made plain text."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([cell(value(row, column)) for column in COLUMNS])
    return out.getvalue()


def value(row: Reconciled, column: str) -> object:
    """What stands in a column."""
    match column:
        case "why":
            return worded(row.reason, row.reason_args).sentence if row.reason else ""
        case "vat_codes":
            return "; ".join(f"{code}: {taxable} + {vat}" for code, taxable, vat in row.vat_codes)
        case _:
            return getattr(row, column)


def totals(rows: Iterable[Reconciled]) -> list[Total]:
    """Counts and sums by direction, delivered or not, and currency; then by VAT code as the e-fff files have it."""
    sums: dict[tuple[str, bool, str, str], list[tuple[Decimal | None, Decimal]]] = defaultdict(list)
    for row in rows:
        sums[row.direction, row.went_over, "", row.currency].append(
            (decimal(row.amount) if row.amount else None, Decimal(0))
        )
        for code, taxable, vat in row.vat_codes:
            sums[row.direction, row.went_over, code, row.currency].append((decimal(taxable), decimal(vat)))
    ordered = sorted(sums.items(), key=lambda entry: (entry[0][0], not entry[0][1], *entry[0][2:]))
    return [
        Total(
            direction,
            delivered,
            code,
            currency,
            len(pairs),
            sum((one for one, _two in pairs if one is not None), Decimal(0)),
            sum((two for _one, two in pairs), Decimal(0)),
            any(one is not None for one, _two in pairs),
        )
        for (direction, delivered, code, currency), pairs in ordered
    ]  # fmt: skip


def decimal(text: str) -> Decimal:
    """An amount as it is added up; 0 where there is none."""
    try:
        return Decimal(text or "0")
    except InvalidOperation:
        return Decimal(0)


def side(total: Total) -> str:
    """Which documents a total counts."""
    return f"{direction_of(total.direction)}, {_('delivered') if total.delivered else _('not delivered')}"


def total_sentence(total: Total) -> str:
    """A total as one line."""
    documents = ngettext("{count} document", "{count} documents", total.documents).format(count=total.documents)
    if not total.code:
        amount = f", {money(total.taxable, total.currency)}" if total.known else ""
        return f"{side(total)}: {documents}{amount}"
    return _("{side}, VAT code {code}: {documents}, taxable {taxable}, VAT {vat}").format(
        side=side(total),
        code=neutral(total.code)[:20],
        documents=documents,
        taxable=money(total.taxable, total.currency),
        vat=money(total.vat, total.currency),
    )


def double_sentence(copies: Sequence[Reconciled]) -> str:
    """An invoice that went over more than once: each document of Banqup with its reference, and its dossier where
    they are several."""
    several = len({each.dossier for each in copies}) > 1
    sources = "; ".join(
        f"{neutral(each.source_id)} → {neutral(each.reference or '–')}"
        + (f" ({_('dossier {file_id}').format(file_id=neutral(each.dossier))})" if several else "")
        for each in copies
    )
    return _("{number} went over {count} times: {copies}").format(
        number=neutral(copies[0].number), count=len(copies), copies=sources
    )


def state_and_why(row: Reconciled) -> tuple[str, str]:
    """The state's word and the reason's sentence, empty where there is none."""
    state = STATES[State(row.state)].word if row.state else _("not known here")
    return state, worded(row.reason, row.reason_args).sentence if row.reason else ""


def direction_of(text: str) -> str:
    """Purchase or sales in words; what is neither stays as it is."""
    return direction_word(Direction(text)) if text in set(Direction) else text


def day_of(row: Reconciled) -> str:
    """The issue date as it is written here."""
    try:
        return day(date.fromisoformat(row.issue_date))
    except ValueError:
        return neutral(row.issue_date)
