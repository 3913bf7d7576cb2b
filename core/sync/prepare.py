"""`seen` -> `ready`: fetch a document again, convert it, check it, and put the e-fff file into the spool.

Repeatable: it only reads from Banqup and makes the same file from the same input. Sends nothing. Every way out is a
`Move` or a `Prepared`, so that nothing ends without a reason that a person can read.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from dataclasses import asdict
from functools import partial
from pathlib import Path

from core.banqup.errors import (
    CredentialsRefused,
    FileRefused,
    NotFound,
    NotReady,
    RequestRefused,
    SpaceGone,
    Throttled,
    Unavailable,
)
from core.banqup.source import Source
from core.efff import dossier
from core.efff.convert import Conversion, Format, VatOverride
from core.efff.report import Finding
from core.errors import SourceError
from core.files import beginning
from core.installations import Installation
from core.ledger.base import Claim, Move, Prepared
from core.model import Arguments, Direction, Document, SourceFile, State, content_hash, invoice_key
from core.sync.converting import Converted, Files
from core.sync.outside import Outside
from core.sync.poll import GONE
from core.sync.retry import backoff

LISTED = 50
"""How many findings, derived and dropped values of one document are kept with its event."""


async def prepare(outside: Outside, claim: Claim) -> Move | Prepared:
    """Makes a held `seen` delivery ready, or says where it goes instead. Raises nothing that Banqup may cause.

    Raises StoreError where our own disk refuses.
    """
    with outside.spool.scratch() as folder:
        return await _prepare(outside, claim, folder)


async def _prepare(outside: Outside, claim: Claim, folder: Path) -> Move | Prepared:
    delivery = claim.delivery
    installation = outside.installation(delivery.space)
    if installation is None:
        return Move(State.SEEN, outside.clock.now() + outside.timing.poll_interval, "not_installed", kind="wait")
    if outside.pause.until(delivery.space) > outside.clock.now():
        return Move(State.SEEN, outside.pause.until(delivery.space), "banqup_waits", kind="wait")
    try:
        document = await outside.source.document(delivery.space, delivery.source_id)
        if not installation.options.rule.eligible(document):
            return _withdrawn(outside, claim, document)
        files = await _fetch(outside, document, folder)
        outside.pause.succeeded(delivery.space)
    except NotFound as gone:
        return await _gone(outside, claim, gone)
    except (FileRefused, RequestRefused) as refused:
        return Move(State.FAILED, outside.clock.now(), refused.code, refused.arguments)
    except SourceError as trouble:
        return _later(outside, claim, trouble)
    if files is None:
        return Move(State.FAILED, outside.clock.now(), "no_structured_file")
    target = Format(installation.options.format)
    own_codes = tuple(VatOverride(**own.model_dump()) for own in installation.options.vat_codes)
    convert = partial(outside.convert, vat_overrides=own_codes) if own_codes else outside.convert
    converted = await asyncio.to_thread(convert, files, target, delivery.key)
    return _judge(outside, claim, document, converted, installation)


async def _gone(outside: Outside, claim: Claim, gone: NotFound) -> Move:
    """The document is not there. Where the whole space is not, that says nothing of the document: it waits."""
    try:
        spaces = await outside.source.spaces()
    except SourceError as trouble:
        return _later(outside, claim, trouble)
    if claim.delivery.space not in {space.id for space in spaces}:
        return _later(outside, claim, SpaceGone("access_withdrawn"))
    return Move(State.WITHDRAWN, outside.clock.now(), GONE, gone.arguments)


def _withdrawn(outside: Outside, claim: Claim, document: Document) -> Move:
    """No longer at its trigger. What may have been taken before is not just withdrawn: a person decides."""
    if any(event.code == "same_key_again" for event in outside.ledger.events(delivery=claim.id, newest=True)):
        return Move(State.PARKED, outside.clock.now(), "outcome_unknown")
    status = document.delivery_status if document.direction is Direction.SALES else document.document_status
    args: Arguments = {"status": status}
    return Move(State.WITHDRAWN, outside.clock.now(), "not_at_trigger", args, updated_ns=document.updated_ns)


def _later(outside: Outside, claim: Claim, trouble: SourceError) -> Move:
    """Waits by whose trouble it is.

    A file that is not there yet is the delivery's own and counts. What is Banqup's (`OF_BANQUP`) lets everything that
    needs it wait together. Anything else may be one document's or space's: it waits alone, without counting.
    """
    now, attempts = outside.clock.now(), claim.delivery.attempts + 1
    match trouble:
        case NotReady() if attempts >= outside.timing.give_up_attempts:
            return Move(State.DEAD, now, "gave_up", {"attempts": attempts, "last": trouble.code}, counted=True)
        case NotReady():
            due, counted = now + max(1.0, backoff(outside.timing, attempts, outside.draw)), True
        case CredentialsRefused() | Throttled() | Unavailable():
            space, timing = claim.delivery.space, outside.timing
            due, counted = outside.pause.failed(trouble, space, now=now, timing=timing, draw=outside.draw), False
        case _:
            due, counted = now + outside.timing.poll_interval * outside.draw(0.5, 1.5), False
    return Move(State.SEEN, due, trouble.code, trouble.arguments, counted=counted, kind="wait")


async def _fetch(outside: Outside, document: Document, folder: Path) -> Files | None:
    """The XML and the PDF beside it; None without an XML."""
    xml = await source_xml(outside.source, document, folder)
    pdfs = [file for file in document.files if file.kind == "PDF"]
    if xml is None or not pdfs:
        return Files(folder, xml, None) if xml else None
    pdf = folder / "source.pdf"
    await outside.source.download(document.space, pdfs[0], pdf)
    return Files(folder, xml, pdf)


async def source_xml(source: Source, document: Document, folder: Path) -> Path | None:
    """The XML of a document (kind UBL, else ORIGINAL, else whatever looks like XML), or None where it has none."""
    xml = folder / "source.xml"
    for file in _xml_candidates(document.files):
        await source.download(document.space, file, xml)
        if looks_like_xml(beginning(xml)):
            return xml
    return None


def _xml_candidates(files: Iterable[SourceFile]) -> list[SourceFile]:
    """Files that may hold the structured invoice, best first (banqup-api 9.6); a declared PDF is never one."""
    order = {"UBL": 0, "ORIGINAL": 1}
    possible = [file for file in files if file.kind != "PDF" and "pdf" not in file.content_type.lower()]
    return sorted(possible, key=lambda file: (order.get(file.kind, 2), "xml" not in file.content_type.lower(), file.id))


def looks_like_xml(start: bytes) -> bool:
    """Whether the first bytes say XML, in any Unicode encoding; the reader has the last word."""
    start = start[:200].lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n")
    return start.replace(b"\x00", b"").startswith(b"<")


def _judge(
    outside: Outside, claim: Claim, document: Document, converted: Converted, installation: Installation
) -> Move | Prepared:
    """Unreadable -> failed; a blocking finding or the wrong dossier -> parked; else the file goes to the spool."""
    delivery, conversion, now = claim.delivery, converted.conversion, outside.clock.now()
    report = {**_report(conversion), "came_by": document.came_by or None}
    blocking = [finding for finding in conversion.findings if finding.blocks]
    if converted.file is None or conversion.invoice is None:
        first = next((finding for finding in blocking if finding.never), blocking[0] if blocking else None)
        return Move(
            State.FAILED,
            now,
            first.code if first else "cannot_convert",
            {**(first.arguments if first else {}), "rule": first.rule if first else None},
            report=report,
        )
    allowed = overridden(outside, delivery.id)
    standing = next((f for f in blocking if f.never or f.rule not in allowed), None)
    if standing is not None:
        return Move(State.PARKED, now, standing.code, {**standing.arguments, "rule": standing.rule}, report=report)
    folder = document.direction or delivery.direction or Direction.PURCHASE
    direction = dossier.direction(conversion.invoice, installation.enterprise_numbers, folder)
    if isinstance(direction, Finding):
        if direction.never or direction.rule not in allowed:
            arguments = {**direction.arguments, "rule": direction.rule}
            return Move(State.PARKED, now, direction.code, arguments, report=report)
        direction = folder
    facts = dossier.summary(conversion.invoice, direction)
    sha256, size = outside.spool.take(delivery.space, converted.file)
    return Prepared(
        direction=direction,
        document_type=facts.document_type,
        number=facts.number,
        counterparty=facts.counterparty,
        vat_number=facts.vat_number,
        issue_date=facts.issue_date,
        amount=facts.amount,
        currency=facts.currency,
        invoice_key=invoice_key(
            dossier=delivery.dossier,
            direction=direction,
            supplier=facts.supplier,
            number=facts.number,
            document_type=facts.document_type,
            issue_date=facts.issue_date,
            total=facts.amount,
        ),
        updated_ns=document.updated_ns,
        content_hash=content_hash(document),
        sha256=sha256,
        size=size,
        report={**report, "file_name": conversion.file_name},
        payment_reference=facts.payment_reference,
        vat_breakdown=facts.vat_breakdown,
    )


def overridden(outside: Outside, delivery: int) -> frozenset[str]:
    """Rules that a person decided to send this delivery in spite of."""
    return frozenset(
        str(event.args["rule"])
        for event in outside.ledger.events(delivery=delivery, newest=True)
        if event.kind == "decision" and event.code == "send" and event.args.get("rule")
    )


def _report(conversion: Conversion) -> Arguments:
    """What the conversion said, as JSON texts for the event: codes and arguments, never sentences."""
    findings = [asdict(finding) for finding in conversion.findings if finding.severity != "info"][:LISTED]
    derived = [asdict(derived) for derived in conversion.derived][:LISTED]
    dropped = [asdict(dropped) for dropped in conversion.dropped][:LISTED]
    return {
        "findings": json.dumps(findings, default=str),
        "derived": json.dumps(derived, default=str),
        "dropped": json.dumps(dropped, default=str),
        "source_format": conversion.source_format,
        "pdf": conversion.pdf_origin,
    }
