"""The one HTTP client of the product: httpx', and every request that passes through it becomes an entry.

A request may carry two extensions: `secrets`, values that its address holds and that are masked, and `private`, where
nothing of the answer may be kept (a token call).
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, quote, quote_plus, urlsplit, urlunsplit

import httpx

from core.activity.entry import Entry, Record, nobody, placed
from core.web import MASK, mask_values, redact

ANSWER_KEPT = 4_096
"""Bytes of a refused request's answer that are kept."""

HARMLESS_HEADERS = frozenset(
    {"accept", "accept-encoding", "connection", "content-length", "content-type", "date", "host", "retry-after"}
    | {"server", "transfer-encoding", "user-agent", "x-request-id"}
)
"""Headers whose value is kept; of any other one only its name."""

HARMLESS_PARAMETERS = frozenset({"limit", "folder", "updatedSince"})
"""Parameters of an address whose value is kept."""


class RecordedClient(httpx.AsyncClient):
    """An `httpx.AsyncClient` whose requests are recorded when they end, however they end."""

    def __init__(self, *, record: Record = nobody, **settings: Any) -> None:
        super().__init__(**settings)
        self._record = record

    async def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
        """Sends, and records once the answer was read to its end, closed, or never came."""
        if self._record is nobody:
            return await super().send(request, **options)
        call = _Call(request, self._record)
        try:
            response = await super().send(request, **options)
        except BaseException as error:
            call.broke(error)
            raise
        if response.is_stream_consumed:  # it was not asked for as a stream
            call.ended(response, response.content)
        else:
            assert isinstance(response.stream, httpx.AsyncByteStream)
            response.stream = _Listened(response, response.stream, call)
        return response


class _Call:
    """One request under way."""

    def __init__(self, request: httpx.Request, record: Record) -> None:
        self._request = request
        self._record = record
        self._secrets: Sequence[str] = request.extensions.get("secrets", ())
        self.private = bool(request.extensions.get("private"))
        self._at, self._began = time.time(), time.monotonic()

    def broke(self, error: BaseException) -> None:
        """No answer came."""
        self._record(placed(self._entry(trouble=type(error).__name__, headers=self._shown(self._request.headers))))

    def ended(self, response: httpx.Response, kept: bytes, received: int | None = None, trouble: str = "") -> None:
        """An answer came, whole or not."""
        entry = self._entry(
            status=response.status_code, received=len(kept) if received is None else received, trouble=trouble
        )
        if entry.failed:
            text = "" if self.private else redact(kept[:ANSWER_KEPT].decode("utf-8", "replace"), self._secrets)
            entry = self._entry(
                status=response.status_code,
                received=entry.received,
                trouble=trouble,
                headers=self._shown(self._request.headers),
                answer_headers=self._shown(response.headers),
                answer=text,
            )
        self._record(placed(entry))

    def _entry(self, **what: Any) -> Entry:
        length = self._request.headers.get("content-length", "0")
        return Entry(
            at=self._at,
            kind="request",
            method=self._request.method,
            address=address(str(self._request.url), self._secrets),
            seconds=round(time.monotonic() - self._began, 4),
            sent=int(length) if length.isdigit() else 0,
            **what,
        )

    def _shown(self, headers: httpx.Headers) -> Mapping[str, str]:
        return {
            name: mask_values(value, self._secrets) if name.lower() in HARMLESS_HEADERS else MASK
            for name, value in headers.items()
        }


class _Listened(httpx.AsyncByteStream):
    """An answer's bytes, counted as they are read; the first ones are kept in case it is a refusal."""

    def __init__(self, response: httpx.Response, stream: httpx.AsyncByteStream, call: _Call) -> None:
        self._response, self._stream, self._call = response, stream, call
        self._received, self._kept, self._trouble = 0, b"", ""
        self._told = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in self._stream:
                self._received += len(chunk)
                if len(self._kept) < ANSWER_KEPT:
                    self._kept += chunk[: ANSWER_KEPT - len(self._kept)]
                yield chunk
        except Exception as error:
            self._trouble = type(error).__name__
            raise

    async def aclose(self) -> None:
        """The answer is done with."""
        try:
            await self._stream.aclose()
        finally:
            if not self._told:
                self._told = True
                self._call.ended(self._response, self._kept, self._received, self._trouble)


def address(url: str, secrets: Sequence[str] = ()) -> str:
    """An address that may be kept: no user, no query but what is harmless, and no secret in its path."""
    parts = urlsplit(url)
    netloc = parts.netloc.rpartition("@")[2]
    query = "&".join(
        f"{quote_plus(name)}={quote(value, safe=':') if name in HARMLESS_PARAMETERS else MASK}"
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
    )
    return urlunsplit((parts.scheme, netloc, mask_values(parts.path, secrets), mask_values(query, secrets), ""))
