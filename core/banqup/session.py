"""Calls to Banqup's API: paced, with a token, one at a time in their pauses; a status becomes an error class.

Takes paths and parameters, gives JSON and the server's clock. Retries nothing, except the one renewal of the token on
a 401. A 429 pauses every call of the session. Logs path, status and time; never a header, a body of a token call or
a query.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from io import BytesIO
from ssl import SSLContext, SSLError
from typing import IO, Any

import httpx
from pydantic import SecretStr

from core.activity import Record, nobody
from core.activity.client import RecordedClient
from core.banqup import wire
from core.banqup.errors import (
    BadAnswer,
    CredentialsRefused,
    Forbidden,
    NotFound,
    RequestRefused,
    Throttled,
    Unavailable,
)
from core.banqup.tokens import Tokens
from core.banqup.values import NANOSECONDS
from core.banqup.wire import Grant, Problem
from core.ceiling import Ceilings, alone
from core.clock import Clock
from core.config import BanqupConnection
from core.errors import SourceError
from core.web import causes, clean, http_date, is_loopback, retry_after

log = logging.getLogger(__name__)

JSON_LIMIT = 64 * 1024 * 1024
"""Bytes of one answer; a page of 200 documents with lines stays far below."""

KEPT = 200
"""Characters kept of Banqup's own words."""

FIRST_PAUSE, LONGEST_PAUSE = 5.0, 3_600.0
"""Seconds to wait after a 429 that names no time; doubled while it goes on."""


@dataclass(frozen=True, slots=True)
class Received:
    """An answer, read to its end. `clock_ns` is the server's clock, or ours where it sent no Date."""

    status: int
    headers: httpx.Headers = field(repr=False)
    content: bytes = field(repr=False)
    clock_ns: int


@dataclass(frozen=True, slots=True)
class Body:
    """A JSON answer and the server's clock."""

    json: object
    clock_ns: int


class Session:
    """One credential set's way to Banqup. `transport` replaces the network in tests."""

    def __init__(
        self,
        connection: BanqupConnection,
        secret: SecretStr,
        clock: Clock,
        transport: httpx.AsyncBaseTransport | None = None,
        record: Record = nobody,
        ceilings: Ceilings = alone,
    ) -> None:
        self._connection = connection
        self._secret = secret
        self._clock = clock
        self._http = open_http(connection, transport, record)
        self._ceiling = ceilings(f"banqup {connection.client_id}", connection.calls_per_minute)
        self._tokens = Tokens(self._fetch_token, clock)
        self._paused_until = 0.0
        self._throttles = 0
        self._told_of_clock = False

    def __repr__(self) -> str:
        return f"Session({self._connection.base_url!r})"

    async def get(self, path: str, parameters: Mapping[str, str] | None = None) -> Body:
        """Asks for JSON. Raises a class of `core.banqup.errors`; NotFound for every 404, the caller knows of what."""
        token = await self._tokens.current()
        received = await self._authorised(path, parameters, token)
        if received.status == 401:
            renewed = await self._tokens.instead_of(token)
            received = await self._authorised(path, parameters, renewed)
        self._raise_for(received)
        return Body(self._parsed(received), received.clock_ns)

    async def aclose(self) -> None:
        """Closes the connections and forgets the token."""
        await self._tokens.aclose()
        await self._http.aclose()

    async def _authorised(self, path: str, parameters: Mapping[str, str] | None, token: SecretStr) -> Received:
        return await self._call(
            "GET", path, params=parameters, headers={"Authorization": f"Bearer {token.get_secret_value()}"}
        )

    async def _fetch_token(self) -> Grant:
        form = wire.token_form(self._connection.client_id, self._secret.get_secret_value())
        received = await self._call("POST", self._connection.token_path, form=form)
        if received.status in {400, 401, 403}:
            raise CredentialsRefused("banqup_secret_refused", **self._said(received))
        if received.status == 404:
            raise BadAnswer("banqup_token_path_wrong", path=self._connection.token_path)
        self._raise_for(received)
        return wire.read_grant(received.content.decode("utf-8", "replace"), received.clock_ns / NANOSECONDS)

    async def _call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
    ) -> Received:
        """One call: waits for our own pace, but never for a pause that Banqup asked for."""
        self._check_pause()
        await self._ceiling.acquire()
        self._check_pause()
        started = self._clock.boot()
        url = self._connection.base_url.rstrip("/") + path
        try:
            async with (
                asyncio.timeout(self._connection.timeout_s),
                self._http.stream(
                    method, url, params=params, headers=headers, data=form, extensions={"private": form is not None}
                ) as response,
            ):
                content = await read_limited(response, JSON_LIMIT, BadAnswer("banqup_answer_too_large"))
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            log.warning("%s %s: %s", method, path, type(error).__name__)
            raise unreachable(error) from None
        log.debug("%s %s: %s in %.0f ms", method, path, response.status_code, 1000 * (self._clock.boot() - started))
        received = Received(response.status_code, response.headers, content, self._clock_of(response))
        self._note_throttle(received)
        return received

    # -- pauses ------------------------------------------------------------------------------------------------------

    def _check_pause(self) -> None:
        left = self._paused_until - self._clock.boot()
        if left > 0:
            raise Throttled("banqup_paused", retry_after=left)

    def _note_throttle(self, received: Received) -> None:
        if received.status != 429:
            self._throttles = 0
            return
        told = retry_after(received.headers.get("retry-after"), received.clock_ns / NANOSECONDS)
        wait = told if told is not None else min(FIRST_PAUSE * 2.0**self._throttles, LONGEST_PAUSE)
        self._throttles = min(self._throttles + 1, 20)
        self._paused_until = max(self._paused_until, self._clock.boot() + wait)
        raise Throttled("banqup_throttled", retry_after=wait)

    # -- reading -----------------------------------------------------------------------------------------------------

    def _clock_of(self, response: httpx.Response) -> int:
        told = http_date(response.headers.get("date"))
        if told is None and not self._told_of_clock:
            self._told_of_clock = True
            log.warning("Banqup sends no Date; our own clock is used for what is new")
        return int((told if told is not None else self._clock.now()) * NANOSECONDS)

    def _raise_for(self, received: Received) -> None:
        status = received.status
        if 200 <= status <= 299:
            return
        problem = self._said(received)
        error = str(problem.pop("error"))
        if status == 401:
            raise CredentialsRefused("banqup_token_refused", **problem)
        if status == 403:
            raise Forbidden("banqup_forbidden", **problem)
        if status == 404:
            raise NotFound("banqup_not_found", **problem)
        if status >= 500:
            wait = retry_after(received.headers.get("retry-after"), received.clock_ns / NANOSECONDS)
            raise Unavailable("banqup_server_error", retry_after=wait, **problem)
        if status >= 400:
            raise RequestRefused("banqup_request_refused", error=error, **problem)
        raise BadAnswer("banqup_redirected", **problem)

    def _said(self, received: Received) -> dict[str, Any]:
        """What a problem body says, redacted and cut; of anything else the first characters go to the log."""
        try:
            body: object = json.loads(received.content)
        except (ValueError, RecursionError):
            body = None
            shown = received.content[: 4 * KEPT].decode("utf-8", "replace")
            log.warning("status %s, no JSON: %s", received.status, self._clean(shown))
        problem: Problem = wire.read_problem(body)
        return {
            "status": received.status,
            "error": self._clean(problem.error),
            "title": self._clean(problem.title),
            "detail": self._clean(problem.detail),
            "said": self._clean(f"{problem.title} {problem.detail}") or None,
            "request_id": self._clean(problem.request_id) or None,
        }

    def _parsed(self, received: Received) -> object:
        try:
            return json.loads(received.content)
        except (ValueError, RecursionError):
            shown = received.content[: 4 * KEPT].decode("utf-8", "replace")
            log.warning("an answer that is no JSON: %s", self._clean(shown))
            raise BadAnswer("banqup_answer_unreadable") from None

    def _clean(self, text: str) -> str:
        return clean(text, KEPT, (self._secret.get_secret_value(), *self._tokens.known()))


def open_http(
    connection: BanqupConnection, transport: httpx.AsyncBaseTransport | None, record: Record = nobody
) -> httpx.AsyncClient:
    """A client that keeps no cookies, follows no redirect and unpacks nothing unasked."""
    host = httpx.URL(connection.base_url).host
    return RecordedClient(
        record=record,
        transport=transport,
        timeout=httpx.Timeout(connection.timeout_s),
        headers={"Accept": "application/json", "Accept-Encoding": "identity"},
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        # a proxy of the environment is for the outside, never for this machine
        trust_env=not is_loopback(host),
        verify=_trust(),
    )


@cache
def _trust() -> SSLContext:
    """The trust store, read once a process."""
    return httpx.create_ssl_context()


async def read_limited(response: httpx.Response, limit: int, too_large: SourceError) -> bytes:
    """The whole body, in chunks; raises `too_large` as soon as it exceeds the limit."""
    content = BytesIO()
    await copy_limited(response, content, limit, too_large)
    return content.getvalue()


async def copy_limited(response: httpx.Response, into: IO[bytes], limit: int, too_large: SourceError) -> None:
    """Writes the body, chunk by chunk; raises `too_large` as soon as it exceeds the limit."""
    async for chunk in response.aiter_bytes():
        into.write(chunk)
        if into.tell() > limit:
            raise too_large


def unreachable(error: Exception) -> Unavailable:
    """A network error or time-out as our error, without the address it happened at."""
    late = isinstance(error, (httpx.TimeoutException, TimeoutError))
    connecting = isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout, httpx.InvalidURL))
    if any(isinstance(cause, SSLError) for cause in causes(error)):
        return Unavailable("banqup_tls")
    return Unavailable("banqup_unreachable" if connecting else "banqup_silent" if late else "banqup_connection_cut")
