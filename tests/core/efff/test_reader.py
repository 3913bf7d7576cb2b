"""All that real writers do to a UBL invoice is read (reference 9); what cannot be read is said."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from core.efff.formats import SourceFormat
from core.efff.invoice import Invoice
from core.efff.party import Identifier
from core.efff.reader import read
from tests.core.efff.documents import (
    CUSTOMIZATION,
    DUE_DATE,
    ID,
    ORDER,
    PEPPOL,
    PROFILE,
    REFERENCE,
    TYPE,
    attachment,
    document,
)


def invoice(*edits: tuple[str, str]) -> Invoice:
    found = read(document(*edits)).invoice
    assert found is not None
    return found


def said(*edits: tuple[str, str]) -> list[tuple[str, str]]:
    return [(finding.rule, finding.code) for finding in read(document(*edits)).findings]


@pytest.mark.parametrize(
    ("customization", "profile", "expected"),
    [
        (CUSTOMIZATION, PROFILE, SourceFormat.PEPPOL),
        ("urn:cen.eu:en16931:2017", "", SourceFormat.EN16931),
        ("urn:cen.eu:en16931:2017#conformant#urn:UBL.BE:1.0.0.20180214", PROFILE, SourceFormat.UBL_BE),
        ("1.0", "e-fff", SourceFormat.EFFF_1),
        ("1.0", "FFF.BE ExactOnline", SourceFormat.EFFF_1),
        ("1.0", "EFFF.BE Odoo 10.0", SourceFormat.EFFF_1),
        ("something", "E-FFF.BE BILLIT.BE", SourceFormat.EFFF_1),
        ("1.0", "", SourceFormat.EFFF_1),
        ("urn:x:biitrns010:ver2.0:extended:e-fff:ver3.0", "bii05", SourceFormat.EFFF_3),
        ("", "", SourceFormat.UBL),
        ("2.0", "other", SourceFormat.UBL),
    ],
)
def test_the_format_is_told_by_what_the_file_says(customization: str, profile: str, expected: SourceFormat) -> None:
    assert read(document((CUSTOMIZATION, customization), (PROFILE, profile))).source_format is expected


def test_a_software_reference_makes_it_3_0_whatever_else_it_says() -> None:
    reference = "<cac:AdditionalDocumentReference><cbc:ID>eFFF</cbc:ID><cbc:DocumentType>Wings 7</cbc:DocumentType>"
    edit = (ORDER, f"{ORDER}{reference}</cac:AdditionalDocumentReference>")
    reading = read(document(edit, (CUSTOMIZATION, "urn:UBL.BE")))
    assert reading.source_format is SourceFormat.EFFF_3
    assert reading.invoice.software == "Wings 7"
    assert reading.invoice.attachments == ()


def test_mixed_and_unknown_versions_are_named() -> None:
    assert said((CUSTOMIZATION, "1.0")) == [("V04", "versions_mixed")]
    assert said((CUSTOMIZATION, "")) == [("V04", "format_not_recognised")]


def test_elements_are_found_whatever_their_order() -> None:
    moved = invoice((DUE_DATE, ""), ("</Invoice>", f"{DUE_DATE}</Invoice>"), (ID, ""), (TYPE, f"{TYPE}{ID}"))
    assert moved == invoice()


def test_a_byte_order_mark_and_blanks_around_values_do_no_harm() -> None:
    reading = read(b"\xef\xbb\xbf" + document((">2026/0042<", ">\n   2026/0042\t<"), ('"EUR"', '"EUR "')))
    assert reading.findings == ()
    assert reading.invoice.number == "2026/0042"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "iso-8859-1", "windows-1252"])
def test_other_encodings_are_read_and_mentioned(encoding: str) -> None:
    text = PEPPOL.replace("UTF-8", encoding).replace("Leuven", "Liège")
    reading = read(text.encode(encoding))
    assert [finding.rule for finding in reading.findings] == ["V06"]
    assert reading.invoice.supplier.address.city == "Liège"


@pytest.mark.parametrize(
    ("party", "number"),
    [
        ("<cac:PartyTaxScheme><cbc:CompanyID>BE 0.477.472.701</cbc:CompanyID>", "0477472701"),
        ("<cac:PartyTaxScheme><cbc:CompanyID>BE477472701</cbc:CompanyID>", "0477472701"),
    ],
)
def test_vat_numbers_come_in_one_spelling(party: str, number: str) -> None:
    found = invoice(("<cac:PartyTaxScheme><cbc:CompanyID>BE0477472701</cbc:CompanyID>", party))
    assert found.supplier.vat_number == f"BE{number}"
    assert found.supplier.enterprise_number == number


VAT_OF_SUPPLIER = (
    "<cac:PartyTaxScheme><cbc:CompanyID>BE0477472701</cbc:CompanyID><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme>\n"
    "</cac:PartyTaxScheme>"
)
ENDPOINT = '<cbc:EndpointID schemeID="0208">0477472701</cbc:EndpointID>'


@pytest.mark.parametrize(
    "identifier",
    [
        '<cbc:EndpointID schemeID="9925">BE0477472701</cbc:EndpointID>',
        '<cbc:EndpointID schemeID="9956">0477472701</cbc:EndpointID>',
        '<cbc:EndpointID schemeID="BE:CBE">0477.472.701</cbc:EndpointID>',
        '<cbc:EndpointID schemeID="GLN">BE0477472701</cbc:EndpointID>',
        '<cac:PartyIdentification><cbc:ID schemeAgencyID="BE" schemeAgencyName="KBO">477472701</cbc:ID>'
        "</cac:PartyIdentification>",
        '<cac:PartyIdentification><cbc:ID schemeID="BE:VAT">BE0477472701</cbc:ID></cac:PartyIdentification>',
    ],
)
def test_without_a_vat_number_the_enterprise_number_is_found_elsewhere(identifier: str) -> None:
    found = invoice((VAT_OF_SUPPLIER, ""), (ENDPOINT, identifier))
    assert found.supplier.enterprise_number == "0477472701"
    assert found.supplier.identifiers == ()


def test_other_identifiers_and_registrations_stay_what_they_are() -> None:
    more = (
        '<cac:PartyIdentification><cbc:ID schemeID="0088">5412345000013</cbc:ID></cac:PartyIdentification>'
        "<cac:PartyTaxScheme><cbc:CompanyID>LOCAL-1</cbc:CompanyID><cac:TaxScheme><cbc:ID>TAX</cbc:ID></cac:TaxScheme>"
        "</cac:PartyTaxScheme>"
    )
    found = invoice((ENDPOINT, ENDPOINT + more)).supplier
    assert found.identifiers == (Identifier("5412345000013", "0088"),)
    assert found.tax_registration == "LOCAL-1"
    assert found.vat_number == "BE0477472701"


def test_a_member_of_a_vat_unit_keeps_its_own_enterprise_number() -> None:
    legal = "<cac:PartyLegalEntity><cbc:RegistrationName>Garage Peeters BV</cbc:RegistrationName>"
    own = '<cbc:CompanyID schemeID="0208">0505890632</cbc:CompanyID>'
    found = invoice((legal, legal + own), (ENDPOINT, "")).supplier
    assert (found.enterprise_number, found.vat_number) == ("0505890632", "BE0477472701")


@pytest.mark.parametrize(
    ("written", "structured", "reference", "note"),
    [
        ("<cbc:PaymentID>090933755493</cbc:PaymentID>", "090933755493", "090933755493", ""),
        ("<cbc:PaymentID>***090/9337/55493***</cbc:PaymentID>", "090933755493", "***090/9337/55493***", ""),
        ("<cbc:InstructionID>090933755493</cbc:InstructionID>", "090933755493", "090933755493", ""),
        (
            "<cbc:InstructionID>090933755493</cbc:InstructionID><cbc:PaymentID>+++090/9337/55493+++</cbc:PaymentID>",
            "090933755493",
            "+++090/9337/55493+++",
            "",
        ),
        ("<cbc:InstructionNote>+++090/9337/55493+++</cbc:InstructionNote>", "090933755493", "+++090/9337/55493+++", ""),
        ("<cbc:InstructionNote>klant 1477</cbc:InstructionNote>", "", "", "klant 1477"),
        ("<cbc:PaymentID>RF18539007547034</cbc:PaymentID>", "", "RF18539007547034", ""),
        ("<cbc:PaymentID>+++123/4567/89012+++</cbc:PaymentID>", "123456789012", "+++123/4567/89012+++", ""),
        ("<cbc:PaymentID>123456789012</cbc:PaymentID>", "", "123456789012", ""),
    ],
)
def test_the_structured_communication_is_found_where_writers_put_it(
    written: str, structured: str, reference: str, note: str
) -> None:
    means = invoice((REFERENCE, written)).payment_means[0]
    assert (means.structured_communication, means.reference, means.note) == (structured, reference, note)


def test_a_structured_communication_in_the_payment_terms_counts_when_there_is_no_other() -> None:
    terms = "<cac:PaymentTerms><cbc:Note>Mededeling +++090/9337/55493+++ aub</cbc:Note></cac:PaymentTerms>"
    found = invoice((REFERENCE, ""), ("<cac:TaxTotal>", f"{terms}<cac:TaxTotal>"))
    assert found.payment_means[0].structured_communication == "090933755493"
    assert found.payment_terms[0].note.startswith("Mededeling")


def test_the_due_date_is_found_at_the_payment_means_too() -> None:
    moved = invoice((DUE_DATE, ""), (REFERENCE, f"<cbc:PaymentDueDate>2026-03-02</cbc:PaymentDueDate>{REFERENCE}"))
    assert moved.due_date == date(2026, 3, 2)
    assert invoice().payment_means[0].due_date == date(2026, 3, 2)


CATEGORY = "<cac:TaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>21</cbc:Percent>"


@pytest.mark.parametrize(
    "written",
    [
        "<cbc:Percent>21.00</cbc:Percent><cac:TaxCategory><cbc:ID>S</cbc:ID>",
        "<cbc:Percent>21</cbc:Percent><cac:TaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>21</cbc:Percent>",
        "<cac:TaxCategory><cbc:ID schemeID='UN/EDIFACT 5305'>S</cbc:ID><cbc:Name/><cbc:Percent>21</cbc:Percent>",
    ],
)
def test_the_rate_is_read_in_both_places(written: str) -> None:
    assert invoice((CATEGORY, written)).vat_breakdown == invoice().vat_breakdown


def test_a_tax_total_that_says_the_sum_of_the_others_is_no_second_vat() -> None:
    again = '<cac:TaxTotal><cbc:TaxAmount currencyID="EUR">84.00</cbc:TaxAmount></cac:TaxTotal>'
    found = invoice(("<cac:TaxTotal>", f"{again}<cac:TaxTotal>"))
    assert found.totals.vat == Decimal("84.00")


def test_several_tax_totals_one_for_each_rate_are_added_up() -> None:
    second = (
        '<cac:TaxTotal><cbc:TaxAmount currencyID="EUR">6.00</cbc:TaxAmount><cac:TaxSubtotal>'
        '<cbc:TaxableAmount currencyID="EUR">100</cbc:TaxableAmount><cbc:TaxAmount currencyID="EUR">6</cbc:TaxAmount>'
        "<cac:TaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>6</cbc:Percent></cac:TaxCategory></cac:TaxSubtotal></cac:TaxTotal>"
    )
    found = invoice(("<cac:TaxTotal>", f"{second}<cac:TaxTotal>"))
    assert found.totals.vat == Decimal("90.00")
    assert [part.vat.rate for part in found.vat_breakdown] == [Decimal(6), Decimal(21)]
    places = ["cac:TaxTotal[1]/cac:TaxSubtotal[1]", "cac:TaxTotal[2]/cac:TaxSubtotal[1]"]
    assert [part.place for part in found.vat_breakdown] == places


def test_the_vat_once_more_in_another_currency_is_not_added() -> None:
    second = '<cac:TaxTotal><cbc:TaxAmount currencyID="USD">91</cbc:TaxAmount></cac:TaxTotal>'
    currency = "<cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>"
    edits = (
        ("<cac:TaxTotal>", f"{second}<cac:TaxTotal>"),
        (currency, f"{currency}<cbc:TaxCurrencyCode>USD</cbc:TaxCurrencyCode>"),
    )
    found = invoice(*edits)
    assert (found.totals.vat, found.totals.vat_in_accounting_currency) == (Decimal("84.00"), Decimal(91))
    assert said(*edits) == []


CLASSIFIED = (
    "<cac:ClassifiedTaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>21</cbc:Percent>\n"
    "<cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:ClassifiedTaxCategory>"
)


def test_the_vat_of_a_line_is_read_from_its_tax_total_when_the_item_says_nothing() -> None:
    tax = (
        '<cac:TaxTotal><cbc:TaxAmount currencyID="EUR">84</cbc:TaxAmount><cac:TaxSubtotal>'
        '<cbc:TaxableAmount currencyID="EUR">400</cbc:TaxableAmount><cbc:TaxAmount currencyID="EUR">84</cbc:TaxAmount>'
        "<cbc:Percent>21</cbc:Percent><cac:TaxCategory><cbc:ID>S</cbc:ID><cbc:Name>03</cbc:Name></cac:TaxCategory>"
        "</cac:TaxSubtotal></cac:TaxTotal>"
    )
    line = invoice((CLASSIFIED, ""), ("<cac:Item>", f"{tax}<cac:Item>")).lines[0]
    assert (line.vat.category, line.vat.rate, line.vat.belgian_code) == ("S", Decimal(21), "03")
    assert (line.vat_amount, line.vat_subtotals) == (Decimal(84), ())


@pytest.mark.parametrize(
    ("written", "name", "description"),
    [
        ("<cbc:Description>Werkuren</cbc:Description><cbc:Name>Werkuren</cbc:Name>", "Werkuren", ""),
        ("<cbc:Description>Werkuren</cbc:Description>", "Werkuren", ""),
        ("<cbc:Description>Lang</cbc:Description><cbc:Name>Kort</cbc:Name>", "Kort", "Lang"),
    ],
)
def test_an_item_has_a_name_and_a_description_only_where_they_differ(written: str, name: str, description: str) -> None:
    item = invoice(("<cbc:Name>Werkuren</cbc:Name>", written)).lines[0].item
    assert (item.name, item.description) == (name, description)


def test_empty_elements_are_absent_ones() -> None:
    found = invoice(
        (DUE_DATE, f"{DUE_DATE}<cbc:TaxPointDate/><cbc:Note/>"),
        ("<cbc:ID>BE68539007547034</cbc:ID>", "<cbc:ID> </cbc:ID>"),
    )
    assert (found.tax_point_date, found.notes, found.payment_means[0].account) == (None, (), "")


@pytest.mark.parametrize(
    ("code", "kind"), [("384", "380"), ("389", "380"), ("396", "381"), ("381", "381"), ("", "380")]
)
def test_every_type_is_an_invoice_or_a_credit_note(code: str, kind: str) -> None:
    found = invoice((TYPE, f"<cbc:InvoiceTypeCode>{code}</cbc:InvoiceTypeCode>"))
    assert (found.type_code, found.source_type_code) == (kind, code)


def test_attachments_keep_their_base64_as_it_stands() -> None:
    found = invoice(attachment("\n JVBE\n Ri0=  ", number=r"C:\fact\42.pdf", kind="CommercialInvoice"))
    only = found.attachments[0]
    assert only.content == "\n JVBE\n Ri0=  "
    assert (only.is_pdf, only.description, only.place) == (True, "CommercialInvoice", 1)


@pytest.mark.parametrize("text", ["1,50", "abc", "NaN", "1e5", "1_000", "١٢", "9" * 60, "--1"])
def test_what_is_no_number_is_said_and_not_guessed(text: str) -> None:
    edit = ('<cbc:PayableAmount currencyID="EUR">484.00<', f'<cbc:PayableAmount currencyID="EUR">{text}<')
    assert said(edit) == [("V03", "value_is_no_number")]
    assert invoice(edit).totals.payable is None


@pytest.mark.parametrize(
    ("text", "day"), [("2026-01-31Z", 31), ("2026-01-31+01:00", 31), ("2026-02-30", None), ("31/01/2026", None)]
)
def test_dates_are_read_with_a_time_zone_and_never_guessed(text: str, day: int | None) -> None:
    edit = ("<cbc:IssueDate>2026-01-31<", f"<cbc:IssueDate>{text}<")
    issued = invoice(edit).issue_date
    assert (issued.day if issued else None) == day
    assert bool(said(edit)) is (day is None)


def test_amounts_in_another_currency_are_counted_once() -> None:
    edit = ('<cbc:TaxableAmount currencyID="EUR">', '<cbc:TaxableAmount currencyID="USD">')
    reading = read(document(edit, ('<cbc:PayableAmount currencyID="EUR">', '<cbc:PayableAmount currencyID="USD">')))
    assert [(one.rule, one.arguments["count"]) for one in reading.findings] == [("V13", 2)]


def test_a_missing_currency_is_taken_from_the_amount_to_pay() -> None:
    reading = read(document(("<cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>", "")))
    assert reading.invoice.currency == "EUR"
    assert "currency_from_amounts" in [one.code for one in reading.derived]


def test_a_value_without_a_place_is_listed_with_its_path() -> None:
    extra = "<cac:StatementDocumentReference><cbc:ID>S-1</cbc:ID></cac:StatementDocumentReference>"
    dropped = read(document((ORDER, ORDER + extra))).not_taken()
    assert (dropped[0].path, dropped[0].value) == ("/Invoice/cac:StatementDocumentReference/cbc:ID", "S-1")
    assert [(one.path, one.code) for one in dropped[1:]] == [
        ("/Invoice/cbc:CustomizationID", "says_itself_what_it_is"),
        ("/Invoice/cbc:ProfileID", "says_itself_what_it_is"),
    ]


def test_a_credit_note_names_its_project_among_the_references() -> None:
    project = (
        "<cac:AdditionalDocumentReference><cbc:ID>P-1</cbc:ID><cbc:DocumentTypeCode>50</cbc:DocumentTypeCode>"
        "</cac:AdditionalDocumentReference>"
    )
    found = invoice((ORDER, ORDER + project))
    assert (found.references.project, found.attachments) == ("P-1", ())
