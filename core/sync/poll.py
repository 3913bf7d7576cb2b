"""Finding what became eligible: reads Banqup's list and judges each document by id, baseline and trigger.

Takes a source and the ledger; gives rows in the ledger, written together with the watermark after the last page.
Trusts no server-side filter or order (engine reference, 5.2 and 6).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from core.banqup.source import Source
from core.config import Timing
from core.ledger.base import Activation, Discovery, Finding, Ledger, SpaceRun
from core.model import (
    KEEPS_ITS_FILE,
    VALIDATED,
    Delivery,
    Direction,
    Document,
    Rule,
    State,
    content_hash,
    delivery_key,
    invoice_key,
    same_content,
)
from core.sync.pace import SECOND, interval
from core.sync.retry import Draw


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


def judge(
    document: Document,
    known: Delivery | None,
    activation: Activation,
    run: SpaceRun,
    earlier: Sequence[Activation] = (),
    *,
    forgotten: bool = False,
) -> Discovery | None:
    """What a poll concludes of one document, or None where there is nothing to do (table of section 5.2).

    A document with a row never gets another one by itself; a history row never turns into anything else by itself.
    `earlier` are the activations that this one took over from without a pause (another trigger): what became eligible
    under one of them and is listed late is new, too. `forgotten`: see `maybe_forgotten`.
    """
    if known is not None and known.state is not State.WITHDRAWN:
        return changed(document, known, activation.rule, run)
    if not activation.rule.eligible(document):
        return None
    late = not any(since(one, document) for one in (activation, *earlier))
    if known is None and forgotten and not late:
        return describe(document, run, Finding.NEW, State.UNKNOWN, "restored")
    if known is None:
        return describe(document, run, Finding.NEW, *((State.HISTORY, "late") if late else (State.SEEN, None)))
    if late and known.reason != GONE:  # approved again while the space was off, and listed only now
        return describe(document, run, Finding.BACK, State.HISTORY, "late", delivery=known.id)
    return back(document, known, run)


def since(activation: Activation, document: Document) -> bool:
    """Whether a document became eligible by this activation's trigger after it began, as far as can be told.

    By its status history; without one by its last change, so that one which was approved before, was listed by no
    pass of the baseline, and was touched since (paid, say) counts as new.
    """
    if not activation.rule.eligible(document):
        return False
    moment = activation.rule.reached_ns(document) or document.updated_ns
    return moment is None or moment >= activation.started_ns


def maybe_forgotten(
    ledger: Ledger, documents: Collection[Document], activations: Sequence[Activation]
) -> frozenset[str]:
    """Ids of documents, none of them with a row, that may have been sent by what a restored ledger forgot.

    They were made before the baseline that followed the restore, and it did not see them below their trigger: Banqup
    lists them late. A status history tells when they were approved; where Banqup tells neither that nor when a document
    was made, it counts as new.
    """
    restored = next((one for one in activations if one.kind == "restore" and one.completed_at is not None), None)
    if restored is None:
        return frozenset()
    before = [
        each.id
        for each in documents
        if each.created_ns is not None
        and each.created_ns < restored.started_ns
        and restored.rule.reached_ns(each) is None
    ]
    return frozenset(before) - ledger.not_yet(restored.id, before)


def changed(document: Document, known: Delivery, rule: Rule, run: SpaceRun) -> Discovery | None:
    """What a scan says of a row that it shows changed: one delivered is a person's to look at, one prepared is read
    again, also where it is no longer at its trigger.

    Prepared ones only before their first try: what may have been taken keeps its file and its question. The ledger
    keeps what is shown of it, and tells of it once it is delivered.
    """
    if document.direction is None:
        return None
    now = content_hash(document)
    same = same_content(known.content_hash, now)
    untried = known.state is State.READY and not known.attempts and known.updated_ns != document.updated_ns
    if untried and not (same and rule.eligible(document)):
        return describe(document, run, Finding.MOVED, State.SEEN, "moved_in_banqup", delivery=known.id)
    if known.state in KEEPS_ITS_FILE and known.newer_hash != (None if same else now):
        return describe(document, run, Finding.CHANGED, State.CHANGED, "changed_in_banqup", delivery=known.id)
    return None


GONE = "document_gone"
"""Reason of a withdrawn row: Banqup knew nothing of it for a while; its approval is as old as it was."""

RESTORED_BELOW = "restored_below_trigger"
"""Reason of a withdrawn row: it moved since the backup that was restored, and stood below its trigger after it."""


def back(document: Document, known: Delivery, run: SpaceRun) -> Discovery:
    """A withdrawn document stands at its trigger again. What a restored ledger may have forgotten is asked about."""
    if known.reason == RESTORED_BELOW:
        return describe(document, run, Finding.BACK, State.UNKNOWN, "restored", delivery=known.id)
    return describe(document, run, Finding.BACK, State.SEEN, delivery=known.id)


def uninterrupted(activations: Sequence[Activation]) -> tuple[Activation, ...]:
    """Of a space's activations, newest first: those before the newest complete one that it took over from directly."""
    complete = [one for one in activations if one.completed_at is not None]
    chain: list[Activation] = []
    for later, before in pairwise(complete):
        if before.ended_at != later.completed_at:
            break
        chain.append(before)
    return tuple(chain)


WEEK = 7 * 86_400.0
"""Seconds without anything fully approved after which the other trigger is worth a word (decision 27)."""


def only_validated(scanned: Scanned, activation: Activation, *, sweep: bool, now: float) -> int | None:
    """How many purchases stand at Validated where none got to the trigger for a week; None where a scan cannot tell."""
    purchases = [one for one in scanned.documents.values() if one.direction is Direction.PURCHASE]
    if not activation.rule.purchase or any(map(activation.rule.eligible, purchases)):
        return 0
    if not sweep:
        return None
    if activation.completed_at is None or now - activation.completed_at < WEEK:
        return 0
    return sum(one.document_status == VALIDATED for one in purchases)


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


async def _no_doubt() -> None:
    """Believes an empty list."""


async def poll(
    ledger: Ledger,
    source: Source,
    run: SpaceRun,
    activation: Activation,
    *,
    now: float,
    timing: Timing,
    draw: Draw,
    stretch: float = 1.0,
    when_nothing_is_new: Callable[[], Awaitable[None]] = _no_doubt,
) -> int:
    """One poll of one space: since the watermark less an overlap, or a sweep once a day. Returns how many rows are new.

    `stretch` is by how much the ceiling of calls lengthens every interval.
    `when_nothing_is_new` may doubt a list without anything new: what it raises makes the poll a failed one.
    Raises SourceError; then nothing was written, and the next poll reads the same again.
    """
    sweep = run.last_sweep is None or now - run.last_sweep >= timing.sweep_interval
    span = timing.sweep_span if sweep else timing.overlap
    since = None if run.watermark_ns is None else run.watermark_ns - int(span * SECOND)
    scanned = await scan(source, run.space, since)
    known = ledger.known(run.space, list(scanned.documents))
    activations = ledger.activations(run.space)
    earlier = uninterrupted(activations)
    forgotten = maybe_forgotten(ledger, [d for d in scanned.documents.values() if d.id not in known], activations)
    judged = (
        judge(d, known.get(d.id), activation, run, earlier, forgotten=d.id in forgotten)
        for d in scanned.documents.values()
    )
    discoveries = sorted((d for d in judged if d is not None), key=lambda d: (d.updated_ns or 0, d.source_id))
    if not any(found.finding is Finding.NEW for found in discoveries):
        await when_nothing_is_new()
    return ledger.record_poll(
        run.space,
        discoveries,
        watermark_ns=_watermark(scanned),
        next_poll=now + interval(timing, scanned.newest_ns or run.watermark_ns, now, draw, stretch),
        swept=sweep,
        now=now,
        activation=activation.id,
        only_validated=only_validated(scanned, activation, sweep=sweep, now=now),
    )


def _watermark(scanned: Scanned) -> int | None:
    """The newest timestamp seen, but none from the future: it would hide everything until then."""
    if scanned.newest_ns is None or not scanned.clock_ns:
        return scanned.newest_ns
    return min(scanned.newest_ns, scanned.clock_ns + SECOND)


def widened(old: Rule, new: Rule) -> bool:
    """Whether a new trigger lets more documents through than the old one: then a baseline is due (decision 1)."""
    return not (new.purchase <= old.purchase and new.sales <= old.sales)
