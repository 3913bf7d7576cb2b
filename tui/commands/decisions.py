"""`retry`, `resend`, `discard`, `mark-delivered`, `include`, `undo`: a person's decisions, with who and why."""

from __future__ import annotations

from collections.abc import Sequence

import click

from core.model import Delivery
from core.operations.decisions import Act, Decided, Permission, decide, permission
from core.operations.views import overview
from tui.commands.asking import ask_text, confirm, confirm_typed
from tui.commands.deliveries import as_record
from tui.commands.frame import ATTENTION, DONE, WRONG, Command, Option, Session, json_option, with_session, yes_option
from tui.commands.output import diagnose, document, note, say, shortened
from tui.i18n import N_, _, money, ngettext, worded
from tui.words.status import act_word, delivery_face

REASON = N_("Why, in your own words; it is recorded with the decision.")


def _act(act: Act, name: str, help: str) -> click.Command:
    """The command of one act."""

    @json_option
    @yes_option
    @click.option("--reason", cls=Option, default="", metavar="TEXT", help=REASON)
    @click.argument("wanted", metavar="ID...", nargs=-1, required=True)
    @with_session
    def call(session: Session, /, *, wanted: tuple[str, ...], reason: str, yes: bool) -> int:
        return _decide(session, act, wanted, reason=reason, yes=yes)

    return click.command(name, cls=Command, help=help)(call)


retry = _act(
    Act.RETRY,
    "retry",
    N_("Try deliveries again: those that failed or gave up, those that wait (now), and those that were discarded."),
)
resend = _act(
    Act.RESEND,
    "resend",
    N_(
        "Send deliveries that wait for your decision, or send delivered ones again. Where the outcome of an earlier "
        "try is unknown, the invoice may arrive twice; a delivered one asks for its number."
    ),
)
discard = _act(Act.DISCARD, "discard", N_("Decide that deliveries are not sent."))
mark_delivered = _act(
    Act.MARK_DELIVERED, "mark-delivered", N_("Record that deliveries are in Pingwin, because you have seen them there.")
)
include = _act(Act.INCLUDE, "include", N_("Send documents from before activation, or withdrawn ones, after all."))
undo = _act(Act.UNDO, "undo", N_("Take back a decision: marked delivered, or not to send."))


def _decide(session: Session, act: Act, wanted: Sequence[str], *, reason: str, yes: bool) -> int:
    session.must_write()
    rows = list({row.id: row for row in (overview.find(session.desk, text) for text in wanted)}.values())
    allowed = {row.id: permission(row, act) for row in rows}
    possible = [allowed[row.id] for row in rows if allowed[row.id].allowed]
    if not reason and any(each.needs_reason for each in possible):
        reason = ask_text(_("Why"), option="--reason")
    _ask(act, [row for row in rows if allowed[row.id].allowed], allowed, yes=yes)
    outcome = decide(session.desk, [row.id for row in rows], act, reason=reason)
    if session.json:
        document([_outcome_record(each) for each in outcome])
    by_id = {row.id: row for row in rows}
    for each in outcome:
        _tell(session, each, by_id[each.delivery])
    done = sum(each.done for each in outcome)
    if done == len(outcome):
        return DONE
    return ATTENTION if done else WRONG


def _ask(act: Act, rows: Sequence[Delivery], allowed: dict[int, Permission], *, yes: bool) -> None:
    """Says what will happen and asks: by a typed number where a delivered invoice goes out again, else yes or no."""
    if not rows:
        return
    if not yes:
        for row in rows:
            effect = allowed[row.id]
            note(f"{_named(row)}: {worded(effect.code, effect.arguments).sentence}")
    plain = [row for row in rows if not allowed[row.id].typed]
    for row in rows:
        if allowed[row.id].typed:
            question = _("{act}: {row}?").format(act=act_word(act, row), row=_named(row))
            confirm_typed(question, row.number or str(row.id), yes=yes)
    if plain:
        question = ngettext("{act}: {count} delivery?", "{act}: {count} deliveries?", len(plain))
        confirm(question.format(act=act_word(act, plain[0]), count=len(plain)), yes=yes)


def _named(row: Delivery) -> str:
    facts = (str(row.id), shortened(row.number, 40), shortened(row.counterparty, 40), money(row.amount, row.currency))
    return " ".join(each for each in facts if each)


def _tell(session: Session, outcome: Decided, before: Delivery) -> None:
    if not outcome.done:
        diagnose(outcome.code, outcome.arguments, where=_named(before))
    elif not session.json:
        state = delivery_face(outcome.row).word if outcome.row else ""
        say(f"{_named(before)}: {worded(outcome.code, outcome.arguments).sentence} [{state}]".replace(" []", ""))


def _outcome_record(outcome: Decided) -> dict[str, object]:
    message = worded(outcome.code, outcome.arguments)
    return {
        "id": outcome.delivery,
        "done": outcome.done,
        "code": outcome.code,
        "arguments": dict(outcome.arguments),
        "message": message.sentence,
        "advice": message.advice,
        "delivery": as_record(outcome.row) if outcome.row else None,
    }
