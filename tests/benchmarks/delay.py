"""From approved in Banqup to delivered, at 5,000 spaces: the real engine and ledger, in simulated time.

Documents are approved at random in random spaces.
"""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass
from pathlib import Path

from core.config import Timing
from tests.benchmarks.crowd import crowd
from tests.benchmarks.leap import LeapClock, leap
from tests.benchmarks.table import Row

INTERVAL = 300.0


@dataclass(frozen=True, slots=True)
class Seen:
    """Seconds from approved to delivered of each document, and how many calls a minute it took."""

    delays: list[float]
    calls_per_minute: float


async def day(
    clock: LeapClock,
    folder: Path,
    spaces: int,
    documents: int,
    ceiling: int,
    *,
    quiet: float = 0.0,
    intervals: int = 2,
    wake: float = 0.5,
) -> Seen:
    """Approves documents over some poll intervals, until all are delivered. `quiet`: seconds without a change;
    `wake`: seconds between two looks of an idle engine.
    """
    dice = random.Random(1)
    timing = Timing(poll_interval=INTERVAL, wake=wake)
    async with crowd(clock, folder, spaces, timing=timing, ceiling=ceiling, quiet=quiet) as many:
        await asyncio.sleep(INTERVAL)
        before, began = many.banqup.calls, clock.now()
        for _ in range(documents):
            await asyncio.sleep(intervals * INTERVAL / documents)
            many.banqup.approve(dice.randrange(spaces))
        used = (many.banqup.calls - before) / ((clock.now() - began) / 60)
        await many.pingwin.has_taken(documents)
        await asyncio.sleep(1.0)  # the last answer is noted
        return Seen(sorted(many.delays().values()), used)


def measure(folder: Path, *, tiny: bool = False) -> list[Row]:
    """Half and nineteen of twenty documents, in spaces where something moved lately, and at a low ceiling."""
    spaces, documents = (20, 20) if tiny else (5_000, 400)
    rows = []
    for name, ceiling, quiet, aim in (
        ("5,000 busy spaces, 3,000 calls a minute", 3_000, 0.0, INTERVAL + 2.0),
        ("5,000 quiet for a day, 1,600 calls a minute", 1_600, 90_000.0, INTERVAL + 2.0),
    ):
        seen = leap(lambda clock, c=ceiling, q=quiet: day(clock, folder / str(c), spaces, documents, c, quiet=q))  # type: ignore[misc]
        p50, p95 = (seen.delays[int(len(seen.delays) * part) - 1] for part in (0.5, 0.95))
        value = f"p50 {p50:.0f} s, p95 {p95:.0f} s, {seen.calls_per_minute:.0f} calls a minute"
        rows.append(Row("delay", f"approved to delivered, {name}", value, p95 / aim, 1.0))
    return rows
