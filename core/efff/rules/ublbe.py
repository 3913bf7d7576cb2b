"""The rules that UBL.BE adds to EN 16931 (reference 10, BE-01 to BE-15), as far as an invoice that was read shows them.

Only for a UBL.BE file that is checked as it stands. BE-01 (two references) follows from BE-02 and BE-03, BE-10 is V70,
BE-13 is lost in reading (several TaxTotal of a line are added up), BE-15 is V71. The texts of BE-06 are not public.
"""

from __future__ import annotations

from typing import Final

from core.efff.formats import SourceFormat
from core.efff.reader import MARKERS
from core.efff.rules.rule import Breaches, Subject, bare, breach
from core.efff.vat_table import BY_BETE

MENTIONS: Final = frozenset(f"BELM-{number:03}" for number in range(1, 9))
"""Codes of the legal mentions (reference 6.2)."""

REASONS: Final = frozenset(
    {
        "Reverse charge - Contractor",
        "Exempt",
        "Financial discount",
        "Small company",
        "0% Clause 44",
        "Standard exchange",
        "Margin",
        "Intra-community supply - Goods",
        "Intra-community supply - Manufacturing cost",
        "Intra-community supply - Assembly",
        "Intra-community supply - Distance",
        "Intra-community supply - Services",
        "Intra-community supply - Services B2B",
        "Intra-community supply - Triangle a-B-c",
        "Export non E.U.",
        "Indirect export",
        "Export via E.U.",
        "Not subject to VAT",
    }
)
"""The closed list of exemption texts (BE-12)."""

REFERENCE: Final = "cac:AdditionalDocumentReference"


def _judged(subject: Subject) -> bool:
    return subject.context.target is None and subject.source_format is SourceFormat.UBL_BE


def references(subject: Subject) -> Breaches:
    """BE-02, BE-03, BE-04."""
    if not _judged(subject):
        return
    attachments = subject.invoice.attachments
    own = [one for one in attachments if one.description in MARKERS]
    if not own:
        yield breach("ublbe_invoice_reference_missing", REFERENCE)
    elif len(own) > 1:
        where = f"{REFERENCE}[{own[1].place or 2}]/cbc:DocumentDescription"
        yield breach("ublbe_invoice_references_several", where, count=len(own))
    if not subject.invoice.software or subject.invoice.software.startswith("urn:"):
        yield breach("ublbe_software_not_named", REFERENCE)
    for position, one in enumerate(attachments, 1):
        if not one.description:
            where = f"{REFERENCE}[{one.place or position}]/cbc:DocumentDescription"
            yield breach("ublbe_reference_not_described", where, name=one.file_name or one.id)


def mentions(subject: Subject) -> Breaches:
    """BE-05."""
    for position, delivery in enumerate(subject.invoice.deliveries if _judged(subject) else (), 1):
        for mention in delivery.mentions:
            if mention.code not in MENTIONS:
                where = f"cac:Delivery[{position}]/cac:DeliveryTerms/cbc:ID"
                yield breach("ublbe_mention_unknown", where, mention=mention.code)


def discount(subject: Subject) -> Breaches:
    """BE-07 to BE-09."""
    offered = subject.invoice.cash_discount
    if not _judged(subject) or offered is None or offered.percent is None:
        return
    if not 0 < offered.percent < 100:
        where = "cac:PaymentTerms/cbc:SettlementDiscountPercent"
        yield breach("ublbe_discount_percent_wrong", where, percent=bare(offered.percent))
    if offered.amount is None and offered.amount_to_pay is None:
        yield breach("ublbe_discount_amount_missing", "cac:PaymentTerms/cbc:Amount")
    if offered.last_day is None:
        yield breach("ublbe_discount_day_missing", "cac:PaymentTerms/cbc:PaymentDueDate")


def exemptions(subject: Subject) -> Breaches:
    """BE-11, BE-12."""
    for position, part in enumerate(subject.invoice.vat_breakdown if _judged(subject) else (), 1):
        path, vat = f"{part.path(position)}/cac:TaxCategory", part.vat
        if vat.exemption_code and vat.exemption_code not in BY_BETE:
            yield breach(
                "ublbe_exemption_code_unknown", f"{path}/cbc:TaxExemptionReasonCode", stated=vat.exemption_code
            )
        if vat.exemption_reason and vat.exemption_reason not in REASONS:
            yield breach(
                "ublbe_exemption_reason_unknown", f"{path}/cbc:TaxExemptionReason", stated=vat.exemption_reason
            )


def line_vat(subject: Subject) -> Breaches:
    """BE-14."""
    for position, line in enumerate(subject.invoice.lines if _judged(subject) else (), 1):
        if line.vat_amount is None:
            where = subject.line(position, "cac:TaxTotal/cbc:TaxAmount")
            yield breach("ublbe_line_without_vat", where, line=line.id)


CHECKS = (references, mentions, discount, exemptions, line_vat)
