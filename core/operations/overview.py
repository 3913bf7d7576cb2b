"""What a person sees: the state of the whole, the queue, one delivery. Reads only; frozen values out."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from core.installations import Installation
from core.ledger.base import Circuit, QueueQuery
from core.model import Arguments, Delivery, Event, State
from core.operations.decisions import Permission
from core.operations.desk import Desk
from core.operations.engines import EngineState


class Health(StrEnum):
    """The words of the first line (decision 16), best first; of several spaces the worst one is shown."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    HELD = "held"
    WAITING_PINGWIN = "waiting_pingwin"
    WAITING_BANQUP = "waiting_banqup"
    NO_CONNECTION = "no_connection"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class SpaceStatus:
    """One installation as the first line and `status` show it. `code` is the reason of the health.

    `baseline` is the number of documents counted so far while a baseline runs, else None.
    """

    installation: Installation
    health: Health
    code: str
    arguments: Arguments
    last_good_poll: float | None
    overdue: bool
    counts: dict[State, int]
    needs_attention: int
    waiting: int
    baseline: int | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The whole, at one moment: crosses from the engine's side to a screen as one message. `version` moves on change."""

    version: int
    engine: EngineState
    spaces: tuple[SpaceStatus, ...]
    circuits: tuple[Circuit, ...]
    worst: Health
    needs_attention: int
    at: float
    notes: tuple[tuple[str, Arguments], ...] = ()


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try of a delivery: intent and result of one fence. `seconds` is the call's time."""

    at: float
    ended_at: float | None
    code: str | None
    arguments: Arguments
    http_status: int | None
    server_text: str
    trigger: str
    actor: str
    sha256: str | None


@dataclass(frozen=True, slots=True)
class Detail:
    """Everything about one delivery. `findings`, `derived` and `dropped` are the last preparation's report."""

    delivery: Delivery
    installation: Installation | None
    findings: tuple[dict[str, str], ...]
    derived: tuple[dict[str, str], ...]
    dropped: tuple[dict[str, str], ...]
    attempts: tuple[Attempt, ...]
    events: tuple[Event, ...]
    permissions: tuple[Permission, ...]
    same_invoice: tuple[Delivery, ...]
    why: tuple[str, Arguments] = field(default=("", {}))
    next_step: tuple[str, Arguments] = field(default=("", {}))


def version(desk: Desk) -> int:
    """Moves whenever the ledger or the installations changed; cheap enough to ask several times a second."""
    raise NotImplementedError


def snapshot(desk: Desk, *, space: str | None = None) -> Snapshot:
    """The state of the whole, or of one space."""
    raise NotImplementedError


def queue_total(desk: Desk, query: QueueQuery) -> int:
    """How many rows a view has."""
    raise NotImplementedError


def queue(desk: Desk, query: QueueQuery, offset: int = 0, limit: int = 200) -> list[Delivery]:
    """Some rows of the queue."""
    raise NotImplementedError


def queue_position(desk: Desk, query: QueueQuery, delivery: int) -> int | None:
    """Where a delivery stands in a view."""
    raise NotImplementedError


def find(desk: Desk, text: str) -> Delivery:
    """A delivery by its id, or a unique prefix (4 or more) of its key or source id. Raises UsageError."""
    raise NotImplementedError


def detail(desk: Desk, delivery: int) -> Detail:
    """Everything about one delivery."""
    raise NotImplementedError


def efff(desk: Desk, delivery: int) -> bytes | None:
    """The e-fff file as it lies in the spool, or None where there is none (any more)."""
    raise NotImplementedError


def pdf(desk: Desk, delivery: int) -> bytes | None:
    """The PDF inside the e-fff file."""
    raise NotImplementedError


async def request_preview(desk: Desk, delivery: int) -> str:
    """The request that would be sent, redacted, as text."""
    raise NotImplementedError
