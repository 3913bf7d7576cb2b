"""Spaces, baselines, on and off, another trigger."""

from __future__ import annotations

import pytest

from core.errors import StoreError
from core.ledger.base import Ledger, Move, QueueQuery
from core.model import Rule, State, delivery_key
from tests.core.ledger.contract.common import Soundness, decision, row_of, state_of
from tests.core.ledger.makers import (
    CLID,
    DOSSIER,
    LEASE,
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
)


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

    def test_what_the_baseline_after_a_restore_saw_below_its_trigger_is_kept(self, ledger: Ledger) -> None:
        enrol(ledger)
        restored = ledger.begin_activation(
            SPACE, Rule(), started_ns=700, kind="restore", requested_at=3.0, actor="An", now=3.0
        )
        ledger.record_baseline(restored.id, [], ["doc-b"], now=3.0)
        ledger.complete_activation(restored.id, watermark_ns=700, now=4.0)
        ledger.end_activation(SPACE, actor="An", now=5.0)
        assert ledger.not_yet(restored.id, ["doc-a", "doc-b"]) == {"doc-b"}

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
