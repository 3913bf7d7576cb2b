"""The access token: one for all callers, kept in memory only, renewed early, and once where Banqup refuses it.

Callers that need a new one at the same time share one renewal, and its failure.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from pydantic import SecretStr

from core.banqup.wire import Grant
from core.clock import Clock

ASSUMED_LIFETIME = 300.0
"""Seconds, where nothing says otherwise (banqup-api 9.1)."""

EARLY = 30.0
"""Seconds before its end at which a token is renewed; half its life where that is shorter."""

LONGEST = 86_400.0
"""Seconds after which any token is renewed, whatever it says of itself."""


class Tokens:
    """`fetch` makes one token call; everything it raises reaches every caller that waits for it."""

    def __init__(self, fetch: Callable[[], Awaitable[Grant]], clock: Clock) -> None:
        self._fetch = fetch
        self._clock = clock
        self._token: SecretStr | None = None
        self._renew_at = 0.0
        self._renewal: asyncio.Task[SecretStr] | None = None

    def __repr__(self) -> str:
        return f"Tokens({'one' if self._token else 'none'})"

    def known(self) -> tuple[str, ...]:
        """What must be taken out of every text that is kept."""
        return (self._token.get_secret_value(),) if self._token else ()

    async def current(self) -> SecretStr:
        """A token that is still good, as far as we know."""
        if self._token is not None and self._clock.boot() < self._renew_at:
            return self._token
        return await self._shared_renewal()

    async def instead_of(self, refused: SecretStr) -> SecretStr:
        """Another token than the refused one: renews, unless somebody has done so meanwhile."""
        if self._token is not None and self._token.get_secret_value() != refused.get_secret_value():
            return await self.current()
        self._token = None
        return await self._shared_renewal()

    async def _shared_renewal(self) -> SecretStr:
        if self._renewal is None or self._renewal.done():
            self._renewal = asyncio.create_task(self._renew())
            self._renewal.add_done_callback(_take_failure)
        # one caller that gives up must not take the renewal from the others
        return await asyncio.shield(self._renewal)

    async def _renew(self) -> SecretStr:
        grant = await self._fetch()
        lifetime = min(grant.lifetime if grant.lifetime is not None else ASSUMED_LIFETIME, LONGEST)
        self._renew_at = self._clock.boot() + max(lifetime - EARLY, lifetime / 2)
        self._token = SecretStr(grant.token)
        return self._token

    async def aclose(self) -> None:
        """Forgets the token and ends a renewal under way."""
        self._token = None
        if self._renewal is not None and not self._renewal.done():
            self._renewal.cancel()
            await asyncio.wait([self._renewal])


def _take_failure(renewal: asyncio.Task[SecretStr]) -> None:
    """Nobody may be left to take it."""
    if not renewal.cancelled():
        renewal.exception()
