"""The invoice -> an e-fff file: 1.0 (UBL 2.0, always an Invoice) or 3.0 (UBL 2.1, a CreditNote for 381).

Deterministic: the same invoice gives the same bytes. Written as a superset, so that readers of both versions and of
EN 16931 find what they look for (reference 4 and 8). What the version has no place for is in `dropped`, never silent.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from core import __version__
from core.efff.base64text import fault_of, padded
from core.efff.formats import Format
from core.efff.invoice import Attachment, Invoice
from core.efff.reader import MARKERS, PROJECT
from core.efff.reading.values import shorten
from core.efff.report import Derived, Dropped, Finding
from core.efff.tree import UBL
from core.efff.writing.labels import label
from core.efff.writing.lines import write_allowances_charges, write_lines, write_period, write_totals, write_vat
from core.efff.writing.parties import write_delivery, write_sides
from core.efff.writing.payment import write_payment
from core.efff.writing.sheet import Part, Sheet, plain
from core.efff.writing.vat import restated

PRODUCT = f"banqup-pingwin {__version__}"
PROFILE_1 = f"E-FFF.BE {PRODUCT}"
PROFILE_3 = "urn:www.cenbii.eu:profile:bii05:ver2.0"
CUSTOMIZATION_3 = (
    "urn:www.cenbii.eu:transaction:{transaction}:ver2.0:extended:urn:www.peppol.eu:bis:peppol5a:ver2.0"
    ":extended:e-fff:ver3.0"
)
TYPE_LIST_1 = "http://www.FFF.be/ubl/2.0/cl/gc/BE-InvoiceCode-1.0.gc"

KINDS_IN_1 = frozenset({"application/pdf", "image/png", "image/jpeg", "text/csv"})
"""Attachments that a 1.0 file takes along (reference 8.3); others are reported."""

UNKNOWN_KIND = "application/octet-stream"
"""The kind of an attachment that does not tell its own (RFC 2046, 4.5.1)."""

_PATH = re.compile(r"^(?:[A-Za-z]:|.*\\|/)")


@dataclass(frozen=True, slots=True)
class Written:
    """A file and what writing it had to say; `findings` block (V03)."""

    content: bytes
    derived: tuple[Derived, ...]
    dropped: tuple[Dropped, ...]
    findings: tuple[Finding, ...]


def write(invoice: Invoice, target: Format, pdf: Attachment | None) -> Written:
    """Writes the invoice with its PDF first; `pdf` None writes a file without one (which is no e-fff, V20).

    `invoice.attachments` are the others. VAT codes must have been assigned (`core.efff.vat.assign`).
    """
    sheet = Sheet(target, invoice.currency)
    as_credit = invoice.is_credit_note and not sheet.is_1
    root = "CreditNote" if as_credit else "Invoice"
    if not invoice.currency:
        sheet.fault("required_value_missing", "cbc:DocumentCurrencyCode", element="DocumentCurrencyCode")
    elif not sheet.knows("currencyID", invoice.currency):
        sheet.fault("currency_not_in_efff_1", "cbc:DocumentCurrencyCode", currency=invoice.currency)
    parts = [
        *_header(sheet, invoice),
        *_references(sheet, invoice),
        *_attachments(sheet, invoice, pdf),
        _project(sheet, invoice),
        *write_sides(sheet, invoice),
        *(write_delivery(sheet, delivery) for delivery in invoice.deliveries),
        *write_payment(sheet, invoice),
        *write_allowances_charges(sheet, invoice.allowances_charges),
        *write_vat(sheet, invoice),
        write_totals(sheet, invoice.totals),
        *write_lines(sheet, invoice),
    ]
    derived, dropped = restated(invoice, target)
    sheet.derived += derived
    sheet.dropped += dropped
    content = sheet.document(root, UBL, sheet.ordered(root, parts, ""))
    return Written(content, tuple(sheet.derived), tuple(sheet.dropped), tuple(sheet.findings))


def _header(sheet: Sheet, invoice: Invoice) -> list[Part | None]:
    """Who reads it as what, number, dates, type, notes, currency."""
    credit_root = invoice.is_credit_note and not sheet.is_1
    tax_point = invoice.tax_point_date
    if tax_point is None and invoice.issue_date is not None:
        tax_point = invoice.issue_date
        sheet.derive("cbc:TaxPointDate", tax_point.isoformat(), "tax_point_is_issue_date")
    type_element = "CreditNoteTypeCode" if credit_root else "InvoiceTypeCode"
    type_attributes = {"listURI": TYPE_LIST_1} if sheet.is_1 else {"listID": "UNCL1001"}
    if invoice.source_type_code != invoice.type_code:
        element = "CreditNoteTypeCode" if invoice.root == "CreditNote" else "InvoiceTypeCode"
        sheet.drop(f"cbc:{element}", invoice.source_type_code, "type_replaced", type=invoice.type_code)
    if invoice.line_count is not None and invoice.line_count != len(invoice.lines):
        sheet.drop("cbc:LineCountNumeric", str(invoice.line_count), "lines_counted", count=str(len(invoice.lines)))
    currency_list = "" if sheet.is_1 else "ISO4217"
    return [
        *_identification(sheet, credit_root),
        sheet.leaf("ID", invoice.number),
        sheet.flag("CopyIndicator", True) if invoice.copy else None,
        sheet.day("IssueDate", invoice.issue_date),
        None if sheet.is_1 or credit_root else sheet.day("DueDate", invoice.due_date),
        sheet.leaf(type_element, invoice.type_code, **type_attributes),
        *sheet.leaves("Note", (*invoice.notes, *(_extra_notes(sheet, invoice) if sheet.is_1 else ()))),
        sheet.day("TaxPointDate", tax_point),
        sheet.leaf("DocumentCurrencyCode", invoice.currency, listID=currency_list),
        None if sheet.is_1 else sheet.leaf("TaxCurrencyCode", invoice.vat_currency, listID=currency_list),
        sheet.leaf("AccountingCost", invoice.references.accounting_cost),
        sheet.leaf("LineCountNumeric", str(len(invoice.lines))),
        None if sheet.is_1 else sheet.leaf("BuyerReference", invoice.references.buyer_reference),
        write_period(sheet, invoice.period),
    ]


def _identification(sheet: Sheet, credit_root: bool) -> list[Part | None]:
    if sheet.is_1:
        version, customization, profile = "2.0", "1.0", PROFILE_1
    else:
        transaction = "biitrns014" if credit_root else "biitrns010"
        version, customization, profile = "2.1", CUSTOMIZATION_3.format(transaction=transaction), PROFILE_3
    return [
        sheet.leaf("UBLVersionID", version),
        sheet.leaf("CustomizationID", customization),
        sheet.leaf("ProfileID", profile),
    ]


def _extra_notes(sheet: Sheet, invoice: Invoice) -> list[str]:
    """What 1.0 can only say in a note: legal mentions, VAT in another currency, the buyer's reference, legal forms."""
    notes = []
    for delivery in invoice.deliveries:
        for mention in delivery.mentions:
            notes.append(label("mention", text=mention.text, code=mention.code))
            sheet.drop("cac:Delivery/cac:DeliveryTerms/cbc:ID", mention.code, "kept_as_note")
            sheet.drop("cac:Delivery/cac:DeliveryTerms/cbc:SpecialTerms", mention.text, "kept_as_note")
    in_other = invoice.totals.vat_in_accounting_currency
    if in_other is not None:
        notes.append(label("vat_in_currency", currency=invoice.vat_currency, amount=plain(in_other, 2)))
        sheet.drop("cac:TaxTotal[2]/cbc:TaxAmount", in_other, "kept_as_note")
        sheet.drop("cbc:TaxCurrencyCode", invoice.vat_currency, "kept_as_note")
    else:
        sheet.drop("cbc:TaxCurrencyCode", invoice.vat_currency)
    references = invoice.references
    if references.buyer_reference and references.order:
        notes.append(label("buyer_reference", reference=references.buyer_reference))
        sheet.drop("cbc:BuyerReference", references.buyer_reference, "kept_as_note")
    for party in (invoice.supplier, invoice.customer, invoice.payee, invoice.tax_representative):
        if party and party.legal_form:
            notes.append(label("legal_form", name=party.name, form=party.legal_form))
    return [note for note in notes if note not in invoice.notes]


def _references(sheet: Sheet, invoice: Invoice) -> list[Part | None]:
    """Orders, contracts and other documents. In 1.0 the buyer's reference stands in for an order number."""
    references = invoice.references
    order = references.order
    if sheet.is_1 and not order and references.buyer_reference:
        order = references.buyer_reference
        sheet.drop("cbc:BuyerReference", order, "kept_as_order_number")
    order_parts = [
        sheet.leaf("ID", order or ("NA" if references.sales_order or references.order_date else "")),
        sheet.leaf("SalesOrderID", references.sales_order),
        sheet.day("IssueDate", references.order_date),
    ]
    parts = [sheet.group("OrderReference", "OrderReference", order_parts)]
    for preceding in references.preceding_invoices:
        billed = [sheet.leaf("ID", preceding.id), sheet.day("IssueDate", preceding.issue_date)]
        inside = sheet.group("InvoiceDocumentReference", "DocumentReference", billed)
        parts.append(sheet.group("BillingReference", "BillingReference", [inside]))
    for element, numbers in (
        ("DespatchDocumentReference", references.despatches),
        ("ReceiptDocumentReference", references.receipts),
        ("OriginatorDocumentReference", references.originators),
        ("ContractDocumentReference", references.contracts),
    ):
        parts += [sheet.group(element, "DocumentReference", [sheet.leaf("ID", number)]) for number in numbers]
    return parts


def _project(sheet: Sheet, invoice: Invoice) -> Part | None:
    """BT-11: an element of its own in a 3.0 invoice, else a reference of type 50, as EN 16931 credit notes have it."""
    number = sheet.leaf("ID", invoice.references.project)
    if number is None:
        return None
    if not sheet.is_1 and not invoice.is_credit_note:
        return sheet.group("ProjectReference", "ProjectReference", [number])
    kind = sheet.leaf("DocumentTypeCode", PROJECT)
    return sheet.group("AdditionalDocumentReference", "DocumentReference", [number, kind])


def _attachments(sheet: Sheet, invoice: Invoice, pdf: Attachment | None) -> list[Part | None]:
    """In 3.0 the software first; then the invoice's PDF, because some importers take the first one; then the others."""
    parts: list[Part | None] = []
    if not sheet.is_1:
        software = [sheet.leaf("ID", "eFFF"), sheet.leaf("DocumentType", PRODUCT)]
        parts.append(sheet.group("AdditionalDocumentReference", "DocumentReference", software))
    if pdf is not None:
        kind = "CreditNote" if invoice.is_credit_note else "CommercialInvoice"
        identifier = _document_name(pdf, invoice) if sheet.is_1 else invoice.number or pdf.file_name
        where = f"cac:AdditionalDocumentReference[{pdf.place}]"
        if pdf.place and pdf.id not in (identifier, pdf.file_name):
            sheet.drop(f"{where}/cbc:ID", pdf.id, "pdf_named_anew", name=identifier)
        if pdf.place and pdf.description not in MARKERS:
            sheet.drop(f"{where}/cbc:DocumentDescription", pdf.description, "pdf_named_anew", name=kind)
        parts.append(_reference(sheet, replace(pdf, id=identifier, description=kind), is_invoice=True))
    parts += [_reference(sheet, other) for other in invoice.attachments]
    return parts


def _document_name(pdf: Attachment, invoice: Invoice) -> str:
    """The name of the PDF in 1.0: as the source has it, of a path its last part; else the number with `.pdf`."""
    name = re.split(r"[\\/]", pdf.id)[-1] if _PATH.match(pdf.id) else pdf.id
    return name if name and name != "eFFF" else pdf.file_name or f"{invoice.number}.pdf"


def _reference(sheet: Sheet, document: Attachment, *, is_invoice: bool = False) -> Part | None:
    where = f"cac:AdditionalDocumentReference[{document.place or 1}]"
    named = (document.id, document.file_name, document.uri, document.description, f"{document.place or 1}")
    identifier = next(name for name in named if name.strip())
    mime = document.mime.lower()
    content = document.content
    if content and ((sheet.is_1 and mime not in KINDS_IN_1) or not sheet.knows("mimeCode", mime)):
        name = document.file_name or identifier
        path = f"{where}/cac:Attachment/cbc:EmbeddedDocumentBinaryObject"
        sheet.drop(path, name, "attachment_kind_not_in_efff_1", kind=mime)
        for mark, said in (("mimeCode", document.mime), ("filename", document.file_name)):
            sheet.drop(f"{path}/@{mark}", said, "attachment_kind_not_in_efff_1", kind=mime)
        content = ""
    match fault_of(content) if content and document.place else None:  # what we packed ourselves has none
        case "base64_broken":
            path = f"{where}/cac:Attachment/cbc:EmbeddedDocumentBinaryObject"
            sheet.drop(path, shorten(str(content)), "attachment_damaged")
            for mark, said in (("mimeCode", document.mime), ("filename", document.file_name)):
                sheet.drop(f"{path}/@{mark}", said, "attachment_damaged")
            content = ""
        case "base64_padding_repaired":
            content = padded(content)
    if content and not mime:  # only in 3.0, which takes any kind but demands one
        mime = UNKNOWN_KIND
        sheet.derive(f"{where}/cac:Attachment/cbc:EmbeddedDocumentBinaryObject/@mimeCode", mime, "kind_unknown")
    uri = sheet.group("ExternalReference", "ExternalReference", [sheet.leaf("URI", document.uri)])
    body = sheet.body("EmbeddedDocumentBinaryObject", content, mimeCode=mime, filename=document.file_name)
    described = "DocumentType" if sheet.is_1 or is_invoice else "DocumentDescription"
    parts = [
        sheet.leaf("ID", identifier, schemeID=document.scheme),
        sheet.leaf("DocumentTypeCode", document.type_code),
        sheet.leaf(described, document.description),
        sheet.group("Attachment", "Attachment", [body, uri]),
    ]
    return sheet.group("AdditionalDocumentReference", "DocumentReference", parts)
