"""What a rule is: its data, what it looks at, and what it says. `core.efff.rules.table` lists all of them.

A rule is one row (id, code, severity, where it is milder, whether it blocks) and a part of a small pure function that
yields a `Breach` by that code. No function here decides a severity: the table does, by format.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from core.efff.formats import Format, SourceFormat
from core.efff.invoice import Invoice
from core.efff.report import PdfVerdict, Severity
from core.model import Arguments

EFFF = frozenset({SourceFormat.EFFF_1, SourceFormat.EFFF_3})
BELGIAN = EFFF | {SourceFormat.UBL_BE}
"""Formats that carry Belgian VAT codes and that relax the arithmetic (royal decree no. 8: lines of 4 decimals)."""

EN_16931 = frozenset({SourceFormat.UBL_BE, SourceFormat.PEPPOL, SourceFormat.EN16931})
"""Formats under the rules of EN 16931."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One way in which a document can break a rule of section 10 of the e-fff reference.

    `id` is V05 to V84; several codes may share it (W for a small gap, E for a large one). `severity_in` overrides
    the severity by format, None meaning that the rule is not applied there. The format is the source's; with
    `of_result` it is what the document becomes (the target of a conversion, else the source's own).
    `blocks` is None for "at level error". `never`: a person may not override it. `differs` says where and why this
    is not the reference's word. `told_by` is the part of the room that finds it: `rules` judge an `Invoice` here, the
    others have said it before one exists (`reader`), about the XML (`form`), about the codes (`vat`), or about whose
    it is (`dossier`).
    """

    id: str
    code: str
    severity: Severity
    severity_in: Mapping[SourceFormat, Severity | None] = field(default_factory=dict)
    of_result: bool = False
    blocks: bool | None = None
    never: bool = False
    differs: str = ""
    told_by: Literal["rules", "reader", "form", "vat", "dossier"] = "rules"

    def level(self, subject: Subject) -> Severity | None:
        """The severity for this document, None where the rule is not applied."""
        return self.severity_in.get(subject.result if self.of_result else subject.source_format, self.severity)

    def stops(self, level: Severity) -> bool:
        """Whether a finding of this level parks the delivery."""
        return level is Severity.ERROR if self.blocks is None else self.blocks


@dataclass(frozen=True, slots=True)
class RuleContext:
    """What the rules must know beside the invoice.

    `target` is what the document is being converted to, None for a plain check. `pdf` is the verdict on the PDF that
    is or would be inside; `rendered` says that it was drawn by us, `missing` which characters could not be drawn then,
    `left_out` how many rows and ends of texts had no room, and `refused_pdf` is the verdict on a PDF that came with the
    document and could not be used. `file_name` is the name of the checked file, "" where there is none. `earlier` is
    the file of the same batch that held this invoice before, "" for none (`core.efff.batch`).
    `codes_derived` says that not all Belgian codes are the source's own.
    `today` is None where a document must get the same findings every day.
    """

    target: Format | None = None
    pdf: PdfVerdict | None = None
    file_name: str = ""
    today: date | None = None
    rendered: bool = False
    missing: tuple[str, ...] = ()
    left_out: int = 0
    refused_pdf: PdfVerdict | None = None
    earlier: str = ""
    codes_derived: bool = False


@dataclass(frozen=True, slots=True)
class Subject:
    """One document as the rules look at it."""

    invoice: Invoice
    source_format: SourceFormat
    context: RuleContext

    @property
    def result(self) -> SourceFormat:
        """The format by whose demands the document is judged: the target's, else its own."""
        return SourceFormat(self.context.target.value) if self.context.target else self.source_format

    def line(self, number: int, inside: str = "") -> str:
        """The path of a line, counted from 1, and of an element inside it."""
        element = "cac:CreditNoteLine" if self.invoice.root == "CreditNote" else "cac:InvoiceLine"
        return f"{element}[{number}]" + (f"/{inside}" if inside else "")


@dataclass(frozen=True, slots=True)
class Breach:
    """A rule found broken: which row of the table, where, and the values its sentence needs."""

    code: str
    where: str
    arguments: Arguments = field(default_factory=dict)


Breaches = Iterator[Breach]


def breach(code: str, where: str, /, **arguments: str | int | Decimal | date | None) -> Breach:
    """A breach with its values as text: amounts with at least two decimals, dates as ISO."""
    return Breach(code, where, {name: _shown(value) for name, value in arguments.items()})


def _shown(value: str | int | Decimal | date | None) -> str | int | None:
    match value:
        case Decimal():
            return plain(value)
        case date():
            return value.isoformat()
        case _:
            return value


def plain(value: Decimal) -> str:
    """An amount as an invoice shows it: 84.00, 8.345; no exponent, at most four decimals."""
    shown = decimals(value)
    return format(value, f".{shown}f" if 2 < shown <= 4 else ".2f")


def bare(value: Decimal) -> str:
    """A rate or a quantity without zeros at the end: 21, 2.5."""
    return format(value.normalize(), "f")


def decimals(value: Decimal) -> int:
    """How many decimals a number really has; zeros at the end do not count."""
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
