"""Parties, addresses, contacts and deliveries: BG-4 to BG-15."""

from __future__ import annotations

from core.efff import identifiers
from core.efff.invoice import Delivery, LegalMention
from core.efff.node import Node
from core.efff.party import Address, Contact, Identifier, Party
from core.efff.reading.values import Values
from core.efff.report import Derived

ADDRESS = (
    "StreetName",
    "BuildingNumber",
    "AdditionalStreetName",
    "CityName",
    "PostalZone",
    "CountrySubentity",
)

OTHER_TAX = "TAX"
"""How EN 16931 in UBL names a tax registration that is not VAT's (BT-32)."""

ENTERPRISE_MARKS = ("schemeAgencyID", "schemeAgencyName")
"""What e-fff 1.0 marks an enterprise number with beside the list's address; both say that it is one."""


def read_side(side: Node | None, values: Values) -> Party:
    """AccountingSupplierParty or AccountingCustomerParty, whose account number stands beside the party."""
    if side is None:
        return Party()
    account = side.take("SupplierAssignedAccountID") or side.take("CustomerAssignedAccountID")
    return read_party(side.first("Party"), values, account) or Party(account_id=account)


def read_party(node: Node | None, values: Values, account: str = "") -> Party | None:
    """A party; the Belgian enterprise number is looked for wherever writers put it (reference 8.5)."""
    if node is None:
        return None
    legal = node.first("PartyLegalEntity")
    trade_name = node.take("PartyName", "Name")
    legal_name = legal.take("RegistrationName") if legal else ""
    legal_id = _identifier(legal.first("CompanyID")) if legal else None
    endpoint = _identifier(node.first("EndpointID"))
    stated = [identifier for part in node.all("PartyIdentification") if (identifier := _identifier(part.first("ID")))]
    vat, other_registration = _tax_numbers(node)
    named = [*([legal_id] if legal_id else []), *stated, *([endpoint] if endpoint else [])]
    enterprise = _enterprise_number(vat, named)
    _leave_other_schemes(node, enterprise)
    if enterprise and not any(_says_only(one, enterprise) for one in named):
        where = f"{node.path}/cac:PartyLegalEntity/cbc:CompanyID"
        values.derived.append(Derived(where, enterprise, "enterprise_number_from_vat"))
    return Party(
        trade_name=trade_name if trade_name != legal_name else "",
        legal_name=legal_name,
        vat_number=vat,
        enterprise_number=enterprise,
        endpoint=_in_one_spelling(endpoint, enterprise),
        identifiers=tuple(one for one in dict.fromkeys(stated) if not _says_only(one, enterprise)),
        legal_id=None if legal_id is None or _says_only(legal_id, enterprise) else legal_id,
        legal_form=legal.take("CompanyLegalForm") if legal else "",
        tax_registration=other_registration,
        address=read_address(node.first("PostalAddress")),
        contact=_contact(node.first("Contact")),
        account_id=account,
    )


def read_address(node: Node | None) -> Address | None:
    """An address; street and building number become one line, as all real e-fff files have it."""
    if node is None:
        return None
    street, number, additional, city, zone, subdivision = (node.take(name) for name in ADDRESS)
    country = node.first("Country")
    address = Address(
        street=f"{street} {number}".strip(),
        additional_street=additional,
        lines=tuple(filter(None, (line.take("Line") for line in node.all("AddressLine")))),
        city=city,
        postal_code=zone,
        subdivision=subdivision,
        country=country.take("IdentificationCode").upper() if country else "",
        country_name=country.take("Name") if country else "",
    )
    return address if address != Address() else None


def read_deliveries(root: Node, values: Values) -> tuple[Delivery, ...]:
    """Delivery of the document, with the legal mentions of UBL.BE inside it or beside it (reference 6.2)."""
    deliveries = []
    for node in root.all("Delivery"):
        location = node.first("DeliveryLocation")
        address = location.first("Address") if location else None
        delivery = Delivery(
            delivered_on=values.day(node, "ActualDeliveryDate"),
            location=_identifier(location.first("ID")) if location else None,
            address=read_address(address or node.first("DeliveryAddress")),
            party_name=node.take("DeliveryParty", "PartyName", "Name"),
            mentions=_mentions(node),
        )
        if delivery != Delivery():
            deliveries.append(delivery)
    beside = _mentions(root)
    return (*deliveries, Delivery(mentions=beside)) if beside else tuple(deliveries)


def _mentions(node: Node) -> tuple[LegalMention, ...]:
    mentions = (
        LegalMention(terms.take("ID"), "\n".join(text.value() for text in terms.all("SpecialTerms")))
        for terms in node.all("DeliveryTerms")
    )
    return tuple(mention for mention in mentions if mention != LegalMention())


def _contact(node: Node | None) -> Contact | None:
    if node is None:
        return None
    names = ("Name", "Telephone", "Telefax", "ElectronicMail")
    contact = Contact(*(node.take(name) for name in names))
    return contact if contact != Contact() else None


def _identifier(node: Node | None) -> Identifier | None:
    if node is None:
        return None
    value = node.value()
    scheme = node.attribute("schemeID")
    if not scheme and node.attributes.get("schemeAgencyName", "").strip().upper() == "KBO":
        node.used = ENTERPRISE_MARKS
        scheme = "BE:CBE"
    return Identifier(value, scheme) if value else None


def _tax_numbers(node: Node) -> tuple[str, str]:
    """The VAT number (BT-31) and another tax registration (BT-32); a scheme that is not named is taken as VAT."""
    vat = other = ""
    for registration in node.all("PartyTaxScheme"):
        scheme = registration.peek("TaxScheme", "ID").upper()
        is_vat = scheme in identifiers.VAT_NAMES or not scheme
        if not registration.peek("CompanyID") or (vat if is_vat else other):
            continue
        if is_vat:
            vat = identifiers.vat_number(registration.take("CompanyID"))
        else:
            other = registration.take("CompanyID")
        if is_vat or scheme == OTHER_TAX:
            registration.take("TaxScheme", "ID")
    return vat, other


def _enterprise_number(vat: str, named: list[Identifier]) -> str:
    """The Belgian enterprise number: as an identifier that verifies states it under a Belgian company scheme (a member
    of a VAT unit has a VAT number that is not its own); else the digits of the VAT number; else any identifier's."""
    for identifier in named:
        digits = identifiers.belgian_digits(identifier.value)
        if identifier.scheme.upper() in identifiers.ENTERPRISE_SCHEMES and identifiers.is_enterprise_number(digits):
            return digits
    if vat.startswith("BE") and (digits := identifiers.belgian_digits(vat)):
        return digits
    return next(filter(None, (identifiers.enterprise_number(one.value, one.scheme) for one in named)), "")


def _says_only(identifier: Identifier, enterprise: str) -> bool:
    """Whether an identifier is the enterprise number once more, in whatever spelling."""
    digits = identifiers.enterprise_number(identifier.value, identifier.scheme) or identifiers.belgian_digits(
        identifier.value
    )
    return bool(enterprise) and digits == enterprise


def _leave_other_schemes(node: Node, enterprise: str) -> None:
    """Where the enterprise number stands under a scheme that is no Belgian one, the scheme is told as left out."""
    legal = node.first("PartyLegalEntity")
    places = [legal.first("CompanyID") if legal else None, node.first("EndpointID")]
    places += [part.first("ID") for part in node.all("PartyIdentification")]
    for place in places:
        scheme = place.attributes.get("schemeID", "").strip() if place else ""
        foreign = scheme and scheme.upper() not in identifiers.BELGIAN_SCHEMES
        if place and foreign and _says_only(Identifier(place.peek(), scheme), enterprise):
            place.used = ()


def _in_one_spelling(endpoint: Identifier | None, enterprise: str) -> Identifier | None:
    """The endpoint; one that is the enterprise number is written as `0208`, so that spellings do not differ."""
    if endpoint is not None and _says_only(endpoint, enterprise):
        return Identifier(enterprise, identifiers.ENTERPRISE)
    return endpoint
