"""The baselines of spaces that were activated together, where no engine is there to take them.

Some beside each other, over one connection to Banqup. One that fails keeps its decision: the next engine takes it, and
what is approved until then is history there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from core.errors import ProductError
from core.operations.desk import Desk
from core.operations.running.engines import engine
from core.operations.setup import activation

BESIDE = 4
"""Lists that are read at once; the ceiling of calls holds for all of them together."""

Told = Callable[[int, int], None]
"""Told how far it is: spaces done, and spaces in all."""


async def take(desk: Desk, spaces: Sequence[str], told: Told) -> dict[str, ProductError]:
    """Takes them, unless an engine runs, which does so itself. Returns what went wrong, by space."""
    desk.must_write()
    if not spaces or engine(desk).running:
        return {}
    failed: dict[str, ProductError] = {}
    places, done = asyncio.Semaphore(BESIDE), 0
    try:
        async with desk.banqup() as source:

            async def one(space: str) -> None:
                nonlocal done
                async with places:
                    try:
                        await activation.finish(desk, source, space)
                    except ProductError as problem:
                        failed[space] = problem
                done += 1
                told(done, len(spaces))

            await asyncio.gather(*map(one, spaces))
    except ProductError as problem:
        return dict.fromkeys(spaces, problem)
    return failed
