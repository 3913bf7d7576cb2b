"""How many calls a minute a server is asked at most: what a client waits for before each call.

An engine alone counts in its own process (`alone`); several that share a ledger count in it (`sync/shared_ceiling.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from aiolimiter import AsyncLimiter


class Ceiling(Protocol):
    """Calls that are counted together."""

    async def acquire(self) -> None:
        """Waits until one more call may be made."""
        ...


Ceilings = Callable[[str, int], Ceiling]
"""Makes the ceiling of a name (an app, an account) from calls a minute."""


def alone(name: str, per_minute: int) -> Ceiling:
    """A ceiling that only this process keeps: so many calls at once, then one after the other."""
    return AsyncLimiter(per_minute, 60)
