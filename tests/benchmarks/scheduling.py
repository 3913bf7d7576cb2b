"""What the engine and the console spend on a look at 5,000 spaces in which nothing is due."""

from __future__ import annotations

import asyncio
from pathlib import Path

from core.clock import SystemClock
from core.config import Timing
from core.ledger.sqlite import open_ledger
from core.operations.desk import Desk
from core.operations.views import overview
from core.sync.house import House, Makers
from core.sync.supervise import Supervisor
from tests.benchmarks.office import Nobody, decided, running
from tests.benchmarks.table import Row, in_turns, ms


async def looks(folder: Path, spaces: int, times: int) -> list[float]:
    """Seconds of: a round where a file changed, a round where none did, a worker's look, a console's snapshot."""
    clock, timing = SystemClock(), Timing()
    home = decided(folder, spaces, timing=timing, calls_per_minute=6_000, now=clock.now())
    ledger = open_ledger(home.ledger)
    desk = Desk(home, "benchmark")
    try:
        house = House(home, ledger, clock, {}, Makers(source=lambda machine, secret: Nobody()))
        supervisor = Supervisor(house)
        house.refresh()
        workshop = house.workshop()
        assert workshop is not None
        running(ledger, spaces, target=workshop.outside.target.name, now=clock.now(), interval=timing.poll_interval)
        follower = supervisor._follower
        return in_turns(
            times,
            lambda: follower.round(workshop, changed=True),
            lambda: follower.round(workshop, changed=False),
            lambda: ledger.claim("w", now=0.0, lease=60.0),
            lambda: overview.snapshot(desk),
        )
    finally:
        desk.close()
        ledger.close()


def measure(folder: Path, *, tiny: bool = False) -> list[Row]:
    """A look at all spaces, and what it costs a space beside an office of 500."""
    few, many, times = (5, 20, 2) if tiny else (500, 5_000, 9)
    small, large = (asyncio.run(looks(folder / str(spaces), spaces, times)) for spaces in (few, many))
    names = ("a file changed: all spaces", "nothing changed", "a worker finds nothing due", "the console's snapshot")
    return [
        Row("round", f"{name}, {many:,} spaces", ms(each), each / before if before > 1e-4 else None)
        for name, each, before in zip(names, large, small, strict=True)
    ]
