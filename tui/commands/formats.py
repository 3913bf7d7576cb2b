"""`profile` and `vat-codes`: what e-fff is, element by element, and how a Belgian VAT code is found.

Both print tables that the converter itself walks. `vat-codes` also sets an installation's own rules.
"""

from __future__ import annotations

from dataclasses import asdict
from decimal import Decimal
from typing import TYPE_CHECKING

import click

from core.errors import UsageError
from tui.commands.frame import DONE, Session, command, json_option, option, space_argument, with_session
from tui.commands.output import document, say, table
from tui.i18n import N_, _

if TYPE_CHECKING:
    from core.efff.profile_table import Section
    from core.efff.vat_table import VatRule
    from core.installations import VatCode

Record = dict[str, object]


@command(
    "profile",
    help=N_(
        """Print the profile of e-fff: each element with its place, how often it stands, who needs it, its attributes,
        its value, its meaning and its EN 16931 term. The file is written and checked by this very table.

        With --markdown it is the whole specification: the file, its elements, the VAT codes, the lists of codes and
        the rules."""
    ),
)
@option(
    "--format",
    "target",
    type=click.Choice(["e-fff-1.0", "e-fff-3.0"]),
    default="e-fff-1.0",
    show_default=True,
    help=N_("The version of e-fff."),
)
@option("--markdown", is_flag=True, help=N_("As Markdown, for documentation."))
@json_option
@with_session
def profile(session: Session, /, *, target: str, markdown: bool) -> int:
    """Prints the profile."""
    from core.efff import profile_table, specification
    from core.efff.formats import Format

    chosen = Format(target)
    if session.json:
        document([asdict(section) for section in profile_table.sections(chosen)])
    elif markdown:
        click.echo(specification.markdown(chosen), nl=False)
    else:
        for section in profile_table.sections(chosen):
            _tell_section(section)
    return DONE


def _tell_section(section: Section) -> None:
    say(section.name)
    for place in section.places:
        say(f"  {place}")
    rows = (
        (
            row.element,
            row.times,
            row.level,
            row.holds,
            row.terms,
            "; ".join(filter(None, (row.meaning, row.value, row.attributes))),
        )
        for row in section.rows
    )
    table((_("element"), _("times"), _("level"), _("holds"), "EN 16931", _("meaning; value; attributes")), rows)
    say()


@command(
    "vat-codes",
    help=N_(
        """Show how a Belgian VAT code is found where a document states none, rule by rule; the first that fits counts.

        With SPACE also the installation's own rules, which go before the table. --set adds one: without --supplier,
        --category, --rate and --exemption it is for every document. --remove N takes one away by its number."""
    ),
)
@space_argument
@option("--set", "code", metavar="CODE", help=N_("The Belgian VAT code that an own rule gives."))
@option("--supplier", default="", metavar="NUMBER", help=N_("Only for this supplier's VAT or enterprise number."))
@option("--category", default="", metavar="CATEGORY", help=N_("Only for this VAT category (S, E, AE, ...)."))
@option("--rate", metavar="PERCENT", help=N_("Only for this VAT rate."))
@option("--exemption", default="", metavar="TEXT", help=N_("Only where the exemption text or code has this part."))
@option("--remove", type=click.IntRange(min=1), metavar="N", help=N_("Remove an own rule by its number."))
@json_option
@with_session
def vat_codes(
    session: Session,
    /,
    *,
    space: str | None,
    code: str | None,
    supplier: str,
    category: str,
    rate: str | None,
    exemption: str,
    remove: int | None,
) -> int:
    """Prints the tables; changes an installation's own rules first where asked."""
    from core.efff.vat_table import CODES, RULES

    if code is not None and remove is not None:
        raise UsageError("option_only_alone", option="--remove", count=2)
    if code is not None or remove is not None:
        wanted = {"code": code, "supplier": supplier, "category": category, "rate": rate, "exemption": exemption}
        _change(session, space, wanted, remove)
    own = session.installation(space).options.vat_codes if space or session.space_option else ()
    codes = [asdict(one) for one in CODES.values()]
    rules = [_rule(rule) for rule in RULES]
    if session.json:
        document({"own": [one.model_dump(mode="json") for one in own], "rules": rules, "codes": codes})
        return DONE
    if own:
        say(_("Rules of this installation"))
        table(
            ("", _("supplier"), _("category"), _("rate"), _("exemption"), _("code")),
            map(_own_row, range(1, len(own) + 1), own),
        )
        say()
    say(_("How a code is found: stated in the document, else by the first rule that fits, else none"))
    names = ("category", "rate", "exemption", "when", "code", "otherwise")
    headings = (_("category"), _("rate"), _("exemption"), _("when"), _("code"), _("or"))
    table(headings, ([str(rule[name] or "") for name in names] for rule in rules))
    say()
    say(_("The codes"))
    columns = ("code", "meaning", "box", "en", "efff", "bete", "instead")
    titles = (_("code"), _("meaning"), _("box"), "EN 16931", "e-fff", "UBL.BE", _("written as"))
    table(
        titles,
        (
            ["" if one[name] is None else str(one[name]) or ("-" if name == "instead" else "") for name in columns]
            for one in codes
        ),
    )
    return DONE


def _change(session: Session, space: str | None, wanted: dict[str, str | None], remove: int | None) -> None:
    """Adds an own rule, or takes one away. Raises UsageError where it makes no sense."""
    from pydantic import ValidationError

    from core.installations import VatCode
    from core.operations.setup import installing

    session.must_write()
    installation = session.installation(space)
    own = installation.options.vat_codes
    if remove is not None:
        if remove > len(own):
            raise UsageError("vat_code_rule_unknown", number=remove, count=len(own))
        own = (*own[: remove - 1], *own[remove:])
    else:
        try:
            own = (*own, VatCode.model_validate(wanted))
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            raise UsageError("vat_code_rule_wrong", field=str(first["loc"][0]), why=first["msg"]) from None
    options = installation.options.model_copy(update={"vat_codes": own})
    installing.set_options(session.desk, installation.space, options)


def _own_row(number: int, own: VatCode) -> tuple[str, ...]:
    return (str(number), own.supplier, own.category, _plain(own.rate), own.exemption, own.code)


def _rule(rule: VatRule) -> Record:
    """A row of the derivation table with its conditions in words."""
    return {
        "by": rule.name,
        "category": " ".join(sorted(filter(None, rule.categories))) if rule.categories is not None else "",
        "rate": _plain(rule.rate),
        "exemption": rule.exemption or rule.reason,
        "when": _when(rule),
        "code": rule.code,
        "otherwise": rule.otherwise,
    }


def _when(rule: VatRule) -> str:
    told = {True: _("both parties Belgian"), False: _("one party not Belgian"), None: ""}[rule.domestic]
    return told or (_("the supplier charges Belgian VAT") if rule.belgian_vat else "")


def _plain(rate: Decimal | None) -> str:
    return "" if rate is None else format(rate.normalize(), "f")
