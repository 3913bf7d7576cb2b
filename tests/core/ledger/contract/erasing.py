"""What every ledger must do with personal data: forget whom a document was with, and nothing else of it."""

from __future__ import annotations

from decimal import Decimal

from core.ledger.base import Ledger, Move, QueueQuery
from core.ledger.terms import readings
from core.model import NEVER, State
from tests.core.ledger.contract.common import row_of
from tests.core.ledger.makers import activate, confirmed, delivered, found, poll, ready, sending

PARTY = "Bakkerij Peeters"


def erase(ledger: Ledger, *deliveries: int, now: float = 100.0) -> int:
    return ledger.erase(list(deliveries), code="erased_on_request", actor="An", now=now)


class ErasingContract:
    """Forgetting a party, on request and by age."""

    def test_what_a_party_is_called_is_known_with_what_still_needs_it(self, ledger: Ledger) -> None:
        activate(ledger)
        delivered(ledger, "F1")
        ready(ledger, "F2", now=20.0)
        (party,) = [each for each in ledger.parties() if each.name == PARTY]
        assert (party.deliveries, party.under_way) == (2, 1)
        assert len(ledger.deliveries_of([party])) == 2

    def test_an_erased_delivery_names_nobody_and_keeps_what_the_books_need(self, ledger: Ledger) -> None:
        activate(ledger)
        id = delivered(ledger)
        before = row_of(ledger, id)
        assert erase(ledger, id) == 1
        row = row_of(ledger, id)
        assert (row.counterparty, row.vat_number, row.payment_reference) == ("", "", "")
        assert (row.number, row.amount, row.state) == ("F1", Decimal("121.00"), State.CONFIRMED)
        assert (row.key, row.sha256, row.reference) == (before.key, before.sha256, before.reference)
        assert ledger.parties() == [] and ledger.check() == []

    def test_an_erased_document_is_found_by_its_number_and_no_longer_by_its_party(self, ledger: Ledger) -> None:
        activate(ledger)
        id = delivered(ledger)
        erase(ledger, id)
        for text in (PARTY, "Peeters", "BE0403.019.261"):
            assert not any(ledger.search(clues) for clues in readings(text)), text
            assert ledger.window(QueueQuery(text=text), 0, 10) == []
        assert [row.id for row in ledger.search(readings("F1")[0])] == [id]

    def test_an_erased_document_that_banqup_lists_again_is_not_sent_again(self, ledger: Ledger) -> None:
        activate(ledger)
        id = delivered(ledger)
        erase(ledger, id)
        assert poll(ledger, found("F1"), now=200.0) == 0
        assert row_of(ledger, id).state is State.CONFIRMED and ledger.claim("w", now=300.0, lease=60.0) is None

    def test_the_history_of_an_erased_delivery_stays_line_by_line_without_words(self, ledger: Ledger) -> None:
        activate(ledger)
        held = sending(ledger)
        refused = Move(State.FAILED, NEVER, code="refused", args={"server_text": f"{PARTY} is unknown", "status": 422})
        assert ledger.move(held, State.SENDING, refused, now=12.0)
        ledger.note(held.delivery.space, kind="decision", code="x", args={"why": PARTY}, actor="An", now=13.0,
                    delivery=held.id)  # fmt: skip
        before = ledger.events(delivery=held.id)
        assert erase(ledger, held.id) == 0, "a delivery that needs a person keeps what that person must see"
        ledger.erase_mentions([PARTY])
        after = ledger.events(delivery=held.id)
        assert [(each.id, each.kind, each.code, each.at) for each in after] == [
            (each.id, each.kind, each.code, each.at) for each in before
        ]
        assert not any(PARTY in str(each.args) for each in after)
        assert ledger.check() == []

    def test_what_is_on_its_way_is_not_erased(self, ledger: Ledger) -> None:
        activate(ledger)
        id = ready(ledger)
        assert erase(ledger, id) == 0 and row_of(ledger, id).counterparty == PARTY

    def test_a_delivery_expires_once_by_the_time_it_came_to_rest(self, ledger: Ledger) -> None:
        activate(ledger)
        old = delivered(ledger, "F1", now=10.0)
        delivered(ledger, "F2", now=1_000.0)
        assert ledger.expired(5.0, 10) == []
        assert ledger.expired(500.0, 10) == [old]
        erase(ledger, old)
        assert ledger.expired(500.0, 10) == []

    def test_a_delivery_can_still_be_confirmed_beside_the_erasing_of_another(self, ledger: Ledger) -> None:
        activate(ledger)
        old = delivered(ledger, "F1")
        held = sending(ledger, "F2", now=20.0)
        erase(ledger, old)
        assert ledger.move(held, State.SENDING, confirmed(21.0), now=21.0)

    def test_a_ledger_written_anew_is_the_same(self, ledger: Ledger) -> None:
        activate(ledger)
        id = delivered(ledger)
        ledger.rewrite()
        assert row_of(ledger, id).state is State.CONFIRMED and ledger.check() == []

    def test_of_two_who_swap_a_note_at_once_one_does(self, ledger: Ledger) -> None:
        assert ledger.swap_meta("told", None, "a") and not ledger.swap_meta("told", None, "b")
        assert ledger.swap_meta("told", "a", "b") and not ledger.swap_meta("told", "a", "c")
        assert ledger.get_meta("told") == "b"
