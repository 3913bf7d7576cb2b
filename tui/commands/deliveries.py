"""One delivery in words and as JSON: the queue's line, the record others read, and everything about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from core.model import IN_FLIGHT, NEVER, WAITING, Delivery, State
from core.operations.views.overview import Attempt, Detail
from tui.commands.frame import Session
from tui.commands.output import amount_text, document, fact, say, shortened
from tui.i18n import _, day, iso, moment, money, worded
from tui.plain import neutral
from tui.words.status import act_word, delivery_face, kind_word
from tui.words.vat_words import payment_words, vat_line

NUMBER_WIDTH = 18
PARTY_WIDTH = 24


def as_record(row: Delivery) -> dict[str, object]:
    """A delivery as scripts read it. Amounts are strings, times ISO 8601 in UTC; `reason` is a code."""
    return {
        "id": row.id,
        "space": row.space,
        "direction": row.direction,
        "number": row.number,
        "party": row.counterparty,
        "issue_date": row.issue_date.isoformat() if row.issue_date else None,
        "amount": amount_text(row.amount),
        "currency": row.currency,
        "state": row.state,
        "reason": row.reason,
        "reason_arguments": dict(row.reason_args),
        "reason_text": worded(row.reason, row.reason_args).sentence if row.reason else None,
        "attempts": row.attempts,
        "next_try": iso(next_try(row)),
        "delivered_at": iso(row.delivered_at),
        "target_reference": row.reference,
        "document_type": row.document_type,
        "dossier": row.dossier,
        "source_id": row.source_id,
        "generation": row.generation,
        "sha256": row.sha256,
        "payment_reference": row.payment_reference or None,
        "vat_codes": [{"code": code, "taxable": base, "vat": vat} for code, base, vat in row.vat_breakdown],
    }


def next_try(row: Delivery) -> float | None:
    """When the engine looks at a row again, where it does so by itself."""
    by_itself = row.state in WAITING or (row.state in IN_FLIGHT and row.state is State.UNKNOWN)
    return row.due_at if by_itself and 0 < row.due_at < NEVER else None


def as_line(row: Delivery) -> tuple[str, ...]:
    """The queue's line in at most 100 columns."""
    return (
        str(row.id),
        delivery_face(row).word,
        shortened(row.number, NUMBER_WIDTH),
        shortened(row.counterparty, PARTY_WIDTH),
        day(row.issue_date),
        money(row.amount, row.currency),
    )


def show_detail(session: Session, detail: Detail) -> None:
    """Everything about a delivery, one fact a line, or the same as JSON."""
    if session.json:
        document(_detail_record(detail))
        return
    _facts(detail)
    _report(detail)
    _tries(detail.attempts)
    for event in detail.events:
        words = worded(event.code, event.args).sentence if event.code else event.kind
        say(_("event {time}: {words} ({actor})").format(
            time=moment(event.at, seconds=True), words=words, actor=neutral(event.actor)))  # fmt: skip
    for permission in detail.permissions:
        if permission.allowed and not session.readonly:
            words = worded(permission.code, permission.arguments).sentence
            say(_("you can {act}: {words}").format(act=act_word(permission.act, detail.delivery), words=words))


def _facts(detail: Detail) -> None:
    row = detail.delivery
    fact(_("Delivery"), row.id)
    fact(_("State"), delivery_face(row).word)
    for code, arguments in (detail.why, detail.next_step):
        if code:
            message = worded(code, arguments)
            say(f"{message.sentence} {message.advice}".rstrip())
    fact(_("Document"), kind_word(row))
    fact(_("Number"), row.number)
    fact(_("Party"), row.counterparty)
    fact(_("VAT number"), row.vat_number)
    fact(_("Date"), day(row.issue_date))
    fact(_("Amount"), money(row.amount, row.currency))
    fact(_("VAT"), vat_line(row))
    fact(_("Paid by"), payment_words(row.payment_reference))
    fact(_("Space"), detail.installation.name if detail.installation else row.space)
    fact(_("Dossier"), row.dossier)
    fact(_("Tries"), row.attempts)
    fact(_("Next try"), moment(next_try(row)))
    fact(_("Delivered"), moment(row.delivered_at))
    fact(_("Reference in Pingwin"), row.reference)
    fact(_("Document in Banqup"), row.source_id)
    fact(_("Key"), row.key)
    fact(_("File"), row.sha256)
    for other in detail.same_invoice:
        fact(_("Same invoice"), f"{other.id} {delivery_face(other).word}")


def _report(detail: Detail) -> None:
    for finding in detail.findings:
        say(_("finding {rule}: {words}").format(rule=neutral(_of(finding, "rule")), words=_words(finding)))
    for name, changes in ((_("derived"), detail.derived), (_("not carried over"), detail.dropped)):
        for change in changes:
            value = shortened(_of(change, "value"), 120)
            say(f"{name} {neutral(_of(change, 'path'))}: {value} ({_words(change)})")


def _of(entry: Mapping[str, str], name: str) -> str:
    return str(entry.get(name, ""))


def _words(entry: Mapping[str, str]) -> str:
    """The sentence of a report's line: worded from its code, else as the engine wrote it."""
    code = _of(entry, "code")
    return worded(code, entry).sentence if code else neutral(_of(entry, "message") or _of(entry, "why"))


def _tries(attempts: Iterable[Attempt]) -> None:
    for number, attempt in enumerate(attempts, start=1):
        words = worded(attempt.code, attempt.arguments).sentence if attempt.code else _("no answer yet")
        status = f" HTTP {attempt.http_status}" if attempt.http_status else ""
        say(_("try {number} {time}: {words}{status} ({actor})").format(
            number=number, time=moment(attempt.at, seconds=True), words=words, status=status,
            actor=neutral(attempt.actor)))  # fmt: skip
        if attempt.server_text:
            say(_("  Pingwin's own words: {words}").format(words=neutral(attempt.server_text)))


def _detail_record(detail: Detail) -> dict[str, object]:
    row = detail.delivery
    return {
        **as_record(row),
        "key": row.key,
        "why": _message(*detail.why),
        "next_step": _message(*detail.next_step),
        "findings": [dict(finding) for finding in detail.findings],
        "derived": [dict(change) for change in detail.derived],
        "dropped": [dict(change) for change in detail.dropped],
        "tries": [
            {
                "at": iso(attempt.at),
                "ended_at": iso(attempt.ended_at),
                "http_status": attempt.http_status,
                "server_text": attempt.server_text,
                "trigger": attempt.trigger,
                "actor": attempt.actor,
                "sha256": attempt.sha256,
                **_message(attempt.code or "", attempt.arguments),
            }
            for attempt in detail.attempts
        ],
        "events": [
            {
                "id": event.id,
                "at": iso(event.at),
                "kind": event.kind,
                "actor": event.actor,
                **_message(event.code or "", event.args),
            }
            for event in detail.events
        ],
        "acts": [
            {"act": permission.act, "allowed": permission.allowed, **_message(permission.code, permission.arguments)}
            for permission in detail.permissions
        ],
        "same_invoice": [{"id": other.id, "state": other.state} for other in detail.same_invoice],
    }


def _message(code: str, arguments: Mapping[str, str | int | float | None]) -> dict[str, object]:
    message = worded(code, arguments) if code else None
    return {
        "code": code or None,
        "arguments": dict(arguments),
        "message": message.sentence if message else None,
        "advice": message.advice if message else None,
    }
