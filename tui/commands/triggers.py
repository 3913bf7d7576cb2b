"""`triggers`: at which level in Banqup the documents of a space go over."""

from __future__ import annotations

import click

from core.operations.setup import triggers as stored
from tui.commands.asking import confirm
from tui.commands.frame import DONE, Session, command, json_option, option, space_argument, with_session, yes_option
from tui.commands.output import document, note, say
from tui.i18n import N_, _
from tui.plain import neutral
from tui.words.triggers import BASELINE, PURCHASES, SALES


@command(
    "triggers",
    help=N_(
        """Show at which level in Banqup documents of a space go over to Pingwin, or set it.

        Where nobody approves purchases in Banqup, --purchases validated lets them go over once they are valid. What
        already stands there stays history.
        """
    ),
)
@space_argument
@option("--purchases", type=click.Choice(list(PURCHASES)), help=N_("Fully approved, validated already, or none."))
@option("--sales", type=click.Choice(list(SALES)), help=N_("Sent to the customer, delivered there, or none."))
@yes_option
@json_option
@with_session
def triggers(session: Session, /, *, space: str | None, purchases: str | None, sales: str | None, yes: bool) -> int:
    """Shows or changes them, after a confirmation where more goes over."""
    found = session.installation(space)
    if purchases or sales:
        session.must_write()
        wanted = stored.with_choices(found.options, purchases, sales)
        if stored.takes_baseline(found, wanted):
            note(_(BASELINE))
            confirm(_("More of {name} goes over from now on?").format(name=neutral(found.name)), yes=yes)
        found = stored.set_triggers(session.desk, found.space, purchases, sales, seen=found.options)
    bought, sold = stored.chosen(found.options)
    levels = {"purchases": found.options.purchase_trigger, "sales": found.options.sales_trigger}
    if session.json:
        document({"space": found.space, "purchases": bought, "sales": sold, "levels": levels})
        return DONE
    for text, name, words in ((_("Purchases go over"), bought, PURCHASES), (_("Sales go over"), sold, SALES)):
        say(f"{text}: {_(words[name][0]) if name else _('at levels of your own')}")
    say(", ".join(map(neutral, (*levels["purchases"], *levels["sales"]))))
    return DONE
