"""From approved in Banqup to delivered, at 5,000 spaces: the real engine and ledger, in simulated time.

Banqup answers after 0.2 s and keeps its ceiling, Pingwin takes a document in 0.5 s and several at once; documents are
approved at random in random spaces. The ledger lies in memory where it can: its time is not what is measured.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

from aiolimiter import AsyncLimiter

from core.banqup.source import Page
from core.config import Timing
from core.efff.convert import Conversion, Format, PdfOrigin, SourceFormat
from core.efff.invoice import Invoice, Party, Totals
from core.ledger.base import QueueQuery
from core.ledger.sqlite import open_ledger
from core.model import Direction, Document, SourceFile, Space, State
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
from core.sync.engine import Engine
from core.sync.house import House, Makers
from tests.benchmarks.leap import LeapClock, leap
from tests.benchmarks.office import NUMBER, decided, running, space_id
from tests.benchmarks.table import Row

NANO = 1_000_000_000
INTERVAL = 300.0


@dataclass
class Banqup:
    """Documents by space, listed a fifth of a second after they are asked for, within a ceiling of calls."""

    clock: LeapClock
    spaces_: int
    ceiling: int
    documents: dict[str, dict[str, Document]] = field(default_factory=dict)
    approved_at: dict[str, float] = field(default_factory=dict)
    calls: int = 0

    def __post_init__(self) -> None:
        self._pace = AsyncLimiter(self.ceiling, 60)

    def approve(self, number: int) -> None:
        """A new document, approved now."""
        id, space = f"d{len(self.approved_at)}", space_id(number)
        self.approved_at[id] = self.clock.now()
        self.documents.setdefault(space, {})[id] = Document(
            id=id, space=space, direction=Direction.PURCHASE, category="INVOICE", document_status="FULLY_APPROVED",
            delivery_status="RECEIVED", payment_status="UNPAID", updated_ns=int(self.clock.now() * NANO), number=id,
            issue_date=date(2026, 11, 1), supplier=Company("Zij", "BE0403019261"), customer=Company("Ons", NUMBER),
            amount=Decimal(121), currency="EUR", files=(SourceFile("x", "UBL", "x.xml", "application/xml"),),
        )  # fmt: skip

    async def _called(self) -> None:
        await self._pace.acquire()
        self.calls += 1
        await asyncio.sleep(0.2)

    async def spaces(self) -> list[Space]:
        """All of them."""
        await self._called()
        return [Space(space_id(each), "") for each in range(self.spaces_)]

    async def scan(self, space: str, since_ns: int | None = None) -> AsyncGenerator[Page, None]:
        """One page."""
        await self._called()
        listed = self.documents.get(space, {}).values()
        fresh = tuple(each for each in listed if since_ns is None or (each.updated_ns or 0) >= since_ns)
        yield Page(fresh, clock_ns=int(self.clock.now() * NANO))

    async def document(self, space: str, document_id: str) -> Document:
        """One document."""
        await self._called()
        return self.documents[space][document_id]

    async def download(self, space: str, file: SourceFile) -> bytes:
        """Its XML: a call for the link, and the bytes."""
        await self._called()
        return b"<Invoice/>"

    async def aclose(self) -> None:
        """Nothing is open."""


@dataclass
class Pingwin:
    """Takes each document in half a second, four at once."""

    clock: LeapClock
    taken: int = 0
    name: str = "simulated"
    confirmed: bool = True
    capabilities: frozenset[Capability] = frozenset()
    concurrency: int = 4
    wanted: int = 1 << 30
    enough: asyncio.Event = field(default_factory=asyncio.Event)

    async def has_taken(self, documents: int) -> None:
        """Waits until it has so many."""
        self.wanted = documents
        if self.taken < documents:
            await self.enough.wait()

    async def send(self, upload: Upload, credentials: Credentials, deadline: float) -> Answer:
        """Takes it."""
        await asyncio.sleep(0.5)
        self.taken += 1
        if self.taken >= self.wanted:
            self.enough.set()
        return Answer(AnswerKind.ACCEPTED, "pingwin_accepted", reference=str(self.taken))

    async def lookup(self, key: str, credentials: Credentials, deadline: float) -> Lookup:
        """Cannot be asked."""
        return Lookup(Found.CANNOT_TELL)

    async def probe(self, credentials: Credentials | None, deadline: float) -> Probe:
        """All is well."""
        return Probe(True, True, "pingwin_credentials_right")

    def preview(self, upload: Upload, credentials: Credentials) -> RequestPreview:
        """Nothing to show."""
        return RequestPreview("POST", "", (), "")


def convert(xml: bytes, target: Format, pdf: bytes | None, key: str, /, **_: object) -> Conversion:
    """A conversion that costs nothing: e-fff has its own benchmark."""
    ours, theirs = Party(legal_name="Ons", vat_number=f"BE{NUMBER}"), Party(legal_name="Zij", vat_number="BE0403019261")
    invoice = Invoice(
        number=key[:12], type_code="380", issue_date=date(2026, 11, 1), currency="EUR", supplier=theirs, customer=ours,
        totals=Totals(tax_inclusive=Decimal(121), payable=Decimal(121)),
    )  # fmt: skip
    return Conversion(
        f"<Efff>{key}</Efff>".encode(), f"efff_{key[:8]}.xml", target, SourceFormat.PEPPOL, invoice, (), (), (),
        PdfOrigin.RENDERED,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Seen:
    """Seconds from approved to delivered of each document, and how many calls a minute it took."""

    delays: list[float]
    calls_per_minute: float


async def day(
    clock: LeapClock, folder: Path, spaces: int, documents: int, ceiling: int, *, quiet: float = 0.0, intervals: int = 2
) -> Seen:
    """Approves documents over some poll intervals, until all are delivered. `quiet`: seconds without a change."""
    timing, dice = Timing(poll_interval=INTERVAL), random.Random(1)
    home = decided(folder, spaces, timing=timing, calls_per_minute=ceiling, now=clock.now() - quiet)
    ledger = open_ledger(home.ledger)
    banqup, pingwin = Banqup(clock, spaces, ceiling), Pingwin(clock)
    makers = Makers(
        source=lambda machine, secret: banqup, target=lambda settings, contracts: pingwin, convert=convert,
        draw=dice.uniform,
    )  # fmt: skip
    try:
        running(ledger, spaces, target=pingwin.name, now=clock.now(), interval=INTERVAL, moved=clock.now() - quiet)
        engine = Engine(House(home, ledger, clock, {}, makers))
        task = asyncio.create_task(engine.forever())
        await asyncio.sleep(INTERVAL)
        before, began = banqup.calls, clock.now()
        for _ in range(documents):
            await asyncio.sleep(intervals * INTERVAL / documents)
            banqup.approve(dice.randrange(spaces))
        minutes = (clock.now() - began) / 60
        used = (banqup.calls - before) / minutes
        await pingwin.has_taken(documents)
        engine.stop()
        with suppress(asyncio.CancelledError):
            await task
        rows = ledger.window(QueueQuery(states=frozenset({State.CONFIRMED})), 0, documents)
    finally:
        ledger.close()
    return Seen(sorted((row.delivered_at or 0.0) - banqup.approved_at[row.source_id] for row in rows), used)


def measure(folder: Path, *, tiny: bool = False) -> list[Row]:
    """Half and nineteen of twenty documents, in spaces where something moved lately, and at a low ceiling."""
    spaces, documents = (20, 20) if tiny else (5_000, 400)
    rows = []
    for name, ceiling, quiet, aim in (
        ("5,000 busy spaces, 3,000 calls a minute", 3_000, 0.0, INTERVAL + 2.0),
        ("5,000 quiet for a day, 1,600 calls a minute", 1_600, 90_000.0, INTERVAL + 2.0),
    ):
        seen = leap(lambda clock, c=ceiling, q=quiet: day(clock, folder / str(c), spaces, documents, c, quiet=q))  # type: ignore[misc]
        p50, p95 = (seen.delays[int(len(seen.delays) * part) - 1] for part in (0.5, 0.95))
        value = f"p50 {p50:.0f} s, p95 {p95:.0f} s, {seen.calls_per_minute:.0f} calls a minute"
        rows.append(Row("delay", f"approved to delivered, {name}", value, p95 / aim, 1.0))
    return rows
