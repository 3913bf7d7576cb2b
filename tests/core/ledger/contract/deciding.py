"""What people decide."""

from __future__ import annotations

from core.ledger.base import Finding, Ledger, Move, QueueQuery
from core.model import NEVER, Delivery, State
from tests.core.ledger.contract.common import Soundness, decision, row_of, state_of
from tests.core.ledger.makers import (
    SPACE,
    activate,
    claim,
    delivered,
    found,
    poll,
    ready,
    sending,
)


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
        poll(ledger, found("F1", finding=Finding.CHANGED, state=State.CHANGED, delivery=delivery, content_hash="b:c"))
        changed = row_of(ledger, delivery)
        assert changed.state is State.CHANGED
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
