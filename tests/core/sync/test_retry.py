"""What an answer does to a delivery and to its account (engine reference, section 8; decisions 10 to 12)."""

from __future__ import annotations

import pytest

from core.config import Timing
from core.ledger.base import Circuit, Scope
from core.model import NEVER, State
from core.pingwin.target import Answer, AnswerKind
from core.sync.retry import OUTCOMES, Account, after_answer, backoff, circuit_after, next_probe

TIMING = Timing()
ACCOUNT = Account("target", "clid", "dossier")
NOW = 1_000_000.0


def moved(kind: AnswerKind, *, earlier_unknown: bool = False, can_be_asked: bool = False, **answer: object) -> object:
    return after_answer(
        Answer(kind, "code", **answer),  # type: ignore[arg-type]
        attempts=0,
        earlier_unknown=earlier_unknown,
        can_be_asked=can_be_asked,
        failures=0,
        now=NOW,
        timing=TIMING,
        draw=lambda low, high: high,
    )


@pytest.mark.parametrize(
    ("kind", "state", "counted"),
    [
        (AnswerKind.ACCEPTED, State.CONFIRMED, True),
        (AnswerKind.ALREADY_THERE, State.PARKED, True),
        (AnswerKind.AUTH, State.READY, False),
        (AnswerKind.DOSSIER, State.READY, False),
        (AnswerKind.REFUSED, State.FAILED, True),
        (AnswerKind.THROTTLED, State.READY, False),
        (AnswerKind.NOT_SENT, State.READY, False),
        (AnswerKind.UNKNOWN, State.UNKNOWN, True),
    ],
)
def test_each_answer_leads_to_its_state(kind: AnswerKind, state: State, counted: bool) -> None:
    move = moved(kind)
    assert (move.state, move.counted) == (state, counted)


def test_every_class_of_answer_is_decided() -> None:
    assert set(OUTCOMES) == set(AnswerKind)


def test_account_trouble_never_counts_as_an_attempt() -> None:
    assert not [
        k
        for k, o in OUTCOMES.items()
        if (o.counted and (o.cools or o.fails)) or (o.opens is Scope.DOSSIER and o.counted)
    ]


def test_already_there_confirms_only_after_an_own_unknown_outcome() -> None:
    assert moved(AnswerKind.ALREADY_THERE).state is State.PARKED
    assert moved(AnswerKind.ALREADY_THERE, earlier_unknown=True).state is State.CONFIRMED


def test_an_unknown_outcome_is_asked_about_only_after_the_grace_time() -> None:
    assert moved(AnswerKind.UNKNOWN, can_be_asked=True).due_at == NOW + TIMING.grace
    assert moved(AnswerKind.UNKNOWN).due_at == NOW


def test_retry_after_wins_and_is_capped_at_a_day() -> None:
    assert moved(AnswerKind.THROTTLED, retry_after=42.0).due_at == NOW + 42
    assert moved(AnswerKind.THROTTLED, retry_after=10 * 86_400.0).due_at == NOW + 86_400


def circuit(kind: AnswerKind, before: Circuit | None = None) -> Circuit | None:
    return circuit_after(Answer(kind, "code"), ACCOUNT, lambda _: before, now=NOW, timing=TIMING)


def test_the_first_unknown_outcome_opens_the_targets_circuit() -> None:
    opened = circuit(AnswerKind.UNKNOWN)
    assert opened is not None and opened.scope is Scope.TARGET and opened.until == NEVER
    assert opened.probe_at == NOW + TIMING.probe_first


def test_refused_credentials_open_the_dossiers_circuit() -> None:
    opened = circuit(AnswerKind.AUTH)
    assert opened is not None and (opened.scope, opened.id) == (Scope.DOSSIER, "dossier")


def test_five_failed_connections_in_a_row_open_the_targets_circuit() -> None:
    standing: Circuit | None = None
    for _ in range(TIMING.failures_to_open):
        assert standing is None or standing.state == "closed"
        standing = circuit(AnswerKind.NOT_SENT, standing)
    assert standing is not None and standing.state == "open"


def test_throttling_cools_the_account_not_the_document() -> None:
    cooling = circuit(AnswerKind.THROTTLED)
    assert cooling is not None and (cooling.scope, cooling.state) == (Scope.CLID, "cooling")
    assert NOW < cooling.until < NEVER


def test_a_refused_document_touches_no_circuit() -> None:
    assert circuit(AnswerKind.REFUSED) is None


def test_backoff_is_full_jitter_up_to_a_cap() -> None:
    steps = [backoff(TIMING, attempt, lambda low, high: high) for attempt in range(20)]
    assert steps[:3] == [5, 10, 20] and max(steps) == TIMING.backoff_cap
    assert backoff(TIMING, 5, lambda low, high: low) == 0


def test_probes_come_twice_as_late_each_time_up_to_a_quarter_of_an_hour() -> None:
    waits = [
        next_probe(Circuit("t", Scope.TARGET, "", "open", None, 1, NEVER, NOW, probes=n), TIMING) for n in range(6)
    ]
    assert waits == [120, 240, 480, 900, 900, 900]
