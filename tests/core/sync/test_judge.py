"""What is sent and what stays history: the pure judgements of a poll and of a baseline (engine reference, 5.2)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from core.ledger.base import Activation, Finding, SpaceRun
from core.model import Delivery, Direction, Document, Party, Rule, State, StatusChange, content_hash
from core.sync import baseline
from core.sync.poll import WEEK, Scanned, judge, only_validated, widened

SECOND = 1_000_000_000
STARTED = 1_000 * SECOND
RUN = SpaceRun("space", running=True, held=False, target="t", clid="c", dossier="d")
ACTIVATION = Activation(1, "space", 1000.0, Rule(), STARTED, 1001.0, None, 0)
APPROVED = Document(
    "doc",
    "space",
    Direction.PURCHASE,
    "INVOICE",
    "FULLY_APPROVED",
    "RECEIVED",
    "UNPAID",
    STARTED + SECOND,
    number="1",
    issue_date=date(2026, 1, 1),
    supplier=Party("S", "BE0403019261"),
    amount=Decimal("1.21"),
    currency="EUR",
)


def row(state: State, document: Document = APPROVED) -> Delivery:
    return Delivery(
        1,
        "space",
        document.id,
        "d",
        0,
        state,
        document.direction,
        "380",
        "1",
        "S",
        "",
        None,
        None,
        "EUR",
        None,
        {},
        0.0,
        0,
        "key",
        content_hash=content_hash(document),
    )


def test_document_approved_after_activation_is_sent() -> None:
    found = judge(APPROVED, None, ACTIVATION, RUN)
    assert found is not None and (found.finding, found.state) == (Finding.NEW, State.SEEN)


def test_document_untouched_since_before_activation_is_history() -> None:
    found = judge(replace(APPROVED, updated_ns=STARTED - 1), None, ACTIVATION, RUN)
    assert found is not None and (found.state, found.reason) == (State.HISTORY, "late")


@pytest.mark.parametrize(
    "status", ["VALIDATED", "AWAITING_VALIDATION", "PARTIALLY_APPROVED", "REFUSED", "SOMETHING_NEW"]
)
def test_purchase_below_its_trigger_makes_no_row(status: str) -> None:
    assert judge(replace(APPROVED, document_status=status), None, ACTIVATION, RUN) is None


@pytest.mark.parametrize(
    ("status", "sent"), [("RECEIVED", False), ("SENT", True), ("DELIVERED", True), ("FAILED", False)]
)
def test_sale_is_sent_at_or_beyond_its_trigger(status: str, sent: bool) -> None:
    sale = replace(APPROVED, direction=Direction.SALES, document_status="VALIDATED", delivery_status=status)
    assert (judge(sale, None, ACTIVATION, RUN) is not None) is sent


def test_status_history_decides_over_the_time_of_the_last_change() -> None:
    before = StatusChange("document", "FULLY_APPROVED", STARTED - 5, "VALIDATED")
    paid_later = replace(APPROVED, status_history=(before,))
    found = judge(paid_later, None, ACTIVATION, RUN)
    assert found is not None and found.state is State.HISTORY
    again = replace(
        APPROVED, status_history=(before, StatusChange("document", "FULLY_APPROVED", STARTED + 5, "REFUSED"))
    )
    found = judge(again, None, ACTIVATION, RUN)
    assert found is not None and found.state is State.SEEN


@pytest.mark.parametrize("state", [s for s in State if s is not State.WITHDRAWN])
def test_document_with_a_row_gets_no_second_one_when_it_is_paid(state: State) -> None:
    paid = replace(APPROVED, payment_status="FULLY_PAID", updated_ns=STARTED + 9 * SECOND)
    assert judge(paid, row(state), ACTIVATION, RUN) is None


def test_withdrawn_document_comes_back_when_it_is_approved_again() -> None:
    found = judge(APPROVED, row(State.WITHDRAWN), ACTIVATION, RUN)
    assert found is not None and (found.finding, found.state, found.delivery) == (Finding.BACK, State.SEEN, 1)
    assert judge(replace(APPROVED, document_status="REFUSED"), row(State.WITHDRAWN), ACTIVATION, RUN) is None


def test_content_changed_after_delivery_is_put_before_a_person() -> None:
    found = judge(replace(APPROVED, amount=Decimal("2.42")), row(State.CONFIRMED), ACTIVATION, RUN)
    assert found is not None and (found.finding, found.state) == (Finding.CHANGED, State.CHANGED)
    assert judge(replace(APPROVED, amount=Decimal("2.42")), row(State.HISTORY), ACTIVATION, RUN) is None


def in_baseline(document: Document, *, requested: bool = True, seen: bool = False) -> tuple[State, str | None] | None:
    return baseline.judge(
        document, Rule(), started_ns=STARTED, requested=requested, seen_not_eligible=seen, kind="activation"
    )


def test_what_is_approved_before_the_activation_is_history() -> None:
    assert in_baseline(replace(APPROVED, updated_ns=STARTED - 1)) == (State.HISTORY, "baseline")


def test_what_is_approved_while_only_counting_is_history() -> None:
    assert in_baseline(APPROVED, requested=False, seen=True) == (State.HISTORY, "baseline")


def test_what_a_pass_saw_not_eligible_and_a_later_one_eligible_is_sent() -> None:
    assert in_baseline(APPROVED, seen=True) == (State.SEEN, None)


def test_what_moved_during_the_baseline_and_cannot_be_told_apart_is_put_before_a_person() -> None:
    assert in_baseline(APPROVED) == (State.PARKED, "during")


def test_status_history_tells_apart_what_moved_during_the_baseline() -> None:
    def entered(at: int) -> Document:
        return replace(APPROVED, status_history=(StatusChange("document", "FULLY_APPROVED", at, "VALIDATED"),))

    assert in_baseline(entered(STARTED - 1)) == (State.HISTORY, "baseline")
    assert in_baseline(entered(STARTED + SECOND)) == (State.SEEN, None)


def test_what_moved_in_the_very_second_of_the_activation_is_put_before_a_person() -> None:
    """Banqup's clock tells whole seconds: before and after cannot be told apart within one."""
    within = replace(APPROVED, updated_ns=STARTED + SECOND // 2)
    assert in_baseline(within, seen=True) == (State.PARKED, "during")
    history = (StatusChange("document", "FULLY_APPROVED", STARTED + 1, "VALIDATED"),)
    assert in_baseline(replace(within, status_history=history)) == (State.PARKED, "during")


def test_only_a_wider_trigger_needs_a_baseline() -> None:
    assert widened(Rule(), Rule(purchase=frozenset({"FULLY_APPROVED", "VALIDATED"})))
    assert not widened(Rule(), Rule(sales=frozenset({"DELIVERED"})))


VALIDATED = replace(APPROVED, document_status="VALIDATED")
A_WEEK_ON = 1001.0 + WEEK


@pytest.mark.parametrize(
    ("documents", "now", "sweep", "expected"),
    [
        ([VALIDATED, replace(VALIDATED, id="other")], A_WEEK_ON, True, 2),
        ([VALIDATED], A_WEEK_ON, False, None),
        ([VALIDATED], A_WEEK_ON - 1, True, 0),
        ([VALIDATED, replace(APPROVED, id="other")], A_WEEK_ON, True, 0),
        ([VALIDATED, replace(APPROVED, id="other")], A_WEEK_ON, False, 0),
        ([replace(VALIDATED, direction=Direction.SALES)], A_WEEK_ON, True, 0),
        ([], A_WEEK_ON, True, 0),
    ],
    ids=["a week", "no sweep", "six days", "one approved", "one approved since", "sales", "nothing"],
)
def test_a_week_of_nothing_but_validated_is_told(
    documents: list[Document], now: float, sweep: bool, expected: int | None
) -> None:
    scanned = Scanned({each.id: each for each in documents}, STARTED, STARTED)
    assert only_validated(scanned, ACTIVATION, sweep=sweep, now=now) == expected


def test_where_validated_purchases_go_over_or_none_at_all_nothing_is_told() -> None:
    scanned = Scanned({VALIDATED.id: VALIDATED}, STARTED, STARTED)
    for levels in (frozenset({"VALIDATED", "FULLY_APPROVED"}), frozenset[str]()):
        activation = replace(ACTIVATION, rule=Rule(purchase=levels))
        assert only_validated(scanned, activation, sweep=True, now=A_WEEK_ON) == 0
