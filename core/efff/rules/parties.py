"""V30 to V36: who the parties are. Names, VAT and enterprise numbers with their check digits, countries."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from stdnum.eu import vat as european_vat

from core.efff.identifiers import is_belgian_vat, is_enterprise_number
from core.efff.party import Party
from core.efff.rules.lists import COUNTRIES, EU
from core.efff.rules.rule import Breaches, Subject, breach

ENTERPRISE_SCHEME: Final = "0208"
UNOFFICIAL: Final = {"EL": "GR", "UK": "GB"}
"""Country codes that people write and ISO 3166-1 does not have."""

ALPHA_2: Final = re.compile(r"[A-Z]{2}|1A")


def parties(subject: Subject) -> Iterator[tuple[str, Party]]:
    """Supplier and customer with their paths."""
    yield "cac:AccountingSupplierParty/cac:Party", subject.invoice.supplier
    yield "cac:AccountingCustomerParty/cac:Party", subject.invoice.customer


def all_parties(subject: Subject) -> Iterator[tuple[str, Party]]:
    """Also payee and tax representative, where there are any."""
    yield from parties(subject)
    if subject.invoice.payee:
        yield "cac:PayeeParty", subject.invoice.payee
    if subject.invoice.tax_representative:
        yield "cac:TaxRepresentativeParty", subject.invoice.tax_representative


def names(subject: Subject) -> Breaches:
    """V30."""
    for (path, party), code in zip(parties(subject), ("supplier_name_missing", "customer_name_missing"), strict=True):
        if not party.name.strip():
            yield breach(code, f"{path}/cac:PartyName/cbc:Name")


def supplier_number(subject: Subject) -> Breaches:
    """V31 (EN BR-S-02): who charges VAT is registered for it, or is represented by somebody who is."""
    supplier, representative = subject.invoice.supplier, subject.invoice.tax_representative
    registered = supplier.vat_number or supplier.enterprise_number or supplier.tax_registration
    represented = representative is not None and bool(representative.vat_number)
    charged = [subject.invoice.totals.vat, *(part.amount for part in subject.invoice.vat_breakdown)]
    vat = next((amount for amount in charged if amount), None)
    if vat and not registered and not represented:
        yield breach(
            "supplier_number_missing", "cac:AccountingSupplierParty/cac:Party/cac:PartyTaxScheme/cbc:CompanyID", vat=vat
        )


def vat_numbers(subject: Subject) -> Breaches:
    """V32: Belgian numbers by their check digits, others of the EU by their country's pattern."""
    for path, party in all_parties(subject):
        stated = party.vat_number
        where = f"{path}/cac:PartyTaxScheme/cbc:CompanyID"
        if stated.startswith("BE"):
            if not is_belgian_vat(stated):
                yield breach("vat_number_wrong", where, party=party.name, number=stated)
        elif stated[:2] in EU and stated[:2] != "XI" and not european_vat.is_valid(stated):
            yield breach("foreign_vat_number_wrong", where, party=party.name, number=stated)


def enterprise_numbers(subject: Subject) -> Breaches:
    """V33: a Belgian VAT number is BE and the enterprise number, except for members of a VAT unit."""
    for path, party in parties(subject):
        digits = party.vat_number.removeprefix("BE")
        belgian = party.vat_number.startswith("BE")
        if belgian and party.enterprise_number and party.enterprise_number != digits:
            yield breach(
                "enterprise_number_differs",
                f"{path}/cac:PartyIdentification/cbc:ID",
                party=party.name,
                number=party.enterprise_number,
                vat=party.vat_number,
            )


def endpoints(subject: Subject) -> Breaches:
    """V34 (PEPPOL-COMMON-R043), for an address and for an identifier of scheme 0208."""
    for path, party in parties(subject):
        named = [("cbc:EndpointID", party.endpoint)] if party.endpoint else []
        named += [("cac:PartyIdentification/cbc:ID", identifier) for identifier in party.identifiers]
        for element, identifier in named:
            if identifier.scheme == ENTERPRISE_SCHEME and not is_enterprise_number(identifier.value):
                yield breach("endpoint_wrong", f"{path}/{element}", party=party.name, number=identifier.value)


def countries(subject: Subject) -> Breaches:
    """V35."""
    for path, party in parties(subject):
        where = f"{path}/cac:PostalAddress/cac:Country/cbc:IdentificationCode"
        stated = party.address.country if party.address else ""
        if not stated and (party.name or party.address):  # else it is the party that is missing (V30)
            yield breach("country_missing", where, party=party.name or party.vat_number or None)
        elif not stated:
            continue
        elif stated in UNOFFICIAL:
            yield breach("country_unofficial", where, party=party.name, country=stated, official=UNOFFICIAL[stated])
        elif not ALPHA_2.fullmatch(stated) or stated not in COUNTRIES:
            yield breach("country_unknown", where, party=party.name, country=stated)


def same_party(subject: Subject) -> Breaches:
    """V36: by number where both have one, else by name."""
    one, other = subject.invoice.supplier, subject.invoice.customer
    first, second = identity(one), identity(other)
    if first and first == second:
        yield breach("supplier_is_customer", "cac:AccountingCustomerParty/cac:Party", party=one.name, number=first)


def identity(party: Party) -> str:
    """What tells a company apart: its enterprise number, else its VAT number, "" where it has neither."""
    return party.enterprise_number or party.vat_number.removeprefix("BE")


CHECKS = (names, supplier_number, vat_numbers, enterprise_numbers, endpoints, countries, same_party)
