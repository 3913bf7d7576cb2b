"""VAT by Belgian code, and what an invoice is paid by, as a bookkeeper writes them."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from core.model import Delivery
from tui.i18n import money
from tui.plain import neutral


def vat_line(row: Delivery) -> str:
    """`03: 100,00 + 21,00` for each VAT code of the e-fff file: taxable amount and VAT."""
    return ", ".join(f"{neutral(code)}: {_amount(base)} + {_amount(vat)}" for code, base, vat in row.vat_breakdown)


def payment_words(reference: str) -> str:
    """A structured communication with its signs; any other reference as it is."""
    if len(reference) == 12 and reference.isdecimal():
        return f"+++{reference[:3]}/{reference[3:7]}/{reference[7:]}+++"
    return reference


def _amount(text: str) -> str:
    try:
        return money(Decimal(text)) if text else "–"
    except InvalidOperation:
        return neutral(text)
