"""How the stand-ins answer when something goes wrong: problem JSON, and cut, slow or unreadable answers.

A connection is cut through the transport that `server.py` puts into the request's state.
"""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import uuid
from collections.abc import Mapping
from email.utils import formatdate
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from core.sandbox.faults import Fault
from core.sandbox.records import NANOSECONDS, iso
from core.sandbox.world import World

TITLES = {
    400: ("BAD_REQUEST", "Invalid Request Format"),
    401: ("UNAUTHORIZED", "Unauthorized"),
    403: ("FORBIDDEN", "Forbidden"),
    404: ("NOT_FOUND", "Not Found"),
    405: ("METHOD_NOT_ALLOWED", "Method Not Allowed"),
    409: ("CONFLICT", "Conflict"),
    415: ("UNSUPPORTED_MEDIA_TYPE", "Unsupported Media Type"),
    422: ("UNPROCESSABLE", "Unprocessable"),
    429: ("TOO_MANY_REQUESTS", "Too Many Requests"),
    500: ("INTERNAL_SERVER_ERROR", "Internal Server Error"),
    502: ("BAD_GATEWAY", "Bad Gateway"),
    503: ("SERVICE_UNAVAILABLE", "Service Unavailable"),
}
"""HTTP status -> `error` and `title` of a problem; bodies of 400 and 406 are documented, the others assumed."""

HTML_PAGE = "<!DOCTYPE html><html><head><title>502</title></head><body><h1>Bad Gateway</h1></body></html>"


class Dropped(Response):
    """An answer that never comes: the connection is cut, hard, before a byte of it."""

    def __init__(self, request: Request) -> None:
        super().__init__(status_code=500)
        self._request = request

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Cuts the connection instead of answering."""
        transport = self._request.state.transport
        peer = transport.get_extra_info("socket")
        if peer is not None:
            # linger 0: the client sees a reset, not a tidy end
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()


def http_date(at_ns: int) -> str:
    """An instant as HTTP writes it."""
    return formatdate(at_ns / NANOSECONDS, usegmt=True)


def problem(
    world: World, status: int, detail: str, *, error: str = "", headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """Problem JSON as Banqup documents it (banqup-api 6); `timestamp` comes in either of its two formats."""
    name, title = TITLES[status]
    now = world.now_ns()
    body = {
        "status": status,
        "error": error or name,
        "requestId": str(uuid.uuid4()),
        "timestamp": http_date(now) if world.switches.http_dates else iso(now),
        "title": title,
        "detail": detail,
    }
    return JSONResponse(body, status, headers=dict(headers or {}), media_type="application/problem+json")


LIMITS = {Fault.LIMIT_SECONDS, Fault.LIMIT_DATE, Fault.LIMIT_BARE, Fault.UPLOAD_LIMIT}
ERRORS = {Fault.ERROR_500: 500, Fault.ERROR_502: 502, Fault.ERROR_503: 503}


def limited(world: World, fault: Fault) -> Response:
    """429, with `Retry-After` in seconds, as a date, or not at all."""
    wait = world.faults.retry_after
    headers = {"Retry-After": str(wait)}
    if fault is Fault.LIMIT_DATE:
        headers = {"Retry-After": http_date(world.now_ns() + wait * NANOSECONDS)}
    elif fault is Fault.LIMIT_BARE:
        headers = {}
    return problem(world, 429, "Too many requests.", headers=headers)


async def common_fault(world: World, request: Request, fault: Fault) -> Response | None:
    """Plays the faults that look the same everywhere. None: the caller goes on (after a slow start)."""
    if fault in LIMITS:
        return limited(world, fault)
    if fault in ERRORS:
        return problem(world, ERRORS[fault], "The sandbox was told to fail here.")
    if fault is Fault.RESET:
        return Dropped(request)
    if fault is Fault.HTML:
        return Response(HTML_PAGE, 502, media_type="text/html")
    if fault in {Fault.SLOW, Fault.UPLOAD_SLOW, Fault.LOOKUP_SLOW}:
        await asyncio.sleep(world.faults.slow_seconds)
    return None


def truncated(body: Mapping[str, Any]) -> Response:
    """The first half of a JSON answer, with a length that fits the half."""
    text = json.dumps(body)
    return Response(text[: len(text) // 2], media_type="application/json")
