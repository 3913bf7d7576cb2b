"""Where in an invoice something stands, in words: an element path says nothing to a bookkeeper.

Takes a path such as /Invoice/cac:InvoiceLine[2]/cac:Price, gives "line 2". Pure; the table is what a translator sees.
"""

from __future__ import annotations

import re
from typing import Final

from tui.i18n import N_, _

FIRST_STEP: Final = re.compile(r"/[^/]+/(?:\w+:)?(\w+)(?:\[(\d+)\])?")

PLACES: Final = {
    "AccountingSupplierParty": N_("supplier"),
    "AccountingCustomerParty": N_("customer"),
    "AdditionalDocumentReference": N_("attachments"),
    "AllowanceCharge": N_("discounts and charges"),
    "BillingReference": N_("earlier invoice"),
    "CreditNoteLine": N_("lines"),
    "Delivery": N_("delivery"),
    "InvoiceLine": N_("lines"),
    "InvoicePeriod": N_("period"),
    "LegalMonetaryTotal": N_("totals"),
    "OrderReference": N_("order"),
    "PayeeParty": N_("payee"),
    "PaymentMeans": N_("payment"),
    "PaymentTerms": N_("payment"),
    "TaxRepresentativeParty": N_("tax representative"),
    "TaxTotal": N_("VAT table"),
}
"""The parts of an invoice by their element."""

NUMBERED: Final = {
    "AdditionalDocumentReference": N_("attachment {number}"),
    "AllowanceCharge": N_("discount or charge {number}"),
    "CreditNoteLine": N_("line {number}"),
    "InvoiceLine": N_("line {number}"),
}
"""Those of which there are several, where the path says which."""

HEADING: Final = N_("heading")


def in_words(path: str) -> str:
    """The part of the invoice that a path leads into; "" for the document as a whole."""
    step = FIRST_STEP.match(path)
    if step is None:
        return _(HEADING) if path.count("/") > 1 else ""
    name, number = step[1], step[2]
    if number and name in NUMBERED:
        return _(NUMBERED[name]).format(number=number)
    return _(PLACES.get(name, HEADING))
