"""The records that cross the ledger's border: what it is told, what it tells. Frozen; `base.py` has the contract."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from core.model import Arguments, Delivery, Direction, Rule, State, VatBreakdown


@dataclass(frozen=True, slots=True)
class SpaceRun:
    """What the engine keeps of a space: whether it runs, where it sends, how its polling goes.

    `clid` is a fingerprint, never the value. `poll_code` is the reason of the last failed poll, None after a good one.
    `alone` is the one delivery that passes the hold.
    `only_validated` counts purchases at Validated, where none got further for a week (decision 27); else 0.
    """

    space: str
    running: bool
    held: bool
    target: str
    clid: str
    dossier: str
    watermark_ns: int | None = None
    next_poll: float = 0.0
    last_sweep: float | None = None
    last_good_poll: float | None = None
    poll_failures: int = 0
    poll_code: str | None = None
    poll_args: Arguments = field(default_factory=dict)
    next_due: float = 9e18
    settle_due: float = 9e18
    alone: int | None = None
    only_validated: int = 0


@dataclass(frozen=True, slots=True)
class Activation:
    """One activation of a space, or the counting that will become one (`requested_at` None).

    The baseline is complete when `completed_at` is set; no poll and no upload happens before that.
    """

    id: int
    space: str
    requested_at: float | None
    rule: Rule
    started_ns: int
    completed_at: float | None
    ended_at: float | None
    history_count: int
    during_count: int = 0
    kind: str = "activation"

    def same_decision(self, other: Activation) -> bool:
        """Whether both were read of one activation, requested by the same decision."""
        return (self.id, self.requested_at) == (other.id, other.requested_at)

    def goes_on_for(self, rule: Rule, requested_at: float | None) -> bool:
        """Whether it is under way, and a count (None) or decision with this trigger goes on with it.

        One that was requested before the decision was left over by an earlier one: that is not gone on with.
        """
        if self.completed_at is not None or self.ended_at is not None or self.rule != rule:
            return False
        return requested_at is None or self.requested_at is None or self.requested_at >= requested_at


class Finding(StrEnum):
    """What a scan concluded for a document; see `core.sync.poll`."""

    NEW = "new"
    CHANGED = "changed"
    BACK = "back"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class Discovery:
    """One document that a scan found worth a row, or a change of one.

    For `NEW`: `state` is SEEN, HISTORY, PARKED or (after a restore) WITHDRAWN, with `reason`. For the others `delivery`
    names the row: `CHANGED` is one that shows another content than its file was made from, or that content again;
    `BACK` a withdrawn one (with the state it goes to; UNKNOWN where it may have been sent), `MOVED` a prepared one to
    be read again.
    """

    finding: Finding
    source_id: str
    state: State
    reason: str | None = None
    reason_args: Arguments = field(default_factory=dict)
    key: str = ""
    direction: Direction | None = None
    document_type: str = ""
    number: str = ""
    counterparty: str = ""
    vat_number: str = ""
    issue_date: date | None = None
    amount: Decimal | None = None
    currency: str = ""
    invoice_key: str | None = None
    updated_ns: int | None = None
    content_hash: str | None = None
    delivery: int | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """A row held by a worker until `until` (Unix seconds). Every write of the worker carries `fence`."""

    delivery: Delivery
    fence: int
    worker: str
    until: float

    @property
    def id(self) -> int:
        """The delivery's id."""
        return self.delivery.id


@dataclass(frozen=True, slots=True)
class Prepared:
    """What preparing a `seen` delivery found in its XML, and the file that waits in the spool."""

    direction: Direction
    document_type: str
    number: str
    counterparty: str
    vat_number: str
    issue_date: date | None
    amount: Decimal | None
    currency: str
    invoice_key: str | None
    updated_ns: int | None
    content_hash: str | None
    sha256: str
    size: int
    report: Arguments = field(default_factory=dict)
    payment_reference: str = ""
    vat_breakdown: VatBreakdown = ()


@dataclass(frozen=True, slots=True)
class Move:
    """Where a held row goes next, and what the event says. `counted` ages the delivery by one attempt.

    `report` goes into the event only; `args` also stay with the row, for its reason's sentence. `updated_ns` is of the
    document as it was read, where that is why: what a list shows of an earlier moment is no news of it.
    """

    state: State
    due_at: float
    code: str | None = None
    args: Arguments = field(default_factory=dict)
    counted: bool = False
    reference: str | None = None
    delivered_at: float | None = None
    http_status: int | None = None
    kind: str = "result"
    report: Arguments = field(default_factory=dict)
    updated_ns: int | None = None


class Scope(StrEnum):
    """What a circuit stands for (decision 12)."""

    TARGET = "target"
    CLID = "clid"
    DOSSIER = "dossier"


@dataclass(frozen=True, slots=True)
class Circuit:
    """Why nothing goes out for a target, CLID or dossier. `until` is NEVER while it is open, else a cooldown's end."""

    target: str
    scope: Scope
    id: str
    state: str
    code: str | None
    failures: int
    until: float
    probe_at: float | None
    probes: int = 0
    since: float = 0.0


@dataclass(frozen=True, slots=True)
class QueueQuery:
    """A view of the queue. `text` is looked for in number, party, VAT number, amount and ids.

    Order: "needs you" first, then what is moving, then newest first; `sort` may name another column.
    """

    spaces: tuple[str, ...] = ()
    states: frozenset[State] = frozenset()
    directions: frozenset[Direction] = frozenset()
    text: str = ""
    sort: str = "attention"
    history: bool = False
    dossiers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Present:
    """An engine that has a shared ledger open now. `since` is when its session began (Unix seconds)."""

    host: str
    pid: int
    version: str
    since: float


@dataclass(frozen=True, slots=True)
class Decision:
    """A person's decision on one delivery: from the state they saw to another (decisions.md, table of states).

    `alone`: it passes the hold of its space, which stays.
    """

    delivery: int
    expected: State
    state: State
    code: str
    actor: str
    reason: str = ""
    due_at: float = 0.0
    generation: bool = False
    alone: bool = False
    key: str = ""
    delivered_at: float | None = None
    args: Arguments = field(default_factory=dict)
