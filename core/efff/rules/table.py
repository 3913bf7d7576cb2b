"""The rules V01 to V84, the official ones of 3.0 and those of UBL.BE, as data: one row for each way to break one.

Read section 10 of the e-fff reference beside it. Most rows are judged here, on an `Invoice`; `told_by` names the part
of the room that finds the others: the reader (V01, V02, V04, V06, the currencies of V13), the form of the XML (V03),
the derivation of codes (V79) and the dossier's check (V37).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from core.efff.formats import SourceFormat
from core.efff.report import Severity
from core.efff.rules.rule import BELGIAN, EFFF, EN_16931, Rule

E, W, I = Severity.ERROR, Severity.WARNING, Severity.INFO  # noqa: E741

Levels = Mapping[SourceFormat, Severity | None]


def _in(formats: frozenset[SourceFormat], severity: Severity | None) -> Levels:
    return dict.fromkeys(formats, severity)


WARNS_IN_BELGIAN: Final = _in(BELGIAN, W)
ONLY_EFFF: Final = _in(frozenset(SourceFormat) - EFFF, None)
ONLY_3: Final = {SourceFormat.EFFF_1: W, SourceFormat.UBL_BE: W}

VAT_CODE_FINDINGS: Final = ("vat_code_derived", "vat_code_doubtful", "vat_code_undecided", "vat_code_torn")

_ROWS: Final = (
    # whether it can be read at all
    *(
        Rule("V01", code, E, never=True, told_by="reader")
        for code in (
            "file_is_empty",
            "file_is_pdf",
            "file_is_zip",
            "file_is_html",
            "file_is_not_xml",
            "xml_not_well_formed",
            "xml_has_doctype",
            "xml_too_deep",
            "xml_too_crowded",
            "xml_encoding_unknown",
            "xml_encoding_wrong",
        )
    ),
    Rule("V02", "root_is_no_ubl_invoice", E, never=True, told_by="reader"),
    Rule("V24", "document_too_large", E, never=True, told_by="reader"),
    Rule("V24", "document_too_long", E, never=True, told_by="reader"),
    Rule("V04", "format_not_recognised", E, blocks=False, told_by="reader"),
    Rule("V04", "format_not_known", E, blocks=False, told_by="reader"),
    Rule("V04", "versions_mixed", W, told_by="reader"),
    Rule("V06", "encoding_is_not_utf8", W, told_by="reader"),
    Rule("V13", "amount_in_other_currency", E, told_by="reader"),
    # its form
    Rule("V03", "value_is_no_number", E, never=True, told_by="reader"),
    Rule("V03", "value_is_no_date", E, never=True, told_by="reader"),
    Rule("V03", "value_is_no_flag", E, never=True, told_by="reader"),
    *(
        Rule("V03", code, E, never=True, told_by="form")
        for code in (
            "not_valid_ubl",
            "ubl_element_unexpected",
            "ubl_element_incomplete",
            "ubl_value_empty",
            "ubl_value_wrong",
            "ubl_attribute_missing",
            "ubl_attribute_unexpected",
            "ubl_content_wrong",
            "element_not_in_ubl_20",
            "attribute_not_in_ubl_20",
            "newer_body_under_old_header",
            "element_too_often",
            "element_out_of_order",
            "required_value_missing",
            "code_not_in_ubl_20",
            "amount_without_currency",
            "flag_not_spelled_out",
            "currency_not_in_efff_1",
        )
    ),
    Rule("V03", "element_not_in_profile", W, told_by="form"),
    # whose it is
    Rule(
        "V37",
        "direction_unclear",
        E,
        never=True,
        told_by="dossier",
        differs="V36, and for a person to decide, where the dossier is on both sides",
    ),
    Rule("V37", "not_this_dossier", E, never=True, told_by="dossier"),
    Rule("V37", "dossier_numbers_missing", E, never=True, told_by="dossier"),
    # what the document says it is
    Rule("V05", "file_name_unlike_efff", W, ONLY_EFFF),
    Rule("V05", "file_name_of_other_supplier", W, ONLY_EFFF),
    Rule("V10", "number_missing", E, differs="an error, not a warning: e-fff demands a number, and so does EN BR-02"),
    Rule("V10", "number_too_long", W),
    Rule("V11", "issue_date_missing", E, differs="an error, not a warning: UBL demands the date"),
    Rule("V11", "issue_date_too_old", W),
    Rule("V11", "issue_date_in_future", W),
    Rule("V12", "type_not_of_efff", E, ONLY_EFFF),
    Rule("V12", "type_missing", E, ONLY_EFFF),
    Rule("V13", "currency_missing", E),
    Rule("V13", "currency_unknown", E),
    Rule("V14", "due_before_issue", W),
    Rule("V14", "due_date_missing", W, differs="not asked of a credit note: nobody pays it"),
    Rule("V15", "credited_invoice_missing", W),
    Rule("V16", "invoice_twice_in_batch", W),
    # the PDF and other attachments
    Rule("V20", "pdf_missing", E, never=True),
    Rule("V20", "pdf_rendered", I),
    Rule("V20", "pdf_to_be_rendered", I),
    Rule("V20", "pdf_signs_missing", W, differs="not in the reference: what our fonts lack shows as a box"),
    Rule("V20", "pdf_not_whole", W, differs="not in the reference: a page has an end"),
    Rule("V21", "base64_broken", E),
    Rule("V21", "base64_padding_repaired", W),
    Rule("V22", "pdf_not_a_pdf", E),
    Rule("V22", "pdf_truncated", E),
    Rule("V22", "pdf_encrypted", E),
    Rule("V22", "pdf_unreadable", E),
    Rule("V22", "pdf_empty", E),
    Rule("V22", "pdf_restricted", W),
    Rule("V22", "replaced_pdf_not_a_pdf", W),
    Rule("V22", "replaced_pdf_truncated", W),
    Rule("V22", "replaced_pdf_encrypted", W),
    Rule("V22", "replaced_pdf_unreadable", W),
    Rule("V22", "replaced_pdf_empty", W),
    Rule("V23", "several_pdfs", I),
    Rule("V24", "attachment_large", W),
    Rule("V24", "attachment_too_large", E),
    Rule("V25", "pdf_type_wrong", E),
    # who the parties are
    Rule("V30", "supplier_name_missing", E),
    Rule("V30", "customer_name_missing", E),
    Rule("V31", "supplier_number_missing", E),
    Rule("V32", "vat_number_wrong", E),
    Rule("V32", "foreign_vat_number_wrong", W),
    Rule("V33", "enterprise_number_differs", W),
    Rule(
        "V34",
        "endpoint_wrong",
        E,
        _in(EFFF, W),
        differs="e-fff warns: it has no Peppol address, and numbers in any spelling",
    ),
    Rule("V35", "country_missing", W),
    Rule("V35", "country_unofficial", W, differs="EL and UK warn: everybody knows which country is meant"),
    Rule("V35", "country_unknown", E),
    Rule("V36", "supplier_is_customer", W),
    # how it is paid
    Rule("V40", "iban_wrong", W),
    Rule("V41", "bic_wrong", W),
    Rule("V42", "structured_communication_wrong", W),
    Rule("V43", "payment_means_missing", W),
    Rule("V43", "payment_means_unknown", W),
    Rule("V44", "account_missing", W),
    # the totals
    Rule("V50", "lines_nearly_add_up", W),
    Rule("V50", "lines_do_not_add_up", E, WARNS_IN_BELGIAN),
    Rule("V51", "allowances_do_not_add_up", E),
    Rule("V51", "charges_do_not_add_up", E),
    Rule("V52", "total_without_vat_wrong", E),
    Rule("V53", "vat_does_not_add_up", E),
    Rule("V54", "total_with_vat_wrong", E),
    Rule("V55", "payable_wrong", E),
    Rule("V58", "taxable_does_not_add_up", W),
    Rule("V64", "total_too_fine", E),
    Rule("V64", "line_too_fine", W),
    Rule("V65", "credit_note_negative", W),
    Rule("V65", "invoice_negative", W),
    # VAT
    Rule("V56", "vat_slightly_off", W),
    Rule("V56", "vat_wrong", E),
    Rule("V57", "taxable_slightly_off", W),
    Rule("V57", "taxable_wrong", E),
    Rule(
        "V57",
        "lines_under_other_codes",
        W,
        _in(EFFF, E),
        differs="warns outside e-fff: the category is right, UBL.BE relaxes it, and EN 16931 knows no Belgian codes",
    ),
    Rule("V66", "rate_not_belgian", W),
    Rule("V66", "rate_not_of_code", E),
    Rule("V66", "tax_is_not_vat", E, differs="not in the reference: e-fff has no other tax, so it would stand as VAT"),
    Rule("V70", "code_unknown", E, ONLY_3, of_result=True),
    Rule("V71", "code_missing", E, ONLY_3, of_result=True),
    Rule("V72", "category_not_of_code", W),
    Rule("V73", "vat_where_none_is_due", E),
    Rule("V74", "customer_vat_missing", E),
    Rule("V75", "customer_not_in_eu", W),
    Rule("V76", "customer_in_eu", W),
    Rule("V77", "exemption_reason_missing", W),
    Rule("V78", "subtotal_twice", W),
    *(Rule("V79", code, I, told_by="vat") for code in VAT_CODE_FINDINGS),
    # the lines
    Rule("V59", "line_amount_wrong", E, WARNS_IN_BELGIAN),
    Rule("V59", "line_amount_wrong_by_base", E, WARNS_IN_BELGIAN),
    Rule("V60", "line_vat_wrong", W),
    Rule("V61", "line_vat_does_not_add_up", W),
    Rule("V62", "allowance_percent_wrong", W),
    Rule("V62", "charge_percent_wrong", W),
    Rule("V63", "base_quantity_wrong", E),
    Rule("V80", "no_lines", E),
    Rule("V81", "line_number_twice", W),
    Rule("V82", "line_without_text", E),
    Rule(
        "V83",
        "unit_unknown",
        W,
        _in(EN_16931, E),
        blocks=False,
        differs="an error where EN 16931 makes it one (BR-CL-23), but it holds nothing back: no amount depends on it",
    ),
    Rule("V84", "line_count_wrong", W),
    # the official rules of 3.0 beyond these
    Rule("EFFF-T10-R003", "software_not_named", E),
    Rule("EFFF-T10-R004", "software_name_short", E),
    Rule("EFFF-T10-R005", "cash_discount_amount_missing", E),
    Rule("EFFF-T10-R006", "cash_discount_day_missing", E),
    Rule("EFFF-T10-R008", "line_without_vat", E),
    Rule("EFFF-T10-R008", "line_part_without_taxable", E),
    Rule("EFFF-T10-R009", "line_part_without_vat", E),
    Rule("EFFF-T10-R010", "line_part_without_category", E),
    Rule("EFFF-T10-R011", "line_part_without_code", E),
    Rule("EFFF-T10-R012", "line_part_without_rate", E),
    Rule("EFFF-T10-R014", "line_part_not_vat", E),
    Rule("EFFF-T10-R013", "cash_discount_part_missing", E),
    Rule("EFFF-T10-R018", "line_cash_discount_missing", E),
    # the rules that UBL.BE adds to EN 16931, on a UBL.BE file that is checked as it stands
    *(
        Rule(id, code, W, differs="warns: the file may still be converted, and the rest of its rules are in V70, V71")
        for id, code in (
            ("BE-02", "ublbe_invoice_reference_missing"),
            ("BE-02", "ublbe_invoice_references_several"),
            ("BE-03", "ublbe_software_not_named"),
            ("BE-04", "ublbe_reference_not_described"),
            ("BE-05", "ublbe_mention_unknown"),
            ("BE-07", "ublbe_discount_percent_wrong"),
            ("BE-08", "ublbe_discount_amount_missing"),
            ("BE-09", "ublbe_discount_day_missing"),
            ("BE-11", "ublbe_exemption_code_unknown"),
            ("BE-12", "ublbe_exemption_reason_unknown"),
            ("BE-14", "ublbe_line_without_vat"),
        )
    ),
)

RULES: Final[Mapping[str, Rule]] = {row.code: row for row in _ROWS}
"""All rules by code."""
