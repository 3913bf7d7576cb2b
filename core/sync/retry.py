"""What happens after a try: pure decisions from an answer to the delivery's next state and the circuit's.

Takes values, gives values; no clock, no I/O. The rows of `OUTCOMES` are the table of the engine reference, section 8.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from core.config import Timing
from core.ledger.base import Circuit, Move, Scope
from core.model import NEVER, State
from core.pingwin.target import Answer, AnswerKind

DAY = 86_400.0
DOSSIER_SILENT = "dossier_silent"
"""Why a dossier's circuit is open whose outcomes stay unknown while others' do not."""

DOSSIER_UNDECIDED = "dossier_undecided"
TARGET_UNDECIDED = "target_undecided"
"""The same where each such outcome is a person's to decide: nothing more is tried until they have decided for one."""

RELAPSE_CAP = 4 * 3_600.0
"""Seconds after which a probe is believed at the latest, however often it was wrong."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One row of the table: the state an answer leads to, whether it counts as an attempt, whose circuit it touches."""

    state: State
    counted: bool
    opens: Scope | None = None
    cools: Scope | None = None
    closes: bool = False
    fails: Scope | None = None


OUTCOMES: dict[AnswerKind, Outcome] = {
    AnswerKind.ACCEPTED: Outcome(State.CONFIRMED, counted=True, closes=True),
    AnswerKind.ALREADY_THERE: Outcome(State.PARKED, counted=True),
    AnswerKind.AUTH: Outcome(State.READY, counted=False, opens=Scope.DOSSIER),
    AnswerKind.DOSSIER: Outcome(State.READY, counted=False, opens=Scope.DOSSIER),
    AnswerKind.REFUSED: Outcome(State.FAILED, counted=True),
    AnswerKind.THROTTLED: Outcome(State.READY, counted=False, cools=Scope.CLID),
    AnswerKind.NOT_SENT: Outcome(State.READY, counted=False, fails=Scope.TARGET),
    AnswerKind.UNKNOWN: Outcome(State.UNKNOWN, counted=True, opens=Scope.TARGET),
}
"""What each class of answer does. Account trouble never counts as an attempt, so it never ends in `dead`."""


@dataclass(frozen=True, slots=True)
class Account:
    """Whose circuits a delivery stands behind. `clid` is a fingerprint."""

    target: str
    clid: str
    dossier: str

    def id_of(self, scope: Scope) -> str:
        """The circuit's id in a scope; the target's is empty."""
        return {Scope.TARGET: "", Scope.CLID: self.clid, Scope.DOSSIER: self.dossier}[scope]


Draw = Callable[[float, float], float]
"""`random.uniform`, or a seeded one."""


def backoff(timing: Timing, attempt: int, draw: Draw) -> float:
    """Full jitter: seconds between 0 and base * 2^attempt, capped (engine reference, 8)."""
    return draw(0.0, min(timing.backoff_cap, timing.backoff_base * 2.0 ** min(attempt, 30)))


def after_answer(
    answer: Answer,
    *,
    attempts: int,
    earlier_unknown: bool,
    can_be_asked: bool,
    failures: int,
    now: float,
    timing: Timing,
    draw: Draw,
) -> Move:
    """Where the delivery goes. `attempts` and `failures` are the counts before this answer.

    "Already there" confirms only where an own earlier attempt of this delivery had an unknown outcome (decision 10).
    """
    outcome = OUTCOMES[answer.kind]
    state, due, code = outcome.state, now, answer.code
    match answer.kind:
        case AnswerKind.ALREADY_THERE if earlier_unknown:
            state = State.CONFIRMED
        case AnswerKind.ALREADY_THERE:
            code = "already_there"
        case AnswerKind.THROTTLED:
            due = now + throttled_for(answer, timing)
        case AnswerKind.NOT_SENT:
            due = now + backoff(timing, failures, draw)
        case AnswerKind.UNKNOWN:
            due = now + (timing.grace if can_be_asked else 0.0)
        case _:
            pass
    return Move(
        state=state,
        due_at=due,
        code=code,
        args={**answer.arguments, "server_text": answer.server_text, "seconds": round(answer.seconds, 3)},
        counted=outcome.counted,
        reference=answer.reference,
        delivered_at=now if state is State.CONFIRMED else None,
        http_status=answer.http_status,
    )


def throttled_for(answer: Answer, timing: Timing) -> float:
    """Seconds to wait after a 429: what the target said, at most a day; else the first backoff step in full."""
    return min(answer.retry_after, DAY) if answer.retry_after is not None else timing.backoff_base


def circuit_after(
    answer: Answer,
    account: Account,
    standing: Callable[[Scope], Circuit | None],
    *,
    now: float,
    timing: Timing,
    alone: bool = False,
    by_person: bool = False,
) -> Circuit | None:
    """How the account's circuit stands after an answer, or None where it stays as it is.

    The target's opens at the first unknown outcome, or after several failures in a row before the body. `alone`: the
    last unknown outcome was this dossier's too, so that this one opens the dossier's, and the others go on.
    `by_person`: an unknown outcome costs a person a decision. Then a probe that said all was well is believed once:
    after the second such outcome in a row the circuit waits for one of the decisions.
    """
    outcome = OUTCOMES[answer.kind]
    if answer.kind is AnswerKind.UNKNOWN:
        return _after_unknown(answer, account, standing, now=now, timing=timing, alone=alone, by_person=by_person)
    if outcome.closes:
        target = standing(Scope.TARGET)
        return closed(account, now) if target is not None and (target.failures or target.probes) else None
    if outcome.opens is not None:
        return opened(account, outcome.opens, answer.code, standing(outcome.opens), now=now, timing=timing)
    if outcome.cools is not None:
        until, id = now + throttled_for(answer, timing), account.id_of(outcome.cools)
        return Circuit(account.target, outcome.cools, id, "cooling", answer.code, 0, until, None, since=now)
    if outcome.fails is not None:
        return _after_failure(answer, account, outcome.fails, standing(outcome.fails), now=now, timing=timing)
    return None


def _after_unknown(
    answer: Answer,
    account: Account,
    standing: Callable[[Scope], Circuit | None],
    *,
    now: float,
    timing: Timing,
    alone: bool,
    by_person: bool,
) -> Circuit:
    """Open, at the target or the dossier; without a probe where one more wrong "all is well" would cost a decision."""
    scope = Scope.DOSSIER if alone else Scope.TARGET
    before = standing(scope)
    if before is not None and before.state == "open":
        return before
    if by_person and (alone or (before is not None and before.probes > 0)):
        code = DOSSIER_UNDECIDED if alone else TARGET_UNDECIDED
        return replace(opened(account, scope, code, before, now=now, timing=timing), probe_at=None)
    code = DOSSIER_SILENT if alone else answer.code
    return opened(account, scope, code, before, now=now, timing=timing)


def _after_failure(
    answer: Answer, account: Account, scope: Scope, before: Circuit | None, *, now: float, timing: Timing
) -> Circuit | None:
    """Nothing left: counted, and open once several in a row failed."""
    if before is not None and before.state == "open":
        return None
    failures, probes = (before.failures, before.probes) if before is not None else (0, 0)
    if failures + 1 >= timing.failures_to_open:
        return opened(account, scope, answer.code, before, now=now, timing=timing)
    id = account.id_of(scope)
    return Circuit(account.target, scope, id, "closed", answer.code, failures + 1, 0.0, None, probes=probes, since=now)


def opened(account: Account, scope: Scope, code: str, before: Circuit | None, *, now: float, timing: Timing) -> Circuit:
    """An open circuit with its first probe; one that was open already keeps its probing rhythm.

    `failures` counts how often it opened since a delivery last went through. After a relapse the probe comes four times
    as late: it said that all was well, yet the next delivery met the same trouble, and each costs a person a decision.
    """
    if before is not None and before.state == "open":
        return before
    relapses = before.probes if before is not None else 0
    first = max(timing.probe_first, min(RELAPSE_CAP, timing.probe_first * 4.0 ** min(relapses, 20)))
    return Circuit(
        account.target, scope, account.id_of(scope), "open", code, relapses + 1, NEVER, now + first, since=now
    )


def closed(account: Account, now: float) -> Circuit:
    """The target's circuit, closed again after a success."""
    return Circuit(account.target, Scope.TARGET, "", "closed", None, 0, 0.0, None, since=now)


def next_probe(circuit: Circuit, timing: Timing) -> float:
    """Seconds until the next probe: twice as long each time, capped."""
    return min(timing.probe_cap, timing.probe_first * 2.0 ** min(circuit.probes + 1, 30))
