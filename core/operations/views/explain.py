"""One delivery explained: its tries, the report of its preparation, why it stands where it stands, what comes next.

Pure tables over the ledger's rows and events; the same codes that the engine acts by become words here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.ledger.base import SpaceRun
from core.model import IN_FLIGHT, NEVER, Arguments, Delivery, Event, State
from core.operations.decisions import Situation, situation
from core.operations.views.health import Facts, circuit_arguments, in_the_way, moment, waiting_for_a_person
from core.wording import messages, word

Coded = tuple[str, Arguments]


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
    seconds: float | None = None


def attempts(events: Sequence[Event]) -> tuple[Attempt, ...]:
    """Intents joined with what became of them. A try that a person ordered carries that person (the ledger says so)."""
    return tuple(_attempt(event, _outcome(event, events)) for event in events if event.kind == "intent")


def _outcome(intent: Event, events: Sequence[Event]) -> Event | None:
    """The result of the same fence; a worker that died leaves none, then what settled the row is the outcome."""
    later = [event for event in events if event.id > intent.id]
    same = next((event for event in later if event.fence == intent.fence and event.kind in {"result", "wait"}), None)
    return same or next((event for event in later if event.kind in {"settle", "settled"}), None)


def _attempt(intent: Event, outcome: Event | None) -> Attempt:
    arguments = outcome.args if outcome else {}
    seconds = arguments.get("seconds")
    return Attempt(
        at=intent.at,
        ended_at=outcome.at if outcome else None,
        code=outcome.code if outcome else None,
        arguments=arguments,
        http_status=outcome.http_status if outcome else None,
        server_text=str(arguments.get("server_text") or ""),
        trigger=intent.trigger or "automatic",
        actor=intent.actor,
        sha256=intent.sha256,
        seconds=float(seconds) if isinstance(seconds, int | float) else None,
    )


# -- the report of the last preparation ------------------------------------------------------------------------------

Line = dict[str, str]


def report(events: Sequence[Event]) -> tuple[tuple[Line, ...], tuple[Line, ...], tuple[Line, ...]]:
    """Findings, derived and dropped values of the last preparation, worded; the codes stay for other languages."""
    last = next((event for event in reversed(events) if "findings" in event.args), None)
    if last is None:
        return (), (), ()
    return (
        tuple(_finding(item) for item in _items(last, "findings")),
        tuple(_value(item) for item in _items(last, "derived")),
        tuple(_value(item) for item in _items(last, "dropped")),
    )


def _items(event: Event, name: str) -> list[Mapping[str, object]]:
    try:
        found = json.loads(str(event.args.get(name) or "[]"))
    except ValueError:  # an event of another version; better no report than no screen
        return []
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def _arguments(item: Mapping[str, object]) -> Arguments:
    kept = item.get("arguments")
    return kept if isinstance(kept, dict) else {}


def _finding(item: Mapping[str, object]) -> Line:
    worded = word(str(item.get("code", "")), _arguments(item))
    return {
        "rule": str(item.get("rule", "")),
        "severity": str(item.get("severity", "")),
        "where": str(item.get("where", "")),
        "message": worded.sentence,
        "advice": worded.advice,
        "code": worded.code,
        "arguments": json.dumps(_arguments(item), default=str),
    }


def _value(item: Mapping[str, object]) -> Line:
    worded = word(str(item.get("code", "")), _arguments(item))
    return {
        "path": str(item.get("path", "")),
        "value": str(item.get("value", "")),
        "why": worded.sentence,
        "code": worded.code,
        "arguments": json.dumps(_arguments(item), default=str),
    }


# -- why, and what comes next ----------------------------------------------------------------------------------------

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
        return "next_held", {"name": facts.installation.held_by or None}
    for each in waiting_for_a_person(facts.run, facts.circuits):
        return each.code or "next_circuit", circuit_arguments(each)
    standing = [each for each in in_the_way(facts.run, facts.circuits) if each.until > facts.now]
    return ("next_circuit", circuit_arguments(standing[0])) if standing else None


def _is_held(run: SpaceRun | None) -> bool:
    return run is not None and run.held


def _passes_the_hold(delivery: Delivery, run: SpaceRun | None) -> bool:
    return run is not None and run.alone == delivery.id
