"""`find`: what became of a document, by what the customer says of it."""

from __future__ import annotations

import asyncio

import click

from core.operations.views import finding
from core.operations.views.finding import Answer, Found
from tui.commands.deliveries import as_record
from tui.commands.frame import ATTENTION, DONE, Session, command, json_option, option, with_session
from tui.commands.output import document, note, say, shortened, table
from tui.i18n import N_, _, count, ngettext
from tui.words.answers import facts, sentence
from tui.words.status import delivery_face

NOTHING = frozenset(
    {"answer_never_seen", "answer_not_here", "answer_not_asked"} | {"answer_not_in_bundle", "answer_without_names"}
)
"""Answers that say no document was found."""


@command(
    "find",
    help=N_(
        """Find a document by what the customer says: number, party, VAT number, amount, date, structured communication,
        reference or id, in any spelling; several words must all fit.

        Looks in the ledger, then in Banqup itself. Exit code 1: nothing was found."""
    ),
)
@click.argument("words", nargs=-1, required=True, metavar="WORDS...")
@option("--no-banqup", is_flag=True, help=N_("Ask the ledger alone."))
@json_option
@with_session
def find(session: Session, /, *, words: tuple[str, ...], no_banqup: bool) -> int:
    """One sentence, and the documents behind it."""
    space = session.installation(None).space if session.space_option else None
    found = asyncio.run(finding.find(session.desk, " ".join(words), space, tell=_tell, banqup=not no_banqup))
    if session.json:
        document(_record(found))
    else:
        _say(found)
    return ATTENTION if found.headline.code in NOTHING else DONE


def _tell(space: str, looked_at: int) -> None:
    if looked_at % 1_000 < 200:
        note(_("Looking in Banqup, {space}: {count} documents so far").format(space=space, count=count(looked_at)))


def _say(found: Found) -> None:
    said = sentence(found.headline)
    say(said.sentence)
    if said.advice:
        say(said.advice)
    if len(found.answers) > 1 or (found.answers and found.headline not in found.answers):
        say(ngettext("{count} document fits:", "{count} documents fit:", len(found.answers)).format(
            count=count(len(found.answers))))  # fmt: skip
        headings = (_("id"), _("state"), _("number"), _("party"), _("date"), _("amount"))
        table(headings, [_line(each) for each in found.answers], right=(0, 5))
    elif found.answers and (row := found.answers[0].delivery):
        say(_("document {id} shows everything about it.").format(id=row.id))


def _line(answer: Answer) -> tuple[str, ...]:
    number, party, issued, amount = facts(answer)
    row = answer.delivery
    state = delivery_face(row).word if row else _("in Banqup only")
    return (str(row.id) if row else "", state, shortened(number, 18), shortened(party, 24), issued, amount)


def _record(found: Found) -> dict[str, object]:
    said = sentence(found.headline)
    return {
        "text": found.text,
        "code": said.code,
        "sentence": said.sentence,
        "advice": said.advice,
        "asked_banqup": found.asked_banqup,
        "answers": [_answer(each) for each in found.answers],
    }


def _answer(answer: Answer) -> dict[str, object]:
    said, document = sentence(answer), answer.document
    return {
        "code": said.code,
        "sentence": said.sentence,
        "delivery": as_record(answer.delivery) if answer.delivery else None,
        "banqup": {"id": document.id, "space": document.space, "number": document.number} if document else None,
    }
