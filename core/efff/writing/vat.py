"""VAT categories in the words of e-fff: its letters, another code where it lacks one, its own reason (reference 5).

Where that is not what the invoice says, it is told (`restated`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from core.efff.formats import Format
from core.efff.invoice import Invoice, VatCategory
from core.efff.report import Derived, Dropped
from core.efff.vat import categories
from core.efff.vat_table import CODES
from core.model import Arguments

EFFF_CATEGORY: Final = {"H": "S", "K": "AE", "G": "E", "O": "E"}
"""EN categories that e-fff writes otherwise, where there is no Belgian code to tell (reference 5)."""

CASH_DISCOUNT: Final = "Cash Discount"
"""The reason of the exempt part of a cash discount, as the official rules of 3.0 demand it (EFFF-T10-R013)."""


def in_efff(vat: VatCategory, target: Format) -> VatCategory:
    """A VAT category as e-fff writes it: the category by the table's column, codes it lacks replaced or left out.

    Both versions have the same codes and, as far as is known, the same column; `target` is for the day they do not.
    """
    known = CODES.get(vat.belgian_code)
    if known is None:
        return replace(vat, category=EFFF_CATEGORY.get(vat.category, vat.category), belgian_code="")
    reason = CASH_DISCOUNT if known.code == "FD" else vat.exemption_reason
    code = known.code if known.instead is None else known.instead
    return replace(vat, category=known.efff, belgian_code=code, exemption_reason=reason)


def restated(invoice: Invoice, target: Format) -> tuple[list[Derived], list[Dropped]]:
    """What `in_efff` writes otherwise than the invoice has it: each different VAT category once, at its first place."""
    derived: list[Derived] = []
    dropped: list[Dropped] = []
    for vat, where in {vat: where for where, vat in reversed(list(categories(invoice)))}.items():
        written = in_efff(vat, target)
        if written.category != vat.category and vat.category:
            arguments: Arguments = {"stated": vat.category}
            derived.append(Derived(f"{where}/cbc:ID", written.category, "category_of_efff", arguments))
        if written.exemption_reason != vat.exemption_reason and vat.exemption_reason:
            reason: Arguments = {"written": written.exemption_reason}
            dropped.append(Dropped(f"{where}/cbc:TaxExemptionReason", vat.exemption_reason, "reason_restated", reason))
    return derived, dropped
