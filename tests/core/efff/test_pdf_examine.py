"""A PDF is judged by opening it, and no bytes at all make that fail."""

from __future__ import annotations

import hashlib
import time
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfWriter
from pypdf.generic import StreamObject

from core.efff.attachments import decoded
from core.efff.pdf import examine
from core.efff.reader import read
from core.efff.report import PdfVerdict


def written(*, pages: int = 1, password: str | None = None, ballast: int = 0) -> bytes:
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(200, 200)
    if ballast:
        stream = StreamObject()
        stream._data = bytes(range(256)) * (ballast // 256)
        writer._add_object(stream)
    if password is not None:
        writer.encrypt(password, "owner", algorithm="RC4-128")
    target = BytesIO()
    writer.write(target)
    return target.getvalue()


PLAIN = written(pages=3)


def test_a_pdf_opens_and_its_pages_are_counted() -> None:
    assert examine(PLAIN) == PdfVerdict(True, None, 3)


def test_junk_before_the_header_and_blanks_after_the_end_are_forgiven() -> None:
    assert examine(b"\r\n" * 20 + PLAIN + b"\0 \r\n" * 500).ok


@pytest.mark.parametrize(
    ("pdf", "code"),
    [
        (b"", "pdf_not_a_pdf"),
        (b"PDF Test", "pdf_not_a_pdf"),
        (b"<html>not found</html>", "pdf_not_a_pdf"),
        (b" " * 1024 + PLAIN, "pdf_not_a_pdf"),
        (PLAIN[: len(PLAIN) // 2], "pdf_truncated"),
        (PLAIN + b"x" * 2000, "pdf_truncated"),
        (written(password="secret"), "pdf_encrypted"),
        (b"%PDF-1.7\nnothing else\n%%EOF", "pdf_unreadable"),
        (b"%PDF-1.7\n" + b"[" * 100_000 + b"\nstartxref\n9\n%%EOF", "pdf_unreadable"),
        (written(pages=0), "pdf_empty"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_wrong_with_a_pdf_is_told(pdf: bytes, code: str) -> None:
    assert examine(pdf) == PdfVerdict(False, code)


def test_an_encrypted_pdf_that_opens_without_a_password_is_restricted_only() -> None:
    assert examine(written(password="")) == PdfVerdict(True, None, 1, restricted=True)


def test_twenty_megabytes_are_judged_without_being_parsed() -> None:
    large = written(ballast=20 * 2**20)
    began = time.process_time()
    assert examine(large).ok
    examined = time.process_time()
    hashlib.sha256(large).digest()
    assert examined - began < time.process_time() - examined, "less than reading it through once"


@given(st.binary(max_size=400))
@settings(max_examples=60, deadline=None)
def test_any_bytes_between_header_and_end_get_a_verdict(body: bytes) -> None:
    verdict = examine(b"%PDF-1.4\n" + body + b"\nstartxref\n9\n%%EOF")
    assert verdict.ok == (verdict.code is None)


@given(st.data())
@settings(max_examples=80, deadline=None)
def test_a_damaged_pdf_gets_a_verdict(data: st.DataObject) -> None:
    damaged = bytearray(PLAIN)
    for _ in range(data.draw(st.integers(1, 20))):
        position = data.draw(st.integers(0, len(damaged) - 1))
        damaged[position : position + data.draw(st.integers(0, 8))] = data.draw(st.binary(max_size=8))
    verdict = examine(bytes(damaged))
    assert verdict.ok == (verdict.code is None)


def test_the_pdfs_of_the_official_documents_open(corpus: Path) -> None:
    for path in (corpus / "ublbe" / "testcases-1.31").glob("*0[1-5].xml"):
        invoice = read(path.read_bytes()).invoice
        assert invoice is not None
        pdf = next(attachment for attachment in invoice.attachments if attachment.is_pdf)
        assert examine(decoded(pdf)) == PdfVerdict(True, None, 1)


def test_the_transitional_files_hold_something_that_is_no_pdf(corpus: Path) -> None:
    for path in (corpus / "efff-3.0" / "ublbe-transitional").glob("*.xml"):
        invoice = read(path.read_bytes()).invoice
        assert invoice is not None
        pdf = next(attachment for attachment in invoice.attachments if attachment.is_pdf)
        assert examine(decoded(pdf)).code == "pdf_not_a_pdf"
