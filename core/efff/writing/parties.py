"""Writes parties, addresses, contacts and deliveries."""

from __future__ import annotations

from core.efff.identifiers import ENTERPRISE
from core.efff.invoice import Delivery, Invoice
from core.efff.party import Address, Contact, Identifier, Party
from core.efff.writing.sheet import Part, Sheet

ENTERPRISE_IN_1 = {"schemeAgencyID": "BE", "schemeAgencyName": "KBO", "schemeURI": "http://www.FFF.be/KBO"}
"""How e-fff 1.0 marks an enterprise number (Exact Online writes it so, reference 4, row 20)."""

BELGIAN_COMPANY = "BE:CBE"
BELGIAN_VAT = "BE:VAT"


def write_sides(sheet: Sheet, invoice: Invoice) -> list[Part | None]:
    """Supplier, customer, and who stands beside them."""
    supplier, customer = invoice.supplier, invoice.customer
    seller = write_party(sheet, supplier, "Party", "cac:AccountingSupplierParty/cac:Party")
    buyer = write_party(sheet, customer, "Party", "cac:AccountingCustomerParty/cac:Party")
    account_of_seller = sheet.leaf("CustomerAssignedAccountID", supplier.account_id)
    account_of_buyer = sheet.leaf("SupplierAssignedAccountID", customer.account_id)
    return [
        sheet.group("AccountingSupplierParty", "SupplierParty", [account_of_seller, seller]),
        sheet.group("AccountingCustomerParty", "CustomerParty", [account_of_buyer, buyer]),
        write_party(sheet, invoice.payee, "PayeeParty", "cac:PayeeParty"),
        write_party(sheet, invoice.tax_representative, "TaxRepresentativeParty", "cac:TaxRepresentativeParty"),
    ]


def write_party(sheet: Sheet, party: Party | None, name: str, where: str) -> Part | None:
    """A party as e-fff has it: the enterprise number as ten digits, the VAT number with its country."""
    if party is None:
        return None
    trade_name = sheet.group("PartyName", "PartyName", [sheet.leaf("Name", party.name)])
    if sheet.is_1:
        sheet.drop(f"{where}/cac:PartyLegalEntity/cbc:CompanyLegalForm", party.legal_form, "kept_as_note")
    parts = [
        _endpoint(sheet, party),
        *_identifications(sheet, party),
        trade_name,
        write_address(sheet, party.address, "PostalAddress"),
        _registration(sheet, party.vat_number, "VAT"),
        _registration(sheet, party.tax_registration, "TAX"),
        _legal_entity(sheet, party),
        _contact(sheet, party.contact),
    ]
    return sheet.group(name, "Party", parts, where)


def _endpoint(sheet: Sheet, party: Party) -> Part | None:
    """The electronic address; a Belgian company's is its enterprise number, written as Belgian packages expect it."""
    endpoint = party.endpoint or (Identifier(party.enterprise_number, ENTERPRISE) if not sheet.is_1 else None)
    if endpoint is None or not endpoint.value:
        return None
    scheme = BELGIAN_COMPANY if endpoint.scheme == ENTERPRISE else endpoint.scheme
    return sheet.leaf("EndpointID", endpoint.value, schemeID=scheme)


def _identifications(sheet: Sheet, party: Party) -> list[Part | None]:
    ids = [sheet.leaf("ID", one.value, schemeID=one.scheme) for one in party.identifiers]
    elsewhere = party.legal_id is None or (party.endpoint is None or party.endpoint.value == party.enterprise_number)
    if sheet.is_1 and party.enterprise_number:
        ids.insert(0, sheet.leaf("ID", party.enterprise_number, **ENTERPRISE_IN_1))
    elif not elsewhere:
        ids.insert(0, sheet.leaf("ID", party.enterprise_number, schemeID=BELGIAN_COMPANY))
    return [sheet.group("PartyIdentification", "PartyIdentification", [part]) for part in ids]


def _registration(sheet: Sheet, number: str, scheme: str) -> Part | None:
    if not number:
        return None
    scheme_id = BELGIAN_VAT if scheme == "VAT" and number.startswith("BE") and not sheet.is_1 else ""
    tax = sheet.group("TaxScheme", "TaxScheme", [sheet.leaf("ID", scheme)])
    return sheet.group("PartyTaxScheme", "PartyTaxScheme", [sheet.leaf("CompanyID", number, schemeID=scheme_id), tax])


def _legal_entity(sheet: Sheet, party: Party) -> Part | None:
    if party.legal_id is not None:
        number = sheet.leaf("CompanyID", party.legal_id.value, schemeID=party.legal_id.scheme)
    else:
        number = sheet.leaf("CompanyID", party.enterprise_number, schemeID="" if sheet.is_1 else BELGIAN_COMPANY)
    form = None if sheet.is_1 else sheet.leaf("CompanyLegalForm", party.legal_form)
    return sheet.group(
        "PartyLegalEntity", "PartyLegalEntity", [sheet.leaf("RegistrationName", party.legal_name), number, form]
    )


def _contact(sheet: Sheet, contact: Contact | None) -> Part | None:
    if contact is None:
        return None
    parts = [
        sheet.leaf("Name", contact.name),
        sheet.leaf("Telephone", contact.telephone),
        sheet.leaf("Telefax", contact.telefax),
        sheet.leaf("ElectronicMail", contact.email),
    ]
    return sheet.group("Contact", "Contact", parts)


def write_address(sheet: Sheet, address: Address | None, name: str) -> Part | None:
    """An address; nothing where there is none."""
    if address is None:
        return None
    list_id = "" if sheet.is_1 else "ISO3166-1:Alpha2"
    country = [
        sheet.leaf("IdentificationCode", address.country, listID=list_id),
        sheet.leaf("Name", address.country_name),
    ]
    parts = [
        sheet.leaf("StreetName", address.street),
        sheet.leaf("AdditionalStreetName", address.additional_street),
        sheet.leaf("CityName", address.city),
        sheet.leaf("PostalZone", address.postal_code),
        sheet.leaf("CountrySubentity", address.subdivision),
        *(sheet.group("AddressLine", "AddressLine", [sheet.leaf("Line", line)]) for line in address.lines),
        sheet.group("Country", "Country", country),
    ]
    return sheet.group(name, "Address", parts)


def write_delivery(sheet: Sheet, delivery: Delivery) -> Part | None:
    """One delivery. Legal mentions have their place in 3.0; in 1.0 the writer puts them into the notes."""
    receiver = sheet.group("PartyName", "PartyName", [sheet.leaf("Name", delivery.party_name)])
    place = delivery.location
    location = [
        sheet.leaf("ID", place.value, schemeID=place.scheme) if place else None,
        write_address(sheet, delivery.address, "Address"),
    ]
    mentions = [] if sheet.is_1 else delivery.mentions
    parts = [
        sheet.day("ActualDeliveryDate", delivery.delivered_on),
        sheet.group("DeliveryLocation", "Location", location),
        sheet.group("DeliveryParty", "Party", [receiver]),
        *(
            sheet.group(
                "DeliveryTerms",
                "DeliveryTerms",
                [sheet.leaf("ID", mention.code), sheet.leaf("SpecialTerms", mention.text)],
            )
            for mention in mentions
        ),
    ]
    return sheet.group("Delivery", "Delivery", parts)
