"""Time and turns: actors in threads of which exactly one runs, chosen by the seed; time moves when all of them wait.

Each actor is a process of the simulated machine (an engine, a person's command, the story itself). It may lose its turn
at every point where it touches the ledger or the network, so two engines interleave at every statement. The same seed
gives the same run.
"""

from __future__ import annotations

import asyncio
import heapq
import random
import selectors
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

FOREVER = 9e15
START = 1_700_000_000.0
_T = TypeVar("_T")


class Over(BaseException):
    """The seed has ended; every actor unwinds."""


class Crash(BaseException):
    """The process died here. Not an Exception: nothing in the engine may catch it."""


class Machine:
    """The clocks of the machine that the engines run on.

    `mono` runs while the machine is awake; `boot` also while it sleeps; `now` is the wall clock, which may jump.
    """

    def __init__(self) -> None:
        self.mono = 0.0
        self.asleep = 0.0
        self.jumped = 0.0

    def now(self) -> float:
        return START + self.mono + self.asleep + self.jumped

    def boot(self) -> float:
        return 1_000.0 + self.mono + self.asleep

    def real(self) -> float:
        """The time of the rest of the world, as the servers know it."""
        return START + self.mono + self.asleep

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class Actor:
    """Something that runs by itself: a thread that waits for its turn."""

    def __init__(self, schedule: Schedule, name: str) -> None:
        self.schedule = schedule
        self.name = name
        self.wake = 0.0
        self.done = False
        self.turn = threading.Lock()
        self.turn.acquire()
        self.thread: threading.Thread | None = None

    def begin(self, body: Callable[[], None]) -> None:
        """Runs `body` in a thread of its own once it gets a turn."""

        def run() -> None:
            self.turn.acquire()
            try:
                if not self.schedule.over:
                    body()
            except Over:
                pass
            except BaseException as broken:
                self.schedule.fail(broken)
            self.done = True
            self.schedule.hand_on(self)

        self.thread = threading.Thread(target=run, name=self.name, daemon=True)
        self.thread.start()

    def wait(self, seconds: float) -> None:
        """Lets the others run for so long. With 0: perhaps somebody else, perhaps on at once."""
        self.wake = self.schedule.machine.mono + seconds
        self.schedule.hand_on(self)
        if self.schedule.over:
            raise Over

    def complete(self, work: Coroutine[Any, Any, _T]) -> _T:
        """Runs a coroutine on a loop whose time is the machine's."""
        loop = VirtualLoop(self)
        try:
            return loop.run_until_complete(work)
        finally:
            loop.wind_up()


class Schedule:
    """Who runs next. The one whose turn ends chooses; the story (the main thread) is an actor too."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.machine = Machine()
        self.story = Actor(self, "story")
        self.actors = [self.story]
        self.over = False
        self.failure: BaseException | None = None
        self.after_turn: Callable[[], None] = lambda: None
        self._later: list[tuple[float, int, Callable[[], None]]] = []
        self._count = 0

    def actor(self, name: str) -> Actor:
        """A new actor; `begin` starts it."""
        actor = Actor(self, name)
        self.actors.append(actor)
        return actor

    def later(self, seconds: float, happens: Callable[[], None]) -> None:
        """Something outside the machine happens after so many seconds, whoever still lives."""
        self._count += 1
        heapq.heappush(self._later, (self.machine.mono + seconds, self._count, happens))

    def hand_on(self, actor: Actor) -> None:
        """Ends the actor's turn and returns when it has the next one."""
        if not self.over:
            try:
                self.after_turn()
            except BaseException as broken:
                self.fail(broken)
        chosen = self._choose()
        if chosen is actor:
            return
        chosen.turn.release()
        if not actor.done:
            actor.turn.acquire()

    def fail(self, broken: BaseException) -> None:
        """The seed has failed: the story says so."""
        self.failure = self.failure or broken
        self.over = True

    def end(self) -> None:
        """Lets every actor unwind; raises what was broken."""
        self.over = True
        while any(not actor.done for actor in self.actors if actor is not self.story):
            self.hand_on(self.story)
        for actor in self.actors:
            if actor.thread is not None:
                actor.thread.join(10)
        if self.failure is not None:
            raise self.failure

    def _choose(self) -> Actor:
        while True:
            if self.over:
                return next((a for a in self.actors if not a.done and a is not self.story), self.story)
            ready = [actor for actor in self.actors if not actor.done and actor.wake <= self.machine.mono]
            if ready:
                return ready[0] if len(ready) == 1 else self.dice.choice(ready)
            soonest = min(actor.wake for actor in self.actors if not actor.done)
            if self._later and self._later[0][0] <= soonest:
                at, _, happens = heapq.heappop(self._later)
                self.machine.mono = max(self.machine.mono, at)
                happens()
                continue
            self.machine.mono = max(self.machine.mono, soonest)


class VirtualSelector(selectors.SelectSelector):
    """Waits in the machine's time: nothing is ever ready but timers."""

    def __init__(self, actor: Actor) -> None:
        super().__init__()
        self.actor = actor

    def select(self, timeout: float | None = None) -> list[Any]:
        if timeout is None or timeout > 0:
            self.actor.wait(FOREVER if timeout is None else timeout)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop in an actor's thread; what would run in another thread runs here, and takes a moment."""

    def __init__(self, actor: Actor) -> None:
        super().__init__(VirtualSelector(actor))
        self.actor = actor
        self.set_exception_handler(lambda loop, context: None)

    def time(self) -> float:
        return self.actor.schedule.machine.mono

    def run_in_executor(self, executor: Any, func: Callable[..., Any], *args: Any) -> Any:
        future = self.create_future()
        try:
            result = func(*args)
        except Exception as error:
            self.call_later(0.1, _unless_done, future, future.set_exception, error)
        else:
            self.call_later(0.1, _unless_done, future, future.set_result, result)
        return future

    def wind_up(self) -> None:
        """Ends what is left of a process: its tasks are cancelled, nothing of them reaches the outside any more."""
        try:
            left = asyncio.all_tasks(self)
            for task in left:
                task.cancel()
            if left:
                self.run_until_complete(asyncio.gather(*left, return_exceptions=True))
            self.run_until_complete(self.shutdown_asyncgens())
        finally:
            self.close()


def _unless_done(future: asyncio.Future[Any], finish: Callable[[Any], None], value: Any) -> None:
    if not future.done():
        finish(value)
