"""`templates`: named option sets that new installations begin with."""

from __future__ import annotations

import click

from core.operations.bulk import templates as stored
from tui.commands.frame import DONE, Session, group, json_option, option, with_session
from tui.commands.output import document, say, table
from tui.i18n import N_, _
from tui.plain import neutral


@group("templates", help=N_("Named options (triggers, format, VAT codes) that new installations begin with."))
def templates() -> None:
    """Named options."""


@templates.command("list", help=N_("List the templates and what they say."))
@json_option
@with_session
def list_(session: Session, /) -> int:
    """One line a template."""
    found = stored.templates(session.desk)
    if session.json:
        document([each.model_dump(mode="json") for each in found])
        return DONE
    rows = [
        (
            neutral(each.name),
            each.options.format,
            " ".join(each.options.purchase_trigger),
            " ".join(each.options.sales_trigger),
            neutral(" ".join(own.code for own in each.options.vat_codes)) or "-",
        )
        for each in found
    ]
    table((_("name"), _("format"), _("purchases at"), _("sales at"), _("own VAT codes")), rows)
    return DONE


@templates.command(
    "save",
    help=N_(
        """Keep the options of an installation under NAME. What began with an earlier version of it stays as it is."""
    ),
)
@click.argument("name")
@option("--from", "space", metavar="SPACE", required=True, help=N_("The installation whose options are taken."))
@with_session
def save(session: Session, /, *, name: str, space: str) -> int:
    """Keeps a template."""
    session.must_write()
    kept = stored.save(session.desk, name, session.installation(space).space)
    say(_("Kept as {name}.").format(name=neutral(kept.name)))
    return DONE


@templates.command("delete", help=N_("Forget a template; installations that began with it stay as they are."))
@click.argument("name")
@with_session
def delete(session: Session, /, *, name: str) -> int:
    """Forgets a template."""
    session.must_write()
    stored.delete(session.desk, name)
    say(_("Deleted."))
    return DONE
