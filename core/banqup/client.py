"""Banqup over HTTP: the `Source` of documents. Read-only; the contract is the banqup-api reference, section 9.

    errors.py     what can go wrong, as classes (also importable from here)
    wire.py       every assumed name; values.py: JSON values
    tokens.py     the token, session.py the calls, download.py the signed links

Nothing is retried here beyond one renewal of the token and one new link: what is to be asked again is due again.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx
from pydantic import SecretStr

from core.activity import Record, nobody
from core.banqup import wire
from core.banqup.download import Downloads, LinkExpired
from core.banqup.errors import (
    BadAnswer,
    CredentialsRefused,
    FileRefused,
    Forbidden,
    Incomplete,
    NotFound,
    NotReady,
    RequestRefused,
    SpaceGone,
    Throttled,
    Unavailable,
)
from core.banqup.session import Session
from core.banqup.source import Page
from core.ceiling import Ceilings, alone
from core.clock import Clock, SystemClock
from core.config import BanqupConnection
from core.errors import ConfigurationError
from core.model import Document, SourceFile, Space
from core.web import address_problem

__all__ = [
    "BadAnswer",
    "BanqupClient",
    "CredentialsRefused",
    "FileRefused",
    "Forbidden",
    "Incomplete",
    "NotFound",
    "NotReady",
    "RequestRefused",
    "SpaceGone",
    "Throttled",
    "Unavailable",
]

MAX_PAGES = 10_000
"""Pages of one scan; more means that the list does not end (banqup-api 9.4)."""

MAX_FILE = 50 * 1024 * 1024
"""Bytes of the largest file that is read at all (decision 28)."""


class BanqupClient:
    """One credential set's view of Banqup. Keeps its token in memory; `aclose` or `async with` ends it.

    Raises ConfigurationError where the address is missing or not https (http only on this machine).
    """

    def __init__(
        self,
        connection: BanqupConnection,
        secret: SecretStr,
        *,
        clock: Clock | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        max_file_bytes: int = MAX_FILE,
        record: Record = nobody,
        ceilings: Ceilings = alone,
    ) -> None:
        """`ceilings` says how calls are counted: of this process alone, or of several engines together."""
        if problem := address_problem(connection.base_url):
            raise ConfigurationError(f"banqup_address_{problem}")
        self._connection = connection
        self._clock = clock or SystemClock()
        self._session = Session(connection, secret, self._clock, transport, record, ceilings)
        self._downloads = Downloads(connection, max_file_bytes, transport, record)

    def __repr__(self) -> str:
        return f"BanqupClient({self._connection.base_url!r})"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Closes all connections and forgets the token."""
        await self._downloads.aclose()
        await self._session.aclose()

    async def spaces(self) -> list[Space]:
        """The spaces that let this app in. Empty is no error: no space has whitelisted the app."""
        body = await self._session.get(wire.SPACES)
        return wire.read_spaces(body.json)

    async def scan(self, space: str, since_ns: int | None = None) -> AsyncGenerator[Page, None]:
        """Reads the list to its end. A document that changed meanwhile comes again, the later one; never an older one.

        A cursor that Banqup no longer knows starts the scan over, once. Raises SpaceGone, BadAnswer for a list that
        does not end, and what `Session.get` raises.
        """
        latest: dict[str, int | None] = {}
        followed: set[str] = set()
        cursor: str | None = None
        restarted = False
        for _ in range(MAX_PAGES):
            try:
                listing, clock_ns = await self._page(space, cursor, since_ns)
            except RequestRefused as refused:
                if refused.error != wire.INVALID_CURSOR or cursor is None or restarted:
                    raise
                cursor, restarted = None, True
                followed.clear()
                continue
            yield Page(_unseen(listing.documents, latest), clock_ns, listing.ignored)
            cursor = listing.next_cursor
            if cursor is None:
                return
            if cursor in followed:
                raise BadAnswer("banqup_list_goes_round", where=space)
            followed.add(cursor)
        raise BadAnswer("banqup_list_endless", where=space, pages=MAX_PAGES)

    async def _page(self, space: str, cursor: str | None, since_ns: int | None) -> tuple[wire.Listing, int]:
        parameters = wire.list_parameters(self._connection.page_size, cursor, since_ns)
        try:
            body = await self._session.get(wire.path(wire.DOCUMENTS, space=space), parameters)
        except NotFound as gone:
            raise SpaceGone("banqup_space_gone", where=space, **gone.arguments) from None
        return wire.read_listing(body.json, space), body.clock_ns

    async def document(self, space: str, document_id: str) -> Document:
        """One document with its files. Raises NotFound, and BadAnswer where another one comes."""
        try:
            body = await self._session.get(wire.path(wire.DOCUMENT, space=space, document=document_id))
        except NotFound as gone:
            raise NotFound("banqup_document_not_found", where=document_id, **gone.arguments) from None
        document = wire.read_document(body.json, space)
        if document.id != document_id:
            raise BadAnswer("banqup_other_document", where=document_id)
        return document

    async def download(self, space: str, file: SourceFile, into: Path) -> None:
        """A file's bytes, as many as Banqup says there are. Asks for a new link once where the first one is refused.

        Raises StoreError where they cannot be written.
        """
        for _ in range(2):
            details = await self._file(space, file.id)
            try:
                got = await self._downloads.fetch(details.link, file.id, self._clock.now(), into)
            except LinkExpired:
                continue
            size = details.size if details.size is not None else file.size
            if size is not None and size != got:
                raise Incomplete("banqup_file_size_differs", where=file.id, size=size, got=got)
            return
        raise Unavailable("banqup_link_expired", where=file.id)

    async def _file(self, space: str, file: str) -> wire.FileDetails:
        try:
            body = await self._session.get(wire.path(wire.FILE, space=space, file=file))
        except NotFound as gone:
            raise NotFound("banqup_file_not_found", where=file, **gone.arguments) from None
        details = wire.read_file(body.json, file)
        if code := wire.REFUSED_FILES.get(details.status):
            raise FileRefused(code, where=file)
        if details.status == wire.AWAITING_UPLOAD or (not details.link and details.status != wire.AVAILABLE):
            raise NotReady("banqup_file_not_ready", where=file, status=details.status)
        if not details.link:
            raise BadAnswer("banqup_file_without_link", where=file)
        return details


def _unseen(documents: tuple[Document, ...], latest: dict[str, int | None]) -> tuple[Document, ...]:
    """What is new or later than what came before in this scan; remembers it. Without a time it always counts."""
    kept: dict[str, Document] = {}
    for document in documents:
        before = latest.get(document.id)
        if before is None or document.updated_ns is None or document.updated_ns > before:
            kept[document.id] = document
            latest[document.id] = document.updated_ns
    return tuple(kept.values())
