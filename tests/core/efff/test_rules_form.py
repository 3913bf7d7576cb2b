"""The rules that are broken before an invoice exists, or elsewhere: reading, form, VAT codes, whose invoice it is.

Every row of the table that `rules` does not judge has a document here, with the level that the row states.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest

from core.efff import tree
from core.efff.convert import Format, check, convert
from core.efff.dossier import direction
from core.efff.report import Finding, Severity
from core.efff.rules import RULES
from core.model import Direction
from tests.core.efff.documents import CUSTOMIZATION, DUE_DATE, ORDER, PEPPOL, document
from tests.core.efff.samples import CUSTOMER, GOOD, SUPPLIER

HEAD = b'<?xml version="1.0" encoding="UTF-8"?>\n'


@cache
def first_version() -> bytes:
    """A good e-fff 1.0 file."""
    content = convert(document()).output
    assert content is not None
    return content


def edited(old: str, new: str) -> Callable[[], bytes]:
    """The e-fff 1.0 file with one text replaced."""

    def edit() -> bytes:
        assert old.encode() in first_version(), old
        return first_version().replace(old.encode(), new.encode(), 1)

    return edit


def given(source: bytes) -> Callable[[], bytes]:
    return lambda: source


XSI = "http://www.w3.org/2001/XMLSchema-instance"
DUE = "<cbc:DueDate>2026-03-02</cbc:DueDate>"
NOTE = "<cbc:TaxPointDate>"
NUMBER = "<cbc:ID>2026/0042</cbc:ID>"
SOURCES: dict[str, Callable[[], bytes]] = {
    "file_is_empty": given(b" "),
    "file_is_pdf": given(b"%PDF-1.7 "),
    "file_is_zip": given(b"PK\x03\x04"),
    "file_is_html": given(b"<html></html>"),
    "file_is_not_xml": given(b"a;b"),
    "xml_not_well_formed": given(b"<a><b></a>"),
    "xml_has_doctype": given(HEAD + b"<!DOCTYPE a []><a/>"),
    "xml_too_deep": given(b"<a>" * 200 + b"</a>" * 200),
    "xml_encoding_unknown": given(b'<?xml version="1.0" encoding="utf-7"?><a/>'),
    "xml_encoding_wrong": given(b'<?xml version="1.0" encoding="utf-16"?><a/>'),
    "xml_too_crowded": given(document(("<cbc:ID>", "<cbc:ID " + " ".join(f'a{n}=""' for n in range(300)) + ">"))),
    "root_is_no_ubl_invoice": given(b"<a/>"),
    "format_not_recognised": given(document((CUSTOMIZATION, ""))),
    "format_not_known": given(document((CUSTOMIZATION, "urn:peppol:pint:billing-1@sg-1"))),
    "versions_mixed": edited(">2.0<", ">2.1<"),
    "encoding_is_not_utf8": given(PEPPOL.replace("UTF-8", "utf-16").encode("utf-16")),
    "amount_in_other_currency": given(document(('PriceAmount currencyID="EUR"', 'PriceAmount currencyID="USD"'))),
    "newer_body_under_old_header": edited("<cbc:InvoiceTypeCode", f"{DUE}<cbc:InvoiceTypeCode"),
    "element_not_in_profile": edited(
        "<cbc:LineCountNumeric>", "<cbc:PricingCurrencyCode>EUR</cbc:PricingCurrencyCode><cbc:LineCountNumeric>"
    ),
    "code_not_in_ubl_20": edited('unitCode="HUR"', 'unitCode="H87"'),
}
"""Documents with which nothing else is wrong."""

TOGETHER: dict[str, Callable[[], bytes]] = {
    "value_is_no_number": edited("21.00</cbc:Percent>", "x</cbc:Percent>"),
    "value_is_no_date": edited("-01-31</cbc:IssueDate>", "-02-31</cbc:IssueDate>"),
    "value_is_no_flag": edited("<cbc:IssueDate>", "<cbc:CopyIndicator>yes</cbc:CopyIndicator><cbc:IssueDate>"),
    "not_valid_ubl": edited("<cbc:IssueDate>", f'<cbc:IssueDate xmlns:xsi="{XSI}" xsi:nil="true">'),
    "ubl_element_unexpected": edited(NUMBER, ""),
    "ubl_element_incomplete": given(document((ORDER, "<cac:OrderReference/>"))),
    "ubl_value_empty": given(document((DUE_DATE, "<cbc:DueDate/>"))),
    "ubl_value_wrong": given(document(("2026-01-31", "31 januari"))),
    "ubl_attribute_missing": given(document(('PriceAmount currencyID="EUR"', "PriceAmount"))),
    "ubl_attribute_unexpected": given(document(("<cbc:DueDate>", '<cbc:DueDate due="1">'))),
    "ubl_content_wrong": given(document((ORDER, f"{ORDER} zie order"))),
    "element_not_in_ubl_20": edited("<cbc:UBLVersionID>", "<cbc:Foo>x</cbc:Foo><cbc:UBLVersionID>"),
    "attribute_not_in_ubl_20": edited("<cbc:IssueDate>", '<cbc:IssueDate foo="1">'),
    "element_too_often": edited(NOTE, f"<cbc:TaxPointDate>2026-01-31</cbc:TaxPointDate>{NOTE}"),
    "element_out_of_order": edited(NUMBER, f"<cbc:IssueDate>2026-01-31</cbc:IssueDate>{NUMBER}"),
    "required_value_missing": edited(NUMBER, ""),
    "amount_without_currency": edited('PayableAmount currencyID="EUR"', "PayableAmount"),
    "flag_not_spelled_out": edited("<cbc:IssueDate>", "<cbc:CopyIndicator>yes</cbc:CopyIndicator><cbc:IssueDate>"),
}
"""Documents with which more is wrong, because another check sees the same fault."""


def exact(findings: tuple[Finding, ...]) -> set[str]:
    return {finding.code for finding in findings if finding.severity is not Severity.INFO}


def as_the_table_says(findings: tuple[Finding, ...], code: str) -> bool:
    row = RULES[code]
    told = {(one.rule, one.severity, one.blocks, one.never) for one in findings if one.code == code}
    return told == {(row.id, row.severity, row.stops(row.severity), row.never)}


@pytest.mark.parametrize("code", SOURCES)
def test_a_document_breaks_exactly_its_rule(code: str) -> None:
    findings = check(SOURCES[code]()).findings
    assert exact(findings) == {code}
    assert as_the_table_says(findings, code)


@pytest.mark.parametrize("code", TOGETHER)
def test_a_fault_of_form_is_told_as_the_table_says(code: str) -> None:
    findings = check(TOGETHER[code]()).findings
    assert as_the_table_says(findings, code)
    assert {finding.rule for finding in findings if finding.severity is Severity.ERROR} <= {"V03", "V11", "V10"}
    assert not [one.message for one in findings if code != "not_valid_ubl" and "Element" in one.message]


def test_a_document_beyond_the_limits_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree, "MAX_BYTES", 1000)
    assert as_the_table_says(check(document()).findings, "document_too_large")
    monkeypatch.undo()
    monkeypatch.setattr(tree, "MAX_MARKUP", 50)
    assert as_the_table_says(check(document()).findings, "document_too_long")


def test_a_currency_that_1_0_does_not_know_names_the_way_out() -> None:
    lei = document((">EUR<", ">RON<"), ('"EUR"', '"RON"'))
    conversion = convert(lei)
    assert as_the_table_says(conversion.findings, "currency_not_in_efff_1")
    assert conversion.output is None
    [finding] = [one for one in conversion.findings if one.code == "currency_not_in_efff_1"]
    from core.wording import word

    assert "choose the format e-fff-3.0 in the installation's options" in word(finding.code, finding.arguments).advice
    assert convert(lei, Format.EFFF_3).ok


@pytest.mark.parametrize(
    ("code", "category"),
    [
        ("vat_code_derived", "<cbc:ID>S</cbc:ID><cbc:Percent>21"),
        ("vat_code_doubtful", "<cbc:ID>E</cbc:ID><cbc:Percent>0"),
        ("vat_code_undecided", "<cbc:ID>S</cbc:ID><cbc:Percent>25"),
    ],
)
def test_a_derived_code_is_told_as_the_table_says(code: str, category: str) -> None:
    findings = convert(document(("<cbc:ID>S</cbc:ID><cbc:Percent>21", category))).findings
    assert as_the_table_says(findings, code)


DOSSIER = {
    "not_this_dossier": ("0403170701",),
    "direction_unclear": (SUPPLIER.enterprise_number,),
    "dossier_numbers_missing": (),
}


@pytest.mark.parametrize("code", DOSSIER)
def test_an_invoice_of_another_dossier_is_told_as_the_table_says(code: str) -> None:
    found = direction(GOOD, DOSSIER[code], Direction.PURCHASE)
    assert isinstance(found, Finding)
    assert as_the_table_says((found,), code)


def test_the_dossier_on_both_sides_is_for_a_person_to_decide() -> None:
    found = direction(GOOD, (SUPPLIER.enterprise_number, CUSTOMER.enterprise_number), Direction.PURCHASE)
    assert isinstance(found, Finding)
    assert (found.rule, found.code, found.blocks, found.never) == ("V36", "direction_unclear", True, False)


def test_every_row_of_the_table_that_is_judged_elsewhere_is_broken_here() -> None:
    elsewhere = {"document_too_large", "document_too_long", "currency_not_in_efff_1"} | {
        c for c in RULES if c.startswith("vat_code_")
    }
    broken = {*SOURCES, *TOGETHER, *DOSSIER, *elsewhere}
    assert broken == {rule.code for rule in RULES.values() if rule.told_by != "rules"}
