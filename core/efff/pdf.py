"""The PDF of an invoice: `examine` one that came with it, `render` one where none did. Bytes in, bytes out.

Drawn by typst, not fpdf2 or reportlab: the invoice enters as JSON and so never as markup, typst brings its own fonts,
gives PDF/A and the same bytes each time, and breaks tables over pages by itself; the page is `invoice.typ`.
Fonts are only those inside typst (Libertinus Serif, then DejaVu Sans Mono), never the system's, or bytes would differ.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final, Literal

import typst

from core.efff.glance import Held, pages_of_plain_pdf
from core.efff.invoice import Invoice
from core.efff.labels import Language
from core.efff.lettering import language_of
from core.efff.page import Page
from core.efff.report import PdfVerdict

HEADER_WITHIN = 1024
"""`%PDF-` may follow some junk, but not more than readers forgive (PDF 1.7, implementation note 13)."""

TRAILER_WITHIN = 1024
"""`%%EOF` stands in the last 1024 bytes, padding aside (PDF 1.7, implementation note 18)."""

ARCHIVE: Final = "a-2a"
"""PDF/A-2a: kept readable for the ten years that Belgian books are kept, and tagged for screen readers."""

PLAIN: Final = "1.7"


def examine(pdf: bytes) -> PdfVerdict:
    """Looks at a PDF without parsing its pages: cheap for 20 MB, and any bytes at all give a verdict.

    Codes: `pdf_not_a_pdf`, `pdf_truncated`, `pdf_encrypted`, `pdf_unreadable`, `pdf_empty`.
    """
    if b"%PDF-" not in pdf[:HEADER_WITHIN]:
        return PdfVerdict(False, "pdf_not_a_pdf")
    if b"%%EOF" not in pdf[-65536:].rstrip(b"\0\t\n\f\r ")[-TRAILER_WITHIN:]:
        return PdfVerdict(False, "pdf_truncated")
    pages = pages_of_plain_pdf(Held(pdf))
    if pages is not None:
        return PdfVerdict(True, None, pages)
    from core.efff.pdf_opened import opened  # pypdf takes 15 MB and half a second, and most PDFs are plain

    return opened(pdf)


@dataclass(frozen=True, slots=True)
class Rendering:
    """A page drawn by us, the characters of the invoice that no font of ours has (each shows as a box), and how many
    rows and ends of texts had no room.
    """

    pdf: bytes
    missing: tuple[str, ...] = ()
    left_out: int = 0


def render(invoice: Invoice, language: str | None = None) -> bytes:
    """The invoice as a PDF: the same bytes for the same invoice. See `draw`, which also tells what is missing."""
    return draw(invoice, language).pdf


def draw(invoice: Invoice, language: str | None = None) -> Rendering:
    """Draws the invoice in nl, fr, de or en; None is the customer's language, anything else is English.

    The only date inside is the invoice's own. An invoice without a date gives a plain PDF, as PDF/A demands one.
    """
    chosen = language_of(invoice.customer) if language is None else _language(language)
    page = Page(invoice, chosen, drawable)
    content = json.dumps(page.content(), ensure_ascii=False, sort_keys=True)
    try:
        pdf = _typeset(content, ARCHIVE if invoice.issue_date else PLAIN)
    except typst.TypstError:  # signs that are drawable one by one, but not together
        pdf = _typeset(content, PLAIN)
    return Rendering(pdf, tuple(sorted(page.lettering.missing)), page.lettering.left_out)


def _language(asked: str) -> Language:
    return Language(asked) if asked in set(Language) else Language.EN


@cache
def drawable(sign: str) -> bool:
    """Whether one of our fonts has a glyph for a character: PDF/A refuses what it would have to leave out."""
    try:
        typst.compile(
            SIGN, font_paths=_fonts(), ignore_system_fonts=True, sys_inputs={"sign": sign}, pdf_standards="a-2b"
        )
    except typst.TypstError:
        return False
    return True


SIGN: Final = b"""#set document(date: datetime(year: 2000, month: 1, day: 1))
#set text(font: ("Libertinus Serif", "DejaVu Sans Mono"))
#sys.inputs.sign"""


def _typeset(content: str, standard: Literal["a-2a", "1.7"]) -> bytes:
    drawn: bytes = typst.compile(
        _template(),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"page": content},
        pdf_standards=standard,
    )
    return drawn


@cache
def _template() -> bytes:
    return files(__package__).joinpath("invoice.typ").read_bytes()


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)
