"""A document by what a customer says of it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from core.ledger.base import Ledger
from core.ledger.terms import readings
from core.model import State
from tests.core.ledger.contract.common import Soundness, row_of
from tests.core.ledger.makers import (
    OTHER,
    SPACE,
    activate,
    claim,
    confirmed,
    found,
    poll,
    preparation,
)


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
