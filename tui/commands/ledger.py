"""`ledger copy`: the ledger from its file to PostgreSQL, or back, with a comparison at the end."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import cast

import click

from core.operations.running import moving
from tui.commands.frame import DONE, Session, group, json_option, option, with_session
from tui.commands.output import document, fact, note, say
from tui.i18n import N_, _, count, ngettext


@group("ledger", help=N_("Move the ledger between its file and PostgreSQL."))
def ledger() -> None:
    """The ledger as a whole."""


@ledger.command(
    "copy",
    help=N_(
        """Copy the whole ledger to PostgreSQL, or back to the file of this home, and compare both.

        The address of the database comes from BANQUP_PINGWIN_DATABASE_URL (or DATABASE_URL, or database_url in
        credentials.toml), never from an argument. The engine must not run; the other ledger must be empty."""
    ),
)
@option("--to", type=click.Choice(["postgres", "sqlite"]), required=True, help=N_("Where it goes."))
@json_option
@with_session
def copy(session: Session, /, *, to: str) -> int:
    """Copies, compares, says what was found."""
    session.must_write()
    told = moving.copy_ledger(
        session.desk, cast("moving.Where", to), _telling(N_("copied: {table}, {count}")),
        _telling(N_("compared: {table}, {count}")),
    )  # fmt: skip
    if sys.stderr.isatty():
        note("")
    if session.json:
        document({"to": to, "place": session.desk.ledger.place, "rows": told.rows, "spaces": told.spaces})
        return DONE
    for table, rows in told.rows.items():
        fact(table, count(rows))
    text = ngettext(
        "Copied and compared: {count} space says the same in both.",
        "Copied and compared: {count} spaces say the same in both.",
        told.spaces,
    )
    say(text.format(count=count(told.spaces)))
    return DONE


def _telling(text: str) -> Callable[[str, int], None]:
    """Counts on one line of a terminal; a script sees nothing."""

    def told(table: str, rows: int) -> None:
        if sys.stderr.isatty():
            click.echo(f"\r{_(text).format(table=table, count=count(rows))}   ", err=True, nl=False)

    return told
