"""Runs one seed: a storm of faults, crashes and restarts, then calm; after every step the promises are checked.

python -m tests.simulation.run --seeds 1000 [--first 0]      the long form; prints each seed that fails
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from core.errors import SourceError
from core.installations import Consent, Installation
from core.ledger.base import Ledger, QueueQuery
from core.ledger.sqlite import open_ledger
from core.model import FINAL, NEEDS_PERSON, Delivery, Direction, State
from core.pingwin.target import Capability
from core.spool import Spool
from core.sync import baseline
from core.sync.deliver import Deliverer
from core.sync.outside import Outside
from core.sync.poll import poll
from tests.simulation.world import (
    CREDENTIALS,
    DOSSIER_NUMBER,
    STORM,
    TIMING,
    Banqup,
    Crash,
    CrashingLedger,
    Faults,
    Pingwin,
    VirtualClock,
    convert,
)

EVERYTHING = QueueQuery(history=True)
CAPABILITIES = (frozenset({Capability.LOOKUP}), frozenset({Capability.IDEMPOTENCY_KEY}), frozenset[Capability]())


@dataclass
class Simulation:
    """One seed's world and engine."""

    seed: int
    home: Path
    documents: int = 12
    deliverer: type[Deliverer] = Deliverer
    clock: VirtualClock = field(default_factory=VirtualClock)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)
        self.banqup = Banqup(self.clock, self.dice, with_history=self.seed % 3 == 0)
        self.pingwin = Pingwin(self.clock, self.dice, CAPABILITIES[self.seed % len(CAPABILITIES)])
        self.real = open_ledger(self.home / "ledger.db")
        self.crash_chance = 0.0
        self.ledger: Ledger = CrashingLedger(self.real, self.dice, lambda: self.crash_chance)  # type: ignore[assignment]
        self.installation = Installation(
            space="space-1",
            name="Ons Bedrijf",
            consent=Consent(by="test", at=datetime(2026, 11, 1, tzinfo=UTC)),
            enterprise_numbers=(DOSSIER_NUMBER,),
            file_id=CREDENTIALS.file_id,
            active=True,
        )
        self.expected: set[str] = set()
        self.history: set[str] = set()
        self.worker = 0
        self.slots = asyncio.Semaphore(1)
        self.pingwin.while_paused = self._another_worker

    def outside(self) -> Outside:
        return Outside(
            source=self.banqup,
            target=self.pingwin,
            installation=lambda _: self.installation,
            credentials=lambda _: CREDENTIALS,
            convert=convert,
            spool=Spool(self.home / "spool", 0o600),
            ledger=self.ledger,
            clock=self.clock,
            timing=TIMING,
            draw=self.dice.uniform,
        )

    async def play(self) -> None:
        """The whole seed: history, activation, a storm, calm."""
        for number in range(4):
            self.banqup.put(f"h{number}", approved=True)
            self.history.add(f"h{number}")
        for number in range(self.documents):
            kind = "s" if number % 4 == 0 else "p"
            direction = Direction.SALES if kind == "s" else Direction.PURCHASE
            self.banqup.put(f"{kind}{number}", approved=False, direction=direction)
        self.clock.time += 5
        self.real.enrol(
            "space-1", target=self.pingwin.name, clid="c", dossier=CREDENTIALS.file_id, now=self.clock.now()
        )
        await self._activate()
        self.banqup.faults = self.pingwin.faults = STORM
        self.crash_chance = STORM.crash
        await self._storm()
        self.banqup.faults = self.pingwin.faults = Faults()
        self.crash_chance = 0.0
        await self._calm()
        self.check_end()

    async def _activate(self) -> None:
        await baseline.take(
            self.ledger,
            self.banqup,
            "space-1",
            self.installation.options.rule,
            clock=self.clock,
            actor="test",
            requested_at=self.clock.now(),
        )

    async def _storm(self) -> None:
        waiting = [id for id in self.banqup.documents if id not in self.history]
        self.dice.shuffle(waiting)
        for _ in range(self.documents * 6):
            self.clock.time += self.dice.uniform(1, 30)
            if waiting and self.dice.random() < 0.4:
                id = waiting.pop()
                self.banqup.approve(id)
                self.expected.add(id)
            if self.dice.random() < 0.2:
                self.banqup.move(self.dice.choice(sorted(self.banqup.documents)), payment_status="FULLY_PAID")
            await self._survive()
            self.check_always()
        for id in waiting:
            self.banqup.approve(id)
            self.expected.add(id)

    async def _survive(self) -> None:
        """A poll or some steps of a worker that may die."""
        try:
            if self.dice.random() < 0.4:
                await self._poll()
            for _ in range(self.dice.randrange(1, 4)):
                await self._step()
        except Crash:
            self.worker += 1
            self.slots = asyncio.Semaphore(1)

    async def _poll(self) -> None:
        run, activation = self.real.space_run("space-1"), self.real.activation("space-1")
        assert run is not None and activation is not None
        try:
            await poll(
                self.ledger, self.banqup, run, activation, now=self.clock.now(), timing=TIMING, draw=self.dice.uniform
            )
        except SourceError as trouble:
            self.real.poll_failed("space-1", trouble.code, {}, next_poll=self.clock.now() + 10, now=self.clock.now())

    async def _step(self) -> bool:
        return await self.deliverer(self.outside(), f"w{self.worker}", self.slots).step()

    async def _another_worker(self) -> None:
        """While one worker stalls beyond its lease, another one works."""
        for _ in range(3):
            await self.deliverer(self.outside(), f"other{self.worker}", asyncio.Semaphore(1)).step()

    async def _calm(self) -> None:
        """No more faults: everything must come to rest."""
        self.banqup.hidden_until.clear()
        for _ in range(400):
            self.clock.time += 40
            for circuit in self.real.circuits():
                self.real.close_circuit(circuit.target, circuit.scope, circuit.id, actor="test", now=self.clock.now())
            await self._poll()
            while await self._step():
                pass
            if all(row.state in FINAL | NEEDS_PERSON for row in self.rows()) and self.expected <= self.found():
                return
        raise AssertionError(f"never came to rest: {[(r.source_id, r.state, r.reason) for r in self.rows()]}")

    def rows(self) -> list[Delivery]:
        return self.real.window(EVERYTHING, 0, 10_000)

    def found(self) -> set[str]:
        return {row.source_id for row in self.rows()}

    def check_always(self) -> None:
        """Nothing twice; no history sent; confirmed means taken."""
        twice = [key for key, copies in self.pingwin.taken.items() if copies > 1]
        assert not twice, f"sent twice: {twice}"
        for row in self.rows():
            if row.source_id in self.history:
                assert row.state is State.HISTORY, f"{row.source_id} was history and is {row.state}"
                assert not self.pingwin.taken[row.key], f"history was sent: {row.source_id}"
            if row.state is State.CONFIRMED:
                assert self.pingwin.taken[row.key], f"confirmed but never taken: {row.source_id}"

    def check_end(self) -> None:
        """Nothing lost; what was taken is confirmed or before a person; the ledger is sound."""
        self.check_always()
        assert self.expected <= self.found(), f"lost: {self.expected - self.found()}"
        by_key = {row.key: row for row in self.rows()}
        for key, copies in self.pingwin.taken.items():
            assert copies == 0 or by_key[key].state in {State.CONFIRMED} | NEEDS_PERSON
        if Capability.LOOKUP in self.pingwin.capabilities:
            stuck = [r for r in self.rows() if r.state in NEEDS_PERSON and r.reason != "worker_died"]
            assert not stuck, (
                f"could be asked, yet before a person: {[(r.source_id, r.state, r.reason) for r in stuck]}"
            )
        assert self.real.check() == []


@contextmanager
def simulation(seed: int, **changes: object) -> Iterator[Simulation]:
    """A simulation in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        world = Simulation(seed, Path(folder), **changes)  # type: ignore[arg-type]
        try:
            yield world
        finally:
            world.real.close()


def play(seed: int, **changes: object) -> Simulation:
    """Plays one seed; raises AssertionError with what was broken."""
    with simulation(seed, **changes) as world:
        asyncio.run(world.play())
        return world


def main() -> int:
    """The long form."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0)
    arguments = parser.parse_args()
    failed = 0
    for seed in range(arguments.first, arguments.first + arguments.seeds):
        try:
            play(seed)
        except AssertionError as broken:
            failed += 1
            print(f"seed {seed}: {broken}")
    print(f"{arguments.seeds - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
