"""What the history of one delivery holds: its tries, and the report of its last preparation."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.model import Arguments, Event
from core.wording import word


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


def first_finding(events: Sequence[Event]) -> tuple[str, Arguments] | None:
    """Code and arguments of the first warning or error that the last preparation found; None where it found none."""
    findings, _, _ = report(events)
    told = next((each for each in findings if each["severity"] in {"warning", "error"}), None)
    return (told["code"], json.loads(told["arguments"])) if told else None


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
