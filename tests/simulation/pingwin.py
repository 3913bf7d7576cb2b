"""A Pingwin that loses answers, stalls, refuses and comes back; it counts what it took, by delivery key.

`Pingwin` is the far side; `PingwinDoor` is what one process sees of it. Bytes that left arrive, whoever has died since.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from core.files import pieces
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
from tests.simulation.schedule import Schedule

if TYPE_CHECKING:
    from tests.simulation.process import Life

LONGEST_SEARCH_LAG = 35.0
LONGEST_QUEUE = 25.0
FATES = ("not_taken", "throttled", "lost_before", "lost_after", "taken_late", "5xx", "refused")
"""What may become of an upload besides being taken."""


@dataclass
class Pingwin:
    """What the target is and how it fares. `trouble`: '', '5xx', 'silent', 'closed', 'auth' or 'dossier'."""

    schedule: Schedule
    dice: random.Random
    capabilities: frozenset[Capability] = frozenset()
    says_already_there: bool = False
    has_test_request: bool = True
    concurrency: int = 1
    trouble: str = ""
    unreliable: float = 0.0
    fates: tuple[str, ...] = FATES
    refuses: set[str] = field(default_factory=set)
    taken: Counter[str] = field(default_factory=Counter)
    before: Counter[str] = field(default_factory=Counter)
    """Of what was taken, what had left before a backup of the ledger came back; `restores` so far."""
    restores: int = 0
    content: dict[str, bytes] = field(default_factory=dict)
    shown_at: dict[str, float] = field(default_factory=dict)
    calls: int = 0
    on_taken: Callable[[str], None] = lambda key: None

    def arrive(self, upload: Upload, after: float) -> None:
        """Bytes that left arrive after some seconds."""
        content, restores = b"".join(pieces(upload.content)), self.restores
        self.schedule.later(after, lambda: self.take(upload, content, restores))

    def take(self, upload: Upload, content: bytes, restores: int) -> None:
        if Capability.IDEMPOTENCY_KEY in self.capabilities and self.taken[upload.key]:
            return
        self.taken[upload.key] += 1
        self.before[upload.key] += restores < self.restores
        self.content[upload.key] = content
        lag = self.dice.choice([0.0, 5.0, LONGEST_SEARCH_LAG])
        self.shown_at.setdefault(upload.key, self.schedule.machine.real() + lag)
        self.on_taken(upload.key)

    def ledger_restored(self) -> None:
        """From now on a ledger asks that knows nothing of what left so far, also where it arrives only later."""
        self.restores += 1
        self.before = Counter(self.taken)

    @property
    def out(self) -> bool:
        """Whether this is an outage: no document gets through."""
        return self.trouble in {"5xx", "silent", "closed"}


class PingwinDoor:
    """One process's way to it: a `Target`."""

    name = "simulated"
    confirmed = False

    def __init__(self, far: Pingwin, life: Life) -> None:
        self.far, self.life = far, life
        self.capabilities = far.capabilities
        self.concurrency = far.concurrency

    async def send(self, upload: Upload, credentials: Credentials, deadline: float) -> Answer:
        # No point here: between the last check of the lease and the first byte the protocol promises nothing.
        far = self.far
        far.calls += 1
        try:
            async with asyncio.timeout(deadline):
                answer = await self._exchange(upload, deadline)
        except TimeoutError:
            answer = _lost("pingwin_no_answer")
        self.life.point()
        return answer

    async def _exchange(self, upload: Upload, deadline: float) -> Answer:
        far, dice = self.far, self.far.dice
        quick = dice.uniform(0.1, 3.0)
        fate = far.trouble or self._fate()
        match fate:
            case "closed" | "not_taken":
                await asyncio.sleep(quick)
                return Answer(AnswerKind.NOT_SENT, "pingwin_unreachable", {"host": "simulated"})
            case "auth" | "dossier":
                await asyncio.sleep(quick)
                kind = AnswerKind.AUTH if fate == "auth" else AnswerKind.DOSSIER
                code = "pingwin_credentials_refused" if fate == "auth" else "pingwin_dossier_refused"
                return Answer(kind, code, http_status=401 if fate == "auth" else 404)
            case "throttled":
                await asyncio.sleep(quick)
                return Answer(AnswerKind.THROTTLED, "pingwin_throttled", http_status=429, retry_after=15.0)
            case "refused":
                await asyncio.sleep(quick)
                return Answer(AnswerKind.REFUSED, "pingwin_document_refused", http_status=422)
            case "5xx":
                if dice.random() < 0.3:
                    far.arrive(upload, quick / 2)
                await asyncio.sleep(quick)
                return Answer(AnswerKind.UNKNOWN, "pingwin_server_error", http_status=503)
            case "silent" | "lost_before":
                await asyncio.sleep(deadline * 2 if dice.random() < 0.5 else quick)
                return _lost("pingwin_connection_cut")
            case "lost_after":
                waits = deadline * 2 if dice.random() < 0.5 else quick
                far.arrive(upload, dice.uniform(0.0, min(waits, deadline)))
                await asyncio.sleep(waits)
                return _lost("pingwin_connection_cut")
            case "taken_late":  # it hung; what lay in its queue is taken after the sender gave up
                far.arrive(upload, deadline + dice.uniform(0.0, LONGEST_QUEUE))
                await asyncio.sleep(deadline * 2)
        before = far.taken[upload.key]
        far.arrive(upload, quick / 2)
        await asyncio.sleep(quick)
        if before and far.says_already_there:
            return Answer(AnswerKind.ALREADY_THERE, "pingwin_already_there", http_status=409)
        return Answer(AnswerKind.ACCEPTED, "pingwin_accepted", http_status=200, reference=f"PW-{upload.key[:6]}")

    def _fate(self) -> str:
        fates = self.far.fates
        share = self.far.unreliable / len(fates)
        draw = self.far.dice.random()
        return fates[int(draw / share)] if share and draw < share * len(fates) else ""

    async def lookup(self, key: str, credentials: Credentials, deadline: float) -> Lookup:
        self.life.point()
        await asyncio.sleep(self.far.dice.uniform(0.1, 2.0))
        self.life.point()
        if self.far.trouble or self.far.dice.random() < self.far.unreliable / 3:
            return Lookup(Found.CANNOT_TELL, code="pingwin_silent", retry=True)
        shown = self.far.shown_at.get(key)
        if shown is not None and shown <= self.far.schedule.machine.real():
            return Lookup(Found.YES, f"PW-{key[:6]}", "pingwin_found_by_key")
        return Lookup(Found.NO, code="pingwin_not_there")

    async def probe(self, credentials: Credentials | None, deadline: float) -> Probe:
        self.life.point()
        await asyncio.sleep(self.far.dice.uniform(0.1, 2.0))
        self.life.point()
        if self.far.out:
            return Probe(reachable=False, credentials=None, code="pingwin_busy")
        if not self.far.has_test_request or credentials is None:
            return Probe(reachable=True, credentials=None, code="pingwin_reached_only")
        well = self.far.trouble not in {"auth", "dossier"}
        return Probe(
            reachable=True,
            credentials=well,
            code="pingwin_credentials_right" if well else "pingwin_credentials_refused",
        )

    def preview(self, upload: Upload, credentials: Credentials) -> RequestPreview:
        return RequestPreview("POST", "http://simulated", (), "")


def _lost(code: str) -> Answer:
    return Answer(AnswerKind.UNKNOWN, code, {"host": "simulated"}, lost=True)
