"""Typed values out of nodes: amounts, numbers, dates, yes or no; and what was wrong with them.

A value that cannot be read is a finding and None, never an exception and never a guess. Empty elements are absent ones.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from core.efff.arithmetic import LONGEST_NUMBER
from core.efff.identifiers import VAT_NAMES
from core.efff.invoice import VatCategory
from core.efff.node import Node
from core.efff.report import Derived, Finding, Severity
from core.model import Arguments

NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)")
DATE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(Z|[+-][0-9]{2}:[0-9]{2}|T.*)?")

MOST_FINDINGS = 200
"""A document with more faults than this is told no more of them."""


class Values:
    """Reads values of one document whose currency is `currency`, and collects what it has to say about them."""

    def __init__(self, currency: str, vat_currency: str) -> None:
        self.currency = currency
        self.vat_currency = vat_currency
        self.derived: list[Derived] = []
        self.findings: list[Finding] = []
        self._currencies: dict[str, tuple[Node, int]] = {}

    def number(self, node: Node | None, *path: str) -> Decimal | None:
        """The number at the end of `path`, None where it is absent, empty or none."""
        leaf = _walk(node, path)
        if leaf is None:
            return None
        text = leaf.value()
        if not text:
            return None
        if len(text) > LONGEST_NUMBER or not NUMBER.fullmatch(text):
            self._unreadable(leaf, "value_is_no_number", text)
            return None
        return Decimal(text)

    def amount(self, node: Node | None, *path: str) -> Decimal | None:
        """A number with a currency, which has to be the document's (V13)."""
        leaf = _walk(node, path)
        if leaf is None:
            return None
        currency = leaf.attributes.get("currencyID", "").strip()
        if currency and currency != self.currency:
            first, count = self._currencies.get(currency, (leaf, 0))
            self._currencies[currency] = (first, count + 1)
        return self.number(leaf)

    def day(self, node: Node | None, *path: str) -> date | None:
        """The date at the end of `path`; that a time zone or time after it is left away is told."""
        leaf = _walk(node, path)
        if leaf is None:
            return None
        text = leaf.value()
        match = DATE.fullmatch(text)
        try:
            if match:
                found = date.fromisoformat(match[1])
                if match[2]:
                    self.derived.append(Derived(leaf.path, match[1], "date_alone", {"stated": shorten(text, 40)}))
                return found
        except ValueError:
            pass
        if text:
            self._unreadable(leaf, "value_is_no_date", text)
        return None

    def flag(self, node: Node, name: str, *, required: bool = False) -> bool:
        """Yes or no; absent is no, and a finding where it is required. Anything but true, false, 1 and 0 is one too."""
        leaf = node.first(name)
        text = leaf.value().lower() if leaf is not None else ""
        if leaf is not None and text not in ("true", "false", "1", "0", ""):
            self._unreadable(leaf, "value_is_no_flag", text)
        elif required and not text:
            self._fault(f"{node.path}/cbc:{name}", "required_value_missing", {"element": name})
        return text in ("true", "1")

    def vat_category(self, node: Node | None, rate_beside: Decimal | None = None) -> VatCategory:
        """A TaxCategory or ClassifiedTaxCategory; `rate_beside` is TaxSubtotal/Percent, where e-fff 1.0 has it."""
        if node is None:
            return VatCategory(rate=rate_beside)
        rate = self.number(node, "Percent")
        scheme = node.peek("TaxScheme", "ID")
        if scheme.upper() in VAT_NAMES:
            scheme = node.take("TaxScheme", "ID").upper()
        return VatCategory(
            category=node.take("ID"),
            rate=rate_beside if rate is None else rate,
            belgian_code=node.take("Name"),
            exemption_reason="\n".join(filter(None, (reason.value() for reason in node.all("TaxExemptionReason")))),
            exemption_code=node.take("TaxExemptionReasonCode"),
            scheme=scheme,
        )

    def close(self) -> list[Finding]:
        """All findings, the currencies that are not the document's last, each once with how often it stands."""
        for currency, (leaf, count) in self._currencies.items():
            arguments: Arguments = {"currency": currency, "expected": self.currency, "count": count}
            self.findings.append(
                Finding("V13", Severity.ERROR, leaf.path, "amount_in_other_currency", arguments, blocks=True)
            )
        return self.findings

    def _unreadable(self, leaf: Node, code: str, text: str) -> None:
        leaf.taken = False
        self._fault(leaf.path, code, {"value": shorten(text)})

    def _fault(self, where: str, code: str, arguments: Arguments) -> None:
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(Finding("V03", Severity.ERROR, where, code, arguments, blocks=True, never=True))


def _walk(node: Node | None, path: tuple[str, ...]) -> Node | None:
    for name in path:
        if node is None:
            return None
        node = node.first(name)
    return node


def shorten(text: str, length: int = 120) -> str:
    """A value as it is shown in a report: one line, not longer than `length`."""
    line = " ".join(text[: length * 4].split())
    return line if len(line) <= length else f"{line[: length - 1]}…"
