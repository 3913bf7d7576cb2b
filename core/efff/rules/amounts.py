"""V50 to V55, V58, V64 and V65: the totals of the document against each other and against what they sum up.

A total that is absent is not judged; an absent prepaid, rounding, allowance or charge total counts as 0, as in
EN 16931. Tolerance 0.01 unless said, so that a document may round where it likes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Final

from core.efff.rules.rule import Breaches, Subject, breach, decimals

CENT: Final = Decimal("0.01")
SMALL_GAP: Final = Decimal("0.05")
ZERO: Final = Decimal(0)
TOTALS: Final = "cac:LegalMonetaryTotal"
ELEMENTS: Final = {
    "lines": f"{TOTALS}/cbc:LineExtensionAmount",
    "tax_exclusive": f"{TOTALS}/cbc:TaxExclusiveAmount",
    "tax_inclusive": f"{TOTALS}/cbc:TaxInclusiveAmount",
    "allowances": f"{TOTALS}/cbc:AllowanceTotalAmount",
    "charges": f"{TOTALS}/cbc:ChargeTotalAmount",
    "prepaid": f"{TOTALS}/cbc:PrepaidAmount",
    "rounding": f"{TOTALS}/cbc:PayableRoundingAmount",
    "payable": f"{TOTALS}/cbc:PayableAmount",
    "vat": "cac:TaxTotal/cbc:TaxAmount",
}
"""Where each total of the model stands."""


def total(amounts: Iterable[Decimal | None]) -> Decimal:
    """The sum; what is absent counts as nothing."""
    return sum((amount for amount in amounts if amount is not None), ZERO)


def apart(one: Decimal, other: Decimal, tolerance: Decimal = CENT) -> bool:
    """Whether two amounts differ by more than the tolerance."""
    return abs(one - other) > tolerance


def sum_of_lines(subject: Subject) -> Breaches:
    """V50 (EN BR-CO-10)."""
    stated = subject.invoice.totals.lines
    if stated is None:
        return
    amounts = [line.net_amount for line in subject.invoice.lines if line.net_amount is not None]
    added = total(amounts)
    if not amounts or added == stated:
        return
    nearly = any(decimals(amount) > 2 for amount in amounts) or not apart(added, stated, SMALL_GAP)
    code = "lines_nearly_add_up" if nearly else "lines_do_not_add_up"
    yield breach(code, ELEMENTS["lines"], lines=added, total=stated, gap=abs(added - stated))


def sums_of_allowances_and_charges(subject: Subject) -> Breaches:
    """V51 (EN BR-CO-11, BR-CO-12)."""
    invoice = subject.invoice
    for name, is_charge, stated in (
        ("allowances", False, invoice.totals.allowances),
        ("charges", True, invoice.totals.charges),
    ):
        added = total(entry.amount for entry in invoice.allowances_charges if entry.is_charge is is_charge)
        if apart(added, stated or ZERO):
            yield breach(f"{name}_do_not_add_up", ELEMENTS[name], added=added, total=stated or ZERO)


def tax_exclusive(subject: Subject) -> Breaches:
    """V52 (EN BR-CO-13)."""
    totals = subject.invoice.totals
    if totals.lines is None or totals.tax_exclusive is None:
        return
    expected = totals.lines - (totals.allowances or ZERO) + (totals.charges or ZERO)
    if apart(expected, totals.tax_exclusive):
        yield breach(
            "total_without_vat_wrong",
            ELEMENTS["tax_exclusive"],
            lines=totals.lines,
            allowances=totals.allowances or ZERO,
            charges=totals.charges or ZERO,
            expected=expected,
            total=totals.tax_exclusive,
        )


def vat_total(subject: Subject) -> Breaches:
    """V53 (EN BR-CO-14)."""
    stated = subject.invoice.totals.vat
    parts = [part.amount for part in subject.invoice.vat_breakdown if part.amount is not None]
    if stated is not None and parts and apart(total(parts), stated):
        yield breach("vat_does_not_add_up", ELEMENTS["vat"], added=total(parts), total=stated)


def tax_inclusive(subject: Subject) -> Breaches:
    """V54 (EN BR-CO-15)."""
    totals = subject.invoice.totals
    if totals.tax_exclusive is None or totals.tax_inclusive is None:
        return
    expected = totals.tax_exclusive + (totals.vat or ZERO)
    if apart(expected, totals.tax_inclusive):
        yield breach(
            "total_with_vat_wrong",
            ELEMENTS["tax_inclusive"],
            exclusive=totals.tax_exclusive,
            vat=totals.vat or ZERO,
            expected=expected,
            total=totals.tax_inclusive,
        )


def payable(subject: Subject) -> Breaches:
    """V55 (EN BR-CO-16)."""
    totals = subject.invoice.totals
    if totals.tax_inclusive is None or totals.payable is None:
        return
    expected = totals.tax_inclusive - (totals.prepaid or ZERO) + (totals.rounding or ZERO)
    if apart(expected, totals.payable):
        yield breach(
            "payable_wrong",
            ELEMENTS["payable"],
            inclusive=totals.tax_inclusive,
            prepaid=totals.prepaid or ZERO,
            rounding=totals.rounding or ZERO,
            expected=expected,
            total=totals.payable,
        )


def sum_of_taxable(subject: Subject) -> Breaches:
    """V58: what VAT is worked out on adds up to the total without VAT (UBL.BE test case 5: 392 + 8 = 400)."""
    stated = subject.invoice.totals.tax_exclusive
    parts = [part.taxable for part in subject.invoice.vat_breakdown if part.taxable is not None]
    if stated is not None and parts and apart(total(parts), stated, max(SMALL_GAP, CENT * len(parts))):
        yield breach("taxable_does_not_add_up", "cac:TaxTotal", added=total(parts), total=stated)


def fineness(subject: Subject) -> Breaches:
    """V64 (EN BR-DEC): totals in cents; lines and VAT subtotals may be finer by the Belgian rule."""
    for name, where in ELEMENTS.items():
        stated: Decimal | None = getattr(subject.invoice.totals, name)
        if stated is not None and decimals(stated) > 2:
            yield breach("total_too_fine", where, amount=str(stated.normalize()), decimals=decimals(stated))
    for where, amount in _finer_amounts(subject):
        if decimals(amount) > 4:
            yield breach("line_too_fine", where, amount=str(amount.normalize()), decimals=decimals(amount))


def _finer_amounts(subject: Subject) -> Iterator[tuple[str, Decimal]]:
    for position, part in enumerate(subject.invoice.vat_breakdown, 1):
        path = part.path(position)
        if part.taxable is not None:
            yield f"{path}/cbc:TaxableAmount", part.taxable
        if part.amount is not None:
            yield f"{path}/cbc:TaxAmount", part.amount
    for position, line in enumerate(subject.invoice.lines, 1):
        if line.net_amount is not None:
            yield subject.line(position, "cbc:LineExtensionAmount"), line.net_amount


def sign(subject: Subject) -> Breaches:
    """V65: a credit note that asks for money, an invoice that gives it back. Both exist, both are rare."""
    due = subject.invoice.totals.payable
    if due is not None and due < 0:
        code = "credit_note_negative" if subject.invoice.is_credit_note else "invoice_negative"
        yield breach(code, ELEMENTS["payable"], payable=due)


CHECKS = (
    sum_of_lines,
    sums_of_allowances_and_charges,
    tax_exclusive,
    vat_total,
    tax_inclusive,
    payable,
    sum_of_taxable,
    fineness,
    sign,
)
