"""Every document of the corpus becomes an e-fff file of both versions: valid, complete, the same each time."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.efff.attachments import invoice_pdf
from core.efff.convert import Conversion, Format, PdfOrigin, check, convert
from core.efff.reader import read
from core.efff.report import Severity
from tests.core.efff.corpus_files import DOCUMENTS, UBLBE, WITHOUT_PDF, faults, named
from tests.core.efff.meaning import meaning

pytestmark = pytest.mark.corpus

BOTH = pytest.mark.parametrize("target", list(Format), ids=lambda target: target.value)
ALL = pytest.mark.parametrize("path", named(DOCUMENTS))
SOME = pytest.mark.parametrize("path", named(DOCUMENTS[::4]))

_conversions: dict[tuple[Path, Format], Conversion] = {}


def converted(path: Path, target: Format) -> Conversion:
    """The conversion of a document, made once for all tests."""
    if (path, target) not in _conversions:
        _conversions[path, target] = convert(path.read_bytes(), target)
    return _conversions[path, target]


@ALL
@BOTH
def test_every_document_becomes_a_file_that_the_official_schema_accepts(path: Path, target: Format) -> None:
    conversion = converted(path, target)
    assert conversion.output is not None
    assert faults(conversion.output, target) == []


@pytest.mark.parametrize("path", named(UBLBE))
def test_no_official_belgian_test_case_is_held_back_in_1_0(path: Path) -> None:
    conversion = converted(path, Format.EFFF_1)
    assert [finding for finding in conversion.findings if finding.blocks] == []
    assert conversion.ok
    assert conversion.pdf_origin is PdfOrigin.EMBEDDED


@pytest.mark.parametrize("path", named(UBLBE))
def test_in_3_0_only_one_stop_shop_vat_is_held_back(path: Path) -> None:
    conversion = converted(path, Format.EFFF_3)
    codes = {part.vat.belgian_code[:3] for part in read(path.read_bytes()).invoice.vat_breakdown}
    assert conversion.ok is ("OSS" not in codes)


@ALL
@BOTH
def test_the_output_passes_its_own_check(path: Path, target: Format) -> None:
    conversion = converted(path, target)
    found = check(conversion.output, file_name=conversion.file_name)
    assert found.source_format.value == target.value
    before = {finding.rule for finding in conversion.findings if finding.severity is Severity.ERROR}
    errors = {finding.rule for finding in found.findings if finding.severity is Severity.ERROR}
    assert errors <= (before | {"V71", "EFFF-T10-R007", "EFFF-T10-R015"} if "V70" in before else before)
    assert "V03" not in {finding.rule for finding in found.findings}


@ALL
@BOTH
def test_a_good_output_is_carried_over_byte_for_byte(path: Path, target: Format) -> None:
    conversion = converted(path, target)
    again = convert(conversion.output, target)
    if not any(finding.severity is Severity.ERROR for finding in conversion.findings):
        assert again.carried_over
        assert again.output is conversion.output
    else:
        assert not again.carried_over


@SOME
@BOTH
def test_the_same_input_gives_the_same_bytes(path: Path, target: Format) -> None:
    assert convert(path.read_bytes(), target).output == converted(path, target).output


@ALL
@BOTH
def test_reading_what_was_written_gives_the_same_invoice(path: Path, target: Format) -> None:
    source, result = read(path.read_bytes()).invoice, read(converted(path, target).output).invoice
    assert meaning(result, target) == meaning(source, target)


@SOME
@BOTH
def test_writing_it_again_changes_nothing_any_more(path: Path, target: Format) -> None:
    once = read(converted(path, target).output).invoice
    other = Format.EFFF_3 if target is Format.EFFF_1 else Format.EFFF_1
    back = convert(convert(converted(path, target).output, other).output, target)
    twice = read(back.output).invoice
    assert meaning(twice, Format.EFFF_1) == meaning(once, Format.EFFF_1)


@pytest.mark.parametrize("path", named(UBLBE))
@BOTH
def test_the_pdf_travels_as_the_text_it_is(path: Path, target: Format) -> None:
    source, result = read(path.read_bytes()).invoice, read(converted(path, target).output).invoice
    assert invoice_pdf(result).content == invoice_pdf(source).content


@pytest.mark.parametrize("path", named(WITHOUT_PDF))
def test_an_invoice_without_a_pdf_gets_one_and_it_says_so(path: Path) -> None:
    conversion = converted(path, Format.EFFF_1)
    assert conversion.pdf_origin is PdfOrigin.RENDERED
    assert ("V20", Severity.INFO) in {(finding.rule, finding.severity) for finding in conversion.findings}
