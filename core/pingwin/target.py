"""What the engine needs of a place that takes deliveries. `http.py` and `folder.py` are the two that ship.

An answer is a value, never an exception: what a POST met decides what happens to the delivery (engine reference, 8).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from pydantic import SecretStr

from core.files import Content
from core.model import Arguments, Direction


class Capability(StrEnum):
    """What an adapter declares; it decides what an unknown outcome leads to (5.4)."""

    IDEMPOTENCY_KEY = "idempotency_key"
    LOOKUP = "lookup"


class AnswerKind(StrEnum):
    """The error classes of `reference/pingwin.md` section 5, and success."""

    ACCEPTED = "accepted"
    ALREADY_THERE = "already_there"
    AUTH = "auth"
    DOSSIER = "dossier"
    REFUSED = "refused"
    THROTTLED = "throttled"
    NOT_SENT = "not_sent"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Credentials:
    """The three values a person enters. Only the File ID may be shown in full."""

    api_key: SecretStr
    clid: SecretStr
    file_id: str

    def mark(self) -> str:
        """Tells these values from others, and nothing about them: for notes of what was refused."""
        values = "\x1f".join((self.api_key.get_secret_value(), self.clid.get_secret_value(), self.file_id))
        return hashlib.sha256(f"banqup-pingwin\x1f{values}".encode()).hexdigest()[:8]


@dataclass(frozen=True, slots=True)
class Upload:
    """One e-fff file on its way. `key` is the delivery key; the file name carries its first 16 digits."""

    key: str
    filename: str
    content: Content
    sha256: str
    direction: Direction


@dataclass(frozen=True, slots=True)
class Answer:
    """What the call met. `server_text` is the target's own words, cut and redacted; `code` words the kind.

    `retry_after` in seconds, where the target said so. `lost` marks an answer that never came (it opens the circuit).
    """

    kind: AnswerKind
    code: str
    arguments: Arguments = field(default_factory=dict)
    http_status: int | None = None
    reference: str | None = None
    server_text: str = ""
    retry_after: float | None = None
    seconds: float = 0.0
    lost: bool = False


class Found(StrEnum):
    """The answer to "do you have this key?"."""

    YES = "yes"
    NO = "no"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True, slots=True)
class Lookup:
    """Answer of a lookup by key. `retry` marks a question that did not get through: it is asked again later."""

    found: Found
    reference: str | None = None
    code: str = ""
    http_status: int | None = None
    retry: bool = False


@dataclass(frozen=True, slots=True)
class Probe:
    """What a harmless question proved. `credentials` is True or False where they were really tested, else None."""

    reachable: bool
    credentials: bool | None
    code: str
    arguments: Arguments = field(default_factory=dict)
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class RequestPreview:
    """The request that would be sent, with every secret replaced by its mask."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: str


class Target(Protocol):
    """Where deliveries go. No method raises for what the other side did."""

    @property
    def name(self) -> str:
        """Names the target in the ledger: contract name and host, or the folder."""
        ...

    @property
    def confirmed(self) -> bool:
        """Whether the vendor has confirmed this contract. Screens say so where it is not."""
        ...

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What this target can be relied on for."""
        ...

    @property
    def concurrency(self) -> int:
        """How many uploads may be under way at once (contract `limits.concurrency`, default 1)."""
        ...

    async def send(self, upload: Upload, credentials: Credentials, deadline: float) -> Answer:
        """Sends once, on a fresh connection, within `deadline` seconds in total. Never retries."""
        ...

    async def lookup(self, key: str, credentials: Credentials, deadline: float) -> Lookup:
        """Asks for a delivery by its key; only where LOOKUP is declared."""
        ...

    async def probe(self, credentials: Credentials | None, deadline: float) -> Probe:
        """A harmless question: the contract's test request, else TLS plus HEAD. Never a document."""
        ...

    def preview(self, upload: Upload, credentials: Credentials) -> RequestPreview:
        """Shows what `send` would send."""
        ...
