"""Whose invoice it is: which side the dossier is on, and the facts about the other side (decisions 6 and 7; V36, V37).

Pure. Numbers are compared in one spelling: Belgian ones as ten digits, wherever and however a document states them
(VAT number, 0208/9925/9956/BE:CBE endpoint, identification, company number); foreign ones without blanks and dots.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.efff import identifiers
from core.efff.invoice import Invoice
from core.efff.party import Party
from core.efff.report import Finding, Severity
from core.model import Direction, VatBreakdown


@dataclass(frozen=True, slots=True)
class PartyNumbers:
    """The numbers of both sides, each in one spelling."""

    supplier: frozenset[str]
    customer: frozenset[str]


@dataclass(frozen=True, slots=True)
class Summary:
    """What the ledger keeps of an invoice.

    `document_type` is 380 or 381. `counterparty` and `vat_number` are the other side's, seen from the dossier.
    `supplier` is the supplier's number, which names the invoice together with number, type, date and `amount`.
    `amount` is the total with VAT (BT-112) with its sign, not what is left to pay: a second copy of an invoice may
    differ in what was prepaid. Where BT-112 is missing it is BT-115, `payable`. `payment_reference` is BT-83, or the
    twelve digits of a structured communication; `vat_breakdown` the VAT by Belgian code (by category where none).
    """

    document_type: str
    number: str
    counterparty: str
    vat_number: str
    supplier: str
    issue_date: date | None
    amount: Decimal | None
    payable: Decimal | None
    currency: str
    payment_reference: str = ""
    vat_breakdown: VatBreakdown = ()


def direction(invoice: Invoice, enterprise_numbers: Iterable[str], folder: Direction) -> Direction | Finding:
    """The dossier's side of the invoice, or why it is not clear.

    `enterprise_numbers` are the dossier's own, in any spelling; `folder` is where Banqup filed the document. The
    finding's code is the reason of the parked delivery: `not_this_dossier`, `direction_unclear`, or
    `dossier_numbers_missing`. V37 may not be overridden.
    """
    own = frozenset(filter(None, map(one_spelling, enterprise_numbers)))
    if not own:
        return Finding("V37", Severity.ERROR, "/", "dossier_numbers_missing", {}, blocks=True, never=True)
    numbers = party_numbers(invoice)
    sells, buys = bool(own & numbers.supplier), bool(own & numbers.customer)
    names = {"supplier": _shown(invoice.supplier), "customer": _shown(invoice.customer)}
    if not (sells or buys):
        return Finding("V37", Severity.ERROR, "/", "not_this_dossier", names, blocks=True, never=True)
    if sells and buys:
        return Finding("V36", Severity.ERROR, "/", "direction_unclear", {**names, "folder": folder.value}, blocks=True)
    side = Direction.SALES if sells else Direction.PURCHASE
    if side is not folder:
        arguments = {**names, "folder": folder.value}
        return Finding("V37", Severity.ERROR, "/", "direction_unclear", arguments, blocks=True, never=True)
    return side


def party_numbers(invoice: Invoice) -> PartyNumbers:
    """All numbers by which supplier and customer can be known."""
    return PartyNumbers(numbers_of(invoice.supplier), numbers_of(invoice.customer))


def numbers_of(party: Party) -> frozenset[str]:
    """A party's numbers, each in one spelling."""
    stated = [party.vat_number, party.enterprise_number, party.tax_registration]
    named = (*party.identifiers, *filter(None, (party.endpoint, party.legal_id)))
    spelled = [one_spelling(number) for number in stated]
    spelled += [identifiers.enterprise_number(one.value, one.scheme) or one_spelling(one.value) for one in named]
    return frozenset(filter(None, spelled))


def one_spelling(number: str) -> str:
    """A number as it is compared: ten digits for a Belgian one, else capitals and digits as given."""
    return identifiers.enterprise_number(number) or _belgian_by_prefix(number) or identifiers.compact(number)


def _belgian_by_prefix(number: str) -> str:
    """Numbers written with BE are Belgian also when their check digits are wrong, so that spellings still meet."""
    return identifiers.belgian_digits(number) if identifiers.compact(number).startswith("BE") else ""


def frequent_numbers(invoices: Iterable[Invoice]) -> list[tuple[str, int]]:
    """Numbers by how many of the invoices name them as a party, most frequent first: the dossier's is likely the first.

    For one party the enterprise number counts, else its VAT number; other identifiers are no proposal.
    """
    counted: Counter[str] = Counter()
    for invoice in invoices:
        counted.update({main_number(party) for party in (invoice.supplier, invoice.customer)} - {""})
    return sorted(counted.items(), key=lambda entry: (-entry[1], entry[0]))


def main_number(party: Party) -> str:
    """The number that names a company best: enterprise number, VAT number, legal registration; "" for none."""
    legal = party.legal_id.value if party.legal_id else ""
    return one_spelling(party.enterprise_number or party.vat_number or legal)


def summary(invoice: Invoice, side: Direction) -> Summary:
    """The facts the ledger keeps, seen from the side the dossier is on."""
    other = invoice.customer if side is Direction.SALES else invoice.supplier
    ways = [way for way in invoice.payment_means if way.structured_communication or way.reference]
    total = invoice.totals.payable if invoice.totals.tax_inclusive is None else invoice.totals.tax_inclusive
    return Summary(
        document_type=invoice.type_code,
        number=invoice.number,
        counterparty=other.name,
        vat_number=other.vat_number or main_number(other),
        supplier=invoice.supplier.vat_number or main_number(invoice.supplier),
        issue_date=invoice.issue_date,
        amount=total,
        payable=invoice.totals.payable,
        currency=invoice.currency,
        payment_reference=next((way.structured_communication or way.reference for way in ways), ""),
        vat_breakdown=vat_breakdown(invoice),
    )


def vat_breakdown(invoice: Invoice) -> VatBreakdown:
    """(code, taxable, VAT) of each VAT category in the document's currency."""
    return tuple(
        (
            each.vat.belgian_code or each.vat.category,
            f"{each.taxable:f}" if each.taxable is not None else "",
            f"{each.amount:f}" if each.amount is not None else "",
        )
        for each in invoice.vat_breakdown
    )


def _shown(party: Party) -> str:
    """A party in a sentence: its name and its number."""
    number = party.vat_number or main_number(party)
    return f"{party.name} ({number})" if number else party.name
