"""What polls leave."""

from __future__ import annotations

import dataclasses

import pytest

from core.errors import StoreError
from core.ledger.base import Discovery, Finding, Ledger, Move
from core.model import NEVER, State
from tests.core.ledger.contract.common import Soundness, decision, row_of, settle, state_of
from tests.core.ledger.makers import (
    GRACE,
    LEASE,
    OTHER,
    SPACE,
    activate,
    claim,
    confirmed,
    delivered,
    found,
    poll,
    preparation,
    ready,
    sending,
)


def seen_changed(number: str, delivery: int, **more: object) -> Discovery:
    """A scan shows another content than the row's file was made from, unless `more` says otherwise."""
    values = {"content_hash": "b:c", "finding": Finding.CHANGED, "state": State.CHANGED, "delivery": delivery}
    return found(number, **{**values, **more})  # type: ignore[arg-type]


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

    @pytest.mark.parametrize("how", ["answer", "evidence", "decision"])
    def test_a_document_that_changed_on_its_way_is_told_of_once_it_is_delivered(self, ledger: Ledger, how: str) -> None:
        activate(ledger)
        held = sending(ledger)
        poll(ledger, seen_changed("F1", held.id), now=20.0)
        poll(ledger, seen_changed("F1", held.id), now=21.0)
        row = row_of(ledger, held.id)
        assert (row.state, row.newer_hash) == (State.SENDING, "b:c")
        if how == "answer":
            assert ledger.move(held, State.SENDING, confirmed(30.0), now=30.0)
        else:
            parked = Move(State.PARKED, NEVER, code="outcome_unknown")
            assert ledger.move(held, State.SENDING, parked, now=30.0)
            if how == "evidence":
                assert ledger.evidence(held.id, "PW-1", fence=held.fence, now=31.0)
            else:
                told = ledger.decide(decision(row_of(ledger, held.id), State.CONFIRMED, "marked_delivered"), now=31.0)
                assert told is not None and told.state is State.CHANGED
        row = row_of(ledger, held.id)
        assert (row.state, row.reason, row.content_hash) == (State.CHANGED, "changed_in_banqup", "b:c")
        assert ledger.claim("w", now=NEVER / 2, lease=LEASE) is None, "it waits for a person"
        codes = [event.code for event in ledger.events(delivery=held.id)]
        assert codes.count("changed_on_its_way") == 1, "said once"

    def test_a_change_that_was_taken_back_on_the_way_is_none(self, ledger: Ledger) -> None:
        activate(ledger)
        held = sending(ledger)
        poll(ledger, seen_changed("F1", held.id), now=20.0)
        poll(ledger, seen_changed("F1", held.id, content_hash="meta-F1:files"), now=21.0)
        assert ledger.move(held, State.SENDING, confirmed(30.0), now=30.0)
        assert state_of(ledger, held.id) is State.CONFIRMED

    def test_a_payment_seen_on_the_way_is_no_change(self, ledger: Ledger) -> None:
        activate(ledger)
        held = sending(ledger)
        poll(ledger, seen_changed("F1", held.id, content_hash="meta-F1:", updated_ns=9_000), now=20.0)
        assert ledger.move(held, State.SENDING, confirmed(30.0), now=30.0)
        assert state_of(ledger, held.id) is State.CONFIRMED

    def test_what_changed_before_a_byte_of_it_left_is_made_anew_when_a_person_sends_it(self, ledger: Ledger) -> None:
        activate(ledger)
        ready(ledger)
        held = claim(ledger, 11.0)
        assert ledger.move(held, State.LEASED, Move(State.PARKED, NEVER, code="worker_died"), now=12.0)
        poll(ledger, seen_changed("F1", held.id), now=20.0)
        sent = ledger.decide(decision(row_of(ledger, held.id), State.READY, due_at=21.0), now=21.0)
        assert sent is not None and sent.state is State.SEEN
        again = ledger.prepared(claim(ledger, 22.0), preparation("F1", content_hash="b:c"), now=22.0)
        assert again is not None and (again.state, again.newer_hash) == (State.READY, None)

    @pytest.mark.parametrize("how", ["moved", "retried", "file missing"])
    def test_what_is_read_again_has_no_file_until_then(self, ledger: Ledger, how: str) -> None:
        """Else a discard and its undo would send a file that speaks of an earlier version."""
        activate(ledger)
        delivery = ready(ledger)
        if how == "moved":
            moved = found("F1", finding=Finding.MOVED, state=State.SEEN, delivery=delivery, content_hash="b:c")
            poll(ledger, moved, now=20.0)
        elif how == "retried":
            assert ledger.move(claim(ledger, 11.0), State.LEASED, Move(State.FAILED, NEVER, code="x"), now=12.0)
            assert ledger.decide(decision(row_of(ledger, delivery), State.SEEN, "retry"), now=13.0)
        else:
            assert ledger.move(claim(ledger, 11.0), State.LEASED, Move(State.SEEN, 12.0, "file_missing"), now=12.0)
        row = row_of(ledger, delivery)
        assert (row.state, row.sha256) == (State.SEEN, None)
        ledger.discard_waiting(SPACE, actor="An", now=30.0)
        undone = ledger.decide(decision(row_of(ledger, delivery), State.READY, "undo_discard"), now=31.0)
        assert undone is not None and undone.state is State.SEEN

    def test_what_may_have_been_taken_goes_as_it_was_when_a_person_sends_it(self, ledger: Ledger) -> None:
        activate(ledger)
        held = sending(ledger)
        assert ledger.move(held, State.SENDING, Move(State.PARKED, NEVER, code="outcome_unknown"), now=12.0)
        poll(ledger, seen_changed("F1", held.id), now=20.0)
        sent = ledger.decide(decision(row_of(ledger, held.id), State.READY, due_at=21.0), now=21.0)
        assert sent is not None and sent.state is State.READY
        leased = claim(ledger, 22.0)
        assert ledger.intent(leased, now=22.0, until=60.0)
        assert ledger.move(leased, State.SENDING, confirmed(23.0), now=23.0)
        assert state_of(ledger, held.id) is State.CHANGED

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

    def test_what_a_scan_saw_before_a_document_was_withdrawn_does_not_bring_it_back(self, ledger: Ledger) -> None:
        activate(ledger)
        poll(ledger, found("F1", updated_ns=1_000))
        held = claim(ledger, 11.0)
        withdrawn = Move(State.WITHDRAWN, NEVER, code="not_at_trigger", updated_ns=3_000)
        assert ledger.move(held, State.SEEN, withdrawn, now=12.0)
        back = found("F1", finding=Finding.BACK, state=State.HISTORY, reason="late", delivery=held.id)
        poll(ledger, dataclasses.replace(back, updated_ns=2_000), now=20.0)
        assert state_of(ledger, held.id) is State.WITHDRAWN
        poll(ledger, dataclasses.replace(back, updated_ns=3_001, state=State.SEEN, reason=None), now=30.0)
        assert state_of(ledger, held.id) is State.SEEN

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
        moved = found("F1", finding=Finding.MOVED, state=State.SEEN, delivery=held.id, content_hash="b:c")
        poll(ledger, moved, now=24.0)
        row = row_of(ledger, held.id)
        assert (row.state, row.newer_hash) == (State.READY, "b:c"), "told of once it is delivered"

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
