"""Documents, spaces and workers for tests of the ledger."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from core.ledger.base import Activation, Claim, Discovery, Finding, Ledger, Move, Prepared
from core.model import NEVER, Direction, Rule, State, delivery_key

SPACE = "6f1c2a94-0d3b-4a55-9a0e-1f6f0a7d2b11"
OTHER = "a4d7e1b0-52c8-4f9b-8f63-7c2e9d405e22"
DOSSIER = "12345"
CLID = "c1d0f00d"
TARGET = "a-multipart@pingwin.example"
LEASE = 60.0
GRACE = 30.0


def found(name: str, space: str = SPACE, state: State = State.SEEN, **more: Any) -> Discovery:
    """A document that a scan found."""
    values: dict[str, Any] = {
        "finding": Finding.NEW,
        "source_id": f"doc-{name}",
        "state": state,
        "key": delivery_key(CLID, DOSSIER, space, f"doc-{name}", 0),
        "direction": Direction.PURCHASE,
        "document_type": "380",
        "number": name,
        "counterparty": "Bakkerij Peeters",
        "vat_number": "BE0403.019.261",
        "amount": Decimal("121.00"),
        "currency": "EUR",
        "updated_ns": 1_000,
        "content_hash": f"meta-{name}:files",
    }
    return Discovery(**{**values, **more})


def preparation(number: str = "F1", invoice: str | None = None, **more: Any) -> Prepared:
    """What preparing found in the XML."""
    values: dict[str, Any] = {
        "direction": Direction.PURCHASE,
        "document_type": "380",
        "number": number,
        "counterparty": "Bakkerij Peeters",
        "vat_number": "BE0403019261",
        "issue_date": None,
        "amount": Decimal("121.00"),
        "currency": "EUR",
        "invoice_key": invoice,
        "updated_ns": 2_000,
        "content_hash": f"meta-{number}:files",
        "sha256": f"{abs(hash(number)):064x}"[:64],
        "size": 2_048,
        "report": {"findings": "[]"},
    }
    return Prepared(**{**values, **more})


def enrol(ledger: Ledger, space: str = SPACE, dossier: str = DOSSIER, now: float = 0.0) -> None:
    """Adds a space."""
    ledger.enrol(space, target=TARGET, clid=CLID, dossier=dossier, now=now)


def activate(ledger: Ledger, space: str = SPACE, now: float = 1.0, started_ns: int = 500) -> Activation:
    """Takes a space from nothing to running, with an empty baseline."""
    enrol(ledger, space, now=now)
    activation = ledger.begin_activation(
        space, Rule(), started_ns=started_ns, kind="activation", requested_at=now, actor="An", now=now
    )
    return ledger.complete_activation(activation.id, watermark_ns=started_ns, now=now)


def poll(ledger: Ledger, *discoveries: Discovery, space: str = SPACE, now: float = 10.0) -> int:
    """What a poll leaves."""
    return ledger.record_poll(space, discoveries, watermark_ns=2_000, next_poll=now + 300, swept=False, now=now)


def claim(ledger: Ledger, now: float, worker: str = "w1") -> Claim:
    """A claim that must succeed."""
    held = ledger.claim(worker, now=now, lease=LEASE)
    assert held is not None
    return held


def ready(ledger: Ledger, number: str = "F1", now: float = 10.0) -> int:
    """A document polled and prepared; its delivery's id."""
    poll(ledger, found(number), now=now)
    held = claim(ledger, now)
    prepared = ledger.prepared(held, preparation(number), now=now)
    assert prepared is not None and prepared.state is State.READY
    return prepared.id


def sending(ledger: Ledger, number: str = "F1", now: float = 10.0) -> Claim:
    """A document whose bytes may be leaving."""
    ready(ledger, number, now)
    held = claim(ledger, now)
    assert ledger.intent(held, now=now, until=now + LEASE)
    return held


def delivered(ledger: Ledger, number: str = "F1", now: float = 10.0) -> int:
    """A document that the target confirmed."""
    held = sending(ledger, number, now)
    assert ledger.move(held, State.SENDING, confirmed(now), now=now)
    return held.id


def confirmed(now: float, reference: str = "PW-1") -> Move:
    """The target's confirmation."""
    return Move(State.CONFIRMED, NEVER, code="accepted", reference=reference, delivered_at=now, http_status=201)
