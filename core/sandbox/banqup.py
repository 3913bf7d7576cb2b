"""The Banqup stand-in: an own reading of section 9 of the banqup-api reference, as a starlette application.

Paths of 9.2, 9.3 and 9.6 are documented; the list call, member names and statuses beyond the documented ones are
assumptions of that section. Read-only, like the real use of it: documents change through `control.py`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from core.sandbox.answers import common_fault, problem, truncated
from core.sandbox.faults import Fault, Point
from core.sandbox.links import make_cursor, make_token, read_cursor, scatter, sign
from core.sandbox.records import NANOSECONDS, HistoryShown, StoredDocument, StoredFile, iso
from core.sandbox.world import World

TOKEN_PATH = "/oauth2/client_credential/gettoken"  # noqa: S105
OTHER_TOKEN_PATH = "/oauth2/client_credential/accesstoken"  # noqa: S105
SPACES_PATH = "/entitystore/v1/spaces"
DOCUMENTS_PATH = "/datastore/documents/transaction/v2/spaces/{space}/documents"
FILE_PATH = "/datastore/documents/transaction/v1/spaces/{space}/files/{file}"
SIGNED_PATH = "/signed/{file}"

DEFAULT_LIMIT = 50

FILE_STATUS: Mapping[Fault | None, str] = {
    Fault.FILE_NOT_READY: "AWAITING_UPLOAD",
    Fault.FILE_INFECTED: "INFECTED",
    Fault.FILE_DELETED: "DELETED",
}
"""Fault -> status of a file without a link; only the first is documented."""


class BanqupSandbox:
    """Answers as Banqup is documented or assumed to; keeps the tokens it issued."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._tokens: dict[str, int] = {}
        self._calls: list[int] = []

    def routes(self) -> list[Route]:
        """The routes of the stand-in."""
        return [
            Route(TOKEN_PATH, self.token, methods=["POST"]),
            Route(OTHER_TOKEN_PATH, self.token, methods=["POST"]),
            Route(SPACES_PATH, self.spaces, methods=["GET"]),
            Route(DOCUMENTS_PATH, self.documents, methods=["GET"]),
            Route(DOCUMENTS_PATH + "/{document}", self.document, methods=["GET"]),
            Route(FILE_PATH, self.file, methods=["GET"]),
            Route(SIGNED_PATH, self.signed, methods=["GET"]),
        ]

    def expire_tokens(self) -> None:
        """Ends every token at once."""
        self._tokens.clear()

    # -- token -------------------------------------------------------------------------------------------------------

    async def token(self, request: Request) -> Response:
        """Client credentials in a form body -> a JSON object, or a bare string as one documented page shows."""
        world = self.world
        world.requests["token"] += 1
        fault = world.faults.draw(Point.TOKEN)
        if fault is not None and (answer := await common_fault(world, request, fault)) is not None:
            return answer
        if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            return problem(world, 415, "The body must be application/x-www-form-urlencoded.")
        form = await request.form()
        if form.get("grant_type") != "client_credentials":
            return problem(world, 400, "grant_type must be client_credentials.")
        right = (form.get("client_id"), form.get("client_secret")) == (world.client_id, world.client_secret)
        if fault is Fault.UNAUTHORIZED or not right:
            return problem(world, 401, "The client id or the client secret is wrong.")
        now = world.now_ns() // NANOSECONDS
        lifetime = world.switches.token_lifetime
        token = make_token(world.client_id, now, int(now + lifetime))
        self._tokens[token] = world.now_ns() + int(lifetime * NANOSECONDS)
        if fault is Fault.TOKEN_BARE or world.switches.token_form == "bare":  # noqa: S105
            return Response(token, media_type="text/plain")
        body: dict[str, Any] = {"access_token": token, "token_type": "Bearer"}
        if world.switches.lifetime_told:
            body["expires_in"] = int(lifetime)
        return truncated(body) if fault is Fault.TRUNCATED else JSONResponse(body)

    async def _gate(self, request: Request, point: Point, subject: str = "") -> tuple[Response | None, Fault | None]:
        """What every call passes: faults, the bearer token, our own call limit and the space."""
        world = self.world
        world.requests[point] += 1
        fault = world.faults.draw(point, subject)
        if fault is Fault.TOKEN_EXPIRED:
            self.expire_tokens()
        if fault is not None and (answer := await common_fault(world, request, fault)) is not None:
            return answer, fault
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if fault is Fault.UNAUTHORIZED or scheme != "Bearer" or self._tokens.get(token, 0) <= world.now_ns():
            return problem(world, 401, "The access token is missing, unknown or expired."), fault
        if self._too_many():
            return problem(world, 429, "Too many requests.", headers={"Retry-After": "60"}), fault
        space = request.path_params.get("space")
        if space is not None:
            known = world.spaces.get(space)
            if known is None or not known.listed:
                return problem(world, 404, "There is no such space for this app."), fault
            if fault is Fault.SPACE_FORBIDDEN:
                return problem(world, 403, "The app's role does not allow this."), fault
        return None, fault

    def _too_many(self) -> bool:
        """Whether the credential set has used up its calls of the last minute."""
        ceiling = self.world.switches.calls_per_minute
        if not ceiling:
            return False
        now = self.world.now_ns()
        self._calls = [at for at in self._calls if at > now - 60 * NANOSECONDS]
        if len(self._calls) >= ceiling:
            return True
        self._calls.append(now)
        return False

    # -- spaces and documents ----------------------------------------------------------------------------------------

    async def spaces(self, request: Request) -> Response:
        """The spaces that let the app in; an empty list is no error."""
        refused, fault = await self._gate(request, Point.SPACES)
        if refused is not None:
            return refused
        listed = [space for space in self.world.spaces.values() if space.listed and fault is not Fault.SPACES_EMPTY]
        body = {"spaces": [{"id": space.id, "name": space.name, "type": "BUSINESS"} for space in listed]}
        return truncated(body) if fault is Fault.TRUNCATED else JSONResponse(body)

    async def documents(self, request: Request) -> Response:
        """One page of a space's documents; size, folder and date are hints."""
        refused, fault = await self._gate(request, Point.LIST)
        if refused is not None:
            return refused
        world = self.world
        cursor = request.query_params.get("cursor", "")
        position = read_cursor(world.signing_key, cursor) if cursor else {"seed": world.requests[Point.LIST]}
        if position is None or fault is Fault.UNKNOWN_CURSOR:
            return problem(world, 400, "The cursor is not known.", error="INVALID_CURSOR")
        try:
            query = _query(request, position)
        except ValueError as error:
            return problem(world, 400, str(error))
        rows, following = self._page(request.path_params["space"], query)
        if (fault is Fault.EMPTY_PAGE or world.switches.empty_pages) and not query.get("emptied"):
            rows, following = [], {**query, "emptied": True}
        body: dict[str, Any] = {"documents": [self._shown(row, in_list=True) for row in rows]}
        body["nextCursor"] = make_cursor(world.signing_key, following) if following else None
        if fault is Fault.REPEATED_CURSOR and cursor:
            body["nextCursor"] = cursor
        return truncated(body) if fault is Fault.TRUNCATED else JSONResponse(body)

    def _page(self, space: str, query: dict[str, Any]) -> tuple[list[StoredDocument], dict[str, Any] | None]:
        """Keyset paging by (updated, id): equal timestamps skip nothing, and what changes meanwhile comes again."""
        switches = self.world.switches
        rows = self.world.documents(space)

        def key(document: StoredDocument) -> tuple[int, str]:
            order = int(scatter(query["seed"], document.id) * 1e18) if switches.disorder else document.updated_ns
            return order, document.id

        if switches.disorder:
            rows = sorted(rows, key=key)
        after = tuple(query["after"]) if "after" in query else (-1, "")
        size = max(1, min(query["limit"], switches.page_cap))
        wanted = (rows[index] for index in range(bisect_right(rows, after, key=key), len(rows)))
        if not switches.ignore_filters:
            wanted = (document for document in wanted if _asked_for(document, query))
        page = list(islice(wanted, size + 1))
        following = {**query, "after": key(page[size - 1]), "emptied": False} if len(page) > size else None
        repeated = rows[:1] if switches.disorder and "after" in query else []
        return [*repeated, *page[:size]], following

    async def document(self, request: Request) -> Response:
        """One document with its files."""
        id_ = request.path_params["document"]
        refused, fault = await self._gate(request, Point.DOCUMENT, id_)
        if refused is not None:
            return refused
        document = self.world.document(id_)
        if document is None or document.space != request.path_params["space"] or fault is Fault.DOCUMENT_MISSING:
            return problem(self.world, 404, "There is no such document.")
        body = self._shown(document)
        return truncated(body) if fault is Fault.TRUNCATED else JSONResponse(body)

    def _shown(self, document: StoredDocument, *, in_list: bool = False) -> dict[str, Any]:
        """A document as 9.5 has it."""
        body: dict[str, Any] = {
            "id": document.id,
            "spaceId": document.space,
            "folder": document.folder,
            "category": document.category,
            "source": document.source,
            "status": {
                "document": document.document_status,
                "pay": document.pay_status,
                "delivery": document.delivery_status,
            },
            "timestamps": {"createdAt": iso(document.created_ns), "updatedAt": iso(document.updated_ns)},
            "metadata": document.metadata,
        }
        if not self.world.switches.updated_told:
            del body["timestamps"]["updatedAt"]
        if self.world.switches.history is HistoryShown.PRESENT:
            body["statusHistory"] = [
                {"member": change.member, "from": change.before, "to": change.after, "at": iso(change.at_ns)}
                for change in document.history
            ]
        if not in_list or self.world.switches.files_in_list:
            body["files"] = [
                {
                    "id": file.id,
                    "kind": file.kind,
                    "filename": file.filename,
                    "contentType": file.content_type,
                    "fileSize": file.size,
                }
                for file in document.files
            ]
        return body

    # -- files -------------------------------------------------------------------------------------------------------

    async def file(self, request: Request) -> Response:
        """The details of a file, with a short-lived signed link to its bytes."""
        id_ = request.path_params["file"]
        refused, fault = await self._gate(request, Point.FILE, id_)
        if refused is not None:
            return refused
        file = self.world.file(id_, request.path_params["space"])
        if file is None or fault is Fault.FILE_MISSING:
            return problem(self.world, 404, "There is no such file.")
        body = self._file_details(request, file, FILE_STATUS.get(fault, "AVAILABLE"))
        if fault is Fault.SIZE_WRONG:
            body["fileSize"] = file.size + 1
        return truncated(body) if fault is Fault.TRUNCATED else JSONResponse(body)

    def _file_details(self, request: Request, file: StoredFile, status: str) -> dict[str, Any]:
        body: dict[str, Any] = {
            "id": file.id,
            "filename": file.filename,
            "description": "",
            "creatorType": "application",
            "status": status,
            "fileSize": file.size,
            "fileType": file.content_type,
            "contentType": file.content_type,
        }
        if status == "AVAILABLE":
            expires = self.world.now_ns() + int(self.world.switches.link_lifetime * NANOSECONDS)
            signature = sign(self.world.signing_key, file.id, expires)
            address = request.url_for("signed", file=file.id).include_query_params(expires=expires, sig=signature)
            body["downloadUrl"] = str(address)
            body["downloadUrlExpiresAt"] = iso(expires)
        return body

    async def signed(self, request: Request) -> Response:
        """The bytes of a file, for whoever holds the link. A bearer token here is refused: it would have leaked."""
        world = self.world
        world.requests[Point.DOWNLOAD] += 1
        id_ = request.path_params["file"]
        fault = world.faults.draw(Point.DOWNLOAD, id_)
        if fault is not None and (answer := await common_fault(world, request, fault)) is not None:
            return answer
        if "authorization" in request.headers:
            return problem(world, 400, "A signed link is asked for without an Authorization header.")
        expires, signature = request.query_params.get("expires", ""), request.query_params.get("sig", "")
        genuine = expires.isdigit() and signature == sign(world.signing_key, id_, expires)
        if not genuine or int(expires) <= world.now_ns() or fault is Fault.LINK_EXPIRED:
            return problem(world, 403, "The link has expired or is damaged.")
        file, content = world.file(id_), world.content(id_)
        if file is None or content is None:
            return problem(world, 404, "There is no such file.")
        if fault is Fault.TRUNCATED:
            content = content[: len(content) // 2]
        return Response(content, media_type=file.content_type)


def _asked_for(document: StoredDocument, query: dict[str, Any]) -> bool:
    """Whether a document passes the hints of a list call."""
    since = query.get("since")
    return query.get("folder", document.folder) == document.folder and (since is None or document.updated_ns >= since)


def _query(request: Request, position: dict[str, Any]) -> dict[str, Any]:
    """What a page was asked for: parameters of the first page travel on in the cursor. Raises ValueError."""
    if "limit" in position:
        return position
    limit = request.query_params.get("limit", str(DEFAULT_LIMIT))
    if not limit.isdigit() or int(limit) < 1:
        raise ValueError("limit must be a positive number.")
    query = {**position, "limit": int(limit)}
    if folder := request.query_params.get("folder"):
        query["folder"] = folder
    if since := request.query_params.get("updatedSince"):
        query["since"] = _nanoseconds(since)
    return query


def _nanoseconds(text: str) -> int:
    """An ISO 8601 instant as integer nanoseconds; up to nine fractional digits. Raises ValueError."""
    whole, _, rest = text.replace("Z", "+00:00").partition(".")
    digits = rest[: next((i for i, c in enumerate(rest) if not c.isdigit()), len(rest))]
    moment = datetime.fromisoformat(whole + rest[len(digits) :])
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return int(moment.timestamp()) * NANOSECONDS + int((digits or "0").ljust(9, "0")[:9])


async def not_found(request: Request, error: Exception) -> Response:
    """Problem JSON also for what no route answers."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    return problem(request.app.state.world, status, "There is nothing here.")
