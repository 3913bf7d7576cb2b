"""Why one delivery stands where it stands, and what comes next: pure tables over the ledger's rows.

The same codes that the engine acts by become words here.
"""

from __future__ import annotations

from collections.abc import Mapping

from core.ledger.records import SpaceRun
from core.model import IN_FLIGHT, NEVER, Arguments, Delivery, State
from core.operations.decisions import Situation, situation
from core.operations.views.health import Facts, circuit_arguments, in_the_way, moment, waiting_for_a_person
from core.wording import messages

Coded = tuple[str, Arguments]


NEXT: Mapping[Situation, str] = {
    Situation.OUTCOME_UNKNOWN: "next_outcome_unknown",
    Situation.ASKED: "next_asked",
    Situation.BLOCKED: "next_blocked",
    Situation.UNSENDABLE: "next_unsendable",
    Situation.FAILED: "next_failed",
    Situation.DEAD: "next_dead",
    Situation.CHANGED: "next_changed",
    Situation.CONFIRMED: "next_confirmed",
    Situation.MARKED: "next_marked",
    Situation.HISTORY: "next_history",
    Situation.WITHDRAWN: "next_withdrawn",
    Situation.DISCARDED: "next_discarded",
}
"""What a person can do, by the same line of the table that decides it."""

MOVING: Mapping[State, str] = {
    State.SEEN: "next_prepare",
    State.READY: "next_send",
    State.LEASED: "next_sending",
    State.SENDING: "next_sending",
    State.UNKNOWN: "next_ask",
}
"""What the engine does next, where nothing is in its way; with `_at` where it does so at a known time."""

HELD: Mapping[State, str] = {
    State.SEEN: "next_stopped",
    State.READY: "next_stopped",
    State.LEASED: "next_left_behind",
    State.SENDING: "next_left_sending",
    State.UNKNOWN: "next_left_sending",
}
"""What follows while no engine runs: an engine that died may still hold what it had taken up, until its lease ends."""


def why(delivery: Delivery) -> Coded:
    """Why the delivery is where it is: its own reason, else what its state says by itself."""
    if delivery.reason and delivery.reason in messages():
        return delivery.reason, delivery.reason_args
    arguments: Arguments = {
        "reason": (delivery.reason or "").replace("_", " ") or None,
        "at": moment(delivery.delivered_at) if delivery.delivered_at else None,
        "reference": delivery.reference,
    }
    suffix = "_reason" if delivery.reason else ""
    return f"why_{delivery.state.value}{suffix}", arguments


def next_step(delivery: Delivery, facts: Facts | None) -> Coded:
    """What happens next and when, or what a person can do. `facts` None: the space is not installed (any more)."""
    code = NEXT.get(situation(delivery))
    if code is not None:
        return code, {"state": delivery.state.value, "reason": delivery.reason}
    later = facts is not None and facts.now < delivery.due_at < NEVER
    at: Arguments = {"at": moment(delivery.due_at) if later else None}
    if facts is not None and not facts.engine_running and (delivery.state in IN_FLIGHT or facts.installation.active):
        return HELD[delivery.state] + ("_at" if later and delivery.state in IN_FLIGHT else ""), at
    if delivery.state in {State.SEEN, State.READY}:
        in_way = _in_the_way(delivery, facts)
        if in_way is not None:
            return in_way
    return MOVING[delivery.state] + ("_at" if later else ""), at


def _in_the_way(delivery: Delivery, facts: Facts | None) -> Coded | None:
    """What keeps the engine from a waiting delivery, the widest reason first."""
    if facts is None:
        return "next_not_installed", {}
    if not facts.installation.active:
        return "next_inactive", {}
    if (facts.installation.held_by or _is_held(facts.run)) and not _passes_the_hold(delivery, facts.run):
        holder = facts.installation.held_by
        return ("next_held", {"name": holder}) if holder else ("next_held_space", {})
    for each in waiting_for_a_person(facts.run, facts.circuits):
        return each.code or "next_circuit", circuit_arguments(each)
    standing = [each for each in in_the_way(facts.run, facts.circuits) if each.until > facts.now]
    return ("next_circuit", circuit_arguments(standing[0])) if standing else None


def _is_held(run: SpaceRun | None) -> bool:
    return run is not None and run.held


def _passes_the_hold(delivery: Delivery, run: SpaceRun | None) -> bool:
    return run is not None and run.alone == delivery.id
