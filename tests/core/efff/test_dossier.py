"""Whose invoice it is: the dossier's own numbers decide, in whatever spelling they are written."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from core.efff.dossier import direction, frequent_numbers, party_numbers, summary
from core.efff.invoice import Invoice
from core.efff.party import Identifier, Party
from core.efff.report import Finding
from core.model import Direction
from tests.core.efff.samples import CUSTOMER, GOOD, SUPPLIER

OWN = "0477.472.701"


@pytest.mark.parametrize("number", ["0477472701", "BE0477472701", "BE 0477.472.701", "0477.472.701", "BE477472701"])
def test_the_dossier_is_the_supplier_of_a_sale_however_its_number_is_written(number: str) -> None:
    assert direction(GOOD, [number], Direction.SALES) is Direction.SALES


@pytest.mark.parametrize(
    "party",
    [
        Party(vat_number="BE0477472701"),
        Party(enterprise_number="0477472701"),
        Party(endpoint=Identifier("0477472701", "0208")),
        Party(endpoint=Identifier("BE0477472701", "9925")),
        Party(endpoint=Identifier("0477472701", "9956")),
        Party(identifiers=(Identifier("0477.472.701", "BE:CBE"),)),
        Party(identifiers=(Identifier("BE0477472701", "BE:VAT"),)),
        Party(legal_id=Identifier("0477.472.701")),
    ],
)
def test_the_dossier_is_the_customer_of_a_purchase_wherever_its_number_stands(party: Party) -> None:
    bought = replace(GOOD, supplier=CUSTOMER, customer=party)
    assert direction(bought, [OWN], Direction.PURCHASE) is Direction.PURCHASE


def test_a_foreign_registration_counts_as_given() -> None:
    sold = replace(GOOD, supplier=replace(SUPPLIER, vat_number="NL810433941B01", enterprise_number=""))
    assert direction(sold, ["0505890633", "NL 8104.33.941 B01"], Direction.SALES) is Direction.SALES


def reason(invoice: Invoice, own: list[str], folder: Direction) -> tuple[str, str, bool]:
    found = direction(invoice, own, folder)
    assert isinstance(found, Finding)
    return found.rule, found.code, found.never


def test_a_dossier_that_is_no_party_is_not_this_dossier() -> None:
    assert reason(GOOD, ["0202239951"], Direction.PURCHASE) == ("V37", "not_this_dossier", True)


def test_the_folder_and_the_parties_must_agree() -> None:
    assert reason(GOOD, [OWN], Direction.PURCHASE) == ("V37", "direction_unclear", True)
    assert reason(GOOD, [CUSTOMER.vat_number], Direction.SALES) == ("V37", "direction_unclear", True)


def test_supplier_and_customer_in_one_is_a_persons_decision() -> None:
    same = replace(GOOD, customer=SUPPLIER)
    assert reason(same, [OWN], Direction.SALES) == ("V36", "direction_unclear", False)
    assert reason(GOOD, [OWN, CUSTOMER.vat_number], Direction.SALES)[0] == "V36"


def test_without_numbers_nothing_is_assumed() -> None:
    assert reason(GOOD, ["", " "], Direction.SALES) == ("V37", "dossier_numbers_missing", True)


def test_the_numbers_of_both_sides_are_in_one_spelling() -> None:
    numbers = party_numbers(GOOD)
    assert (numbers.supplier, numbers.customer) == (frozenset({"0477472701"}), frozenset({"0505890632"}))


def test_the_party_that_occurs_most_is_proposed_first() -> None:
    other = replace(GOOD, customer=Party(trade_name="Particulier"))
    assert frequent_numbers([GOOD, GOOD, other]) == [("0477472701", 3), ("0505890632", 2)]


def test_the_ledger_is_told_the_total_with_vat_and_the_other_side() -> None:
    bought, sold = summary(GOOD, Direction.PURCHASE), summary(GOOD, Direction.SALES)
    assert (bought.counterparty, bought.vat_number) == ("Garage Peeters", "BE0477472701")
    assert (sold.counterparty, sold.vat_number) == ("Bakkerij De Smet", "BE0505890632")
    assert (bought.supplier, sold.supplier) == ("BE0477472701", "BE0477472701")
    assert (bought.amount, bought.payable, bought.currency) == (Decimal("523.40"), Decimal("500.00"), "EUR")
    assert (bought.document_type, bought.number, bought.issue_date) == ("380", "2026/0042", GOOD.issue_date)


def test_the_amount_to_pay_stands_in_for_a_missing_total() -> None:
    without = replace(GOOD, totals=replace(GOOD.totals, tax_inclusive=None))
    assert summary(without, Direction.SALES).amount == Decimal("500.00")
