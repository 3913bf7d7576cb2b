"""Ceilings that all engines of a shared ledger keep together: each call has its moment in the ledger.

Takes a name (Banqup's app, an account at Pingwin) and calls a minute. A ledger that cannot be reached bounds nobody
less than an engine alone: each also counts its own calls.
"""

from __future__ import annotations

import asyncio
import logging

from core.ceiling import Ceiling, alone
from core.clock import Clock
from core.errors import StoreError
from core.ledger.base import Ledger

log = logging.getLogger(__name__)


class SharedCeiling:
    """One engine's side of a ceiling. Books a second's worth of calls at a time, so that few writes tell of many."""

    def __init__(self, ledger: Ledger, clock: Clock, name: str, per_minute: int) -> None:
        self._ledger, self._clock = ledger, clock
        self._name, self._per_minute = name, per_minute
        self._own: Ceiling = alone(name, per_minute)
        self._booked = 0
        self._turn = asyncio.Lock()

    async def acquire(self) -> None:
        """Waits until all engines together may make one more call."""
        await self._own.acquire()
        async with self._turn:
            if not self._booked:
                await self._book(max(1, self._per_minute // 60))
            self._booked -= 1

    async def _book(self, calls: int) -> None:
        try:
            wait = self._ledger.book(self._name, calls, self._per_minute)
        except StoreError as problem:
            log.warning("%s: %s", self._name, problem)
            wait = 0.0
        if wait > 0:
            await self._clock.sleep(wait)
        self._booked = calls
