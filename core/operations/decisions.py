"""A person's decisions on deliveries: the table of decisions.md as data, and the one function that applies it.

`permissions` reads the table for a delivery, `decide` applies it. Both walk the same rows, so what a button promises is
what happens. Never decides by itself: every change names its actor, time and reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from core.ledger.records import Decision
from core.model import NEVER, Arguments, Delivery, State, delivery_key
from core.operations.desk import Desk


class Act(StrEnum):
    """What a person can do with a delivery."""

    RETRY = "retry"
    RESEND = "resend"
    DISCARD = "discard"
    MARK_DELIVERED = "mark_delivered"
    INCLUDE = "include"
    UNDO = "undo"


@dataclass(frozen=True, slots=True)
class Permission:
    """Whether an act is possible in a delivery's state; `code` says why not, or what will happen.

    `twice` marks an act after which the invoice may arrive twice; `typed` one that asks for a typed word;
    `needs_reason` one that is refused without a reason in the person's own words.
    """

    act: Act
    allowed: bool
    code: str
    arguments: Arguments = field(default_factory=dict)
    twice: bool = False
    typed: bool = False
    needs_reason: bool = False


@dataclass(frozen=True, slots=True)
class Decided:
    """What became of one delivery of a decision: the row as it is now, or the code of the refusal."""

    delivery: int
    done: bool
    code: str
    arguments: Arguments = field(default_factory=dict)
    row: Delivery | None = None


class Situation(StrEnum):
    """A line of the table: a state, with the class of its reason where that decides."""

    MOVING = "moving"
    WAITING = "waiting"
    OUTCOME_UNKNOWN = "outcome_unknown"
    ASKED = "asked"
    BLOCKED = "blocked"
    UNSENDABLE = "unsendable"
    FAILED = "failed"
    DEAD = "dead"
    CHANGED = "changed"
    CONFIRMED = "confirmed"
    MARKED = "marked"
    HISTORY = "history"
    WITHDRAWN = "withdrawn"
    DISCARDED = "discarded"


UNKNOWN_OUTCOMES = frozenset({"outcome_unknown", "unknown_outcome", "unknown"})
"""Reasons of a parked delivery whose bytes may have been taken."""

NEVER_OVERRIDDEN = frozenset({"V01", "V02", "V03", "V20", "V37"})
"""Findings that nobody may send in spite of (decision 8)."""

FORGOTTEN = frozenset({"restore", "restored_below_trigger"})
"""Reasons of rows that may have been sent after the backup that was restored: this ledger would not know."""

MARKED_BY_PERSON = "marked_delivered"
"""The reason of a `confirmed` row that a person marked; the target's own confirmation never carries it."""

NAMED_REASONS = frozenset(
    {"possible_duplicate", "already_there", "not_this_dossier", "direction_unclear", "during", "gone_while_off"}
)
"""Reasons with a name of their own (decision 6); any other one that carries a rule is a blocking finding."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What an act does. `state` None means "prepare again, or send the file where there is one"."""

    code: str
    state: State | None
    twice: bool = False
    typed: bool = False
    generation: bool = False
    needs_reason: bool = False


_LEAVE = Effect(MARKED_BY_PERSON, State.CONFIRMED)
_DROP = Effect("discarded", State.DISCARDED)
_TAKE_BACK = Effect("undo_discard", None)

TABLE: Mapping[Situation, Mapping[Act, Effect]] = {
    Situation.MOVING: {},
    Situation.WAITING: {
        Act.RETRY: Effect("retry_now", State.READY),
        Act.MARK_DELIVERED: _LEAVE,
        Act.DISCARD: _DROP,
    },
    Situation.OUTCOME_UNKNOWN: {
        Act.RESEND: Effect("resend", State.READY, twice=True),
        Act.MARK_DELIVERED: _LEAVE,
        Act.DISCARD: _DROP,
    },
    Situation.ASKED: {Act.RESEND: Effect("send", None), Act.MARK_DELIVERED: _LEAVE, Act.DISCARD: _DROP},
    Situation.BLOCKED: {
        Act.RESEND: Effect("send", None, needs_reason=True),
        Act.MARK_DELIVERED: _LEAVE,
        Act.DISCARD: _DROP,
    },
    Situation.UNSENDABLE: {
        # No override: it is prepared again, and goes out only where the check passes by then.
        Act.RESEND: Effect("check_again", State.SEEN),
        Act.MARK_DELIVERED: _LEAVE,
        Act.DISCARD: _DROP,
    },
    Situation.FAILED: {
        Act.RETRY: Effect("retry", State.SEEN),
        Act.MARK_DELIVERED: _LEAVE,
        Act.DISCARD: _DROP,
    },
    Situation.DEAD: {Act.RETRY: Effect("retry", None), Act.MARK_DELIVERED: _LEAVE, Act.DISCARD: _DROP},
    Situation.CHANGED: {
        Act.RESEND: Effect("resend_changed", State.SEEN, generation=True),
        Act.MARK_DELIVERED: Effect("left_as_delivered", State.CONFIRMED),
    },
    Situation.CONFIRMED: {Act.RESEND: Effect("resend_again", State.SEEN, twice=True, typed=True, generation=True)},
    Situation.MARKED: {
        Act.RESEND: Effect("resend_again", State.SEEN, twice=True, typed=True, generation=True),
        Act.UNDO: Effect("undo", State.PARKED),
    },
    Situation.HISTORY: {Act.INCLUDE: Effect("include", State.SEEN)},
    Situation.WITHDRAWN: {Act.INCLUDE: Effect("include_withdrawn", State.SEEN)},
    Situation.DISCARDED: {Act.RETRY: _TAKE_BACK, Act.UNDO: _TAKE_BACK, Act.MARK_DELIVERED: _LEAVE},
}
"""States and a person's commands (decisions.md). What is not listed is refused with `refused_<situation>`."""


def situation(delivery: Delivery) -> Situation:
    """The line of the table that a delivery stands in."""
    match delivery.state:
        case State.PARKED:
            return _parked(delivery)
        case State.CONFIRMED if delivery.reason == MARKED_BY_PERSON and delivery.reference is None:
            return Situation.MARKED
        case State.READY:
            return Situation.WAITING
        case State.SEEN | State.LEASED | State.SENDING | State.UNKNOWN:
            return Situation.MOVING
        case _:
            return Situation(delivery.state.value)


def _parked(delivery: Delivery) -> Situation:
    if delivery.reason in UNKNOWN_OUTCOMES:
        return Situation.OUTCOME_UNKNOWN
    if rule_of(delivery) in NEVER_OVERRIDDEN:
        return Situation.UNSENDABLE
    named = delivery.reason in NAMED_REASONS or not delivery.reason_args.get("rule")
    return Situation.ASKED if named else Situation.BLOCKED


def rule_of(delivery: Delivery) -> str:
    """The rule (or the reason's own name) that stands in the way of a parked delivery."""
    return str(delivery.reason_args.get("rule") or delivery.reason or "")


def permissions(delivery: Delivery) -> list[Permission]:
    """Every act with its permission for this delivery, in the order of the buttons."""
    return [permission(delivery, act) for act in Act]


def permission(delivery: Delivery, act: Act) -> Permission:
    """One act: `will_<effect>` where it is possible, else `refused_<situation>`."""
    place = situation(delivery)
    arguments: Arguments = {"act": act.value, "state": delivery.state.value, "reason": delivery.reason or ""}
    effect = TABLE[place].get(act)
    if effect is None:
        return Permission(act, False, f"refused_{place.value}", arguments)
    # A delivery that was tried before and discarded may have arrived: taking it back sends it again. So may one that
    # went out after the backup that was restored, of which this ledger knows nothing.
    tried = effect is _TAKE_BACK and delivery.attempts > 0
    forgotten = delivery.reason in FORGOTTEN
    twice = effect.twice or tried or forgotten
    return Permission(act, True, f"will_{effect.code}", arguments, twice, effect.typed, effect.needs_reason)


def decide(desk: Desk, ids: Sequence[int], act: Act, *, reason: str = "") -> list[Decided]:
    """Applies an act to deliveries, one by one; each is recorded with who, when and why."""
    desk.must_write()
    return [_decide_one(desk, id, act, reason.strip()) for id in dict.fromkeys(ids)]


def include_alone(desk: Desk, row: Delivery) -> Delivery | None:
    """Takes one document of history into the queue of a held space, past the hold, which stays for all others.

    None where the row moved meanwhile, or the space is not held any more.
    """
    effect = TABLE[Situation.HISTORY][Act.INCLUDE]
    decision = replace(_decision(desk, row, effect, ""), code="include_alone", alone=True)
    return desk.ledger.decide(decision, now=desk.clock.now())


def _decide_one(desk: Desk, id: int, act: Act, reason: str) -> Decided:
    row = desk.ledger.delivery(id)
    if row is None:
        return Decided(id, False, "no_such_delivery", {"id": id})
    allowed = permission(row, act)
    if not allowed.allowed:
        return Decided(id, False, allowed.code, allowed.arguments, row)
    if allowed.needs_reason and not reason:
        return Decided(id, False, "reason_needed", allowed.arguments, row)
    effect = TABLE[situation(row)][act]
    newest = desk.ledger.known(row.space, [row.source_id]).get(row.source_id)
    if effect.generation and newest is not None and newest.generation > row.generation:
        return Decided(id, False, "newer_copy", {"id": newest.id, "generation": newest.generation}, newest)
    decided = desk.ledger.decide(_decision(desk, row, effect, reason), now=desk.clock.now())
    if decided is None:
        return Decided(id, False, "moved_meanwhile", {"id": id}, desk.ledger.delivery(id))
    return Decided(id, True, _done(desk, row, effect), {"id": decided.id, "actor": desk.actor}, decided)


def _done(desk: Desk, row: Delivery, effect: Effect) -> str:
    """What is said right after a decision, which also wakes what waited for it, or keeps it waiting."""
    from core.operations.setup.enrolment import go_on, try_now

    if situation(row) is Situation.OUTCOME_UNKNOWN:
        go_on(desk, row.space)
    if effect.code != "retry_now":
        return effect.code
    return "retry_once_it_answers" if try_now(desk, row.space) else effect.code


def _decision(desk: Desk, row: Delivery, effect: Effect, reason: str) -> Decision:
    now = desk.clock.now()
    state = _before(desk, row) if effect.code == "undo" else effect.state
    state = state or (State.READY if _file_waits(desk, row) else State.SEEN)
    arguments: dict[str, str | int | float | None] = {"from": row.state.value}
    if row.reason:
        # The engine reads `rule` back, so that what a person overrode is not parked for the same rule again.
        arguments |= {"rule": rule_of(row), "was": row.reason}
    return Decision(
        delivery=row.id,
        expected=row.state,
        state=state,
        code=effect.code,
        actor=desk.actor,
        reason=reason,
        due_at=now if state in {State.READY, State.SEEN} else NEVER,
        generation=effect.generation,
        key=_next_key(desk, row) if effect.generation else "",
        delivered_at=(row.delivered_at or now) if state is State.CONFIRMED else None,
        args=arguments,
    )


def _before(desk: Desk, row: Delivery) -> State:
    """Where a delivery stood when a person marked it; the ledger gives the reason of that time back with it."""
    marks = [event for event in desk.ledger.events(delivery=row.id) if event.code == MARKED_BY_PERSON]
    said = marks[-1].args.get("from") if marks else None
    return State(str(said)) if said in set(State) else State.PARKED


def _file_waits(desk: Desk, row: Delivery) -> bool:
    """Whether the e-fff file is still there, so that it need not be made again."""
    return row.sha256 is not None and desk.spool.get(row.space, row.sha256) is not None


def _next_key(desk: Desk, row: Delivery) -> str:
    """The key of a deliberate second delivery (engine reference, 5.4). The CLID is known by its fingerprint."""
    run = desk.ledger.space_run(row.space)
    return delivery_key(run.clid if run else "", row.dossier, row.space, row.source_id, row.generation + 1)
