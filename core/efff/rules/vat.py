"""V56, V57, V66 and V70 to V78: the VAT breakdown. Amounts, rates, Belgian codes, and what each category demands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Final

from core.efff.formats import SourceFormat
from core.efff.identifiers import VAT_NAMES
from core.efff.invoice import Invoice, VatBreakdown, VatCategory
from core.efff.rules.amounts import CENT, SMALL_GAP, ZERO
from core.efff.rules.lines import HUNDRED
from core.efff.rules.lists import EU
from core.efff.rules.rule import BELGIAN, EFFF, Breaches, Subject, bare, breach
from core.efff.vat_table import CODES

ONE: Final = Decimal(1)
BELGIAN_RATES: Final = frozenset(map(Decimal, (0, 6, 12, 21)))
WITHOUT_VAT: Final = frozenset({"Z", "E", "AE", "K", "G", "O"})
"""EN categories under which no VAT is charged."""

NEEDS_REASON: Final = frozenset({"E", "AE", "K", "G", "O"})
OWN_BASE: Final = frozenset({"FD", "03/SE", "MA"})
"""Codes whose taxable amount is not that of the lines: cash discount, standard exchange, margin (reference 6.3)."""

CHARGED: Final = {"01": Decimal(6), "02": Decimal(12), "03": Decimal(21), "03/SE": Decimal(21)}
"""The rate of each Belgian code that has one other than 0."""

ABROAD: Final = frozenset({"OSS-G", "OSS-S", "OSS-I"})
"""Codes of sales to private customers abroad, at the rate of their country."""

ANY_RATE: Final = ABROAD | {"MA"}
"""Codes that do not tell the rate."""


Kind = tuple[str, Decimal, str]
"""Category, rate and Belgian code of a VAT subtotal."""


def rate_of(code: str) -> Decimal | None:
    """The rate that a Belgian code stands for, None where it stands for none or is no code."""
    return None if code not in CODES or code in ANY_RATE else CHARGED.get(code, ZERO)


def subtotals(subject: Subject) -> Iterator[tuple[str, VatBreakdown]]:
    """Each VAT subtotal of the document with its path."""
    for position, part in enumerate(subject.invoice.vat_breakdown, 1):
        yield part.path(position), part


def vat_of_subtotals(subject: Subject) -> Breaches:
    """V56 (EN BR-CO-17 with the slack of BR-S-09)."""
    slack = CENT * max(1, len(subject.invoice.lines))
    for path, part in subtotals(subject):
        rate = part.vat.rate
        if part.taxable is None or part.amount is None or rate is None:
            continue
        expected = part.taxable * rate / HUNDRED
        gap = abs(expected - part.amount)
        if gap > slack or gap >= ONE:
            yield breach(
                "vat_wrong" if gap >= ONE else "vat_slightly_off",
                f"{path}/cbc:TaxAmount",
                taxable=part.taxable,
                rate=bare(rate),
                expected=expected,
                vat=part.amount,
            )


def taxable_of_lines(subject: Subject) -> Breaches:
    """V57 (EN BR-S-08), by what both lines and subtotals tell of their VAT: category, rate, Belgian code.

    Not judged with a cash discount, standard exchange or margin, whose base is not that of the lines, nor where a line
    or an allowance does not tell its VAT at all.
    """
    invoice = subject.invoice
    portions = list(_portions(invoice))
    stated = [part.vat for part in invoice.vat_breakdown]
    told = all(vat is not None and (vat.category or vat.rate is not None) for vat, _ in portions)
    own_base = invoice.cash_discount is not None or any(vat.belgian_code in OWN_BASE for vat in stated)
    if not invoice.lines or own_base or not told:
        return
    told_by = [vat for vat, _ in portions if vat is not None] + stated
    kind = _kind(told_by, by_code=not subject.context.codes_derived)
    expected, taxable, first = _sums(subject, portions, kind)
    wide = _kind(told_by, by_code=False)
    expected_wide, taxable_wide, _ = _sums(subject, portions, wide)
    for vat in dict.fromkeys(stated):
        found, whole = kind(vat), wide(vat)
        if found not in first:
            continue
        amount, path = taxable[found], first.pop(found)
        gap = abs(expected.get(found, ZERO) - amount)
        if gap <= SMALL_GAP:
            continue
        elsewhere = abs(expected_wide.get(whole, ZERO) - taxable_wide[whole]) <= SMALL_GAP
        code = "taxable_wrong" if gap >= ONE else "taxable_slightly_off"
        yield breach(
            "lines_under_other_codes" if elsewhere else code,
            f"{path}/cbc:TaxableAmount",
            category=found[2] or found[0],
            rate=bare(found[1]),
            expected=expected.get(found, ZERO),
            taxable=amount,
            **({"of_category": whole[0] or bare(whole[1])} if elsewhere else {}),
        )


def _sums(
    subject: Subject, portions: list[tuple[VatCategory | None, Decimal]], kind: Callable[[VatCategory], Kind]
) -> tuple[dict[Kind, Decimal], dict[Kind, Decimal], dict[Kind, str]]:
    """By kind of VAT: what the lines come to, what the subtotals say, and where the first of these stands."""
    expected: dict[Kind, Decimal] = {}
    for vat, amount in portions:
        assert vat is not None
        expected[kind(vat)] = expected.get(kind(vat), ZERO) + amount
    taxable: dict[Kind, Decimal] = {}
    first: dict[Kind, str] = {}
    for path, part in subtotals(subject):
        taxable[kind(part.vat)] = taxable.get(kind(part.vat), ZERO) + (part.taxable or ZERO)
        first.setdefault(kind(part.vat), path)
    return expected, taxable, first


def _portions(invoice: Invoice) -> Iterator[tuple[VatCategory | None, Decimal]]:
    """What lines, allowances and charges bring to the taxable amounts, each with its VAT."""
    for line in invoice.lines:
        yield line.vat, line.net_amount or ZERO
    for entry in invoice.allowances_charges:
        amount = entry.amount or ZERO
        yield entry.vat, amount if entry.is_charge else -amount


def _kind(told: list[VatCategory], *, by_code: bool) -> Callable[[VatCategory], Kind]:
    """How to tell kinds of VAT apart: by category, and by Belgian code, only where every one of `told` states it; codes
    that we filled in prove nothing against the source."""
    by_category = all(vat.category for vat in told)
    by_code = by_code and all(vat.belgian_code for vat in told)
    return lambda vat: (vat.category if by_category else "", vat.rate or ZERO, vat.belgian_code if by_code else "")


def rates(subject: Subject) -> Breaches:
    """V66: a rate Belgium does not have (and no one-stop-shop code says whose), or one that its code does not have."""
    belgian_supplier = subject.invoice.supplier.country == "BE"
    for path, part in subtotals(subject):
        rate, code = part.vat.rate, part.vat.belgian_code
        if rate is None:
            continue
        expected = rate_of(code)
        if expected is not None and rate != expected:
            yield breach(
                "rate_not_of_code", f"{path}/cac:TaxCategory", rate=bare(rate), code=code, expected=bare(expected)
            )
        elif belgian_supplier and rate not in BELGIAN_RATES and code not in ABROAD:
            yield breach("rate_not_belgian", f"{path}/cac:TaxCategory/cbc:Percent", rate=bare(rate))


def other_taxes(subject: Subject) -> Breaches:
    """V66: a tax that is not VAT, which e-fff would hold as VAT."""
    for path, part in subtotals(subject):
        scheme = part.vat.scheme.strip()
        if scheme and scheme.upper() not in VAT_NAMES:
            yield breach("tax_is_not_vat", f"{path}/cac:TaxCategory/cac:TaxScheme/cbc:ID", tax=scheme)


def belgian_codes(subject: Subject) -> Breaches:
    """V70 and V71, where the document is or becomes one that carries Belgian codes: once for each kind of VAT."""
    if subject.result not in BELGIAN:
        return
    seen: set[tuple[str, Decimal | None, str]] = set()
    for path, vat in _categories(subject):
        code = vat.belgian_code.strip()
        if (vat.category, vat.rate, code) in seen:
            continue
        seen.add((vat.category, vat.rate, code))
        where = f"{path}/cbc:Name"
        shown = {"category": vat.category, "rate": bare(vat.rate) if vat.rate is not None else None}
        if not code:
            yield breach("code_missing", where, **shown)
        elif code not in CODES or (subject.result in EFFF and CODES[code].instead == ""):
            yield breach("code_unknown", where, code=code, **shown)


def _categories(subject: Subject) -> Iterator[tuple[str, VatCategory]]:
    """Every VAT category; the parts of lines with a cash discount have rules of their own (EFFF-T10-R011)."""
    for path, part in subtotals(subject):
        yield f"{path}/cac:TaxCategory", part.vat
    for position, entry in enumerate(subject.invoice.allowances_charges, 1):
        if entry.vat is not None:
            yield f"cac:AllowanceCharge[{position}]/cac:TaxCategory", entry.vat
    parts = subject.invoice.cash_discount is None
    for position, line in enumerate(subject.invoice.lines, 1):
        yield subject.line(position, "cac:Item/cac:ClassifiedTaxCategory"), line.vat
        for number, part in enumerate(line.vat_subtotals if parts else (), 1):
            yield subject.line(position, f"{part.path(number)}/cac:TaxCategory"), part.vat


def pairs(subject: Subject) -> Breaches:
    """V72 (EFFF-T10-R017). In 1.0 no source says which column holds, so both do; a conversion writes the right one."""
    for path, part in subtotals(subject):
        known = CODES.get(part.vat.belgian_code)
        if known is None or not part.vat.category:
            continue
        strict = subject.context.target is None and subject.source_format is SourceFormat.EFFF_3
        allowed = {known.efff} if strict else {known.en, known.efff}
        if part.vat.category not in allowed:
            yield breach(
                "category_not_of_code",
                f"{path}/cac:TaxCategory/cbc:ID",
                category=part.vat.category,
                code=part.vat.belgian_code,
                expected=" / ".join(sorted(allowed)),
            )


def zero_rated(subject: Subject) -> Breaches:
    """V73 (EN BR-Z-09 and its like)."""
    for path, part in subtotals(subject):
        zero = part.vat.category in WITHOUT_VAT or rate_of(part.vat.belgian_code) == 0
        if zero and part.amount:
            name = part.vat.belgian_code or part.vat.category
            yield breach("vat_where_none_is_due", f"{path}/cbc:TaxAmount", category=name, vat=part.amount)


def customers(subject: Subject) -> Breaches:
    """V74 (EN BR-AE-02, BR-IC-02), V75, V76."""
    customer = subject.invoice.customer
    registered = bool(customer.vat_number or customer.enterprise_number)
    destination = {customer.country} | {
        delivery.address.country for delivery in subject.invoice.deliveries if delivery.address
    } - {""}
    other_eu = any(country in EU and country != "BE" for country in destination)
    for path, part in subtotals(subject):
        category, code = part.vat.category, part.vat.belgian_code
        name, where = code or category, f"{path}/cac:TaxCategory"
        reverse, to_eu, to_world = _kinds(category, code)
        if (reverse or to_eu) and not registered:
            yield breach("customer_vat_missing", where, category=name, customer=customer.name)
        if to_eu and subject.invoice.supplier.country == "BE" and destination and not other_eu:
            yield breach("customer_not_in_eu", where, category=name, country=customer.country)
        if to_world and destination and destination <= EU:
            yield breach("customer_in_eu", where, category=name, country=customer.country)


def _kinds(category: str, code: str) -> tuple[bool, bool, bool]:
    """Reverse charge, to another country of the EU, export: by the Belgian code, else by the EN category."""
    en = CODES[code].en if code in CODES else category
    return en == "AE", en == "K", en == "G"


def reasons(subject: Subject) -> Breaches:
    """V77 (EN BR-E-10, BR-AE-10, BR-IC-10, BR-G-10, BR-O-10)."""
    for path, part in subtotals(subject):
        vat = part.vat
        if vat.category in NEEDS_REASON and not (vat.exemption_reason.strip() or vat.exemption_code.strip()):
            where = f"{path}/cac:TaxCategory/cbc:TaxExemptionReason"
            yield breach("exemption_reason_missing", where, category=vat.belgian_code or vat.category)


def one_subtotal_each(subject: Subject) -> Breaches:
    """V78: said once for each code and rate, at its second subtotal."""
    keys = [(part.vat.category, part.vat.rate or ZERO, part.vat.belgian_code) for part in subject.invoice.vat_breakdown]
    times = Counter(keys)
    seen: Counter[Kind] = Counter()
    for (path, part), key in zip(subtotals(subject), keys, strict=True):
        seen[key] += 1
        if seen[key] == 2:
            name = part.vat.belgian_code or part.vat.category
            yield breach("subtotal_twice", path, category=name, rate=bare(key[1]), times=times[key])


CHECKS = (
    vat_of_subtotals,
    taxable_of_lines,
    rates,
    other_taxes,
    belgian_codes,
    pairs,
    zero_rated,
    customers,
    reasons,
    one_subtotal_each,
)
