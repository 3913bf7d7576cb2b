"""The door of the room: `convert` a UBL document into e-fff, `check` one. Pure functions over bytes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from core.efff import attachments, vat
from core.efff.attachments import ChosenPdf
from core.efff.batch import Batch
from core.efff.files import file_name
from core.efff.formats import Format, PdfOrigin, SourceFormat
from core.efff.order import in_document_order
from core.efff.reader import MARKERS, Reading, read
from core.efff.reading.values import shorten
from core.efff.report import Derived, Dropped, Finding, Severity
from core.efff.rules import RuleContext
from core.efff.rules import check as judge
from core.efff.schema import faults_of_form
from core.efff.vat import VatOverride
from core.efff.writer import Written, write

if TYPE_CHECKING:
    from core.efff.invoice import Attachment, Invoice


__all__ = [
    "Batch",
    "Check",
    "Conversion",
    "Format",
    "PdfOrigin",
    "SourceFormat",
    "VatOverride",
    "check",
    "convert",
    "file_name",
]


BODY = "cac:Attachment/cbc:EmbeddedDocumentBinaryObject"


@dataclass(frozen=True, slots=True)
class Conversion:
    """What became of one source. `output` is None where nothing could be written; `ok` means no blocking finding."""

    output: bytes | None
    file_name: str | None
    format: Format
    source_format: SourceFormat | None
    invoice: Invoice | None
    findings: tuple[Finding, ...]
    derived: tuple[Derived, ...]
    dropped: tuple[Dropped, ...]
    pdf_origin: PdfOrigin | None
    carried_over: bool = False

    @property
    def ok(self) -> bool:
        """Whether nothing stands in the way of sending it."""
        return self.output is not None and not any(finding.blocks for finding in self.findings)


@dataclass(frozen=True, slots=True)
class Check:
    """What `check` found. `ok` means no finding of level error."""

    source_format: SourceFormat | None
    invoice: Invoice | None
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """Whether there is no error-level finding."""
        return not any(finding.severity == "error" for finding in self.findings)


def convert(
    source: bytes,
    target: Format = Format.EFFF_1,
    *,
    pdf: bytes | None = None,
    key: str = "",
    vat_overrides: Iterable[VatOverride] = (),
    batch: Batch | None = None,
    name: str = "",
) -> Conversion:
    """Turns a UBL document into e-fff. Never raises for what the document is: that is a finding.

    `pdf` is a PDF delivered beside the XML. `key` is the delivery key; its first 16 digits end the file name.
    `vat_overrides` are a person's own rules for Belgian VAT codes, which go before the table's. `batch` knows the
    documents converted before in this run, `name` is this one's there. The same input gives the same bytes.
    """
    reading = read(source)
    invoice, source_format = reading.invoice, reading.source_format
    if invoice is None or source_format is None:
        return Conversion(None, None, target, None, None, reading.findings, (), (), None)
    assigned = vat.assign(invoice, overrides=vat_overrides)
    chosen = attachments.choose(invoice, pdf)
    context = RuleContext(
        target=target,
        pdf=chosen.verdict,
        rendered=chosen.origin is PdfOrigin.RENDERED,
        missing=chosen.missing,
        left_out=chosen.left_out,
        refused_pdf=chosen.refused,
        earlier=batch.earlier(invoice, name) if batch else "",
        codes_derived=any(one.code.startswith("vat_code_by") for one in assigned.derived),
    )
    judged = _placed(judge(assigned.invoice, source_format, context=context), invoice)
    findings = [*_of_a_source(reading.findings), *judged]
    if _is_already(target, source, reading, chosen, findings):
        return Conversion(
            source,
            file_name(invoice, key),
            target,
            source_format,
            invoice,
            tuple(findings),
            (),
            (),
            chosen.origin,
            True,
        )
    written = write(replace(assigned.invoice, attachments=chosen.others), target, chosen.attachment)
    findings += [*_placed(assigned.findings, invoice), *_placed(written.findings, invoice)]
    refused = any(finding.never and finding.blocks for finding in findings)
    return Conversion(
        output=None if refused else written.content,
        file_name=None if refused else file_name(invoice, key),
        format=target,
        source_format=source_format,
        invoice=assigned.invoice,
        findings=tuple(in_document_order(findings, invoice.root)),
        derived=(*reading.derived, *_rooted((*assigned.derived, *written.derived), invoice)),
        dropped=_dropped(reading, assigned, written, chosen),
        pdf_origin=chosen.origin,
    )


def check(source: bytes, *, file_name: str = "", batch: Batch | None = None) -> Check:
    """Checks an e-fff or UBL document against the rules (e-fff reference, section 10), in the order of the document.

    `batch` knows the documents checked before in this run, by `file_name`.
    """
    reading = read(source)
    invoice, source_format = reading.invoice, reading.source_format
    if invoice is None or source_format is None:
        return Check(None, None, reading.findings)
    own = attachments.invoice_pdf(invoice)
    verdict = attachments.verdict_on(own) if own else None
    earlier = batch.earlier(invoice, file_name) if batch else ""
    context = RuleContext(pdf=verdict, file_name=file_name.replace("\\", "/").rpartition("/")[2], earlier=earlier)
    findings = (
        *reading.findings,
        *faults_of_form(source, reading),
        *_placed(judge(invoice, source_format, context=context), invoice),
    )
    return Check(source_format, invoice, tuple(in_document_order(findings, invoice.root)))


def _placed(findings: Iterable[Finding], invoice: Invoice) -> list[Finding]:
    """Findings with the whole path of their place in the source."""
    return [replace(one, where=f"/{invoice.root}/{one.where}".rstrip("/")) for one in findings]


def _rooted(derived: Iterable[Derived], invoice: Invoice) -> list[Derived]:
    """Derived values with the whole path of their place."""
    return [replace(one, path=f"/{invoice.root}/{one.path}") for one in derived]


def _of_a_source(findings: Iterable[Finding]) -> list[Finding]:
    """What reading said, for a source that is being converted: what format it claims to be is then no error."""
    return [replace(one, severity=Severity.WARNING) if one.rule == "V04" else one for one in findings]


def _is_already(
    target: Format, source: bytes, reading: Reading, chosen: ChosenPdf, findings: Iterable[Finding]
) -> bool:
    """Whether the source is a valid file of the target's version with a real PDF inside (decision 9)."""
    own = attachments.invoice_pdf(reading.invoice) if reading.invoice else None
    if reading.source_format is None or reading.source_format.value != target.value or own is None:
        return False
    real = chosen.verdict if chosen.origin is PdfOrigin.EMBEDDED else attachments.verdict_on(own)
    faulty = any(one.rule == "V04" or one.severity is Severity.ERROR for one in findings)
    return real.ok and not faulty and not faults_of_form(source, reading)


def _replaced(pdf: Attachment, reading: Reading, origin: PdfOrigin) -> list[Dropped]:
    """The embedded PDF that another took the place of, with all that was said of it."""
    assert reading.root is not None
    node = reading.root.all("AdditionalDocumentReference")[pdf.place - 1]
    described = "cbc:DocumentDescription" if node.first("DocumentDescription") else "cbc:DocumentType"
    said = (
        (BODY, pdf.file_name or pdf.id or shorten(str(pdf.content))),
        (f"{BODY}/@filename", pdf.file_name),
        ("cbc:ID", pdf.id),
        ("cbc:ID/@schemeID", pdf.scheme),
        ("cbc:DocumentTypeCode", pdf.type_code),
        (described, "" if pdf.description in MARKERS else pdf.description),
    )
    where, code = node.path, f"pdf_replaced_by_{origin.value}"
    return [Dropped(f"{where}/{place}", value, code) for place, value in said if value]


def _dropped(reading: Reading, assigned: vat.Assigned, written: Written, chosen: ChosenPdf) -> tuple[Dropped, ...]:
    """Everything of the source that is not where it was, with its path there; what says little of the invoice last."""
    assert reading.invoice is not None
    root = reading.invoice.root
    moved = [replace(one, path=f"/{root}/{one.path}") for one in (*assigned.dropped, *written.dropped)]
    if chosen.replaced is not None:
        moved += _replaced(chosen.replaced, reading, chosen.origin)
    left = reading.not_taken()
    values = [one for one in left if one.code == "no_place_in_efff"]
    return (*values, *moved, *(one for one in left if one.code != "no_place_in_efff"))
