"""V20 to V25: the PDF of the invoice and what else is inside."""

from __future__ import annotations

import string
from typing import Final

from core.efff.base64text import fault_of
from core.efff.formats import SourceFormat
from core.efff.invoice import Attachment
from core.efff.rules.rule import EFFF, Breaches, Subject, breach

MEGABYTE: Final = 1024 * 1024
LARGE: Final = 20 * MEGABYTE
TOO_LARGE: Final = 50 * MEGABYTE
SIGNS_NAMED: Final = 10
BLANKS: Final = string.whitespace.encode()
DOCUMENT_TYPES: Final = {False: "CommercialInvoice", True: "CreditNote"}
"""What the reference of the PDF is called, by whether it is a credit note (EFFF-T10-R001)."""


def where(position: int, inside: str = "cac:Attachment/cbc:EmbeddedDocumentBinaryObject") -> str:
    """The path of an attachment, counted from 1."""
    return f"cac:AdditionalDocumentReference[{position}]/{inside}"


def numbered(subject: Subject) -> list[tuple[int, Attachment]]:
    """The attachments with their number among the source's references, where other references stand between them."""
    return [(one.place or position, one) for position, one in enumerate(subject.invoice.attachments, 1)]


def pdf_present(subject: Subject) -> Breaches:
    """V20: an output without a PDF is no e-fff; on another source its absence only means that we draw one."""
    context = subject.context
    element = "cac:AdditionalDocumentReference"
    if context.rendered:
        yield breach("pdf_rendered", element)
        if context.missing:
            signs = ", ".join(f"U+{ord(sign):04X}" for sign in context.missing[:SIGNS_NAMED])
            yield breach("pdf_signs_missing", element, count=len(context.missing), signs=signs)
        if context.left_out:
            yield breach("pdf_not_whole", element, count=context.left_out)
    elif context.pdf is None and not any(attachment.is_pdf for attachment in subject.invoice.attachments):
        required = context.target is not None or subject.source_format in EFFF
        yield breach("pdf_missing" if required else "pdf_to_be_rendered", element)


def pdf_opens(subject: Subject) -> Breaches:
    """V22, of the PDF that is or would be inside, and of one that was replaced because of it."""
    verdict, refused = subject.context.pdf, subject.context.refused_pdf
    position = next((n for n, found in numbered(subject) if found.is_pdf), 1)
    if refused is not None and refused.code:
        yield breach(f"replaced_{refused.code}", where(position))
    if verdict is not None and verdict.code:
        yield breach(verdict.code, where(position))
    elif verdict is not None and verdict.restricted:
        yield breach("pdf_restricted", where(position))


def base64_of_attachments(subject: Subject) -> Breaches:
    """V21, without decoding: only letters of base64, in groups of four. A PDF that was replaced is V22's."""
    replaced = subject.context.refused_pdf is not None
    for position, attachment in numbered(subject):
        if attachment.is_pdf and replaced:
            continue
        if attachment.content and (code := fault_of(attachment.content)):
            yield breach(code, where(position), name=_name(attachment))


def several_pdfs(subject: Subject) -> Breaches:
    """V23."""
    pdfs = [n for n, attachment in numbered(subject) if attachment.is_pdf]
    if len(pdfs) > 1:
        yield breach("several_pdfs", where(pdfs[1]), count=len(pdfs))


def sizes(subject: Subject) -> Breaches:
    """V24, by the length of the base64 text."""
    for position, attachment in numbered(subject):
        size = len(attachment.content) * 3 // 4
        if size > LARGE:
            code = "attachment_too_large" if size > TOO_LARGE else "attachment_large"
            limit = (TOO_LARGE if size > TOO_LARGE else LARGE) // MEGABYTE
            yield breach(code, where(position), name=_name(attachment), size=size // MEGABYTE, limit=limit)


def document_type(subject: Subject) -> Breaches:
    """V25, on an e-fff 3.0 file (EFFF-T10-R001): a conversion writes it right whatever the source says."""
    invoice = subject.invoice
    if subject.context.target is not None or subject.source_format is not SourceFormat.EFFF_3:
        return
    expected = DOCUMENT_TYPES[invoice.is_credit_note]
    pdfs = [(n, attachment) for n, attachment in numbered(subject) if attachment.is_pdf]
    if pdfs and not any(attachment.description == expected for _, attachment in pdfs):
        position, first = pdfs[0]
        yield breach("pdf_type_wrong", where(position, "cbc:DocumentType"), type=first.description, expected=expected)


def _name(attachment: Attachment) -> str:
    return attachment.file_name or attachment.id


CHECKS = (pdf_present, pdf_opens, base64_of_attachments, several_pdfs, sizes, document_type)
