"""What the two stand-ins keep: spaces, dossiers, documents, received files, and the switches that bend them.

Frozen types only. Instants are integer nanoseconds of Unix time (`*_ns`), shown as ISO 8601 the way Banqup does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

NANOSECONDS = 1_000_000_000

PURCHASES = "PURCHASES"
SALES = "SALES"

TOKEN_HEADER = "x-sandbox-control"  # noqa: S105 - the name of the header that carries the control token


def iso(at_ns: int) -> str:
    """ISO 8601 in UTC with as many fractional digits as the instant needs: none to nine."""
    seconds, fraction = divmod(at_ns, NANOSECONDS)
    digits = f"{fraction:09d}".rstrip("0")
    stamp = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{stamp}.{digits}Z" if digits else f"{stamp}Z"


@dataclass(frozen=True, slots=True)
class SpaceRecord:
    """A space. `listed` is False once the company withdrew the app's access."""

    id: str
    name: str
    listed: bool = True


@dataclass(frozen=True, slots=True)
class Dossier:
    """A dossier of the Pingwin stand-in. The API key belongs to it; the CLID to the customer.

    `enterprise_number` (ten digits), where known, must be a party of every file received. An upload for a `silent` one
    is never answered, and nothing of it taken.
    """

    file_id: str
    clid: str = field(repr=False)
    api_key: str = field(repr=False)
    name: str = ""
    enterprise_number: str = ""
    disabled: bool = False
    silent: bool = False


@dataclass(frozen=True, slots=True)
class DraftFile:
    """A file of a document before it is in Banqup. `kind` is ORIGINAL, UBL, PDF or ATTACHMENT."""

    kind: str
    filename: str
    content_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Draft:
    """A document before it is in Banqup. `metadata` has the member names of banqup-api section 3.

    `arrived_ns` is when it came in; None, or a moment still ahead, means now.
    """

    folder: str
    category: str
    metadata: Mapping[str, Any]
    files: tuple[DraftFile, ...]
    source: str = "peppol"
    arrived_ns: int | None = None


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file in Banqup; its bytes are kept apart."""

    id: str
    kind: str
    filename: str
    content_type: str
    size: int


@dataclass(frozen=True, slots=True)
class Change:
    """One line of a status history; `member` is document, delivery or pay."""

    member: str
    before: str
    after: str
    at_ns: int


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A document in Banqup with its three statuses and their history."""

    id: str
    space: str
    folder: str
    category: str
    source: str
    document_status: str
    delivery_status: str
    pay_status: str
    created_ns: int
    updated_ns: int
    metadata: dict[str, Any]
    files: tuple[StoredFile, ...] = ()
    history: tuple[Change, ...] = ()

    @property
    def number(self) -> str:
        """The document number of its metadata."""
        return str(self.metadata.get("documentNumber", ""))

    @property
    def at_trigger(self) -> bool:
        """Approved or sent, by the default rule."""
        if self.folder == SALES:
            return self.delivery_status in {"SENT", "DELIVERED"}
        return self.document_status == "FULLY_APPROVED"


@dataclass(frozen=True, slots=True)
class InvoiceIdentity:
    """What makes two files the same invoice: supplier (digits), number, type, date and total."""

    supplier: str
    number: str
    type_code: str
    issue_date: str
    total: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """A file that the Pingwin stand-in took. `problems` are codes of `core.wording.sandbox`; none means it is sound.

    `copy` is 1 for the first file of an invoice or key, 2 for the second, and so on.
    """

    id: str
    at_ns: int
    file_id: str
    profile: str
    key: str
    filename: str
    direction: str
    size: int
    sha256: str
    invoice: InvoiceIdentity | None
    problems: tuple[tuple[str, dict[str, str]], ...] = ()
    copy: int = 1


class HistoryShown(StrEnum):
    """Whether `statusHistory` is present (it is optional and assumed)."""

    PRESENT = "present"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Switches:
    """How the stand-ins behave; a change takes effect with the next request.

    Banqup: `token_lifetime` and `link_lifetime` in seconds (8 hours: 28800), `token_form` object or bare,
    `lifetime_told` whether the object carries `expires_in`, `page_cap` the most documents a page holds,
    `disorder` random order with repeats across pages, `empty_pages` an empty page with a cursor before each full one,
    `ignore_filters`, `files_in_list`, `history`, `updated_told` (`updatedAt` is there), `date_header`,
    `clock_offset` seconds its clock is ahead of ours,
    `http_dates` the `timestamp` of errors as HTTP date, `calls_per_minute` its own limit (0: none).
    Pingwin: `profile` the only one it speaks ("" for all), `lookup`, `idempotency`, `refuse_duplicates`,
    `refuse_invalid`, `search_lag` seconds until a lookup finds a file, `upload_seconds` that taking one takes.
    """

    token_lifetime: float = 300.0
    token_form: str = "object"  # noqa: S105 - a form, not a token
    lifetime_told: bool = True
    link_lifetime: float = 60.0
    page_cap: int = 200
    disorder: bool = False
    empty_pages: bool = False
    ignore_filters: bool = False
    files_in_list: bool = True
    history: HistoryShown = HistoryShown.PRESENT
    updated_told: bool = True
    date_header: bool = True
    clock_offset: float = 0.0
    http_dates: bool = False
    calls_per_minute: int = 0
    profile: str = ""
    lookup: bool = True
    idempotency: bool = False
    refuse_duplicates: bool = False
    refuse_invalid: bool = False
    search_lag: float = 0.0
    upload_seconds: float = 0.0
