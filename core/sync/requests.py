"""A console without the secrets asks the engine: the question and the answer are notes in the ledger (decision 21).

One question stands at a time; a newer one takes its place. Values never travel, only what a test proved.
"""

from __future__ import annotations

import asyncio
import json
import uuid
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from core.clock import Clock
from core.errors import ConfigurationError
from core.ledger.base import Ledger
from core.pingwin.target import Probe

if TYPE_CHECKING:
    from core.sync.house import House

REQUEST = "request"
ANSWER = "answer"
ASKED = 0.2
"""Seconds between two looks for the answer."""


@dataclass(frozen=True, slots=True)
class Request:
    """A question: test the credentials of a space."""

    id: str
    space: str
    actor: str
    at: float


async def ask_engine(ledger: Ledger, space: str, *, actor: str, clock: Clock, patience: float) -> Probe | None:
    """Asks the running engine to test a space's credentials. None where no answer came within `patience` seconds."""
    request = Request(uuid.uuid4().hex, space, actor, clock.now())
    ledger.note(space, kind="request", code="credentials_test_asked", args={}, actor=actor, now=request.at)
    ledger.set_meta(REQUEST, json.dumps(asdict(request)))
    end = clock.boot() + patience
    while clock.boot() < end:
        told = json.loads(ledger.get_meta(ANSWER) or "{}")
        if told.get("id") == request.id:
            return Probe(told["reachable"], told["credentials"], told["code"], told["arguments"])
        await clock.sleep(ASKED)
    return None


async def answer_request(house: House) -> None:
    """Answers the question that stands, once."""
    asked = house.ledger.get_meta(REQUEST)
    if not asked:
        return
    house.ledger.set_meta(REQUEST, "")
    request = Request(**json.loads(asked))
    probe = await _probe(house, request.space)
    now, arguments = house.clock.now(), dict(probe.arguments)
    told = {"id": request.id, "reachable": probe.reachable, "credentials": probe.credentials, "code": probe.code}
    house.ledger.set_meta(ANSWER, json.dumps({**told, "arguments": arguments}))
    house.ledger.note(request.space, kind="answer", code=probe.code, args=arguments, actor="engine", now=now)


async def _probe(house: House, space: str) -> Probe:
    try:
        credentials, workshop = house.credentials(space), house.workshop()
    except ConfigurationError as unread:
        return Probe(False, None, unread.code, unread.arguments)
    if credentials is None:
        return Probe(False, None, "credentials_missing")
    if workshop is None:
        problem = house.problem
        return Probe(False, None, problem.code if problem else "target_waits", problem.arguments if problem else {})
    async with asyncio.timeout(house.machine.timing.deadline):
        return await workshop.outside.target.probe(credentials, house.machine.timing.deadline)
