"""UBL bytes -> the invoice, what format it is, and what reading it had to say. The only reader.

Takes Peppol BIS 3, EN 16931, UBL.BE, e-fff 1.0 and 3.0 and plain UBL 2.0/2.1, with all the variants real writers have
(reference 9), whatever the order of the elements. Nothing raises: what is wrong is a finding (V01 to V04, V06, V13).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from core.efff.formats import SourceFormat
from core.efff.invoice import CREDIT_NOTE, INVOICE, Attachment, DocumentReference, Invoice, References, Totals
from core.efff.node import Node
from core.efff.party import Identifier
from core.efff.reading import lines, parties, payment
from core.efff.reading.leftover import SOFTWARE_REFERENCES, not_taken
from core.efff.reading.values import Values, shorten
from core.efff.report import Derived, Dropped, Finding, Severity
from core.efff.tree import BODY_NAME, UBL, Document, parse
from core.model import Arguments

ROOTS = {f"{UBL}Invoice-2": "Invoice", f"{UBL}CreditNote-2": "CreditNote"}

CREDIT_CODES = frozenset(["81", "83", "261", "262", "296", "308", "381", "396", "420", "458", "502", "503", "532"])
"""UNCL1001 codes that are credit notes in EN 16931; every other one is an invoice (reference 4, row 7)."""

EFFF_PROFILE = re.compile(r"(?i)\be?-?fff(\.be)?\b")
PROJECT = "50"
"""Document type code under which a credit note of EN 16931 names its project (BT-11)."""

MARKERS = ("CommercialInvoice", "CreditNote")
"""What DocumentType or DocumentDescription says of the reference that holds the invoice's own PDF."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading gave. `invoice` is None where the document could not be read at all; then `findings` say why."""

    invoice: Invoice | None
    source_format: SourceFormat | None
    findings: tuple[Finding, ...]
    derived: tuple[Derived, ...] = ()
    root: Node | None = field(default=None, repr=False, compare=False)
    currencies: tuple[str, ...] = ()

    def not_taken(self) -> tuple[Dropped, ...]:
        """Every value of the source that has no place in the invoice, with its path: texts in document order, then
        attributes, those of one name and value at one kind of place once with their number."""
        return not_taken(self.root, self.currencies) if self.root is not None else ()


def read(source: bytes) -> Reading:
    """Reads a document. The same bytes give the same reading; nothing is raised for what they hold."""
    document = parse(source)
    if isinstance(document, Finding):
        return Reading(None, None, (document,))
    root = document.root
    if ROOTS.get(document.namespace) != root.name:
        arguments = {"root": shorten(root.name, 60), "namespace": shorten(document.namespace, 100)}
        finding = Finding("V02", Severity.ERROR, "/", "root_is_no_ubl_invoice", arguments, blocks=True, never=True)
        return Reading(None, None, (finding,))
    source_format = detect(root)
    values = Values(_currency(root), root.take("TaxCurrencyCode"))
    invoice = _invoice(root, values, source_format)
    findings = [*_about_form(document, source_format), *values.close()]
    if not root.take("DocumentCurrencyCode") and invoice.currency:
        where = f"{root.path}/cbc:DocumentCurrencyCode"
        values.derived.append(Derived(where, invoice.currency, "currency_from_amounts"))
    currencies = (values.currency, values.vat_currency)
    return Reading(invoice, source_format, tuple(findings), tuple(values.derived), root, currencies)


def detect(root: Node) -> SourceFormat:
    """The format by content, first match wins (reference 2)."""
    customization, profile = root.peek("CustomizationID"), root.peek("ProfileID")
    references = (reference.peek("ID") for reference in root.all("AdditionalDocumentReference"))
    if "e-fff:ver3" in customization.lower() or "eFFF" in references:
        return SourceFormat.EFFF_3
    if "UBL.BE" in customization:
        return SourceFormat.UBL_BE
    if EFFF_PROFILE.search(profile) or customization == "1.0":
        return SourceFormat.EFFF_1
    if "en16931" in customization:
        return SourceFormat.PEPPOL if "poacc:billing" in customization + profile else SourceFormat.EN16931
    return SourceFormat.UBL


def _currency(root: Node) -> str:
    """BT-5; where it is missing, the currency of the amount to pay."""
    stated = root.take("DocumentCurrencyCode")
    total = root.first("LegalMonetaryTotal")
    payable = total.first("PayableAmount") if total else None
    return stated or (payable.attribute("currencyID") if payable else "")


def _about_form(document: Document, source: SourceFormat) -> list[Finding]:
    """Encoding (V06) and the version triple (V04): which UBL, which customization, which profile."""
    findings = []
    arguments: Arguments
    if document.encoding != "utf-8":
        arguments = {"encoding": document.encoding}
        findings.append(Finding("V06", Severity.WARNING, "/", "encoding_is_not_utf8", arguments))
    version = document.root.peek("UBLVersionID")
    customization = document.root.peek("CustomizationID")
    if source is SourceFormat.UBL:
        code, arguments = "format_not_recognised", {}
        if customization:
            code, arguments = "format_not_known", {"customization": shorten(customization, 80)}
        findings.append(Finding("V04", Severity.ERROR, "/", code, arguments))
    elif (source is SourceFormat.EFFF_1 and (version, customization) != ("2.0", "1.0")) or (
        source is SourceFormat.EFFF_3 and "e-fff:ver3" not in customization.lower()
    ):
        arguments = {"format": source.value, "version": version or None, "customization": shorten(customization, 80)}
        findings.append(Finding("V04", Severity.WARNING, "/", "versions_mixed", arguments))
    return findings


def _invoice(root: Node, values: Values, source: SourceFormat) -> Invoice:
    totals = _totals(root, values)
    vat, breakdown = lines.read_breakdowns(root, values)
    terms, due_by_terms = payment.read_terms(root, values, totals.payable, source)
    due_date = values.day(root, "DueDate") or due_by_terms
    means = payment.read_means(root, values, due_date, terms)
    due_date = due_date or min((one.due_date for one in means if one.due_date), default=None)
    type_code = root.take("InvoiceTypeCode") or root.take("CreditNoteTypeCode")
    is_credit = root.name == "CreditNote" or type_code in CREDIT_CODES
    attachments, software, project = _attachments(root)
    return Invoice(
        number=root.take("ID"),
        type_code=CREDIT_NOTE if is_credit else INVOICE,
        source_type_code=type_code,
        issue_date=values.day(root, "IssueDate"),
        due_date=due_date,
        tax_point_date=values.day(root, "TaxPointDate"),
        currency=values.currency,
        vat_currency=values.vat_currency,
        period=lines.read_period(root.first("InvoicePeriod"), values),
        notes=tuple(filter(None, (note.value() for note in root.all("Note")))),
        references=replace(_references(root, values), project=project),
        supplier=parties.read_side(root.first("AccountingSupplierParty"), values),
        customer=parties.read_side(root.first("AccountingCustomerParty"), values),
        payee=parties.read_party(root.first("PayeeParty"), values),
        tax_representative=parties.read_party(root.first("TaxRepresentativeParty"), values),
        deliveries=parties.read_deliveries(root, values),
        payment_means=means,
        payment_terms=terms,
        allowances_charges=lines.read_allowances_charges(root, values),
        vat_breakdown=breakdown,
        totals=replace(totals, vat=vat),
        lines=lines.read_lines(root, values),
        attachments=attachments,
        copy=values.flag(root, "CopyIndicator"),
        line_count=_count(root),
        software=software or root.peek("ProfileID"),
        root=root.name,
    )


def _totals(root: Node, values: Values) -> Totals:
    node = root.first("LegalMonetaryTotal")
    accounting = next((t for t in root.all("TaxTotal") if lines.in_accounting_currency(t, values)), None)
    return Totals(
        lines=values.amount(node, "LineExtensionAmount"),
        allowances=values.amount(node, "AllowanceTotalAmount"),
        charges=values.amount(node, "ChargeTotalAmount"),
        tax_exclusive=values.amount(node, "TaxExclusiveAmount"),
        vat_in_accounting_currency=values.number(accounting, "TaxAmount"),
        tax_inclusive=values.amount(node, "TaxInclusiveAmount"),
        prepaid=values.amount(node, "PrepaidAmount"),
        rounding=values.amount(node, "PayableRoundingAmount"),
        payable=values.amount(node, "PayableAmount"),
    )


def _references(root: Node, values: Values) -> References:
    order = root.first("OrderReference")
    billed = [reference.first("InvoiceDocumentReference") for reference in root.all("BillingReference")]

    def numbers(name: str) -> tuple[str, ...]:
        return tuple(filter(None, (reference.take("ID") for reference in root.all(name))))

    return References(
        buyer_reference=root.take("BuyerReference"),
        contracts=numbers("ContractDocumentReference"),
        order=order.take("ID") if order else "",
        order_date=values.day(order, "IssueDate"),
        sales_order=order.take("SalesOrderID") if order else "",
        receipts=numbers("ReceiptDocumentReference"),
        despatches=numbers("DespatchDocumentReference"),
        originators=numbers("OriginatorDocumentReference"),
        accounting_cost=root.take("AccountingCost") or root.take("AccountingCostCode"),
        preceding_invoices=tuple(
            DocumentReference(number, values.day(invoice, "IssueDate"))
            for invoice in billed
            if invoice is not None and (number := invoice.take("ID"))
        ),
    )


def _attachments(root: Node) -> tuple[tuple[Attachment, ...], str, str]:
    """BG-24 in the source's order, the software that wrote the file, and the project that a credit note names here."""
    found, software, project = [], "", root.take("ProjectReference", "ID")
    for node in root.all("AdditionalDocumentReference"):
        if node.peek("ID") in SOFTWARE_REFERENCES and not node.peek("Attachment", BODY_NAME):
            stated = node.peek("DocumentType") or node.peek("DocumentDescription")
            software = software or stated or ("UBL.BE" if node.peek("ID") == "UBL.BE" else "")
            continue
        if not project and (project := _project(node)):
            continue
        found.append(_attachment(node))
    return tuple(found), software, project


def _project(node: Node) -> str:
    """The project that a reference names, "" where it does not: the way of credit notes, and of e-fff 1.0."""
    if node.peek("DocumentTypeCode") != PROJECT or node.peek("Attachment", BODY_NAME) or not node.peek("ID"):
        return ""
    node.take("DocumentTypeCode")
    return node.take("ID")


def _attachment(node: Node) -> Attachment:
    identifier = node.first("ID")
    kept = Identifier(identifier.value(), identifier.attribute("schemeID")) if identifier else None
    body = node.first("Attachment")
    embedded = body.first(BODY_NAME) if body else None
    if embedded is not None:
        embedded.taken = True
    return Attachment(
        id=kept.value if kept else "",
        scheme=kept.scheme if kept else "",
        description=_description(node),
        type_code=node.take("DocumentTypeCode"),
        mime=embedded.attribute("mimeCode") if embedded else "",
        file_name=embedded.attribute("filename") if embedded else "",
        content=(embedded.body or embedded.text or "") if embedded else "",
        uri=body.take("ExternalReference", "URI") if body else "",
        place=node.position,
    )


def _description(node: Node) -> str:
    """DocumentDescription (2.1) or DocumentType (2.0); where both stand, the one that marks the invoice's own PDF."""
    kind, descriptions = node.first("DocumentType"), node.all("DocumentDescription")
    if kind is not None and (not descriptions or (kind.text or "").strip() in MARKERS):
        marker = kind.value()
        for description in descriptions:
            description.taken = (description.text or "").strip() == marker
        return marker
    return "\n".join(filter(None, (description.value() for description in descriptions)))


def _count(root: Node) -> int | None:
    text = root.peek("LineCountNumeric")
    return int(root.take("LineCountNumeric")) if re.fullmatch(r"[0-9]{1,9}", text) else None
