"""What is read back out of an e-fff file of the spool: the PDF inside it. Pure."""

from __future__ import annotations

from core.efff.attachments import decoded
from core.efff.reader import read


def pdf_inside(content: bytes) -> bytes | None:
    """The embedded PDF of an e-fff file (the invoice's own stands first), or None where there is none."""
    invoice = read(content).invoice
    for attachment in invoice.attachments if invoice else ():
        if attachment.is_pdf and (pdf := decoded(attachment)):
            return pdf
    return None
