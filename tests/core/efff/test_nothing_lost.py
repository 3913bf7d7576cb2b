"""Each text and each attribute of a source ends in the output, or is told as dropped or derived: none vanishes.

Followed one by one, through documents that hold everything UBL 2.1 has, each value different from all others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree

from core.efff.convert import Conversion, Format, convert
from core.efff.reader import read
from core.efff.tree import Node
from tests.core.efff.corpus_files import DOCUMENTS, faults, named
from tests.core.efff.documents import credit_note_of, document
from tests.core.efff.everything import everything

pytestmark = [pytest.mark.corpus, pytest.mark.skipif(not DOCUMENTS, reason="no corpus, no schema")]

BOTH = pytest.mark.parametrize("target", list(Format), ids=lambda target: target.value)
NUMBER = re.compile(r"\[[0-9]+\]")

SPELLED_OTHERWISE = {"0208": "BE:CBE", "9925": "BE:CBE", "9956": "BE:CBE", "UBL.BE": "eFFF", "KBO": "BE:CBE"}
"""Schemes that e-fff writes in its own way (reference 6), and the reference under which a program names itself."""


def values(node: Node) -> Iterator[tuple[str, str]]:
    """Each text and attribute of the source with its path; what a schema is found by is no value."""
    for one in node.all_below():
        if one.text and one.text.strip():
            yield one.path, one.text.strip()
        for name, value in one.attributes.items():
            if value.strip() and not name.startswith("{http://www.w3.org/2001/XMLSchema-instance}"):
                yield f"{one.path}/@{name}", value.strip()


def lost(source: bytes, conversion: Conversion) -> list[tuple[str, str]]:
    """What of the source is nowhere: not in the output, not dropped, not derived."""
    output = etree.fromstring(conversion.output, etree.XMLParser(huge_tree=True))
    written = {text.strip() for one in output.iter() if one.text and (text := one.text)}
    written |= {value.strip() for one in output.iter() for value in one.attrib.values()}
    whole, alike = "\n".join(written), {_alike(text) for text in written}
    told = {NUMBER.sub("", one.path) for one in (*conversion.dropped, *conversion.derived)}
    elsewhere = {(_last(one.path), one.value) for one in conversion.dropped}
    elsewhere |= {(_last(one.path), one.arguments.get("stated")) for one in conversion.derived}
    return [
        (path, value)
        for path, value in values(read(source).root)
        if NUMBER.sub("", path) not in told
        and (_last(path), value) not in elsewhere  # the same value at another place is told once
        and SPELLED_OTHERWISE.get(value, value) not in written
        and not (len(value) >= 3 and value in whole)
        and _alike(value) not in alike
        and not _is_nothing(path, value)
    ]


def _last(path: str) -> str:
    return path.rpartition("/")[2]


def _alike(value: str) -> str:
    """A value in the spelling it shares with the output's: 84 and 84.00, BE 0477.472.701 and 0477472701."""
    if re.fullmatch(r"[+-]?[0-9]*\.[0-9]+", value):
        value = value.rstrip("0").rstrip(".")
    return re.sub(r"[^\w-]", "", value).upper().removeprefix("BE").lstrip("0")


def _is_nothing(path: str, value: str) -> bool:
    """Totals of 0 and a copy indicator that says no are left out: absent means the same."""
    if path.endswith("CopyIndicator"):
        return value in ("false", "0")
    return path.endswith("Amount") and not _alike(value)


@BOTH
@pytest.mark.parametrize("source", [document(), credit_note_of(document())], ids=["invoice", "credit note"])
def test_of_a_document_that_holds_all_of_ubl_no_value_vanishes(source: bytes, target: Format) -> None:
    full = etree.tostring(everything(source, 1), encoding="UTF-8", xml_declaration=True)
    assert faults(full, Format.EFFF_3) == []
    conversion = convert(full, target)
    assert faults(conversion.output, target) == []
    assert lost(full, conversion) == []


@BOTH
@pytest.mark.parametrize("path", named(DOCUMENTS))
def test_of_a_real_document_no_value_vanishes(path: Path, target: Format) -> None:
    source = path.read_bytes()
    assert lost(source, convert(source, target)) == []


@BOTH
@pytest.mark.parametrize("path", named([path for path in DOCUMENTS if path.stat().st_size < 60_000][::4]))
def test_of_a_real_document_with_all_that_could_stand_beside_no_value_vanishes(path: Path, target: Format) -> None:
    full = etree.tostring(everything(path.read_bytes(), 0), encoding="UTF-8", xml_declaration=True)
    conversion = convert(full, target)
    assert faults(conversion.output, target) == []
    assert lost(full, conversion) == []


def test_attributes_are_told_once_for_a_kind_of_place_with_their_number() -> None:
    noted = document(("<cbc:ID>1</cbc:ID>", '<cbc:ID>1</cbc:ID><cbc:Note languageID="nl">a</cbc:Note>'))
    twice = noted.replace(b"<cbc:Note ", b'<cbc:Note languageID="nl">b</cbc:Note><cbc:Note ')
    [told] = [one for one in convert(twice).dropped if one.path.endswith("/@languageID")]
    assert (told.path, told.value) == ("/Invoice/cac:InvoiceLine[1]/cbc:Note[1]/@languageID", "nl")
    assert (told.code, told.arguments) == ("language_not_kept", {"count": 2})


def test_stray_text_between_elements_is_told() -> None:
    stray = document(("<cbc:ID>1</cbc:ID>", "<cbc:ID>1</cbc:ID>stray"), ("<cac:Item>", "<cac:Item>words"))
    assert {"stray", "words"} <= {one.value for one in convert(stray).dropped}
