"""Each text and each attribute of a source ends in the output, or is told as dropped or derived: none vanishes.

Followed one by one, through documents that hold everything UBL 2.1 has, each value different from all others.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from core.efff.convert import Format, convert
from tests.core.efff.corpus_files import DOCUMENTS, faults, named
from tests.core.efff.documents import ORDER, credit_note_of, document
from tests.core.efff.everything import everything
from tests.core.efff.losses import lost

pytestmark = [pytest.mark.corpus, pytest.mark.skipif(not DOCUMENTS, reason="no corpus, no schema")]

BOTH = pytest.mark.parametrize("target", list(Format), ids=lambda target: target.value)


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


REPLACED = "<cbc:DocumentType>Drawing</cbc:DocumentType>", "not-a.pdf", "application/pdf"
SPREADSHEET = "", "list.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
REFERENCE = "<cac:AdditionalDocumentReference>{}</cac:AdditionalDocumentReference>"
NAMELESS = (
    '<cac:Attachment><cbc:EmbeddedDocumentBinaryObject mimeCode="application/pdf">TmljZSB0cnk='
    "</cbc:EmbeddedDocumentBinaryObject>"
    "</cac:Attachment>"
)
DESCRIBED = (
    "<cbc:DocumentTypeCode>50</cbc:DocumentTypeCode><cbc:DocumentDescription>Road works</cbc:DocumentDescription>"
)
REDUCTION = """<cbc:PriceAmount currencyID="EUR">200.00</cbc:PriceAmount><cac:AllowanceCharge><cbc:ChargeIndicator>false
</cbc:ChargeIndicator><cbc:Amount currencyID="EUR">20.00</cbc:Amount></cac:AllowanceCharge>"""


def reference(described: str, file: str, mime: str) -> tuple[str, str]:
    """A document reference with a file in it that is no PDF, whatever it says."""
    element = "cbc:EmbeddedDocumentBinaryObject"
    body = f'<{element} mimeCode="{mime}" filename="{file}">UEsDBA==</{element}>'
    inside = f"<cbc:ID>A</cbc:ID>{described}<cac:Attachment>{body}</cac:Attachment>"
    return ORDER, f"{ORDER}<cac:AdditionalDocumentReference>{inside}</cac:AdditionalDocumentReference>"


@BOTH
@pytest.mark.parametrize(
    "edit",
    [
        pytest.param(reference(*REPLACED), id="name and kind of a PDF that was none"),
        pytest.param((ORDER, ORDER + REFERENCE.format(NAMELESS)), id="a PDF that was none, without a name"),
        pytest.param(reference(*SPREADSHEET), id="kind of an attachment"),
        pytest.param(('<cbc:PriceAmount currencyID="EUR">200.00</cbc:PriceAmount>', REDUCTION), id="price reduction"),
        pytest.param((ORDER, ORDER + REFERENCE.format(DESCRIBED)), id="project without a number"),
        pytest.param((ORDER, ORDER + REFERENCE.format(f"<cbc:ID>P-1</cbc:ID>{DESCRIBED}")), id="project with a text"),
    ],
)
def test_what_foreign_documents_had_and_nobody_told_is_told(edit: tuple[str, str], target: Format) -> None:
    source = document(edit)
    assert lost(source, convert(source, target)) == []


def test_stray_text_between_elements_is_told() -> None:
    stray = document(("<cbc:ID>1</cbc:ID>", "<cbc:ID>1</cbc:ID>stray"), ("<cac:Item>", "<cac:Item>words"))
    assert {"stray", "words"} <= {one.value for one in convert(stray).dropped}
