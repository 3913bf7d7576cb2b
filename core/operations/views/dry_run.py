"""One document as it would go out, up to the very request: fetched, converted, checked. Nothing is sent or kept.

The engine's own preparation does it, over a scratch folder in the place of the spool; the ledger is only read.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from core.activity import about
from core.banqup.errors import NotFound
from core.banqup.source import Source
from core.errors import UsageError
from core.installations import Installation
from core.ledger.records import Claim, Move, Prepared
from core.model import Arguments, Delivery, Event, State, delivery_key
from core.operations.desk import Desk
from core.operations.setup.enrolment import stored_credentials
from core.operations.views import overview
from core.operations.views.attempts import Line, report
from core.operations.views.request import request_text
from core.pingwin.target import Upload
from core.redaction import fingerprint
from core.secrets import SecretName
from core.spool import Spool
from core.sync.converting import converted
from core.sync.outside import Outside
from core.sync.prepare import prepare

BELOW = "not_at_trigger"
"""What the engine's preparation says of a document that is not approved or sent (any more)."""


@dataclass(frozen=True, slots=True)
class DryRun:
    """What would happen. `code` words it; `request` is empty where nothing could be sent.

    A document below its trigger shows the request that follows once it gets there, and why it does not go now.

    `delivery` has the facts of the XML; its id is 0 for a document that has no delivery. `size` is the file's, bytes.
    """

    delivery: Delivery
    code: str
    arguments: Arguments
    findings: tuple[Line, ...] = ()
    derived: tuple[Line, ...] = ()
    dropped: tuple[Line, ...] = ()
    request: str = ""
    file_name: str = ""
    size: int = 0


async def dry_run(desk: Desk, wanted: str, space: str | None = None) -> DryRun:
    """A delivery by anything that names it, or a document by its Banqup id. Raises UsageError where there is none."""
    try:
        row = overview.find(desk, wanted)
    except UsageError as unknown:
        if unknown.code != "no_such_delivery":
            raise
        return await _of_banqup(desk, wanted.strip(), space)
    return await dry_run_of(desk, row)


async def dry_run_of(desk: Desk, row: Delivery) -> DryRun:
    """A delivery, in whatever state it is."""
    installation = desk.installations.get(row.space)
    if installation is None:
        raise UsageError("no_such_installation", text=row.space)
    async with desk.banqup() as source:
        return await _tried(desk, source, installation, replace(row, state=State.SEEN))


async def _of_banqup(desk: Desk, source_id: str, space: str | None) -> DryRun:
    """A document that has no delivery, in the first space that knows it."""
    async with desk.banqup() as source:
        for installation in desk.installed():
            if space not in (None, installation.space):
                continue
            try:
                document = await source.document(installation.space, source_id)
            except NotFound:
                continue
            clid = desk.secret(SecretName.CLID, installation.space)
            mark = fingerprint(clid) if clid is not None else ""
            row = Delivery(
                id=0,
                space=installation.space,
                source_id=source_id,
                dossier=installation.file_id,
                generation=0,
                state=State.SEEN,
                direction=document.direction,
                document_type="",
                number=document.number,
                counterparty=document.counterparty.name,
                vat_number=document.counterparty.vat_number,
                issue_date=document.issue_date,
                amount=document.amount,
                currency=document.currency,
                reason=None,
                reason_args={},
                due_at=0.0,
                attempts=0,
                key=delivery_key(mark, installation.file_id, installation.space, source_id, 0),
            )
            return await _tried(desk, source, installation, row)
    raise UsageError("no_such_delivery", id=source_id)


async def _tried(desk: Desk, source: Source, installation: Installation, row: Delivery) -> DryRun:
    """The engine's preparation over a scratch folder, and the request it leads to."""
    with tempfile.TemporaryDirectory(prefix="banqup-pingwin-dry-") as scratch:
        outside = Outside(
            source=source,
            target=desk.target(),
            installation=lambda _space: installation,
            credentials=lambda _space: stored_credentials(desk, installation),
            convert=converted,
            spool=Spool(Path(scratch), desk.home.file_mode),
            ledger=desk.ledger,
            clock=desk.clock,
            timing=desk.machine.timing,
            draw=random.uniform,
        )
        with about("dry_run", space=row.space, source_id=row.source_id, delivery=row.id or None):
            claim = Claim(row, row.fence, "dry run", desk.clock.now())
            result = await prepare(outside, claim)
            early = result if isinstance(result, Move) and result.code == BELOW else None
            if early is not None:
                as_if = _at_trigger(installation, str(early.args.get("status") or ""))
                result = await prepare(replace(outside, installation=lambda _space: as_if), claim)
        content = outside.spool.get(row.space, result.sha256) or b"" if isinstance(result, Prepared) else b""
    if isinstance(result, Prepared):
        tried = _would_go(desk, row, result, content)
    else:
        tried = DryRun(row, result.code or "cannot_convert", result.args, *report((_event(row, result.report),)))
    return tried if early is None else replace(tried, code=_why_early(row), arguments=early.args)


def _at_trigger(installation: Installation, status: str) -> Installation:
    """The installation as if this status were its trigger: what would be sent once the document gets that far."""
    options = installation.options.model_copy(update={"purchase_trigger": (status,), "sales_trigger": (status,)})
    return installation.model_copy(update={"options": options})


def _why_early(row: Delivery) -> str:
    """Why a document below its trigger would not go now: its turn came and went, or has not come yet."""
    return BELOW if row.id else "reconcile_not_at_trigger"


def _would_go(desk: Desk, row: Delivery, made: Prepared, content: bytes) -> DryRun:
    """What the target would get, unless the same invoice is there already."""
    name = str(made.report.get("file_name") or "")
    direction = made.direction
    upload = Upload(key=row.key, filename=name, content=content, sha256=made.sha256, direction=direction)
    shown = replace(
        row,
        direction=direction,
        document_type=made.document_type,
        number=made.number,
        counterparty=made.counterparty,
        vat_number=made.vat_number,
        issue_date=made.issue_date,
        amount=made.amount,
        currency=made.currency,
        payment_reference=made.payment_reference,
        vat_breakdown=made.vat_breakdown,
    )
    code: str = "dry_run_would_go"
    arguments: Arguments = {"dossier": row.dossier, "size": made.size, "file": name}
    same = desk.ledger.same_invoice(made.invoice_key, other_than=row.source_id) if made.invoice_key else []
    if same:
        code = "possible_duplicate"
        arguments = {"other": same[0].id, "other_number": same[0].number, "other_state": same[0].state.value}
    found = report((_event(row, made.report),))
    return DryRun(
        shown, code, arguments, *found, request_text(desk, upload, row.dossier), file_name=name, size=made.size
    )


def _event(row: Delivery, said: Mapping[str, str | int | float | None]) -> Event:
    return Event(0, row.id, row.space, 0.0, "prepared", "", None, said)
