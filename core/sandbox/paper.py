"""The PDF of a made-up invoice: one A4 page, drawn without any library, the same bytes each time."""

from __future__ import annotations

import zlib
from decimal import Decimal

from core.sandbox.invoices import MadeInvoice

WIDTH, HEIGHT = 595, 842
LEFT, RIGHT = 56, 539
DIGIT = 0.556
"""Width of a digit of Helvetica, in ems: enough to set amounts flush right."""


def draw(invoice: MadeInvoice) -> bytes:
    """A plain page: letterhead, parties, lines, totals, how to pay."""
    return _document("\n".join(_page(invoice)).encode("cp1252", "replace"))


def _text(x: float, y: float, size: int, text: str, *, bold: bool = False, flush_right: bool = False) -> str:
    if flush_right:
        x -= sum(0.278 if c in ".,: " else DIGIT for c in text) * size
    escaped = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return f"BT /{'B' if bold else 'R'} {size} Tf {x:.1f} {y:.1f} Td ({escaped}) Tj ET"


def _rule(y: float, weight: float = 0.5) -> str:
    return f"{weight} w {LEFT} {y:.1f} m {RIGHT} {y:.1f} l S"


def _money(amount: Decimal) -> str:
    return f"{amount:,.2f}".replace(",", " ").replace(".", ",")


def _page(invoice: MadeInvoice) -> list[str]:
    supplier, customer = invoice.supplier, invoice.customer
    title = "CREDITNOTA" if invoice.type_code == "381" else "FACTUUR"
    out = [
        _text(LEFT, 780, 17, supplier.name, bold=True),
        _text(LEFT, 764, 9, f"{supplier.street} · {supplier.postal_code} {supplier.city} · {supplier.vat_number}"),
        _rule(754, 1.2),
        _text(LEFT, 716, 14, f"{title} {invoice.number}", bold=True),
        _text(LEFT, 700, 9, f"Datum {invoice.issue_date:%d/%m/%Y}    Vervaldag {invoice.due_date:%d/%m/%Y}"),
        _text(LEFT, 686, 9, f"Bestelling {invoice.order}"),
        _text(340, 716, 10, customer.name, bold=True),
        _text(340, 702, 9, customer.street),
        _text(340, 690, 9, f"{customer.postal_code} {customer.city}"),
        _text(340, 678, 9, customer.vat_number),
    ]
    if invoice.credited is not None:
        out.append(_text(LEFT, 672, 9, f"Betreft factuur {invoice.credited[0]} van {invoice.credited[1]:%d/%m/%Y}"))
    y = 640.0
    for x, head in ((LEFT, "Omschrijving"), (330, "Aantal"), (390, "Prijs"), (462, "Btw"), (505, "Bedrag")):
        out.append(_text(x, y, 9, head, bold=True))
    out.append(_rule(y - 5))
    for line in invoice.lines:
        y -= 18
        out += [
            _text(LEFT, y, 9, line.name),
            _text(360, y, 9, str(line.quantity).replace(".", ","), flush_right=True),
            _text(420, y, 9, _money(line.price), flush_right=True),
            _text(462, y, 9, f"{line.rate} %"),
            _text(RIGHT, y, 9, _money(line.net), flush_right=True),
        ]
    out.append(_rule(y - 8))
    return out + _foot(invoice, y - 26)


def _foot(invoice: MadeInvoice, y: float) -> list[str]:
    sums = [("Netto", invoice.net)]
    sums += [(f"Btw {rate} % op {_money(taxable)}", vat) for (_, rate), (taxable, vat) in invoice.taxes.items()]
    sums.append(("Te crediteren EUR" if invoice.type_code == "381" else "Te betalen EUR", invoice.total))
    out = []
    for label, amount in sums:
        last = amount is sums[-1][1]
        out.append(_text(340, y, 10 if last else 9, label, bold=last))
        out.append(_text(RIGHT, y, 10 if last else 9, _money(amount), bold=last, flush_right=True))
        y -= 16
    if invoice.supplier.iban:
        out.append(_text(LEFT, y - 12, 9, f"IBAN {invoice.supplier.iban}   BIC {invoice.supplier.bic}"))
        out.append(_text(LEFT, y - 26, 9, invoice.communication))
    if invoice.note:
        out.append(_text(LEFT, y - 46, 9, invoice.note))
    out.append(_text(LEFT, 48, 8, "Voorbeelddocument van de zandbak: geen echte factuur."))
    return out


def _document(page: bytes) -> bytes:
    """The file around one page's drawing (PDF 1.4)."""
    stream = zlib.compress(page, 9)
    font = "<< /Type /Font /Subtype /Type1 /BaseFont /{} /Encoding /WinAnsiEncoding >>"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {WIDTH} {HEIGHT}] /Contents 4 0 R "
        "/Resources << /Font << /R 5 0 R /B 6 0 R >> >> >>".encode(),
        f"<< /Length {len(stream)} /Filter /FlateDecode >>\nstream\n".encode() + stream + b"\nendstream",
        font.format("Helvetica").encode(),
        font.format("Helvetica-Bold").encode(),
    ]
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{offset:010d} 00000 n \n".encode() for offset in offsets)
    out += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(out)
