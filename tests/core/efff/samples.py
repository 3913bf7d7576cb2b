"""One invoice with which nothing is wrong, for tests to break in one place."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from core.efff.invoice import (
    AllowanceCharge,
    Attachment,
    Invoice,
    Item,
    Line,
    PaymentMeans,
    PaymentTerms,
    Price,
    References,
    Totals,
    VatBreakdown,
    VatCategory,
)
from core.efff.party import Address, Contact, Identifier, Party
from core.efff.report import PdfVerdict

FULL = VatCategory("S", Decimal(21), "03")
REDUCED = VatCategory("AA", Decimal(6), "01")
OPENS = PdfVerdict(True, None, 1)

SUPPLIER = Party(
    trade_name="Garage Peeters",
    legal_name="Garage Peeters BV",
    vat_number="BE0477472701",
    enterprise_number="0477472701",
    endpoint=Identifier("0477472701", "0208"),
    address=Address(street="Stationsstraat 12", city="Leuven", postal_code="3000", country="BE"),
    contact=Contact("Boekhouding", "016 00 00 00", "", "facturen@example.com"),
)
CUSTOMER = Party(
    trade_name="Bakkerij De Smet",
    legal_name="Bakkerij De Smet NV",
    vat_number="BE0505890632",
    enterprise_number="0505890632",
    address=Address(street="Markt 1", city="Gent", postal_code="9000", country="BE"),
)

GOOD = Invoice(
    number="2026/0042",
    source_type_code="380",
    issue_date=date(2026, 1, 31),
    due_date=date(2026, 3, 2),
    tax_point_date=date(2026, 1, 31),
    currency="EUR",
    notes=("Dank u voor uw vertrouwen.",),
    references=References(order="PO-7"),
    supplier=SUPPLIER,
    customer=CUSTOMER,
    payment_means=(
        PaymentMeans(
            code="30",
            due_date=date(2026, 3, 2),
            structured_communication="090933755493",
            reference="+++090/9337/55493+++",
            account="BE68539007547034",
            bic="GKCCBEBB",
        ),
    ),
    payment_terms=(PaymentTerms("30 dagen"),),
    allowances_charges=(
        AllowanceCharge(False, Decimal(20), Decimal(400), Decimal(5), "Korting", vat=FULL),
        AllowanceCharge(True, Decimal(10), reason="Verzending", vat=REDUCED),
    ),
    vat_breakdown=(
        VatBreakdown(FULL, Decimal("380.00"), Decimal("79.80")),
        VatBreakdown(REDUCED, Decimal("60.00"), Decimal("3.60")),
    ),
    totals=Totals(
        lines=Decimal("450.00"),
        allowances=Decimal(20),
        charges=Decimal(10),
        tax_exclusive=Decimal("440.00"),
        vat=Decimal("83.40"),
        tax_inclusive=Decimal("523.40"),
        prepaid=Decimal("23.40"),
        payable=Decimal("500.00"),
    ),
    lines=(
        Line(
            "1",
            quantity=Decimal(2),
            unit="HUR",
            net_amount=Decimal("400.00"),
            vat=FULL,
            vat_amount=Decimal("84.00"),
            item=Item("Werkuren"),
            price=Price(Decimal(200)),
        ),
        Line(
            "2",
            quantity=Decimal(20),
            unit="C62",
            net_amount=Decimal("50.00"),
            allowances_charges=(AllowanceCharge(False, Decimal(10), Decimal(60), reason="Actie"),),
            vat=REDUCED,
            vat_amount=Decimal("3.00"),
            item=Item("Koffie"),
            price=Price(Decimal(30), base_quantity=Decimal(10)),
        ),
    ),
    attachments=(Attachment("2026-0042.pdf", "CommercialInvoice", mime="application/pdf", content="JVBERi0="),),
    line_count=2,
    software="Boekhouder 7",
)
