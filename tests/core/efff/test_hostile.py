"""Whatever bytes come in, a finding comes out: nothing raises, nothing is expanded, nothing is fetched."""

from __future__ import annotations

import os
import tracemalloc

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.efff import tree
from core.efff.convert import Format, check, convert
from core.efff.reader import read
from tests.core.efff import fuzz
from tests.core.efff.corpus_files import DOCUMENTS, faults
from tests.core.efff.documents import PEPPOL, attachment, document

BOMB = """<?xml version="1.0"?><!DOCTYPE Invoice [<!ENTITY a "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">
<!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;"><!ENTITY e "&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;">]>
<Invoice id="&e;">&e;</Invoice>"""

ATTRIBUTES = " ".join(f'a{number}="x > y"' for number in range(tree.MAX_ATTRIBUTES + 1))
NAMESPACES = "\n".join(f"xmlns:n{number} = 'urn:{number}'" for number in range(tree.MAX_ATTRIBUTES + 1))


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (b"", "file_is_empty"),
        (b" \r\n\t ", "file_is_empty"),
        (b"\xef\xbb\xbf", "file_is_empty"),
        (b"%PDF-1.7\n...", "file_is_pdf"),
        (b"PK\x03\x04rest", "file_is_zip"),
        (b"<!DOCTYPE html><html><body>404</body></html>", "file_is_html"),
        (b"<HTML><body>Sign in</body></HTML>", "file_is_html"),
        (b"number;date;total\n1;2;3\n", "file_is_not_xml"),
        (b'{"error": "not found"}', "file_is_not_xml"),
        (b"<Invoice><cbc:ID>1</Invoice>", "xml_not_well_formed"),
        (PEPPOL.encode()[:900], "xml_not_well_formed"),
        (BOMB.encode(), "xml_has_doctype"),
        (
            b"<?xml version='1.0'?><!-- x --><?p x?>\n<!DOCTYPE Invoice SYSTEM 'http://127.0.0.1:1/x.dtd'><Invoice/>",
            "xml_has_doctype",
        ),
        (BOMB.replace('version="1.0"', 'version="1.0" encoding="utf-16"').encode("utf-16"), "xml_has_doctype"),
        (BOMB.encode("utf-16-be"), "xml_has_doctype"),
        (BOMB.replace('version="1.0"', 'version="1.0" encoding="utf-32"').encode("utf-32"), "xml_has_doctype"),
        (b'<?xml version="1.0" encoding="utf-7"?>+ADwAIQ-DOCTYPE x+AD4-<Invoice/>', "xml_encoding_unknown"),
        (BOMB.encode("cp037"), "file_is_not_xml"),
        (b'<?xml version="1.0" encoding="utf-16"?><Invoice/>', "xml_encoding_wrong"),
        (b"<Invoice>&undefined;</Invoice>", "xml_not_well_formed"),
        (b"<Invoice>\xff\xfe</Invoice>", "xml_not_well_formed"),
        (b"<a>" * 300 + b"</a>" * 300, "xml_too_deep"),
        (b"<a>" * 100_000, "xml_not_well_formed"),
        (PEPPOL.replace("<cbc:ID>", f"<cbc:ID {ATTRIBUTES}>", 1).encode(), "xml_too_crowded"),
        (PEPPOL.replace("<Invoice ", f"<Invoice {NAMESPACES} ", 1).encode(), "xml_too_crowded"),
    ],
)
def test_what_is_no_invoice_is_said_in_a_sentence(source: bytes, code: str) -> None:
    reading = read(source)
    assert reading.invoice is None
    assert [(finding.rule, finding.code, finding.never) for finding in reading.findings] == [("V01", code, True)]
    assert "{" not in reading.findings[0].message
    conversion = convert(source)
    assert (conversion.output, conversion.ok, conversion.file_name) == (None, False, None)
    assert not check(source).ok


@pytest.mark.parametrize(
    "source",
    [
        b"<Invoice/>",
        b"<note xmlns='urn:x'><to>you</to></note>",
        b"<x:CrossIndustryInvoice xmlns:x='urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100'/>",
        b"<Order xmlns='urn:oasis:names:specification:ubl:schema:xsd:Order-2'/>",
        b"<CreditNote xmlns='urn:oasis:names:specification:ubl:schema:xsd:Invoice-2'/>",
    ],
)
def test_an_xml_that_is_no_ubl_invoice_is_v02(source: bytes) -> None:
    assert [finding.rule for finding in read(source).findings] == ["V02"]
    assert convert(source).output is None


def test_a_document_beyond_the_limits_is_refused_before_it_is_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree, "MAX_BYTES", 1000)
    assert [finding.rule for finding in read(document()).findings] == ["V24"]
    monkeypatch.setattr(tree, "MAX_BYTES", 10_000_000)
    monkeypatch.setattr(tree, "MAX_MARKUP", 50)
    assert [finding.code for finding in read(document()).findings] == ["document_too_long"]


def test_an_entity_bomb_costs_nothing() -> None:
    tracemalloc.start()
    read(BOMB.encode())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000


@pytest.mark.parametrize("target", list(Format))
def test_the_longest_numbers_are_reckoned_with_to_their_last_digit(target: Format) -> None:
    nines = "9" * 37 + ".99"
    source = document().replace(b"<cbc:Percent>21<", f"<cbc:Percent>{nines}<".encode())
    output = convert(source.replace(b">400.00</cbc:Line", f">{nines}</cbc:Line".encode()), target).output
    cents = str((int(nines.replace(".", "")) ** 2 + 5_000) // 10**4)
    assert f">{cents[:-2]}.{cents[-2:]}<".encode() in output


def test_an_invoice_with_nothing_in_it_is_a_list_of_findings() -> None:
    for root in ("Invoice", "CreditNote"):
        source = f"<{root} xmlns='urn:oasis:names:specification:ubl:schema:xsd:{root}-2'/>".encode()
        for target in Format:
            conversion = convert(source, target)
            assert not conversion.ok
            assert {"V03", "V10", "V80"} <= {finding.rule for finding in conversion.findings}
        assert not check(source).ok


EXAMPLES = int(os.environ.get("BANQUP_PINGWIN_FUZZ", "100"))
"""How many damaged documents are tried; more with the environment variable."""

SLOW = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@given(st.binary(max_size=400))
@settings(max_examples=100, deadline=None)
def test_random_bytes_never_raise(source: bytes) -> None:
    convert(source)
    check(source)


SMALL = [path.read_bytes() for path in DOCUMENTS if path.stat().st_size < 20_000] or [document()]


@given(st.data())
@SLOW
def test_damaged_documents_never_raise(data: st.DataObject) -> None:
    source = bytearray(data.draw(st.sampled_from(SMALL)))
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(source) - 1))
        length = data.draw(st.sampled_from([0, 1, 1, 2, 5, 40, 400]))
        source[place : place + length] = data.draw(st.binary(max_size=8))
    reading = read(bytes(source))
    assert reading.findings or reading.invoice is not None
    assert "{" not in "".join(finding.message for finding in reading.findings)


MUTANTS = int(os.environ.get("BANQUP_PINGWIN_MUTANTS", "50"))
"""How many are tried here; `python -m tests.core.efff.fuzz` tries as many as time allows."""


@pytest.mark.skipif(not DOCUMENTS, reason="no corpus, no schema")
def test_mutants_of_real_documents_give_findings_and_only_valid_files_and_lose_nothing() -> None:
    sources = fuzz.documents()
    wrong = {number: told for number in range(MUTANTS) if (told := fuzz.broken(fuzz.mutant(number, sources)))}
    assert wrong == {}


@pytest.mark.parametrize("body", ["S", "2026-01-31", "UEsDB"])
@pytest.mark.parametrize("target", list(Format), ids=lambda target: target.value)
@pytest.mark.skipif(not DOCUMENTS, reason="no corpus, no schema")
def test_an_attachment_that_is_no_base64_stays_out_and_is_told(body: str, target: Format) -> None:
    conversion = convert(document(attachment(body, mime="text/csv")), target)
    assert "base64_broken" in {one.code for one in conversion.findings}
    assert faults(conversion.output, target) == []
    assert "attachment_damaged" in {one.code for one in conversion.dropped}


@pytest.mark.parametrize("target", list(Format), ids=lambda target: target.value)
@pytest.mark.skipif(not DOCUMENTS, reason="no corpus, no schema")
def test_a_body_without_its_padding_is_closed_off_in_the_file(target: Format) -> None:
    conversion = convert(document(attachment("UEsDBA", mime="text/csv")), target)
    assert b">UEsDBA==<" in conversion.output
    assert faults(conversion.output, target) == []


WORDS = st.sampled_from(
    ["", " ", "0", "-1", "99999999999999999999", "1.005", "2026-13-01", "BE", "€", "S", "\u2028x", "]]>", "a&amp;b"]
)


@given(st.data())
@SLOW
def test_documents_with_wrong_values_convert_or_say_why(data: st.DataObject) -> None:
    parts = data.draw(st.sampled_from(SMALL)).decode("utf-8-sig").split(">")
    for _ in range(data.draw(st.integers(1, 5))):
        place = data.draw(st.integers(0, len(parts) - 1))
        head, bracket, tail = parts[place].partition("<")
        parts[place] = data.draw(WORDS) + bracket + tail if bracket else head
    source = ">".join(parts).encode()
    conversion = convert(source, data.draw(st.sampled_from(list(Format))))
    assert conversion.output is not None or any(finding.never for finding in conversion.findings)
    check(source)
