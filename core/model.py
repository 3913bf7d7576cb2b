"""The vocabulary that every room shares: spaces, documents, deliveries and what happened to them.

Frozen types only; no I/O, no texts for people. Instants are integer nanoseconds of Unix time where they come from
Banqup (`*_ns`, compared exactly) and float seconds of Unix time where they are ours (`*_at`). Money is `Decimal`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

Arguments = Mapping[str, "str | int | float | None"]
"""What a message code needs to become a sentence; see `core.wording`."""

VatBreakdown = tuple[tuple[str, str, str], ...]
"""(code, taxable, VAT) of each VAT category of an e-fff file, the amounts as they stand there."""

NEVER = 9e18
"""A due time that does not come by itself."""


class Direction(StrEnum):
    """Which side of the invoice the space is on."""

    PURCHASE = "purchase"
    SALES = "sales"


class State(StrEnum):
    """States of a delivery (engine reference, section 5.1). What a person sees is worded in `tui.words.status`."""

    SEEN = "seen"
    READY = "ready"
    LEASED = "leased"
    SENDING = "sending"
    UNKNOWN = "unknown"
    CONFIRMED = "confirmed"
    PARKED = "parked"
    FAILED = "failed"
    DEAD = "dead"
    CHANGED = "changed"
    HISTORY = "history"
    WITHDRAWN = "withdrawn"
    DISCARDED = "discarded"


NEEDS_PERSON = frozenset({State.PARKED, State.FAILED, State.DEAD, State.CHANGED})
"""States that only a person moves on: the "needs you" group."""

WAITING = frozenset({State.SEEN, State.READY})
"""States of deliveries that would still go out by themselves; asked about at reactivation."""

IN_FLIGHT = frozenset({State.LEASED, State.SENDING, State.UNKNOWN})

FINAL = frozenset({State.CONFIRMED, State.DISCARDED, State.HISTORY})

KEEPS_ITS_FILE = frozenset(State) - {State.SEEN, State.FAILED, State.HISTORY, State.WITHDRAWN, State.CHANGED}
"""States of which a delivery may arrive, or have arrived, as it was made: not all read the document again first."""


@dataclass(frozen=True, slots=True)
class Space:
    """A company's workspace in Banqup. `id` is the key; a VAT number may own several spaces."""

    id: str
    name: str
    type: str = "BUSINESS"


@dataclass(frozen=True, slots=True)
class Party:
    """A company as Banqup's metadata names it; the XML is the authority once it has been read."""

    name: str = ""
    vat_number: str = ""
    enterprise_number: str = ""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file of a document in Banqup. `kind` is ORIGINAL, UBL, PDF, ATTACHMENT or whatever Banqup says."""

    id: str
    kind: str = ""
    filename: str = ""
    content_type: str = ""
    size: int | None = None


@dataclass(frozen=True, slots=True)
class StatusChange:
    """One line of a document's status history: `member` is document, delivery or pay."""

    member: str
    after: str
    at_ns: int
    before: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """An invoice or credit note in Banqup, as far as its metadata tells.

    `direction` is None for a folder we do not know: such a document is counted and ignored.
    `updated_ns` is None where Banqup gave no timestamp: such a document is looked at in every scan.
    `came_by` is Banqup's own word for the way it came in (peppol, say).
    """

    id: str
    space: str
    direction: Direction | None
    category: str
    document_status: str
    delivery_status: str
    payment_status: str
    updated_ns: int | None
    created_ns: int | None = None
    number: str = ""
    issue_date: date | None = None
    supplier: Party = field(default_factory=Party)
    customer: Party = field(default_factory=Party)
    amount: Decimal | None = None
    currency: str = ""
    files: tuple[SourceFile, ...] = ()
    status_history: tuple[StatusChange, ...] = ()
    came_by: str = ""

    @property
    def counterparty(self) -> Party:
        """The other side of the invoice, seen from the space."""
        return self.customer if self.direction is Direction.SALES else self.supplier


VALIDATED = "VALIDATED"
"""A purchase that is valid, and that nobody approved: the other trigger where a company does not approve in Banqup."""


@dataclass(frozen=True, slots=True)
class Rule:
    """The trigger: statuses at or beyond which a document is sent. A setting of the installation."""

    purchase: frozenset[str] = frozenset({"FULLY_APPROVED"})
    sales: frozenset[str] = frozenset({"SENT", "DELIVERED"})

    def eligible(self, document: Document) -> bool:
        """Whether the document stands at its trigger. Unknown folders and statuses never do."""
        match document.direction:
            case Direction.PURCHASE:
                return document.document_status in self.purchase
            case Direction.SALES:
                return document.delivery_status in self.sales
            case _:
                return False

    def reached_ns(self, document: Document) -> int | None:
        """When the document last entered its trigger, by its status history; None where that is not told."""
        member, levels = (
            ("delivery", self.sales) if document.direction is Direction.SALES else ("document", self.purchase)
        )
        entries = [
            change.at_ns
            for change in document.status_history
            if change.member == member and change.after in levels and change.before not in levels
        ]
        return max(entries, default=None)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One document on its way to one dossier: the ledger's row and the queue's line.

    `reason` is a code (worded by `core.wording`) with `reason_args`; `due_at` is the next try, the lease end or the
    time of the question to the target, by state. `reference` is the target's own name for what it took.
    `payment_reference` is what the invoice is paid by (BT-83): twelve digits for a structured communication.
    `content_hash` speaks of the document that its file was made from, `newer_hash` of what Banqup shows since, where
    that is something else.
    """

    id: int
    space: str
    source_id: str
    dossier: str
    generation: int
    state: State
    direction: Direction | None
    document_type: str
    number: str
    counterparty: str
    vat_number: str
    issue_date: date | None
    amount: Decimal | None
    currency: str
    reason: str | None
    reason_args: Arguments
    due_at: float
    attempts: int
    key: str
    sha256: str | None = None
    size: int | None = None
    reference: str | None = None
    delivered_at: float | None = None
    updated_ns: int | None = None
    content_hash: str | None = None
    newer_hash: str | None = None
    invoice_key: str | None = None
    activation: int = 0
    fence: int = 0
    crashes: int = 0
    changed_at: float = 0.0
    payment_reference: str = ""
    vat_breakdown: VatBreakdown = ()


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the append-only history. Attempts are two of them (`intent`, `result`) joined by delivery and fence.

    `actor` is "engine" or the person who decided; `trigger` is "automatic" or "manual".
    """

    id: int
    delivery: int | None
    space: str
    at: float
    kind: str
    actor: str
    code: str | None
    args: Arguments
    fence: int | None = None
    trigger: str | None = None
    http_status: int | None = None
    sha256: str | None = None


def delivery_key(clid: str, file_id: str, space: str, source_id: str, generation: int) -> str:
    """The idempotency key of a delivery: the stable target account, the space, the source document (5.4).

    Never the content: a release that writes one byte differently must not send every open invoice again.
    """
    parts = (clid, file_id, space, source_id, str(generation))
    return _digest("\x1f".join(parts))


def invoice_key(
    *,
    dossier: str,
    direction: Direction,
    supplier: str,
    number: str,
    document_type: str,
    issue_date: date | None,
    total: Decimal | None,
) -> str | None:
    """Names the *same invoice* in another document, or None where a part of it is unknown (decision 6).

    `supplier` is an enterprise or VAT number; only its letters and digits count, without a leading BE.
    `document_type` is 380 or 381. Two documents with one key are possible duplicates.
    """
    supplier_id = "".join(c for c in supplier.upper() if c.isalnum()).removeprefix("BE")
    if not (supplier_id and number.strip() and issue_date and total is not None):
        return None
    parts = (
        dossier,
        direction,
        supplier_id,
        number.strip().upper(),
        document_type,
        issue_date.isoformat(),
        f"{total:.2f}",
    )
    return _digest("\x1f".join(parts))


def content_hash(document: Document) -> str:
    """What Banqup says of the document's own content: number, date, parties, totals; and its files where listed.

    Two halves, "metadata:files": a list entry may lack the files, so `same_content` compares the half both have.
    Payment status and `updated_ns` are left out: a payment is no change of the invoice.
    """
    facts = (
        document.number,
        str(document.issue_date or ""),
        document.supplier.vat_number or document.supplier.enterprise_number or document.supplier.name,
        document.customer.vat_number or document.customer.enterprise_number or document.customer.name,
        f"{document.amount:.2f}" if document.amount is not None else "",
        document.currency,
    )
    files = sorted(f"{file.id}:{file.size}" for file in document.files)
    halves = ["\x1f".join(facts), "\x1f".join(files)]
    return ":".join(_digest(half)[:32] if half else "" for half in halves)


def same_content(one: str | None, other: str | None) -> bool:
    """Whether two `content_hash` values speak of the same content, as far as both tell."""
    if not one or not other:
        return True
    pairs = zip(one.split(":"), other.split(":"), strict=False)
    return all(a == b for a, b in pairs if a and b)


def _digest(text: str) -> str:
    """SHA-256, in hexadecimal. Its library is loaded with the first key: to look at deliveries needs none."""
    from hashlib import sha256

    return sha256(text.encode()).hexdigest()
