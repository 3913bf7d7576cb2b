"""An event loop whose time leaps to the next thing due: a day of the real engine in seconds, with its own clock."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")
START = 1_790_000_000.0


class LeapLoop(asyncio.SelectorEventLoop):
    """Nothing waits: where no event is ready, the time is that of the next timer."""

    def __init__(self) -> None:
        self.moment = 0.0
        super().__init__(_Leaping(self))
        self.set_default_executor(AtOnce())

    def time(self) -> float:
        """The simulated seconds."""
        return self.moment


class _Leaping(selectors.DefaultSelector):
    def __init__(self, loop: LeapLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """What is ready now; else the time leaps."""
        ready = super().select(0)
        if not ready and timeout:
            self._loop.moment += timeout
        return ready


class AtOnce(ThreadPoolExecutor):
    """Runs what is submitted in the loop's own thread: a conversion takes no simulated time."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Done when it returns."""
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except BaseException as error:
            future.set_exception(error)
        return future


class LeapClock:
    """The engine's clock on that loop."""

    def __init__(self, loop: LeapLoop) -> None:
        self._loop = loop

    def now(self) -> float:
        """Unix seconds."""
        return START + self._loop.moment

    def boot(self) -> float:
        """Seconds since the start, suspend included."""
        return self._loop.moment

    async def sleep(self, seconds: float) -> None:
        """Waits in simulated time."""
        await asyncio.sleep(seconds)


def leap(work: Callable[[LeapClock], Coroutine[Any, Any, T]]) -> T:
    """Runs work in simulated time."""
    with asyncio.Runner(loop_factory=LeapLoop) as runner:  # ends what a failing test left running
        loop = runner.get_loop()
        assert isinstance(loop, LeapLoop)
        return runner.run(work(LeapClock(loop)))
