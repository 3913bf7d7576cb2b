"""Which PDF becomes the invoice's own (reference 8.4), looked at once and carried over as it stands.

The PDF delivered beside the XML, else the one inside it that is the invoice, else one drawn from the invoice's data.
"""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass

from core.efff.base64text import Base64, decode
from core.efff.formats import PdfOrigin
from core.efff.glance import pages_of_plain_pdf
from core.efff.invoice import Attachment, Invoice
from core.efff.pdf import draw, examine
from core.efff.reader import MARKERS
from core.efff.report import PdfVerdict

NOT_THE_INVOICE = frozenset({"130", "50"})
"""Document type codes of an object and a project: never the invoice's own PDF."""


@dataclass(frozen=True, slots=True)
class ChosenPdf:
    """The PDF for the output, the verdict on it, the attachments beside it.

    `refused` is the verdict on a PDF that could not be used. `replaced` is an embedded one that another took the
    place of. `missing` are characters of the invoice that could not be drawn, `left_out` counts what had no room.
    """

    attachment: Attachment
    origin: PdfOrigin
    verdict: PdfVerdict
    others: tuple[Attachment, ...]
    refused: PdfVerdict | None = None
    replaced: Attachment | None = None
    missing: tuple[str, ...] = ()
    left_out: int = 0


def choose(invoice: Invoice, delivered: bytes | None) -> ChosenPdf:
    """Chooses the PDF. There always is one: the last resort is drawn."""
    embedded = invoice_pdf(invoice)
    others = tuple(other for other in invoice.attachments if other is not embedded)
    refused: PdfVerdict | None = None
    if delivered is not None:
        verdict = examine(delivered)
        if verdict.ok:
            return ChosenPdf(_packed(delivered, invoice), PdfOrigin.DELIVERED, verdict, others, replaced=embedded)
        refused = verdict
    if embedded is not None:
        verdict = verdict_on(embedded)
        if verdict.ok:
            return ChosenPdf(embedded, PdfOrigin.EMBEDDED, verdict, others, refused)
        refused = refused or verdict
    drawn = draw(invoice)
    packed, verdict = _packed(drawn.pdf, invoice), examine(drawn.pdf)
    return ChosenPdf(packed, PdfOrigin.RENDERED, verdict, others, refused, embedded, drawn.missing, drawn.left_out)


def invoice_pdf(invoice: Invoice) -> Attachment | None:
    """The embedded PDF that is the invoice: by its description, else by the number in its name, else the first."""
    pdfs = [one for one in invoice.attachments if one.is_pdf and one.type_code not in NOT_THE_INVOICE]
    for one in pdfs:
        if one.description in MARKERS:
            return one
    number = _letters(invoice.number)
    for one in pdfs:
        if number and (number in _letters(one.id) or number in _letters(one.file_name)):
            return one
    return pdfs[0] if pdfs else None


def decoded(attachment: Attachment) -> bytes:
    """The file inside an attachment; missing padding is repaired, and what is no base64 gives no bytes (V21)."""
    content = attachment.content
    return content.decoded() if isinstance(content, Base64) else decode(content.encode("ascii", "replace"))


def verdict_on(attachment: Attachment) -> PdfVerdict:
    """What is to be said of an embedded PDF: by looking in a few places where that tells, else by opening it."""
    window = attachment.content.window() if isinstance(attachment.content, Base64) else None
    pages = pages_of_plain_pdf(window) if window is not None else None
    return examine(decoded(attachment)) if pages is None else PdfVerdict(True, None, pages)


def _letters(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def _packed(pdf: bytes, invoice: Invoice) -> Attachment:
    """A PDF that is not in the source yet, named after the invoice."""
    stem = re.sub(r"[^A-Za-z0-9-]", "", invoice.number)[:60] or "invoice"
    content = binascii.b2a_base64(pdf, newline=False).decode("ascii")
    return Attachment(id=f"{stem}.pdf", mime="application/pdf", file_name=f"{stem}.pdf", content=content)
