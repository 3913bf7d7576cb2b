"""Time as an argument: the wall clock for what people read, a clock that runs during suspend for leases.

`time.monotonic()` stands still while a laptop sleeps on Linux; a lease must not (engine reference, 5.3 rule 3).
"""

from __future__ import annotations

import asyncio
import time
from typing import Protocol


class Clock(Protocol):
    """What the engine needs to know of time."""

    def now(self) -> float:
        """Unix time in seconds, by the wall clock."""
        ...

    def boot(self) -> float:
        """Seconds on a clock that never jumps and runs during suspend."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Waits."""
        ...


class SystemClock:
    """The machine's clocks."""

    def now(self) -> float:
        """Unix time in seconds."""
        return time.time()

    def boot(self) -> float:
        """CLOCK_BOOTTIME where there is one, else the monotonic clock."""
        boottime = getattr(time, "CLOCK_BOOTTIME", None)
        return time.clock_gettime(boottime) if boottime is not None else time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Waits on the event loop."""
        await asyncio.sleep(seconds)
