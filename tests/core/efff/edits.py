"""Edits that turn the good invoice of `samples` into one that is wrong in one place, or right in another way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from core.efff.invoice import (
    CashDiscount,
    DocumentReference,
    Invoice,
    PaymentTerms,
    References,
    VatBreakdown,
    VatCategory,
)
from tests.core.efff.samples import FULL, REDUCED

Edit = Callable[[Invoice], Invoice]
D = Decimal
NOTHING = D(0)
LAST_DAY = date(2026, 2, 8)


def top(**changes: Any) -> Edit:
    return lambda invoice: replace(invoice, **changes)


def totals(**changes: Any) -> Edit:
    return lambda invoice: replace(invoice, totals=replace(invoice.totals, **changes))


def supplier(**changes: Any) -> Edit:
    return lambda invoice: replace(invoice, supplier=replace(invoice.supplier, **changes))


def customer(**changes: Any) -> Edit:
    return lambda invoice: replace(invoice, customer=replace(invoice.customer, **changes))


def paying(**changes: Any) -> Edit:
    return lambda invoice: replace(invoice, payment_means=(replace(invoice.payment_means[0], **changes),))


def line(**changes: Any) -> Edit:
    return lambda invoice: replace(invoice, lines=(replace(invoice.lines[0], **changes), *invoice.lines[1:]))


def attached(**changes: Any) -> Edit:
    return lambda invoice: replace(invoice, attachments=(replace(invoice.attachments[0], **changes),))


def credit_note(invoice: Invoice) -> Invoice:
    return replace(
        invoice,
        type_code="381",
        source_type_code="381",
        references=References(preceding_invoices=(DocumentReference("2026/0001"),)),
        attachments=(replace(invoice.attachments[0], description="CreditNote"),),
    )


def under(vat: VatCategory, *, amount: Decimal = NOTHING, **changes: Any) -> Edit:
    """The whole invoice under one category: one line of 400, no allowances."""

    def edit(invoice: Invoice) -> Invoice:
        one = replace(invoice.lines[0], vat=vat, vat_amount=amount)
        total = D(400) + amount
        return replace(
            invoice,
            lines=(one,),
            line_count=1,
            allowances_charges=(),
            vat_breakdown=(VatBreakdown(vat, D(400), amount),),
            totals=replace(
                invoice.totals,
                lines=D(400),
                allowances=None,
                charges=None,
                tax_exclusive=D(400),
                vat=amount,
                tax_inclusive=total,
                prepaid=None,
                payable=total,
            ),
            **changes,
        )

    return edit


def early_payment(invoice: Invoice) -> Invoice:
    """With a cash discount: what VAT is worked out on is then no longer what the lines come to."""
    return replace(invoice, payment_terms=(PaymentTerms(cash_discount=CashDiscount(D(2), D(8), None, LAST_DAY)),))


def vat_of(full: tuple[str, str], reduced: tuple[str, str], *, exclusive: str = "440.00") -> Edit:
    """Another VAT summary (taxable and VAT of 21 % and 6 %), the totals following it."""

    def edit(invoice: Invoice) -> Invoice:
        parts = (VatBreakdown(FULL, *map(D, full)), VatBreakdown(REDUCED, *map(D, reduced)))
        vat = D(full[1]) + D(reduced[1])
        total = D(exclusive) + vat
        summed = replace(
            invoice.totals, tax_exclusive=D(exclusive), vat=vat, tax_inclusive=total, prepaid=None, payable=total
        )
        return replace(invoice, vat_breakdown=parts, totals=summed)

    return edit


def document_entry(position: int, **changes: Any) -> Edit:
    """Changes the allowance (0) or the charge (1) of the document."""

    def edit(invoice: Invoice) -> Invoice:
        entries = list(invoice.allowances_charges)
        entries[position] = replace(entries[position], **changes)
        return replace(invoice, allowances_charges=tuple(entries))

    return edit


def shifted_vat(category: str, code: str) -> VatCategory:
    return VatCategory(category, D(0), code, "btw verlegd")


def discounted(**changes: Any) -> Edit:
    """One line of 400 with a cash discount of 2 % as e-fff 3.0 states it (reference 6.3)."""
    exempt = VatBreakdown(VatCategory("E", D(0), "NA", "Cash Discount"), D(8), D(0))
    parts = (VatBreakdown(FULL, D(392), D("82.32")), exempt)

    def edit(invoice: Invoice) -> Invoice:
        plain = under(FULL, amount=D("82.32"))(invoice)
        discount = replace(CashDiscount(D(2), D(8), None, LAST_DAY), **changes)
        one = replace(plain.lines[0], vat_subtotals=parts)
        return replace(plain, lines=(one,), vat_breakdown=parts, payment_terms=(PaymentTerms("8 dagen", discount),))

    return edit


def under_two_codes(invoice: Invoice) -> Invoice:
    """Half of what is exempt under a code that no line has."""
    exempt = VatCategory("E", D(0), "NA", "vrijgesteld")
    half = VatBreakdown(exempt, D(200), NOTHING)
    other = replace(half, vat=replace(exempt, belgian_code="00/44"))
    return replace(under(exempt)(invoice), vat_breakdown=(half, other))
