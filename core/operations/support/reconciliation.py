"""Banqup's list against the ledger for a period, by issue date: what went over, what did not, and why.

Reads both sides; changes nothing. Documents that Banqup no longer lists are shown by what the ledger knows of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from core.activity import about
from core.installations import Installation
from core.ledger.records import QueueQuery
from core.model import Arguments, Delivery, Direction, Document, State, VatBreakdown
from core.operations.desk import Desk
from core.operations.setup.credentials import installed
from core.sync.notes import BUNDLED

Tell = Callable[[int], None]
"""Told while Banqup's list is read: how many documents so far."""

WINDOW = 1_000
"""Rows of the ledger that are read at a time."""


WENT_OVER = frozenset({State.CONFIRMED.value, State.CHANGED.value})
"""States of what is in the dossier."""


@dataclass(frozen=True, slots=True)
class Reconciled:
    """One document of a period: Banqup's side against the ledger's. `state` is None where the ledger has no row.

    A document sent twice has a line for each delivery; `amount` is the total with VAT as text.
    """

    source_id: str
    direction: str
    number: str
    party: str
    issue_date: str
    amount: str
    currency: str
    banqup_status: str
    state: str | None
    reason: str | None
    reference: str | None
    vat_codes: VatBreakdown = ()
    reason_args: Arguments = field(default_factory=dict)
    dossier: str = ""
    delivery: int | None = None
    delivered_at: float | None = None

    @property
    def went_over(self) -> bool:
        """Whether it is in the dossier, also where it changed in Banqup since."""
        return self.state in WENT_OVER


async def reconcile(desk: Desk, space: str, start: date, end: date) -> list[Reconciled]:
    """Banqup's list against the ledger, by issue date. `vat_codes` are (code, taxable, VAT) from the e-fff file."""
    return compared(desk, space, await listed(desk, space), start, end)


async def listed(desk: Desk, space: str, tell: Tell = lambda _count: None) -> list[Document]:
    """The whole list, for no filter of Banqup's is known to be trustworthy (banqup-api 9); none in an opened bundle.

    `tell` hears how many documents were read so far.
    """
    installed(desk, space)
    documents: list[Document] = []
    if from_bundle(desk):
        return documents
    with about("reconcile", space=space):
        async with desk.banqup() as source:
            async for page in source.scan(space):
                documents += page.documents
                tell(len(documents))
    return documents


def from_bundle(desk: Desk) -> bool:
    """Whether the home is an opened bundle: only the ledger's side is there."""
    return desk.has_ledger() and desk.ledger.get_meta(BUNDLED) is not None


def compared(desk: Desk, space: str, documents: Iterable[Document], start: date, end: date) -> list[Reconciled]:
    """These documents against the ledger, by issue date."""
    installation = installed(desk, space)
    by_id = {document.id: document for document in documents}
    rows = _rows(desk, space)
    within = [
        *(line for document in by_id.values() for line in _of(installation, document, rows.get(document.id, []))),
        *(_line(None, row) for id, known in rows.items() if id not in by_id for row in known),
    ]
    period = (start.isoformat(), end.isoformat())
    kept = (line for line in within if period[0] <= line.issue_date <= period[1])
    return sorted(kept, key=lambda line: (line.issue_date, line.direction, line.number, line.source_id))


def doubles(lines: Iterable[Reconciled]) -> list[list[Reconciled]]:
    """Invoices that went over more than once, to one dossier or to several: same direction, number, party, amount."""
    same: dict[tuple[str, ...], list[Reconciled]] = {}
    for line in lines:
        if line.went_over and line.number and line.party and line.amount:  # a bundle may hold neither
            same.setdefault((line.direction, line.number, line.party, line.amount), []).append(line)
    return [found for found in same.values() if len(found) > 1]


def _rows(desk: Desk, space: str) -> dict[str, list[Delivery]]:
    found: dict[str, list[Delivery]] = {}
    for row in _all_rows(desk, space):
        found.setdefault(row.source_id, []).append(row)
    return found


def _all_rows(desk: Desk, space: str) -> Iterator[Delivery]:
    query, offset = QueueQuery(spaces=(space,), history=True, sort="id"), 0
    while desk.has_ledger() and (rows := desk.ledger.window(query, offset, WINDOW)):
        yield from rows
        offset += len(rows)


def _of(installation: Installation, document: Document, rows: list[Delivery]) -> Iterable[Reconciled]:
    if rows:
        return [_line(document, row) for row in sorted(rows, key=lambda row: row.id)]
    return [_unknown(installation, document)]


def _status(document: Document) -> str:
    return document.delivery_status if document.direction is Direction.SALES else document.document_status


def _line(document: Document | None, row: Delivery) -> Reconciled:
    """A delivery; its VAT by code is that of the e-fff file, also once the file has left the spool."""
    return Reconciled(
        source_id=row.source_id,
        direction=row.direction.value if row.direction else "",
        number=row.number,
        party=row.counterparty,
        issue_date=row.issue_date.isoformat() if row.issue_date else "",
        amount=f"{row.amount:f}" if row.amount is not None else "",
        currency=row.currency,
        banqup_status=_status(document) if document else "",
        state=row.state.value,
        reason=row.reason,
        reference=row.reference,
        vat_codes=row.vat_breakdown,
        reason_args=row.reason_args,
        dossier=row.dossier,
        delivery=row.id,
        delivered_at=row.delivered_at,
    )


def _unknown(installation: Installation, document: Document) -> Reconciled:
    """A document without a delivery, and why it has none."""
    return Reconciled(
        source_id=document.id,
        direction=document.direction.value if document.direction else "",
        number=document.number,
        party=document.counterparty.name,
        issue_date=document.issue_date.isoformat() if document.issue_date else "",
        amount=f"{document.amount:f}" if document.amount is not None else "",
        currency=document.currency,
        banqup_status=_status(document),
        state=None,
        reason=_why_none(installation, document),
        reference=None,
    )


def _why_none(installation: Installation, document: Document) -> str:
    if document.direction is None:
        return "reconcile_other_folder"
    if not installation.options.rule.eligible(document):
        return "reconcile_not_at_trigger"
    return "reconcile_not_read_yet" if installation.active else "reconcile_inactive"
