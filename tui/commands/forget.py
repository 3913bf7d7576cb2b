"""The command that erases one party's personal data: a plan first, a typed confirmation, then what was erased."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tui.commands.asking import confirm_typed
from tui.commands.frame import ATTENTION, DONE, Session, command, json_option, option, with_session, yes_option
from tui.commands.output import diagnose, document, fact, note, say
from tui.i18n import N_, _, ngettext
from tui.plain import neutral

if TYPE_CHECKING:
    from core.operations.support.forgetting import Plan


@command(
    "forget",
    help=N_(
        """Erase one party's personal data, named by its VAT number or its whole name: from the ledger, the e-fff files
        that are still here, the activity, the logs and own VAT code rules.

        Keys, hashes, document numbers, dates and amounts stay, so that nothing is sent again and the books still add
        up. What Banqup, Pingwin, backups and exported files hold is not erased by it. The engine must be stopped."""
    ),
)
@click.argument("party")
@option("--dry-run", is_flag=True, help=N_("Only show what would be erased."))
@yes_option
@json_option
@with_session
def forget(session: Session, /, *, party: str, dry_run: bool, yes: bool) -> int:
    """Shows what would be erased, asks for the name, erases it and reads every file once more."""
    from core.operations.support import forgetting

    if not dry_run:
        session.must_write()
    planned = forgetting.plan(session.desk, party)
    if planned.empty:
        diagnose("forget_nothing", {"text": planned.wanted})
        return ATTENTION
    if dry_run and session.json:
        document(_planned(planned))
        return DONE
    tell = note if session.json or not dry_run else say
    for each in planned.parties:
        count = ngettext("{count} document", "{count} documents", each.deliveries).format(count=each.deliveries)
        tell(f"{neutral(each.name or '–')}  {neutral(each.vat_number or '–')}  {count}")
    tell(_("Own VAT code rules: {count}. Logs that name it: {files}.").format(
        count=planned.rules, files=len(planned.files)))  # fmt: skip
    if dry_run:
        if planned.under_way:
            diagnose("forget_under_way", {"count": planned.under_way})
        say(_("Nothing was erased."))
        return ATTENTION if planned.under_way else DONE
    note(_("This cannot be undone. Banqup, Pingwin, backups and exported files keep what they have."))
    confirm_typed(_("Erase who these documents were with?"), neutral(planned.wanted), yes=yes)
    done = forgetting.forget(session.desk, planned)
    if session.json:
        document({"deliveries": done.deliveries, "files": done.spooled, "logs": done.cleaned, "rules": done.rules,
                  "left": [str(path) for path in done.left]})  # fmt: skip
    else:
        fact(_("Documents"), done.deliveries)
        fact(_("e-fff files"), done.spooled)
        fact(_("Logs"), done.cleaned)
        fact(_("Own VAT code rules"), done.rules)
    for path in done.left:
        diagnose("forget_left", {}, where=str(path))
    return ATTENTION if done.left else DONE


def _planned(planned: Plan) -> dict[str, object]:
    return {
        "party": planned.wanted,
        "spellings": [
            {"name": each.name, "vat_number": each.vat_number, "deliveries": each.deliveries,
             "under_way": each.under_way}
            for each in planned.parties
        ],
        "deliveries": len(planned.deliveries),
        "under_way": planned.under_way,
        "rules": planned.rules,
        "files": [str(path) for path in planned.files],
    }  # fmt: skip
