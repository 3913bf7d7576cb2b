"""`reconcile`: Banqup's list against the ledger for a period, with counts and totals by direction and VAT code."""

from __future__ import annotations

import asyncio
import csv
import io
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

import click

from core.errors import UsageError
from core.model import Direction, State
from core.operations import support
from core.operations.support import Reconciled
from core.spreadsheet import cell
from tui.commands.frame import ATTENTION, DONE, Session, command, json_option, option, space_argument, with_session
from tui.commands.output import document, note, say, shortened, table
from tui.i18n import N_, _, day, money, ngettext, worded
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

    `code` is empty for whole documents; `taxable` is then their total with VAT.
    """

    direction: str
    delivered: bool
    code: str
    currency: str
    documents: int
    taxable: Decimal
    vat: Decimal


@command(
    "reconcile",
    help=N_(
        """Hold Banqup's list of a period (by issue date) against the ledger: what went over, what did not and why.

        Exit code 1: at least one document of the period is not settled."""
    ),
)
@space_argument
@option("--from", "start", required=True, type=click.DateTime(["%Y-%m-%d"]), metavar="DATE",
        help=N_("First day, as 2026-01-31."))  # fmt: skip
@option("--to", "end", required=True, type=click.DateTime(["%Y-%m-%d"]), metavar="DATE",
        help=N_("Last day, as 2026-01-31."))  # fmt: skip
@option("--dossier", metavar="FILE_ID", help=N_("Only what went, or would go, to this dossier."))
@option("--csv", "as_csv", is_flag=True, help=N_("Print CSV for a spreadsheet."))
@json_option
@with_session
def reconcile(
    session: Session, /, *, space: str | None, start: datetime, end: datetime, dossier: str | None, as_csv: bool
) -> int:
    """Reads both sides and sets them beside each other."""
    first, last = start.date(), end.date()
    if last < first:
        raise UsageError("dates_reversed")
    found = session.installation(space)
    rows = asyncio.run(support.reconcile(session.desk, found.space, first, last))
    if dossier is not None:
        rows = [row for row in rows if row.dossier == dossier]
    if as_csv:
        click.echo(csv_text(rows), nl=False)
        _tell_totals(rows, note)
    elif session.json:
        document(_record(found.space, first, last, rows))
    else:
        _tell(rows)
    return DONE if all(settled(row) for row in rows) else ATTENTION


def settled(row: Reconciled) -> bool:
    """Whether a document needs no second look."""
    return row.state in SETTLED or (row.state is None and row.reason in NOT_DUE)


def csv_text(rows: Iterable[Reconciled]) -> str:
    """The rows as CSV. A text that a spreadsheet would run as a formula is made plain text."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([cell(_cell(row, column)) for column in COLUMNS])
    return out.getvalue()


def _cell(row: Reconciled, column: str) -> object:
    match column:
        case "why":
            return worded(row.reason, row.reason_args).sentence if row.reason else ""
        case "vat_codes":
            return "; ".join(f"{code}: {taxable} + {vat}" for code, taxable, vat in row.vat_codes)
        case _:
            return getattr(row, column)


def totals(rows: Iterable[Reconciled]) -> list[Total]:
    """Counts and sums by direction, delivered or not, and currency; then by VAT code as the e-fff files have it."""
    sums: dict[tuple[str, bool, str, str], list[tuple[Decimal, Decimal]]] = defaultdict(list)
    for row in rows:
        sums[row.direction, row.went_over, "", row.currency].append((_decimal(row.amount), Decimal(0)))
        for code, taxable, vat in row.vat_codes:
            sums[row.direction, row.went_over, code, row.currency].append((_decimal(taxable), _decimal(vat)))
    ordered = sorted(sums.items(), key=lambda entry: (entry[0][0], not entry[0][1], *entry[0][2:]))
    return [
        Total(direction, delivered, code, currency, len(pairs), sum((one for one, _two in pairs), Decimal(0)),
              sum((two for _one, two in pairs), Decimal(0)))
        for (direction, delivered, code, currency), pairs in ordered
    ]  # fmt: skip


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text or "0")
    except InvalidOperation:
        return Decimal(0)


def _tell(rows: Sequence[Reconciled]) -> None:
    headings = (_("date"), _("direction"), _("number"), _("party"), _("amount"), _("state"), _("why"))
    table(headings, [_line(row) for row in rows], right=(4,))
    open_rows = sum(not settled(row) for row in rows)
    text = ngettext("{count} document, {open} not settled.", "{count} documents, {open} not settled.", len(rows))
    say(text.format(count=len(rows), open=open_rows))
    _tell_totals(rows, say)
    for copies in support.doubles(rows):
        sources = "; ".join(f"{neutral(each.source_id)} → {neutral(each.reference or '–')}" for each in copies)
        say(_("{number} went over {count} times: {copies}").format(
            number=neutral(copies[0].number), count=len(copies), copies=sources))  # fmt: skip


def _tell_totals(rows: Sequence[Reconciled], tell: Callable[[str], None]) -> None:
    for total in totals(rows):
        documents = ngettext("{count} document", "{count} documents", total.documents).format(count=total.documents)
        side = f"{_direction(total.direction)}, {_('delivered') if total.delivered else _('not delivered')}"
        if total.code:
            tell(_("{side}, VAT code {code}: {documents}, taxable {taxable}, VAT {vat}").format(
                side=side, code=shortened(total.code, 20), documents=documents,
                taxable=money(total.taxable, total.currency), vat=money(total.vat, total.currency)))  # fmt: skip
        else:
            tell(f"{side}: {documents}, {money(total.taxable, total.currency)}")


def _line(row: Reconciled) -> tuple[str, ...]:
    state = STATES[State(row.state)].word if row.state else _("not known here")
    why = worded(row.reason, row.reason_args).sentence if row.reason else ""
    return (
        _day(row.issue_date), _direction(row.direction), shortened(row.number, 18), shortened(row.party, 24),
        money(_decimal(row.amount), row.currency), state, why,
    )  # fmt: skip


def _direction(text: str) -> str:
    return direction_word(Direction(text)) if text in set(Direction) else text


def _day(text: str) -> str:
    try:
        return day(date.fromisoformat(text))
    except ValueError:
        return text


def _record(space: str, start: date, end: date, rows: Sequence[Reconciled]) -> dict[str, object]:
    listed = [
        {column: _cell(row, column) for column in COLUMNS}
        | {
            "settled": settled(row),
            "vat_codes": [{"code": code, "taxable": taxable, "vat": vat} for code, taxable, vat in row.vat_codes],
        }
        for row in rows
    ]
    sums = [
        {"direction": total.direction, "vat_code": total.code or None, "currency": total.currency,
         "delivered": total.delivered,
         "documents": total.documents, "taxable": total.taxable, "vat": total.vat}
        for total in totals(rows)
    ]  # fmt: skip
    return {
        "space": space,
        "from": start.isoformat(),
        "to": end.isoformat(),
        "documents": listed,
        "totals": sums,
        "not_settled": sum(not settled(row) for row in rows),
    }
