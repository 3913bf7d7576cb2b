"""V05 and V10 to V16: what the document says it is. File name, number, dates, type, currency, credited invoice."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final

from core.efff.formats import SourceFormat
from core.efff.invoice import CREDIT_NOTE, INVOICE
from core.efff.rules.lists import CURRENCIES
from core.efff.rules.rule import Breaches, Subject, breach

FILE_NAME: Final = re.compile(r"efff_(?:(?P<vat>[A-Z]{2}[A-Z0-9]+)_)?[A-Za-z0-9_-]+\.xml", re.IGNORECASE)
"""`efff_BE0123456789_AlphaNumericFree.xml`, the VAT number being the supplier's (e-fff reference, section 3)."""

LONGEST_NUMBER: Final = 50
OLDEST: Final = date(2000, 1, 1)
EARLY: Final = timedelta(days=7)


def file_name(subject: Subject) -> Breaches:
    """V05. Only where a file of that name was checked."""
    if not subject.context.file_name:
        return
    name = subject.context.file_name.replace("\\", "/").rpartition("/")[2]
    supplier = subject.invoice.supplier.vat_number
    matched = FILE_NAME.fullmatch(name)
    if matched is None:
        yield breach("file_name_unlike_efff", "", file=name)
    elif supplier and matched["vat"] and matched["vat"].upper() != supplier:
        yield breach("file_name_of_other_supplier", "", file=name, vat=supplier)


def number(subject: Subject) -> Breaches:
    """V10."""
    stated = subject.invoice.number.strip()
    if not stated:
        yield breach("number_missing", "cbc:ID")
    elif len(stated) > LONGEST_NUMBER:
        yield breach("number_too_long", "cbc:ID", length=len(stated), most=LONGEST_NUMBER)


def issue_date(subject: Subject) -> Breaches:
    """V11. How far ahead the date is, is judged only where the day of the check is known."""
    issued, today = subject.invoice.issue_date, subject.context.today
    if issued is None:
        yield breach("issue_date_missing", "cbc:IssueDate")
    elif issued < OLDEST:
        yield breach("issue_date_too_old", "cbc:IssueDate", date=issued)
    elif today and issued > today + EARLY:
        yield breach("issue_date_in_future", "cbc:IssueDate", date=issued, days=(issued - today).days)


def document_type(subject: Subject) -> Breaches:
    """V12. In a conversion the type has been brought to 380 or 381, so it is a matter of the source only."""
    stated = subject.invoice.source_type_code
    if subject.context.target is None and stated not in (INVOICE, CREDIT_NOTE):
        element = "cbc:CreditNoteTypeCode" if subject.invoice.root == "CreditNote" else "cbc:InvoiceTypeCode"
        if stated:
            yield breach("type_not_of_efff", element, type=stated)
        elif subject.source_format is SourceFormat.EFFF_1:
            yield breach("type_missing", element)


def currency(subject: Subject) -> Breaches:
    """V13, the document's own currency; that every amount is in it, the reader sees."""
    stated = subject.invoice.currency
    if not stated:
        yield breach("currency_missing", "cbc:DocumentCurrencyCode")
    elif stated not in CURRENCIES:
        yield breach("currency_unknown", "cbc:DocumentCurrencyCode", currency=stated)


def due_date(subject: Subject) -> Breaches:
    """V14 (EN BR-CO-25)."""
    invoice = subject.invoice
    due, payable = invoice.due_date, invoice.totals.payable
    if due and invoice.issue_date and due < invoice.issue_date:
        yield breach("due_before_issue", "cbc:DueDate", due=due, issued=invoice.issue_date)
    terms = any(terms.note or terms.cash_discount for terms in invoice.payment_terms)
    if due is None and not terms and not invoice.is_credit_note and payable is not None and payable > 0:
        yield breach("due_date_missing", "cbc:DueDate", payable=payable)


def credited_invoice(subject: Subject) -> Breaches:
    """V15."""
    if subject.invoice.is_credit_note and not subject.invoice.references.preceding_invoices:
        yield breach("credited_invoice_missing", "cac:BillingReference")


def twice(subject: Subject) -> Breaches:
    """V16: the same supplier, number, type and year in a file before this one (Venice refuses the second)."""
    if subject.context.earlier:
        yield breach("invoice_twice_in_batch", "cbc:ID", number=subject.invoice.number, earlier=subject.context.earlier)


CHECKS = (file_name, number, issue_date, document_type, currency, due_date, credited_invoice, twice)
