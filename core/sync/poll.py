"""Finding what became eligible: reads Banqup's list and judges each document by id, baseline and trigger.

Takes a source and the ledger; gives rows in the ledger, written together with the watermark after the last page.
Trusts no server-side filter or order (engine reference, 5.2 and 6).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.banqup.source import Source
from core.config import Timing
from core.ledger.base import Activation, Discovery, Finding, Ledger, SpaceRun
from core.model import Delivery, Document, Rule, State, content_hash, delivery_key, invoice_key, same_content
from core.sync.retry import Draw

SECOND = 1_000_000_000
QUIET_AFTER = 7 * 86_400
"""Seconds without a change after which a space is polled less often."""


@dataclass(frozen=True, slots=True)
class Scanned:
    """One scan to its end: each document once, in its latest version. `clock_ns` is the source's clock at its start."""

    documents: Mapping[str, Document]
    clock_ns: int
    newest_ns: int | None


async def scan(source: Source, space: str, since_ns: int | None = None) -> Scanned:
    """Reads the list to its end; a document on two pages counts with its later version."""
    documents: dict[str, Document] = {}
    clock_ns: int | None = None
    async for page in source.scan(space, since_ns):
        clock_ns = page.clock_ns if clock_ns is None else clock_ns
        for document in page.documents:
            before = documents.get(document.id)
            if before is None or (document.updated_ns or 0) >= (before.updated_ns or 0):
                documents[document.id] = document
    newest = max((d.updated_ns for d in documents.values() if d.updated_ns is not None), default=None)
    return Scanned(documents, clock_ns or 0, newest)


def judge(document: Document, known: Delivery | None, activation: Activation, run: SpaceRun) -> Discovery | None:
    """What a poll concludes of one document, or None where there is nothing to do (table of section 5.2).

    A document with a row never gets another one by itself; a history row never turns into anything else by itself.
    """
    eligible = activation.rule.eligible(document)
    if known is not None:
        if known.state is State.WITHDRAWN and eligible:
            return describe(document, run, Finding.BACK, State.SEEN, delivery=known.id)
        if known.state is State.CONFIRMED and not same_content(known.content_hash, content_hash(document)):
            return describe(document, run, Finding.CHANGED, State.CHANGED, "changed_in_banqup", delivery=known.id)
        return None
    if not eligible:
        return None
    moment = activation.rule.reached_ns(document) or document.updated_ns
    if moment is None or moment >= activation.started_ns:
        return describe(document, run, Finding.NEW, State.SEEN)
    return describe(document, run, Finding.NEW, State.HISTORY, "late")


def describe(
    document: Document,
    run: SpaceRun,
    finding: Finding,
    state: State,
    reason: str | None = None,
    *,
    delivery: int | None = None,
) -> Discovery:
    """A document as the ledger keeps it, from what the list says; its XML corrects this once it is read."""
    assert document.direction is not None, "an unknown folder is never eligible"
    party = document.counterparty
    supplier = document.supplier.vat_number or document.supplier.enterprise_number
    document_type = "381" if document.category == "CREDIT_NOTE" else "380"
    return Discovery(
        finding=finding,
        source_id=document.id,
        state=state,
        reason=reason,
        key=delivery_key(run.clid, run.dossier, run.space, document.id, 0),
        direction=document.direction,
        document_type=document_type,
        number=document.number,
        counterparty=party.name,
        vat_number=party.vat_number or party.enterprise_number,
        issue_date=document.issue_date,
        amount=document.amount,
        currency=document.currency,
        invoice_key=invoice_key(
            dossier=run.dossier,
            direction=document.direction,
            supplier=supplier,
            number=document.number,
            document_type=document_type,
            issue_date=document.issue_date,
            total=document.amount,
        )
        if state is State.HISTORY
        else None,
        updated_ns=document.updated_ns,
        content_hash=content_hash(document),
        delivery=delivery,
    )


async def poll(
    ledger: Ledger, source: Source, run: SpaceRun, activation: Activation, *, now: float, timing: Timing, draw: Draw
) -> int:
    """One poll of one space: since the watermark less an overlap, or a sweep once a day. Returns how many rows are new.

    Raises SourceError; then nothing was written, and the next poll reads the same again.
    """
    sweep = run.last_sweep is None or now - run.last_sweep >= timing.sweep_interval
    span = timing.sweep_span if sweep else timing.overlap
    since = None if run.watermark_ns is None else run.watermark_ns - int(span * SECOND)
    scanned = await scan(source, run.space, since)
    known = ledger.known(run.space, list(scanned.documents))
    judged = (judge(d, known.get(d.id), activation, run) for d in scanned.documents.values())
    discoveries = sorted((d for d in judged if d is not None), key=lambda d: (d.updated_ns or 0, d.source_id))
    return ledger.record_poll(
        run.space,
        discoveries,
        watermark_ns=scanned.newest_ns,
        next_poll=now + interval(timing, scanned.newest_ns or run.watermark_ns, now, draw),
        swept=sweep,
        now=now,
    )


def interval(timing: Timing, watermark_ns: int | None, now: float, draw: Draw) -> float:
    """Seconds to the next poll: spread by a tenth, three times as long for a space where nothing moved for a week."""
    quiet = watermark_ns is not None and now - watermark_ns / SECOND > QUIET_AFTER
    return timing.poll_interval * (3.0 if quiet else 1.0) * draw(0.9, 1.1)


def widened(old: Rule, new: Rule) -> bool:
    """Whether a new trigger lets more documents through than the old one: then a baseline is due (decision 1)."""
    return not (new.purchase <= old.purchase and new.sales <= old.sales)
