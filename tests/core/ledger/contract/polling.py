"""What polls leave."""

from __future__ import annotations

import pytest

from core.errors import StoreError
from core.ledger.base import Finding, Ledger, Move
from core.model import NEVER, State
from tests.core.ledger.contract.common import Soundness, decision, row_of, settle, state_of
from tests.core.ledger.makers import (
    GRACE,
    LEASE,
    OTHER,
    SPACE,
    activate,
    claim,
    delivered,
    found,
    poll,
    ready,
    sending,
)


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
