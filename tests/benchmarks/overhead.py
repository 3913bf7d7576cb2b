"""What the engine adds to the HTTP calls it makes: the same calls, replayed bare by httpx, in turns with the engine.

One worker over the sandbox. Whatever the engine asks of Banqup and sends to Pingwin is recorded and then made once
more, call after call, by a plain client; an upload on a connection of its own, as the engine makes it. What is left is
conversion, checks, ledger, spool and scheduling.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter

import httpx
from pydantic import SecretStr

from core.banqup.client import BanqupClient
from core.config import Machine
from core.pingwin import http as pingwin_http
from core.pingwin.exchange import exchange
from core.pingwin.request import Outgoing
from core.sync.house import ClosingSource, Makers
from tests.benchmarks.sandboxed import site
from tests.benchmarks.table import Row


class Recorded(httpx.AsyncHTTPTransport):
    """The network, which remembers what was asked of it."""

    def __init__(self, calls: list[httpx.Request]) -> None:
        super().__init__()
        self._calls = calls

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Passes it on."""
        self._calls.append(request)
        return await super().handle_async_request(request)


def recording(calls: list[httpx.Request], machine: Machine, secret: SecretStr, *_: object) -> ClosingSource:
    """Banqup over that network."""
    return BanqupClient(machine.banqup, secret, transport=Recorded(calls))


@contextmanager
def uploads_recorded(uploads: list[Outgoing]) -> Iterator[None]:
    """Remembers each request that goes to Pingwin."""

    async def remembering(outgoing: Outgoing, *rest: object) -> object:
        uploads.append(outgoing)
        return await exchange(outgoing, *rest)  # type: ignore[arg-type]

    pingwin_http.exchange = remembering  # type: ignore[assignment]
    try:
        yield
    finally:
        pingwin_http.exchange = exchange


async def bare(calls: list[httpx.Request], uploads: list[Outgoing]) -> float:
    """Seconds of the same calls, one after the other. The trust store is read once, as the engine does."""
    trust = httpx.create_ssl_context()
    bodies = [b"".join(upload.body.pieces()) for upload in uploads]
    started = perf_counter()
    async with httpx.AsyncClient(verify=trust) as client:
        for call in calls:
            headers = {name: value for name, value in call.headers.items() if name != "content-length"}
            await client.request(call.method, call.url, headers=headers, content=call.content)
    for upload, body in zip(uploads, bodies, strict=True):
        async with httpx.AsyncClient(verify=trust) as client:
            await client.request(upload.method, upload.url, headers=dict(upload.headers), content=body)
    return perf_counter() - started


def measure(folder: Path, *, tiny: bool = False) -> list[Row]:
    """The median of some turns."""
    turns, documents = (1, 2) if tiny else (7, 12)
    ratios, engine_took, bare_took = [], [], []
    with site(folder / "home", turns * documents, workers=1) as at:
        for _ in range(turns):
            calls: list[httpx.Request] = []
            uploads: list[Outgoing] = []

            makers = Makers(source=partial(recording, calls))
            with uploads_recorded(uploads):
                whole = asyncio.run(at.deliver(documents, makers))
            alone = asyncio.run(bare(calls, uploads))
            engine_took.append(whole)
            bare_took.append(alone)
            ratios.append(whole / alone)
    value = f"{1000 * median(engine_took) / documents:.0f} / {1000 * median(bare_took) / documents:.0f} ms a document"
    return [Row("overhead", "engine / its bare calls, 1 worker", value, median(ratios), 1.2)]
