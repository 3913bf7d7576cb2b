"""Belgian VAT codes: one for each VAT category of an invoice, as it states it or as `vat_table` leads to it.

EN 16931 has no term for the Belgian code, so it is derived by a table of rules and every derived code is reported
(V79). Where no rule decides there is no code and a finding with a proposal, never a guess (reference 5).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext
from typing import Final

from core.efff.arithmetic import ARITHMETIC
from core.efff.dossier import numbers_of, one_spelling
from core.efff.invoice import AllowanceCharge, Invoice, Line, VatBreakdown, VatCategory
from core.efff.party import Party
from core.efff.report import Derived, Dropped, Finding, Severity
from core.efff.vat_table import BY_BETE, CODES, RULES, ZERO, BelgianCode, VatRule
from core.model import Arguments


@dataclass(frozen=True, slots=True)
class VatOverride:
    """A person's own rule: it goes before the table, but not before a code that the document itself states.

    `supplier` is a VAT or enterprise number in any spelling, `category` and `rate` are as the document has them, and
    `exemption` is a part of the exemption text or code, in any case, several parted by `|`. What is left empty fits
    anything. A `code` that is no Belgian one has no effect.
    """

    code: str
    supplier: str = ""
    category: str = ""
    rate: Decimal | None = None
    exemption: str = ""

    def fits(self, vat: VatCategory, invoice: Invoice) -> bool:
        """Whether the rule is about this VAT category of this invoice."""
        return (
            self.code in CODES
            and (not self.category or self.category == vat.category)
            and (self.rate is None or self.rate == (vat.rate or ZERO))
            and (not self.supplier or one_spelling(self.supplier) in numbers_of(invoice.supplier))
            and (not self.exemption or self._mentioned(f"{vat.exemption_code}\n{vat.exemption_reason}".casefold()))
        )

    def _mentioned(self, text: str) -> bool:
        return any(part.strip().casefold() in text for part in self.exemption.split("|") if part.strip())


PROPOSAL: Final = "NA"
"""What is proposed where no code exists: foreign VAT is no Belgian VAT and is booked outside it."""


OWN_RULE: Final = "own_rule"


@dataclass(frozen=True, slots=True)
class Decision:
    """The code for one VAT category: "" where none exists. `by` names the rule, None where the document states it."""

    code: str
    by: str | None = None
    otherwise: str = ""


@dataclass(frozen=True, slots=True)
class Assigned:
    """The invoice with a Belgian code wherever one could be told, and what was derived or could not be."""

    invoice: Invoice
    derived: tuple[Derived, ...]
    dropped: tuple[Dropped, ...]
    findings: tuple[Finding, ...]


def decide(
    vat: VatCategory,
    invoice: Invoice,
    rules: Sequence[VatRule] = RULES,
    overrides: Iterable[VatOverride] = (),
) -> Decision:
    """The Belgian code of one VAT category of an invoice."""
    if vat.belgian_code in CODES:
        return Decision(vat.belgian_code)
    for own in overrides:
        if own.fits(vat, invoice):
            return Decision(own.code, OWN_RULE)
    if vat.exemption_code in BY_BETE:
        return Decision(BY_BETE[vat.exemption_code], "exemption_code")
    domestic = _is_belgian(invoice.supplier) and _is_belgian(invoice.customer)
    charges = _charges_belgian_vat(invoice)
    for rule in rules:
        if (
            (rule.categories is None or vat.category in rule.categories)
            and (rule.rate is None or vat.rate == rule.rate or (rule.rate == ZERO and vat.rate is None))
            and (rule.domestic is None or rule.domestic == domestic)
            and (rule.belgian_vat is None or rule.belgian_vat == charges)
            and (not rule.supplier or rule.supplier == invoice.supplier.vat_number)
            and (not rule.exemption or _matches(rule.exemption, vat.exemption_code, vat, whole=True))
            and (not rule.reason or _matches(rule.reason, vat.exemption_reason, vat, whole=False))
        ):
            return Decision(rule.code, rule.name, rule.otherwise)
    return Decision("")


def _matches(pattern: str, text: str, vat: VatCategory, *, whole: bool) -> bool:
    """Exemption texts only count where no VAT is charged."""
    if vat.rate or not text:
        return False
    search = re.fullmatch if whole else re.search
    return bool(search(pattern, text.strip(), re.IGNORECASE))


def _is_belgian(party: Party) -> bool:
    return party.country == "BE" or party.vat_number.startswith("BE") or bool(party.enterprise_number)


def _charges_belgian_vat(invoice: Invoice) -> bool:
    """A supplier (or its tax representative) with a Belgian VAT number, or a Belgian one that states none."""
    representative = invoice.tax_representative
    if representative and representative.vat_number.startswith("BE"):
        return True
    number = invoice.supplier.vat_number
    return number.startswith("BE") if number[:2].isalpha() and number else _is_belgian(invoice.supplier)


def assign(invoice: Invoice, rules: Sequence[VatRule] = RULES, *, overrides: Iterable[VatOverride] = ()) -> Assigned:
    """Gives every VAT category of the invoice its Belgian code. Each different category is reported once.

    A line is judged by the exemption that the breakdown states for its category, for EN 16931 has that nowhere else.
    A code by a person's own rule is told as derived, but asks nobody to confirm it (V79).
    """
    overrides = tuple(overrides)
    complete, derived = _with_line_categories(invoice)

    def code_of(vat: VatCategory) -> str:
        return decide(vat, complete, rules, overrides).code

    breakdown = _breakdown(complete)
    explained: dict[VatCategory, VatCategory] = {}
    places: dict[VatCategory, tuple[str, int]] = {}
    for where, vat in categories(complete):
        if vat not in explained:
            explained[vat] = _explained(vat, breakdown, code_of)
        first, count = places.get(explained[vat], (where, 0))
        places[explained[vat]] = (first, count + 1)
    decisions: dict[VatCategory, Decision] = {}
    torn = {vat: codes for vat in places if len(codes := _codes_of_breakdown(vat, breakdown, code_of)) > 1}
    findings: list[Finding] = []
    dropped: list[Dropped] = []
    for vat, (place, count) in places.items():
        decision = decisions[vat] = Decision("") if vat in torn else decide(vat, complete, rules, overrides)
        where = f"{place}/cbc:Name"
        if decision.by is None and decision.code:
            _report_stated(CODES[decision.code], where, derived, dropped)
            continue
        if vat.belgian_code:
            dropped.append(Dropped(where, vat.belgian_code, "vat_code_unknown"))
        arguments = _arguments(vat, decision, count)
        if vat in torn:
            findings.append(
                Finding("V79", Severity.INFO, where, "vat_code_torn", {**arguments, "several": " / ".join(torn[vat])})
            )
            continue
        if decision.code:
            derived.append(Derived(where, decision.code, f"vat_code_by_{decision.by}", arguments))
        if decision.by == OWN_RULE:
            continue
        code = "vat_code_undecided" if not decision.code else "vat_code_doubtful" if decision.otherwise else ""
        findings.append(Finding("V79", Severity.INFO, where, code or "vat_code_derived", arguments))
    by_category = {vat: decisions[known] for vat, known in explained.items()}
    derived += _copied(complete, by_category)
    return Assigned(_with_codes(complete, by_category), tuple(derived), tuple(dropped), tuple(findings))


Breakdown = Mapping[tuple[str, Decimal], tuple[VatCategory, ...]]
"""The different VAT categories of the breakdown, by category and rate."""


def _breakdown(invoice: Invoice) -> Breakdown:
    found: dict[tuple[str, Decimal], dict[VatCategory, None]] = {}
    for part in invoice.vat_breakdown:
        found.setdefault((part.vat.category, part.vat.rate or ZERO), {})[part.vat] = None
    return {kind: tuple(different) for kind, different in found.items()}


def _of_breakdown(vat: VatCategory, breakdown: Breakdown) -> tuple[VatCategory, ...]:
    """All that the breakdown has for a category that tells neither code nor exemption."""
    if vat.belgian_code or vat.exemption_code or vat.exemption_reason:
        return ()
    return breakdown.get((vat.category, vat.rate or ZERO), ())


def _explained(vat: VatCategory, breakdown: Breakdown, code_of: Callable[[VatCategory], str]) -> VatCategory:
    """A category that tells neither code nor exemption, with those of the breakdown, where all it has for it lead to
    one code."""
    same = _of_breakdown(vat, breakdown)
    agreed = len(same) == 1 or (same and len({code_of(one) for one in same}) == 1)
    return same[0] if agreed else vat


def _codes_of_breakdown(vat: VatCategory, breakdown: Breakdown, code_of: Callable[[VatCategory], str]) -> list[str]:
    """The codes that a category may have by the breakdown, which has it only with an exemption or a code."""
    same = _of_breakdown(vat, breakdown)
    return [] if vat in same else sorted({code_of(one) for one in same})


def _copied(invoice: Invoice, decisions: dict[VatCategory, Decision]) -> list[Derived]:
    """Codes that only the breakdown states and that lines and allowances have from there."""
    places: dict[str, tuple[str, int]] = {}
    for where, vat in categories(invoice):
        decision = decisions[vat]
        if decision.by is None and decision.code and not vat.belgian_code:
            first, count = places.get(decision.code, (where, 0))
            places[decision.code] = (first, count + 1)
    return [
        Derived(f"{where}/cbc:Name", code, "vat_code_by_breakdown", {"count": count})
        for code, (where, count) in places.items()
    ]


def _report_stated(known: BelgianCode, where: str, derived: list[Derived], dropped: list[Dropped]) -> None:
    """A stated code that e-fff does not have is replaced, or left out where nothing stands for it."""
    if known.instead:
        derived.append(Derived(where, known.instead, "vat_code_replaced", {"stated": known.code}))
    elif known.instead == "":
        dropped.append(Dropped(where, known.code, "vat_code_not_in_efff"))


def _arguments(vat: VatCategory, decision: Decision, count: int) -> Arguments:
    return {
        "category": vat.category or None,
        "rate": format(vat.rate.normalize(), "f") if vat.rate is not None else None,
        "code": decision.code,
        "otherwise": decision.otherwise or None,
        "proposal": PROPOSAL,
        "count": count,
    }


def line_element(invoice: Invoice) -> str:
    """The element of a line in the source."""
    return "cac:CreditNoteLine" if invoice.root == "CreditNote" else "cac:InvoiceLine"


def categories(invoice: Invoice) -> Iterator[tuple[str, VatCategory]]:
    """Every VAT category of the invoice with its place."""
    for number, part in enumerate(invoice.vat_breakdown, 1):
        yield f"{part.path(number)}/cac:TaxCategory", part.vat
    for number, entry in enumerate(invoice.allowances_charges, 1):
        if entry.vat:
            yield f"cac:AllowanceCharge[{number}]/cac:TaxCategory", entry.vat
    element = line_element(invoice)
    for number, line in enumerate(invoice.lines, 1):
        yield f"{element}[{number}]/cac:Item/cac:ClassifiedTaxCategory", line.vat
        for place, part in enumerate(line.vat_subtotals, 1):
            yield f"{element}[{number}]/{part.path(place)}/cac:TaxCategory", part.vat
        for place, entry in enumerate(line.allowances_charges, 1):
            if entry.vat:
                yield f"{element}[{number}]/cac:AllowanceCharge[{place}]/cac:TaxCategory", entry.vat


def _with_codes(invoice: Invoice, decisions: dict[VatCategory, Decision]) -> Invoice:
    def coded(vat: VatCategory) -> VatCategory:
        code = decisions[vat].code
        return replace(vat, belgian_code=code) if code and code != vat.belgian_code else vat

    def coded_parts(parts: tuple[VatBreakdown, ...]) -> tuple[VatBreakdown, ...]:
        return tuple(replace(part, vat=coded(part.vat)) for part in parts)

    def coded_entries(entries: tuple[AllowanceCharge, ...]) -> tuple[AllowanceCharge, ...]:
        return tuple(replace(entry, vat=coded(entry.vat)) if entry.vat else entry for entry in entries)

    return replace(
        invoice,
        vat_breakdown=coded_parts(invoice.vat_breakdown),
        allowances_charges=coded_entries(invoice.allowances_charges),
        lines=tuple(
            replace(
                line,
                vat=coded(line.vat),
                vat_subtotals=coded_parts(line.vat_subtotals),
                allowances_charges=coded_entries(line.allowances_charges),
            )
            for line in invoice.lines
        ),
    )


def _with_line_categories(invoice: Invoice) -> tuple[Invoice, list[Derived]]:
    """Lines that state no VAT category at all (Odoo 13 to 15) take it from the breakdown, where only one fits."""
    derived: list[Derived] = []
    if all(line.vat.category or line.vat.rate is not None for line in invoice.lines):
        return invoice, derived
    lines = []
    for number, line in enumerate(invoice.lines, 1):
        found = None if line.vat.category or line.vat.rate is not None else _fitting(line, invoice)
        if found is not None:
            where = f"{line_element(invoice)}[{number}]/cac:Item/cac:ClassifiedTaxCategory"
            derived.append(Derived(where, found.category, "line_category_from_breakdown", {"category": found.category}))
        lines.append(replace(line, vat=found) if found is not None else line)
    return replace(invoice, lines=tuple(lines)), derived


def _fitting(line: Line, invoice: Invoice) -> VatCategory | None:
    """The one category of the breakdown, or the one whose rate gives the line's VAT."""
    candidates = list(dict.fromkeys(part.vat for part in invoice.vat_breakdown))
    if len(candidates) > 1 and line.vat_amount is not None and line.net_amount:
        candidates = [vat for vat in candidates if line_vat(line.net_amount, vat.rate) == line.vat_amount]
    return candidates[0] if len(candidates) == 1 else None


def line_vat(net: Decimal, rate: Decimal | None) -> Decimal:
    """The VAT of a line: net times rate, half up to two decimals (reference 6.4). No rate is no VAT."""
    with localcontext(ARITHMETIC):
        return (net * (rate or ZERO) / 100).quantize(Decimal("0.01"))
