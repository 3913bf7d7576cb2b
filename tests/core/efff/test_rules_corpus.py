"""The rules against official documents: nothing that is right is called wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.efff.formats import Format, SourceFormat
from core.efff.reader import read
from core.efff.rules import RuleContext, check
from core.efff.vat import assign
from tests.core.efff.samples import OPENS


@pytest.mark.parametrize("folder", ["ublbe/testcases-1.31", "peppol-bis-3/examples"])
def test_nothing_stops_an_official_document(corpus: Path, folder: str) -> None:
    paths = sorted((corpus / folder).glob("*.xml"))
    assert len(paths) >= 9
    for path in paths:
        reading = read(path.read_bytes())
        assert reading.invoice is not None
        assert reading.source_format is not None
        invoice = assign(reading.invoice).invoice
        context = RuleContext(Format.EFFF_1, OPENS, rendered=not any(one.is_pdf for one in invoice.attachments))
        findings = check(invoice, reading.source_format, context=context)
        assert [one for one in findings if one.blocks] == [], path.name


def test_the_official_documents_without_oddities_have_no_finding(corpus: Path) -> None:
    clean = ["01", "02", "03", "04", "05", "06", "08", "09", "10", "12", "14", "15", "16", "17", "20", "21", "23", "25"]
    clean += ["29", "30", "31", "32"]
    for number in clean:
        source = (corpus / "ublbe" / "testcases-1.31" / f"UBLBE_BE0000000196_V01-150000{number}.xml").read_bytes()
        reading = read(source)
        assert reading.invoice is not None
        assert check(reading.invoice, SourceFormat.UBL_BE, context=RuleContext(pdf=OPENS)) == [], number
