"""One delivery's way: settle, claim, intent, result."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from core.ledger.base import Circuit, Ledger, Move, Scope
from core.ledger.replay import replay
from core.model import NEVER, Rule, State
from tests.core.ledger.contract.common import Soundness, decision, row_of, settle, state_of
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
    found,
    poll,
    preparation,
    ready,
    sending,
)


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

    def test_whoever_comes_too_late_did_not_die(self, ledger: Ledger) -> None:
        activate(ledger)
        poll(ledger, found("F1"))
        first = claim(ledger, 11.0)
        second = claim(ledger, 11.0 + LEASE, "w2")
        assert second.delivery.crashes == 1
        assert ledger.prepared(first, preparation(), now=80.0) is None
        assert row_of(ledger, first.id).crashes == 0

    def test_a_claim_that_is_let_go_is_free_at_once_and_nobody_died_of_it(self, ledger: Ledger) -> None:
        activate(ledger)
        poll(ledger, found("F1"))
        first = claim(ledger, 11.0)
        ledger.let_go(first, now=12.0)
        second = claim(ledger, 12.0, "w2")
        assert (second.id, second.fence, second.delivery.crashes) == (first.id, 2, 0)
        assert ledger.prepared(first, preparation(), now=13.0) is None, "it is not the first one's any more"
        leased = claim(ledger, 12.0 + LEASE, "w3")
        assert leased.delivery.crashes == 1
        ledger.let_go(second, now=80.0)
        assert row_of(ledger, first.id).crashes == 0, "it was taken over before, and nobody had died"

    def test_what_may_have_left_is_let_go_to_be_settled_in_its_time(self, ledger: Ledger) -> None:
        activate(ledger)
        held = sending(ledger)
        ledger.let_go(held, now=11.0)
        assert ledger.claim("w2", now=12.0, lease=LEASE) is None and settle(ledger, 12.0) is None
        assert state_of(ledger, held.id) is State.SENDING
        assert settle(ledger, 10.0 + LEASE) is None
        row = row_of(ledger, held.id)
        assert (row.state, row.crashes, row.due_at) == (State.UNKNOWN, 0, 10.0 + LEASE + GRACE)

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
