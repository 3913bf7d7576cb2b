"""What is read back out of an e-fff file of the spool: the PDF inside it, and its VAT by Belgian code. Pure."""

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


def vat_codes(content: bytes) -> tuple[tuple[str, str, str], ...]:
    """(code, taxable, VAT) of each VAT category in the document's currency, as they stand in the file."""
    invoice = read(content).invoice
    breakdown = invoice.vat_breakdown if invoice else ()
    return tuple(
        (
            each.vat.belgian_code or each.vat.category,
            f"{each.taxable:f}" if each.taxable is not None else "",
            f"{each.amount:f}" if each.amount is not None else "",
        )
        for each in breakdown
    )
