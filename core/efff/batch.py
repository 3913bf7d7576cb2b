"""Which invoice a batch of files holds twice (V16): the same supplier, number, type and year.

The one thing here that remembers; it lives as long as one run of `check` or `convert` over several files.
"""

from __future__ import annotations

from core.efff.dossier import main_number
from core.efff.invoice import Invoice

Identity = tuple[str, str, str, int | None]
"""Supplier's number (else name), invoice number, type, year."""


class Batch:
    """The invoices of one run, by what names them."""

    def __init__(self) -> None:
        self._seen: dict[Identity, str] = {}

    def earlier(self, invoice: Invoice, source: str) -> str:
        """The file that held this invoice before, "" for none; from now on it is `source`'s."""
        known = identity(invoice)
        return "" if known is None else self._note(known, source)

    def _note(self, known: Identity, source: str) -> str:
        first = self._seen.setdefault(known, source)
        return "" if first == source else first


def identity(invoice: Invoice) -> Identity | None:
    """What an accounting package takes for the same invoice; None where number or supplier is missing."""
    supplier = invoice.supplier.vat_number or main_number(invoice.supplier) or invoice.supplier.name.strip().casefold()
    number = invoice.number.strip()
    if not supplier or not number:
        return None
    return supplier, number, invoice.type_code, invoice.issue_date.year if invoice.issue_date else None
