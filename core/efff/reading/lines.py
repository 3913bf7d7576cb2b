"""Invoice lines: BG-25 to BG-32."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from core.efff.invoice import AllowanceCharge, Classification, Item, Line, Period, Price, VatBreakdown, VatCategory
from core.efff.node import Node
from core.efff.party import Identifier
from core.efff.reading.values import Values
from core.efff.report import Derived
from core.model import Arguments

OBJECT = "130"
"""Document type code of the object a line is about (BT-128)."""


def read_lines(root: Node, values: Values) -> tuple[Line, ...]:
    """The lines in their order; a credit note's are CreditNoteLine, also where a writer mixed them up."""
    return tuple(_line(node, values) for node in (*root.all("InvoiceLine"), *root.all("CreditNoteLine")))


def _line(node: Node, values: Values) -> Line:
    stated_quantity = node.first("InvoicedQuantity") or node.first("CreditedQuantity")
    quantity = values.number(stated_quantity)
    net = values.amount(node, "LineExtensionAmount")
    item = node.first("Item")
    stated = values.vat_category(item.first("ClassifiedTaxCategory")) if item else VatCategory()
    vat_amount, subtotals = read_breakdowns(node, values)
    vat = _merged(stated, subtotals[0].vat) if subtotals else stated
    return Line(
        id=node.take("ID"),
        notes=tuple(filter(None, (note.value() for note in node.all("Note")))),
        quantity=quantity,
        unit=stated_quantity.attribute("unitCode") if stated_quantity and quantity is not None else "",
        net_amount=net,
        period=read_period(node.first("InvoicePeriod"), values),
        order_line=node.take("OrderLineReference", "LineID"),
        accounting_cost=node.take("AccountingCost") or node.take("AccountingCostCode"),
        object_id=_object(node),
        allowances_charges=read_allowances_charges(node, values),
        vat=vat,
        vat_amount=vat_amount,
        vat_subtotals=() if _says_nothing_new(subtotals, net, vat, vat_amount) else subtotals,
        item=_item(item) if item else Item(),
        price=_price(node.first("Price"), values),
    )


def _merged(stated: VatCategory, beside: VatCategory) -> VatCategory:
    """The item's VAT category, its gaps filled from the line's first subtotal (the only place in real 1.0 files)."""
    if not beside.category and beside.rate is None:
        return stated
    same = not stated.category or stated.category == beside.category
    return replace(
        stated,
        category=stated.category or beside.category,
        rate=beside.rate if stated.rate is None and same else stated.rate,
        belgian_code=stated.belgian_code or (beside.belgian_code if same else ""),
        exemption_reason=stated.exemption_reason or (beside.exemption_reason if same else ""),
        exemption_code=stated.exemption_code or (beside.exemption_code if same else ""),
    )


def _says_nothing_new(
    subtotals: tuple[VatBreakdown, ...], net: Decimal | None, vat: VatCategory, amount: Decimal | None
) -> bool:
    """Whether the line's breakdown is one entry over its net amount and VAT, in its category: the line says it all."""
    if len(subtotals) != 1:
        return not subtotals
    [one] = subtotals
    return one.taxable in (None, net) and one.amount in (None, amount) and _merged(one.vat, vat) == vat


def read_breakdowns(node: Node, values: Values) -> tuple[Decimal | None, tuple[VatBreakdown, ...]]:
    """VAT amount and breakdown of a document or line; several TaxTotal (one a rate) are added up (reference 9).

    A TaxTotal in the accounting currency (BT-111) is left to the caller. One without a breakdown that says the sum of
    the others says the same VAT once more (BT-111 where both currencies are one).
    """
    amounts: list[Decimal] = []
    bare: list[Decimal] = []
    breakdowns: list[VatBreakdown] = []
    for total in node.all("TaxTotal"):
        if in_accounting_currency(total, values):
            continue
        amount = values.amount(total, "TaxAmount")
        if amount is not None:
            (amounts if total.first("TaxSubtotal") else bare).append(amount)
        own = len(node.path) + 1
        breakdowns.extend(_breakdown(part, values, part.path[own:]) for part in total.all("TaxSubtotal"))
    if not amounts or bare != [sum(amounts, Decimal(0))]:
        amounts += bare
    if len(amounts) > 1:
        added = f"{sum(amounts, Decimal(0)):f}"
        parts: Arguments = {"amounts": " + ".join(f"{amount:f}" for amount in amounts)}
        values.derived.append(Derived(f"{node.path}/cac:TaxTotal/cbc:TaxAmount", added, "vat_totals_added", parts))
    return (sum(amounts, Decimal(0)) if amounts else None), tuple(breakdowns)


def in_accounting_currency(total: Node, values: Values) -> bool:
    """Whether a TaxTotal is BT-111: the VAT once more, in the VAT currency, without a breakdown (which is told as left
    out) unless it is the only one."""
    if values.vat_currency in ("", values.currency) or _currency(total) != values.vat_currency:
        return False
    beside = total.parent.all("TaxTotal") if total.parent else []
    return not total.first("TaxSubtotal") or any(_currency(one) == values.currency for one in beside)


def _currency(total: Node) -> str:
    amount = total.first("TaxAmount")
    return amount.attributes.get("currencyID", "").strip() if amount else ""


def _breakdown(node: Node, values: Values, place: str) -> VatBreakdown:
    rate_beside = values.number(node, "Percent")
    in_euro = node.first("TransactionCurrencyTaxAmount")
    is_euro = in_euro is not None and in_euro.attribute("currencyID") in ("EUR", "")
    vat = values.vat_category(node.first("TaxCategory"), rate_beside)
    if rate_beside is not None and vat.rate != rate_beside:
        node.index["Percent"][0].taken = False  # the category's own rate counts, and this one is told as left out
    return VatBreakdown(
        vat=vat,
        taxable=values.amount(node, "TaxableAmount"),
        amount=values.amount(node, "TaxAmount"),
        amount_in_eur=values.number(in_euro) if is_euro else None,
        place=place,
    )


def read_allowances_charges(node: Node, values: Values) -> tuple[AllowanceCharge, ...]:
    """Allowances and charges of a document or line."""
    return tuple(
        AllowanceCharge(
            is_charge=values.flag(part, "ChargeIndicator", required=True),
            amount=values.amount(part, "Amount"),
            base=values.amount(part, "BaseAmount"),
            percent=values.number(part, "MultiplierFactorNumeric"),
            reason="\n".join(filter(None, (reason.value() for reason in part.all("AllowanceChargeReason")))),
            reason_code=part.take("AllowanceChargeReasonCode"),
            vat=values.vat_category(category) if (category := part.first("TaxCategory")) else None,
        )
        for part in node.all("AllowanceCharge")
    )


def read_period(node: Node | None, values: Values) -> Period | None:
    """An invoicing period, None where it says nothing."""
    if node is None:
        return None
    period = Period(values.day(node, "StartDate"), values.day(node, "EndDate"), node.take("DescriptionCode"))
    return period if period != Period() else None


def _object(node: Node) -> Identifier | None:
    for reference in node.all("DocumentReference"):
        identifier = reference.first("ID")
        if identifier is not None and reference.peek("ID") and reference.peek("DocumentTypeCode") in (OBJECT, ""):
            reference.take("DocumentTypeCode")
            return Identifier(identifier.value(), identifier.attribute("schemeID"))
    return None


def _item(node: Node) -> Item:
    """The item; a description that only repeats the name, or stands in for it, is not kept twice."""
    name = node.take("Name")
    description = "\n".join(filter(None, (text.value() for text in node.all("Description"))))
    standard = node.first("StandardItemIdentification")
    standard_id = standard.first("ID") if standard else None
    return Item(
        name=name or description,
        description="" if description == name or not name else description,
        seller_id=node.take("SellersItemIdentification", "ID"),
        buyer_id=node.take("BuyersItemIdentification", "ID"),
        standard_id=Identifier(standard_id.value(), standard_id.attribute("schemeID")) if standard_id else None,
        classifications=tuple(
            Classification(
                code.value(),
                code.attribute("listID"),
                code.attribute("listVersionID"),
            )
            for part in node.all("CommodityClassification")
            if (code := part.first("ItemClassificationCode"))
        ),
        origin_country=node.take("OriginCountry", "IdentificationCode"),
        properties=tuple(
            (part.take("Name"), part.take("Value")) for part in node.all("AdditionalItemProperty") if part.first("Name")
        ),
    )


def _price(node: Node | None, values: Values) -> Price | None:
    if node is None:
        return None
    base = node.first("BaseQuantity")
    discount = node.first("AllowanceCharge")
    if discount is not None and values.flag(discount, "ChargeIndicator"):
        discount.index["ChargeIndicator"][0].taken = False  # a charge is no price discount (BT-147): told as left out
        discount = None
    price = Price(
        amount=values.amount(node, "PriceAmount"),
        base_quantity=values.number(base),
        base_unit=base.attribute("unitCode") if base else "",
        discount=values.amount(discount, "Amount"),
        gross=values.amount(discount, "BaseAmount"),
    )
    return price if price != Price(None) else None
