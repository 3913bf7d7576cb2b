"""V59 to V63 and V80 to V84: the lines, their price, VAT, allowances and names."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Final

from core.efff.invoice import AllowanceCharge, Line
from core.efff.rules.amounts import CENT, SMALL_GAP, apart, total
from core.efff.rules.lists import units
from core.efff.rules.rule import Breaches, Subject, bare, breach

SLACK: Final = Decimal("0.02")
"""What Peppol allows between an amount and what it is worked out from (R040, R120)."""

HUNDRED: Final = Decimal(100)


def any_line(subject: Subject) -> Breaches:
    """V80."""
    if not subject.invoice.lines:
        yield breach("no_lines", subject.line(1).partition("[")[0])


def line_count(subject: Subject) -> Breaches:
    """V84."""
    stated, actual = subject.invoice.line_count, len(subject.invoice.lines)
    if stated is not None and stated != actual:
        yield breach("line_count_wrong", "cbc:LineCountNumeric", stated=stated, lines=actual)


def unique_ids(subject: Subject) -> Breaches:
    """V81: said once for each number, at its second line."""
    times = Counter(line.id for line in subject.invoice.lines)
    seen: Counter[str] = Counter()
    for position, line in enumerate(subject.invoice.lines, 1):
        seen[line.id] += 1
        if seen[line.id] == 2:
            yield breach("line_number_twice", subject.line(position, "cbc:ID"), number=line.id, times=times[line.id])


def texts_and_units(subject: Subject) -> Breaches:
    """V82, V83."""
    for position, line in enumerate(subject.invoice.lines, 1):
        if not (line.item.name.strip() or line.item.description.strip()):
            yield breach("line_without_text", subject.line(position, "cac:Item/cbc:Name"), line=line.id)
        quantity = "cbc:CreditedQuantity" if subject.invoice.root == "CreditNote" else "cbc:InvoicedQuantity"
        stated = {line.unit: quantity}
        if line.price:
            stated.setdefault(line.price.base_unit, "cac:Price/cbc:BaseQuantity")
        for unit, where in stated.items():
            if unit and unit not in units():
                yield breach("unit_unknown", subject.line(position, where), line=line.id, unit=unit)


def prices(subject: Subject) -> Breaches:
    """V59 (PEPPOL-EN16931-R120), V63 (R121)."""
    for position, line in enumerate(subject.invoice.lines, 1):
        base = line.price.base_quantity if line.price else None
        if base is not None and base <= 0:
            yield breach(
                "base_quantity_wrong",
                subject.line(position, "cac:Price/cbc:BaseQuantity"),
                line=line.id,
                base=bare(base),
            )
        expected = _net_by_price(line)
        if expected is not None and line.net_amount is not None and apart(expected, line.net_amount, SLACK):
            assert line.quantity is not None and line.price is not None and line.price.amount is not None
            for_several = base is not None and base != 1
            yield breach(
                "line_amount_wrong_by_base" if for_several else "line_amount_wrong",
                subject.line(position, "cbc:LineExtensionAmount"),
                line=line.id,
                quantity=bare(line.quantity),
                price=line.price.amount,
                expected=expected,
                amount=line.net_amount,
                **({"base": bare(base)} if base is not None and for_several else {}),
            )


def _net_by_price(line: Line) -> Decimal | None:
    """Quantity x price / base quantity, with the line's own charges and allowances; None where a part is absent."""
    if line.quantity is None or line.price is None or line.price.amount is None:
        return None
    base = line.price.base_quantity if line.price.base_quantity is not None else Decimal(1)
    if base <= 0:
        return None
    signed = (entry.amount if entry.is_charge else -entry.amount for entry in line.allowances_charges if entry.amount)
    return line.quantity * line.price.amount / base + total(signed)


def line_vat(subject: Subject) -> Breaches:
    """V60, for a line under one category: a cash discount or a standard exchange splits the base."""
    for position, line in enumerate(subject.invoice.lines, 1):
        if line.vat_amount is None or line.net_amount is None or line.vat.rate is None or _splits(line):
            continue
        expected = line.net_amount * line.vat.rate / HUNDRED
        if apart(expected, line.vat_amount):
            yield breach(
                "line_vat_wrong",
                subject.line(position, "cac:TaxTotal/cbc:TaxAmount"),
                line=line.id,
                net=line.net_amount,
                rate=bare(line.vat.rate),
                expected=expected,
                vat=line.vat_amount,
            )


def _splits(line: Line) -> bool:
    taxable = line.vat_subtotals[0].taxable if len(line.vat_subtotals) == 1 else None
    return len(line.vat_subtotals) > 1 or (taxable is not None and taxable != line.net_amount)


def sum_of_line_vat(subject: Subject) -> Breaches:
    """V61, where every line states its VAT and no document allowance or charge changes it."""
    invoice = subject.invoice
    amounts = [line.vat_amount for line in invoice.lines]
    stated = invoice.totals.vat
    if stated is None or not amounts or None in amounts or invoice.allowances_charges:
        return
    if apart(total(amounts), stated, CENT * len(amounts) + SMALL_GAP):
        yield breach("line_vat_does_not_add_up", "cac:TaxTotal/cbc:TaxAmount", added=total(amounts), total=stated)


def percentages(subject: Subject) -> Breaches:
    """V62 (PEPPOL-EN16931-R040), on the document and on lines."""
    entries: list[tuple[str, AllowanceCharge]] = [
        (f"cac:AllowanceCharge[{position}]", entry)
        for position, entry in enumerate(subject.invoice.allowances_charges, 1)
    ]
    for number, line in enumerate(subject.invoice.lines, 1):
        entries += [
            (subject.line(number, f"cac:AllowanceCharge[{position}]"), entry)
            for position, entry in enumerate(line.allowances_charges, 1)
        ]
    for path, entry in entries:
        if entry.amount is None or entry.base is None or entry.percent is None:
            continue
        expected = entry.base * entry.percent / HUNDRED
        if apart(expected, entry.amount, SLACK):
            yield breach(
                "charge_percent_wrong" if entry.is_charge else "allowance_percent_wrong",
                f"{path}/cbc:Amount",
                base=entry.base,
                percent=bare(entry.percent),
                expected=expected,
                amount=entry.amount,
            )


CHECKS = (any_line, line_count, unique_ids, texts_and_units, prices, line_vat, sum_of_line_vat, percentages)
