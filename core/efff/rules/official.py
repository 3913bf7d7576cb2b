"""The official rules of e-fff 3.0 that V05 to V84 do not cover: who made the file, and the cash discount.

Reference, section 6.1. R001 is V25, R007 and R015 are V71, R016 is V70, R017 is V72.
Only for a file that is checked as it stands: a conversion writes all of this itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from core.efff.formats import SourceFormat
from core.efff.invoice import VatBreakdown
from core.efff.rules.rule import Breaches, Subject, breach
from core.efff.writing.vat import CASH_DISCOUNT

SHORTEST: Final = 2


def _judged(subject: Subject) -> bool:
    return subject.context.target is None and subject.source_format is SourceFormat.EFFF_3


def software(subject: Subject) -> Breaches:
    """R003, R004. Without the reference `eFFF` the reader only knows the ProfileID, a URN."""
    if not _judged(subject):
        return
    named = subject.invoice.software
    if not named or named.startswith("urn:"):
        yield breach("software_not_named", "cac:AdditionalDocumentReference")
    elif len(named) < SHORTEST:
        yield breach("software_name_short", "cac:AdditionalDocumentReference", name=named)


def cash_discount(subject: Subject) -> Breaches:
    """R005, R006, R013, and R008 to R012, R014, R018 for the lines."""
    discount = subject.invoice.cash_discount
    if not _judged(subject) or discount is None or discount.percent is None:
        return
    if discount.amount is None and discount.amount_to_pay is None:
        yield breach("cash_discount_amount_missing", "cac:PaymentTerms/cbc:Amount")
    if discount.last_day is None:
        yield breach("cash_discount_day_missing", "cac:PaymentTerms/cac:SettlementPeriod/cbc:EndDate")
    if not any(part.vat.exemption_reason.strip() == CASH_DISCOUNT for part in subject.invoice.vat_breakdown):
        yield breach("cash_discount_part_missing", "cac:TaxTotal/cac:TaxSubtotal")
    for position, line in enumerate(subject.invoice.lines, 1):
        where = subject.line(position, "cac:TaxTotal/cac:TaxSubtotal")
        if line.vat_amount is None and not line.vat_subtotals:
            yield breach("line_without_vat", where, line=line.id)
            continue
        if not any(part.vat.exemption_reason.strip() == CASH_DISCOUNT for part in line.vat_subtotals):
            yield breach("line_cash_discount_missing", where, line=line.id)
        for number, part in enumerate(line.vat_subtotals, 1):
            for code, element in _missing(part):
                yield breach(code, subject.line(position, f"{part.path(number)}/{element}"), line=line.id)


def _missing(part: VatBreakdown) -> Iterator[tuple[str, str]]:
    """What the VAT of a line leaves out: R008 to R012, R014."""
    vat, category = part.vat, "cac:TaxCategory"
    if part.taxable is None:
        yield "line_part_without_taxable", "cbc:TaxableAmount"
    if part.amount is None:
        yield "line_part_without_vat", "cbc:TaxAmount"
    if not vat.category:
        yield "line_part_without_category", f"{category}/cbc:ID"
    if not vat.belgian_code.strip():
        yield "line_part_without_code", f"{category}/cbc:Name"
    if vat.rate is None:
        yield "line_part_without_rate", f"{category}/cbc:Percent"
    if vat.scheme != "VAT":
        yield "line_part_not_vat", f"{category}/cac:TaxScheme/cbc:ID"


CHECKS = (software, cash_discount)
