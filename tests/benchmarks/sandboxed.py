"""A home over the sandbox in a process of its own, with so many documents to deliver, on SQLite or PostgreSQL."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from core.clock import SystemClock
from core.ledger.base import Ledger
from core.model import State
from core.operations.desk import Desk
from core.sandbox.stage import DemoOptions, Stage
from core.stores import open_store
from core.sync.engine import Engine
from core.sync.house import House, Makers

DELIVERED_S = 180.0


@dataclass
class Site:
    """A stage with its ledger."""

    stage: Stage
    ledger: Ledger

    def done(self) -> int:
        """How many deliveries are confirmed or wait for a person."""
        counts = self.ledger.counts().get(self.stage.access.space, {})
        return sum(counts.get(state, 0) for state in (State.CONFIRMED, State.PARKED, State.FAILED))

    async def deliver(self, documents: int, makers: Makers | None = None) -> float:
        """Approves so many more documents, runs the engine until they are there, gives the seconds it took."""
        environ = dict(self.stage.desk.environ)
        engine = Engine(House(self.stage.home, self.ledger, SystemClock(), environ, makers))
        wanted = self.done() + documents
        await asyncio.to_thread(self.stage.control.approve, count=documents)
        started = time.perf_counter()
        task = asyncio.create_task(engine.forever())
        async with asyncio.timeout(DELIVERED_S):
            while self.done() < wanted:  # noqa: ASYNC110 - the ledger tells nobody
                await asyncio.sleep(0.02)
        took = time.perf_counter() - started
        engine.stop()
        await task
        await engine.house.close()
        return took


@contextmanager
def site(folder: Path, documents: int, *, workers: int, database: str = "") -> Iterator[Site]:
    """Everything set up and switched on; nothing approved yet. `database`: PostgreSQL's address."""
    with Stage(DemoOptions(documents=documents, history=0, home=folder, seed=7), lambda event: None) as stage:
        stage.open()
        stage.connect()
        stage.desk.installations.change_machine(
            lambda machine: machine.model_copy(
                update={
                    "demo": False,
                    "workers": workers,
                    "banqup": machine.banqup.model_copy(update={"calls_per_minute": 600_000}),
                }
            )
        )
        if database:
            stage.desk = Desk(stage.home, "benchmark", environ={**stage.desk.environ, "DATABASE_URL": database})
        stage.install()
        stage.activate()
        time.sleep(1.1)  # Banqup's clock tells whole seconds: what was approved in this one could not be told apart
        ledger = open_store(stage.home, stage.desk.environ, role="engine")
        try:
            yield Site(stage, ledger)
        finally:
            ledger.close()
