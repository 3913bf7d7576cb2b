"""The rules of e-fff (reference, section 10): `check` an invoice, get findings in the order of the document.

Pure and total: any `Invoice` gives findings, none raises. What a rule is: `rule.py`; all of them as data: `table.py`;
what they look at: one module a subject. Sentences: `core.wording.efff_rules`.
"""

from __future__ import annotations

from decimal import localcontext
from itertools import chain
from typing import Final

from core.efff.arithmetic import ARITHMETIC
from core.efff.formats import SourceFormat
from core.efff.invoice import Invoice
from core.efff.order import place
from core.efff.report import Finding
from core.efff.rules import amounts, attachments, identity, lines, official, parties, payment, ublbe, vat
from core.efff.rules.rule import Breach, Rule, RuleContext, Subject
from core.efff.rules.table import RULES

__all__ = ["RULES", "Rule", "RuleContext", "check"]

CHECKS: Final = (
    *identity.CHECKS,
    *attachments.CHECKS,
    *parties.CHECKS,
    *payment.CHECKS,
    *vat.CHECKS,
    *amounts.CHECKS,
    *lines.CHECKS,
    *official.CHECKS,
    *ublbe.CHECKS,
)


def check(invoice: Invoice, source_format: SourceFormat, *, context: RuleContext) -> list[Finding]:
    """Judges an invoice read from `source_format`; see `RuleContext` for what else counts."""
    subject = Subject(invoice, source_format, context)
    with localcontext(ARITHMETIC):
        breaches = list(chain.from_iterable(look(subject) for look in CHECKS))
    breaches.sort(key=lambda found: place(f"/{found.where}", invoice.root))
    return [finding for found in breaches if (finding := _finding(found, subject))]


def _finding(found: Breach, subject: Subject) -> Finding | None:
    rule = RULES[found.code]
    level = rule.level(subject)
    if level is None:
        return None
    return Finding(rule.id, level, found.where, found.code, found.arguments, rule.stops(level), rule.never)
