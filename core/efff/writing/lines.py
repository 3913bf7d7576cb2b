"""Writes lines, allowances and charges, VAT and totals (reference 4, rows 41 to 67)."""

from __future__ import annotations

from core.efff.formats import Format
from core.efff.invoice import AllowanceCharge, Invoice, Item, Line, Period, Price, Totals, VatBreakdown, VatCategory
from core.efff.party import Identifier
from core.efff.profile import unit_in_ubl_20
from core.efff.reading.lines import OBJECT
from core.efff.vat import line_vat
from core.efff.vat_table import ZERO
from core.efff.writing.labels import label
from core.efff.writing.sheet import Part, Sheet
from core.efff.writing.vat import CASH_DISCOUNT, in_efff

RATE_DECIMALS = 2
NO_DISCOUNT = VatCategory("E", ZERO, "FD")
"""The exempt part of a line on which there is no cash discount."""

NO_ITEM = ("Item", "<cac:Item/>")
"""A line whose item says nothing: UBL demands the element, and V82 tells that it is empty."""


def write_lines(sheet: Sheet, invoice: Invoice) -> list[Part | None]:
    """All lines, in the elements of the root that is written."""
    as_credit = invoice.is_credit_note and not sheet.is_1
    element = "CreditNoteLine" if as_credit else "InvoiceLine"
    source = "CreditNoteLine" if invoice.root == "CreditNote" else "InvoiceLine"
    computed = sum(line.vat_amount is None and line.net_amount is not None for line in invoice.lines)
    if computed:
        sheet.derive(f"cac:{element}/cac:TaxTotal/cbc:TaxAmount", str(computed), "line_vat_computed", count=computed)
    discounted = invoice.cash_discount is not None and not sheet.is_1
    return [
        _line(sheet, line, element, f"cac:{source}[{number}]", number, discounted=discounted)
        for number, line in enumerate(invoice.lines, 1)
    ]


def _line(sheet: Sheet, line: Line, element: str, where: str, number: int, *, discounted: bool) -> Part | None:
    quantity = "CreditedQuantity" if element == "CreditNoteLine" else "InvoicedQuantity"
    identifier = line.id.strip()
    if not identifier:
        identifier = str(number)
        sheet.derive(f"{where}/cbc:ID", identifier, "line_number_given")
    parts = [
        sheet.leaf("ID", identifier),
        *_notes(sheet, line, where),
        sheet.number(quantity, line.quantity, 0, **_unit(sheet, line.unit, f"{where}/cbc:{quantity}")),
        sheet.amount("LineExtensionAmount", line.net_amount),
        sheet.leaf("AccountingCost", line.accounting_cost),
        None if sheet.is_1 else write_period(sheet, line.period),
        sheet.group("OrderLineReference", "OrderLineReference", [sheet.leaf("LineID", line.order_line)]),
        _object(sheet, line.object_id),
        *write_allowances_charges(sheet, line.allowances_charges, f"{where}/"),
        _line_tax(sheet, line, where, discounted=discounted),
        _item(sheet, line.item, line.vat, where),
        _price(sheet, line.price, where),
    ]
    return sheet.group(element, element, parts, where)


def _notes(sheet: Sheet, line: Line, where: str) -> list[Part | None]:
    """The notes of a line: 1.0 has one, which also takes the period that it has no place for."""
    if not sheet.is_1:
        return sheet.leaves("Note", line.notes)
    notes = list(line.notes)
    if line.period is not None:
        start, end = (str(day or "") for day in (line.period.start, line.period.end))
        notes.append(label("period", start=start, end=end))
        path = f"{where}/cac:InvoicePeriod"
        sheet.drop(f"{path}/cbc:StartDate", line.period.start, "kept_as_line_note")
        sheet.drop(f"{path}/cbc:EndDate", line.period.end, "kept_as_line_note")
        sheet.drop(f"{path}/cbc:DescriptionCode", line.period.code)
    return [sheet.leaf("Note", "\n".join(notes))]


def _unit(sheet: Sheet, unit: str, where: str) -> dict[str, str]:
    """The unit's attributes; UBL 2.0 knows the units of 2007 only (reference 8.3)."""
    if not sheet.is_1:
        return {"unitCode": unit, "unitCodeListID": "UNECERec20" if unit else ""}
    written = unit_in_ubl_20(unit)
    if written != unit:
        sheet.drop(f"{where}/@unitCode", unit, "unit_replaced" if written else "unit_left_out", unit=written)
    return {"unitCode": written}


def write_period(sheet: Sheet, period: Period | None) -> Part | None:
    """An invoicing period."""
    if period is None:
        return None
    parts = [
        sheet.day("StartDate", period.start),
        sheet.day("EndDate", period.end),
        sheet.leaf("DescriptionCode", period.code),
    ]
    return sheet.group("InvoicePeriod", "Period", parts)


def _object(sheet: Sheet, identifier: Identifier | None) -> Part | None:
    if identifier is None:
        return None
    parts = [
        sheet.leaf("ID", identifier.value, schemeID=identifier.scheme),
        sheet.leaf("DocumentTypeCode", OBJECT),
    ]
    return sheet.group("DocumentReference", "DocumentReference", parts)


def write_allowances_charges(sheet: Sheet, entries: tuple[AllowanceCharge, ...], inside: str = "") -> list[Part | None]:
    """Allowances and charges; those of the document carry their VAT category with its Belgian code (R007).

    `inside` is the path of what has them, with a slash, "" for the document.
    """
    return [
        sheet.group(
            "AllowanceCharge",
            "AllowanceCharge",
            [
                sheet.flag("ChargeIndicator", entry.is_charge),
                sheet.leaf("AllowanceChargeReasonCode", entry.reason_code),
                sheet.leaf("AllowanceChargeReason", entry.reason),
                sheet.number("MultiplierFactorNumeric", entry.percent),
                sheet.amount("Amount", entry.amount),
                sheet.amount("BaseAmount", entry.base),
                write_category(sheet, entry.vat, "TaxCategory") if entry.vat else None,
            ],
            f"{inside}cac:AllowanceCharge[{number}]",
        )
        for number, entry in enumerate(entries, 1)
    ]


def write_category(sheet: Sheet, vat: VatCategory, name: str) -> Part | None:
    """A VAT category as e-fff has it; a category without a rate (not subject to VAT) has rate 0."""
    if (vat, name) not in sheet.categories:
        sheet.categories[vat, name] = _category(sheet, vat, name)
    return sheet.categories[vat, name]


def _category(sheet: Sheet, vat: VatCategory, name: str) -> Part | None:
    written = in_efff(vat, sheet.target)
    scheme = (
        {"schemeID": "UN/EDIFACT 5305", "schemeName": "Duty or tax or fee category"}
        if sheet.is_1
        else {"schemeID": "UNCL5305"}
    )
    parts = [
        sheet.leaf("ID", written.category, **scheme),
        sheet.leaf("Name", written.belgian_code),
        sheet.number("Percent", written.rate or ZERO, RATE_DECIMALS),
        sheet.leaf("TaxExemptionReasonCode", written.exemption_code),
        sheet.leaf("TaxExemptionReason", written.exemption_reason),
        sheet.group("TaxScheme", "TaxScheme", [sheet.leaf("ID", "VAT")]),
    ]
    return sheet.group(name, "TaxCategory", parts)


def _line_tax(sheet: Sheet, line: Line, where: str, *, discounted: bool) -> Part | None:
    """The VAT of a line: as the source states it, else computed; e-fff 1.0 has the line's VAT code nowhere else.

    With a cash discount on the document each line of 3.0 names it, if only with zero (EFFF-T10-R018).
    """
    if line.net_amount is None and line.vat_amount is None:
        return None
    amount = line.vat_amount
    if amount is None and line.net_amount is not None:
        amount = line_vat(line.net_amount, line.vat.rate)
    subtotals = line.vat_subtotals or (VatBreakdown(line.vat, line.net_amount, amount),)
    if discounted and not any(in_efff(part.vat, sheet.target).exemption_reason == CASH_DISCOUNT for part in subtotals):
        subtotals = (*subtotals, VatBreakdown(NO_DISCOUNT, ZERO, ZERO))
    written = [_subtotal(sheet, part, f"{where}/{part.path(number)}") for number, part in enumerate(subtotals, 1)]
    return sheet.group("TaxTotal", "TaxTotal", [sheet.amount("TaxAmount", amount), *written], f"{where}/cac:TaxTotal")


def _subtotal(sheet: Sheet, part: VatBreakdown, where: str) -> Part | None:
    parts = [
        sheet.amount("TaxableAmount", part.taxable),
        sheet.amount("TaxAmount", part.amount),
        sheet.amount("TransactionCurrencyTaxAmount", part.amount_in_eur, "EUR"),
        sheet.number("Percent", part.vat.rate or ZERO, RATE_DECIMALS),
        write_category(sheet, part.vat, "TaxCategory"),
    ]
    return sheet.group("TaxSubtotal", "TaxSubtotal", parts, where)


def write_vat(sheet: Sheet, invoice: Invoice) -> list[Part | None]:
    """The VAT of the document with its breakdown; in 3.0 also the VAT in the accounting currency (BT-111)."""
    total = invoice.totals.vat
    if total is None and invoice.vat_breakdown:
        total = sum((part.amount or ZERO for part in invoice.vat_breakdown), ZERO)
        sheet.derive("cac:TaxTotal/cbc:TaxAmount", f"{total:.2f}", "vat_added_up")
    subtotals = [_subtotal(sheet, part, part.path(number)) for number, part in enumerate(invoice.vat_breakdown, 1)]
    parts = [sheet.amount("TaxAmount", total), *subtotals]
    totals = [sheet.group("TaxTotal", "TaxTotal", parts)]
    in_other = invoice.totals.vat_in_accounting_currency
    if in_other is not None and sheet.target is Format.EFFF_3:
        amount = sheet.amount("TaxAmount", in_other, invoice.vat_currency)
        totals.append(sheet.group("TaxTotal", "TaxTotal", [amount]))
    return totals


def write_totals(sheet: Sheet, totals: Totals) -> Part | None:
    """The totals as the source states them; those that are mostly zero only where they are not."""
    parts = [
        sheet.amount("LineExtensionAmount", totals.lines),
        sheet.amount("TaxExclusiveAmount", totals.tax_exclusive),
        sheet.amount("TaxInclusiveAmount", totals.tax_inclusive),
        sheet.amount("AllowanceTotalAmount", totals.allowances or None),
        sheet.amount("ChargeTotalAmount", totals.charges or None),
        sheet.amount("PrepaidAmount", totals.prepaid or None),
        sheet.amount("PayableRoundingAmount", totals.rounding or None),
        sheet.amount("PayableAmount", totals.payable),
    ]
    return sheet.group("LegalMonetaryTotal", "MonetaryTotal", parts)


def _item(sheet: Sheet, item: Item, vat: VatCategory, where: str) -> Part | None:
    """The item: name and description both, for readers take one or the other."""
    standard = item.standard_id

    def numbered(name: str, part: Part | None) -> Part | None:
        return sheet.group(name, "ItemIdentification", [part])

    parts = [
        sheet.leaf("Description", item.description or item.name),
        sheet.leaf("Name", item.name or item.description),
        numbered("BuyersItemIdentification", sheet.leaf("ID", item.buyer_id)),
        numbered("SellersItemIdentification", sheet.leaf("ID", item.seller_id)),
        numbered(
            "StandardItemIdentification",
            sheet.leaf("ID", standard.value, schemeID=standard.scheme) if standard else None,
        ),
        sheet.group("OriginCountry", "Country", [sheet.leaf("IdentificationCode", item.origin_country)]),
        *(
            sheet.group(
                "CommodityClassification",
                "CommodityClassification",
                [sheet.leaf("ItemClassificationCode", one.code, listID=one.list_id, listVersionID=one.version)],
            )
            for one in item.classifications
        ),
        write_category(sheet, vat, "ClassifiedTaxCategory") if vat != VatCategory() else None,
        *(_property(sheet, name, value, where) for name, value in item.properties),
    ]
    return sheet.group("Item", "Item", parts) or NO_ITEM


def _property(sheet: Sheet, name: str, value: str, where: str) -> Part | None:
    """A property of the item; half of one is not valid, and listed instead."""
    parts = [sheet.leaf("Name", name), sheet.leaf("Value", value)]
    if None in parts:
        half = "Name" if name.strip() else "Value"
        sheet.drop(f"{where}/cac:Item/cac:AdditionalItemProperty/cbc:{half}", name or value, "half_a_property")
        return None
    return sheet.group("AdditionalItemProperty", "ItemProperty", parts)


def _price(sheet: Sheet, price: Price | None, where: str) -> Part | None:
    if price is None:
        return None
    path = f"{where}/cac:Price"
    discount = None
    allowance = f"{path}/cac:AllowanceCharge[1]"
    if price.amount is None or (sheet.is_1 and (price.discount or price.gross) is not None):
        sheet.drop(f"{allowance}/cbc:ChargeIndicator", "false")
    if price.amount is None:
        sheet.drop(f"{path}/cbc:BaseQuantity", price.base_quantity, "price_without_amount")
        sheet.drop(f"{path}/cbc:BaseQuantity/@unitCode", price.base_unit, "price_without_amount")
        sheet.drop(f"{allowance}/cbc:Amount", price.discount, "price_without_amount")
        sheet.drop(f"{allowance}/cbc:BaseAmount", price.gross, "price_without_amount")
        return None
    if sheet.is_1:
        sheet.drop(f"{allowance}/cbc:Amount", price.discount)
        sheet.drop(f"{allowance}/cbc:BaseAmount", price.gross)
    elif price.discount is None:
        sheet.drop(f"{allowance}/cbc:BaseAmount", price.gross, "price_without_discount")
    else:
        entry = AllowanceCharge(is_charge=False, amount=price.discount, base=price.gross)
        discount = write_allowances_charges(sheet, (entry,))[0]
    unit = _unit(sheet, price.base_unit, f"{path}/cbc:BaseQuantity") if price.base_quantity is not None else {}
    parts = [
        sheet.amount("PriceAmount", price.amount),
        sheet.number("BaseQuantity", price.base_quantity, 0, **unit),
        discount,
    ]
    return sheet.group("Price", "Price", parts)
