"""Who is on an invoice: parties with their numbers, addresses and contacts (EN 16931 BG-4 to BG-12, BG-15)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Identifier:
    """An identifier and the scheme it belongs to: ISO 6523 ("0208"), or what the source writes ("BE:CBE")."""

    value: str
    scheme: str = ""


@dataclass(frozen=True, slots=True)
class Address:
    """BG-5, BG-8, BG-12, BG-15. `street` holds street and house number together; `country` is ISO 3166-1 alpha-2."""

    street: str = ""
    additional_street: str = ""
    lines: tuple[str, ...] = ()
    city: str = ""
    postal_code: str = ""
    subdivision: str = ""
    country: str = ""
    country_name: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    """BG-6 and BG-9: name (BT-41, BT-56), telephone (BT-42), e-mail (BT-43); telefax is UBL only."""

    name: str = ""
    telephone: str = ""
    telefax: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Party:
    """BG-4 seller, BG-7 buyer, BG-10 payee, BG-11 seller's tax representative.

    `trade_name` BT-28, `legal_name` BT-27. `vat_number` BT-31 in capitals without blanks and dots, with its country
    prefix. `enterprise_number` is the Belgian one, ten digits, from wherever the source states it; "" for others.
    `legal_id` BT-30 as stated (PartyLegalEntity/CompanyID), `identifiers` BT-29, `endpoint` BT-34,
    `tax_registration` BT-32 (a PartyTaxScheme that is not VAT), `legal_form` BT-33.
    `account_id` is the party's account number at the other side (Supplier/CustomerAssignedAccountID).
    """

    trade_name: str = ""
    legal_name: str = ""
    vat_number: str = ""
    enterprise_number: str = ""
    endpoint: Identifier | None = None
    identifiers: tuple[Identifier, ...] = ()
    legal_id: Identifier | None = None
    legal_form: str = ""
    tax_registration: str = ""
    address: Address | None = None
    contact: Contact | None = None
    account_id: str = ""

    @property
    def name(self) -> str:
        """The name to show and to write first: BT-28, else BT-27."""
        return self.trade_name or self.legal_name

    @property
    def country(self) -> str:
        """The party's country: of its address, else the prefix of its VAT number, else ""."""
        if self.address and self.address.country:
            return self.address.country
        prefix = self.vat_number[:2]
        return prefix if prefix.isalpha() else ""
