"""Banqup's names: every path, parameter, member and spelling we rely on, and JSON -> the types of `core.model`.

The only module that knows them. Each carries its label (banqup-api reference, section 0): [documented] on a page of
Banqup's, [third party] seen in public use, [assumption] ours. Reading is liberal (unknown members are ignored, unknown
spellings kept as they are), the result strict: what cannot be understood raises `BadAnswer`, never becomes a guess.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from core.banqup.errors import BadAnswer
from core.banqup.values import NANOSECONDS, amount_in, date_in, iso, nanoseconds, number_in, size_in
from core.model import Direction, Document, Party, SourceFile, Space, StatusChange

# -- paths -----------------------------------------------------------------------------------------------------------
# The token path is a setting (core.config.BanqupConnection.token_path).                     [documented]

SPACES = "/entitystore/v1/spaces"  # [documented]
DOCUMENTS = "/datastore/documents/transaction/v2/spaces/{space}/documents"  # path [documented], GET [assumption]
DOCUMENT = DOCUMENTS + "/{document}"  # [assumption]
FILE = "/datastore/documents/transaction/v1/spaces/{space}/files/{file}"  # [documented]

# -- parameters of the list call: all [assumption] ---------------------------------------------------------------------

LIMIT = "limit"
CURSOR = "cursor"
UPDATED_SINCE = "updatedSince"
INVALID_CURSOR = "INVALID_CURSOR"

# -- the token call ----------------------------------------------------------------------------------------------------

GRANT_TYPE = "client_credentials"  # [documented], as are the names of the form's fields

# -- spellings ---------------------------------------------------------------------------------------------------------

FOLDERS = {"PURCHASES": Direction.PURCHASE, "SALES": Direction.SALES}  # [documented]
AWAITING_UPLOAD = "AWAITING_UPLOAD"  # [documented]
AVAILABLE = "AVAILABLE"  # [assumption]
REFUSED_FILES = {"INFECTED": "banqup_file_infected", "DELETED": "banqup_file_deleted"}  # [assumption]


def path(template: str, **ids: str) -> str:
    """Fills a path; an id can name no other path."""
    return template.format(**{name: quote(value, safe="") for name, value in ids.items()})


def token_form(client_id: str, client_secret: str) -> dict[str, str]:
    """The body of the token call: form fields, no Basic authentication, no scope. [documented]"""
    return {"grant_type": GRANT_TYPE, "client_id": client_id, "client_secret": client_secret}


def list_parameters(page_size: int, cursor: str | None, since_ns: int | None) -> dict[str, str]:
    """The query of one page. Size and date are hints that may be ignored; both folders are wanted. [assumption]"""
    parameters = {LIMIT: str(page_size)}
    if cursor is not None:
        parameters[CURSOR] = cursor
    if since_ns is not None:
        parameters[UPDATED_SINCE] = iso(since_ns)
    return parameters


# -- token -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Grant:
    """What the token endpoint answered. `lifetime` in seconds, None where nothing says it."""

    token: str
    lifetime: float | None

    def __repr__(self) -> str:
        return f"Grant(lifetime={self.lifetime})"


def read_grant(text: str, now: float) -> Grant:
    """A JSON object [documented], or a bare JWT as one page shows [documented]. `now` is the server's clock.

    Lifetime, first that exists: `expires_at`, `expires_in` [third party], `exp` of the JWT [documented in a sample].
    """
    try:
        body: object = json.loads(text)
    except ValueError:
        body = text.strip()
    if isinstance(body, dict):
        token = body.get("access_token")
        told = _until(body.get("expires_at"), now), number_in(body.get("expires_in"))
    else:
        token, told = body, (None, None)
    if not isinstance(token, str) or not re.fullmatch(r"[\x21-\x7e]+", token) or token[0] in "<{[":
        raise BadAnswer("banqup_token_unreadable")
    expires = _claim(token, "exp")
    lifetimes = (*told, expires - now if expires is not None else None)
    return Grant(token, next((seconds for seconds in lifetimes if seconds is not None and seconds > 0), None))


def _until(value: object, now: float) -> float | None:
    at = nanoseconds(value)
    return None if at is None else at / NANOSECONDS - now


def _claim(token: str, name: str) -> float | None:
    """A number among a JWT's claims; nobody checks the signature here, it only tells when to ask again."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, binascii.Error):
        return None
    return number_in(claims.get(name)) if isinstance(claims, dict) else None


# -- lists and documents -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of the list call: its documents, the next cursor, and how many stood in a folder we do not know."""

    documents: tuple[Document, ...]
    next_cursor: str | None
    ignored: int


def read_spaces(body: object) -> list[Space]:
    """`{"spaces": [{"id", "name", "type"}]}` [documented]; an empty list means that no space lets the app in."""
    entries = _member(body, "spaces", list, "banqup_spaces_unreadable")
    return [
        Space(_required_id(entry, "banqup_spaces_unreadable"), _str(entry, "name"), _str(entry, "type") or "BUSINESS")
        for entry in entries
    ]


def read_listing(body: object, space: str) -> Listing:
    """`{"documents": [...], "nextCursor": "..."}` [assumption]. An absent, null or empty cursor ends the list."""
    entries = _member(body, "documents", list, "banqup_list_unreadable")
    documents = [read_document(entry, space) for entry in entries]
    following = body.get("nextCursor") if isinstance(body, dict) else None
    if following is not None and not isinstance(following, str):
        following = json.dumps(following)
    known = tuple(document for document in documents if document.direction is not None)
    return Listing(known, following or None, len(documents) - len(known))


def read_document(entry: object, space: str) -> Document:
    """One document; a list entry has the same shape, `lines` and `files` may be absent there (banqup-api 9.5).

    Raises BadAnswer without an id, or where it says that it belongs to another space.
    """
    id_ = _required_id(entry, "banqup_document_without_id")
    assert isinstance(entry, dict)
    stated = _str(entry, "spaceId")  # [documented] in the sent form
    if stated and stated != space:
        raise BadAnswer("banqup_other_space", where=id_)
    status, stamps, facts = _object(entry, "status"), _object(entry, "timestamps"), _object(entry, "metadata")
    totals = _object(facts, "documentTotals")
    return Document(
        id=id_,
        space=space,
        direction=FOLDERS.get(_str(entry, "folder")),
        category=_str(entry, "category") or _str(entry, "documentCategory"),  # both [documented]
        document_status=_str(status, "document"),  # members [documented], most values [assumption]
        delivery_status=_str(status, "delivery"),
        payment_status=_str(status, "pay"),
        updated_ns=nanoseconds(stamps.get("updatedAt")),  # [documented] on a document, in a list [assumption]
        created_ns=nanoseconds(stamps.get("createdAt")),
        number=_str(facts, "documentNumber"),
        issue_date=date_in(facts.get("issueDate")),
        supplier=_party(facts.get("supplier")),
        customer=_party(facts.get("customer")),
        # the gross amount first: a payment changes the payable one, and a payment is no change of the invoice
        amount=amount_in(totals, "grossAmount", "payableAmount"),
        currency=_currency(entry, facts),
        files=tuple(_file(file) for file in _list(entry, "files") if isinstance(file, dict) and _id(file)),
        status_history=_history(entry),
        came_by=_str(entry, "source"),  # member [documented], values but documentcreator [assumption]
    )


def _history(entry: Mapping[str, Any]) -> tuple[StatusChange, ...]:
    """`statusHistory` [assumption]: evidence where it is there; a line without a time proves nothing."""
    lines = (line for line in _list(entry, "statusHistory") if isinstance(line, dict))
    return tuple(
        StatusChange(_str(line, "member"), _str(line, "to"), at, _str(line, "from"))
        for line in lines
        if (at := nanoseconds(line.get("at"))) is not None
    )


def _file(file: Mapping[str, Any]) -> SourceFile:
    """`files[]`: `id` and `kind` [assumption]; the other members as the file object has them [documented]."""
    return SourceFile(
        id=_id(file),
        kind=_str(file, "kind"),
        filename=_str(file, "filename"),
        content_type=_str(file, "contentType") or _str(file, "fileType"),
        size=size_in(file.get("fileSize")),
    )


def _party(value: object) -> Party:
    """Names and `globalIdentifiers` by scheme, such as `be:vat` and `be:en` [documented]; a value may be a list."""
    if not isinstance(value, dict):
        return Party()
    found = {"vat": "", "en": ""}
    for scheme, stated in _object(value, "globalIdentifiers").items():
        first = stated[0] if isinstance(stated, list) and stated else stated
        kind = scheme.rpartition(":")[2].lower()
        if kind in found and isinstance(first, str) and not found[kind]:
            found[kind] = first.strip()
    return Party(_str(value, "legalName") or _str(value, "tradeName"), found["vat"], found["en"])


def _currency(entry: Mapping[str, Any], facts: Mapping[str, Any]) -> str:
    """Documented on lines only; `metadata.currency` is an [assumption]."""
    lines = (line for line in _list(entry, "lines") if isinstance(line, dict))
    return _str(facts, "currency") or next((found for line in lines if (found := _str(line, "currency"))), "")


# -- files -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FileDetails:
    """The answer to "view the file details": documented members, and the link of a download. [assumption]

    `link` is a short-lived signed URL and as secret as a password: it is not shown in a repr.
    """

    status: str
    size: int | None
    link: str

    def __repr__(self) -> str:
        return f"FileDetails(status={self.status!r}, size={self.size!r}, link={'given' if self.link else 'none'})"


def read_file(body: object, file: str) -> FileDetails:
    """`status`, `fileSize` [documented]; `downloadUrl` [assumption]."""
    if not isinstance(body, dict):
        raise BadAnswer("banqup_file_unreadable", where=file)
    return FileDetails(_str(body, "status"), size_in(body.get("fileSize")), _str(body, "downloadUrl"))


# -- problems ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem body: RFC 7807 with additions [documented]. The timestamp has two formats and stays unread."""

    error: str = ""
    title: str = ""
    detail: str = ""
    request_id: str = ""


def read_problem(body: object) -> Problem:
    """Whatever of a problem is there; `error_description` as OAuth writes it. [assumption]"""
    if not isinstance(body, dict):
        return Problem()
    detail = _str(body, "detail") or _str(body, "error_description") or _str(body, "message")
    return Problem(_str(body, "error"), _str(body, "title"), detail, _str(body, "requestId"))


# -- members ---------------------------------------------------------------------------------------------------------


def _str(value: Mapping[str, Any], member: str) -> str:
    """A text without blanks around it; half a character (a lone surrogate) becomes a question mark."""
    found = value.get(member)
    return found.strip().encode("utf-8", "replace").decode() if isinstance(found, str) else ""


def _object(value: Mapping[str, Any], member: str) -> Mapping[str, Any]:
    found = value.get(member)
    return found if isinstance(found, dict) else {}


def _list(value: Mapping[str, Any], member: str) -> list[Any]:
    found = value.get(member)
    return found if isinstance(found, list) else []


def _member(body: object, member: str, kind: type[list[Any]], code: str) -> list[Any]:
    found = body.get(member) if isinstance(body, dict) else None
    if not isinstance(found, kind):
        raise BadAnswer(code)
    return found


def _id(entry: Mapping[str, Any]) -> str:
    """`id` [assumption], else `documentId`, the word of the documentation. [documented]"""
    return _str(entry, "id") or _str(entry, "documentId")


def _required_id(entry: object, code: str) -> str:
    found = _id(entry) if isinstance(entry, dict) else ""
    if not found:
        raise BadAnswer(code)
    return found
