"""Each rule has a document that breaks exactly that rule; a good invoice breaks none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.efff.formats import Format, SourceFormat
from core.efff.invoice import Price, VatCategory
from core.efff.report import Finding, PdfVerdict, Severity
from core.efff.rules import RULES, RuleContext, check
from core.wording import messages
from core.wording.efff_rules import RULE_MESSAGES
from tests.core.efff.cases import CASES, DOUBLED, PEPPOL, TODAY, Case, D, E, I, W, case
from tests.core.efff.edits import early_payment, line
from tests.core.efff.samples import GOOD, OPENS


def judge(this: Case) -> list[Finding]:
    invoice = GOOD
    for edit in this.edits:
        invoice = edit(invoice)
    return check(invoice, this.source, context=this.context)


@pytest.mark.parametrize("source", list(SourceFormat))
def test_a_good_invoice_breaks_no_rule(source: SourceFormat) -> None:
    assert check(GOOD, source, context=RuleContext(pdf=OPENS, today=TODAY)) == []
    assert check(GOOD, source, context=RuleContext(target=Format.EFFF_1, pdf=OPENS, today=TODAY)) == []


@pytest.mark.parametrize("this", CASES, ids=lambda this: f"{this.code}-{this.source}")
def test_a_document_breaks_exactly_its_rule(this: Case) -> None:
    findings = judge(this)
    found = {(finding.code, finding.severity) for finding in findings}
    assert not any("–" in finding.message for finding in findings)
    assert all(finding.blocks == RULES[finding.code].stops(finding.severity) for finding in findings)
    accompanying = {("pdf_rendered", I)} if this.context.rendered else set()
    assert found == accompanying | {(this.code, this.severity)}


def test_every_error_and_warning_of_the_table_has_a_document_that_breaks_it() -> None:
    """Those that are found before an invoice exists, or elsewhere, are broken in `test_rules_form`."""
    assert {this.code for this in CASES} == {rule.code for rule in RULES.values() if rule.told_by == "rules"}


def test_every_rule_is_worded_and_says_what_to_do() -> None:
    assert set(RULE_MESSAGES) == {rule.code for rule in RULES.values() if rule.told_by == "rules"}
    assert all(messages()[code].sentence and messages()[code].advice for code in RULES)


@pytest.mark.parametrize(("source", "level"), [(PEPPOL, E), (SourceFormat.UBL_BE, E), (SourceFormat.EFFF_3, W)])
def test_a_unit_that_the_official_rules_refuse_is_an_error_but_holds_no_delivery_back(
    source: SourceFormat, level: Severity
) -> None:
    [finding] = judge(case("unit_unknown", level, line(unit="stuk"), source=source))
    assert (finding.severity, finding.blocks) == (level, False)


def test_a_unit_of_both_quantity_and_price_is_told_once() -> None:
    [finding] = judge(case("unit_unknown", W, line(unit="stuk", price=Price(D(200), D(1), "stuk"))))
    assert finding.where.endswith("cbc:InvoicedQuantity")


def test_errors_block_and_warnings_do_not_except_where_the_table_says_so() -> None:
    milder = {rule.code for rule in RULES.values() if rule.blocks is not None}
    assert milder == {"format_not_recognised", "format_not_known", "unit_unknown"}
    assert all(rule.stops(E) and not rule.stops(W) for rule in RULES.values() if rule.code not in milder)


def test_only_form_a_missing_pdf_and_the_wrong_dossier_can_never_be_overridden() -> None:
    never = {(rule.id, rule.code) for rule in RULES.values() if rule.never}
    assert {id for id, _ in never} == {"V01", "V02", "V03", "V20", "V24", "V37"}
    assert ("V20", "pdf_missing") in never


def test_findings_come_in_the_order_of_the_document() -> None:
    invoice = replace(GOOD, number="", lines=(replace(GOOD.lines[0], unit="stuk"), replace(GOOD.lines[1], id="1")))
    invoice = replace(invoice, totals=replace(invoice.totals, payable=D(1)), currency="")
    found = check(invoice, SourceFormat.EFFF_1, context=RuleContext(pdf=OPENS))
    assert [finding.where for finding in found] == [
        "cbc:ID",
        "cbc:DocumentCurrencyCode",
        "cac:LegalMonetaryTotal/cbc:PayableAmount",
        "cac:InvoiceLine[1]/cbc:InvoicedQuantity",
        "cac:InvoiceLine[2]/cbc:ID",
    ]


def test_a_sentence_tells_the_numbers() -> None:
    (finding,) = judge(case("lines_do_not_add_up", E, early_payment, DOUBLED, source=PEPPOL))
    assert finding.message == "The lines add up to 850.00, the invoice says 450.00: 400.00 apart."
    assert finding.where == "cac:LegalMonetaryTotal/cbc:LineExtensionAmount"
    assert finding.rule == "V50"


def test_lines_that_do_not_tell_their_vat_are_not_held_against_the_summary() -> None:
    untold = replace(GOOD, lines=tuple(replace(line, vat=VatCategory()) for line in GOOD.lines))
    assert not [one for one in check(untold, SourceFormat.UBL, context=RuleContext(pdf=OPENS)) if one.rule == "V57"]


def test_lines_that_tell_only_the_rate_are_summed_by_rate() -> None:
    by_rate = replace(GOOD, lines=tuple(replace(line, vat=VatCategory(rate=line.vat.rate)) for line in GOOD.lines))
    assert check(by_rate, SourceFormat.UBL, context=RuleContext(pdf=OPENS)) == []
    more = replace(by_rate, lines=(by_rate.lines[0], replace(by_rate.lines[1], net_amount=D(60), price=None)))
    assert "V57" in {one.rule for one in check(more, SourceFormat.UBL, context=RuleContext(pdf=OPENS))}


def test_a_replaced_pdf_is_no_longer_held_against_the_document() -> None:
    broken = replace(GOOD, attachments=(replace(GOOD.attachments[0], content="JVB*Ri0="),))
    context = RuleContext(Format.EFFF_1, OPENS, rendered=True, refused_pdf=PdfVerdict(False, "pdf_not_a_pdf"))
    assert {one.severity for one in check(broken, PEPPOL, context=context)} == {I, W}


def test_absurd_amounts_are_findings_and_not_errors_of_ours() -> None:
    huge = D("9" * 80)
    absurd = replace(GOOD, totals=replace(GOOD.totals, payable=huge, vat=D("NaN"), prepaid=D("Infinity")))
    assert check(absurd, SourceFormat.UBL, context=RuleContext(pdf=OPENS))
