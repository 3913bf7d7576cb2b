"""`reconcile`: Banqup's list against the ledger for a period, with counts and totals by direction and VAT code."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import date, datetime

import click

from core.errors import UsageError
from core.operations import support
from core.operations.support import Reconciled
from tui.commands.frame import ATTENTION, DONE, Session, command, json_option, option, space_argument, with_session
from tui.commands.output import document, note, say, shortened, table
from tui.i18n import N_, _, money, ngettext, worded
from tui.words.reconciled import (
    COLUMNS,
    csv_text,
    day_of,
    decimal,
    direction_of,
    double_sentence,
    settled,
    state_and_why,
    total_sentence,
    totals,
    value,
)


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
    if support.from_bundle(session.desk):
        note(worded("reconcile_in_bundle").sentence)
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


def _tell(rows: Sequence[Reconciled]) -> None:
    headings = (_("date"), _("direction"), _("number"), _("party"), _("amount"), _("state"), _("why"))
    table(headings, [_line(row) for row in rows], right=(4,))
    open_rows = sum(not settled(row) for row in rows)
    text = ngettext("{count} document, {open} not settled.", "{count} documents, {open} not settled.", len(rows))
    say(text.format(count=len(rows), open=open_rows))
    _tell_totals(rows, say)
    for copies in support.doubles(rows):
        say(double_sentence(copies))


def _tell_totals(rows: Sequence[Reconciled], tell: Callable[[str], None]) -> None:
    for total in totals(rows):
        tell(total_sentence(total))


def _line(row: Reconciled) -> tuple[str, ...]:
    state, why = state_and_why(row)
    return (
        day_of(row), direction_of(row.direction), shortened(row.number, 18), shortened(row.party, 24),
        money(decimal(row.amount), row.currency), state, why,
    )  # fmt: skip


def _record(space: str, start: date, end: date, rows: Sequence[Reconciled]) -> dict[str, object]:
    listed = [
        {column: value(row, column) for column in COLUMNS}
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
