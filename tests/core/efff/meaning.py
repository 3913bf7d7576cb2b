"""What two readings of one invoice must have in common, its source's and its e-fff file's."""

from __future__ import annotations

from dataclasses import replace

from core.efff.attachments import invoice_pdf
from core.efff.convert import Format
from core.efff.invoice import Invoice
from core.efff.party import Party


def meaning(invoice: Invoice, target: Format) -> Invoice:
    """The invoice without what a version spells otherwise, adds or cannot hold; the writer's tests look at those."""
    first = target is Format.EFFF_1
    references = (
        replace(invoice.references, buyer_reference="", order="", order_date=None) if first else invoice.references
    )
    return replace(
        invoice,
        notes=() if first else invoice.notes,
        references=references,
        tax_point_date=None,
        vat_currency="",
        source_type_code="",
        line_count=None,
        payment_terms=tuple(
            _without_sums(terms) for terms in invoice.payment_terms if terms.note or terms.cash_discount
        )
        if not any(means.mandate for means in invoice.payment_means) and not _direct_debit(invoice)
        else (),
        payment_means=tuple(
            replace(means, mandate="", debited_account="", reference=means.structured_communication or means.reference)
            for means in invoice.payment_means
        ),
        deliveries=tuple(
            kept
            for delivery in invoice.deliveries
            if (kept := replace(delivery, mentions=())) != replace(delivery, mentions=(), delivered_on=None)
            or kept.address
        ),
        totals=replace(
            invoice.totals,
            vat_in_accounting_currency=None,
            allowances=invoice.totals.allowances or None,
            charges=invoice.totals.charges or None,
            prepaid=invoice.totals.prepaid or None,
            rounding=invoice.totals.rounding or None,
        ),
        supplier=_party(invoice.supplier),
        customer=_party(invoice.customer),
        payee=_party(invoice.payee) if invoice.payee else None,
        tax_representative=_party(invoice.tax_representative) if invoice.tax_representative else None,
        vat_breakdown=tuple(replace(part, vat=_rate(part.vat)) for part in invoice.vat_breakdown),
        allowances_charges=tuple(
            replace(entry, vat=_rate(entry.vat) if entry.vat else None) for entry in invoice.allowances_charges
        ),
        lines=tuple(_line(line, first) for line in invoice.lines),
        attachments=tuple(
            replace(other, description="") for other in invoice.attachments if other is not invoice_pdf(invoice)
        ),
    )


def _direct_debit(invoice: Invoice) -> bool:
    return any(means.code in ("49", "59") for means in invoice.payment_means)


def _without_sums(terms: object) -> object:
    discount = terms.cash_discount
    return replace(terms, cash_discount=replace(discount, amount=None, amount_to_pay=None) if discount else None)


def _party(party: Party) -> Party:
    return replace(party, endpoint=None if party.enterprise_number else party.endpoint, legal_form="")


def _rate(vat: object) -> object:
    return replace(vat, category="", belgian_code="", exemption_reason="", rate=vat.rate or None)


def _line(line: object, first: bool) -> object:
    price = line.price and replace(line.price, base_unit="", **({"discount": None, "gross": None} if first else {}))
    return replace(
        line,
        notes=() if first else line.notes,
        period=None if first else line.period,
        unit="" if first else line.unit,
        price=price,
        vat=_rate(line.vat),
        vat_amount=None,
        vat_subtotals=tuple(replace(part, vat=_rate(part.vat)) for part in line.vat_subtotals if part.taxable)
        if len([part for part in line.vat_subtotals if part.taxable]) > 1
        else (),
    )
