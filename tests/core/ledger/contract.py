"""What every ledger must do. Each store subclasses these with a `ledger` fixture of its own.

The statements are those of the engine reference: 4.3 (settle, claim, intent, result), 5.1 (states), 5.2 (history).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from core.errors import StoreError
from core.ledger.base import Circuit, Decision, Finding, Ledger, Move, QueueQuery, Scope
from core.ledger.replay import replay
from core.ledger.terms import readings
from core.model import NEVER, Arguments, Delivery, Direction, Rule, State, delivery_key
from tests.core.ledger.contract_erasing import ErasingContract
from tests.core.ledger.makers import (
    CLID,
    DOSSIER,
    GRACE,
    LEASE,
    OTHER,
    SPACE,
    TARGET,
    activate,
    claim,
    confirmed,
    delivered,
    enrol,
    found,
    poll,
    preparation,
    ready,
    sending,
)


def state_of(ledger: Ledger, delivery: int) -> State:
    row = ledger.delivery(delivery)
    assert row is not None
    return row.state


def settle(ledger: Ledger, now: float, worker: str = "s1") -> object:
    return ledger.settle(worker, now=now, grace=GRACE, lease=LEASE)


def decision(row: Delivery, state: State, code: str = "send", **more: object) -> Decision:
    return Decision(row.id, row.state, state, code, "An", **more)  # type: ignore[arg-type]


def row_of(ledger: Ledger, delivery: int) -> Delivery:
    row = ledger.delivery(delivery)
    assert row is not None
    return row


class Soundness:
    """After every test the ledger is sound and its history replays to its rows."""

    @pytest.fixture(autouse=True)
    def sound(self, ledger: Ledger) -> object:
        yield
        assert ledger.check() == []


class ActivationContract(Soundness):
    """Spaces, baseline, on and off."""

    def test_a_space_does_not_run_before_its_baseline_is_complete(self, ledger: Ledger) -> None:
        enrol(ledger)
        activation = ledger.begin_activation(
            SPACE, Rule(), started_ns=500, kind="activation", requested_at=1.0, actor="An", now=1.0
        )
        ledger.record_baseline(activation.id, [found("new")], [], now=1.0)
        assert ledger.due_polls(1e9) == []
        assert ledger.claim("w", now=1e9, lease=LEASE) is None
        ledger.complete_activation(activation.id, watermark_ns=500, now=2.0)
        assert [run.space for run in ledger.due_polls(2.0)] == [SPACE]
        assert claim(ledger, 3.0).delivery.number == "new"

    def test_document_approved_before_activation_is_never_sent(self, ledger: Ledger) -> None:
        enrol(ledger)
        activation = ledger.begin_activation(
            SPACE, Rule(), started_ns=500, kind="activation", requested_at=1.0, actor="An", now=1.0
        )
        old = found("old", state=State.HISTORY, reason="baseline")
        assert ledger.record_baseline(activation.id, [old], [], now=1.0) == 1
        complete = ledger.complete_activation(activation.id, watermark_ns=500, now=2.0)
        assert (complete.history_count, complete.during_count) == (1, 0)
        assert poll(ledger, found("old"), now=10.0) == 0
        assert ledger.claim("w", now=1e9, lease=LEASE) is None
        assert ledger.counts() == {SPACE: {State.HISTORY: 1}}

    def test_counting_becomes_the_baseline_and_nothing_is_read_twice(self, ledger: Ledger) -> None:
        enrol(ledger)
        counting = ledger.begin_activation(
            SPACE, Rule(), started_ns=0, kind="activation", requested_at=None, actor="engine", now=1.0
        )
        ledger.restart_scan(counting.id, started_ns=700)
        ledger.record_baseline(counting.id, [found("a", state=State.HISTORY, reason="baseline")], ["doc-b"], now=1.0)
        with pytest.raises(StoreError):
            ledger.complete_activation(counting.id, watermark_ns=700, now=2.0)
        ledger.request_activation(counting.id, requested_at=3.0, actor="An")
        kept = ledger.begin_activation(
            SPACE, Rule(), started_ns=9, kind="activation", requested_at=3.0, actor="An", now=3.0
        )
        assert (kept.id, kept.started_ns, kept.requested_at, kept.history_count) == (counting.id, 700, 3.0, 1)
        assert ledger.not_yet(kept.id, ["doc-a", "doc-b", "doc-c"]) == {"doc-b"}
        ledger.complete_activation(kept.id, watermark_ns=700, now=4.0)
        assert ledger.not_yet(kept.id, ["doc-b"]) == frozenset()

    def test_another_rule_ends_a_count_under_the_old_one(self, ledger: Ledger) -> None:
        enrol(ledger)
        narrow = ledger.begin_activation(
            SPACE, Rule(), started_ns=1, kind="activation", requested_at=None, actor="engine", now=1.0
        )
        ledger.record_baseline(narrow.id, [], ["doc-b"], now=1.0)
        wide = ledger.begin_activation(
            SPACE,
            Rule(purchase=frozenset({"VALIDATED", "FULLY_APPROVED"})),
            started_ns=2,
            kind="activation",
            requested_at=None,
            actor="engine",
            now=2.0,
        )
        assert wide.id != narrow.id
        assert ledger.activation(SPACE) == wide
        assert ledger.not_yet(narrow.id, ["doc-b"]) == frozenset()

    def test_deactivating_stops_at_once_and_keeps_the_queue(self, ledger: Ledger) -> None:
        activate(ledger)
        ready(ledger, "F1")
        poll(ledger, found("F2"), now=11.0)
        ledger.end_activation(SPACE, actor="An", now=12.0)
        assert ledger.claim("w", now=1e9, lease=LEASE) is None
        assert ledger.due_polls(1e9) == []
        assert ledger.waiting(SPACE) == 2
        assert ledger.counts()[SPACE] == {State.READY: 1, State.SEEN: 1}
        activation = ledger.activation(SPACE)
        assert activation is not None and activation.ended_at == 12.0

    def test_a_stop_between_claim_and_intent_sends_nothing_and_gives_the_row_back(self, ledger: Ledger) -> None:
        activate(ledger)
        delivery = ready(ledger)
        held = claim(ledger, 20.0)
        ledger.hold(SPACE, True, actor="An", now=21.0)
        assert not ledger.intent(held, now=22.0, until=82.0)
        assert state_of(ledger, delivery) is State.READY
        assert ledger.claim("w", now=23.0, lease=LEASE) is None
        ledger.hold(SPACE, False, actor="An", now=24.0)
        assert claim(ledger, 25.0).id == delivery

    def test_one_delivery_passes_a_hold_by_decision_and_nothing_else_does(self, ledger: Ledger) -> None:
        activate(ledger)
        waiting = ready(ledger, "F1")
        ledger.hold(SPACE, True, actor="An", now=20.0)
        poll(ledger, found("F2", state=State.HISTORY, reason="baseline"), now=21.0)
        (chosen,) = (row for row in ledger.window(QueueQuery(history=True), 0, 9) if row.state is State.HISTORY)
        assert ledger.next_due() == 321.0, "only the poll"
        assert ledger.decide(decision(chosen, State.SEEN, "include_alone", alone=True), now=22.0)
        assert ledger.next_due() <= 22.0 and ledger.due_spaces(22.0) == [SPACE]
        preparing = claim(ledger, 23.0)
        assert preparing.id == chosen.id and ledger.prepared(preparing, preparation("F2"), now=23.0)
        sending = claim(ledger, 24.0)
        assert sending.id == chosen.id and ledger.intent(sending, now=24.0, until=84.0)
        assert ledger.move(sending, State.SENDING, Move(State.READY, 30.0), now=25.0)
        again = claim(ledger, 31.0)
        assert again.id == chosen.id and ledger.intent(again, now=31.0, until=91.0), "until it has gone"
        assert ledger.move(again, State.SENDING, confirmed(32.0), now=32.0)
        assert ledger.claim("w", now=1e6, lease=LEASE) is None and state_of(ledger, waiting) is State.READY
        run = ledger.space_run(SPACE)
        assert run is not None and (run.held, run.alone) == (True, chosen.id)
        ledger.hold(SPACE, False, actor="An", now=40.0)
        assert claim(ledger, 41.0).id == waiting

    def test_a_hold_that_begins_anew_lets_nothing_pass(self, ledger: Ledger) -> None:
        activate(ledger)
        delivery = ready(ledger)
        ledger.hold(SPACE, True, actor="An", now=20.0)
        assert ledger.decide(decision(row_of(ledger, delivery), State.READY, "retry_now", alone=True), now=21.0)
        held = claim(ledger, 22.0)
        ledger.hold(SPACE, False, actor="An", now=23.0)
        ledger.hold(SPACE, True, actor="An", now=24.0)
        assert not ledger.intent(held, now=25.0, until=85.0)
        assert ledger.claim("w", now=1e6, lease=LEASE) is None

    def test_nothing_is_let_pass_where_there_is_no_hold(self, ledger: Ledger) -> None:
        activate(ledger)
        row = row_of(ledger, ready(ledger))
        assert ledger.decide(decision(row, State.READY, "retry_now", alone=True), now=20.0) is None
        assert ledger.events(delivery=row.id)[-1].kind == "prepared"

    def test_a_lease_that_is_kept_does_not_run_out_while_a_document_is_converted(self, ledger: Ledger) -> None:
        activate(ledger)
        poll(ledger, found("F1"), now=10.0)
        held = claim(ledger, 10.0)
        assert ledger.keep(held, now=60.0, until=120.0)
        assert ledger.claim("w2", now=100.0, lease=LEASE) is None and ledger.next_due() == 120.0
        assert not ledger.keep(held, now=121.0, until=181.0), "what ran out is lost"
        taken = claim(ledger, 122.0, "w2")
        assert not ledger.keep(held, now=123.0, until=183.0), "and somebody else's now"
        assert ledger.prepared(taken, preparation("F1"), now=124.0)
        assert not ledger.keep(taken, now=125.0, until=185.0), "a file that is ready is held for no conversion"

    def test_an_activation_ended_meanwhile_does_not_start_the_space(self, ledger: Ledger) -> None:
        enrol(ledger)
        activation = ledger.begin_activation(
            SPACE, Rule(), started_ns=500, kind="activation", requested_at=1.0, actor="An", now=1.0
        )
        ledger.end_activation(SPACE, actor="An", now=2.0)
        assert ledger.record_baseline(activation.id, [found("F1")], [], now=2.5) is None
        assert ledger.complete_activation(activation.id, watermark_ns=500, now=3.0).completed_at is None
        run = ledger.space_run(SPACE)
        assert run is not None and not run.running

    def test_reactivating_with_discard_sends_nothing_old(self, ledger: Ledger) -> None:
        activate(ledger)
        first = ready(ledger, "F1")
        poll(ledger, found("F2"), now=11.0)
        held = claim(ledger, 11.5)
        ledger.end_activation(SPACE, actor="An", now=12.0)
        assert ledger.discard_waiting(SPACE, actor="Bo", now=13.0) == 2
        activate(ledger, now=14.0)
        assert ledger.claim("w", now=1e9, lease=LEASE) is None
        assert state_of(ledger, first) is State.DISCARDED
        assert not ledger.holds(held, State.LEASED), "the worker that held it lost it"
        decided = [event for event in ledger.events(delivery=first) if event.kind == "decision"]
        assert [event.actor for event in decided] == ["Bo"]

    def test_enrolling_again_changes_only_where_it_sends(self, ledger: Ledger) -> None:
        activate(ledger)
        ledger.hold(SPACE, True, actor="An", now=2.0)
        ledger.enrol(SPACE, target=TARGET, clid="other", dossier="999", now=3.0)
        run = ledger.space_run(SPACE)
        assert run is not None
        assert (run.running, run.held, run.dossier, run.watermark_ns) == (True, True, "999", 500)

    def test_what_was_counted_before_the_dossier_was_known_stays_history(self, ledger: Ledger) -> None:
        ledger.enrol(SPACE, target="", clid="", dossier="", now=1.0)
        counting = ledger.begin_activation(
            SPACE, Rule(), started_ns=500, kind="activation", requested_at=None, actor="engine", now=1.0
        )
        ledger.record_baseline(counting.id, [found("old", state=State.HISTORY, reason="baseline")], [], now=1.0)
        ledger.request_activation(counting.id, requested_at=2.0, actor="An")
        activate(ledger, now=2.0)
        known = ledger.known(SPACE, ["doc-old"])["doc-old"]
        assert (known.state, known.dossier) == (State.HISTORY, DOSSIER)
        assert known.key == delivery_key(CLID, DOSSIER, SPACE, "doc-old", 0)
        assert poll(ledger, found("old"), now=10.0) == 0, "a payment that moves its timestamp sends nothing"

    def test_rows_follow_their_space_to_another_dossier_with_new_keys(self, ledger: Ledger) -> None:
        activate(ledger)
        gone, waiting = delivered(ledger, "F2"), ready(ledger, "F1", now=20.0)
        ledger.enrol(SPACE, target=TARGET, clid=CLID, dossier="999", now=30.0)
        assert ledger.known(SPACE, ["doc-F1", "doc-F2"]) == {}
        moved = ledger.readdress(
            SPACE,
            key=lambda source_id, generation: delivery_key(CLID, "999", SPACE, source_id, generation),
            states={State.SEEN, State.READY, State.LEASED},
            now=31.0,
        )
        assert moved == 1
        row = row_of(ledger, waiting)
        assert (row.dossier, row.state) == ("999", State.SEEN), "prepared again for the other dossier"
        assert row.key == delivery_key(CLID, "999", SPACE, "doc-F1", 0)
        assert row_of(ledger, gone).dossier == DOSSIER


class PollingContract(Soundness):
    """Rows and watermark."""

    def test_overlap_is_free(self, ledger: Ledger) -> None:
        activate(ledger)
        assert poll(ledger, found("F1"), found("F2"), now=10.0) == 2
        assert poll(ledger, found("F1"), found("F2"), found("F3"), now=20.0) == 1

    def test_the_watermark_never_moves_back(self, ledger: Ledger) -> None:
        activate(ledger)
        for mark, expected in ((2_000, 2_000), (1_500, 2_000), (None, 2_000), (2_001, 2_001)):
            ledger.record_poll(SPACE, [], watermark_ns=mark, next_poll=1.0, swept=False, now=10.0)
            run = ledger.space_run(SPACE)
            assert run is not None and run.watermark_ns == expected

    def test_a_failed_poll_is_told_once_a_streak_and_keeps_the_last_good_time(self, ledger: Ledger) -> None:
        activate(ledger)
        poll(ledger, now=10.0)
        for now in (20.0, 30.0, 40.0):
            ledger.poll_failed(SPACE, "banqup_down", {"status": 503}, next_poll=now + 5, now=now)
        run = ledger.space_run(SPACE)
        assert run is not None
        assert (run.poll_failures, run.poll_code, run.poll_args) == (3, "banqup_down", {"status": 503})
        assert run.last_good_poll == 10.0
        poll(ledger, now=50.0)
        codes = [event.code for event in ledger.events(space=SPACE) if event.kind == "poll"]
        assert codes == ["banqup_down", "poll_works_again"]
        run = ledger.space_run(SPACE)
        assert run is not None and (run.poll_failures, run.poll_code, run.last_good_poll) == (0, None, 50.0)

    def test_polls_come_round_oldest_first_and_at_once_when_asked(self, ledger: Ledger) -> None:
        activate(ledger)
        activate(ledger, OTHER)
        poll(ledger, now=10.0)
        poll(ledger, space=OTHER, now=5.0)
        assert [run.space for run in ledger.due_polls(400.0)] == [OTHER, SPACE]
        assert ledger.due_polls(100.0) == []
        ledger.poll_now(SPACE)
        assert [run.space for run in ledger.due_polls(100.0)] == [SPACE]

    def test_a_changed_document_asks_once_and_stays_settled_when_left(self, ledger: Ledger) -> None:
        activate(ledger)
        delivery = delivered(ledger)
        changed = found(
            "F1", finding=Finding.CHANGED, state=State.CHANGED, reason="changed", delivery=delivery, content_hash="b:c"
        )
        assert poll(ledger, changed, now=20.0) == 0
        assert state_of(ledger, delivery) is State.CHANGED
        left = ledger.decide(decision(row_of(ledger, delivery), State.CONFIRMED, "left_as_delivered"), now=21.0)
        assert left is not None and left.content_hash == "b:c", "what was left is what the next poll compares with"
        assert left.delivered_at == 10.0 and left.reference == "PW-1"

    def test_only_a_withdrawn_row_comes_back(self, ledger: Ledger) -> None:
        activate(ledger)
        poll(ledger, found("F1"))
        held = claim(ledger, 11.0)
        assert ledger.move(held, State.SEEN, Move(State.WITHDRAWN, NEVER, code="withdrawn"), now=12.0)
        back = found("F1", finding=Finding.BACK, delivery=held.id)
        poll(ledger, back, now=20.0)
        assert state_of(ledger, held.id) is State.SEEN
        again = claim(ledger, 21.0)
        assert again.id == held.id
        gone = delivered(ledger, "F2", now=30.0)
        poll(ledger, found("F2", finding=Finding.BACK, delivery=gone), now=40.0)
        assert state_of(ledger, gone) is State.CONFIRMED

    def test_a_withdrawn_row_that_may_have_been_sent_comes_back_as_a_question(self, ledger: Ledger) -> None:
        activate(ledger)
        poll(ledger, found("F1", state=State.WITHDRAWN, reason="restored_below_trigger"))
        delivery = ledger.known(SPACE, ["doc-F1"])["doc-F1"].id
        back = found("F1", finding=Finding.BACK, state=State.UNKNOWN, reason="restored", delivery=delivery)
        poll(ledger, back, now=20.0)
        assert state_of(ledger, delivery) is State.UNKNOWN
        asked = settle(ledger, 21.0)
        assert asked is not None and asked.id == delivery

    def test_what_may_have_been_taken_is_not_made_anew_although_a_person_retried_it(self, ledger: Ledger) -> None:
        activate(ledger)
        held = sending(ledger)
        assert ledger.move(held, State.SENDING, Move(State.UNKNOWN, 20.0, counted=True), now=20.0)
        asked = ledger.settle("s1", now=21.0, grace=GRACE, lease=LEASE)
        assert asked is not None
        assert ledger.move(asked, State.UNKNOWN, Move(State.READY, 22.0, code="same_key_again"), now=22.0)
        assert ledger.decide(decision(row_of(ledger, held.id), State.READY, "retry"), now=23.0)
        assert row_of(ledger, held.id).attempts == 0
        moved = found("F1", finding=Finding.MOVED, state=State.SEEN, reason="moved_in_banqup", delivery=held.id)
        poll(ledger, moved, now=24.0)
        assert state_of(ledger, held.id) is State.READY

    def test_what_was_never_sent_is_made_anew_when_it_changes(self, ledger: Ledger) -> None:
        activate(ledger)
        waiting = ready(ledger, "F1")
        moved = found("F1", finding=Finding.MOVED, state=State.SEEN, reason="moved_in_banqup", delivery=waiting)
        poll(ledger, moved, now=24.0)
        assert state_of(ledger, waiting) is State.SEEN

    def test_a_space_that_was_never_enrolled_is_refused(self, ledger: Ledger) -> None:
        with pytest.raises(StoreError) as caught:
            poll(ledger, found("F1"))
        assert caught.value.code == "space_not_enrolled"

    def test_known_gives_the_newest_generation(self, ledger: Ledger) -> None:
        activate(ledger)
        first = row_of(ledger, delivered(ledger))
        again = ledger.decide(decision(first, State.SEEN, "resend", generation=True, key="k1"), now=20.0)
        assert again is not None
        assert ledger.known(SPACE, ["doc-F1", "doc-none"]) == {"doc-F1": again}

    def test_hostile_text_is_kept_storable_and_short(self, ledger: Ledger) -> None:
        activate(ledger)
        hostile = found("F1", counterparty="\ud800A\0" + "x" * 1_000_000, number="=1+1\x1b[31m\u202e")
        assert poll(ledger, hostile) == 1
        row = claim(ledger, 11.0).delivery
        assert row.counterparty.startswith("?A") and len(row.counterparty) <= 500
        assert row.number == "=1+1\x1b[31m\u202e", "screens neutralise; the ledger keeps what it was told"


class DeliveringContract(Soundness):
    """SETTLE, CLAIM, INTENT, RESULT."""

    def test_a_document_goes_from_seen_to_confirmed(self, ledger: Ledger) -> None:
        activate(ledger)
        poll(ledger, found("F1"))
        held = claim(ledger, 11.0)
        assert (held.delivery.state, held.until, held.fence) == (State.SEEN, 11.0 + LEASE, 1)
        prepared = ledger.prepared(held, preparation("F1", issue_date=date(2026, 11, 2)), now=12.0)
        assert prepared is not None
        assert (prepared.state, prepared.issue_date, prepared.size) == (State.READY, date(2026, 11, 2), 2_048)
        leased = claim(ledger, 13.0)
        assert (leased.delivery.state, leased.fence) == (State.LEASED, 2)
        assert ledger.intent(leased, now=14.0, until=74.0)
        assert ledger.holds(leased, State.SENDING)
        assert ledger.move(leased, State.SENDING, confirmed(15.0), now=15.0)
        row = row_of(ledger, held.id)
        assert (row.state, row.reference, row.delivered_at, row.attempts) == (State.CONFIRMED, "PW-1", 15.0, 0)
        kinds = [event.kind for event in ledger.events(delivery=held.id)]
        assert kinds == ["found", "claim", "prepared", "claim", "intent", "result"]
        assert replay(ledger.events(delivery=held.id)).state is State.CONFIRMED

    def test_a_row_that_is_held_is_not_claimed_twice(self, ledger: Ledger) -> None:
        activate(ledger)
        poll(ledger, found("F1"))
        claim(ledger, 11.0)
        assert ledger.claim("w2", now=12.0, lease=LEASE) is None

    def test_a_lease_that_ran_out_is_claimed_again_and_counts_a_crash(self, ledger: Ledger) -> None:
        activate(ledger)
        poll(ledger, found("F1"))
        first = claim(ledger, 11.0)
        second = claim(ledger, 11.0 + LEASE, "w2")
        assert (second.id, second.fence, second.delivery.crashes) == (first.id, 2, 1)
        assert ledger.prepared(first, preparation(), now=80.0) is None
        assert ledger.prepared(second, preparation(), now=81.0) is not None
        fenced = [event for event in ledger.events(delivery=first.id) if event.kind == "fenced"]
        assert [event.args["late_fence"] for event in fenced] == [1]

    def test_no_more_uploads_of_an_account_are_declared_than_it_may_have(self, ledger: Ledger) -> None:
        activate(ledger)
        first = sending(ledger, "F1")
        ready(ledger, "F2")
        held = claim(ledger, 11.0)
        assert not ledger.intent(held, now=12.0, until=80.0, at_most=1)
        assert ledger.holds(held, State.LEASED), "it waits for the place"
        assert ledger.intent(held, now=12.0, until=80.0, at_most=2)
        assert ledger.move(held, State.SENDING, confirmed(13.0), now=13.0)
        ready(ledger, "F3", now=14.0)
        third = claim(ledger, 15.0)
        assert not ledger.intent(third, now=16.0, until=90.0, at_most=1)
        assert ledger.move(first, State.SENDING, confirmed(17.0), now=17.0)
        assert ledger.intent(third, now=18.0, until=90.0, at_most=1)

    def test_an_upload_whose_time_is_over_keeps_no_place(self, ledger: Ledger) -> None:
        activate(ledger)
        sending(ledger, "F1")
        ready(ledger, "F2", now=10.0 + LEASE)
        held = claim(ledger, 10.0 + LEASE)
        assert ledger.intent(held, now=11.0 + LEASE, until=300.0, at_most=1)

    def test_intent_is_refused_once_the_lease_is_over(self, ledger: Ledger) -> None:
        activate(ledger)
        ready(ledger)
        held = claim(ledger, 11.0)
        assert not ledger.intent(held, now=11.0 + LEASE, until=200.0)
        assert not ledger.holds(held, State.SENDING)

    def test_a_crash_while_sending_leads_to_unknown_never_to_a_resend(self, ledger: Ledger) -> None:
        activate(ledger)
        held = sending(ledger)
        end = 10.0 + LEASE
        assert ledger.claim("w2", now=end + 1, lease=LEASE) is None
        assert settle(ledger, end - 1) is None and state_of(ledger, held.id) is State.SENDING
        assert settle(ledger, end) is None
        row = row_of(ledger, held.id)
        assert (row.state, row.due_at, row.attempts, row.crashes) == (State.UNKNOWN, end + GRACE, 1, 1)
        assert settle(ledger, end + 1) is None, "not before the grace time"
        asked = ledger.settle("s1", now=end + GRACE, grace=GRACE, lease=LEASE)
        assert asked is not None and asked.delivery.state is State.UNKNOWN
        assert ledger.settle("s2", now=end + GRACE, grace=GRACE, lease=LEASE) is None, "one asks at a time"
        assert not ledger.move(held, State.SENDING, confirmed(end), now=end + 40), "the dead worker is fenced off"
        assert ledger.move(asked, State.UNKNOWN, Move(State.PARKED, NEVER, code="outcome_unknown"), now=end + 41)
        assert ledger.claim("w2", now=1e9, lease=LEASE) is None

    def test_settling_ignores_held_inactive_and_open_circuits(self, ledger: Ledger) -> None:
        activate(ledger)
        held = sending(ledger)
        ledger.hold(SPACE, True, actor="An", now=20.0)
        ledger.end_activation(SPACE, actor="An", now=21.0)
        ledger.set_circuit(Circuit(TARGET, Scope.TARGET, "", "open", "down", 1, NEVER, 80.0), actor="engine", now=22.0)
        assert settle(ledger, 100.0) is None
        assert state_of(ledger, held.id) is State.UNKNOWN
        assert settle(ledger, 200.0) is not None

    def test_a_late_acceptance_confirms_what_was_unknown(self, ledger: Ledger) -> None:
        activate(ledger)
        held = sending(ledger)
        settle(ledger, 100.0)
        assert not ledger.move(held, State.SENDING, confirmed(101.0), now=101.0)
        assert ledger.evidence(held.id, "PW-9", fence=held.fence, now=101.0)
        row = row_of(ledger, held.id)
        assert (row.state, row.reference, row.delivered_at) == (State.CONFIRMED, "PW-9", 101.0)
        assert not ledger.evidence(held.id, "PW-10", fence=held.fence, now=102.0)
        assert row_of(ledger, held.id).reference == "PW-9"

    def test_a_late_acceptance_takes_the_row_out_of_the_queue_before_it_is_sent_again(self, ledger: Ledger) -> None:
        activate(ledger)
        held = sending(ledger)
        settle(ledger, 100.0)
        asked = ledger.settle("s1", now=200.0, grace=GRACE, lease=LEASE)
        assert asked is not None
        assert ledger.move(asked, State.UNKNOWN, Move(State.READY, 200.0, code="not_there"), now=200.0)
        second = claim(ledger, 201.0)
        assert ledger.evidence(held.id, "PW-9", fence=held.fence, now=202.0)
        assert not ledger.intent(second, now=203.0, until=260.0)

    def test_a_result_with_a_wait_is_due_then_and_not_before(self, ledger: Ledger) -> None:
        activate(ledger)
        held = sending(ledger)
        again = Move(State.READY, 500.0, code="refused_connection", args={"host": "x"}, counted=True)
        assert ledger.move(held, State.SENDING, again, now=20.0)
        row = row_of(ledger, held.id)
        assert (row.state, row.reason, row.reason_args, row.attempts) == (
            State.READY,
            "refused_connection",
            {"host": "x"},
            1,
        )
        assert ledger.claim("w", now=499.0, lease=LEASE) is None
        assert ledger.next_due() == pytest.approx(310.0), "the poll comes first"
        assert claim(ledger, 500.0).id == held.id

    def test_the_same_invoice_in_another_document_waits_for_a_person(self, ledger: Ledger) -> None:
        activate(ledger)
        poll(ledger, found("F1"), found("F1-copy"))
        one, two = claim(ledger, 11.0), claim(ledger, 12.0)
        first = ledger.prepared(one, preparation("F1", "same"), now=11.0)
        second = ledger.prepared(two, preparation("F1", "same"), now=12.0)
        assert first is not None and first.state is State.READY
        assert second is not None and (second.state, second.reason) == (State.PARKED, "possible_duplicate")
        assert second.reason_args == {"other": first.id, "other_number": "F1", "other_state": "ready"}
        assert ledger.same_invoice("same", other_than=second.source_id) == [row_of(ledger, first.id)]

    @pytest.mark.parametrize("gone", [State.DISCARDED, State.WITHDRAWN, State.FAILED, State.DEAD])
    def test_an_invoice_that_did_not_go_over_is_no_duplicate(self, ledger: Ledger, gone: State) -> None:
        activate(ledger)
        poll(ledger, found("F1"))
        held = claim(ledger, 11.0)
        prepared = ledger.prepared(held, preparation("F1", "same"), now=11.0)
        assert prepared is not None
        leased = claim(ledger, 12.0)
        assert ledger.move(leased, State.LEASED, Move(gone, NEVER, code="x"), now=12.0)
        poll(ledger, found("F1-copy"), now=20.0)
        other = ledger.prepared(claim(ledger, 21.0), preparation("F1", "same"), now=21.0)
        assert other is not None and other.state is State.READY

    def test_an_invoice_of_history_is_a_possible_duplicate(self, ledger: Ledger) -> None:
        activate(ledger)
        poll(ledger, found("old", state=State.HISTORY, reason="late", invoice_key="same"), found("F1"))
        row = ledger.prepared(claim(ledger, 11.0), preparation("F1", "same"), now=11.0)
        assert row is not None and row.reason == "possible_duplicate"

    def test_a_person_who_ordered_it_overrides_the_duplicate(self, ledger: Ledger) -> None:
        activate(ledger)
        poll(ledger, found("F1"), found("F1-copy"))
        one, two = claim(ledger, 11.0), claim(ledger, 12.0)
        ledger.prepared(one, preparation("F1", "same"), now=11.0)
        parked = ledger.prepared(two, preparation("F1", "same"), now=12.0)
        assert parked is not None
        sent = ledger.decide(decision(parked, State.SEEN), now=13.0)
        assert sent is not None and sent.state is State.SEEN
        leased = claim(ledger, 14.0)  # what a person ordered goes first
        assert leased.id == parked.id
        again = ledger.prepared(leased, preparation("F1", "same"), now=15.0)
        assert again is not None and again.state is State.READY

    def test_a_prepared_delivery_goes_before_what_was_found_later(self, ledger: Ledger) -> None:
        activate(ledger)
        poll(ledger, found("F1"), found("F2"))
        first = claim(ledger, 11.0)
        ledger.prepared(first, preparation("F1"), now=12.0)
        assert claim(ledger, 13.0).id == first.id

    def test_spaces_take_turns(self, ledger: Ledger) -> None:
        activate(ledger)
        activate(ledger, OTHER)
        poll(ledger, *(found(f"F{n}") for n in range(3)), now=10.0)
        poll(ledger, *(found(f"G{n}", OTHER) for n in range(3)), space=OTHER, now=11.0)
        order = [claim(ledger, 20.0 + n).delivery.space for n in range(6)]
        assert set(order[:2]) == set(order[2:4]) == set(order[4:]) == {SPACE, OTHER}

    def test_spaces_and_accounts_that_hold_their_share_are_passed_over(self, ledger: Ledger) -> None:
        activate(ledger)
        activate(ledger, OTHER)
        ledger.enrol(OTHER, target=TARGET, clid="c2", dossier=DOSSIER, now=2.0)
        poll(ledger, *(found(f"F{n}") for n in range(3)), now=10.0)
        poll(ledger, *(found(f"G{n}", OTHER) for n in range(3)), space=OTHER, now=11.0)
        for beside, taken in ((SPACE, OTHER), (CLID, OTHER), (OTHER, SPACE), ("c2", SPACE)):
            held = ledger.claim("w", now=20.0, lease=LEASE, beside=[beside])
            assert held is not None and held.delivery.space == taken
        assert ledger.claim("w", now=20.0, lease=LEASE, beside=[SPACE, OTHER]) is None

    def test_what_is_asked_of_all_spaces_at_once_says_the_same_as_of_each(self, ledger: Ledger) -> None:
        for space in (SPACE, OTHER):
            activate(ledger, space)
            ledger.end_activation(space, actor="An", now=5.0)
        activate(ledger)
        assert ledger.newest_activations() == {space: ledger.activation(space) for space in (SPACE, OTHER)}

    def test_polls_are_given_out_as_many_as_were_asked_for(self, ledger: Ledger) -> None:
        activate(ledger)
        activate(ledger, OTHER)
        assert len(ledger.due_polls(NEVER)) == 2
        assert ledger.due_polls(NEVER, 1) == ledger.due_polls(NEVER)[:1]

    def test_an_open_circuit_keeps_its_spaces_waiting_and_no_others(self, ledger: Ledger) -> None:
        activate(ledger)
        ledger.enrol(OTHER, target=TARGET, clid="other", dossier="777", now=1.0)
        activation = ledger.begin_activation(
            OTHER, Rule(), started_ns=1, kind="activation", requested_at=1.0, actor="An", now=1.0
        )
        ledger.complete_activation(activation.id, watermark_ns=1, now=1.0)
        poll(ledger, found("F1"), now=10.0)
        poll(ledger, found("G1", OTHER, key="g1"), space=OTHER, now=10.0)
        shut = Circuit(TARGET, Scope.DOSSIER, DOSSIER, "open", "wrong_key", 1, NEVER, 70.0, since=11.0)
        ledger.set_circuit(shut, actor="engine", now=11.0)
        assert ledger.circuits() == [shut] and ledger.circuit(TARGET, Scope.DOSSIER, DOSSIER) == shut
        assert claim(ledger, 20.0).delivery.space == OTHER
        assert ledger.claim("w", now=20.0, lease=LEASE) is None
        assert ledger.next_due() == 20.0 + LEASE, "a space behind an open circuit is not due"
        ledger.close_circuit(TARGET, Scope.DOSSIER, DOSSIER, actor="An", now=21.0)
        assert ledger.circuits() == []
        assert claim(ledger, 22.0).delivery.space == SPACE
        codes = [event.code for event in ledger.events(space=SPACE) if event.kind == "circuit"]
        assert codes == ["wrong_key", "circuit_closed"]

    def test_a_person_may_have_a_silent_target_asked_at_once(self, ledger: Ledger) -> None:
        activate(ledger)
        assert not ledger.probe_now(TARGET, now=10.0), "it is not silent"
        held = sending(ledger)
        shut = Circuit(TARGET, Scope.TARGET, "", "open", "no_answer", 1, NEVER, 900.0, since=11.0)
        assert ledger.move(held, State.SENDING, Move(State.UNKNOWN, 20.0), now=20.0, circuit=shut)
        question = settle(ledger, 21.0)
        assert ledger.move(question, State.UNKNOWN, Move(State.UNKNOWN, 950.0, code="target_waits"), now=21.0)
        assert ledger.probe_now(TARGET, now=30.0)
        (soon,) = ledger.circuits()
        assert soon == replace(shut, probe_at=30.0)
        assert settle(ledger, 31.0) is None, "nothing is asked before the probe has told"
        assert ledger.probed(soon, well=True, probe_at=99.0, now=32.0)
        assert settle(ledger, 32.0) is not None, "and then at once"

    def test_a_cooldown_ends_by_itself(self, ledger: Ledger) -> None:
        activate(ledger)
        held = sending(ledger)
        cooling = Circuit(TARGET, Scope.CLID, CLID, "cooling", "throttled", 1, 100.0, None)
        assert ledger.move(held, State.SENDING, Move(State.READY, 20.0), now=20.0, circuit=cooling)
        assert ledger.claim("w", now=99.0, lease=LEASE) is None
        assert ledger.next_due() == 100.0
        assert claim(ledger, 100.0).id == held.id

    def test_a_row_that_only_counts_failures_blocks_nothing(self, ledger: Ledger) -> None:
        activate(ledger)
        ready(ledger)
        ledger.set_circuit(Circuit(TARGET, Scope.TARGET, "", "closed", None, 3, 0.0, None), actor="engine", now=1.0)
        assert ledger.circuits() == []
        assert claim(ledger, 20.0)


class DecidingContract(Soundness):
    """What people do."""

    def park(self, ledger: Ledger, reason: str = "outcome_unknown") -> Delivery:
        held = sending(ledger)
        assert ledger.move(held, State.SENDING, Move(State.PARKED, NEVER, code=reason, args={"n": 1}), now=20.0)
        return row_of(ledger, held.id)

    def test_a_decision_is_recorded_with_who_when_and_why(self, ledger: Ledger) -> None:
        activate(ledger)
        parked = self.park(ledger)
        done = ledger.decide(decision(parked, State.DISCARDED, "discarded", reason="paid in cash"), now=30.0)
        assert done is not None and done.state is State.DISCARDED
        event = ledger.events(delivery=parked.id)[-1]
        assert (event.kind, event.actor, event.code, event.at) == ("decision", "An", "discarded", 30.0)
        assert event.args == {"state": "discarded", "why": "paid in cash"}
        assert event.trigger == "manual"

    def test_a_decision_on_a_row_that_moved_meanwhile_changes_nothing(self, ledger: Ledger) -> None:
        activate(ledger)
        parked = self.park(ledger)
        assert ledger.decide(decision(parked, State.DISCARDED, "discarded"), now=30.0) is not None
        assert ledger.decide(decision(parked, State.READY, "send"), now=31.0) is None
        assert state_of(ledger, parked.id) is State.DISCARDED

    def test_a_decision_takes_the_row_from_its_worker(self, ledger: Ledger) -> None:
        activate(ledger)
        delivery = ready(ledger)
        held = claim(ledger, 20.0)
        assert ledger.decide(decision(row_of(ledger, delivery), State.DISCARDED, "discarded"), now=21.0) is not None
        assert not ledger.intent(held, now=22.0, until=80.0)

    def test_what_a_person_sends_starts_afresh_and_the_attempt_is_theirs(self, ledger: Ledger) -> None:
        activate(ledger)
        held = sending(ledger)
        assert ledger.move(held, State.SENDING, Move(State.DEAD, NEVER, code="gave_up", counted=True), now=20.0)
        dead = row_of(ledger, held.id)
        assert dead.attempts == 1
        retried = ledger.decide(decision(dead, State.READY, "retry"), now=30.0)
        assert retried is not None and (retried.attempts, retried.crashes, retried.reason) == (0, 0, None)
        again = claim(ledger, 31.0)
        assert ledger.intent(again, now=31.0, until=90.0)
        intents = [event for event in ledger.events(delivery=held.id) if event.kind == "intent"]
        assert [(event.actor, event.trigger) for event in intents] == [("engine", "automatic"), ("An", "manual")]

    def test_mark_delivered_can_be_undone_with_its_reason(self, ledger: Ledger) -> None:
        activate(ledger)
        parked = self.park(ledger)
        marked = ledger.decide(decision(parked, State.CONFIRMED, "marked_delivered", delivered_at=30.0), now=30.0)
        assert marked is not None
        assert (marked.reason, marked.delivered_at, marked.reference) == ("marked_delivered", 30.0, None)
        undone = ledger.decide(decision(marked, State.PARKED, "undo"), now=31.0)
        assert undone is not None
        assert (undone.state, undone.reason, undone.reason_args) == (State.PARKED, "outcome_unknown", {"n": 1})
        assert undone.delivered_at is None

    def test_a_second_delivery_is_a_row_of_its_own(self, ledger: Ledger) -> None:
        activate(ledger)
        first = row_of(ledger, delivered(ledger))
        again = ledger.decide(decision(first, State.SEEN, "resend_again", generation=True, key="k1"), now=30.0)
        assert again is not None
        assert (again.generation, again.key, again.state, again.sha256) == (1, "k1", State.SEEN, None)
        assert state_of(ledger, first.id) is State.CONFIRMED
        assert ledger.decide(decision(first, State.SEEN, "resend_again", generation=True, key="k1"), now=31.0) is None
        assert claim(ledger, 32.0).id == again.id

    def test_a_changed_document_sent_again_no_longer_waits_for_a_person(self, ledger: Ledger) -> None:
        activate(ledger)
        delivery = delivered(ledger)
        poll(ledger, found("F1", finding=Finding.CHANGED, state=State.CHANGED, delivery=delivery), now=20.0)
        changed = row_of(ledger, delivery)
        again = ledger.decide(decision(changed, State.SEEN, "resend_changed", generation=True, key="k1"), now=30.0)
        assert again is not None and again.generation == 1
        assert state_of(ledger, delivery) is State.CONFIRMED
        assert row_of(ledger, delivery).delivered_at == 10.0

    def test_ready_without_a_file_is_prepared_first(self, ledger: Ledger) -> None:
        activate(ledger)
        poll(ledger, found("F1"))
        held = claim(ledger, 11.0)
        assert ledger.move(held, State.SEEN, Move(State.PARKED, NEVER, code="V12"), now=12.0)
        sent = ledger.decide(decision(row_of(ledger, held.id), State.READY), now=13.0)
        assert sent is not None and sent.state is State.SEEN

    def test_history_moves_only_by_a_person(self, ledger: Ledger) -> None:
        activate(ledger)
        poll(ledger, found("old", state=State.HISTORY, reason="late"))
        row = ledger.window(QueueQuery(history=True), 0, 1)[0]
        included = ledger.decide(decision(row, State.SEEN, "include"), now=20.0)
        assert included is not None
        assert claim(ledger, 21.0).id == row.id

    def test_a_note_moves_nothing(self, ledger: Ledger) -> None:
        activate(ledger)
        delivery = ready(ledger)
        ledger.note(
            SPACE, kind="request", code="asked", args={"state": "confirmed"}, actor="An", now=20.0, delivery=delivery
        )
        assert state_of(ledger, delivery) is State.READY
        assert ledger.events(delivery=delivery)[-1].args == {}


class ReadingContract(Soundness):
    """Counts, windows, history."""

    def fill(self, ledger: Ledger) -> dict[str, int]:
        """One row in each place of the queue: number -> id."""
        activate(ledger)
        ids = {}
        for n, (number, move) in enumerate(
            {
                "sent": confirmed(20.0),
                "later": confirmed(30.0),
                "lost": Move(State.UNKNOWN, 900.0),
                "parked": Move(State.PARKED, NEVER, code="outcome_unknown"),
                "failed": Move(State.FAILED, NEVER, code="refused"),
            }.items()
        ):
            now = 10.0 * (n + 1)
            held = sending(ledger, number, now)
            assert ledger.move(held, State.SENDING, move, now=now)
            ids[number] = held.id
        poll(ledger, found("gone"), now=80.0)
        held = claim(ledger, 81.0)
        assert ledger.move(held, State.SEEN, Move(State.WITHDRAWN, NEVER, code="withdrawn"), now=82.0)
        ids["gone"] = held.id
        old = found("old", state=State.HISTORY, reason="late", direction=Direction.SALES)
        poll(ledger, old, found("new1"), found("new2"), now=90.0)
        for row in ledger.known(SPACE, ["doc-old", "doc-new1", "doc-new2"]).values():
            ids[row.number] = row.id
        return ids

    def test_needs_you_comes_first_then_what_moves_then_newest(self, ledger: Ledger) -> None:
        ids = self.fill(ledger)
        shown = [row.number for row in ledger.window(QueueQuery(history=True), 0, 50)]
        assert shown == ["failed", "parked", "lost", "new1", "new2", "gone", "later", "sent", "old"]
        assert [row.number for row in ledger.window(QueueQuery(), 0, 50)] == shown[:-1]
        assert ledger.total(QueueQuery()) == 8 and ledger.total(QueueQuery(history=True)) == 9
        for place, number in enumerate(shown):
            assert ledger.position(QueueQuery(history=True), ids[number]) == place
        assert ledger.position(QueueQuery(), ids["old"]) is None
        assert [row.number for row in ledger.window(QueueQuery(), 2, 3)] == shown[2:5]

    def test_views_narrow_by_state_space_and_direction(self, ledger: Ledger) -> None:
        self.fill(ledger)
        for query, expected in (
            (QueueQuery(states=frozenset({State.FAILED, State.CONFIRMED})), ["failed", "later", "sent"]),
            (QueueQuery(states=frozenset({State.HISTORY})), ["old"]),
            (QueueQuery(spaces=(OTHER,)), []),
            (QueueQuery(spaces=(SPACE, OTHER), states=frozenset({State.PARKED})), ["parked"]),
            (QueueQuery(directions=frozenset({Direction.SALES}), history=True), ["old"]),
            (QueueQuery(directions=frozenset(Direction), states=frozenset({State.SEEN})), ["new1", "new2"]),
        ):
            assert [row.number for row in ledger.window(query, 0, 50)] == expected
            assert ledger.total(query) == len(expected)

    def test_sizes_of_a_view_are_those_of_its_rows(self, ledger: Ledger) -> None:
        self.fill(ledger)
        for query in (QueueQuery(), QueueQuery(history=True), QueueQuery(text="e"), QueueQuery(spaces=(OTHER,))):
            rows = Counter(row.state for row in ledger.window(query, 0, 50))
            assert {state: n for state, n in ledger.sizes(query).items() if n} == rows

    @pytest.mark.parametrize("key", ["id", "number", "-amount", "party", "date", "next_try", "state", "nonsense"])
    def test_positions_agree_with_every_order(self, ledger: Ledger, key: str) -> None:
        self.fill(ledger)
        query = QueueQuery(sort=key, history=True)
        for place, row in enumerate(ledger.window(query, 0, 50)):
            assert ledger.position(query, row.id) == place

    @pytest.mark.parametrize(
        "text", ["zoë", "ZOE", "2026/0", "0403019261", "BE0403.019.261", "1.234,50", "1234.5", "zoe 2026", "doc-x"]
    )
    def test_text_finds_as_people_type(self, ledger: Ledger, text: str) -> None:
        activate(ledger)
        row = found("x", number="2026/0042", counterparty="Café Zoë", vat_number="BE 0403.019.261")
        poll(ledger, replace(row, amount=Decimal("1234.50")), found("y", vat_number="", counterparty="Peeters"))
        hits = ledger.window(QueueQuery(text=text), 0, 10)
        assert [hit.number for hit in hits] == ["2026/0042"]
        assert ledger.total(QueueQuery(text=text)) == len(hits)

    def test_text_finds_a_delivery_by_its_id(self, ledger: Ledger) -> None:
        activate(ledger)
        delivery = ready(ledger, "A")
        assert [row.id for row in ledger.window(QueueQuery(text=f"{delivery}"), 0, 10)] == [delivery]

    def test_prefixes_of_key_and_source_id_name_a_delivery(self, ledger: Ledger) -> None:
        activate(ledger)
        row = row_of(ledger, ready(ledger, "F1"))
        assert ledger.by_key(row.key[:8]) == ledger.by_key("doc-F") == [row]
        assert ledger.by_key("doc") == [], "at least 4 characters"

    def test_the_version_moves_with_every_change_and_rests_without(self, ledger: Ledger) -> None:
        activate(ledger)
        before = ledger.version()
        ledger.counts(), ledger.window(QueueQuery(), 0, 10), ledger.claim("w", now=2.0, lease=1.0)
        assert ledger.version() == before
        poll(ledger, found("F1"))
        assert ledger.version() > before

    def test_events_page_by_id_and_from_the_end(self, ledger: Ledger) -> None:
        activate(ledger)
        ready(ledger)
        everything = ledger.events()
        assert [event.id for event in everything] == sorted(event.id for event in everything)
        assert ledger.events(after=everything[2].id) == everything[3:]
        assert ledger.events(limit=2) == everything[:2]
        assert ledger.events(newest=True, limit=2) == everything[-2:]
        ledger.note("", kind="machine", code="started", args={}, actor="engine", now=99.0)
        assert ledger.events(space=SPACE)[-1].code == "started", "what concerns the machine concerns its spaces"

    def test_a_file_is_named_until_its_term_after_delivery(self, ledger: Ledger) -> None:
        activate(ledger)
        old, new = row_of(ledger, delivered(ledger, "F1", 10.0)), row_of(ledger, delivered(ledger, "F2", 50.0))
        waiting = row_of(ledger, ready(ledger, "F3", 60.0))
        assert ledger.files_named() == {old.sha256, new.sha256, waiting.sha256}
        assert ledger.files_named(delivered_since=40.0) == {new.sha256, waiting.sha256}

    def test_meta_remembers(self, ledger: Ledger) -> None:
        assert ledger.get_meta("engine_version") is None
        ledger.set_meta("engine_version", "1")
        ledger.set_meta("engine_version", "2")
        assert ledger.get_meta("engine_version") == "2"

    def test_arguments_survive(self, ledger: Ledger) -> None:
        activate(ledger)
        said: Arguments = {"text": "“é”\n", "n": 3, "share": 0.5, "nothing": None}
        ledger.note(SPACE, kind="tested", code="ok", args=said, actor="An", now=5.0)
        assert ledger.events(space=SPACE)[-1].args == said


class RestoreContract(Soundness):
    """A restored ledger sends nothing by itself that it cannot prove unsent."""

    def test_after_a_restore_nothing_goes_out_that_may_have_gone(self, ledger: Ledger) -> None:
        activate(ledger)
        gone = delivered(ledger, "sent", 19.0)
        held = sending(ledger, "sending", 20.0)
        ready(ledger, "ready", 21.0)
        poll(ledger, found("seen"), now=22.0)
        turned = ledger.after_restore(now=30.0)
        assert turned == {State.SEEN: 1, State.READY: 1, State.SENDING: 1}
        assert ledger.claim("w", now=1e9, lease=LEASE) is None
        assert state_of(ledger, gone) is State.CONFIRMED
        assert not ledger.holds(held, State.SENDING)
        assert ledger.counts()[SPACE] == {State.UNKNOWN: 3, State.CONFIRMED: 1}

    def test_what_a_restore_found_unsent_is_prepared_again_before_it_goes(self, ledger: Ledger) -> None:
        activate(ledger)
        poll(ledger, found("F1"))
        held = claim(ledger, 11.0)
        assert ledger.move(held, State.SEEN, Move(State.WITHDRAWN, NEVER, code="withdrawn"), now=12.0)
        assert ledger.after_restore(now=30.0) == {State.WITHDRAWN: 1}
        poll(ledger, found("F1", finding=Finding.BACK, delivery=held.id), now=31.0)
        assert state_of(ledger, held.id) is State.UNKNOWN, "Banqup's list does not bring it back by itself"
        asked = ledger.settle("s1", now=32.0, grace=GRACE, lease=LEASE)
        assert asked is not None
        assert ledger.move(asked, State.UNKNOWN, Move(State.READY, 33.0, code="not_there"), now=33.0)
        assert state_of(ledger, held.id) is State.SEEN, "it has no file, and its status is read again"

    def test_a_backup_is_a_whole_ledger(self, ledger: Ledger, tmp_path: Path) -> None:
        activate(ledger)
        ready(ledger)
        target = tmp_path / "copy.db"
        ledger.backup(str(target))
        assert target.stat().st_mode & 0o777 == 0o600
        with pytest.raises(StoreError):
            ledger.backup(str(target))


class FindingContract(Soundness):
    """What a customer says finds the document, in any spelling (`core.ledger.terms`)."""

    @staticmethod
    def _sent(ledger: Ledger, number: str = "F2026-0417", **more: object) -> int:
        poll(ledger, found(number, issue_date=date(2026, 9, 2), amount=Decimal("1210.00")))
        held = claim(ledger, 11.0)
        facts = {
            "issue_date": date(2026, 9, 2),
            "amount": Decimal("-1210.00"),
            "counterparty": "Molens van Brabant NV",
            "vat_number": "BE0477472701",
            "payment_reference": "090933755493",
            "vat_breakdown": (("03", "1000.00", "210.00"),),
            **more,
        }
        assert ledger.prepared(held, preparation(number, **facts), now=12.0) is not None
        held = claim(ledger, 13.0)
        assert ledger.intent(held, now=13.0, until=60.0)
        assert ledger.move(held, State.SENDING, confirmed(14.0, "PW-000731"), now=14.0)
        return held.id

    @staticmethod
    def _search(ledger: Ledger, text: str, **more: object) -> list[int]:
        for clues in readings(text):
            if rows := ledger.search(clues, **more):  # type: ignore[arg-type]
                return [row.id for row in rows]
        return []

    @pytest.mark.parametrize(
        "said",
        [
            *("F2026-0417", "f2026 417", "F20260417", "2026-0417", "2026/417", "417", "0417", "f2026"),
            *("molens", "Molens van Brabant NV", "brabant", "mol", "BRABANT molens"),
            *("BE0477472701", "BE 0477.472.701", "0477 472 701", "477472701", "be477.472.701"),
            *("1.210,00", "1210", "1,210.00", "-1210.00", "€ 1 210,00", "1210,00 EUR", "(1.210,00)"),
            *("2026-09-02", "2/9/2026", "02.09.2026", "2-9-26", "20260902"),
            *("+++090/9337/55493+++", "***090/9337/55493***", "090/9337/55493", "090933755493"),
            *("PW-000731", "pw000731"),
            *("molens 1.210,00", "F2026-0417 brabant 2/9/2026"),
        ],
    )
    def test_a_document_is_found_by_what_a_customer_says(self, ledger: Ledger, said: str) -> None:
        activate(ledger)
        wanted = self._sent(ledger)
        poll(ledger, found("X-1", counterparty="Garage Peeters", vat_number="BE0403019261", amount=Decimal("5")))
        assert self._search(ledger, said) == [wanted]

    @pytest.mark.parametrize(
        "said", ["F2027-0417", "garage", "NV", "BE0403019262", "1210,01", "2026-09-03", "molens 5,00"]
    )
    def test_what_fits_nothing_finds_nothing(self, ledger: Ledger, said: str) -> None:
        activate(ledger)
        self._sent(ledger)
        assert self._search(ledger, said) == []

    def test_the_xml_corrects_what_the_list_said(self, ledger: Ledger) -> None:
        activate(ledger)
        poll(ledger, found("WRONG-1"))
        held = claim(ledger, 11.0)
        assert ledger.prepared(held, preparation("RIGHT-2"), now=12.0) is not None
        assert self._search(ledger, "WRONG-1") == []
        assert self._search(ledger, "RIGHT-2") == [held.id]

    def test_a_search_keeps_to_its_spaces_and_shows_the_newest_first(self, ledger: Ledger) -> None:
        activate(ledger)
        activate(ledger, OTHER)
        poll(ledger, found("A-1"), found("A-2"))
        poll(ledger, found("A-3", space=OTHER), space=OTHER)
        assert self._search(ledger, "peeters") == [3, 2, 1]
        assert self._search(ledger, "peeters", spaces=(SPACE,)) == [2, 1]
        assert self._search(ledger, "peeters", limit=1) == [3]

    def test_vat_and_payment_reference_stay_with_the_delivery(self, ledger: Ledger) -> None:
        activate(ledger)
        row = row_of(ledger, self._sent(ledger))
        assert row.payment_reference == "090933755493"
        assert row.vat_breakdown == (("03", "1000.00", "210.00"),)


class LedgerContract(
    ErasingContract,
    ActivationContract,
    PollingContract,
    DeliveringContract,
    DecidingContract,
    ReadingContract,
    RestoreContract,
    FindingContract,
):
    """All of it."""
