"""The audit trail, replayed: what a delivery's events say it is now. Pure.

Every event that moves a delivery carries the new state in its arguments; every one of a worker or person its fence.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from core.model import Event, State

PERSON_ONLY = frozenset({State.HISTORY, State.DISCARDED})
"""States that nothing but a decision leads out of (5.2: a history row never turns into anything else by itself)."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """Where the events end. `problems` are codes of moves that must not happen."""

    state: State | None
    fence: int
    problems: tuple[str, ...] = ()


def replay(events: Iterable[Event]) -> Replayed:
    """Replays one delivery's events, oldest first."""
    state: State | None = None
    fence = 0
    problems: list[str] = []
    for event in events:
        said = event.args.get("state")
        moved = State(str(said)) if said is not None else None
        if event.fence is not None:
            if event.fence < fence:
                problems.append("fence_went_back")
            fence = max(fence, event.fence)
        if moved is None:
            continue
        if state in PERSON_ONLY and moved is not state and event.kind not in {"decision", "space"}:
            problems.append(f"left_{state}_by_{event.kind}")
        if moved is State.SENDING and event.kind != "intent":
            problems.append("sent_without_intent")
        if event.kind == "intent" and state is not State.LEASED:
            problems.append(f"intent_from_{state}")
        state = moved
    return Replayed(state, fence, tuple(problems))
