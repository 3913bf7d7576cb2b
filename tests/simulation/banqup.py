"""A Banqup that lists late, out of order and twice, changes while it is read, refuses its token, and loses the space.

`Banqup` is the far side, one for all; `BanqupDoor` is what one process sees of it.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.banqup.errors import BadAnswer, CredentialsRefused, NotFound, NotReady, SpaceGone, Throttled, Unavailable
from core.banqup.source import Page
from core.model import Direction, Document, SourceFile, Space, StatusChange
from core.model import Party as Company
from tests.simulation.schedule import Machine

if TYPE_CHECKING:
    from tests.simulation.process import Life

SECOND = 1_000_000_000
SPACE = "space-1"
DOSSIER_NUMBER = "0477472701"
US = Company("Ons Bedrijf", f"BE{DOSSIER_NUMBER}")
PAGE = 3


@dataclass
class Banqup:
    """The documents of one space. `trouble` is '', 'down', 'token' or 'gone' while it lasts."""

    machine: Machine
    dice: random.Random
    with_history: bool = False
    trouble: str = ""
    unreliable: float = 0.0
    late: float = 0.0
    filters: float = 0.8
    """How often it heeds `since`; the rest of the time it lists everything."""
    documents: dict[str, Document] = field(default_factory=dict)
    hidden_until: dict[str, float] = field(default_factory=dict)
    version: dict[str, int] = field(default_factory=dict)
    refuses_not_eligible: set[str] = field(default_factory=set)

    def put(self, id: str, *, approved: bool, at: float | None = None) -> None:
        """A new document; ids that begin with s are sales. `at` gives several the same timestamp."""
        sales = id.startswith("s")
        them = Company(f"Partij {id}", "BE0403019261")
        self.version[id] = 1
        self.documents[id] = Document(
            id=id,
            space=SPACE,
            direction=Direction.SALES if sales else Direction.PURCHASE,
            category="CREDIT_NOTE" if id.startswith("c") else "INVOICE",
            document_status="FULLY_APPROVED" if approved and not sales else "VALIDATED",
            delivery_status="SENT" if approved and sales else "RECEIVED",
            payment_status="UNPAID",
            created_ns=int(self.machine.real() * SECOND),
            updated_ns=self._stamp() if at is None else int(at * SECOND),
            number=f"N-{id}",
            issue_date=date(2026, 11, 1),
            supplier=US if sales else them,
            customer=them if sales else US,
            amount=Decimal("121.00"),
            currency="EUR",
            files=(SourceFile(f"{id}.xml", "UBL", f"{id}.xml", "application/xml"),),
        )

    def move(self, id: str, **changes: Any) -> None:
        """A status, a payment or the content changes: `updatedAt` moves, and the list may show it late."""
        before = self.documents[id]
        history = before.status_history
        if self.with_history:
            history += tuple(
                StatusChange(member, str(changes[name]), self._stamp(), str(getattr(before, name)))
                for member, name in (("document", "document_status"), ("delivery", "delivery_status"))
                if name in changes
            )
        self.documents[id] = replace(before, updated_ns=self._stamp(), status_history=history, **changes)
        if self.dice.random() < self.late:
            self.hidden_until[id] = self.machine.real() + self.dice.choice([30, 300, 1500])

    def approve(self, id: str) -> None:
        if self.documents[id].direction is Direction.SALES:
            self.move(id, delivery_status=self.dice.choice(["SENT", "DELIVERED"]))
        else:
            self.move(id, document_status="FULLY_APPROVED")

    def refuse(self, id: str) -> None:
        """No longer approved or sent."""
        if self.documents[id].direction is Direction.SALES:
            self.move(id, delivery_status="FAILED")
        else:
            self.move(id, document_status="REFUSED")

    def pay(self, id: str) -> None:
        self.move(id, payment_status=self.dice.choice(["PARTIALLY_PAID", "FULLY_PAID"]))

    def correct(self, id: str) -> None:
        """The invoice itself is another one from now on."""
        self.version[id] += 1
        self.move(id, amount=Decimal(121 + self.version[id]))

    def visible(self, id: str) -> bool:
        return self.hidden_until.get(id, 0.0) <= self.machine.real()

    def listed(self, since_ns: int | None) -> list[str]:
        """The ids of one scan: perhaps filtered, in timestamp order or none, with some of them twice."""
        ids = [id for id in self.documents if self.visible(id)]
        if since_ns is not None and self.dice.random() < self.filters:
            ids = [id for id in ids if (self.documents[id].updated_ns or 0) >= since_ns]
        self.dice.shuffle(ids)
        if self.dice.random() < 0.6:
            ids.sort(key=lambda id: self.documents[id].updated_ns or 0)
        return ids + self.dice.sample(ids, min(2, len(ids)))

    def _stamp(self) -> int:
        return int(self.machine.real() * SECOND) + self.dice.randrange(0, 999)


class BanqupDoor:
    """One process's connection to it: a `Source`."""

    def __init__(self, far: Banqup, life: Life) -> None:
        self.far, self.life = far, life

    async def aclose(self) -> None:
        """Nothing is held."""

    async def spaces(self) -> list[Space]:
        await self._reach()
        return [] if self.far.trouble == "gone" else [Space(SPACE, "Ons Bedrijf")]

    async def scan(self, space: str, since_ns: int | None = None) -> AsyncGenerator[Page, None]:
        await self._reach()
        if self.far.trouble == "gone" and self.far.dice.random() < 0.5:
            raise SpaceGone("banqup_space_gone")
        begun = int(self.far.machine.real() * SECOND)
        ids = [] if self.far.trouble == "gone" else self.far.listed(since_ns)
        for start in range(0, max(1, len(ids)), PAGE):
            shown = [self.far.documents[id] for id in ids[start : start + PAGE]]
            moved = [d for d in shown if (d.updated_ns or 0) >= begun and self.far.dice.random() < 0.5]
            clock_ns = int(self.far.machine.real()) * SECOND
            yield Page(tuple(replace(d, files=()) for d in shown if d not in moved), clock_ns)
            await self._reach()

    async def document(self, space: str, document_id: str) -> Document:
        await self._reach()
        if self.far.trouble == "gone" or document_id not in self.far.documents:
            raise NotFound("banqup_document_gone")
        return self.far.documents[document_id]

    async def download(self, space: str, file: SourceFile, into: Path) -> None:
        await self._reach()
        if self.far.dice.random() < self.far.unreliable:
            raise NotReady("banqup_file_not_ready", where=file.id, status="PENDING")
        id = file.id.removesuffix(".xml")
        into.write_bytes(f"<Invoice>{id}:{self.far.version[id]}</Invoice>".encode())

    async def _reach(self) -> None:
        """The way there and back: time passes, the process may stop, Banqup may not answer."""
        self.life.point()
        await asyncio.sleep(self.far.dice.uniform(0.05, 1.0))
        self.life.point()
        match self.far.trouble:
            case "down":
                raise Unavailable("banqup_unavailable")
            case "token":
                raise CredentialsRefused("banqup_token_refused")
        draw = self.far.dice.random()
        if draw < self.far.unreliable / 2:
            raise Unavailable("banqup_unavailable")
        if draw < self.far.unreliable * 0.8:
            raise Throttled("banqup_throttled", retry_after=30.0)
        if draw < self.far.unreliable:
            raise BadAnswer("banqup_answer_unreadable")
