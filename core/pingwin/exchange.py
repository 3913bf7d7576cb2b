"""One HTTP request and its answer, on a connection of its own, and whether the body left us before it failed.

No redirect is followed, nothing is retried, no cookie is kept. The deadline is total: httpx' own timeouts count per
chunk and do not bound an answer that trickles (engine reference, 5.3 rule 3).
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass

import httpx

from core.activity import Record, nobody
from core.activity.client import RecordedClient
from core.clock import SystemClock
from core.pingwin.body import Body
from core.pingwin.request import Outgoing
from core.pingwin.verdict import Reply
from core.web import causes, is_loopback

ANSWER_LIMIT = 256 * 1024
"""Bytes of an answer that are read; more than any receipt needs."""

CONNECT_TIMEOUT = 15.0
"""Seconds for name, TCP and TLS. Failing there proves that nothing was taken."""


BOOT = SystemClock().boot


@dataclass(frozen=True, slots=True)
class Broken:
    """A call without a whole answer. `left` is True once the first byte of the body may have left this machine.

    `code` says what happened in the words of `core.wording.pingwin`.
    """

    left: bool
    code: str
    status: int | None = None


class _Trace:
    """Listens to the transport: knows when the body starts to leave, which no exception class tells.

    The last look before that: a process that was frozen since its intent sends nothing once its time is over.
    """

    def __init__(self, ends: float, boot: Callable[[], float]) -> None:
        self.left = False
        self._ends, self._boot = ends, boot

    async def __call__(self, event: str, info: Mapping[str, object]) -> None:
        if event.endswith(".send_request_body.started"):
            if self._boot() >= self._ends:
                raise TimeoutError
            request = info.get("request")
            # asking a proxy for a tunnel is a request too, but carries no document
            self.left = self.left or getattr(request, "method", b"") != b"CONNECT"


async def exchange(
    outgoing: Outgoing,
    deadline: float,
    context: ssl.SSLContext,
    record: Record = nobody,
    boot: Callable[[], float] = BOOT,
) -> Reply | Broken:
    """Sends once and reads the answer, within `deadline` seconds in total. Raises nothing for what the network did.

    `boot` is a clock that runs while the process or the machine stands still.
    """
    trace = _Trace(boot() + deadline, boot)
    status: int | None = None
    headers: Mapping[str, str] = {}
    body = bytearray()
    timeout = httpx.Timeout(deadline, connect=min(CONNECT_TIMEOUT, deadline))
    own_machine = is_loopback(httpx.URL(outgoing.url).host)
    try:
        async with (
            asyncio.timeout(deadline),
            # a proxy of the environment is for the outside, never for this machine
            RecordedClient(record=record, timeout=timeout, verify=context, trust_env=not own_machine) as client,
            client.stream(
                outgoing.method,
                outgoing.url,
                headers=list(outgoing.headers),
                content=_sent(outgoing.body) if outgoing.body.size else b"",
                extensions={"trace": trace, "secrets": outgoing.secrets},
            ) as response,
        ):
            status, headers = response.status_code, response.headers
            async for chunk in response.aiter_raw():
                body += chunk
                if len(body) >= ANSWER_LIMIT:
                    break
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, OSError) as error:
        if status is not None and not 200 <= status <= 299:
            # the status alone decides, however little of its body arrived
            return Reply(status, headers, bytes(body), complete=False)
        return Broken(trace.left, _what_broke(error, left=trace.left), status)
    return Reply(status or 0, headers, bytes(body[:ANSWER_LIMIT]))


async def _sent(body: Body) -> AsyncIterator[bytes]:
    for piece in body.pieces():
        yield piece


_BEFORE: tuple[tuple[type[BaseException], str], ...] = (
    (httpx.TimeoutException, "pingwin_connect_timeout"),
    (TimeoutError, "pingwin_connect_timeout"),
    (socket.gaierror, "pingwin_name_unknown"),
    (ssl.SSLError, "pingwin_tls"),
    (httpx.ProxyError, "pingwin_proxy"),
    (httpx.InvalidURL, "pingwin_request_impossible"),
    (httpx.LocalProtocolError, "pingwin_request_impossible"),
    (httpx.UnsupportedProtocol, "pingwin_request_impossible"),
)
"""What failed before the body left; first match in the chain of causes, else the server could not be reached."""


def _what_broke(error: BaseException, *, left: bool) -> str:
    if left:
        late = isinstance(error, (httpx.TimeoutException, TimeoutError))
        return "pingwin_no_answer" if late else "pingwin_connection_cut"
    chain = causes(error)
    for kind, code in _BEFORE:
        if any(isinstance(link, kind) for link in chain):
            return code
    return "pingwin_unreachable"
