"""A world in which everything goes wrong on purpose: virtual time, a Banqup and a Pingwin that fail by a seed.

The engine's real steps run over a real SQLite ledger and a real spool. Nothing here waits: time moves by hand.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import SecretStr

from core.banqup.errors import NotFound, NotReady, Throttled, Unavailable
from core.banqup.source import Page
from core.config import Timing
from core.efff.convert import Conversion, Format, PdfOrigin, SourceFormat
from core.efff.invoice import Invoice, Party, Totals
from core.ledger.base import Ledger
from core.model import Direction, Document, SourceFile, Space, StatusChange
from core.model import Party as Company
from core.pingwin.target import (
    Answer,
    AnswerKind,
    Capability,
    Credentials,
    Found,
    Lookup,
    Probe,
    RequestPreview,
    Upload,
)

SECOND = 1_000_000_000
DOSSIER_NUMBER = "0477472701"
CREDENTIALS = Credentials(SecretStr("key"), SecretStr("clid"), "FILE-1")
TIMING = Timing(
    poll_interval=60, lease=60, deadline=30, margin=10, grace=40, probe_first=20, probe_cap=60, backoff_cap=300
)


class Crash(BaseException):
    """The process died here. Not an Exception: nothing in the engine may catch it."""


class VirtualClock:
    """Time that moves when the test says so."""

    def __init__(self, start: float = 1_800_000_000.0) -> None:
        self.time = start

    def now(self) -> float:
        return self.time

    def boot(self) -> float:
        return self.time - 1_000_000.0

    async def sleep(self, seconds: float) -> None:
        self.time += seconds


@dataclass(frozen=True)
class Faults:
    """Probabilities per call; all zero once the storm is over."""

    unavailable: float = 0.0
    throttled: float = 0.0
    not_ready: float = 0.0
    late_listing: float = 0.0
    not_taken: float = 0.0
    lost_before: float = 0.0
    lost_after: float = 0.0
    refused_5xx: float = 0.0
    target_429: float = 0.0
    paused: float = 0.0
    crash: float = 0.0


STORM = Faults(
    unavailable=0.04,
    throttled=0.02,
    not_ready=0.05,
    late_listing=0.1,
    not_taken=0.06,
    lost_before=0.03,
    lost_after=0.05,
    refused_5xx=0.04,
    target_429=0.03,
    paused=0.02,
    crash=0.01,
)


@dataclass
class Banqup:
    """Documents that move through their statuses; the list comes late, in any order, on overlapping pages."""

    clock: VirtualClock
    dice: random.Random
    faults: Faults = Faults()
    documents: dict[str, Document] = field(default_factory=dict)
    hidden_until: dict[str, float] = field(default_factory=dict)
    with_history: bool = False

    def put(self, id: str, *, approved: bool, direction: Direction = Direction.PURCHASE) -> None:
        us, them = Company("Ons Bedrijf", f"BE{DOSSIER_NUMBER}"), Company(f"Leverancier {id}", "BE0403019261")
        document = Document(
            id=id,
            space="space-1",
            direction=direction,
            category="INVOICE",
            document_status="FULLY_APPROVED" if approved and direction is Direction.PURCHASE else "VALIDATED",
            delivery_status="SENT" if approved and direction is Direction.SALES else "RECEIVED",
            payment_status="UNPAID",
            updated_ns=self._now_ns(),
            number=f"N-{id}",
            issue_date=date(2026, 11, 1),
            supplier=them if direction is Direction.PURCHASE else us,
            customer=us if direction is Direction.PURCHASE else them,
            amount=Decimal("121.00"),
            currency="EUR",
            files=(SourceFile(f"{id}.xml", "UBL", f"{id}.xml", "application/xml"),),
        )
        self.documents[id] = document

    def move(self, id: str, **changes: Any) -> None:
        """A status or payment changes; `updatedAt` moves, and the list may show it late."""
        before = self.documents[id]
        history = before.status_history
        if self.with_history:
            history += tuple(
                StatusChange(member, str(changes[name]), self._now_ns(), str(getattr(before, name)))
                for member, name in (("document", "document_status"), ("delivery", "delivery_status"))
                if name in changes
            )
        self.documents[id] = replace(before, updated_ns=self._now_ns(), status_history=history, **changes)
        if self.dice.random() < self.faults.late_listing:
            self.hidden_until[id] = self.clock.time + self.dice.uniform(0, 1800)

    def approve(self, id: str) -> None:
        if self.documents[id].direction is Direction.SALES:
            self.move(id, delivery_status=self.dice.choice(["SENT", "DELIVERED"]))
        else:
            self.move(id, document_status="FULLY_APPROVED")

    def _now_ns(self) -> int:
        return int(self.clock.time * SECOND) + self.dice.randrange(0, 999)

    def _trouble(self) -> None:
        draw = self.dice.random()
        if draw < self.faults.unavailable:
            raise Unavailable("banqup_unavailable")
        if draw < self.faults.unavailable + self.faults.throttled:
            raise Throttled("banqup_throttled", retry_after=30.0)

    async def spaces(self) -> list[Space]:
        self._trouble()
        return [Space("space-1", "Ons Bedrijf")]

    async def scan(self, space: str, since_ns: int | None = None) -> AsyncGenerator[Page, None]:
        visible = [d for d in self.documents.values() if self.hidden_until.get(d.id, 0) <= self.clock.time]
        if since_ns is not None and self.dice.random() < 0.7:
            visible = [d for d in visible if (d.updated_ns or 0) >= since_ns]
        self.dice.shuffle(visible)
        listed = visible + self.dice.sample(visible, min(2, len(visible)))
        for start in range(0, max(1, len(listed)), 3):
            self._trouble()
            yield Page(
                tuple(replace(self.documents[d.id], files=()) for d in listed[start : start + 3]),
                self._now_ns() // SECOND * SECOND,
            )
            self.clock.time += 0.2

    async def document(self, space: str, document_id: str) -> Document:
        self._trouble()
        self.clock.time += 0.1
        if document_id not in self.documents:
            raise NotFound("banqup_document_gone")
        return self.documents[document_id]

    async def download(self, space: str, file: SourceFile) -> bytes:
        self._trouble()
        if self.dice.random() < self.faults.not_ready:
            raise NotReady("banqup_file_not_ready")
        return f"<Invoice>{file.id.removesuffix('.xml')}</Invoice>".encode()


@dataclass
class Pingwin:
    """Takes files, loses answers, stalls. `taken` counts what it accepted, by delivery key."""

    clock: VirtualClock
    dice: random.Random
    capabilities: frozenset[Capability] = frozenset()
    faults: Faults = Faults()
    taken: Counter[str] = field(default_factory=Counter)
    calls: int = 0
    while_paused: Callable[[], Any] | None = None
    name: str = "simulated"
    confirmed: bool = False
    concurrency: int = 1
    down: bool = False

    async def send(self, upload: Upload, credentials: Credentials, deadline: float) -> Answer:
        self.calls += 1
        self.clock.time += self.dice.uniform(0.1, 2.0)
        if self.down:
            return Answer(AnswerKind.UNKNOWN, "pingwin_5xx", http_status=503)
        steps = (
            (self.faults.crash, self._crash),
            (self.faults.not_taken, lambda: Answer(AnswerKind.NOT_SENT, "pingwin_unreachable")),
            (self.faults.lost_before, lambda: Answer(AnswerKind.UNKNOWN, "pingwin_answer_lost")),
            (self.faults.refused_5xx, lambda: Answer(AnswerKind.UNKNOWN, "pingwin_5xx", http_status=503)),
            (self.faults.target_429, lambda: Answer(AnswerKind.THROTTLED, "pingwin_throttled", retry_after=15.0)),
        )
        for probability, answer in steps:
            if self.dice.random() < probability:
                return answer()
        if self.dice.random() < self.faults.paused:
            self.clock.time += TIMING.lease * 3
            if self.while_paused is not None:
                await self.while_paused()
        self.take(upload.key)
        if self.dice.random() < self.faults.crash:
            self._crash()
        if self.dice.random() < self.faults.lost_after:
            return Answer(AnswerKind.UNKNOWN, "pingwin_answer_lost")
        return Answer(AnswerKind.ACCEPTED, "delivered", http_status=200, reference=f"PW-{upload.key[:6]}")

    def take(self, key: str) -> None:
        if Capability.IDEMPOTENCY_KEY in self.capabilities and self.taken[key]:
            return
        self.taken[key] += 1

    def _crash(self) -> Answer:
        raise Crash

    async def lookup(self, key: str, credentials: Credentials, deadline: float) -> Lookup:
        self.clock.time += 0.2
        if self.dice.random() < self.faults.unavailable:
            return Lookup(Found.CANNOT_TELL, retry=True)
        return Lookup(Found.YES, f"PW-{key[:6]}") if self.taken[key] else Lookup(Found.NO)

    async def probe(self, credentials: Credentials | None, deadline: float) -> Probe:
        return Probe(reachable=not self.down, credentials=None, code="reachable")

    def preview(self, upload: Upload, credentials: Credentials) -> RequestPreview:
        return RequestPreview("POST", "http://simulated", (), "")


class CrashingLedger:
    """The real ledger, with a process that may die just before or just after any write."""

    def __init__(self, ledger: Ledger, dice: random.Random, chance: Callable[[], float]) -> None:
        self._ledger, self._dice, self._chance = ledger, dice, chance

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._ledger, name)
        if name not in WRITES:
            return method

        def guarded(*args: Any, **kwargs: Any) -> Any:
            if self._dice.random() < self._chance():
                raise Crash
            result = method(*args, **kwargs)
            if self._dice.random() < self._chance():
                raise Crash
            return result

        return guarded


WRITES = frozenset(
    {"settle", "claim", "prepared", "intent", "move", "record_poll", "record_baseline", "complete_activation"}
)


def convert(xml: bytes, target: Format, pdf: bytes | None, key: str) -> Conversion:
    """A conversion that costs nothing: the bytes carry the document's id."""
    id = xml.decode().removeprefix("<Invoice>").removesuffix("</Invoice>")
    purchase = not id.startswith("s")
    us, them = (
        Party(legal_name="Ons", vat_number=f"BE{DOSSIER_NUMBER}"),
        Party(legal_name="Zij", vat_number="BE0403019261"),
    )
    invoice = Invoice(
        number=f"N-{id}",
        type_code="380",
        issue_date=date(2026, 11, 1),
        currency="EUR",
        supplier=them if purchase else us,
        customer=us if purchase else them,
        totals=Totals(tax_inclusive=Decimal("121.00"), payable=Decimal("121.00")),
    )
    return Conversion(xml, f"efff_{id}.xml", target, SourceFormat.PEPPOL, invoice, (), (), (), PdfOrigin.RENDERED)
