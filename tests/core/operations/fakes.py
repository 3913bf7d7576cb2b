"""A desk whose two outside worlds are small and in memory; ledger, settings, secrets and spool are the real ones."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from pydantic import SecretStr

from core.banqup.errors import SpaceGone
from core.banqup.source import Page, Source
from core.clock import SystemClock
from core.config import BanqupConnection, Home, PingwinTarget
from core.installations import Installation
from core.ledger.store import Store
from core.model import Delivery, Direction, Document, Party, SourceFile, Space, State
from core.operations.desk import Desk
from core.operations.setup import connections, installing
from core.operations.setup.installing import CredentialField
from core.pingwin.target import (
    Answer,
    AnswerKind,
    Capability,
    Credentials,
    Found,
    Lookup,
    Probe,
    RequestPreview,
    Target,
    Upload,
)
from core.tls import Certificate

SECOND = 1_000_000_000
NOW = 1_790_000_000.0
SPACE = Space("3f2a7c10-0000-4000-8000-000000000001", "Bakkerij De Smet")
OTHER = Space("3f2b7c10-0000-4000-8000-000000000002", "Garage Peeters")
OWN = Party("Bakkerij De Smet", "BE0477472701", "0477472701")
SUPPLIER = Party("Molens van Brabant", "BE0000000196", "0000000196")
SENTINEL = "sentinel-key-8842197"


class Clock(SystemClock):
    """A wall clock that stands until it is moved."""

    def __init__(self) -> None:
        self.at = NOW

    def now(self) -> float:
        return self.at


@dataclass
class FakeSource(Source):
    """Documents in memory, two to a page."""

    listed: list[Space] = field(default_factory=lambda: [SPACE, OTHER])
    documents: list[Document] = field(default_factory=list)
    clock: Clock = field(default_factory=Clock)
    closed: int = 0
    scans: int = 0
    trouble: Exception | None = None
    gone: frozenset[str] = frozenset()

    async def spaces(self) -> list[Space]:
        if self.trouble is not None:
            raise self.trouble
        return self.listed

    async def scan(self, space: str, since_ns: int | None = None) -> AsyncGenerator[Page, None]:
        if self.trouble is not None:
            raise self.trouble
        if space in self.gone:
            raise SpaceGone("banqup_space_gone", where=space)
        self.scans += 1
        mine = [document for document in self.documents if document.space == space]
        for start in range(0, max(len(mine), 1), 2):
            yield Page(tuple(mine[start : start + 2]), clock_ns=int(self.clock.now() * SECOND))

    async def document(self, space: str, document_id: str) -> Document:
        return next(each for each in self.documents if each.id == document_id)

    async def download(self, space: str, file: SourceFile, into: Path) -> None:
        raise NotImplementedError

    async def aclose(self) -> None:
        self.closed += 1


@dataclass
class FakeTarget(Target):
    """A target that answers as it is told to."""

    probed: Probe = field(default_factory=lambda: Probe(True, True, "pingwin_credentials_right"))
    name: str = "fake"
    confirmed: bool = False
    capabilities: frozenset[Capability] = frozenset()
    concurrency: int = 1
    asked_with: list[Credentials | None] = field(default_factory=list)

    async def send(self, upload: Upload, credentials: Credentials, deadline: float) -> Answer:
        return Answer(AnswerKind.ACCEPTED, "pingwin_accepted")

    async def lookup(self, key: str, credentials: Credentials, deadline: float) -> Lookup:
        return Lookup(Found.CANNOT_TELL)

    async def probe(self, credentials: Credentials | None, deadline: float) -> Probe:
        self.asked_with.append(credentials)
        return self.probed

    def preview(self, upload: Upload, credentials: Credentials) -> RequestPreview:
        headers = (("X-Api-Key", "•••"), ("X-File-Id", credentials.file_id))
        return RequestPreview("POST", "https://pingwin.example/up", headers, f"file {upload.filename}")


@dataclass
class FakeDesk(Desk):
    """A desk at a single home, with a source and a target of the test's own."""

    fake_source: FakeSource = field(default_factory=FakeSource)
    fake_target: FakeTarget = field(default_factory=FakeTarget)

    def source(self) -> Source:
        super().source()
        return self.fake_source

    def target(self) -> Target:
        super().target()
        return self.fake_target

    async def certificate(self, address: str, timeout: float) -> Certificate | None:
        """Only of servers on this machine."""
        return await super().certificate(address, timeout) if "//127.0.0.1" in address else None

    @property
    def store(self) -> Store:
        """The ledger with the methods that tests need beside the contract."""
        assert isinstance(self.ledger, Store)
        return self.ledger

    def also(self, **changes: object) -> FakeDesk:
        """Another desk at the same home: another person, read-only, another environment."""
        return replace(self, **changes)


def make_desk(directory: Path, **changes: object) -> FakeDesk:
    """A desk at an empty home."""
    clock = Clock()
    home = Home(directory / "home", directory / "home", "single")
    desk = FakeDesk(home, "an", environ={}, clock=clock, fake_source=FakeSource(clock=clock))
    return desk.also(**changes) if changes else desk


def connect(desk: FakeDesk) -> None:
    """Sets both connections."""
    connections.set_banqup(
        desk, BanqupConnection(base_url="https://banqup.example", client_id="app"), SecretStr(SENTINEL)
    )
    folder = desk.home.data / "pingwin"
    connections.set_pingwin(desk, PingwinTarget(kind="folder", folder=str(folder)))


def set_up(desk: FakeDesk, space: Space = SPACE, *, file_id: str = "D1", clid: str = "CLID-4711") -> Installation:
    """An installation with everything that activating needs."""
    if not desk.machine.banqup.base_url:
        connect(desk)
    installing.install(desk, space, enterprise_numbers=["BE 0477.472.701"], own_extension_off=True)
    installing.set_credentials(desk, space.id, credentials_of(file_id=file_id, clid=clid))
    return installing.find(desk, space.id)


def credentials_of(
    *, file_id: str = "D1", clid: str = "CLID-4711", api_key: str = SENTINEL
) -> dict[CredentialField, SecretStr]:
    """The three values as a person enters them."""
    return {
        CredentialField.API_KEY: SecretStr(api_key),
        CredentialField.CLID: SecretStr(clid),
        CredentialField.FILE_ID: SecretStr(file_id),
    }


def purchase(
    number: int, *, status: str = "FULLY_APPROVED", at: float = NOW - 90_000, space: str = SPACE.id
) -> Document:
    """A purchase invoice of the space."""
    return Document(
        id=f"doc-{number:04}",
        space=space,
        direction=Direction.PURCHASE,
        category="INVOICE",
        document_status=status,
        delivery_status="RECEIVED",
        payment_status="UNPAID",
        updated_ns=int(at * SECOND),
        number=f"2026-{number:03}",
        issue_date=date(2026, 9, number % 28 + 1),
        supplier=SUPPLIER,
        customer=OWN,
        amount=Decimal(number) + Decimal("0.21"),
        currency="EUR",
    )


def stand(desk: FakeDesk, delivery: int, state: State, **columns: object) -> Delivery:
    """Puts a row into a state without the engine; `columns` are those of the table `doc`."""
    wanted = {"state": state.value, **columns}
    names = ", ".join(f"{name} = ?" for name in wanted)
    with desk.store.write() as tx:
        tx.run(f"UPDATE doc SET {names} WHERE id = ?", [*wanted.values(), delivery])
        row = tx.one("SELECT space, fence FROM doc WHERE id = ?", (delivery,))
        assert row is not None
        tx.event(
            row["space"],
            "result",
            str(columns.get("reason") or "placed"),
            at=desk.clock.now(),
            delivery=delivery,
            state=state,
            fence=row["fence"],
        )
        tx.touch(row["space"])
    found = desk.ledger.delivery(delivery)
    assert found is not None
    return found


def ids(rows: Sequence[Delivery]) -> list[int]:
    """The ids of deliveries."""
    return [row.id for row in rows]
