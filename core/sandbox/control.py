"""Steer and inspect the sandbox over HTTP, under `/_sandbox/`: no part of Banqup's or Pingwin's interface.

Every call carries the control token, because the documents may be real ones (`--from`). `control_client.py` is the
other end of it.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from threading import Thread
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from core.sandbox.banqup import BanqupSandbox
from core.sandbox.faults import BAD_WEATHER, Fault, FaultPlan
from core.sandbox.folder import from_folder
from core.sandbox.generator import generate
from core.sandbox.records import SALES, TOKEN_HEADER, Draft, Receipt, StoredDocument, iso
from core.sandbox.world import World


def shown_document(document: StoredDocument) -> dict[str, Any]:
    """A document as control calls show it."""
    return {
        "id": document.id,
        "space": document.space,
        "folder": document.folder,
        "direction": "sales" if document.folder == SALES else "purchase",
        "number": document.number,
        "document_status": document.document_status,
        "delivery_status": document.delivery_status,
        "pay_status": document.pay_status,
        "at_trigger": document.at_trigger,
        "updated": iso(document.updated_ns),
    }


def shown_receipt(receipt: Receipt) -> dict[str, Any]:
    """A received file as control calls show it."""
    return {**asdict(receipt), "problems": [list(problem) for problem in receipt.problems], "at": iso(receipt.at_ns)}


def summary(receipts: Sequence[Receipt]) -> dict[str, int]:
    """Counts over received files: all, further copies of an invoice or key, and those with a problem."""
    return {
        "received": len(receipts),
        "received_twice": sum(receipt.copy > 1 for receipt in receipts),
        "invalid": sum(bool(receipt.problems) for receipt in receipts),
    }


class Control:
    """The control calls."""

    def __init__(self, world: World, banqup: BanqupSandbox) -> None:
        self.world = world
        self.banqup = banqup

    def routes(self) -> list[Route]:
        """The routes, to be mounted under `/_sandbox`."""
        return [
            Route("/{call:path}", self.dispatch, methods=["GET", "POST", "PUT", "DELETE"]),
        ]

    async def dispatch(self, request: Request) -> Response:
        """Checks the token, then answers one call of the table."""
        given = request.headers.get(TOKEN_HEADER, "")
        if not secrets.compare_digest(given.encode(), self.world.control_token.encode()):
            return JSONResponse({"error": "CONTROL_TOKEN"}, 403)
        name, _, argument = request.path_params["call"].partition("/")
        call = {
            "state": self._state,
            "documents": self._documents,
            "received": self._received,
            "faults": self._faults,
            "switches": self._switches,
            "space": self._space,
            "dossier": self._dossier,
            "expire-tokens": self._expire_tokens,
            "approving": self._approving,
            "reset": self._reset,
            **dict.fromkeys(("approve", "withdraw", "touch", "status"), self._statuses),
        }.get(name)
        if call is None:
            return JSONResponse({"error": "NO_SUCH_CALL"}, 404)
        body = await request.json() if await request.body() else {}
        try:
            return await asyncio.to_thread(call, request.method, name, argument, body)
        except (KeyError, TypeError, ValueError) as error:
            return JSONResponse({"error": "WRONG_CALL", "detail": str(error)[:200]}, 400)

    def _state(self, method: str, name: str, argument: str, body: dict[str, Any]) -> Response:
        world = self.world
        documents = world.documents()
        return JSONResponse(
            {
                "spaces": [{"id": s.id, "name": s.name, "listed": s.listed} for s in world.spaces.values()],
                "dossiers": [{"file_id": d.file_id, "name": d.name} for d in world.dossiers.values()],
                "documents": len(documents),
                "at_trigger": sum(document.at_trigger for document in documents),
                "requests": dict(world.requests),
                "uploads_at_once": world.uploads_at_once,
                **summary(world.receipts),
            }
        )

    def _documents(self, method: str, name: str, argument: str, body: dict[str, Any]) -> Response:
        if method == "POST":
            return JSONResponse({"documents": [shown_document(d) for d in self.world.add(_drafts(body))]})
        documents = sorted(self.world.documents(), key=lambda d: (d.created_ns, d.id))
        return JSONResponse({"documents": [shown_document(document) for document in documents]})

    def _statuses(self, method: str, name: str, argument: str, body: dict[str, Any]) -> Response:
        world, ids = self.world, body.get("ids")
        match name:
            case "approve":
                moved = world.approve(ids, body.get("count"), days_ago=float(body.get("days_ago", 0)))
            case "withdraw":
                moved = world.withdraw(body["ids"])
            case "touch":
                moved = world.touch(body["ids"])
            case _:
                moved = world.set_status(body["ids"], body["member"], body["level"])
        return JSONResponse({"documents": [shown_document(document) for document in moved]})

    def _received(self, method: str, name: str, argument: str, body: dict[str, Any]) -> Response:
        if argument:
            content = self.world.content(argument)
            if content is None or not any(receipt.id == argument for receipt in self.world.receipts):
                return JSONResponse({"error": "NOT_FOUND"}, 404)
            return Response(content, media_type="application/xml")
        receipts = self.world.receipts
        return JSONResponse({**summary(receipts), "files": [shown_receipt(receipt) for receipt in receipts]})

    def _faults(self, method: str, name: str, argument: str, body: dict[str, Any]) -> Response:
        world = self.world
        if method == "DELETE":
            world.faults.clear()
        elif method == "PUT":
            chances = BAD_WEATHER if body.get("bad_weather") else body.get("chances", {})
            world.faults = FaultPlan(
                seed=int(body.get("seed", world.seed)),
                chances={Fault(fault): float(chance) for fault, chance in chances.items()},
                slow_seconds=min(60.0, float(body.get("slow_seconds", 2.0))),
                budget=int(body.get("budget", 500)),
            )
            world.faults.next_(*(Fault(fault) for fault in body.get("next", ())))
        elif method == "POST":
            world.faults.next_(*(Fault(fault) for fault in body["next"]))
        return JSONResponse(
            {
                "next": list(world.faults.scripted),
                "chances": {str(fault): chance for fault, chance in world.faults.chances.items()},
                "played": {str(fault): count for fault, count in world.faults.played.items()},
                "known": list(Fault),
            }
        )

    def _switches(self, method: str, name: str, argument: str, body: dict[str, Any]) -> Response:
        return JSONResponse(asdict(self.world.switch(**body) if body else self.world.switches))

    def _space(self, method: str, name: str, argument: str, body: dict[str, Any]) -> Response:
        known = self.world.spaces[body.get("id") or self.world.space]
        kept = self.world.keep_space(
            type(known)(known.id, body.get("name", known.name), body.get("listed", known.listed))
        )
        return JSONResponse(asdict(kept))

    def _dossier(self, method: str, name: str, argument: str, body: dict[str, Any]) -> Response:
        known = self.world.dossiers[body.get("file_id") or self.world.dossier.file_id]
        changes = {
            field: value
            for field, value in body.items()
            if field in {"disabled", "silent", "api_key", "enterprise_number"}
        }
        kept = self.world.keep_dossier(type(known)(**{**asdict(known), **changes}))
        return JSONResponse({"file_id": kept.file_id, "disabled": kept.disabled})

    def _approving(self, method: str, name: str, argument: str, body: dict[str, Any]) -> Response:
        count, every = int(body["count"]), float(body["every"])
        if count < 1 or every <= 0:
            raise ValueError("count and every must be positive.")
        Thread(target=approve_over_time, args=(self.world, count, every), daemon=True, name="approving").start()
        return JSONResponse({})

    def _expire_tokens(self, method: str, name: str, argument: str, body: dict[str, Any]) -> Response:
        self.banqup.expire_tokens()
        return JSONResponse({})

    def _reset(self, method: str, name: str, argument: str, body: dict[str, Any]) -> Response:
        self.world.forget_receipts()
        return JSONResponse({})


def approve_over_time(world: World, count: int, every: float) -> None:
    """Approves or sends `count` documents every so many seconds until none waits, as people in Banqup would."""
    while world.approve(count=count):
        time.sleep(every)


def _drafts(body: dict[str, Any]) -> Sequence[Draft]:
    """Documents to add: `generate` so many with `seed`, or those of `folder`."""
    if "folder" in body:
        return from_folder(Path(body["folder"])).drafts
    return generate(int(body["generate"]), seed=int(body.get("seed", 0))).drafts
