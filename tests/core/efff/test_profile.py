"""The profile is the format: what it accepts the official UBL 2.0 schema accepts, and it orders what is written."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
from lxml import etree

from core.efff.convert import Format, check, convert
from core.efff.formats import SourceFormat
from core.efff.profile import profile, rows, ubl_20_codes
from core.efff.profile_table import sections
from core.efff.reader import read
from core.efff.report import Severity
from core.efff.schema import profile_faults, schema_faults
from core.efff.specification import markdown
from tests.core.efff.corpus_files import DOCUMENTS, faults, schema
from tests.core.efff.documents import document

FIRST = Format.EFFF_1


def test_every_kind_of_the_profile_is_a_value_or_a_type_it_defines() -> None:
    types = profile()
    assert {"Invoice", "CreditNote"} <= set(types)
    for element in rows():
        assert element.is_basic or element.kind in types
        assert {element.level_1, element.level_3} <= set("MWO-")
        assert element.meaning


def test_an_element_of_2_1_is_never_at_home_in_1_0() -> None:
    for element in rows():
        if element.since == "2.1" or element.parent.startswith("CreditNote"):
            assert element.in_2_0 is None
            assert element.level_1 == "-" or element.parent.startswith("CreditNote")


def test_the_lists_of_2007_hold_what_the_reference_says() -> None:
    codes = ubl_20_codes()
    assert len(codes["unitCode"]) == 1093
    for unit in (
        "C62",
        "ZZ",
        "EA",
        "HUR",
        "DAY",
        "MON",
        "ANN",
        "KGM",
        "MTR",
        "LTR",
        "MTK",
        "MTQ",
        "LS",
        "PR",
        "SET",
        "KWH",
    ):
        assert unit in codes["unitCode"]
    assert {"H87", "XBX"}.isdisjoint(codes["unitCode"])
    assert {"RON", "TRY"}.isdisjoint(codes["currencyID"])
    assert "application/pdf" in codes["mimeCode"]


@pytest.mark.corpus
@pytest.mark.skipif(not DOCUMENTS, reason="no corpus")
def test_the_profile_has_the_official_order_and_cardinality() -> None:
    for version, least_most in (("2.0", "in_2_0"), ("2.1", "in_2_1")):
        for root in ("Invoice", "CreditNote"):
            declared = _declared(version, root)
            place = -1
            for element in (row for row in rows() if row.parent == root and getattr(row, least_most)):
                names = [name for name, _ in declared]
                assert element.name in names
                assert names.index(element.name) > place
                place = names.index(element.name)
                assert declared[place][1] == getattr(element, least_most)


def _declared(version: str, root: str) -> list[tuple[str, tuple[int, int | None]]]:
    from tests.conftest import CORPUS

    path = CORPUS / "xsd" / f"ubl-{version}" / "maindoc" / f"UBL-{root}-{version}.xsd"
    space = "{http://www.w3.org/2001/XMLSchema}"
    kind = etree.parse(str(path)).find(f".//{space}complexType[@name='{root}Type']/{space}sequence")
    return [
        (
            one.get("ref").rpartition(":")[2],
            (
                int(one.get("minOccurs", "1")),
                None if one.get("maxOccurs") == "unbounded" else int(one.get("maxOccurs", "1")),
            ),
        )
        for one in kind.findall(f"{space}element")
    ]


def _stated(element: etree._Element, target: Format) -> set[str]:
    """What the profile says of an element's attributes."""
    kind = etree.QName(element.getroottree().getroot()).localname
    path = [*reversed([etree.QName(one).localname for one in element.iterancestors()]), etree.QName(element).localname]
    for name in path[1:]:
        found = profile()[kind].elements[name]
        kind = found.kind
    return set(re.findall(r"[A-Za-z]+", found.attributes_1 if target is FIRST else found.attributes_3))


@pytest.mark.corpus
@pytest.mark.parametrize("target", list(Format))
@pytest.mark.skipif(not DOCUMENTS, reason="no corpus")
def test_the_profile_names_every_element_and_attribute_that_is_written(target: Format) -> None:
    for path in DOCUMENTS[::6]:
        root = etree.fromstring(convert(path.read_bytes(), target).output, etree.XMLParser(huge_tree=True))
        for element in root.iter():
            if element.attrib:
                assert set(element.attrib) <= _stated(element, target), element.tag


@pytest.mark.parametrize("target", list(Format))
def test_the_printed_profile_holds_every_row_of_the_version_and_leads_to_each(target: Format) -> None:
    told = {(section.name, row.element.partition(":")[2]) for section in sections(target) for row in section.rows}
    level = "level_1" if target is FIRST else "level_3"
    names = [section.name for section in sections(target)]
    own = {(row.parent, row.name) for row in rows() if row.times(target)[1] != 0 and getattr(row, level) != "-"}
    assert told == {row for row in own if row[0] in names}
    assert target is FIRST or told == own
    for section in sections(target):
        assert section.places
        assert all(row.element.startswith("cbc:") or row.holds in names for row in section.rows)
    printed = markdown(target)
    assert all(f"## {name}\n" in printed for name in names)
    assert printed == markdown(target)


def mutated(content: bytes, choice: random.Random) -> bytes:
    """A file of e-fff 1.0 with one or two faults of form."""
    root = etree.fromstring(content)
    for _ in range(choice.randint(1, 2)):
        elements = [one for one in root.iter() if one.getparent() is not None]
        victim = choice.choice(elements)
        parent = victim.getparent()
        match choice.randrange(7):
            case 0:
                parent.remove(victim)
            case 1:
                parent.append(victim)
            case 2:
                parent.insert(0, victim)
            case 3:
                victim.addnext(etree.fromstring(etree.tostring(victim)))
            case 4:
                victim.tag = choice.choice(elements).tag
            case 5:
                for name in list(victim.attrib):
                    victim.set(name, choice.choice(["H87", "RON", "", "text/x", "EUR"]))
            case _:
                if len(victim) == 0:
                    victim.text = choice.choice(["1", "0", "true", "x", "", "2026-01-01", "2026-13-01", "1,5"])
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


@pytest.mark.corpus
@pytest.mark.skipif(not DOCUMENTS, reason="no corpus")
def test_the_profile_never_accepts_what_the_official_2_0_schema_refuses() -> None:
    choice = random.Random(20)
    sources = [path for path in DOCUMENTS if path.stat().st_size < 30_000][::3]
    files = [convert(path.read_bytes(), FIRST).output for path in sources]
    refused = 0
    for _ in range(250):
        content = mutated(_without_body(choice.choice(files)), choice)
        if not faults(content, FIRST):
            continue
        refused += 1
        reading = read(content)
        found = [*reading.findings]
        if reading.root is not None and reading.root.name == "Invoice":
            found += [*profile_faults(reading.root), *schema_faults(content, "Invoice")]
        assert any(one.rule in ("V01", "V02", "V03") and one.severity is Severity.ERROR for one in found), (
            content.decode()
        )
    assert refused > 125


def _without_body(content: bytes) -> bytes:
    root = etree.fromstring(content)
    for body in root.iter("{*}EmbeddedDocumentBinaryObject"):
        body.text = "JVBERi0="
    return etree.tostring(root)


@pytest.mark.parametrize("path", DOCUMENTS[::9], ids=lambda path: path.name)
def test_what_the_writer_writes_has_no_fault_by_the_profile(path: Path) -> None:
    assert profile_faults(read(convert(path.read_bytes(), FIRST).output).root) == []


def test_check_tells_a_2_1_body_under_a_1_0_header() -> None:
    content = convert(document(), FIRST).output.replace(
        b"<cbc:InvoiceTypeCode", b"<cbc:DueDate>2026-03-02</cbc:DueDate>\n<cbc:InvoiceTypeCode"
    )
    found = [finding for finding in check(content).findings if finding.rule == "V03"]
    assert [(one.code, one.where) for one in found] == [("newer_body_under_old_header", "/Invoice/cbc:DueDate")]


def test_check_tells_what_is_no_ubl() -> None:
    moved = document(("<cbc:ID>2026/0042</cbc:ID>", ""))
    result = check(moved)
    assert result.source_format is SourceFormat.PEPPOL
    assert "ubl_element_unexpected" in {finding.code for finding in result.findings}
    assert not result.ok


@pytest.mark.corpus
@pytest.mark.skipif(not DOCUMENTS, reason="no corpus")
def test_the_schema_we_ship_with_says_what_the_official_one_says() -> None:
    from core.efff.schema import _schema

    choice = random.Random(21)
    files = [convert(p.read_bytes(), Format.EFFF_3).output for p in DOCUMENTS[::3] if p.stat().st_size < 15_000]
    for _ in range(150):
        content = mutated(_without_body(choice.choice(files)), choice)
        root = etree.fromstring(content)
        name = etree.QName(root).localname
        assert _schema(name).validate(root) == schema("2.1", name).validate(root)
