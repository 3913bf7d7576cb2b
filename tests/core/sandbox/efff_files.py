"""e-fff files of the tests' own making: a made-up invoice with its PDF inside and the marks of e-fff 1.0."""

from __future__ import annotations

from core.sandbox.generator import generate
from core.sandbox.invoices import CUSTOMIZATION, PROFILE, MadeInvoice, write_ubl
from core.sandbox.paper import draw
from core.sandbox.records import PURCHASES

MADE = generate(20)


def purchase(position: int = 0) -> MadeInvoice:
    """One of the made-up purchase invoices."""
    chosen = [
        invoice
        for invoice, draft in zip(MADE.invoices, MADE.drafts, strict=True)
        if draft.folder == PURCHASES and invoice.type_code == "380"
    ]
    return chosen[position]


def efff(invoice: MadeInvoice, pdf: bytes | None = None) -> bytes:
    """The invoice as an e-fff 1.0 file."""
    xml = write_ubl(invoice, draw(invoice) if pdf is None else pdf)
    return xml.replace(CUSTOMIZATION.encode(), b"1.0").replace(PROFILE.encode(), b"E-FFF.BE test 1.0")
