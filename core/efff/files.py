"""The name of an e-fff file (reference 3, decision 20): `efff_BE0477472701_2026-001-<key16>.xml`."""

from __future__ import annotations

import re

from core.efff.invoice import Invoice
from core.efff.reader import read

LONGEST_NAME = 120
"""The whole name; what is too long is cut in the invoice number."""

NO_VAT = "NOVAT"
"""Stands where the supplier has neither VAT nor enterprise number."""

_NOT_IN_NUMBER = re.compile(r"[^A-Za-z0-9-]+")
_NOT_IN_VAT = re.compile(r"[^A-Z0-9]+")


def file_name(invoice: Invoice | None, key: str = "") -> str:
    """The name for an invoice; `key` is the delivery key, whose first 16 digits keep names apart.

    Letters, digits, `_` and `-` only, whatever the document says: a name never leaves its folder.
    """
    supplier, number = _supplier(invoice), _NOT_IN_NUMBER.sub("", invoice.number if invoice else "")
    mark = _NOT_IN_NUMBER.sub("", key)[:16]
    head, tail = f"efff_{supplier}_", f"-{mark}.xml" if mark else ".xml"
    return head + number[: max(0, LONGEST_NAME - len(head) - len(tail))] + tail


def delivery_file_name(content: bytes, key: str) -> str:
    """The name of an e-fff file by what stands in it, for a file of which nothing else is kept."""
    return file_name(read(content).invoice, key)


def _supplier(invoice: Invoice | None) -> str:
    party = invoice.supplier if invoice else None
    stated = (party.vat_number or (f"BE{party.enterprise_number}" if party.enterprise_number else "")) if party else ""
    return _NOT_IN_VAT.sub("", stated.upper())[:20] or NO_VAT
