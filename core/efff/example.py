"""One small invoice as a whole e-fff file, for the printed profile: made-up companies, the writer's own output."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Final

from core.efff.formats import Format
from core.efff.invoice import (
    CREDIT_NOTE,
    Attachment,
    DocumentReference,
    Invoice,
    Item,
    Line,
    PaymentMeans,
    Price,
    References,
    Totals,
    VatBreakdown,
    VatCategory,
)
from core.efff.party import Address, Party
from core.efff.writer import write

NET, VAT, GROSS = Decimal(400), Decimal(84), Decimal(484)
STANDARD = VatCategory("S", Decimal(21), "03")

INVOICE: Final = Invoice(
    number="2026/0042",
    source_type_code="380",
    issue_date=date(2026, 1, 31),
    due_date=date(2026, 3, 2),
    currency="EUR",
    notes=("Thank you for your order.",),
    references=References(order="PO-7"),
    supplier=Party(
        legal_name="Example Seller NV",
        vat_number="BE0000000196",
        enterprise_number="0000000196",
        address=Address("Kerkstraat 1", city="Gent", postal_code="9000", country="BE"),
    ),
    customer=Party(
        legal_name="Example Buyer SA",
        vat_number="BE0000000295",
        enterprise_number="0000000295",
        address=Address("Rue Haute 2", city="Namur", postal_code="5000", country="BE"),
    ),
    payment_means=(
        PaymentMeans(
            "30",
            due_date=date(2026, 3, 2),
            structured_communication="090933755493",
            reference="+++090/9337/55493+++",
            account="BE54000000000097",
            bic="BPOTBEB1",
        ),
    ),
    vat_breakdown=(VatBreakdown(STANDARD, NET, VAT),),
    totals=Totals(lines=NET, tax_exclusive=NET, tax_inclusive=GROSS, payable=GROSS, vat=VAT),
    lines=(
        Line(
            "1",
            quantity=Decimal(2),
            unit="C62",
            net_amount=NET,
            vat=STANDARD,
            vat_amount=VAT,
            item=Item("Article"),
            price=Price(Decimal(200)),
        ),
    ),
    line_count=1,
)

CREDITED: Final = replace(
    INVOICE,
    number="2026/0043",
    type_code=CREDIT_NOTE,
    source_type_code=CREDIT_NOTE,
    due_date=None,
    payment_means=(PaymentMeans("30", account="BE54000000000097"),),
    references=References(preceding_invoices=(DocumentReference("2026/0042", date(2026, 1, 31)),)),
)


def examples(target: Format) -> tuple[str, ...]:
    """An invoice and a credit note, whole but for their PDF, of which the beginning stands."""
    return tuple(_written(invoice, target) for invoice in (INVOICE, CREDITED))


def _written(invoice: Invoice, target: Format) -> str:
    name = f"{invoice.number.replace('/', '')}.pdf"
    pdf = Attachment(id=name, mime="application/pdf", file_name=name, content="JVBERi0xLjcK")
    return write(invoice, target, pdf).content.decode("utf-8")
