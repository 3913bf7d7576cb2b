"""`spaces`, `install` and `uninstall`: the extension in a space."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from core.errors import UsageError
from tui.commands.asking import ask_text, ask_yes_no, confirm, confirm_typed, on_terminal
from tui.commands.frame import DONE, Session, command, json_option, option, space_argument, with_session, yes_option
from tui.commands.output import diagnose, document, fact, note, say, table
from tui.i18n import N_, _, ngettext
from tui.plain import neutral

if TYPE_CHECKING:
    from core.model import Space
    from core.operations.setup.installing import Proposal
    from core.operations.views.overview import SpaceStatus

CONSENT = N_(
    "The extension reads the purchase and sales documents of this space and brings those approved or sent after "
    "activation into Pingwin. Documents from before stay where they are. It is not active yet after installing."
)
OWN_EXTENSION = N_("Is Banqup's own Pingwin extension off in this space? Two would bring every document twice.")


@command("spaces", help=N_("List the spaces that the Banqup app may see, and where the extension is installed."))
@json_option
@with_session
def spaces(session: Session, /) -> int:
    """One line a space."""
    from core.operations.bulk import office
    from core.operations.setup import connections
    from core.operations.views import overview
    from tui.commands.office import OFFICE, office_cells

    installed = {each.installation.space: each for each in overview.snapshot(session.desk).spaces}
    delivered = office.last_delivered(session.desk, list(installed))
    seen = asyncio.run(connections.spaces(session.desk))
    if session.json:
        document([_space_record(space, installed.get(space.id), delivered.get(space.id)) for space in seen])
        return DONE
    nothing = (_("not installed"),) + ("-",) * (len(OFFICE()) - 1)
    rows = [
        (space.id, neutral(space.name))
        + (office_cells(found, delivered.get(space.id)) if (found := installed.get(space.id)) else nothing)
        for space in seen
    ]
    table((_("space"), _("name"), *OFFICE()), rows)
    if not seen:
        diagnose("banqup_no_spaces")
    return DONE


def _space_record(space: Space, found: SpaceStatus | None, delivered: float | None) -> dict[str, object]:
    from tui.commands.office import office_record

    here = {
        "space": space.id,
        "name": space.name,
        "type": space.type,
        "installed": found is not None,
        "active": found is not None and found.installation.active,
    }
    return here if found is None else {**office_record(found, delivered), **here}


@command(
    "install",
    help=N_(
        """Install the Pingwin extension in a space. It is not active afterwards.

        Asks for consent, for the dossier's enterprise numbers (proposed from the documents) and whether Banqup's own
        Pingwin extension is off. In scripts: --yes, --number and --own-extension-off."""
    ),
)
@space_argument
@option("--number", "numbers", metavar="NUMBER", multiple=True,
        help=N_("An enterprise or VAT number of the dossier; may be given several times."))  # fmt: skip
@option("--template", default="", metavar="NAME", help=N_("Begin with these named options (banqup-pingwin templates)."))
@option("--own-extension-off", is_flag=True, help=N_("Banqup's own Pingwin extension is off in this space."))
@yes_option
@json_option
@with_session
def install(
    session: Session,
    /,
    *,
    space: str | None,
    numbers: tuple[str, ...],
    template: str,
    own_extension_off: bool,
    yes: bool,
) -> int:
    """Installs with consent."""
    from core.operations.setup import installing

    session.must_write()
    found = asyncio.run(installing.find_space(session.desk, session.space_text(space)))
    name = neutral(found.name or found.id)
    note(f"{name} ({neutral(found.id)})")
    note(_(CONSENT))
    confirm(_("Install the extension in {name}?").format(name=name), yes=yes)
    chosen = list(numbers) or _choose_numbers(session, found, yes=yes)
    off = own_extension_off or (not yes and on_terminal() and ask_yes_no(_(OWN_EXTENSION)))
    made = installing.install(session.desk, found, enterprise_numbers=chosen, own_extension_off=off, template=template)
    if not off:
        diagnose("own_extension_unknown", {"space": found.name})
    if session.json:
        document({"space": made.space, "name": made.name, "enterprise_numbers": made.enterprise_numbers,
                  "own_extension_off": made.own_extension_off, "active": made.active})  # fmt: skip
        return DONE
    say(_("Installed in {name}, not active yet.").format(name=name))
    fact(_("Enterprise numbers"), ", ".join(made.enterprise_numbers))
    say(_("Next: banqup-pingwin credentials set {space}").format(space=neutral(made.space)))
    return DONE


def _choose_numbers(session: Session, space: Space, *, yes: bool) -> list[str]:
    """The dossier's numbers: proposed from the documents, confirmed by the person; a script takes only a clear one."""
    from core.operations.setup import installing

    proposals = asyncio.run(installing.propose_enterprise_numbers(session.desk, space.id))
    if yes or not on_terminal():
        return [_clear_one(proposals)]
    for proposal in proposals[:5]:
        note(_proposal_line(proposal))
    first = proposals[0].enterprise_number if proposals else ""
    answer = ask_text(_("Enterprise numbers of the dossier, parted by spaces"), default=first, option="--number")
    return answer.replace(",", " ").split()


def _clear_one(proposals: Sequence[Proposal]) -> str:
    if not proposals:
        raise UsageError("no_numbers")
    best, *others = proposals
    if others and others[0].documents >= best.documents:
        found = ", ".join(f"{each.enterprise_number} ({each.name})" for each in proposals[:5])
        raise UsageError("ambiguous_numbers", found=found)
    note(_proposal_line(best))
    return best.enterprise_number


def _proposal_line(proposal: Proposal) -> str:
    return ngettext(
        "{number} {name}: in {count} document", "{number} {name}: in {count} documents", proposal.documents
    ).format(number=neutral(proposal.enterprise_number), name=neutral(proposal.name), count=proposal.documents)


@command(
    "uninstall",
    help=N_(
        """Remove the extension from a space, with its credentials. What was delivered stays known, so that nothing is
        sent again after a new installation."""
    ),
)
@space_argument
@yes_option
@with_session
def uninstall(session: Session, /, *, space: str | None, yes: bool) -> int:
    """Removes after a typed confirmation."""
    from core.operations.setup import installing

    session.must_write()
    found = session.installation(space)
    name = neutral(found.name)
    note(_("This stops {name} at once and deletes its credentials.").format(name=name))
    confirm_typed(_("Remove the extension?"), name, yes=yes)
    installing.uninstall(session.desk, found.space)
    say(_("Removed from {name}.").format(name=name))
    return DONE
