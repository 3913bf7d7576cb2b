"""A file's bytes into a file of ours, through a short-lived signed link (banqup-api 9.6); never held as a whole.

The link is as secret as a password: it is asked for each time, goes without token and cookies, only over https to a
host that is allowed, and no part of its query is ever kept.
"""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import httpx

from core.activity import Record, nobody
from core.banqup.errors import BadAnswer, FileRefused, Incomplete, NotFound, Throttled, Unavailable
from core.banqup.session import copy_limited, open_http, unreachable
from core.config import BanqupConnection
from core.errors import ConfigurationError
from core.files import beginning, writing
from core.web import is_loopback, retry_after

REDIRECTS = 3
"""Redirects that are followed, on the same host only."""

PATIENCE = 10
"""A download may take this many times the time-out of a call, in total."""


class LinkExpired(Exception):  # noqa: N818
    """The storage host refuses the link (400 or 403): expired or damaged."""


class Downloads:
    """Fetches signed links. `limit` is the largest file in bytes."""

    def __init__(
        self,
        connection: BanqupConnection,
        limit: int,
        transport: httpx.AsyncBaseTransport | None = None,
        record: Record = nobody,
    ) -> None:
        self._timeout = connection.timeout_s
        self._limit = limit
        self._http = open_http(connection, transport, record)
        self._allowed = allowed_hosts(connection)

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._http.aclose()

    async def fetch(self, link: str, file: str, now: float, into: Path) -> int:
        """Writes the bytes behind a link; returns how many. Raises LinkExpired, or a class of `core.banqup.errors`."""
        url = self._checked(link, file)
        try:
            async with asyncio.timeout(PATIENCE * self._timeout):
                for _ in range(REDIRECTS + 1):
                    size, following = await self._get(url, file, now, into)
                    if following is None:
                        return size
                    url = self._same_host(url, following, file)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            raise unreachable(error) from None
        raise FileRefused("banqup_link_unsafe", where=file)

    async def _get(self, url: httpx.URL, file: str, now: float, into: Path) -> tuple[int, str | None]:
        async with self._http.stream("GET", url, headers={"Accept": "*/*"}) as response:
            if response.is_redirect:
                return 0, response.headers.get("location", "")
            _raise_for(response, file, now)
            told = response.headers.get("content-length", "")
            too_large = FileRefused("banqup_file_too_large", where=file, limit=self._limit)
            if told.isdigit() and int(told) > self._limit:
                raise too_large
            with writing(into), into.open("wb") as written:
                await copy_limited(response, written, self._limit, too_large)
                size = written.tell()
        if beginning(into).lstrip().lower().startswith((b"<!doctype html", b"<html")):
            raise Incomplete("banqup_file_is_a_page", where=file)
        return size, None

    def _checked(self, link: str, file: str) -> httpx.URL:
        try:
            url = httpx.URL(link)
        except httpx.InvalidURL:
            raise FileRefused("banqup_link_unsafe", where=file) from None
        secure = url.scheme == "https" or (url.scheme == "http" and is_loopback(url.host))
        if not secure or url.userinfo or _pair(url) not in self._allowed:
            raise FileRefused("banqup_link_unsafe", where=file, host=url.host[:100])
        return url

    def _same_host(self, url: httpx.URL, following: str, file: str) -> httpx.URL:
        try:
            target = self._checked(str(url.join(following)), file)
        except httpx.InvalidURL:
            raise FileRefused("banqup_link_unsafe", where=file) from None
        if _pair(target) != _pair(url):
            raise FileRefused("banqup_link_unsafe", where=file, host=target.host[:100])
        return target


def allowed_hosts(connection: BanqupConnection) -> frozenset[tuple[str, int]]:
    """Host and port pairs that a link may name: the allowed hosts (443, or as written), and Banqup's own.

    Raises ConfigurationError for an entry that is no host name.
    """
    pairs = {_pair(httpx.URL(connection.base_url))}
    for entry in connection.download_hosts:
        try:
            url = httpx.URL(f"https://{entry}")
        except httpx.InvalidURL:
            raise ConfigurationError("banqup_download_host_wrong", host=entry) from None
        if not re.fullmatch(r"[a-z0-9.-]+", url.host) or url.path not in {"", "/"} or url.userinfo:
            raise ConfigurationError("banqup_download_host_wrong", host=entry)
        pairs.add(_pair(url))
    return frozenset(pairs)


def _pair(url: httpx.URL) -> tuple[str, int]:
    return url.host.rstrip(".").lower(), url.port or (443 if url.scheme == "https" else 80)


def _raise_for(response: httpx.Response, file: str, now: float) -> None:
    """The storage host's status as our error. Its 429 is its own and pauses no call to Banqup."""
    status = response.status_code
    wait = retry_after(response.headers.get("retry-after"), now)
    if 200 <= status <= 299:
        return
    if status in {400, 403}:
        raise LinkExpired
    if status in {404, 410}:
        raise NotFound("banqup_file_not_found", where=file)
    if status == 429:
        raise Throttled("banqup_storage_throttled", retry_after=wait if wait is not None else 60.0)
    if status >= 500:
        raise Unavailable("banqup_storage_error", retry_after=wait, where=file, status=status)
    raise BadAnswer("banqup_storage_refused", where=file, status=status)
