"""`run --workers`: any number of these processes, on any number of machines, over one ledger on PostgreSQL.

procrastinate schedules, counts heartbeats, bounds what runs at once and hands a job to one worker; a job is only a
wake-up (`poll_space`, `drain_space`) that calls the same poll and the same step as the embedded engine. What may be
sent is decided by the ledger's lease and fence alone, so a job that is lost, doubled or late does no harm.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from itertools import count
from typing import Any

import procrastinate
import psycopg
from procrastinate import exceptions, jobs
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from core.clock import Clock, SystemClock
from core.errors import ConfigurationError, StoreError
from core.home import Home
from core.ledger.server import Server
from core.logs import log_library
from core.service.systemd import Systemd
from core.stores import LedgerClock, database, open_store
from core.sync.engine import ENGINE, FREE, Beside, Engine, signals
from core.sync.house import House
from core.sync.migrations import apply_schema
from core.sync.notes import STOP_REQUEST

log = logging.getLogger(__name__)

QUEUE = "banqup-pingwin"
POLL, DRAIN = "poll", "drain"
TURN_S = 10.0
"""How long one drain keeps its place before polls and other spaces have their turn."""

HEARTBEAT_S = 3.0
STALLED_S = 12.0
"""A worker without a heartbeat for so long is given up, and its wake-ups are forgotten: they come again."""

WAIT_S = 1.0
PASSING = frozenset({"ledger_unreachable", "ledger_busy", "ledger_outcome_unknown"})
"""Troubles of a server that pass by themselves."""

LOST = (exceptions.ConnectorException, psycopg.OperationalError, PoolTimeout)
"""What procrastinate meets while the server is away. Everything waits, and goes on by itself."""


async def run(
    home: Home,
    *,
    workers: int,
    environ: Mapping[str, str] = os.environ,
    clock: Clock | None = None,
    ready: Callable[[], None] = lambda: None,
    waiting: Callable[[StoreError], None] = lambda _: None,
    beside: Beside | None = None,
) -> None:
    """Works with `workers` deliveries at once until told to stop (SIGTERM, SIGINT).

    A server that cannot be reached is waited for; `waiting` is told once why. Raises ConfigurationError where the
    ledger is not on PostgreSQL, StoreError where it may not be used.
    """
    clock = clock or SystemClock()
    home.create()
    found = database(home, environ)
    if found is None:
        raise ConfigurationError("workers_need_postgres")
    for library in ("procrastinate", "psycopg.pool"):
        log_library(library)
    asyncio.get_running_loop().set_exception_handler(_forgotten)
    server = Server(found.value, "wake-ups")
    with signals() as stopping:
        begun = await _begun(partial(_engine, home, environ, server, clock, stopping, beside), stopping, waiting)
        if begun is None:
            return
        house = begun.house
        try:
            begun.systemd.ready()
            ready()
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(begun.look_after())
                tasks.create_task(Workers(begun, server, workers).forever())
            await house.close()
        finally:
            house.ledger.close()


def _engine(
    home: Home,
    environ: Mapping[str, str],
    server: Server,
    clock: Clock,
    stopping: asyncio.Event,
    beside: Beside | None,
) -> Engine:
    """An engine over the ledger, with procrastinate's tables beside it."""
    ledger = open_store(home, environ, role=ENGINE)
    try:
        apply_schema(server)
        house = House(home, ledger, LedgerClock(clock, ledger), environ)
        house.refuse_another()
        ledger.set_meta(STOP_REQUEST, "")
        return Engine(house, Systemd(environ, clock.boot), beside, stopping)
    except BaseException:
        ledger.close()
        raise


async def _begun(
    engine: Callable[[], Engine], stopping: asyncio.Event, waiting: Callable[[StoreError], None]
) -> Engine | None:
    """The engine, as soon as the server is there for all that its beginning needs; None at a stop."""
    said = False
    while not stopping.is_set():
        try:
            return await asyncio.to_thread(engine)
        except StoreError as problem:
            if problem.code not in PASSING:
                raise
            if not said:
                log.warning("%s", problem)
                waiting(problem)
            said = True
            with suppress(TimeoutError):
                async with asyncio.timeout(WAIT_S):
                    await stopping.wait()
    return None


def _forgotten(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """procrastinate leaves the error of a job unread that could not be noted as done: the server was away."""
    if isinstance(context.get("exception"), LOST):
        log.warning("a wake-up was not noted as done: %s", _first_line(context["exception"]))
    else:
        loop.default_exception_handler(context)


class Workers:
    """procrastinate's worker over one engine: what it wakes, and that it begins again after the server was away."""

    def __init__(self, engine: Engine, server: Server, concurrency: int) -> None:
        self.engine, self.server, self.concurrency = engine, server, concurrency
        self._places: set[int] = set()

    def _begin(self) -> None:
        """procrastinate's app for one life: it would go on with the pool of the life before."""
        self.app = procrastinate.App(connector=procrastinate.PsycopgConnector())
        self._register()

    async def forever(self) -> None:
        """Works until the engine is stopped."""
        stopping = self.engine.stopping
        while not stopping.is_set():
            with self._recorded("workers"):
                await self._work()
            with suppress(TimeoutError):
                async with asyncio.timeout(self.engine.house.machine.timing.wake):
                    await stopping.wait()

    @contextmanager
    def _recorded(self, what: str) -> Iterator[None]:
        """The edge of a wake-up: procrastinate's troubles with the server are as the ledger's own."""
        with self.engine.edge.recorded(what):
            try:
                yield
            except LOST as lost:
                raise StoreError("ledger_unreachable", where=self.server.place, why=_first_line(lost)) from lost

    async def _work(self) -> None:
        """One life of a worker: it ends when it is told to, or where it lost the server."""
        life = asyncio.create_task(self._live())
        stopping = asyncio.create_task(self.engine.stopping.wait())
        await asyncio.wait({life, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        life.cancel()  # procrastinate finishes what is under way
        with suppress(asyncio.CancelledError):
            await life

    async def _live(self) -> None:
        pool = AsyncConnectionPool(
            self.server.conninfo(),
            min_size=1,
            max_size=self.concurrency + 3,
            timeout=5.0,
            open=False,
            check=AsyncConnectionPool.check_connection,
        )
        self._begin()
        async with pool, self.app.open_async(pool):  # the pool is closed however we leave, or its tasks never end
            await self.app.run_worker_async(
                queues=[QUEUE],
                name=f"{socket.gethostname()}:{os.getpid()}",
                concurrency=self.concurrency,
                fetch_job_polling_interval=max(1.0, self.engine.house.machine.timing.wake),
                delete_jobs="always",
                install_signal_handlers=False,
                update_heartbeat_interval=HEARTBEAT_S,
                stalled_worker_timeout=STALLED_S,
            )

    # -- the wake-ups ----------------------------------------------------------------------------------------------

    def _register(self) -> None:
        task, every = self.app.task, self.app.periodic
        self._poll = task(name="poll_space", queue=QUEUE, priority=1)(self.poll_space)
        self._drain = task(name="drain_space", queue=QUEUE, pass_context=True)(self.drain_space)
        look = task(name="look", queue=QUEUE, queueing_lock="look", priority=2)(self.look)
        every(cron="* * * * * *")(look)
        forget = task(name="forget_stalled", queue=QUEUE, queueing_lock="forget_stalled", priority=3)(
            self.forget_stalled
        )
        every(cron="* * * * * */5")(forget)

    async def look(self, timestamp: int) -> None:
        """Wakes a poll for each space that is due, and a drain for each that has something to send or settle."""
        house = self.engine.house
        with self._recorded("look"):
            house.refresh()
            if house.workshop() is None:
                return
            now, manager = house.clock.now(), self.app.job_manager
            waiting = {job.queueing_lock for job in await manager.list_jobs_async(queue=QUEUE, status="todo")}
            for task, kind, spaces in (
                (self._poll, POLL, [run.space for run in house.ledger.due_polls(now)]),
                (self._drain, DRAIN, house.ledger.due_spaces(now)),
            ):
                for space in spaces:
                    if f"{kind}:{space}" not in waiting:
                        await self._wake(task, kind, space)

    async def poll_space(self, space: str) -> None:
        """Polls a space, if it is still due: another worker may have been quicker."""
        house = self.engine.house
        with self._recorded("poll"):
            house.refresh()
            run = house.ledger.space_run(space)
            workshop = house.workshop()
            if run is None or workshop is None or not run.running or run.next_poll > house.clock.now():
                return
            await self.engine.supervisor.poll(workshop, run)
            if space in house.ledger.due_spaces(house.clock.now()):
                await self._wake(self._drain, DRAIN, space)

    async def drain_space(self, context: procrastinate.JobContext, space: str) -> None:
        """Takes steps while anything is due, for one turn; `space` is only what gave the reason.

        While there is more, another worker is woken: it helps, or goes on when this turn is over.
        """
        name, end = f"{self.engine.worker_name}:{context.job.id}", time.monotonic() + TURN_S
        alone = True
        with self._recorded("drain"), self._place() as place:
            while not self.engine.stopping.is_set() and await self.engine.step(name, free=place == FREE):
                over = time.monotonic() >= end
                if (alone or over) and self.engine.something_due():
                    await self._wake(self._drain, DRAIN, space)
                alone = False
                if over:
                    return

    @contextmanager
    def _place(self) -> Iterator[int]:
        """The lowest place that no other drain of this process has."""
        place = next(number for number in count() if number not in self._places)
        self._places.add(place)
        try:
            yield place
        finally:
            self._places.discard(place)

    async def forget_stalled(self, timestamp: int) -> None:
        """Forgets the jobs of workers that died: they hold a lock, and what they were for is due all the same."""
        manager = self.app.job_manager
        for job in await manager.get_stalled_jobs(queue=QUEUE, seconds_since_heartbeat=STALLED_S):
            if job.id is not None:
                await manager.finish_job_by_id_async(job.id, jobs.Status.FAILED, delete_job=True)

    async def _wake(self, task: procrastinate.tasks.Task[Any, Any, Any], kind: str, space: str) -> None:
        """Queues a wake-up of a space, unless one of its kind waits already; polls of one space wait for each other."""
        name = f"{kind}:{space}"
        with suppress(exceptions.AlreadyEnqueued):
            await task.configure(queueing_lock=name, lock=name if kind == POLL else None).defer_async(space=space)


def _first_line(error: BaseException) -> str:
    return (str(error.__cause__ or error).strip().splitlines() or [type(error).__name__])[0]
