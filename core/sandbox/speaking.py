"""The Pingwin stand-in speaking any wire contract: requests read as the contract says, answers shaped as it says.

Turns a contract around. What the file leaves open (an answer that no rule describes) is answered by status alone.
A contract that asks for an answer nobody can make up (a strange regular expression) raises UsageError when it is met.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any

from lxml import etree
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core.errors import UsageError
from core.pingwin.contract import BodyTest, ErrorClass, Match, Place, ProbeRequest, ValuePath, WireContract
from core.pingwin.verdict import Reading, Reply
from core.sandbox.wires import FIELD_LIMIT, KEY_IN_NAME, Delivered

BY_CLASS = {
    ErrorClass.AUTH: 401,
    ErrorClass.DOSSIER: 404,
    ErrorClass.DOCUMENT: 422,
    ErrorClass.DUPLICATE: 409,
    ErrorClass.THROTTLE: 429,
}
"""The status of an answer that the contract has no rule for."""

CLASSES = {
    401: ErrorClass.AUTH,
    403: ErrorClass.DOSSIER,
    404: ErrorClass.DOSSIER,
    409: ErrorClass.DUPLICATE,
} | dict.fromkeys((400, 415, 422), ErrorClass.DOCUMENT)
"""What the stand-in's own refusals mean."""

GUESSES = ("ok", "OK", "true", "false", "success", "0", "1", "-1", "-3", "-5", "error", "A1")
"""Values that are tried where a contract describes one by a regular expression only."""

Value = tuple[ValuePath, str]


class Speaker:
    """One contract, turned around."""

    def __init__(
        self,
        contract: WireContract,
        upload: Callable[[Request, Delivered | None], Awaitable[Response]],
        opened: Callable[[str, str, str], object],
        kept: Callable[[str, str], str | None],
    ) -> None:
        """`upload` takes a file, `opened` judges credentials (a Response refuses), `kept` finds an id by its key."""
        self.contract = contract
        self._upload, self._opened, self._kept = upload, opened, kept
        self._rehearse()

    def _rehearse(self) -> None:
        """Makes up every answer once: one that cannot be made up is said before anything is served."""
        self._success("1")
        for becomes in set(CLASSES.values()):
            self.refusal(becomes, "words")
        test, lookup = self.contract.test, self.contract.lookup
        described: list[ProbeRequest | Match] = [test] if test is not None else []
        for each in (*described, *((lookup.found, lookup.absent) if lookup is not None else ())):
            answered(each.statuses[0], [_of_test(each.test)] if each.test else [])

    def routes(self) -> list[Route]:
        """The contract's addresses."""
        contract = self.contract
        routes = [Route(contract.path_template, self._take, methods=[contract.method])]
        if contract.test is not None:
            routes.append(Route(contract.test.path_template, self._test, methods=[contract.test.method]))
        if contract.lookup is not None:
            routes.append(Route(contract.lookup.path_template, self._lookup, methods=[contract.lookup.method]))
        return routes

    async def _take(self, request: Request) -> Response:
        answer = await self._upload(request, await read(self.contract, request))
        return self._shaped(answer)

    async def _test(self, request: Request) -> Response:
        test = self.contract.test
        assert test is not None, "routed only where there is one"
        refused = await self._refused(request)
        return refused or answered(test.statuses[0], [_of_test(test.test)] if test.test else [])

    async def _lookup(self, request: Request) -> Response:
        lookup = self.contract.lookup
        assert lookup is not None, "routed only where there is one"
        refused = await self._refused(request)
        if refused is not None:
            return refused
        carried = await carried_by(self.contract, request)
        key = request.path_params.get("key") or carried.get(self.contract.body.key_field, "")
        id = self._kept(_credential(self.contract, request, carried, "file_id"), str(key))
        found = lookup.found if id is not None else lookup.absent
        values = [_of_test(found.test)] if found.test else []
        if id is not None and lookup.document_id is not None:
            values.append((lookup.document_id, id))
        return answered(found.statuses[0], values)

    async def _refused(self, request: Request) -> Response | None:
        carried = await carried_by(self.contract, request)
        three = (_credential(self.contract, request, carried, name) for name in ("api_key", "clid", "file_id"))
        judged = self._opened(*three)
        return self._shaped(judged) if isinstance(judged, Response) else None

    def _shaped(self, answer: Response) -> Response:
        """The stand-in's own answer in the contract's words; what breaks the line stays as it is."""
        if type(answer).__name__ in {"Late", "Dropped"} or not answer.body or answer.status_code >= 500:
            return answer
        told = json.loads(bytes(answer.body))
        if answer.status_code < 300:
            return self._success(str(told.get("id", "")))
        return self.refusal(CLASSES.get(answer.status_code, ErrorClass.DOCUMENT), str(told.get("detail", "")))

    def _success(self, id: str) -> Response:
        success = self.contract.success
        values = [_of_test(success.test)] if success.test else []
        if success.document_id is not None:
            values.append((success.document_id, id))
        return answered(success.statuses[0], values)

    def refusal(self, becomes: ErrorClass, words: str) -> Response:
        """A refusal of a class, by the contract's first rule for it, else by status alone."""
        message = [(path, words) for path in self.contract.message.paths[:1]]
        rule = next((each for each in self.contract.errors if each.becomes is becomes), None)
        if rule is None:
            return answered(BY_CLASS[becomes], message)
        status = rule.statuses[0] if rule.statuses else self.contract.success.statuses[0]
        return answered(status, [*([_of_test(rule.test)] if rule.test else []), *message])


async def read(contract: WireContract, request: Request) -> Delivered:
    """What a request carries, found where the contract puts it; '' where it is not there."""
    carried, body = await carried_by(contract, request), contract.body
    content, filename = await _file(contract, request, carried)
    filename = str(carried.get(body.filename_field) or request.path_params.get("filename") or filename)
    said = str(carried.get(body.direction_field) or request.path_params.get("direction") or "")
    named = request.headers.get(contract.idempotency_header, "") if contract.idempotency_header else ""
    key = named or str(carried.get(body.key_field) or request.path_params.get("key") or "")
    in_name = KEY_IN_NAME.search(filename)
    return Delivered(
        profile=contract.name,
        file_id=_credential(contract, request, carried, "file_id"),
        filename=filename,
        direction=next((ours for ours, theirs in body.direction_values.items() if theirs == said), ""),
        content=content,
        api_key=_credential(contract, request, carried, "api_key"),
        clid=_credential(contract, request, carried, "clid"),
        key=key or (in_name[1] if in_name else ""),
    )


async def carried_by(contract: WireContract, request: Request) -> Mapping[str, Any]:
    """The fields of a request, from wherever this kind of body has them."""
    kind = request.headers.get("content-type", "")
    if contract.body.kind == "raw":
        return request.query_params
    if kind.startswith("application/json"):
        try:
            told = json.loads(await request.body())
        except ValueError:
            return {}
        return told if isinstance(told, dict) else {}
    return await request.form(max_part_size=FIELD_LIMIT)


async def _file(contract: WireContract, request: Request, carried: Mapping[str, Any]) -> tuple[bytes, str]:
    if contract.body.kind == "raw":
        return await request.body(), ""
    found = carried.get(contract.body.file_field, "")
    if isinstance(found, UploadFile):
        return await found.read(), found.filename or ""
    if contract.body.kind == "multipart":
        return b"", ""
    if contract.body.encoding == "none":
        return str(found).encode("utf-8", "surrogateescape"), ""
    try:
        return base64.b64decode(str(found), validate=True), ""
    except (binascii.Error, ValueError):
        return b"", ""


def _credential(contract: WireContract, request: Request, carried: Mapping[str, Any], name: str) -> str:
    auth = next((each for each in contract.auth if each.credential == name), None)
    if auth is None:
        return ""
    places: Mapping[Place, Mapping[str, Any]] = {
        Place.HEADER: request.headers,
        Place.QUERY: request.query_params,
        Place.FORM: carried,
        Place.JSON: carried,
        Place.PATH: request.path_params,
    }
    return str(places[auth.place].get(auth.name or name, "")).removeprefix(auth.prefix)


# -- answers ---------------------------------------------------------------------------------------------------------


def answered(status: int, values: Sequence[Value]) -> Response:
    """An answer in whose body each path has its value."""
    content, media = _body(values)
    if status == 204:
        content = b""
    reading = Reading(Reply(status, {}, content))
    for path, value in values:
        if reading.value(path) != value:
            raise UsageError("contract_not_speakable", path=path.json_path or path.xml_path or path.regex)
    return Response(content, status, media_type=media)


def _of_test(test: BodyTest) -> Value:
    """A value that passes a test."""
    if test.equals is not None:
        return test, test.equals
    fits = partial(re.search, test.matches or "")
    value = next((guess for guess in GUESSES if fits(guess)), None)
    if value is None:
        raise UsageError("contract_not_speakable", path=test.matches)
    return test, value


def _body(values: Sequence[Value]) -> tuple[bytes, str]:
    if any(path.xml_path is not None for path, _ in values):
        root = etree.Element("Answer")
        for path, value in values:
            _into_xml(root, [step for step in (path.xml_path or "").split("/") if step], value)
        return etree.tostring(root), "application/xml"
    if any(path.regex is not None for path, _ in values):
        return "\n".join(value for _, value in values).encode(), "text/plain"
    told: dict[str, Any] = {}
    for path, value in values:
        _into_json(told, re.findall(r"[^.\[\]]+", (path.json_path or "").removeprefix("$")), value)
    return json.dumps(told).encode(), "application/json"


def _into_xml(root: etree._Element, steps: Sequence[str], value: str) -> None:
    place = root
    for step in steps:
        found = place.find(step)
        place = found if found is not None else etree.SubElement(place, step)
    place.text = value


def _into_json(told: dict[str, Any], steps: Sequence[str], value: str) -> None:
    """Walks `a.b[0].c`, making what is missing; a list has one place for each number met."""
    place: Any = told
    for step, following in zip(steps, [*steps[1:], None], strict=True):
        made: Any = value if following is None else [] if following.isdigit() else {}
        if isinstance(place, list):
            place.extend({} for _ in range(int(step) + 1 - len(place)))
            if following is None or not place[int(step)]:
                place[int(step)] = made
            place = place[int(step)]
        else:
            place = place.setdefault(step, made)
