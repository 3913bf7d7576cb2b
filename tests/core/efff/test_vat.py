"""Belgian VAT codes: kept where stated, derived by the table where not, never guessed, always reported."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from core.efff.convert import check, convert
from core.efff.formats import Format
from core.efff.invoice import Invoice, VatBreakdown, VatCategory
from core.efff.party import Address, Party
from core.efff.vat import VatOverride, assign, decide
from core.efff.vat_table import CODES, RULES, VatRule
from core.efff.writing.vat import in_efff
from tests.core.efff.documents import document
from tests.core.efff.samples import CUSTOMER, GOOD

DUTCH = Party(trade_name="Bakker", vat_number="NL810433941B01", address=Address(country="NL"))
PRIVATE = Party(trade_name="Jan", address=Address(country="BE"))

DOMESTIC = GOOD
FROM_NL = replace(GOOD, supplier=DUTCH)
TO_NL = replace(GOOD, customer=DUTCH)


def vat(category: str, rate: int | None = 0, *, reason: str = "", code: str = "", name: str = "") -> VatCategory:
    return VatCategory(category, None if rate is None else Decimal(rate), name, reason, code)


@pytest.mark.parametrize(
    ("category", "invoice", "code"),
    [
        (vat("S", 21, name="03/SE"), DOMESTIC, "03/SE"),
        (vat("S", 25, name="OSS-G"), DOMESTIC, "OSS-G"),
        (vat("E", code="BETE-EX"), DOMESTIC, "NA"),
        (vat("S", 21, code="BETE-MA"), DOMESTIC, "MA"),
        (vat("K", code="BETE-46/TR"), DOMESTIC, "46/TR"),
        (vat("AE", code="VATEX-EU-AE"), DOMESTIC, "45"),
        (vat("AE", code="vatex-eu-ae"), FROM_NL, "44"),
        (vat("K", code="VATEX-EU-IC"), TO_NL, "46/GO"),
        (vat("G", code="VATEX-EU-G"), DOMESTIC, "47/EX"),
        (vat("O", code="VATEX-EU-O"), DOMESTIC, "NA"),
        (vat("E", code="VATEX-EU-F"), DOMESTIC, "MA"),
        (vat("E", reason="Medecontractant"), DOMESTIC, "45"),
        (vat("AE", reason="BTW verlegd, reverse charge"), FROM_NL, "44"),
        (vat("E", reason="Autoliquidation"), FROM_NL, "44"),
        (vat("K", reason="Intra-community, reverse charge"), TO_NL, "46/GO"),
        (vat("E", reason="Vrijgesteld, artikel 44 §2 WBTW"), DOMESTIC, "00/44"),
        (vat("E", reason="Exempté art. 44"), DOMESTIC, "00/44"),
        (vat("E", reason="article 144"), DOMESTIC, "NA"),
        (vat("E", reason="Kleine onderneming onderworpen aan de vrijstelling"), DOMESTIC, "NA"),
        (vat("E", reason="Régime de la marge"), DOMESTIC, "MA"),
        (vat("S", 21), DOMESTIC, "03"),
        (vat("S", 12), DOMESTIC, "02"),
        (vat("S", 6), DOMESTIC, "01"),
        (vat("AA", 6), DOMESTIC, "01"),
        (vat("H", 21), DOMESTIC, "03"),
        (vat("", 21), DOMESTIC, "03"),
        (vat("Z"), DOMESTIC, "00"),
        (vat("Z", None), DOMESTIC, "00"),
        (vat("AE"), DOMESTIC, "45"),
        (vat("AE"), FROM_NL, "44"),
        (vat("K"), TO_NL, "46/GO"),
        (vat("G"), DOMESTIC, "47/EX"),
        (vat("E"), DOMESTIC, "NA"),
        (vat("O", None), DOMESTIC, "NA"),
        (vat("S", 25), DOMESTIC, ""),
        (vat("S", 21), FROM_NL, ""),
        (vat("S", 21), replace(FROM_NL, tax_representative=Party(vat_number="BE0477472701")), "03"),
        (vat("S", 21), replace(FROM_NL, supplier=replace(DUTCH, vat_number="BE0477472701")), "03"),
        (vat("S", 21), replace(GOOD, supplier=PRIVATE), "03"),
        (vat("L", 7), DOMESTIC, ""),
        (vat("M", 4), DOMESTIC, ""),
        (vat("B", 22), DOMESTIC, ""),
        (vat("S", 0), DOMESTIC, ""),
        (vat("", None), DOMESTIC, ""),
        (vat("S", 21, reason="reverse"), DOMESTIC, "03"),
    ],
)
def test_the_code_is_decided_by_the_table(category: VatCategory, invoice: Invoice, code: str) -> None:
    assert decide(category, invoice).code == code


def only(category: VatCategory, invoice: Invoice = GOOD) -> Invoice:
    """An invoice in which every VAT category is this one."""
    return replace(
        invoice,
        vat_breakdown=(VatBreakdown(category, Decimal(400), Decimal(84)),),
        allowances_charges=(),
        lines=tuple(replace(line, vat=category) for line in invoice.lines),
    )


def test_a_derived_code_is_reported_once_with_where_and_why() -> None:
    assigned = assign(only(vat("S", 21)))
    assert {line.vat.belgian_code for line in assigned.invoice.lines} == {"03"}
    [derived] = assigned.derived
    assert (derived.value, derived.code, derived.arguments["count"]) == ("03", "vat_code_by_category_and_rate", 3)
    assert derived.path == "cac:TaxTotal/cac:TaxSubtotal[1]/cac:TaxCategory/cbc:Name"
    assert [(one.rule, one.code, one.blocks) for one in assigned.findings] == [("V79", "vat_code_derived", False)]


def test_a_doubtful_code_names_the_other_one() -> None:
    [finding] = assign(only(vat("E"))).findings
    assert (finding.code, finding.arguments["code"], finding.arguments["otherwise"]) == (
        "vat_code_doubtful",
        "NA",
        "00/44",
    )


def test_where_no_rule_decides_there_is_a_proposal_and_no_code() -> None:
    assigned = assign(only(vat("S", 25)))
    assert assigned.derived == ()
    [finding] = assigned.findings
    assert (finding.code, finding.arguments["proposal"]) == ("vat_code_undecided", "NA")
    assert assigned.invoice.lines[0].vat.belgian_code == ""


def test_a_stated_code_is_kept_and_not_reported() -> None:
    assigned = assign(GOOD)
    assert (assigned.invoice, assigned.derived, assigned.dropped, assigned.findings) == (GOOD, (), (), ())


def test_a_code_that_e_fff_lacks_is_replaced_or_left_out_and_said() -> None:
    assert [one.value for one in assign(only(vat("E", name="FD"))).derived] == ["NA"]
    assert [one.value for one in assign(only(vat("S", 16, name="OSS-S"))).dropped] == ["OSS-S"]
    assert in_efff(vat("E", name="FD"), Format.EFFF_1).belgian_code == "NA"
    assert in_efff(vat("E", name="FD"), Format.EFFF_3).exemption_reason == "Cash Discount"
    assert in_efff(vat("S", 16, name="OSS-S"), Format.EFFF_3).belgian_code == ""


def test_a_name_that_is_no_belgian_code_gives_way_to_the_derived_one() -> None:
    assigned = assign(only(vat("S", 21, name="Standard rate")))
    assert assigned.invoice.lines[0].vat.belgian_code == "03"
    assert [one.value for one in assigned.dropped] == ["Standard rate"]


def test_lines_without_a_category_take_the_one_that_fits() -> None:
    one, other = GOOD.lines
    lines = (replace(one, vat=VatCategory()), replace(other, vat=VatCategory()))
    assigned = assign(replace(GOOD, lines=lines, customer=CUSTOMER))
    assert [line.vat.rate for line in assigned.invoice.lines] == [Decimal(21), Decimal(6)]
    assert [derived.code for derived in assigned.derived] == ["line_category_from_breakdown"] * 2


def test_a_persons_own_rule_goes_before_the_table() -> None:
    own = VatRule("own", "00/44", frozenset({"E"}), supplier=GOOD.supplier.vat_number)
    assert decide(vat("E"), GOOD, (own, *RULES)).code == "00/44"
    assert decide(vat("E"), FROM_NL, (own, *RULES)).code == "NA"


@pytest.mark.parametrize(
    ("override", "category", "code"),
    [
        (VatOverride("00/44", supplier="BE 0477.472.701", category="E"), vat("E"), "00/44"),
        (VatOverride("00/44", supplier="0477472701"), vat("E"), "00/44"),
        (VatOverride("00/44", supplier="0403170701"), vat("E"), "NA"),
        (VatOverride("MA", rate=Decimal("21.0")), vat("S", 21), "MA"),
        (VatOverride("MA", rate=Decimal(6)), vat("S", 21), "03"),
        (VatOverride("44", category="K"), vat("K"), "44"),
        (VatOverride("00", exemption="export | UITVOER"), vat("E", reason="Vrijgesteld wegens uitvoer"), "00"),
        (VatOverride("00", exemption="VATEX-EU-O"), vat("O", code="VATEX-EU-O"), "00"),
        (VatOverride("00", exemption="BETE-EX"), vat("E", code="BETE-EX"), "00"),
        (VatOverride("00", exemption=" | "), vat("E"), "NA"),
        (VatOverride("NA", category="S", rate=Decimal(25)), vat("S", 25), "NA"),
        (VatOverride("33"), vat("S", 21), "03"),
        (VatOverride("MA"), vat("S", 21, name="03"), "03"),
    ],
)
def test_an_installations_own_rule_goes_before_the_table_and_after_what_the_document_says(
    override: VatOverride, category: VatCategory, code: str
) -> None:
    assert decide(category, GOOD, overrides=(override,)).code == code


def test_a_code_by_an_own_rule_is_told_and_asks_nobody_to_confirm_it() -> None:
    conversion = convert(document(), vat_overrides=(VatOverride("MA", rate=Decimal(21)),))
    assert conversion.output is not None
    assert b"<cbc:Name>MA</cbc:Name>" in conversion.output
    assert "V79" not in {finding.rule for finding in conversion.findings}
    assert ("MA", "vat_code_by_own_rule") in {(one.value, one.code) for one in conversion.derived}


def test_every_code_a_rule_gives_is_in_the_table_and_every_code_is_written() -> None:
    assert {rule.code for rule in RULES} | {rule.otherwise for rule in RULES} - {""} <= set(CODES) | {""}
    for code in CODES.values():
        written = in_efff(vat(code.en, name=code.code), Format.EFFF_3)
        assert written.category == code.efff
        assert written.belgian_code in {code.code, code.instead}


def exempted(reason: str, code: str = "") -> bytes:
    """An invoice of EN 16931 under one exemption, which only the breakdown explains."""
    stated = f"<cbc:TaxExemptionReasonCode>{code}</cbc:TaxExemptionReasonCode>" if code else ""
    stated += f"<cbc:TaxExemptionReason>{reason}</cbc:TaxExemptionReason>"
    return document(
        ("<cbc:ID>S</cbc:ID><cbc:Percent>21</cbc:Percent>", "<cbc:ID>E</cbc:ID><cbc:Percent>0</cbc:Percent>"),
        (
            "</cbc:Percent><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme>\n</cac:TaxCategory>",
            f"</cbc:Percent>{stated}<cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme>\n</cac:TaxCategory>",
        ),
        ('currencyID="EUR">84.00<', 'currencyID="EUR">0.00<'),
        ('currencyID="EUR">484.00<', 'currencyID="EUR">400.00<'),
    )


@pytest.mark.parametrize(
    ("source", "expected"),
    [(exempted("Vrijgesteld, art. 44 W.BTW"), "00/44"), (exempted("tweedehands", "VATEX-EU-F"), "MA")],
)
def test_a_line_has_the_code_of_the_exemption_that_the_breakdown_states(source: bytes, expected: str) -> None:
    conversion = convert(source)
    [line], [part] = conversion.invoice.lines, conversion.invoice.vat_breakdown
    assert line.vat.belgian_code == part.vat.belgian_code == expected
    assert [one for one in conversion.findings if one.rule in ("V57", "V72") and one.blocks] == []
    assert len([one for one in conversion.findings if one.rule == "V79"]) == 1


def test_a_line_without_a_code_has_that_of_the_breakdown() -> None:
    stated = "<cbc:ID>S</cbc:ID><cbc:Name>03/SE</cbc:Name><cbc:Percent>21</cbc:Percent><cac:TaxScheme><cbc:ID>VAT"
    first = "<cbc:ID>S</cbc:ID><cbc:Percent>21</cbc:Percent><cac:TaxScheme><cbc:ID>VAT"
    conversion = convert(document().replace(first.encode(), stated.encode(), 1))
    assert conversion.invoice.lines[0].vat.belgian_code == "03/SE"
    assert "vat_code_by_breakdown" in {one.code for one in conversion.derived}


def halved(other: str) -> bytes:
    """Two exemptions of one category, half of the amount under each."""
    two = exempted("Vrijgesteld, art. 44 W.BTW").decode()
    subtotal = two[two.index("<cac:TaxSubtotal>") : two.index("</cac:TaxSubtotal>") + len("</cac:TaxSubtotal>")]
    halves = (subtotal + subtotal.replace("Vrijgesteld, art. 44 W.BTW", other)).replace(">400.00<", ">200.00<")
    return two.replace(subtotal, halves).encode()


def test_a_line_has_the_code_on_which_several_exemptions_of_its_category_agree() -> None:
    conversion = convert(halved("Exempté, article 44 CTVA"))
    assert {part.vat.belgian_code for part in conversion.invoice.vat_breakdown} == {"00/44"}
    assert conversion.invoice.lines[0].vat.belgian_code == "00/44"
    assert "vat_code_doubtful" not in {one.code for one in conversion.findings}


@pytest.mark.parametrize("target", list(Format))
def test_where_two_exemptions_lead_to_two_codes_no_code_is_guessed_for_the_lines(target: Format) -> None:
    """Which line is under which, nobody says: 1.0 does without, 3.0 waits for a person."""
    conversion = convert(halved("Buiten btw"), target)
    assert [part.vat.belgian_code for part in conversion.invoice.vat_breakdown] == ["00/44", "NA"]
    assert conversion.invoice.lines[0].vat.belgian_code == ""
    [torn] = [one for one in conversion.findings if one.code == "vat_code_torn"]
    assert torn.arguments["several"] == "00/44 / NA"
    assert "V57" not in {one.rule for one in conversion.findings}
    assert conversion.ok is check(conversion.output).ok is (target is Format.EFFF_1)


def test_an_own_rule_settles_which_of_two_codes_the_lines_have() -> None:
    own = VatOverride("NA", supplier="BE0477472701", category="E")
    conversion = convert(halved("Buiten btw"), Format.EFFF_3, vat_overrides=[own])
    assert conversion.ok and check(conversion.output).ok
    assert conversion.invoice.lines[0].vat.belgian_code == "NA"


def test_lines_without_an_exemption_are_under_the_part_of_the_table_that_has_none_either() -> None:
    conversion = convert(halved("").replace(b"<cbc:TaxExemptionReason></cbc:TaxExemptionReason>", b""))
    assert conversion.invoice.lines[0].vat.belgian_code == "NA"
    assert "vat_code_torn" not in {one.code for one in conversion.findings}
