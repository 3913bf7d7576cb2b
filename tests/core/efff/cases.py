"""Documents that break one rule each: the good invoice of `samples` with one edit, by the code that it breaks."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from core.efff.formats import Format, SourceFormat
from core.efff.invoice import Attachment, Delivery, Item, LegalMention, Price, References, VatBreakdown, VatCategory
from core.efff.party import Address, Identifier
from core.efff.report import PdfVerdict, Severity
from core.efff.rules import RuleContext
from tests.core.efff.edits import (
    Edit,
    attached,
    credit_note,
    customer,
    discounted,
    document_entry,
    early_payment,
    line,
    paying,
    shifted_vat,
    supplier,
    top,
    totals,
    under,
    under_two_codes,
    vat_of,
)
from tests.core.efff.samples import FULL, GOOD, OPENS

E, W, I = Severity.ERROR, Severity.WARNING, Severity.INFO  # noqa: E741
D = Decimal
MEGABYTE = "AAAA" * (2**20 // 3 + 1)
TODAY = date(2026, 2, 1)


FRANCE = Address(street="Rue 1", city="Lille", postal_code="59000", country="FR")
FRENCH: dict[str, Any] = {"vat_number": "FR83404833048", "enterprise_number": "", "address": FRANCE}


@dataclass(frozen=True)
class Case:
    """A document that breaks one rule: by which code, at which level, and how it differs from the good one."""

    code: str
    severity: Severity
    edits: tuple[Edit, ...] = ()
    source: SourceFormat = SourceFormat.EFFF_1
    context: RuleContext = field(default_factory=lambda: RuleContext(pdf=OPENS, today=TODAY))


def case(
    code: str, severity: Severity, *edits: Edit, source: SourceFormat = SourceFormat.EFFF_1, **context: Any
) -> Case:
    return Case(code, severity, edits, source, RuleContext(**{"pdf": OPENS, "today": TODAY} | context))


BROKEN_PDF = {
    code: PdfVerdict(False, code) for code in ("pdf_not_a_pdf", "pdf_truncated", "pdf_unreadable", "pdf_empty")
}
PEPPOL = SourceFormat.PEPPOL

DOUBLED = line(quantity=D(4), net_amount=D(800), vat_amount=D(168))

CASES = [
    case("file_name_unlike_efff", W, file_name="factuur 42.xml"),
    case("file_name_of_other_supplier", W, file_name="efff_BE0505890632_42.xml"),
    case("number_missing", E, top(number=" ")),
    case("number_too_long", W, top(number="9" * 51)),
    case("issue_date_missing", E, top(issue_date=None)),
    case("issue_date_too_old", W, top(issue_date=date(1999, 12, 31))),
    case("issue_date_in_future", W, top(issue_date=date(2026, 2, 9))),
    case("type_not_of_efff", E, top(source_type_code="384")),
    case("type_missing", E, top(source_type_code="")),
    case("currency_missing", E, top(currency="")),
    case("currency_unknown", E, top(currency="BEF ")),
    case("due_before_issue", W, top(due_date=date(2026, 1, 30))),
    case("due_date_missing", W, top(due_date=None, payment_terms=())),
    case("invoice_twice_in_batch", W, earlier="a.xml"),
    case("credited_invoice_missing", W, credit_note, top(references=References())),
    case("pdf_missing", E, top(attachments=()), pdf=None),
    case("pdf_missing", E, top(attachments=()), source=PEPPOL, pdf=None, target=Format.EFFF_1),
    case("pdf_rendered", I, top(attachments=()), rendered=True),
    case("pdf_not_whole", W, top(attachments=()), rendered=True, left_out=7),
    case("pdf_signs_missing", W, top(attachments=()), rendered=True, missing=("日", "本")),
    case("pdf_to_be_rendered", I, top(attachments=()), source=PEPPOL, pdf=None),
    case("base64_broken", E, attached(content="JVB*Ri0=")),
    case("base64_padding_repaired", W, attached(content="JVBERi0")),
    *(case(code, E, pdf=verdict) for code, verdict in BROKEN_PDF.items()),
    case("pdf_encrypted", E, pdf=PdfVerdict(False, "pdf_encrypted")),
    case("pdf_restricted", W, pdf=replace(OPENS, restricted=True)),
    *(case(f"replaced_{code}", W, refused_pdf=verdict) for code, verdict in BROKEN_PDF.items()),
    case("replaced_pdf_encrypted", W, refused_pdf=PdfVerdict(False, "pdf_encrypted")),
    case("several_pdfs", I, top(attachments=GOOD.attachments * 2)),
    case("attachment_large", W, attached(content=MEGABYTE * 21)),
    case("attachment_too_large", E, attached(content=MEGABYTE * 51)),
    case("pdf_type_wrong", E, attached(description="CreditNote"), source=SourceFormat.EFFF_3),
    case("supplier_name_missing", E, supplier(trade_name="", legal_name=" ")),
    case("customer_name_missing", E, customer(trade_name="", legal_name="")),
    case("supplier_number_missing", E, supplier(vat_number="", enterprise_number="")),
    case("vat_number_wrong", E, customer(vat_number="BE0505890633", enterprise_number="")),
    case("foreign_vat_number_wrong", W, customer(**FRENCH | {"vat_number": "FR1"})),
    case("enterprise_number_differs", W, customer(enterprise_number="0403170701")),
    case("endpoint_wrong", E, supplier(endpoint=Identifier("0477472702", "0208")), source=PEPPOL),
    case("endpoint_wrong", W, supplier(endpoint=Identifier("0477472702", "0208"))),
    case("country_missing", W, customer(address=Address(city="Gent"))),
    case("country_unofficial", W, customer(**FRENCH | {"address": replace(FRANCE, country="UK")})),
    case("country_unknown", E, customer(address=Address(city="Gent", country="BEL"))),
    case("supplier_is_customer", W, top(customer=GOOD.supplier)),
    case("iban_wrong", W, paying(account="BE68 5390 0754 7035")),
    case("bic_wrong", W, paying(bic="GKCC")),
    case("structured_communication_wrong", W, paying(structured_communication="123456789012")),
    case("payment_means_missing", W, paying(code="")),
    case("payment_means_unknown", W, paying(code="ZZ")),
    case("account_missing", W, paying(account="")),
    case("lines_nearly_add_up", W, line(net_amount=D("400.03"), price=Price(D("200.015"))), source=PEPPOL),
    case("lines_do_not_add_up", E, early_payment, DOUBLED, source=PEPPOL),
    case("lines_do_not_add_up", W, early_payment, DOUBLED),
    case("allowances_do_not_add_up", E, early_payment, document_entry(0, amount=D(25), base=D(500))),
    case("charges_do_not_add_up", E, early_payment, document_entry(1, amount=D(15))),
    case("total_without_vat_wrong", E, early_payment, vat_of(("381", "80.01"), ("60", "3.60"), exclusive="441")),
    case("vat_does_not_add_up", E, totals(vat=D("83.50"), tax_inclusive=D("523.50"), prepaid=D("23.50"))),
    case("total_with_vat_wrong", E, totals(tax_inclusive=D("523.50"), prepaid=D("23.50"))),
    case("payable_wrong", E, totals(payable=D("523.40"))),
    case("taxable_does_not_add_up", W, early_payment, vat_of(("381", "80.01"), ("60", "3.60"))),
    case("total_too_fine", E, totals(prepaid=D("23.401"))),
    case("line_too_fine", W, vat_of(("380.00001", "79.80"), ("60", "3.60"))),
    case("credit_note_negative", W, credit_note, totals(prepaid=D("600.00"), payable=D("-76.60"))),
    case("invoice_negative", W, totals(prepaid=D("600.00"), payable=D("-76.60"))),
    case("vat_slightly_off", W, under(FULL, amount=D("84.05")), line(vat_amount=D("84.00"))),
    case("vat_wrong", E, under(FULL, amount=D("90.00")), line(vat_amount=None)),
    case("taxable_slightly_off", W, vat_of(("379.05", "79.60"), ("60.95", "3.66"))),
    case("lines_under_other_codes", E, under_two_codes),
    case("lines_under_other_codes", W, under_two_codes, source=SourceFormat.EN16931),
    case("taxable_wrong", E, vat_of(("378", "79.38"), ("62", "3.72"))),
    case("rate_not_belgian", W, under(VatCategory("S", D(20), "MA"), amount=D(80))),
    case("tax_is_not_vat", E, under(replace(FULL, scheme="ENV"), amount=D(84))),
    case("rate_not_of_code", E, under(VatCategory("S", D(12), "03"), amount=D(48))),
    case("code_unknown", W, under(VatCategory("S", D(21), "33"), amount=D(84))),
    case("code_unknown", E, under(VatCategory("S", D(21), "33"), amount=D(84)), source=PEPPOL, target=Format.EFFF_3),
    case("code_missing", W, under(VatCategory("S", D(21)), amount=D(84))),
    case("code_missing", E, under(VatCategory("S", D(21)), amount=D(84)), source=SourceFormat.EFFF_3),
    case("category_not_of_code", W, under(VatCategory("AA", D(21), "03"), amount=D(84))),
    case("vat_where_none_is_due", E, under(VatCategory("E", None, "NA", "vrijgesteld"), amount=D(10))),
    case("customer_vat_missing", E, under(shifted_vat("AE", "45")), customer(vat_number="", enterprise_number="")),
    case("customer_not_in_eu", W, under(shifted_vat("K", "46/GO"))),
    case("customer_in_eu", W, under(shifted_vat("G", "47/EX"))),
    case("exemption_reason_missing", W, under(VatCategory("E", D(0), "NA"))),
    case(
        "subtotal_twice",
        W,
        top(
            vat_breakdown=(
                VatBreakdown(FULL, D(200), D(42)),
                VatBreakdown(FULL, D(180), D("37.80")),
                GOOD.vat_breakdown[1],
            )
        ),
    ),
    case("line_amount_wrong", W, line(quantity=D(3))),
    case("line_amount_wrong", E, line(quantity=D(3)), source=PEPPOL),
    case("line_amount_wrong_by_base", W, line(price=Price(D(200), base_quantity=D(2)))),
    case("line_vat_wrong", W, line(vat_amount=D("84.05"))),
    case(
        "line_vat_does_not_add_up",
        W,
        under(FULL, amount=D(84)),
        line(vat_amount=D(90), vat_subtotals=(VatBreakdown(FULL, D(390), D(90)), VatBreakdown(FULL, D(10), D(0)))),
    ),
    case("allowance_percent_wrong", W, document_entry(0, percent=D(6))),
    case("charge_percent_wrong", W, document_entry(1, base=D(100), percent=D(5))),
    case("base_quantity_wrong", E, line(price=Price(D(200), base_quantity=D(0)))),
    case("no_lines", E, top(lines=(), line_count=None)),
    case("line_number_twice", W, line(id="2")),
    case("line_without_text", E, line(item=Item(" "))),
    case("unit_unknown", W, line(unit="stuk")),
    case("unit_unknown", W, line(price=Price(D(200), D(1), "stuk"))),
    case("unit_unknown", E, line(unit="stuk"), source=PEPPOL),
    case("line_count_wrong", W, top(line_count=3)),
]


THREE = SourceFormat.EFFF_3
CASES += [
    case("software_not_named", E, top(software="urn:www.cenbii.eu:profile:bii05:ver2.0"), source=THREE),
    case("software_name_short", E, top(software="X"), source=THREE),
    case("cash_discount_amount_missing", E, discounted(amount=None), source=THREE),
    case("cash_discount_day_missing", E, discounted(last_day=None), source=THREE),
    case("line_without_vat", E, discounted(), line(vat_amount=None, vat_subtotals=()), source=THREE),
    case(
        "cash_discount_part_missing",
        E,
        discounted(),
        top(vat_breakdown=(VatBreakdown(FULL, D(400), D("84.00")),)),
        totals(vat=D("84.00"), tax_inclusive=D("484.00"), payable=D("484.00")),
        line(vat_amount=D("84.00")),
        source=THREE,
    ),
    case(
        "line_cash_discount_missing",
        E,
        discounted(),
        line(vat_subtotals=(VatBreakdown(FULL, D(392), D("82.32")),)),
        source=THREE,
    ),
]


CASH_PART = VatBreakdown(VatCategory("E", D(0), "NA", "Cash Discount"), D(8), D(0))
FINANCIAL_PART = VatBreakdown(VatCategory("E", D(0), "FD", "Financial discount", "BETE-FD"), D(8), D(0))
PARTS = (VatBreakdown(FULL, D(392), D("82.32")), CASH_PART)


def part(**changes: Any) -> Edit:
    """The first part of the VAT of a line with a cash discount, changed."""
    return line(vat_subtotals=(replace(PARTS[0], **changes), PARTS[1]))


CASES += [
    case("line_part_without_taxable", E, discounted(), part(taxable=None), source=THREE),
    case("line_part_without_vat", E, discounted(), part(amount=None), source=THREE),
    case("line_part_without_category", E, discounted(), part(vat=replace(FULL, category="")), source=THREE),
    case("line_part_without_code", E, discounted(), part(vat=replace(FULL, belgian_code="")), source=THREE),
    case("line_part_without_rate", E, discounted(), part(vat=replace(FULL, rate=None)), source=THREE),
    case("line_part_not_vat", E, discounted(), part(vat=replace(FULL, scheme="")), source=THREE),
]

BE = SourceFormat.UBL_BE
SECOND = (*GOOD.attachments, Attachment("km.csv", mime="text/csv", content="AAAA"))


FINANCIAL = top(vat_breakdown=(PARTS[0], FINANCIAL_PART))


def exempt(**changes: Any) -> Edit:
    return under(replace(VatCategory("E", D(0), "NA", "Exempt", "BETE-EX"), **changes))


CASES += [
    case("ublbe_invoice_reference_missing", W, attached(description="factuur"), source=BE),
    case(
        "ublbe_invoice_references_several",
        W,
        top(attachments=(*GOOD.attachments, replace(SECOND[1], description="CommercialInvoice"))),
        source=BE,
    ),
    case("ublbe_software_not_named", W, top(software=""), source=BE),
    case("ublbe_reference_not_described", W, top(attachments=SECOND), source=BE),
    case("ublbe_mention_unknown", W, top(deliveries=(Delivery(mentions=(LegalMention("BELM-9", "x"),)),)), source=BE),
    case("ublbe_discount_percent_wrong", W, discounted(percent=D(100)), FINANCIAL, source=BE),
    case("ublbe_discount_amount_missing", W, discounted(amount=None), FINANCIAL, source=BE),
    case("ublbe_discount_day_missing", W, discounted(last_day=None), FINANCIAL, source=BE),
    case("ublbe_exemption_code_unknown", W, exempt(exemption_code="BETE-X"), source=BE),
    case("ublbe_exemption_reason_unknown", W, exempt(exemption_reason="vrij"), source=BE),
    case("ublbe_line_without_vat", W, line(vat_amount=None), source=BE),
]
