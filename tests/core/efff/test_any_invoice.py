"""Any invoice that has what the law asks for becomes a valid file, whatever else it says."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from typing import get_args, get_origin, get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.efff import vat
from core.efff.formats import Format
from core.efff.invoice import (
    AllowanceCharge,
    Attachment,
    CashDiscount,
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
    VatCategory,
)
from core.efff.party import Address, Contact, Identifier, Party
from core.efff.reader import read
from core.efff.writer import write
from tests.core.efff.corpus_files import DOCUMENTS, faults

TEXT = st.text(st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"), max_size=6)
FILLED = st.text("abcÄ€&<>\"'\u2028 \r\n\t0-9/", min_size=1, max_size=12).filter(lambda text: bool(text.strip()))
AMOUNT = st.decimals(-(10**9), 10**9, allow_nan=False, places=4) | st.sampled_from([Decimal("1E+3"), Decimal("-0")])
DAY = st.dates(date(1990, 1, 1), date(2090, 1, 1))
CATEGORY = st.builds(
    VatCategory,
    st.sampled_from(["S", "Z", "E", "AE", "K", "G", "O", "L", "AA", "H", ""]),
    st.sampled_from([None, Decimal(0), Decimal(6), Decimal("12.0"), Decimal(21), Decimal("2.1")]),
    st.sampled_from(["", "", "03", "46/GO", "FD", "OSS-G", "x"]),
    TEXT,
    TEXT,
)

st.register_type_strategy(str, TEXT)
st.register_type_strategy(Decimal, AMOUNT)
st.register_type_strategy(date, DAY)
st.register_type_strategy(VatCategory, CATEGORY)
st.register_type_strategy(Identifier, st.builds(Identifier, FILLED, TEXT))


def everything(kind: type, **given: st.SearchStrategy) -> st.SearchStrategy:
    """Instances with all their fields, by type where no strategy is given; collections stay short."""
    hints = get_type_hints(kind)
    names = [one.name for one in fields(kind) if one.init]
    return st.builds(kind, **{name: given[name] if name in given else _by_type(hints[name]) for name in names})


def _by_type(hint: object) -> st.SearchStrategy:
    if get_origin(hint) is tuple and get_args(hint)[-1] is Ellipsis:
        return st.lists(st.from_type(get_args(hint)[0]), max_size=2).map(tuple)
    return st.from_type(hint)


st.register_type_strategy(DocumentReference, everything(DocumentReference, id=FILLED))
for plain_type in (
    Address,
    CashDiscount,
    Classification,
    Contact,
    LegalMention,
    Period,
    References,
    Item,
    Delivery,
    PaymentTerms,
    AllowanceCharge,
):
    st.register_type_strategy(plain_type, everything(plain_type))
st.register_type_strategy(PaymentMeans, everything(PaymentMeans, code=st.sampled_from(["", "30", "49", "59", "48"])))

PDF = Attachment("42.pdf", mime="application/pdf", file_name="42.pdf", content="JVBERi0=")
PARTY = everything(Party, trade_name=FILLED)
st.register_type_strategy(Party, PARTY)
LINE = everything(
    Line,
    net_amount=AMOUNT,
    unit=st.sampled_from(["", "H87", "C62", "XBX", "?"]),
    allowances_charges=st.lists(everything(AllowanceCharge, amount=AMOUNT, vat=st.none()), max_size=2).map(tuple),
    vat_subtotals=st.lists(everything(VatBreakdown, taxable=AMOUNT, amount=AMOUNT), max_size=2).map(tuple),
    price=everything(Price, amount=AMOUNT, base_unit=st.sampled_from(["", "KMT"])),
)
INVOICE = everything(
    Invoice,
    number=FILLED,
    type_code=st.sampled_from(["380", "381"]),
    issue_date=DAY,
    currency=st.sampled_from(["EUR", "USD", "SEK"]),
    supplier=PARTY,
    customer=PARTY,
    allowances_charges=st.lists(everything(AllowanceCharge, amount=AMOUNT), max_size=2).map(tuple),
    vat_breakdown=st.lists(everything(VatBreakdown, taxable=AMOUNT, amount=AMOUNT), max_size=3).map(tuple),
    totals=everything(Totals, payable=AMOUNT),
    lines=st.lists(LINE, min_size=1, max_size=2).map(tuple),
    attachments=st.just(()),
)


@pytest.mark.corpus
@pytest.mark.skipif(not DOCUMENTS, reason="no corpus")
@given(INVOICE, st.sampled_from(list(Format)))
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_invoice_becomes_a_valid_file_and_is_read_back(invoice: Invoice, target: Format) -> None:
    assigned = vat.assign(invoice).invoice
    written = write(assigned, target, PDF)
    assert written.findings == ()
    assert faults(written.content, target) == []
    again = read(written.content)
    assert [finding for finding in again.findings if finding.rule != "V13"] == []
    assert again.invoice.type_code == invoice.type_code
    assert [line.net_amount for line in again.invoice.lines] == [line.net_amount for line in invoice.lines]
    assert again.invoice.totals.payable == invoice.totals.payable
    once_more = write(replace(vat.assign(again.invoice).invoice, attachments=()), target, PDF)
    assert faults(once_more.content, target) == []
