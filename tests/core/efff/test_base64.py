"""Large bodies travel as they stand: what is taken out of the parser's sight is nothing but base64, and comes back."""

from __future__ import annotations

import base64
import pickle
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfWriter

from core.efff.attachments import decoded
from core.efff.base64text import Base64, base64_at
from core.efff.convert import Format, PdfOrigin, check, convert
from core.efff.glance import Held, pages_of_plain_pdf
from core.efff.pdf import examine, render
from core.efff.reader import read
from core.efff.report import PdfVerdict
from core.efff.tree import BODY_NAME, LARGE_BODY, without_bodies
from tests.benchmarks.efff import pdf_of
from tests.core.efff.corpus_files import DOCUMENTS, faults
from tests.core.efff.documents import ORDER, attachment, document
from tests.core.efff.samples import GOOD

PDF = pdf_of(9_000)
BODY = base64.b64encode(PDF).decode()
WRAPPED = base64.encodebytes(PDF).decode()


def body_of(text: str) -> Base64 | None:
    content = f"<{text}>".encode()
    return base64_at(content, 1, len(content) - 1)


@pytest.mark.parametrize(
    ("text", "carried"),
    [(BODY, BODY), (WRAPPED, WRAPPED), (wide := f"\n {BODY}\r\n\t", wide), (BODY.rstrip("="), BODY)],
    ids=["one line", "wrapped", "with blanks", "closed off, as the schema demands it"],
)
@pytest.mark.parametrize("target", list(Format))
def test_a_large_body_is_carried_over_as_the_text_it_is(text: str, carried: str, target: Format) -> None:
    source = document(attachment(text, kind="CommercialInvoice"))
    assert len(without_bodies(source)[0]) < len(source) - LARGE_BODY
    own = read(source).invoice.attachments[0]
    assert isinstance(own.content, Base64)
    assert decoded(own) == PDF
    conversion = convert(source, target)
    assert conversion.pdf_origin is PdfOrigin.EMBEDDED
    assert carried.encode() in conversion.output
    assert decoded(read(conversion.output).invoice.attachments[0]) == PDF


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (BODY, None),
        (WRAPPED, None),
        (BODY.rstrip("=") + "=" * 3, "base64_padding_repaired"),
        (base64.b64encode(b"x" * 6001).decode().rstrip("="), "base64_padding_repaired"),
        ("A" * 6001, "base64_broken"),
        ("A" * 6000 + "AR==", "base64_padding_repaired"),
        ("A" * 6000 + "AAF=" + " " * 200, "base64_padding_repaired"),
        ("A" * 6000 + "AQ==\n", None),
        ("A" * 6000 + "AAE=", None),
    ],
)
def test_the_faults_of_base64_are_told_without_decoding(text: str, code: str | None) -> None:
    assert body_of(text).fault == code


@pytest.mark.corpus
@pytest.mark.skipif(not DOCUMENTS, reason="no corpus, no schema")
@pytest.mark.parametrize("start", ["", "AAAA" * 2000], ids=["small", "large"])
@pytest.mark.parametrize("end", ["X", "XX", "XX==", "XXX", "XXX=", "XXX=="])
@pytest.mark.parametrize("target", list(Format))
def test_bits_that_belong_to_no_byte_are_cleared_as_the_schema_demands_it(start: str, end: str, target: Format) -> None:
    source = document(attachment(start + end, mime="image/png"))
    before, output = read(source).invoice, convert(source, target).output
    assert faults(output, target) == []
    after = [one for one in read(output).invoice.attachments if one.mime == "image/png" and one.content]
    assert [decoded(one) for one in after] == ([decoded(before.attachments[0])] if len(end) > 1 else [])


@pytest.mark.parametrize("text", ["AAAA*" * 2000, "AA=A" * 2000, "AAAÄ" * 2000, "AA&amp;" * 2000, "=" * 6000 + "A"])
def test_what_is_no_base64_is_left_to_the_parser(text: str) -> None:
    assert body_of(text) is None
    findings = check(document(attachment(text))).findings
    assert "base64_broken" in {finding.code for finding in findings}


def test_a_body_in_a_comment_or_in_a_text_changes_nothing() -> None:
    inside = f'<cbc:{BODY_NAME} mimeCode="text/csv">{"AAAA" * 2000}</cbc:{BODY_NAME}>'
    hidden = document((ORDER, f"<!-- {inside} -->{ORDER}"))
    assert read(hidden).invoice == read(document()).invoice
    quoted = document((ORDER, f"<cbc:Note><![CDATA[{inside}]]></cbc:Note>{ORDER}"))
    assert read(quoted).invoice.notes == (inside,)


def test_a_text_that_looks_like_a_stand_in_stays_what_it_is() -> None:
    [mark] = without_bodies(document(attachment(BODY)))[1]
    source = document(attachment(BODY, kind="CommercialInvoice"), (ORDER, ORDER + attachment(mark, mime="text/csv")[1]))
    contents = [one.content for one in read(source).invoice.attachments]
    assert mark in contents
    assert any(isinstance(content, Base64) for content in contents)


def test_lines_are_numbered_as_in_the_file() -> None:
    short, long = (check(document(attachment(text), ("</Invoice>", "<x></Invoice>"))) for text in ("\n" * 130, WRAPPED))
    assert long.findings[0].arguments["line"] > 100
    assert short.findings[0].code == long.findings[0].code == "xml_not_well_formed"


def test_a_body_survives_the_way_to_another_process() -> None:
    body = body_of(WRAPPED)
    again = pickle.loads(pickle.dumps(body))
    assert (again, again.fault, again.decoded(), hash(again)) == (body, None, PDF, hash(body))


@given(st.binary(min_size=1, max_size=300), st.integers(0, 310), st.integers(0, 310))
@settings(max_examples=100, deadline=None)
def test_a_window_shows_what_decoding_would_give(content: bytes, start: int, stop: int) -> None:
    window = body_of(base64.encodebytes(content).decode()).window()
    assert window.size == len(content)
    assert window.part(start, stop) == content[start:stop]


def plain_pdf(pages: int) -> bytes:
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(200, 200)
    target = BytesIO()
    writer.write(target)
    return target.getvalue()


def test_a_plain_pdf_is_told_from_a_few_places_of_it() -> None:
    looked = 0

    class Counted(Held):
        def part(self, start: int, stop: int) -> bytes:
            nonlocal looked
            looked += max(0, stop - start)
            return super().part(start, stop)

    large = pdf_of(20 * 2**20)
    assert pages_of_plain_pdf(Counted(large)) == 1
    assert looked < 10_000
    assert pages_of_plain_pdf(Held(plain_pdf(7))) == 7
    assert pages_of_plain_pdf(Held(render(GOOD))) in (None, 1)


def test_what_is_not_plain_is_left_to_the_library() -> None:
    writer = PdfWriter()
    writer.add_blank_page(10, 10)
    writer.encrypt("secret", algorithm="RC4-128")
    target = BytesIO()
    writer.write(target)
    for pdf in (target.getvalue(), plain_pdf(0), b"", b"%PDF-1.7\n%%EOF", plain_pdf(2)[:-60]):
        assert pages_of_plain_pdf(Held(pdf)) is None
    assert examine(target.getvalue()) == PdfVerdict(False, "pdf_encrypted")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"%PDF-1", b"%PDX-1"),
        (b"startxref", b"startxrex"),
        (b"xref\n0", b"xrex\n0"),
        (b"/Root 3", b"/Root 2"),
        (b"/Root 3", b"/Root 9"),
        (b"/Pages 2", b"/Pages 1"),
        (b"/Type /Pages", b"/Type /Pagex"),
        (b"/Type /Page\n", b"/Type /Font\n"),
        (b"/Count 3", b"/Count 0"),
        (b"2 0 obj", b"9 0 obj"),
        (b"4 0 obj", b"9 0 obj"),
        (b"/Size 7", b"/Prev 7"),
        (b"/Info 1 0 R", b"/Encrypt 1 0 R"),
    ],
)
def test_each_step_of_the_glance_must_hold(old: bytes, new: bytes) -> None:
    plain = plain_pdf(3)
    assert pages_of_plain_pdf(Held(plain)) == 3
    assert old in plain
    assert pages_of_plain_pdf(Held(plain.replace(old, new))) is None
