"""The profile as others read it: what it says is what is written, element by element, for both versions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from lxml import etree

from core.efff.convert import Format, check, convert
from core.efff.example import examples
from core.efff.profile import Element, profile, rows
from core.efff.rules import RULES
from core.efff.rules.when import WHEN
from core.efff.specification import KINDS, markdown
from core.wording import messages
from tests.core.efff.corpus_files import DOCUMENTS, faults
from tests.core.efff.documents import credit_note_of

BOTH = pytest.mark.parametrize("target", list(Format), ids=lambda target: target.value)
FULL = Path(__file__).with_name("en16931.xml").read_bytes()
BELGIAN = b"""
<cac:PaymentTerms><cbc:Note>2 %</cbc:Note><cbc:SettlementDiscountPercent>2</cbc:SettlementDiscountPercent>
<cbc:Amount currencyID="USD">8.00</cbc:Amount><cac:SettlementPeriod><cbc:EndDate>2026-02-10</cbc:EndDate>
</cac:SettlementPeriod></cac:PaymentTerms>"""


def of_belgium(source: bytes) -> bytes:
    """The document with what EN 16931 has no term for: cash discount, legal mention, account numbers, a copy."""
    for old, new in (
        (b"<cac:PaymentTerms><cbc:Note>Within thirty days 20</cbc:Note></cac:PaymentTerms>", BELGIAN),
        (
            b"</cac:Delivery>",
            b"<cac:DeliveryTerms><cbc:ID>BELM-008</cbc:ID><cbc:SpecialTerms>refund</cbc:SpecialTerms>"
            b"</cac:DeliveryTerms></cac:Delivery>",
        ),
        (b"<cac:AccountingSupplierParty>", b"<cac:AccountingSupplierParty>" + ACCOUNT % (b"Customer", b"Customer")),
        (b"<cac:AccountingCustomerParty>", b"<cac:AccountingCustomerParty>" + ACCOUNT % (b"Supplier", b"Supplier")),
        (b"</cbc:Telephone>", b"</cbc:Telephone><cbc:Telefax>9</cbc:Telefax>"),
        (b"</cbc:IdentificationCode></cac:Country>", b"</cbc:IdentificationCode><cbc:Name>N</cbc:Name></cac:Country>"),
        (b"</cbc:SalesOrderID>", b"</cbc:SalesOrderID><cbc:IssueDate>2026-01-01</cbc:IssueDate>"),
        (b"<cbc:PaymentID>REMITTANCE-83", b"<cbc:InstructionNote>n</cbc:InstructionNote><cbc:PaymentID>090933755493"),
        (
            b"82.03</cbc:TaxAmount>\n      <cac:TaxCategory>",
            b"82.03</cbc:TaxAmount><cbc:TransactionCurrencyTaxAmount currencyID='EUR'>75.11"
            b"</cbc:TransactionCurrencyTaxAmount><cac:TaxCategory>",
        ),
        (b"</cbc:ID>\n  <cbc:IssueDate>", b"</cbc:ID><cbc:CopyIndicator>true</cbc:CopyIndicator><cbc:IssueDate>"),
    ):
        assert old in source, old
        source = source.replace(old, new)
    return source


ACCOUNT = b"<cbc:%sAssignedAccountID>C-1</cbc:%sAssignedAccountID>"


@cache
def outputs(target: Format) -> tuple[etree._Element, ...]:
    """Files of that version: with everything, as invoice and as credit note, and those of the corpus whose VAT codes
    are known (without one a file of 3.0 is none)."""
    credit = credit_note_of(FULL).replace(b"<cbc:DueDate>2026-03-05</cbc:DueDate>", b"")
    sources = [FULL, credit, of_belgium(FULL), of_belgium(credit), *(path.read_bytes() for path in DOCUMENTS[::5])]
    files = (convert(source, target) for source in sources)
    coded = [file.output for file in files if not {"V70", "V71"} & {one.rule for one in file.findings if one.blocks}]
    assert len(coded) >= 4
    return tuple(etree.fromstring(content, etree.XMLParser(huge_tree=True)) for content in coded)


def placed(parent: etree._Element, kind: str) -> Iterator[tuple[etree._Element, str, etree._Element, Element]]:
    """Every element of a file with its parent, that one's type, and its row of the profile."""
    for child in parent:
        row = profile()[kind].elements[etree.QName(child).localname]
        yield parent, kind, child, row
        if not row.is_basic:
            yield from placed(child, row.kind)


def everywhere(target: Format) -> Iterator[tuple[etree._Element, str, etree._Element, Element]]:
    for root in outputs(target):
        yield from placed(root, etree.QName(root).localname)


def level(row: Element, target: Format) -> str:
    return row.level_1 if target is Format.EFFF_1 else row.level_3


@BOTH
def test_every_row_is_written_somewhere_and_nothing_is_written_beside_them(target: Format) -> None:
    written = {(kind, row.name) for _, kind, _, row in everywhere(target)}
    types = {kind for kind, _ in written}
    told = {(row.parent, row.name) for row in rows() if level(row, target) != "-" and row.parent in types}
    assert written == told
    first = {row.parent for row in rows() if level(row, target) != "-"} - types
    assert first <= {"CreditNote", "CreditNoteLine"}


@BOTH
def test_what_is_mandatory_stands_wherever_its_parent_does(target: Format) -> None:
    parents: dict[int, tuple[etree._Element, str]] = {}
    for root in outputs(target):
        parents[id(root)] = (root, etree.QName(root).localname)
    for _, _, child, row in everywhere(target):
        if not row.is_basic:
            parents[id(child)] = (child, row.kind)
    for parent, kind in parents.values():
        names = {etree.QName(child).localname for child in parent}
        wanted = {row.name for row in profile()[kind].elements.values() if level(row, target) == "M"}
        assert wanted <= names, (parent.tag, wanted - names)


@BOTH
def test_a_value_that_is_told_to_the_letter_is_written_so(target: Format) -> None:
    seen = set()
    for _, kind, child, row in everywhere(target):
        exact = row.exact_values(target)
        if exact:
            assert child.text in exact, (kind, row.name)
            seen.add((kind, row.name))
    assert {("Invoice", "UBLVersionID"), ("Invoice", "CustomizationID"), ("AllowanceCharge", "ChargeIndicator")} <= seen


@BOTH
def test_every_value_has_a_rule_and_a_kind_that_is_explained(target: Format) -> None:
    kinds = {name for name, _ in KINDS}
    for row in rows():
        if row.is_basic and level(row, target) != "-":
            assert row.kind in kinds
            assert row.value_1 if target is Format.EFFF_1 else row.value_3, (row.parent, row.name)


def test_every_term_of_en_16931_has_a_row() -> None:
    terms = {term for row in rows() for term in row.terms}
    assert {f"BT-{number}" for number in range(1, 166) if number != 4} <= terms
    assert {f"BG-{number}" for number in range(1, 33)} <= terms


@BOTH
def test_the_printed_document_is_whole(target: Format) -> None:
    printed = markdown(target)
    headings = [line[3:] for line in printed.splitlines() if line.startswith("## ")]
    assert {"Invoice", "Party", "VAT codes", "Rules"} <= set(headings)
    assert ("Codes of UBL 2.0" in headings) is (target is Format.EFFF_1)
    links = {part.partition(")")[0] for part in printed.split("](#")[1:]}
    assert links <= {heading.lower() for heading in headings}
    assert " H87 " not in printed or target is Format.EFFF_3 or "H87 is written as C62" in printed
    for line in printed.splitlines():
        if line.startswith("| ") and "`cbc:" in line:
            assert line.replace("\\|", "").count("|") == 9


@BOTH
@pytest.mark.corpus
@pytest.mark.skipif(not DOCUMENTS, reason="no corpus, no schema")
def test_the_printed_files_are_valid_and_break_no_rule_but_that_their_pdf_is_cut(target: Format) -> None:
    for example in examples(target):
        assert example.rstrip() in markdown(target)
        assert faults(example.encode(), target) == []
        assert {one.rule for one in check(example.encode()).findings} == {"V22"}


def test_each_threshold_is_in_print() -> None:
    """Two rules that say the same in two levels say when each holds; and no condition is of a rule that is gone."""
    assert WHEN.keys() <= RULES.keys()
    sentences = Counter(messages()[code].sentence for code in RULES)
    assert {code for code in RULES if sentences[messages()[code].sentence] > 1} <= WHEN.keys()
