"""What a person may do with a delivery is the table of decisions.md, and doing it is what the table says."""

from __future__ import annotations

import json

import pytest

from core.ledger.base import Discovery, Finding
from core.model import Delivery, Direction, State
from core.operations import decisions
from core.operations.decisions import Act, Situation
from core.wording import messages
from tests.core.operations.fakes import SPACE, FakeDesk, stand

RULES = json.dumps({"rule": "V12"})
NEVER = json.dumps({"rule": "V37"})

PLACES: dict[Situation, tuple[State, str | None, str]] = {
    Situation.MOVING: (State.SENDING, None, "{}"),
    Situation.WAITING: (State.READY, None, "{}"),
    Situation.OUTCOME_UNKNOWN: (State.PARKED, "outcome_unknown", "{}"),
    Situation.ASKED: (State.PARKED, "possible_duplicate", "{}"),
    Situation.BLOCKED: (State.PARKED, "totals_differ", RULES),
    Situation.UNSENDABLE: (State.PARKED, "not_this_dossier", NEVER),
    Situation.FAILED: (State.FAILED, "pingwin_document_refused", "{}"),
    Situation.DEAD: (State.DEAD, "gave_up", "{}"),
    Situation.CHANGED: (State.CHANGED, "changed_in_banqup", "{}"),
    Situation.CONFIRMED: (State.CONFIRMED, "pingwin_accepted", "{}"),
    Situation.MARKED: (State.CONFIRMED, "marked_delivered", "{}"),
    Situation.HISTORY: (State.HISTORY, "baseline", "{}"),
    Situation.WITHDRAWN: (State.WITHDRAWN, "not_at_trigger", "{}"),
    Situation.DISCARDED: (State.DISCARDED, "discarded", "{}"),
}

POSSIBLE: dict[Situation, set[Act]] = {
    Situation.MOVING: set(),
    Situation.WAITING: {Act.RETRY, Act.MARK_DELIVERED, Act.DISCARD},
    Situation.OUTCOME_UNKNOWN: {Act.RESEND, Act.MARK_DELIVERED, Act.DISCARD},
    Situation.ASKED: {Act.RESEND, Act.MARK_DELIVERED, Act.DISCARD},
    Situation.BLOCKED: {Act.RESEND, Act.MARK_DELIVERED, Act.DISCARD},
    Situation.UNSENDABLE: {Act.RESEND, Act.MARK_DELIVERED, Act.DISCARD},
    Situation.FAILED: {Act.RETRY, Act.MARK_DELIVERED, Act.DISCARD},
    Situation.DEAD: {Act.RETRY, Act.MARK_DELIVERED, Act.DISCARD},
    Situation.CHANGED: {Act.RESEND, Act.MARK_DELIVERED},
    Situation.CONFIRMED: {Act.RESEND},
    Situation.MARKED: {Act.RESEND, Act.UNDO},
    Situation.HISTORY: {Act.INCLUDE},
    Situation.WITHDRAWN: {Act.INCLUDE},
    Situation.DISCARDED: {Act.RETRY, Act.UNDO, Act.MARK_DELIVERED},
}
"""The table of decisions.md, written out."""


@pytest.fixture(autouse=True)
def enrolled(desk: FakeDesk) -> None:
    desk.ledger.enrol(SPACE.id, target="fake", clid="c", dossier="D1", now=desk.clock.now())


def found(desk: FakeDesk, name: str = "a") -> Delivery:
    """A new row, as a poll writes it."""
    discovery = Discovery(Finding.NEW, f"doc-{name}", State.SEEN, key=f"key-{name}", direction=Direction.PURCHASE)
    now = desk.clock.now()
    desk.ledger.record_poll(SPACE.id, [discovery], watermark_ns=1, next_poll=now, swept=False, now=now)
    return desk.ledger.known(SPACE.id, [f"doc-{name}"])[f"doc-{name}"]


def placed(desk: FakeDesk, place: Situation, name: str = "a", **columns: object) -> Delivery:
    state, reason, args = PLACES[place]
    return stand(desk, found(desk, name).id, state, reason=reason, reason_args=args, **columns)


def act(desk: FakeDesk, row: Delivery, what: Act, reason: str = "") -> decisions.Decided:
    (decided,) = decisions.decide(desk, [row.id], what, reason=reason)
    return decided


@pytest.mark.parametrize("place", Situation)
def test_each_state_allows_what_the_table_says_and_refuses_the_rest_with_a_sentence(
    desk: FakeDesk, place: Situation
) -> None:
    row = placed(desk, place)
    assert decisions.situation(row) is place
    offered = decisions.permissions(row)
    assert [each.act for each in offered] == list(Act)
    assert {each.act for each in offered if each.allowed} == POSSIBLE[place]
    assert all(each.code in messages() for each in offered)
    for each in offered:
        if not each.allowed:
            decided = act(desk, row, each.act)
            assert not decided.done and decided.code == each.code
    assert desk.ledger.delivery(row.id) == row


@pytest.mark.parametrize("place", Situation)
def test_what_a_button_promises_is_done_and_recorded_with_who_and_why(desk: FakeDesk, place: Situation) -> None:
    for number, what in enumerate(POSSIBLE[place]):
        row = placed(desk, place, name=f"{number}")
        decided = act(desk, row, what, reason="the accountant asked")
        assert decided.done and decided.row is not None and decided.code in messages()
        event = [each for each in desk.ledger.events(delivery=decided.row.id) if each.kind == "decision"][-1]
        assert (event.actor, event.code, event.args["why"]) == ("an", decided.code, "the accountant asked")


@pytest.mark.parametrize("state", [State.SEEN, State.LEASED, State.SENDING, State.UNKNOWN])
def test_nothing_can_be_decided_while_the_engine_is_at_work(desk: FakeDesk, state: State) -> None:
    row = stand(desk, found(desk).id, state)
    assert not any(each.allowed for each in decisions.permissions(row))


def test_a_waiting_delivery_is_sent_now(desk: FakeDesk) -> None:
    row = placed(desk, Situation.WAITING, sha256="f" * 64, due_at=desk.clock.now() + 3_000)
    decided = act(desk, row, Act.RETRY)
    assert decided.row is not None
    assert (decided.row.state, decided.row.due_at) == (State.READY, desk.clock.now())


def test_resending_an_unknown_outcome_says_that_it_may_arrive_twice(desk: FakeDesk) -> None:
    row = placed(desk, Situation.OUTCOME_UNKNOWN, sha256="f" * 64)
    permission = decisions.permission(row, Act.RESEND)
    assert permission.twice and permission.code == "will_resend"
    decided = act(desk, row, Act.RESEND)
    assert decided.row is not None and decided.row.generation == 0 and decided.row.key == row.key


def test_a_parked_delivery_without_a_file_is_prepared_first(desk: FakeDesk) -> None:
    decided = act(desk, placed(desk, Situation.ASKED), Act.RESEND)
    assert decided.row is not None and decided.row.state is State.SEEN
    assert not decisions.permission(placed(desk, Situation.ASKED, name="b"), Act.RESEND).twice


def test_a_blocking_finding_is_overridden_only_with_a_reason_which_the_engine_can_read(desk: FakeDesk) -> None:
    row = placed(desk, Situation.BLOCKED)
    assert decisions.permission(row, Act.RESEND).needs_reason
    refused = act(desk, row, Act.RESEND, reason="  ")
    assert not refused.done and refused.code == "reason_needed"
    assert act(desk, row, Act.RESEND, reason="checked with the supplier").done
    event = desk.ledger.events(delivery=row.id)[-1]
    assert (event.kind, event.code, event.args["rule"]) == ("decision", "send", "V12")


@pytest.mark.parametrize("rule", ["V01", "V02", "V03", "V20", "V37"])
def test_what_nobody_may_override_is_only_checked_again(desk: FakeDesk, rule: str) -> None:
    row = placed(desk, Situation.UNSENDABLE)
    row = stand(desk, row.id, State.PARKED, reason="x", reason_args=json.dumps({"rule": rule}), sha256="f" * 64)
    decided = act(desk, row, Act.RESEND, reason="please")
    assert decided.row is not None and decided.row.state is State.SEEN
    assert not [e for e in desk.ledger.events(delivery=row.id) if e.kind == "decision" and e.code == "send"]


def test_a_refused_document_is_prepared_again_in_the_same_generation(desk: FakeDesk) -> None:
    row = placed(desk, Situation.FAILED, sha256="f" * 64)
    decided = act(desk, row, Act.RETRY)
    assert decided.row is not None
    assert (decided.row.id, decided.row.state, decided.row.generation) == (row.id, State.SEEN, 0)


def test_resending_a_delivered_one_makes_a_second_delivery_and_needs_a_typed_word(desk: FakeDesk) -> None:
    row = placed(desk, Situation.CONFIRMED)
    permission = decisions.permission(row, Act.RESEND)
    assert permission.typed and permission.twice
    decided = act(desk, row, Act.RESEND)
    assert decided.row is not None and decided.row.id != row.id
    assert (decided.row.generation, decided.row.state) == (1, State.SEEN)
    assert decided.row.key not in {"", row.key}
    again = act(desk, row, Act.RESEND)
    assert not again.done and again.code == "newer_copy" and again.row == decided.row


def test_a_changed_document_can_be_left_as_delivered(desk: FakeDesk) -> None:
    row = placed(desk, Situation.CHANGED, delivered_at=desk.clock.now() - 99)
    decided = act(desk, row, Act.MARK_DELIVERED)
    assert decided.row is not None and decided.row.state is State.CONFIRMED
    assert decided.row.delivered_at == desk.clock.now() - 99
    assert decisions.situation(decided.row) is Situation.CONFIRMED


def test_sending_a_changed_document_takes_it_out_of_what_needs_a_person(desk: FakeDesk) -> None:
    decided = act(desk, placed(desk, Situation.CHANGED), Act.RESEND)
    assert decided.row is not None and decided.row.generation == 1
    assert State.CHANGED not in desk.ledger.counts()[SPACE.id]


@pytest.mark.parametrize("place", [Situation.OUTCOME_UNKNOWN, Situation.FAILED, Situation.BLOCKED])
def test_undoing_a_mark_brings_back_the_state_and_its_reason(desk: FakeDesk, place: Situation) -> None:
    row = placed(desk, place)
    marked = act(desk, row, Act.MARK_DELIVERED)
    assert marked.row is not None and decisions.situation(marked.row) is Situation.MARKED
    undone = act(desk, marked.row, Act.UNDO)
    assert undone.row is not None and (undone.row.state, undone.row.reason) == (row.state, row.reason)


def test_a_confirmation_of_the_target_cannot_be_undone(desk: FakeDesk) -> None:
    assert act(desk, placed(desk, Situation.CONFIRMED), Act.UNDO).code == "refused_confirmed"


def test_taking_back_a_discarded_one_that_was_tried_says_that_it_may_arrive_twice(desk: FakeDesk) -> None:
    assert decisions.permission(placed(desk, Situation.DISCARDED, attempts=1), Act.RETRY).twice
    assert not decisions.permission(placed(desk, Situation.DISCARDED, name="b"), Act.RETRY).twice


def test_a_decision_on_a_row_that_moved_meanwhile_changes_nothing(
    desk: FakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = placed(desk, Situation.ASKED)
    moved = stand(desk, row.id, State.CONFIRMED, reason="pingwin_accepted")
    monkeypatch.setattr(type(desk.ledger), "delivery", lambda _, id: row if id == row.id else None)
    assert act(desk, row, Act.DISCARD).code == "moved_meanwhile"
    monkeypatch.undo()
    assert desk.ledger.delivery(row.id) == moved


def test_several_are_decided_one_by_one_each_with_its_own_answer(desk: FakeDesk) -> None:
    one, two = placed(desk, Situation.HISTORY, "1"), placed(desk, Situation.CONFIRMED, "2")
    answers = decisions.decide(desk, [one.id, two.id, 99_999, one.id], Act.INCLUDE)
    assert [(each.delivery, each.done) for each in answers] == [(one.id, True), (two.id, False), (99_999, False)]
