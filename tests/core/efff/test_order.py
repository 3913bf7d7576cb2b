"""What a person reads of a check: from the top of the document to the bottom, repeats together; V16 over a batch."""

from __future__ import annotations

from core.efff.batch import Batch
from core.efff.convert import check, convert
from core.efff.order import grouped, in_document_order, place
from core.efff.report import Finding, Severity
from tests.core.efff.documents import ID, document

PLACES = [
    "/",
    "/Invoice/cbc:ID",
    "/Invoice/cac:AccountingSupplierParty/cac:Party/cac:PartyName/cbc:Name",
    "/Invoice/cac:AccountingCustomerParty/cac:Party/cbc:EndpointID",
    "/Invoice/cac:TaxTotal/cac:TaxSubtotal[2]/cbc:TaxAmount",
    "/Invoice/cac:LegalMonetaryTotal/cbc:PayableAmount",
    "/Invoice/cac:InvoiceLine[2]/cbc:ID",
    "/*/cac:InvoiceLine[2]/cac:Price",
    "/Invoice/cac:InvoiceLine[10]/cbc:ID",
    "/Invoice/cac:Unheard/cbc:Of",
]


def at(where: str, code: str = "unit_unknown") -> Finding:
    return Finding("V83", Severity.WARNING, where, code)


def test_findings_come_in_the_order_of_the_document_whoever_found_them() -> None:
    assert [one.where for one in in_document_order(map(at, reversed(PLACES)), "Invoice")] == PLACES


def test_a_place_that_is_none_is_no_error() -> None:
    for path in ("", "///", "/Invoice/[2]", "x", "/Invoice/cac:InvoiceLine[2]/@unitCode"):
        assert place(path, "Invoice") is not None


def test_check_and_convert_tell_what_the_reader_and_the_rules_found_in_one_order() -> None:
    source = document(
        (">2026/0042<", f">{'9' * 60}<"), ('PriceAmount currencyID="EUR"', 'PriceAmount currencyID="USD"')
    )
    for findings in (check(source).findings, convert(source).findings):
        assert [one.where for one in findings] == [one.where for one in in_document_order(findings, "Invoice")]
        assert {"V10", "V13"} <= {one.rule for one in findings}


def test_repeats_are_told_a_few_times_and_then_counted() -> None:
    findings = [at(f"/Invoice/cac:InvoiceLine[{number}]") for number in range(1, 9)]
    findings.insert(1, at("/Invoice/cac:InvoiceLine[1]", "line_vat_wrong"))
    units, vat = grouped(findings, lambda one: one.code)
    assert [one.where for one in units.shown] == [f"/Invoice/cac:InvoiceLine[{number}]" for number in (1, 2, 3)]
    assert (len(units.more), len(vat.shown), vat.more) == (5, 1, ())


def test_the_second_file_of_a_batch_with_the_same_invoice_is_told() -> None:
    batch = Batch()
    assert "V16" not in {one.rule for one in check(document(), file_name="a.xml", batch=batch).findings}
    [again] = [one for one in check(document(), file_name="b.xml", batch=batch).findings if one.rule == "V16"]
    assert (again.arguments["earlier"], again.blocks) == ("a.xml", False)
    for other in (
        (ID, "<cbc:ID>2026/0043</cbc:ID>"),
        (">2026-01-31<", ">2025-01-31<"),
        ("BE0477472701", "BE0403170701"),
    ):
        assert "V16" not in {one.rule for one in convert(document(other), batch=batch, name="c.xml").findings}
    assert "V16" in {one.rule for one in convert(document(), batch=batch, name="d.xml").findings}


def test_the_same_file_twice_is_one_file() -> None:
    batch = Batch()
    for _ in range(2):
        assert "V16" not in {one.rule for one in check(document(), file_name="a.xml", batch=batch).findings}
