"""Reading what was written gives the same invoice, whatever it holds: all that EN 16931 invoices carry, both formats.

Compared whole, not in parts. What 1.0 has no place for (a line's period, legal mentions, VAT once more in another
currency) is only in the invoices of 3.0; that 1.0 lists it as dropped is said in `test_writer`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from core.efff.formats import Format
from core.efff.invoice import (
    AllowanceCharge,
    Attachment,
    Classification,
    Delivery,
    DocumentReference,
    Invoice,
    Item,
    LegalMention,
    Line,
    PaymentMeans,
    PaymentTerms,
    Period,
    Price,
    References,
    Totals,
    VatBreakdown,
)
from core.efff.party import Address, Contact, Identifier, Party
from core.efff.reader import read
from core.efff.writer import write
from tests.core.efff.corpus_files import DOCUMENTS, faults
from tests.core.efff.edits import discounted
from tests.core.efff.samples import CUSTOMER, FULL, GOOD, REDUCED, SUPPLIER

BUYER = replace(CUSTOMER, endpoint=Identifier(CUSTOMER.enterprise_number, "0208"))
PDF = Attachment("2026-0042.pdf", mime="application/pdf", file_name="2026-0042.pdf", content="JVBERi0=")
TEXT = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), min_size=1, max_size=8)
MONEY = st.decimals(-(10**7), 10**7, places=2)
POSITIVE = st.decimals("0.01", 10**6, places=2)
DAY = st.dates(date(2000, 1, 1), date(2099, 12, 31))
FOUR = st.decimals("0.0001", 10**4, places=4)
CODES = st.sampled_from([FULL, REDUCED])
ADDRESS = st.builds(Address, TEXT, TEXT, st.tuples(TEXT), TEXT, TEXT, TEXT, st.sampled_from(["BE", "NL", "FR"]), TEXT)
PARTY = st.builds(
    Party,
    trade_name=TEXT.map(lambda name: f"T {name}"),
    legal_name=TEXT.map(lambda name: f"L {name}"),
    vat_number=st.sampled_from(["", "NL810433941B01", "DE136695976"]),
    identifiers=st.lists(st.builds(Identifier, TEXT, st.just("0088")), max_size=2, unique=True).map(tuple),
    address=st.none() | ADDRESS,
    contact=st.none() | st.builds(Contact, TEXT, TEXT, TEXT, TEXT),
)
PERIOD = st.builds(Period, DAY, DAY)
AT_LINE = st.builds(AllowanceCharge, st.booleans(), MONEY, st.none() | MONEY, st.none() | POSITIVE, TEXT, st.just("95"))
AT_DOCUMENT = st.builds(lambda entry, vat: replace(entry, vat=vat), AT_LINE, CODES)
MEANS = st.one_of(
    st.builds(
        PaymentMeans, st.just("58"), account=st.just("BE68539007547034"), account_name=TEXT, bic=st.just("GKCCBEBB")
    ),
    st.builds(PaymentMeans, st.just("48"), card_number=st.just("1234"), card_network=st.just("VISA"), card_holder=TEXT),
    st.builds(PaymentMeans, st.just("30"), reference=TEXT.map(lambda text: f"R{text}"), account=st.just("123-456")),
    st.just(PaymentMeans("30", structured_communication="090933755493", reference="090933755493")),
)
ITEM = st.builds(
    Item,
    TEXT.map(lambda name: f"N {name}"),
    st.just("") | TEXT.map(lambda text: f"D {text}"),
    TEXT,
    TEXT,
    st.none() | st.builds(Identifier, TEXT, st.just("0160")),
    st.lists(st.builds(Classification, TEXT, st.just("STI"), TEXT), max_size=2).map(tuple),
    st.sampled_from(["", "CN"]),
    st.lists(st.tuples(TEXT, TEXT), max_size=2).map(tuple),
)
LINE = st.builds(
    Line,
    id=TEXT,
    notes=st.just(()) | st.tuples(TEXT),
    quantity=FOUR | FOUR.map(lambda many: -many),
    unit=st.sampled_from(["C62", "HUR", "KGM", ""]),
    net_amount=MONEY,
    order_line=TEXT,
    accounting_cost=TEXT,
    object_id=st.none() | st.builds(Identifier, TEXT, st.just("ABT")),
    allowances_charges=st.lists(AT_LINE, max_size=2).map(tuple),
    vat=CODES,
    vat_amount=MONEY,
    item=ITEM,
    price=st.builds(Price, FOUR, st.none() | FOUR),
)
REFERENCES = st.builds(
    References,
    project=st.just("") | TEXT,
    contracts=st.lists(TEXT, max_size=2).map(tuple),
    order=TEXT,
    order_date=st.none() | DAY,
    sales_order=st.just("") | TEXT,
    receipts=st.lists(TEXT, max_size=2).map(tuple),
    despatches=st.lists(TEXT, max_size=2).map(tuple),
    originators=st.lists(TEXT, max_size=1).map(tuple),
    accounting_cost=st.just("") | TEXT,
    preceding_invoices=st.lists(st.builds(DocumentReference, TEXT, st.none() | DAY), max_size=2).map(tuple),
)
TOTALS = st.builds(
    Totals,
    lines=MONEY,
    allowances=st.none() | POSITIVE,
    charges=st.none() | POSITIVE,
    tax_exclusive=MONEY,
    vat=MONEY,
    tax_inclusive=MONEY,
    prepaid=st.none() | POSITIVE,
    rounding=st.none() | st.sampled_from([Decimal("0.01"), Decimal("-0.02")]),
    payable=MONEY,
)
DELIVERY = st.builds(Delivery, DAY, st.none() | st.builds(Identifier, TEXT, st.just("0088")), st.none() | ADDRESS, TEXT)
ATTACHED = st.builds(
    Attachment,
    TEXT.map(lambda name: f"{name}.csv"),
    TEXT,
    mime=st.just("text/csv"),
    file_name=TEXT,
    content=st.just("AAAA"),
)


@st.composite
def invoices(draw: st.DrawFn, target: Format) -> Invoice:
    """An invoice with any of the features, as a reader would give it."""
    third = target is Format.EFFF_3
    due = draw(DAY)
    line = LINE
    if third:
        line = st.builds(lambda one, period: replace(one, period=period), LINE, st.none() | PERIOD)
    lines = tuple(draw(st.lists(line, min_size=1, max_size=3)))
    kind = draw(st.sampled_from(["380", "381"]))
    currency = draw(st.sampled_from(["EUR", "USD"]))
    breakdown = st.builds(VatBreakdown, CODES, MONEY, MONEY, MONEY if currency != "EUR" else st.none())
    mentions = (LegalMention("BELM-008", "to be refunded"),) if third and draw(st.booleans()) else ()
    return Invoice(
        number=draw(TEXT),
        type_code=kind,
        source_type_code=kind,
        issue_date=draw(DAY),
        due_date=due,
        tax_point_date=draw(DAY),
        currency=currency,
        vat_currency="SEK" if (foreign := third and draw(st.booleans())) else "",
        period=draw(st.none() | PERIOD),
        notes=tuple(draw(st.lists(TEXT, max_size=2))),
        references=replace(draw(REFERENCES), buyer_reference=draw(TEXT) if third and kind == "380" else ""),
        supplier=draw(PARTY | st.just(SUPPLIER)),
        customer=replace(draw(PARTY | st.just(BUYER)), account_id=draw(st.just("") | TEXT)),
        payee=draw(st.none() | PARTY),
        tax_representative=draw(st.none() | PARTY),
        deliveries=tuple(replace(one, mentions=mentions) for one in draw(st.lists(DELIVERY, max_size=1))),
        payment_means=tuple(replace(one, due_date=due) for one in draw(st.lists(MEANS, min_size=1, max_size=2))),
        payment_terms=tuple(draw(st.lists(st.builds(PaymentTerms, TEXT), max_size=1))),
        allowances_charges=tuple(draw(st.lists(AT_DOCUMENT, max_size=2))),
        vat_breakdown=tuple(draw(st.lists(breakdown, min_size=1, max_size=3))),
        totals=replace(draw(TOTALS), vat_in_accounting_currency=draw(MONEY) if foreign else None),
        lines=lines,
        attachments=tuple(draw(st.lists(ATTACHED, max_size=2))),
        copy=draw(st.booleans()),
        line_count=len(lines),
    )


def read_back(invoice: Invoice, target: Format) -> Invoice:
    """What reading gives of the written file, which must be valid, without its own PDF."""
    written = write(invoice, target, PDF)
    assert written.findings == ()
    assert {one.code for one in written.dropped} <= {"not_in_this_version"}
    if DOCUMENTS:
        assert faults(written.content, target) == []
    found = read(written.content)
    assert found.invoice is not None
    assert {one.code for one in found.not_taken()} <= {"says_itself_what_it_is", "list_written_anew"}
    own, *others = found.invoice.attachments
    assert own.content == PDF.content
    return replace(found.invoice, attachments=tuple(others))


@pytest.mark.parametrize("target", list(Format))
def test_whatever_an_invoice_holds_it_is_read_back_as_it_was(target: Format) -> None:
    @given(invoices(target))
    @settings(
        max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), database=None, phases=[Phase.generate]
    )
    def the_same(invoice: Invoice) -> None:
        assert read_back(invoice, target) == invoice

    the_same()


@pytest.mark.parametrize("target", list(Format))
def test_a_cash_discount_is_read_back_as_it_was(target: Format) -> None:
    means = replace(GOOD.payment_means[0], reference="090933755493")
    invoice = discounted()(replace(GOOD, customer=BUYER, payment_means=(means,), attachments=()))
    assert read_back(invoice, target) == invoice
