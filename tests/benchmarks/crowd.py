"""A Banqup and a Pingwin of thousands of spaces, in simulated time, and the real engine between them.

Banqup answers after 0.2 s and keeps its ceiling, Pingwin takes a document in 0.5 s and several at once. The ledger lies
in a file: its time is not simulated, and counts nothing.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path

from aiolimiter import AsyncLimiter

from core.banqup.source import Page
from core.config import Timing
from core.efff.convert import Conversion, Format, PdfOrigin, SourceFormat
from core.efff.invoice import Invoice, Totals
from core.efff.party import Party
from core.ledger.base import Ledger, QueueQuery
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
from core.sync.converting import converted
from core.sync.engine import Engine
from core.sync.house import House, Makers
from tests.benchmarks.leap import LeapClock
from tests.benchmarks.office import NUMBER, decided, running, space_id

NANO = 1_000_000_000


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

    def approve(self, number: int) -> str:
        """A new document of a space, approved now; its id."""
        id, space = f"d{len(self.approved_at)}", space_id(number)
        self.approved_at[id] = self.clock.now()
        self.documents.setdefault(space, {})[id] = Document(
            id=id, space=space, direction=Direction.PURCHASE, category="INVOICE", document_status="FULLY_APPROVED",
            delivery_status="RECEIVED", payment_status="UNPAID", updated_ns=int(self.clock.now() * NANO), number=id,
            issue_date=date(2026, 11, 1), supplier=Company("Zij", "BE0403019261"), customer=Company("Ons", NUMBER),
            amount=Decimal(121), currency="EUR", files=(SourceFile("x", "UBL", "x.xml", "application/xml"),),
        )  # fmt: skip
        return id

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

    async def download(self, space: str, file: SourceFile, into: Path) -> None:
        """Its XML: a call for the link, and the bytes."""
        await self._called()
        into.write_bytes(b"<Invoice/>")

    async def aclose(self) -> None:
        """Nothing is open."""


@dataclass
class Pingwin:
    """Takes each document in half a second, four at once of an account; of a `silent` dossier it answers nothing."""

    clock: LeapClock
    taken: int = 0
    name: str = "simulated"
    confirmed: bool = True
    capabilities: frozenset[Capability] = frozenset()
    concurrency: int = 4
    silent: frozenset[str] = frozenset()
    wanted: int = 1 << 30
    enough: asyncio.Event = field(default_factory=asyncio.Event)

    async def has_taken(self, documents: int) -> None:
        """Waits until it has so many."""
        self.wanted = documents
        if self.taken < documents:
            await self.enough.wait()

    async def send(self, upload: Upload, credentials: Credentials, deadline: float) -> Answer:
        """Takes it."""
        if credentials.file_id in self.silent:
            await asyncio.sleep(deadline)
            return Answer(AnswerKind.UNKNOWN, "pingwin_no_answer", lost=True)
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
    """A conversion that costs nothing."""
    ours, theirs = Party(legal_name="Ons", vat_number=f"BE{NUMBER}"), Party(legal_name="Zij", vat_number="BE0403019261")
    invoice = Invoice(
        number=key[:12], type_code="380", issue_date=date(2026, 11, 1), currency="EUR", supplier=theirs, customer=ours,
        totals=Totals(tax_inclusive=Decimal(121), payable=Decimal(121)),
    )  # fmt: skip
    return Conversion(
        f"<Efff>{key}</Efff>".encode(), f"efff_{key[:8]}.xml", target, SourceFormat.PEPPOL, invoice, (), (), (),
        PdfOrigin.RENDERED,
    )  # fmt: skip


@dataclass
class Crowd:
    """All of it while the engine runs."""

    clock: LeapClock
    banqup: Banqup
    pingwin: Pingwin
    ledger: Ledger

    def delays(self) -> dict[str, float]:
        """Seconds from approved to delivered, by document, of those that are there."""
        rows = self.ledger.window(QueueQuery(states=frozenset({State.CONFIRMED})), 0, 100_000)
        return {row.source_id: (row.delivered_at or 0.0) - self.banqup.approved_at[row.source_id] for row in rows}


@asynccontextmanager
async def crowd(
    clock: LeapClock, folder: Path, spaces: int, *, timing: Timing, ceiling: int = 3_000, quiet: float = 0.0
) -> AsyncIterator[Crowd]:
    """So many running spaces and their engine. `quiet`: seconds since something moved in them."""
    dice = random.Random(1)
    home = decided(folder, spaces, timing=timing, calls_per_minute=ceiling, now=clock.now() - quiet)
    ledger = open_ledger(home.ledger)
    banqup, pingwin = Banqup(clock, spaces, ceiling), Pingwin(clock)
    makers = Makers(
        source=lambda machine, secret: banqup, target=lambda settings, contracts: pingwin,
        convert=partial(converted, by=convert),
        draw=dice.uniform,
    )  # fmt: skip
    try:
        since = clock.now() - quiet
        running(ledger, spaces, target=pingwin.name, now=clock.now(), interval=timing.poll_interval, moved=since)
        engine = Engine(House(home, ledger, clock, {}, makers))
        task = asyncio.create_task(engine.forever())
        yield Crowd(clock, banqup, pingwin, ledger)
        engine.stop()
        with suppress(asyncio.CancelledError):
            await task
    finally:
        ledger.close()
