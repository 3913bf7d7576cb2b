"""How a delivery reaches the Pingwin stand-in: one reader a profile of the pingwin reference, section 4.

No public document describes Pingwin's upload; all four shapes are inferred and unconfirmed. The sandbox's own contract
is profile A with the delivery key in a header. A request in, a `Delivered` out, or None where the shape is another.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request

KEY_HEADERS = ("x-delivery-key",)
KEY_IN_NAME = re.compile(r"-([0-9a-f]{16})\.xml$")
DIRECTIONS = {"purchase": "purchase", "purchases": "purchase", "sale": "sales", "sales": "sales"}
FIELD_LIMIT = 100 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Delivered:
    """What a request carried. `key` is the delivery key where the contract has a place for it, else from the name."""

    profile: str
    file_id: str
    filename: str
    direction: str
    content: bytes = field(repr=False)
    api_key: str = field(repr=False)
    clid: str = field(repr=False)
    key: str = ""


def _key(request: Request, filename: str) -> str:
    for name in KEY_HEADERS:
        if value := request.headers.get(name):
            return value
    found = KEY_IN_NAME.search(filename)
    return found.group(1) if found else ""


async def _parts(request: Request) -> FormData:
    return await request.form(max_part_size=FIELD_LIMIT)


async def _upload(form: FormData) -> tuple[str, bytes]:
    for value in form.values():
        if isinstance(value, UploadFile):
            return value.filename or "", await value.read()
    return "", b""


async def documents(request: Request) -> Delivered | None:
    """Profiles A (multipart, the three values in headers) and C (JSON) share a path."""
    kind = request.headers.get("content-type", "")
    if kind.startswith("multipart/form-data"):
        return await multipart(request)
    return await json_body(request) if kind.startswith("application/json") else None


async def multipart(request: Request) -> Delivered:
    """Profile A: the three values in headers, the file as a part."""
    headers = request.headers
    posted = await _parts(request)
    filename, content = await _upload(posted)
    return Delivered(
        profile="a-multipart",
        file_id=headers.get("x-file-id", ""),
        filename=filename,
        direction=DIRECTIONS.get(str(posted.get("type", "")), ""),
        content=content,
        api_key=headers.get("x-api-key", ""),
        clid=headers.get("x-clid", ""),
        key=_key(request, filename),
    )


async def form(request: Request) -> Delivered | None:
    """Profile B: the three values as form fields beside the file."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        return None
    posted = await _parts(request)
    filename, content = await _upload(posted)
    return Delivered(
        profile="b-form",
        file_id=str(posted.get("fileid", "")),
        filename=filename,
        direction=DIRECTIONS.get(str(posted.get("type", "")), ""),
        content=content,
        api_key=str(posted.get("apikey", "")),
        clid=str(posted.get("clid", "")),
        key=_key(request, filename),
    )


async def json_body(request: Request) -> Delivered | None:
    """Profile C: everything in one JSON object, the file as base64."""
    try:
        body = json.loads(await request.body())
    except ValueError:
        body = None
    if not isinstance(body, dict):
        return None
    filename = str(body.get("fileName", ""))
    return Delivered(
        profile="c-json",
        file_id=str(body.get("fileId", "")),
        filename=filename,
        direction=DIRECTIONS.get(str(body.get("direction", "")), ""),
        content=_decoded(str(body.get("content", ""))),
        api_key=str(body.get("apiKey", "")),
        clid=str(body.get("clid", "")),
        key=_key(request, filename),
    )


async def raw(request: Request) -> Delivered | None:
    """Profile D: CLID and File ID in the path, the key in a header, the body is the file."""
    filename = request.query_params.get("filename", "")
    return Delivered(
        profile="d-raw",
        file_id=request.path_params["file_id"],
        filename=filename,
        direction=DIRECTIONS.get(request.query_params.get("type", ""), ""),
        content=await request.body(),
        api_key=request.headers.get("x-api-key", ""),
        clid=request.path_params["clid"],
        key=_key(request, filename),
    )


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""


Reader = Callable[[Request], Awaitable[Delivered | None]]

READERS: Mapping[str, Reader] = {
    "/documents": documents,
    "/upload": form,
    "/{clid}/{file_id}/documents": raw,
}
"""Path of an upload -> what reads it; None where a request has another shape than its path wants."""
