"""Every business term of EN 16931: where it stands in UBL, where in the model, and that no conversion loses it.

`en16931.xml` states each of them once. A term that is neither in the table nor in the document fails here.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from lxml import etree

from core.efff.convert import Format, convert
from core.efff.party import Identifier
from core.efff.reader import read
from tests.core.efff.corpus_files import DOCUMENTS, faults
from tests.core.efff.everything import SPACES
from tests.core.efff.test_nothing_lost import lost

SOURCE = Path(__file__).with_name("en16931.xml").read_bytes()
BOTH = pytest.mark.parametrize("target", list(Format), ids=lambda target: target.value)

NO_TERM = {4}
"""Numbers that EN 16931-1:2017 has not given to any term."""

SELLER, BUYER = "cac:AccountingSupplierParty/cac:Party", "cac:AccountingCustomerParty/cac:Party"
REPRESENTATIVE, DELIVERY = "cac:TaxRepresentativeParty", "cac:Delivery/cac:DeliveryLocation"
MEANS, LINE, TOTALS = "cac:PaymentMeans", "cac:InvoiceLine", "cac:LegalMonetaryTotal"
ITEM, PRICE = f"{LINE}/cac:Item", f"{LINE}/cac:Price"
REFERENCE = "cac:AdditionalDocumentReference"
PRECEDING = "cac:BillingReference/cac:InvoiceDocumentReference"
SUBTOTAL = "cac:TaxTotal[1]/cac:TaxSubtotal"


def address(numbers: tuple[int, ...], ubl: str, model: str) -> dict[int, tuple[str, str]]:
    """The seven terms of an address: two lines, city, post code, subdivision, country, third line."""
    places = (
        ("cbc:StreetName", "street"),
        ("cbc:AdditionalStreetName", "additional_street"),
        ("cbc:CityName", "city"),
        ("cbc:PostalZone", "postal_code"),
        ("cbc:CountrySubentity", "subdivision"),
        ("cac:Country/cbc:IdentificationCode", "country"),
        ("cac:AddressLine/cbc:Line", "lines.0"),
    )
    return {
        number: (f"{ubl}/{path}", f"{model}.address.{name}")
        for number, (path, name) in zip(numbers, places, strict=True)
    }


def entry(first: int, vat: int | None, ubl: str, model: str) -> dict[int, tuple[str, str]]:
    """An allowance or charge: amount, base, percent, (VAT category and rate of the document's), reason and its code."""
    places = [("cbc:Amount", "amount"), ("cbc:BaseAmount", "base"), ("cbc:MultiplierFactorNumeric", "percent")]
    if vat:
        places += [("cac:TaxCategory/cbc:ID", "vat.category"), ("cac:TaxCategory/cbc:Percent", "vat.rate")]
    places += [("cbc:AllowanceChargeReason", "reason"), ("cbc:AllowanceChargeReasonCode", "reason_code")]
    return {first + n: (f"{ubl}/{path}", f"{model}.{name}") for n, (path, name) in enumerate(places)}


TERMS: dict[int, tuple[str, str]] = {
    1: ("cbc:ID", "number"),
    2: ("cbc:IssueDate", "issue_date"),
    3: ("cbc:InvoiceTypeCode", "source_type_code"),
    5: ("cbc:DocumentCurrencyCode", "currency"),
    6: ("cbc:TaxCurrencyCode", "vat_currency"),
    7: ("cbc:TaxPointDate", "tax_point_date"),
    8: ("cac:InvoicePeriod/cbc:DescriptionCode", "period.code"),
    9: ("cbc:DueDate", "due_date"),
    10: ("cbc:BuyerReference", "references.buyer_reference"),
    11: ("cac:ProjectReference/cbc:ID", "references.project"),
    12: ("cac:ContractDocumentReference/cbc:ID", "references.contracts.0"),
    13: ("cac:OrderReference/cbc:ID", "references.order"),
    14: ("cac:OrderReference/cbc:SalesOrderID", "references.sales_order"),
    15: ("cac:ReceiptDocumentReference/cbc:ID", "references.receipts.0"),
    16: ("cac:DespatchDocumentReference/cbc:ID", "references.despatches.0"),
    17: ("cac:OriginatorDocumentReference/cbc:ID", "references.originators.0"),
    18: (f"{REFERENCE}[1]/cbc:ID", "attachments.0.id"),
    19: ("cbc:AccountingCost", "references.accounting_cost"),
    20: ("cac:PaymentTerms/cbc:Note", "payment_terms.0.note"),
    21: ("cbc:Note", "notes.0"),
    22: ("cbc:Note", "notes.0"),
    23: ("cbc:ProfileID", "software"),
    24: ("cbc:CustomizationID", "(told as dropped: an e-fff file names its own)"),
    25: (f"{PRECEDING}/cbc:ID", "references.preceding_invoices.0.id"),
    26: (f"{PRECEDING}/cbc:IssueDate", "references.preceding_invoices.0.issue_date"),
    27: (f"{SELLER}/cac:PartyLegalEntity/cbc:RegistrationName", "supplier.legal_name"),
    28: (f"{SELLER}/cac:PartyName/cbc:Name", "supplier.trade_name"),
    29: (f"{SELLER}/cac:PartyIdentification[1]/cbc:ID", "supplier.identifiers.0"),
    30: (f"{SELLER}/cac:PartyLegalEntity/cbc:CompanyID", "supplier.legal_id"),
    31: (f"{SELLER}/cac:PartyTaxScheme[1]/cbc:CompanyID", "supplier.vat_number"),
    32: (f"{SELLER}/cac:PartyTaxScheme[2]/cbc:CompanyID", "supplier.tax_registration"),
    33: (f"{SELLER}/cac:PartyLegalEntity/cbc:CompanyLegalForm", "supplier.legal_form"),
    34: (f"{SELLER}/cbc:EndpointID", "supplier.endpoint"),
    **address((35, 36, 37, 38, 39, 40, 162), f"{SELLER}/cac:PostalAddress", "supplier"),
    41: (f"{SELLER}/cac:Contact/cbc:Name", "supplier.contact.name"),
    42: (f"{SELLER}/cac:Contact/cbc:Telephone", "supplier.contact.telephone"),
    43: (f"{SELLER}/cac:Contact/cbc:ElectronicMail", "supplier.contact.email"),
    44: (f"{BUYER}/cac:PartyLegalEntity/cbc:RegistrationName", "customer.legal_name"),
    45: (f"{BUYER}/cac:PartyName/cbc:Name", "customer.trade_name"),
    46: (f"{BUYER}/cac:PartyIdentification/cbc:ID", "customer.identifiers.0"),
    47: (f"{BUYER}/cac:PartyLegalEntity/cbc:CompanyID", "customer.legal_id"),
    48: (f"{BUYER}/cac:PartyTaxScheme/cbc:CompanyID", "customer.vat_number"),
    49: (f"{BUYER}/cbc:EndpointID", "customer.endpoint"),
    **address((50, 51, 52, 53, 54, 55, 163), f"{BUYER}/cac:PostalAddress", "customer"),
    56: (f"{BUYER}/cac:Contact/cbc:Name", "customer.contact.name"),
    57: (f"{BUYER}/cac:Contact/cbc:Telephone", "customer.contact.telephone"),
    58: (f"{BUYER}/cac:Contact/cbc:ElectronicMail", "customer.contact.email"),
    59: ("cac:PayeeParty/cac:PartyName/cbc:Name", "payee.trade_name"),
    60: ("cac:PayeeParty/cac:PartyIdentification/cbc:ID", "payee.identifiers.0"),
    61: ("cac:PayeeParty/cac:PartyLegalEntity/cbc:CompanyID", "payee.legal_id"),
    62: (f"{REPRESENTATIVE}/cac:PartyName/cbc:Name", "tax_representative.trade_name"),
    63: (f"{REPRESENTATIVE}/cac:PartyTaxScheme/cbc:CompanyID", "tax_representative.vat_number"),
    **address((64, 65, 66, 67, 68, 69, 164), f"{REPRESENTATIVE}/cac:PostalAddress", "tax_representative"),
    70: ("cac:Delivery/cac:DeliveryParty/cac:PartyName/cbc:Name", "deliveries.0.party_name"),
    71: (f"{DELIVERY}/cbc:ID", "deliveries.0.location"),
    72: ("cac:Delivery/cbc:ActualDeliveryDate", "deliveries.0.delivered_on"),
    73: ("cac:InvoicePeriod/cbc:StartDate", "period.start"),
    74: ("cac:InvoicePeriod/cbc:EndDate", "period.end"),
    **address((75, 76, 77, 78, 79, 80, 165), f"{DELIVERY}/cac:Address", "deliveries.0"),
    81: (f"{MEANS}[1]/cbc:PaymentMeansCode", "payment_means.0.code"),
    82: (f"{MEANS}[1]/cbc:PaymentMeansCode/@name", "payment_means.0.code_name"),
    83: (f"{MEANS}[1]/cbc:PaymentID", "payment_means.0.reference"),
    84: (f"{MEANS}[1]/cac:PayeeFinancialAccount/cbc:ID", "payment_means.0.account"),
    85: (f"{MEANS}[1]/cac:PayeeFinancialAccount/cbc:Name", "payment_means.0.account_name"),
    86: (f"{MEANS}[1]/cac:PayeeFinancialAccount/cac:FinancialInstitutionBranch/cbc:ID", "payment_means.0.bic"),
    87: (f"{MEANS}[2]/cac:CardAccount/cbc:PrimaryAccountNumberID", "payment_means.1.card_number"),
    88: (f"{MEANS}[2]/cac:CardAccount/cbc:HolderName", "payment_means.1.card_holder"),
    89: (f"{MEANS}[3]/cac:PaymentMandate/cbc:ID", "payment_means.2.mandate"),
    90: (f"{SELLER}/cac:PartyIdentification[2]/cbc:ID", "supplier.identifiers.1"),
    91: (f"{MEANS}[3]/cac:PaymentMandate/cac:PayerFinancialAccount/cbc:ID", "payment_means.2.debited_account"),
    **entry(92, 95, "cac:AllowanceCharge[1]", "allowances_charges.0"),
    **entry(99, 102, "cac:AllowanceCharge[2]", "allowances_charges.1"),
    106: (f"{TOTALS}/cbc:LineExtensionAmount", "totals.lines"),
    107: (f"{TOTALS}/cbc:AllowanceTotalAmount", "totals.allowances"),
    108: (f"{TOTALS}/cbc:ChargeTotalAmount", "totals.charges"),
    109: (f"{TOTALS}/cbc:TaxExclusiveAmount", "totals.tax_exclusive"),
    110: ("cac:TaxTotal[1]/cbc:TaxAmount", "totals.vat"),
    111: ("cac:TaxTotal[2]/cbc:TaxAmount", "totals.vat_in_accounting_currency"),
    112: (f"{TOTALS}/cbc:TaxInclusiveAmount", "totals.tax_inclusive"),
    113: (f"{TOTALS}/cbc:PrepaidAmount", "totals.prepaid"),
    114: (f"{TOTALS}/cbc:PayableRoundingAmount", "totals.rounding"),
    115: (f"{TOTALS}/cbc:PayableAmount", "totals.payable"),
    116: (f"{SUBTOTAL}[2]/cbc:TaxableAmount", "vat_breakdown.1.taxable"),
    117: (f"{SUBTOTAL}[2]/cbc:TaxAmount", "vat_breakdown.1.amount"),
    118: (f"{SUBTOTAL}[2]/cac:TaxCategory/cbc:ID", "vat_breakdown.1.vat.category"),
    119: (f"{SUBTOTAL}[2]/cac:TaxCategory/cbc:Percent", "vat_breakdown.1.vat.rate"),
    120: (f"{SUBTOTAL}[2]/cac:TaxCategory/cbc:TaxExemptionReason", "vat_breakdown.1.vat.exemption_reason"),
    121: (f"{SUBTOTAL}[2]/cac:TaxCategory/cbc:TaxExemptionReasonCode", "vat_breakdown.1.vat.exemption_code"),
    122: (f"{REFERENCE}[2]/cbc:ID", "attachments.1.id"),
    123: (f"{REFERENCE}[2]/cbc:DocumentDescription", "attachments.1.description"),
    124: (f"{REFERENCE}[2]/cac:Attachment/cac:ExternalReference/cbc:URI", "attachments.1.uri"),
    125: (f"{REFERENCE}[2]/cac:Attachment/cbc:EmbeddedDocumentBinaryObject", "attachments.1.content"),
    126: (f"{LINE}/cbc:ID", "lines.0.id"),
    127: (f"{LINE}/cbc:Note", "lines.0.notes.0"),
    128: (f"{LINE}/cac:DocumentReference/cbc:ID", "lines.0.object_id"),
    129: (f"{LINE}/cbc:InvoicedQuantity", "lines.0.quantity"),
    130: (f"{LINE}/cbc:InvoicedQuantity/@unitCode", "lines.0.unit"),
    131: (f"{LINE}/cbc:LineExtensionAmount", "lines.0.net_amount"),
    132: (f"{LINE}/cac:OrderLineReference/cbc:LineID", "lines.0.order_line"),
    133: (f"{LINE}/cbc:AccountingCost", "lines.0.accounting_cost"),
    134: (f"{LINE}/cac:InvoicePeriod/cbc:StartDate", "lines.0.period.start"),
    135: (f"{LINE}/cac:InvoicePeriod/cbc:EndDate", "lines.0.period.end"),
    **entry(136, None, f"{LINE}/cac:AllowanceCharge[1]", "lines.0.allowances_charges.0"),
    **entry(141, None, f"{LINE}/cac:AllowanceCharge[2]", "lines.0.allowances_charges.1"),
    146: (f"{PRICE}/cbc:PriceAmount", "lines.0.price.amount"),
    147: (f"{PRICE}/cac:AllowanceCharge/cbc:Amount", "lines.0.price.discount"),
    148: (f"{PRICE}/cac:AllowanceCharge/cbc:BaseAmount", "lines.0.price.gross"),
    149: (f"{PRICE}/cbc:BaseQuantity", "lines.0.price.base_quantity"),
    150: (f"{PRICE}/cbc:BaseQuantity/@unitCode", "lines.0.price.base_unit"),
    151: (f"{ITEM}/cac:ClassifiedTaxCategory/cbc:ID", "lines.0.vat.category"),
    152: (f"{ITEM}/cac:ClassifiedTaxCategory/cbc:Percent", "lines.0.vat.rate"),
    153: (f"{ITEM}/cbc:Name", "lines.0.item.name"),
    154: (f"{ITEM}/cbc:Description", "lines.0.item.description"),
    155: (f"{ITEM}/cac:SellersItemIdentification/cbc:ID", "lines.0.item.seller_id"),
    156: (f"{ITEM}/cac:BuyersItemIdentification/cbc:ID", "lines.0.item.buyer_id"),
    157: (f"{ITEM}/cac:StandardItemIdentification/cbc:ID", "lines.0.item.standard_id"),
    158: (f"{ITEM}/cac:CommodityClassification/cbc:ItemClassificationCode", "lines.0.item.classifications.0.code"),
    159: (f"{ITEM}/cac:OriginCountry/cbc:IdentificationCode", "lines.0.item.origin_country"),
    160: (f"{ITEM}/cac:AdditionalItemProperty/cbc:Name", "lines.0.item.properties.0.0"),
    161: (f"{ITEM}/cac:AdditionalItemProperty/cbc:Value", "lines.0.item.properties.0.1"),
}  # fmt: skip
"""Business term -> its place in UBL (EN 16931-3-2) and in the model."""


def test_the_table_has_every_term() -> None:
    assert set(TERMS) == set(range(1, 166)) - NO_TERM


@pytest.mark.parametrize("number", sorted(TERMS), ids=lambda number: f"BT-{number}")
def test_a_term_is_read_to_its_place(number: int) -> None:
    ubl, model = TERMS[number]
    [found] = etree.fromstring(SOURCE).xpath(ubl, namespaces=SPACES)
    stated = str(found if isinstance(found, str) else found.text)
    if model.startswith("("):
        told = {one.path: one.value for one in convert(SOURCE).dropped}
        assert told[f"/Invoice/{ubl}"] == stated
        return
    value: object = read(SOURCE).invoice
    for name in model.split("."):
        value = value[int(name)] if name.isdigit() else getattr(value, name)
    match value:
        case Identifier():
            assert (value.value, value.scheme) == (stated, found.get("schemeID"))
        case Decimal():
            assert value == Decimal(stated)
        case date():
            assert value.isoformat() == stated
        case _:
            assert value == stated


@BOTH
def test_no_conversion_loses_a_term(target: Format) -> None:
    conversion = convert(SOURCE, target)
    assert lost(SOURCE, conversion) == []
    assert not DOCUMENTS or (faults(SOURCE, Format.EFFF_3), faults(conversion.output, target)) == ([], [])
    again = convert(conversion.output, target)
    assert lost(conversion.output, again) == []
