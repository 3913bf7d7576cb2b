"""How the workers of one engine are shared out, so that one slow space or account delays nobody else.

A space that holds its share of the workers, and an account (a CLID) whose uploads hold theirs, are passed over while
anybody else has work. Who is busy is counted by who holds it now: nothing here outlives the engine.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager


class Shares:
    """The workers' places. `uploads` is what the target takes at once from one account."""

    def __init__(self, workers: int, uploads: int) -> None:
        self._most_of_a_space = max(1, workers // 2)
        self._most_of_an_account = max(1, workers - 1)
        self._uploads = uploads
        self._spaces: Counter[str] = Counter()
        self._accounts: Counter[str] = Counter()
        self._slots: dict[str, asyncio.Semaphore] = {}

    def full(self) -> list[str]:
        """Spaces and accounts (fingerprints of CLIDs) that hold their share."""
        return [
            *(space for space, held in self._spaces.items() if held >= self._most_of_a_space),
            *(clid for clid, held in self._accounts.items() if held >= self._most_of_an_account),
        ]

    def slots(self, clid: str) -> asyncio.Semaphore:
        """The places for uploads of an account."""
        return self._slots.setdefault(clid, asyncio.Semaphore(self._uploads))

    @contextmanager
    def of_space(self, space: str) -> Iterator[None]:
        """A worker is busy with a space."""
        with _counted(self._spaces, space):
            yield

    @contextmanager
    def of_account(self, clid: str) -> Iterator[None]:
        """A worker uploads for an account, or waits for its place."""
        with _counted(self._accounts, clid):
            yield


async def got_place(places: asyncio.Semaphore, within: float) -> bool:
    """Takes one of the places within so many seconds; who gets it must give it back.

    `asyncio.wait_for` of Python 3.11 loses the cancellation of a worker whose place comes at the same moment.
    """
    try:
        async with asyncio.timeout(within):
            await places.acquire()
    except TimeoutError:
        return False
    return True


@contextmanager
def _counted(holders: Counter[str], name: str) -> Iterator[None]:
    holders[name] += 1
    try:
        yield
    finally:
        holders[name] -= 1
        if not holders[name]:
            del holders[name]
