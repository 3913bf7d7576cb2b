"""What the writer puts where, and what it says about what it cannot."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from lxml import etree

from core.efff.convert import Conversion, PdfOrigin, convert
from core.efff.formats import Format
from core.efff.invoice import (
    Attachment,
    CashDiscount,
    Delivery,
    Invoice,
    LegalMention,
    PaymentMeans,
    PaymentTerms,
    Period,
    Price,
)
from core.efff.party import Identifier
from core.efff.pdf import render
from core.efff.reader import read
from core.efff.writer import Written, write
from core.efff.writing.sheet import plain
from tests.core.efff.corpus_files import DOCUMENTS, faults
from tests.core.efff.documents import ORDER, TYPE, attachment, document
from tests.core.efff.samples import CUSTOMER, GOOD, SUPPLIER

PDF = Attachment("2026-0042.pdf", mime="application/pdf", file_name="2026-0042.pdf", content="JVBERi0=")
SPACES = {
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
}


def written(invoice: Invoice, target: Format = Format.EFFF_1) -> Written:
    result = write(replace(invoice, attachments=()), target, PDF)
    if DOCUMENTS and not result.findings:
        assert faults(result.content, target) == []
    return result


def values(result: Written | Conversion, path: str) -> list[str]:
    """The values at a path below the root, such as cac:PaymentMeans/cbc:InstructionID or an attribute."""
    content = result.content if isinstance(result, Written) else result.output
    found = etree.fromstring(content).xpath(f"/*/{path}", namespaces=SPACES)
    return [str(one) if isinstance(one, str) else one.text for one in found]


def dropped(result: Written) -> dict[str, str]:
    return {one.path: one.code for one in result.dropped}


def test_1_0_says_what_it_is() -> None:
    result = written(GOOD)
    assert values(result, "cbc:UBLVersionID") == ["2.0"]
    assert values(result, "cbc:CustomizationID") == ["1.0"]
    assert values(result, "cbc:ProfileID")[0].startswith("E-FFF.BE banqup-pingwin ")
    assert result.content.startswith(b'<?xml version="1.0" encoding="UTF-8"?>\n<Invoice xmlns="urn:oasis')


def test_a_credit_note_is_an_invoice_of_type_381_in_1_0_and_a_document_of_its_own_in_3_0() -> None:
    credit = replace(GOOD, type_code="381", source_type_code="381")
    first, third = written(credit), written(credit, Format.EFFF_3)
    assert values(first, "cbc:InvoiceTypeCode") == ["381"]
    assert len(values(first, "cac:InvoiceLine/cbc:InvoicedQuantity")) == 2
    assert values(third, "cbc:CreditNoteTypeCode") == ["381"]
    assert len(values(third, "cac:CreditNoteLine/cbc:CreditedQuantity")) == 2
    assert "biitrns014" in values(third, "cbc:CustomizationID")[0]
    assert values(third, "cac:AdditionalDocumentReference/cbc:DocumentType")[1] == "CreditNote"


def test_3_0_names_the_software_first_and_then_the_pdf() -> None:
    result = written(GOOD, Format.EFFF_3)
    assert values(result, "cac:AdditionalDocumentReference/cbc:ID") == ["eFFF", "2026/0042"]
    software, kind = values(result, "cac:AdditionalDocumentReference/cbc:DocumentType")
    assert software.startswith("banqup-pingwin ")
    assert kind == "CommercialInvoice"


def test_the_rate_and_the_vat_code_stand_where_each_version_looks_for_them() -> None:
    for target in Format:
        result = written(GOOD, target)
        assert values(result, "cac:TaxTotal/cac:TaxSubtotal/cbc:Percent") == ["21.00", "6.00"]
        assert values(result, "cac:TaxTotal/cac:TaxSubtotal/cac:TaxCategory/cbc:Percent") == ["21.00", "6.00"]
        assert values(result, "cac:TaxTotal/cac:TaxSubtotal/cac:TaxCategory/cbc:Name") == ["03", "01"]
        assert values(result, "cac:TaxTotal/cac:TaxSubtotal/cac:TaxCategory/cbc:ID") == ["S", "AA"]
        line = "cac:InvoiceLine/cac:"
        assert values(result, f"{line}TaxTotal/cac:TaxSubtotal/cac:TaxCategory/cbc:Name") == ["03", "01"]
        assert values(result, f"{line}Item/cac:ClassifiedTaxCategory/cbc:Name") == ["03", "01"]
        assert values(result, "cac:AllowanceCharge/cac:TaxCategory/cbc:Name") == ["03", "01"]


@pytest.mark.parametrize("target", list(Format))
def test_a_structured_communication_that_verifies_is_written_as_digits(target: Format) -> None:
    result = written(GOOD, target)
    first = target is Format.EFFF_1
    assert values(result, "cac:PaymentMeans/cbc:InstructionID") == (["090933755493"] if first else [])
    expected = "+++090/9337/55493+++" if first else "090933755493"
    assert values(result, "cac:PaymentMeans/cbc:PaymentID") == [expected]


def test_one_that_does_not_verify_stays_the_text_it_is() -> None:
    means = PaymentMeans("30", structured_communication="123456789012", reference="+++123/4567/89012+++")
    result = written(replace(GOOD, payment_means=(means,)))
    assert values(result, "cac:PaymentMeans/cbc:InstructionID") == []
    assert values(result, "cac:PaymentMeans/cbc:InstructionNote") == ["+++123/4567/89012+++"]
    assert values(result, "cac:PaymentMeans/cbc:PaymentID") == ["+++123/4567/89012+++"]


def test_a_due_date_without_payment_means_has_a_place_in_1_0() -> None:
    result = written(replace(GOOD, payment_means=()))
    assert values(result, "cac:PaymentMeans/cbc:PaymentMeansCode") == ["1"]
    assert values(result, "cac:PaymentMeans/cbc:PaymentDueDate") == ["2026-03-02"]
    assert "payment_means_not_stated" in {one.code for one in result.derived}


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ("HUR", ["HUR"]),
        ("H87", ["C62"]),
        ("XBX", ["BX"]),
        ("E49", ["DAY"]),
        ("KMT", ["KTM"]),
        ("1N", []),
        ("X1Z", []),
        ("", []),
    ],
)
def test_units_of_today_become_those_of_2007(unit: str, expected: list[str]) -> None:
    lines = (replace(GOOD.lines[0], unit=unit),)
    first, third = (written(replace(GOOD, lines=lines), target) for target in Format)
    path = "cac:InvoiceLine/cbc:InvoicedQuantity/@unitCode"
    assert values(first, path) == expected
    assert values(third, path) == ([unit] if unit else [])
    told = "cac:InvoiceLine[1]/cbc:InvoicedQuantity/@unitCode" in dropped(first)
    assert told is (expected != ([unit] if unit else []))


def test_a_currency_that_1_0_does_not_know_blocks_it_and_not_3_0() -> None:
    lei = replace(GOOD, currency="RON")
    assert [(one.rule, one.blocks) for one in write(lei, Format.EFFF_1, PDF).findings] == [("V03", True)]
    assert written(lei, Format.EFFF_3).findings == ()


def test_what_1_0_has_no_place_for_goes_to_a_note_and_is_said() -> None:
    references = replace(GOOD.references, buyer_reference="0150abc")
    mention = LegalMention("BELM-008", "VAT to be refunded")
    rich = replace(
        GOOD,
        references=references,
        deliveries=(Delivery(date(2026, 1, 30), mentions=(mention,)),),
        vat_currency="USD",
        totals=replace(GOOD.totals, vat_in_accounting_currency=Decimal("91.5")),
        supplier=replace(SUPPLIER, legal_form="BV"),
        lines=(replace(GOOD.lines[0], period=Period(date(2026, 1, 1), date(2026, 1, 31))),),
        line_count=1,
    )
    first, third = written(rich), written(rich, Format.EFFF_3)
    notes = "\n".join(values(first, "cbc:Note"))
    for text in ("0150abc", "VAT to be refunded", "BELM-008", "USD: 91.50", "BV"):
        assert text in notes
    assert values(first, "cac:InvoiceLine/cbc:Note") == ["Periode / Période: 2026-01-01 - 2026-01-31"]
    told = dropped(first)
    assert told["cbc:BuyerReference"] == "kept_as_note"
    assert told["cac:InvoiceLine[1]/cac:InvoicePeriod/cbc:StartDate"] == "kept_as_line_note"
    assert third.dropped == ()
    assert values(third, "cbc:Note") == list(GOOD.notes)


def test_the_buyers_reference_stands_in_for_a_missing_order_number() -> None:
    references = replace(GOOD.references, order="", buyer_reference="0150abc")
    result = written(replace(GOOD, references=references))
    assert values(result, "cac:OrderReference/cbc:ID") == ["0150abc"]
    assert dropped(result)["cbc:BuyerReference"] == "kept_as_order_number"


def test_a_cash_discount_is_written_as_the_discount_itself() -> None:
    discount = CashDiscount(Decimal(2), None, Decimal("490.00"), date(2026, 2, 7))
    result = written(replace(GOOD, payment_terms=(PaymentTerms("", discount),)), Format.EFFF_3)
    terms = "cac:PaymentTerms/"
    assert values(result, f"{terms}cbc:Amount") == ["10.00"]
    assert values(result, f"{terms}cac:SettlementPeriod/cbc:EndDate") == ["2026-02-07"]
    reasons = values(result, "cac:InvoiceLine/cac:TaxTotal/cac:TaxSubtotal/cac:TaxCategory/cbc:TaxExemptionReason")
    assert reasons == ["Cash Discount", "Cash Discount"]


def test_a_direct_debit_keeps_its_mandate() -> None:
    means = PaymentMeans("59", mandate="M-1", debited_account="BE54000000000097")
    debit = replace(GOOD, payment_means=(means,), payment_terms=())
    assert "M-1 BE54000000000097" in values(written(debit), "cac:PaymentTerms/cbc:Note")[0]
    assert values(written(debit, Format.EFFF_3), "cac:PaymentMeans/cac:PaymentMandate/cbc:ID") == ["M-1"]


def test_a_discount_inside_the_price_is_listed_in_1_0() -> None:
    price = Price(Decimal(180), discount=Decimal(20), gross=Decimal(200))
    discounted = replace(GOOD, lines=(replace(GOOD.lines[0], price=price),), line_count=1)
    assert dropped(written(discounted)) == {
        "cac:InvoiceLine[1]/cac:Price/cac:AllowanceCharge[1]/cbc:ChargeIndicator": "not_in_this_version",
        "cac:InvoiceLine[1]/cac:Price/cac:AllowanceCharge[1]/cbc:Amount": "not_in_this_version",
        "cac:InvoiceLine[1]/cac:Price/cac:AllowanceCharge[1]/cbc:BaseAmount": "not_in_this_version",
    }
    assert written(discounted, Format.EFFF_3).dropped == ()


def test_enterprise_numbers_are_marked_as_each_version_does() -> None:
    first, third = written(GOOD), written(GOOD, Format.EFFF_3)
    supplier = "cac:AccountingSupplierParty/cac:Party/"
    assert values(first, f"{supplier}cac:PartyIdentification/cbc:ID/@schemeAgencyName") == ["KBO"]
    assert values(first, f"{supplier}cac:PartyIdentification/cbc:ID") == ["0477472701"]
    assert values(third, f"{supplier}cbc:EndpointID/@schemeID") == ["BE:CBE"]
    assert values(third, f"{supplier}cac:PartyTaxScheme/cbc:CompanyID/@schemeID") == ["BE:VAT"]
    assert values(third, f"{supplier}cac:PartyLegalEntity/cbc:CompanyID/@schemeID") == ["BE:CBE"]


def test_text_cannot_become_markup_and_illegal_signs_are_left_out() -> None:
    nasty = 'a & b < c > d "e" \x00\x08\x0b\ufffe\ud800 ]]> <!-- é €'
    party = replace(CUSTOMER, trade_name=nasty, identifiers=(Identifier("1", 'x" y="<&\n'),))
    result = read(written(replace(GOOD, customer=party, notes=(nasty,))).content).invoice
    assert result.customer.trade_name == result.notes[0] == 'a & b < c > d "e"  ]]> <!-- é €'
    assert result.customer.identifiers[0].scheme == 'x" y="<&'


@pytest.mark.parametrize(
    ("value", "decimals", "expected"),
    [
        ("400", 2, "400.00"),
        ("8.345", 2, "8.345"),
        ("8.3450", 2, "8.345"),
        ("1E+3", 2, "1000.00"),
        ("1E-7", 0, "0.0000001"),
        ("-0.5", 2, "-0.50"),
        ("100", 0, "100"),
        ("0.00", 2, "0.00"),
        ("1234567890123456789012345678901234567.89", 2, "1234567890123456789012345678901234567.89"),
    ],
)
def test_numbers_are_written_plainly_and_whole(value: str, decimals: int, expected: str) -> None:
    assert plain(Decimal(value), decimals) == expected


def test_a_missing_mandatory_value_is_named_and_blocks() -> None:
    result = write(replace(GOOD, issue_date=None, lines=()), Format.EFFF_1, PDF)
    assert {(one.where, one.blocks) for one in result.findings} == {("cbc:IssueDate", True), ("cac:InvoiceLine", True)}


def real_pdf() -> bytes:
    return render(GOOD)


def test_the_pdf_beside_the_xml_goes_before_the_one_inside() -> None:
    conversion = convert(document(attachment("JVBERi0=", number="42.pdf", kind="CommercialInvoice")), pdf=real_pdf())
    assert conversion.pdf_origin is PdfOrigin.DELIVERED
    body = "/Invoice/cac:AdditionalDocumentReference[1]/cac:Attachment/cbc:EmbeddedDocumentBinaryObject"
    assert (body, "pdf_replaced_by_delivered") in {(one.path, one.code) for one in conversion.dropped}
    assert len(values(conversion, "cac:AdditionalDocumentReference")) == 1


def test_what_is_no_pdf_is_replaced_by_one_drawn_and_said() -> None:
    conversion = convert(document(attachment("UERGIFRlc3Q=")), pdf=b"<html>signed out</html>")
    assert conversion.pdf_origin is PdfOrigin.RENDERED
    rules = {finding.rule for finding in conversion.findings}
    assert {"V20", "V22"} <= rules
    assert conversion.ok


def test_an_attachment_that_1_0_cannot_hold_is_listed_and_3_0_keeps_it() -> None:
    sheet = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    source = document(attachment("AAAA", mime=sheet, number="uren.xlsx"))
    first, third = convert(source), convert(source, Format.EFFF_3)
    assert (first.dropped[0].value, first.dropped[0].code) == ("uren.xlsx", "attachment_kind_not_in_efff_1")
    assert values(third, "cac:AdditionalDocumentReference/cbc:ID") == ["eFFF", "2026/0042", "uren.xlsx"]


def test_other_attachments_follow_the_invoices_pdf() -> None:
    conversion = convert(document(attachment("bWlsYWdl", mime="text/csv", number="km.csv")))
    assert values(conversion, "cac:AdditionalDocumentReference/cbc:ID") == ["20260042.pdf", "km.csv"]


def test_another_type_is_written_as_380_and_said() -> None:
    conversion = convert(document((TYPE, "<cbc:InvoiceTypeCode>384</cbc:InvoiceTypeCode>")))
    assert values(conversion, "cbc:InvoiceTypeCode") == ["380"]
    told = conversion.dropped[0]
    assert (told.path, told.value, told.code) == ("/Invoice/cbc:InvoiceTypeCode", "384", "type_replaced")


def test_a_value_the_reader_has_no_place_for_is_dropped_with_its_path() -> None:
    extra = "<cac:StatementDocumentReference><cbc:ID>S-1</cbc:ID></cac:StatementDocumentReference>"
    conversion = convert(document((ORDER, ORDER + extra)))
    told = conversion.dropped[0]
    assert (told.path, told.value) == ("/Invoice/cac:StatementDocumentReference/cbc:ID", "S-1")


def test_a_due_date_that_differs_from_that_of_the_means_is_told_where_it_has_no_place() -> None:
    moved = replace(GOOD, due_date=date(2026, 4, 1))
    assert dropped(written(moved))["cbc:DueDate"] == "due_date_of_means"
    assert values(written(moved, Format.EFFF_3), "cbc:DueDate") == ["2026-04-01"]


def test_a_reference_beside_a_structured_communication_is_kept_in_both_versions() -> None:
    means = replace(GOOD.payment_means[0], reference="invoice 42")
    for target in Format:
        result = written(replace(GOOD, payment_means=(means,)), target)
        texts = values(result, "cac:PaymentMeans/cbc:PaymentID") + values(
            result, "cac:PaymentMeans/cbc:InstructionNote"
        )
        assert "invoice 42" in texts


def test_vat_of_an_allowance_on_a_line_has_its_belgian_code_too() -> None:
    category = "<cac:TaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>21</cbc:Percent><cac:TaxScheme><cbc:ID>VAT</cbc:ID>"
    entry = (
        "<cac:AllowanceCharge><cbc:ChargeIndicator>false</cbc:ChargeIndicator>"
        f"<cbc:Amount currencyID='EUR'>1</cbc:Amount>{category}"
        "</cac:TaxScheme></cac:TaxCategory></cac:AllowanceCharge><cac:Item>"
    )
    conversion = convert(document(("<cac:Item>", entry)), Format.EFFF_3)
    assert values(conversion, "cac:InvoiceLine/cac:AllowanceCharge/cac:TaxCategory/cbc:Name") == ["03"]


def test_an_allowance_that_may_be_a_charge_is_not_guessed() -> None:
    entry = "<cac:AllowanceCharge><cbc:Amount currencyID='EUR'>1</cbc:Amount></cac:AllowanceCharge><cac:TaxTotal>"
    conversion = convert(document(("<cac:TaxTotal>", entry)))
    assert conversion.output is None
    [told] = [one for one in conversion.findings if one.rule == "V03"]
    assert (told.code, told.where) == ("required_value_missing", "/Invoice/cac:AllowanceCharge[1]/cbc:ChargeIndicator")


NO_CURRENCY = "<cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>", ""
ALLOWANCE = "<cac:AllowanceCharge><cbc:ChargeIndicator>false</cbc:ChargeIndicator></cac:AllowanceCharge>"


@pytest.mark.parametrize(
    ("edit", "where"),
    [
        (
            ('<cbc:TaxAmount currencyID="EUR">84.00</cbc:TaxAmount>\n<cac:TaxCategory>', "<cac:TaxCategory>"),
            "cac:TaxTotal/cac:TaxSubtotal[1]/cbc:TaxAmount",
        ),
        (("<cac:TaxTotal>", f"{ALLOWANCE}<cac:TaxTotal>"), "cac:AllowanceCharge[1]/cbc:Amount"),
        (NO_CURRENCY, "cbc:DocumentCurrencyCode"),
        (("<cac:Item>", f"{ALLOWANCE}<cac:Item>"), "cac:InvoiceLine[1]/cac:AllowanceCharge[1]/cbc:Amount"),
    ],
)
@pytest.mark.parametrize("target", list(Format))
def test_what_the_file_cannot_do_without_is_told_by_its_place_in_the_source(
    edit: tuple[str, str], where: str, target: Format
) -> None:
    source = document(edit)
    if edit == NO_CURRENCY:
        source = source.replace(b'PayableAmount currencyID="EUR"', b"PayableAmount")
    conversion = convert(source, target)
    assert conversion.output is None
    assert [one.where for one in conversion.findings if one.code == "required_value_missing"] == [f"/Invoice/{where}"]


def test_vat_once_more_in_another_currency_is_not_added_even_with_a_breakdown() -> None:
    total = (
        "<cac:TaxTotal><cbc:TaxAmount currencyID='SEK'>900</cbc:TaxAmount><cac:TaxSubtotal>"
        "<cbc:TaxableAmount currencyID='SEK'>4286</cbc:TaxableAmount>"
        "<cbc:TaxAmount currencyID='SEK'>900</cbc:TaxAmount></cac:TaxSubtotal></cac:TaxTotal><cac:LegalMonetaryTotal>"
    )
    currency = "<cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>"
    conversion = convert(
        document(
            ("<cac:LegalMonetaryTotal>", total), (currency, f"{currency}<cbc:TaxCurrencyCode>SEK</cbc:TaxCurrencyCode>")
        )
    )
    assert conversion.invoice.totals.vat == Decimal("84.00")
    assert "4286" in {one.value for one in conversion.dropped}
