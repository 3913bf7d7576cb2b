"""The Pingwin stand-in: takes files by any of the inferred wire profiles, keeps them and really checks them.

Nothing here is Pingwin's own interface: none is public (pingwin reference, 3). Its default contract can be asked for
a document by its delivery key; switches turn that off, add idempotency, or choose one profile.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from core.pingwin.contract import WireContract
from core.sandbox.answers import Dropped, common_fault, limited
from core.sandbox.faults import Fault, Point
from core.sandbox.inspection import inspect
from core.sandbox.records import NANOSECONDS, Dossier, Receipt
from core.sandbox.speaking import Speaker
from core.sandbox.wires import READERS, Delivered, Reader
from core.sandbox.world import World

NEVER_S = 86_400.0
"""Longer than anybody waits for an answer."""

BEFORE = {Fault.UPLOAD_500_BEFORE: 500, Fault.UPLOAD_503_BEFORE: 503}


def refusal(status: int, code: str, text: str, **more: str) -> JSONResponse:
    """An error answer: a stable code and a text for people."""
    return JSONResponse({"error": code, "detail": text, **more}, status)


class PingwinSandbox:
    """Answers as an accounting package might; `world.receipts` is what it took."""

    def __init__(self, world: World, contract: WireContract | None = None) -> None:
        """With a `contract` it speaks that one too, before its own."""
        self.world = world
        self._speaker = Speaker(contract, self.upload, self._opened, self._kept) if contract is not None else None

    def routes(self) -> list[Route]:
        """The routes of the stand-in, to be mounted under a prefix of its own."""
        return [
            *(self._speaker.routes() if self._speaker is not None else ()),
            Route("/dossier", self.dossier, methods=["GET"]),
            Route("/documents/by-key/{key}", self.lookup, methods=["GET"]),
            *(Route(path, self._uploader(reader), methods=["POST"]) for path, reader in READERS.items()),
            Route("/{path:path}", self.greeting, methods=["GET", "HEAD"]),
        ]

    async def greeting(self, request: Request) -> Response:
        """A harmless answer for whoever asks whether anybody is here."""
        return Response(status_code=204)

    def _opened(self, api_key: str, clid: str, file_id: str) -> Dossier | Response:
        """The dossier that the three credentials open, or the refusal: 401 for key or CLID, 404 for the File ID."""
        keyed = [d for d in self.world.dossiers.values() if api_key and d.api_key == api_key and d.clid == clid]
        if not keyed:
            return refusal(401, "INVALID_KEY", "The API key or the CLID is not valid.")
        dossier = next((d for d in keyed if d.file_id == file_id), None)
        if dossier is None:
            return refusal(404, "UNKNOWN_DOSSIER", "There is no dossier with this File ID for this key.")
        if dossier.disabled:
            return refusal(403, "DOSSIER_DISABLED", "The dossier is disabled.")
        return dossier

    def _kept(self, file_id: str, key: str) -> str | None:
        """The id of what was taken under a delivery key."""
        receipt = self.world.inbox.with_key(file_id, key, by=self.world.now_ns())
        return receipt.id if receipt is not None else None

    def _by_headers(self, request: Request) -> Dossier | Response:
        headers = request.headers
        return self._opened(headers.get("x-api-key", ""), headers.get("x-clid", ""), headers.get("x-file-id", ""))

    async def dossier(self, request: Request) -> Response:
        """The harmless request of the sandbox contract: are the three credentials right?"""
        self.world.requests["dossier"] += 1
        dossier = self._by_headers(request)
        if isinstance(dossier, Response):
            return dossier
        return JSONResponse({"dossier": dossier.file_id, "name": dossier.name})

    async def lookup(self, request: Request) -> Response:
        """Asks for a document by its delivery key; 404 with NO_SUCH_DOCUMENT where there is none."""
        world = self.world
        world.requests[Point.LOOKUP] += 1
        fault = world.faults.draw(Point.LOOKUP, request.path_params["key"])
        if fault is Fault.LOOKUP_500:
            return refusal(500, "FAILED", "The sandbox was told to fail here.")
        if fault is not None:
            await common_fault(world, request, fault)
        if not world.switches.lookup:
            return refusal(405, "NOT_SUPPORTED", "Documents cannot be asked for.")
        dossier = self._by_headers(request)
        if isinstance(dossier, Response):
            return dossier
        indexed = world.now_ns() - int(world.switches.search_lag * NANOSECONDS)
        receipt = world.inbox.with_key(dossier.file_id, request.path_params["key"], by=indexed)
        if receipt is None:
            return refusal(404, "NO_SUCH_DOCUMENT", "No document with this key.")
        return JSONResponse({"id": receipt.id, "key": receipt.key})

    def _uploader(self, reader: Reader) -> Callable[[Request], Awaitable[Response]]:
        """The endpoint of a path whose requests this reader reads."""

        async def upload(request: Request) -> Response:
            return await self.upload(request, await reader(request))

        return upload

    async def upload(self, request: Request, delivered: Delivered | None) -> Response:
        """Takes a file, beside others, for as long as it was told that this takes."""
        with self.world.upload_under_way():
            self.world.requests[Point.UPLOAD] += 1
            await asyncio.sleep(self.world.switches.upload_seconds)
            return await self._uploaded(request, delivered)

    async def _uploaded(self, request: Request, delivered: Delivered | None) -> Response:
        """Credentials, then the file itself, then the faults that come after taking."""
        world = self.world
        subject = delivered.key or delivered.filename if delivered else ""
        fault = world.faults.draw(Point.UPLOAD, subject)
        early = await self._before(request, fault)
        if early is not None:
            return early
        allowed = world.switches.profile
        if delivered is None or (allowed and delivered.profile != allowed):
            return refusal(415, "UNSUPPORTED", "The request has none of the shapes this server takes.")
        dossier = self._opened(delivered.api_key, delivered.clid, delivered.file_id)
        if isinstance(dossier, Response):
            return dossier
        if dossier.silent:
            await asyncio.sleep(NEVER_S)
        answer = await self._take(delivered, dossier)
        return self._after(request, fault, answer)

    async def _before(self, request: Request, fault: Fault | None) -> Response | None:
        """Faults that happen before anything is taken."""
        match fault:
            case None:
                return None
            case Fault.UPLOAD_LIMIT:
                return limited(self.world, fault)
            case Fault.UPLOAD_LOST_REQUEST:
                return Dropped(request)
            case Fault.UPLOAD_500_BEFORE | Fault.UPLOAD_503_BEFORE:
                return refusal(BEFORE[fault], "FAILED", "The sandbox was told to fail here.")
            case Fault.UPLOAD_REFUSED:
                return refusal(400, "REFUSED", "The document was refused: the period is closed.")
            case Fault.UPLOAD_DUPLICATE:
                return refusal(409, "DUPLICATE", "The document is already there.")
            case Fault.UPLOAD_UNAUTHORIZED:
                return refusal(401, "INVALID_KEY", "The API key or the CLID is not valid.")
            case Fault.UPLOAD_DISABLED:
                return refusal(403, "DOSSIER_DISABLED", "The dossier is disabled.")
            case _:
                return None

    async def _take(self, delivered: Delivered, dossier: Dossier) -> Response:
        """Checks and keeps a file; answers with our own document id."""
        world, switches = self.world, self.world.switches
        if not delivered.content:
            return refusal(400, "NO_FILE", "The request carries no file.")
        earlier = world.inbox.with_key(dossier.file_id, delivered.key)
        if earlier is not None and switches.idempotency:
            return JSONResponse({"id": earlier.id, "key": earlier.key}, 201)
        inspection = await asyncio.to_thread(
            inspect, delivered.content, enterprise_number=dossier.enterprise_number, direction=delivered.direction
        )
        if switches.refuse_invalid and not inspection.sound:
            return refusal(422, "INVALID", f"The document is not valid: {inspection.problems[0][0]}.")
        receipt = Receipt(
            id="",
            at_ns=0,
            file_id=dossier.file_id,
            profile=delivered.profile,
            key=delivered.key,
            filename=delivered.filename,
            direction=delivered.direction,
            size=0,
            sha256="",
            invoice=inspection.invoice,
            problems=inspection.problems,
        )
        known = earlier or world.inbox.of_invoice(dossier.file_id, receipt.invoice)
        if switches.refuse_duplicates and known is not None:
            return refusal(409, "DUPLICATE", "The document is already there.", id=known.id)
        kept = world.inbox.take(receipt, delivered.content, once=switches.idempotency)
        return JSONResponse({"id": kept.id, "key": kept.key}, 201)

    def _after(self, request: Request, fault: Fault | None, answer: Response) -> Response:
        """Faults that happen once the file is taken: the answer gets lost, fails or cannot be read."""
        world = self.world
        match fault:
            case Fault.UPLOAD_LOST_ANSWER:
                return Dropped(request)
            case Fault.UPLOAD_500_AFTER:
                return refusal(500, "FAILED", "The sandbox was told to fail here.")
            case Fault.UPLOAD_UNREADABLE:
                return Response("<html><body>OK", 200, media_type="text/html")
            case Fault.UPLOAD_SLOW:
                return Late(answer, world.faults.slow_seconds)
            case _:
                return answer


class Late(Response):
    """An answer that comes late."""

    def __init__(self, answer: Response, seconds: float) -> None:
        super().__init__(status_code=answer.status_code)
        self._answer, self._seconds = answer, seconds

    async def __call__(self, scope: object, receive: object, send: object) -> None:
        """Waits, then answers."""
        await asyncio.sleep(self._seconds)
        await self._answer(scope, receive, send)  # type: ignore[arg-type]
