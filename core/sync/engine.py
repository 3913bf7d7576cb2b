"""The engine's process: keeps the ledger and what people decided in step, polls, delivers, probes, stops cleanly.

`run` is what `banqup-pingwin run` and `python -m core.sync` call. The step itself is `deliver.Deliverer.step`; here is
only when it is called. One engine a home; any number of consoles and commands beside it.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Protocol

from core.clock import Clock, SystemClock
from core.config import Home
from core.errors import ProductError
from core.service.systemd import Systemd
from core.stores import LedgerClock, open_store
from core.sync.deliver import Deliverer
from core.sync.house import House, Workshop
from core.sync.lock import EngineLock
from core.sync.notes import STOP_REQUEST
from core.sync.supervise import Supervisor

log = logging.getLogger(__name__)

ENGINE = "engine"
"""What the ledger's server calls our session."""

FREE = 1
"""Which of several workers is kept for those who hold less than their share."""

SAID_AGAIN_S = 60.0
"""How long the same trouble of a step is not recorded again."""

LOOKED_S = 5.0
"""Seconds between two looks of a companion; in a home with shorter waits ten of those."""


class Companion(Protocol):
    """Looks at a working engine's home from beside; the engine goes on whatever it meets."""

    async def look(self, *, last: bool = False) -> None:
        """One look. `last`: the engine ends after it (`run --once`), so nothing can wait for another."""
        ...


Beside = Callable[[House, Systemd], Companion]
"""Makes the companion of an engine."""


async def run(
    home: Home,
    *,
    once: bool = False,
    environ: Mapping[str, str] = os.environ,
    clock: Clock | None = None,
    ready: Callable[[], None] = lambda: None,
    beside: Beside | None = None,
) -> None:
    """Runs until told to stop (SIGTERM, SIGINT, `stop`); with `once`, until nothing more is due.

    Raises UsageError `engine_runs_already` where another engine holds the lock, ConfigurationError and StoreError
    where the home cannot be used.
    """
    clock = clock or SystemClock()
    home.create()
    lock = EngineLock(home.engine_lock, home.file_mode)
    with signals() as stopping:  # before the lock: whoever sees us hold it may stop us
        lock.acquire(since=clock.now())
        try:
            ledger = open_store(home, environ, role=ENGINE)
            try:
                house = House(home, ledger, LedgerClock(clock, ledger), environ)
                house.refuse_another()
                engine = Engine(house, systemd := Systemd(environ, clock.boot), beside, stopping)
                lock.ready()
                systemd.ready()
                ready()
                await (engine.once() if once else engine.forever())
                await house.close()
            finally:
                ledger.close()
        finally:
            lock.release()


class Engine:
    """A supervisor and some workers over one house, and beside them whoever tells people and systemd of it."""

    def __init__(
        self,
        house: House,
        systemd: Systemd | None = None,
        beside: Beside | None = None,
        stopping: asyncio.Event | None = None,
    ) -> None:
        self.house = house
        self.systemd = systemd or Systemd({}, house.clock.boot)
        self.companion = beside(house, self.systemd) if beside is not None else None
        self.supervisor = Supervisor(house)
        self.stopping = stopping or asyncio.Event()
        house.leaving = self.stopping.is_set
        self.edge = Edge(house.clock)
        self.worker_name = f"{socket.gethostname()}:{os.getpid()}"

    def stop(self) -> None:
        """Ends cleanly: nothing new is begun, uploads under way finish."""
        self.stopping.set()

    async def forever(self) -> None:
        """Works until stopped."""
        self.house.ledger.set_meta(STOP_REQUEST, "")
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._supervise())
            for number in range(self.house.machine.workers):
                tasks.create_task(self._work(f"{self.worker_name}:{number}", free=number == FREE))
            accompanying = tasks.create_task(self._accompany())
            await self.stopping.wait()
            self.systemd.stopping()
            accompanying.cancel()

    async def look_after(self) -> None:
        """All but polls and deliveries, for which others wake us (`workers.py`); until stopped."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._supervise(polls=False))
            accompanying = tasks.create_task(self._accompany())
            await self.stopping.wait()
            self.systemd.stopping()
            accompanying.cancel()

    async def step(self, name: str, *, free: bool = False) -> bool:
        """Settles or moves one delivery. False where nothing is due, or it went wrong (which is recorded).

        `free`: by a worker that is kept for those who hold less than their share.
        """
        workshop = self.house.workshop()
        with self.edge.recorded("step"):
            if workshop is not None and self.house.steady():
                return await self._deliverer(workshop, name, free=free).step()
        return False

    def something_due(self) -> bool:
        """Whether a step may find something."""
        return self.house.ledger.next_due() <= self.house.clock.now()

    async def once(self) -> None:
        """Baselines, one poll of every space, then everything that is due; then returns."""
        await self.supervisor.round(everything=True)
        await self.supervisor.finish()
        workshop = self.house.workshop()
        if workshop is not None:
            await self._drain(workshop)
        if self.companion is not None:
            with self.edge.recorded("notices"):
                await self.companion.look(last=True)

    async def _drain(self, workshop: Workshop) -> None:
        worker = self._deliverer(workshop, f"{self.worker_name}:once")
        while not self.stopping.is_set():
            with self.edge.recorded("step"):
                if await worker.step():
                    continue
            break

    async def _supervise(self, *, polls: bool = True) -> None:
        while not self.stopping.is_set():
            with self.edge.recorded("supervise"):
                if self.house.ledger.lead():
                    await self.supervisor.round(polls=polls)
                if self.house.ledger.get_meta(STOP_REQUEST):
                    self.stop()
            self.systemd.alive()
            await self._rest()
        await self.supervisor.finish(cancel=True)

    async def _work(self, name: str, *, free: bool) -> None:
        """One worker: a step whenever something is due, else a rest. A failing step never ends the worker."""
        while not self.stopping.is_set():
            if not await self.step(name, free=free):
                await self._rest()

    async def _accompany(self) -> None:
        """Looks from beside, until it is cancelled."""
        while self.companion is not None:
            with self.edge.recorded("notices"):
                if self.house.ledger.lead():
                    await self.companion.look()
            await asyncio.sleep(min(LOOKED_S, 10 * self.house.machine.timing.wake))

    async def _rest(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(self.house.machine.timing.wake):
                await self.stopping.wait()

    @staticmethod
    def _deliverer(workshop: Workshop, name: str, *, free: bool = False) -> Deliverer:
        return Deliverer(workshop.outside, name, workshop.shares, free=free)


class Edge:
    """The edge of the engine's steps: whatever goes wrong is recorded, and the engine goes on.

    The same trouble is recorded once a minute: on a full disk the log must not take what is left.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._said: dict[str, float] = {}

    @contextmanager
    def recorded(self, what: str) -> Iterator[None]:
        """Records what goes wrong in the block."""
        try:
            yield
        except ProductError as error:
            text = f"{what}: {error.code} {error}"
            if self._clock.boot() >= self._said.get(text, 0.0):
                self._said = {text: self._clock.boot() + SAID_AGAIN_S, **self._still(text)}
                log.warning("%s", text)
        except Exception:
            log.exception("%s failed", what)

    def _still(self, text: str) -> dict[str, float]:
        return {said: until for said, until in self._said.items() if said != text and until > self._clock.boot()}


@contextmanager
def signals() -> Iterator[asyncio.Event]:
    """An event that SIGTERM and SIGINT set while the block runs: whoever works in it ends cleanly."""
    asked, loop = asyncio.Event(), asyncio.get_running_loop()
    heard = (signal.SIGTERM, signal.SIGINT)
    with suppress(NotImplementedError, RuntimeError, ValueError):  # not the main thread: a test drives it
        for number in heard:
            loop.add_signal_handler(number, asked.set)
    try:
        yield asked
    finally:
        with suppress(NotImplementedError, RuntimeError, ValueError):
            for number in heard:
                loop.remove_signal_handler(number)
