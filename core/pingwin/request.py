"""A contract, an upload and credentials -> one HTTP request, the same bytes each time. Sends nothing.

`preview` runs the very same builder with masks in the place of the secrets, so what is shown is what is sent.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

from pydantic import SecretStr

from core.model import Direction
from core.pingwin.body import NOTHING, Body, body_of
from core.pingwin.contract import PLACEHOLDER, Auth, LookupRequest, Place, ProbeRequest, WireContract
from core.pingwin.target import Credentials, RequestPreview, Upload

SHOWN = 4_000
"""Characters of a body that a preview shows."""

PLAIN = {"Accept": "application/json, application/xml;q=0.9, */*;q=0.5", "Accept-Encoding": "identity"}
"""Sent with every request. No compression: an answer is read up to a limit, before anything unpacks it."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request ready to be sent. Not shown in any repr: URL, headers and body may hold `secrets`."""

    method: str
    url: str = field(repr=False)
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    body: Body = field(repr=False, default=NOTHING)
    secrets: tuple[str, ...] = field(repr=False, default=())


@dataclass(frozen=True, slots=True)
class CredentialProblem:
    """A credential that cannot be sent: none there, or with characters its place does not allow."""

    credential: str
    missing: bool


def values_of(credentials: Credentials) -> dict[str, str]:
    """The three values by the names that contracts use."""
    return {
        "api_key": credentials.api_key.get_secret_value(),
        "clid": credentials.clid.get_secret_value(),
        "file_id": credentials.file_id,
    }


def secrets_of(credentials: Credentials | None) -> tuple[str, ...]:
    """What must never be kept of a server's text; the File ID is no secret."""
    if credentials is None:
        return ()
    return tuple(value for name, value in values_of(credentials).items() if value and name != "file_id")


def credential_problem(contract: WireContract, credentials: Credentials) -> CredentialProblem | None:
    """The first credential that the contract needs and that cannot be sent."""
    values = values_of(credentials)
    for auth in contract.auth:
        value = values[auth.credential]
        if not value.strip():
            return CredentialProblem(auth.credential, missing=True)
        # a header takes visible ASCII; a dot alone would change the path
        in_header = auth.place is Place.HEADER and not re.fullmatch(r"[\x20-\x7e]+", value)
        in_path = auth.place is Place.PATH and value in {".", ".."}
        if in_header or in_path or re.search(r"[\x00-\x1f\x7f]", value):
            return CredentialProblem(auth.credential, missing=False)
    return None


def build_upload(contract: WireContract, base_url: str, upload: Upload, credentials: Credentials) -> Outgoing:
    """The upload of one e-fff file. The delivery key travels in the file name and wherever the contract names it."""
    values = values_of(credentials)
    own = {"key": upload.key, "filename": upload.filename, "direction": _direction(contract, upload.direction)}
    headers = {**PLAIN, **_placed(contract, values, Place.HEADER)}
    if contract.idempotency_header:
        headers[contract.idempotency_header] = upload.key
    query = _placed(contract, values, Place.QUERY)
    fields = _placed(contract, values, Place.FORM) | _placed(contract, values, Place.JSON)
    for name, value in (
        (contract.body.direction_field, own["direction"]),
        (contract.body.filename_field, upload.filename),
        (contract.body.key_field, upload.key),
    ):
        if name:
            fields[name] = value
    if contract.body.kind == "raw":
        query |= fields
    headers["Content-Type"], body = body_of(contract.body, fields, upload)
    headers["Content-Length"] = str(body.size)
    url = _url(base_url, contract.path_template, values | own, query)
    return Outgoing(contract.method, url, tuple(headers.items()), body, secrets_of(credentials))


def build_question(
    contract: WireContract,
    base_url: str,
    question: ProbeRequest | LookupRequest,
    credentials: Credentials,
    key: str = "",
) -> Outgoing:
    """The contract's test request, or its question by key. Carries the credentials and no document."""
    values = values_of(credentials)
    headers = {**PLAIN, **_placed(contract, values, Place.HEADER)}
    form, members = _placed(contract, values, Place.FORM), _placed(contract, values, Place.JSON)
    if key and contract.body.key_field and question.method == "POST":
        (members if contract.body.kind == "json" else form)[contract.body.key_field] = key
    content = b""
    if members:
        headers["Content-Type"], content = "application/json", json.dumps(members).encode()
    elif form:
        headers["Content-Type"], content = "application/x-www-form-urlencoded", urlencode(form).encode()
    url = _url(base_url, question.path_template, values | {"key": key}, _placed(contract, values, Place.QUERY))
    if content:
        headers["Content-Length"] = str(len(content))
    return Outgoing(question.method, url, tuple(headers.items()), Body.of(content), secrets_of(credentials))


def preview(contract: WireContract, base_url: str, upload: Upload, credentials: Credentials) -> RequestPreview:
    """The request with masks for API key and CLID, wherever they travel; the body is cut."""
    masked = Credentials(SecretStr("<API key>"), SecretStr("<CLID>"), credentials.file_id)
    outgoing = build_upload(contract, base_url, upload, masked)
    return RequestPreview(
        method=outgoing.method,
        url=outgoing.url.replace(quote("<API key>", safe=""), "<API key>").replace(quote("<CLID>", safe=""), "<CLID>"),
        headers=outgoing.headers,
        body=_shown(outgoing.body),
    )


def _shown(body: Body) -> str:
    text = body.beginning(SHOWN * 4).decode("utf-8", "replace")
    return text if body.size <= SHOWN else f"{text[:SHOWN]}\n… ({body.size} bytes)"


def _direction(contract: WireContract, direction: Direction) -> str:
    return contract.body.direction_values["purchase" if direction is Direction.PURCHASE else "sales"]


def _placed(contract: WireContract, values: dict[str, str], place: Place) -> dict[str, str]:
    return {auth.name: auth.prefix + values[auth.credential] for auth in contract.auth if auth.place is place}


def _url(base_url: str, template: str, values: dict[str, str], query: dict[str, str]) -> str:
    path = PLACEHOLDER.sub(lambda found: quote(values[found[1]], safe=""), template)
    return base_url.rstrip("/") + path + (f"?{urlencode(query)}" if query else "")


def credentials_in_address(auths: Sequence[Auth]) -> bool:
    """Whether the address itself is a secret, because a credential travels in its path or query."""
    return any(auth.place in {Place.PATH, Place.QUERY} and auth.credential != "file_id" for auth in auths)
