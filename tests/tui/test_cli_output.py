"""Tables, JSON and CSV of the command line: linear, harmless, readable by others."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.operations.support import Reconciled, doubles
from tui.commands import output
from tui.i18n import use_language
from tui.words.reconciled import csv_text, double_sentence, total_sentence, totals


@pytest.fixture(autouse=True)
def english() -> None:
    use_language("en")


def test_a_table_has_headings_columns_and_nothing_drawn(capsys: pytest.CaptureFixture[str]) -> None:
    output.table(("id", "party", "amount"), [("1", "A\x1b[2JB", "10.00"), ("22", "C", "9.00")], right=(0, 2))
    lines = capsys.readouterr().out.splitlines()
    assert lines == ["id  party   amount", " 1  A\ufffd[2JB   10.00", "22  C         9.00"]


def test_json_carries_amounts_as_text_and_only_ascii(capsys: pytest.CaptureFixture[str]) -> None:
    output.document({"amount": Decimal("10.50"), "party": "é\x9b\u202e"})
    text = capsys.readouterr().out
    assert '"10.50"' in text
    assert text.isascii()


def reconciled(**changes: object) -> Reconciled:
    facts: dict[str, object] = {
        "source_id": "d1", "direction": "purchase", "number": "=1+1", "party": "P", "issue_date": "2026-01-05",
        "amount": "121.00", "currency": "EUR", "banqup_status": "FULLY_APPROVED", "state": "confirmed",
        "reason": None, "reference": None, "vat_codes": (("S 21", "100.00", "21.00"),),
    }  # fmt: skip
    return Reconciled(**(facts | changes))  # type: ignore[arg-type]


def test_csv_of_a_reconciliation_holds_no_formula() -> None:
    lines = csv_text([reconciled()]).splitlines()
    assert lines[0].startswith("source_id,direction,number")
    assert "'=1+1" in lines[1]


def test_totals_count_documents_and_add_up_by_direction_and_vat_code() -> None:
    rows = [reconciled(), reconciled(source_id="d2", amount="-21.00", vat_codes=(("S 21", "-17.36", "-3.64"),))]
    whole, by_code = totals(rows)
    assert (whole.documents, whole.taxable) == (2, Decimal("100.00"))
    assert (by_code.code, by_code.documents, by_code.taxable, by_code.vat) == (
        "S 21", 2, Decimal("82.64"), Decimal("17.36"),
    )  # fmt: skip


def test_one_invoice_in_two_dossiers_went_over_twice_and_each_dossier_is_named() -> None:
    first, second = reconciled(dossier="20417", reference="PW-1"), reconciled(source_id="d2", dossier="20418")
    (copies,) = doubles([first, second])
    assert double_sentence(copies) == "=1+1 went over 2 times: d1 → PW-1 (dossier 20417); d2 → – (dossier 20418)"
    (same,) = doubles([first, reconciled(source_id="d2", dossier="20417")])
    assert "dossier" not in double_sentence(same)


def test_equal_numbers_are_no_double_where_a_bundle_left_party_and_amount_out() -> None:
    assert doubles([reconciled(party="", amount=""), reconciled(source_id="d2", party="", amount="")]) == []


def test_amounts_that_a_bundle_left_out_are_not_called_zero() -> None:
    (left_out,) = totals([reconciled(amount="", vat_codes=())])
    assert total_sentence(left_out) == "purchase, delivered: 1 document"
    (balanced,) = totals([reconciled(amount="0", vat_codes=())])
    assert total_sentence(balanced).endswith("0.00 EUR")
