"""A made-up invoice or credit note: its facts, its totals, its Peppol BIS 3 UBL and its metadata in Banqup.

Written independently of `core.efff`, so that a mistake there meets another reading of the standard.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from lxml import etree

from core.sandbox.companies import Company

CUSTOMIZATION = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
PROFILE = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
UBL = "urn:oasis:names:specification:ubl:schema:xsd"
CAC, CBC = f"{UBL}:CommonAggregateComponents-2", f"{UBL}:CommonBasicComponents-2"
SCHEMES = {"BE": "0208", "DE": "9930", "NL": "9944"}
"""Country -> electronic address scheme: the Belgian enterprise number, VAT numbers abroad."""

EXEMPTIONS = {
    "AE": ("VATEX-EU-AE", "Verlegging van heffing"),
    "K": ("VATEX-EU-IC", "Intracommunautaire levering"),
    "E": ("VATEX-EU-132", "Vrijgesteld van btw"),
}
"""VAT category -> reason of the exemption, BT-121 and BT-120."""

Node = tuple[Any, ...]


def cents(amount: Decimal) -> Decimal:
    """Rounded to cents, half up."""
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Line:
    """One line: quantity, unit (UN/ECE 20), net price (BT-146), VAT category and rate."""

    name: str
    quantity: Decimal
    unit: str
    price: Decimal
    category: str
    rate: Decimal

    @property
    def net(self) -> Decimal:
        """BT-131."""
        return cents(self.quantity * self.price)


@dataclass(frozen=True, slots=True)
class MadeInvoice:
    """An invoice (380) or credit note (381) between two made-up companies, in euro."""

    type_code: str
    number: str
    issue_date: date
    due_date: date
    supplier: Company
    customer: Company
    lines: tuple[Line, ...]
    order: str
    note: str = ""
    communication: str = ""
    credited: tuple[str, date] | None = None

    @property
    def net(self) -> Decimal:
        """BT-109."""
        return sum((line.net for line in self.lines), Decimal(0))

    @property
    def taxes(self) -> dict[tuple[str, Decimal], tuple[Decimal, Decimal]]:
        """VAT category and rate -> taxable amount (BT-116) and VAT (BT-117)."""
        taxable: dict[tuple[str, Decimal], Decimal] = {}
        for line in self.lines:
            key = (line.category, line.rate)
            taxable[key] = taxable.get(key, Decimal(0)) + line.net
        return {key: (amount, cents(amount * key[1] / 100)) for key, amount in sorted(taxable.items())}

    @property
    def vat(self) -> Decimal:
        """BT-110."""
        return sum((vat for _, vat in self.taxes.values()), Decimal("0.00"))

    @property
    def total(self) -> Decimal:
        """BT-112 and BT-115."""
        return self.net + self.vat


# -- Peppol BIS 3 ----------------------------------------------------------------------------------------------------


def write_ubl(invoice: MadeInvoice, pdf: bytes | None = None) -> bytes:
    """The invoice as Peppol BIS Billing 3.0, with a PDF embedded where one is given."""
    credit = invoice.type_code == "381"
    kind = "CreditNote" if credit else "Invoice"
    names: dict[str | None, str] = {None: f"{UBL}:{kind}-2", "cac": CAC, "cbc": CBC}
    root: etree._Element = etree.Element(f"{{{UBL}:{kind}-2}}{kind}", nsmap=names)  # type: ignore[arg-type]
    nodes: list[Node | None] = [
        ("cbc:CustomizationID", CUSTOMIZATION),
        ("cbc:ProfileID", PROFILE),
        ("cbc:ID", invoice.number),
        ("cbc:IssueDate", invoice.issue_date.isoformat()),
        None if credit else ("cbc:DueDate", invoice.due_date.isoformat()),
        (f"cbc:{kind}TypeCode", invoice.type_code),
        ("cbc:Note", invoice.note) if invoice.note else None,
        ("cbc:DocumentCurrencyCode", "EUR"),
        ("cac:OrderReference", ("cbc:ID", invoice.order)),
        _billing_reference(invoice),
        _attachment(invoice, pdf) if pdf else None,
        ("cac:AccountingSupplierParty", _party(invoice.supplier)),
        ("cac:AccountingCustomerParty", _party(invoice.customer)),
        _delivery(invoice),
        _payment(invoice),
        _tax_total(invoice),
        _totals(invoice),
        *(_line(position, line, credit) for position, line in enumerate(invoice.lines, 1)),
    ]
    for node in nodes:
        if node is not None:
            _append(root, node)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _append(parent: etree._Element, node: Node) -> None:
    """Adds (name, text or children..., attributes?) below a parent."""
    name, *content = node
    prefix, _, local = name.partition(":")
    element = etree.SubElement(parent, f"{{{CAC if prefix == 'cac' else CBC}}}{local}")
    for part in content:
        if isinstance(part, dict):
            element.attrib.update(part)
        elif isinstance(part, tuple):
            _append(element, part)
        elif part is not None:
            element.text = str(part)


def _amount(name: str, value: Decimal) -> Node:
    return (name, str(value), {"currencyID": "EUR"})


def _billing_reference(invoice: MadeInvoice) -> Node | None:
    if invoice.credited is None:
        return None
    number, day = invoice.credited
    reference = ("cac:InvoiceDocumentReference", ("cbc:ID", number), ("cbc:IssueDate", day.isoformat()))
    return ("cac:BillingReference", reference)


def _attachment(invoice: MadeInvoice, pdf: bytes) -> Node:
    name = f"{''.join(c if c.isalnum() else '-' for c in invoice.number)}.pdf"
    embedded = (
        "cbc:EmbeddedDocumentBinaryObject",
        base64.b64encode(pdf).decode(),
        {"mimeCode": "application/pdf", "filename": name},
    )
    return ("cac:AdditionalDocumentReference", ("cbc:ID", invoice.number), ("cac:Attachment", embedded))


def _party(company: Company) -> Node:
    legal = {"schemeID": "0208"} if company.country == "BE" else {}
    return (
        "cac:Party",
        ("cbc:EndpointID", company.number, {"schemeID": SCHEMES[company.country]}),
        ("cac:PartyName", ("cbc:Name", company.name)),
        (
            "cac:PostalAddress",
            ("cbc:StreetName", company.street),
            ("cbc:CityName", company.city),
            ("cbc:PostalZone", company.postal_code),
            ("cac:Country", ("cbc:IdentificationCode", company.country)),
        ),
        ("cac:PartyTaxScheme", ("cbc:CompanyID", company.vat_number), ("cac:TaxScheme", ("cbc:ID", "VAT"))),
        ("cac:PartyLegalEntity", ("cbc:RegistrationName", company.name), ("cbc:CompanyID", company.number, legal)),
    )


def _delivery(invoice: MadeInvoice) -> Node:
    address = ("cac:Address", ("cac:Country", ("cbc:IdentificationCode", invoice.customer.country)))
    return (
        "cac:Delivery",
        ("cbc:ActualDeliveryDate", invoice.issue_date.isoformat()),
        ("cac:DeliveryLocation", address),
    )


def _payment(invoice: MadeInvoice) -> Node | None:
    if not invoice.supplier.iban:
        return None
    account: Node = ("cac:PayeeFinancialAccount", ("cbc:ID", invoice.supplier.iban))
    if invoice.supplier.bic:
        account = (*account, ("cac:FinancialInstitutionBranch", ("cbc:ID", invoice.supplier.bic)))
    reference = ("cbc:PaymentID", invoice.communication) if invoice.communication else None
    return ("cac:PaymentMeans", ("cbc:PaymentMeansCode", "30"), reference, account)


def _category(name: str, category: str, rate: Decimal, *, reason: bool = False) -> Node:
    code, text = EXEMPTIONS.get(category, ("", "")) if reason else ("", "")
    return (
        name,
        ("cbc:ID", category),
        ("cbc:Percent", str(rate)),
        ("cbc:TaxExemptionReasonCode", code) if code else None,
        ("cbc:TaxExemptionReason", text) if text else None,
        ("cac:TaxScheme", ("cbc:ID", "VAT")),
    )


def _tax_total(invoice: MadeInvoice) -> Node:
    subtotals = [
        (
            "cac:TaxSubtotal",
            _amount("cbc:TaxableAmount", taxable),
            _amount("cbc:TaxAmount", vat),
            _category("cac:TaxCategory", category, rate, reason=True),
        )
        for (category, rate), (taxable, vat) in invoice.taxes.items()
    ]
    return ("cac:TaxTotal", _amount("cbc:TaxAmount", invoice.vat), *subtotals)


def _totals(invoice: MadeInvoice) -> Node:
    return (
        "cac:LegalMonetaryTotal",
        _amount("cbc:LineExtensionAmount", invoice.net),
        _amount("cbc:TaxExclusiveAmount", invoice.net),
        _amount("cbc:TaxInclusiveAmount", invoice.total),
        _amount("cbc:PayableAmount", invoice.total),
    )


def _line(position: int, line: Line, credit: bool) -> Node:
    name, quantity = ("CreditNoteLine", "CreditedQuantity") if credit else ("InvoiceLine", "InvoicedQuantity")
    return (
        f"cac:{name}",
        ("cbc:ID", str(position)),
        (f"cbc:{quantity}", str(line.quantity), {"unitCode": line.unit}),
        _amount("cbc:LineExtensionAmount", line.net),
        ("cac:Item", ("cbc:Name", line.name), _category("cac:ClassifiedTaxCategory", line.category, line.rate)),
        ("cac:Price", _amount("cbc:PriceAmount", line.price)),
    )


# -- metadata --------------------------------------------------------------------------------------------------------


def party_metadata(company: Company) -> dict[str, Any]:
    """A party in the member names of banqup-api section 3."""
    identifiers = (
        {"be:en": company.number, "be:vat": company.vat_number}
        if company.country == "BE"
        else {f"{company.country.lower()}:vat": company.number}
    )
    return {
        "legalName": company.name,
        "tradeName": company.name,
        "address": {
            "country": company.country,
            "postCode": company.postal_code,
            "townName": company.city,
            "streetName": company.street,
        },
        "globalIdentifiers": identifiers,
    }


def metadata(invoice: MadeInvoice) -> dict[str, Any]:
    """What Banqup shows of the document; all amounts are strings."""
    net, vat, total = str(invoice.net), str(invoice.vat), str(invoice.total)
    return {
        "documentNumber": invoice.number,
        "issueDate": invoice.issue_date.isoformat(),
        "dueDate": invoice.due_date.isoformat(),
        "currency": "EUR",
        "supplier": party_metadata(invoice.supplier),
        "customer": party_metadata(invoice.customer),
        "documentTotals": {
            "linesNetAmount": net,
            "netAmount": net,
            "vatAmount": vat,
            "grossAmount": total,
            "payableAmount": total,
        },
        "vatDetails": [
            {"netAmount": str(taxable), "vatAmount": str(amount), "vatPercentage": str(rate), "vatCategory": category}
            for (category, rate), (taxable, amount) in invoice.taxes.items()
        ],
    }
