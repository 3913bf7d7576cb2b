"""Writes payment means and terms (reference 4, rows 32 to 40; 6.3; 8.7)."""

from __future__ import annotations

import re
from decimal import Decimal

from core.efff.identifiers import is_structured_communication, structured_communication
from core.efff.invoice import CashDiscount, Invoice, PaymentMeans
from core.efff.writing.labels import label
from core.efff.writing.sheet import Part, Sheet

NOT_DEFINED = "1"
"""UNCL4461: instrument not defined; what most real 1.0 files have."""

UNKNOWN_NETWORK = "NA"
IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{10,30}")


def write_payment(sheet: Sheet, invoice: Invoice) -> list[Part | None]:
    """Means and terms. A due date without any means gets one in 1.0, which has no other place for it."""
    means = invoice.payment_means
    if not means and invoice.due_date and (sheet.is_1 or invoice.is_credit_note):
        means = (PaymentMeans(due_date=invoice.due_date),)
    if (sheet.is_1 or invoice.is_credit_note) and all(one.due_date != invoice.due_date for one in means):
        sheet.drop("cbc:DueDate", invoice.due_date, "due_date_of_means")  # these have no other place for one
    parts = [_means(sheet, one, number) for number, one in enumerate(means, 1)]
    parts += [
        sheet.group(
            "PaymentTerms",
            "PaymentTerms",
            [sheet.leaf("Note", terms.note), *_discount(sheet, terms.cash_discount, invoice.totals.payable)],
        )
        for terms in invoice.payment_terms
    ]
    return [*parts, *(_mandate_as_terms(sheet, means) if sheet.is_1 else [])]


def _means(sheet: Sheet, means: PaymentMeans, number: int) -> Part | None:
    code = means.code.strip()
    if not code:
        code = NOT_DEFINED
        sheet.derive(f"cac:PaymentMeans[{number}]/cbc:PaymentMeansCode", code, "payment_means_not_stated")
    named = {"listID": "UN/ECE 4461", "listName": "Payment Means"} if sheet.is_1 else {"listID": "UNCL4461"}
    parts = [
        sheet.leaf("PaymentMeansCode", code, name=means.code_name, **named),
        sheet.day("PaymentDueDate", means.due_date),
        *_communication(sheet, means),
        _card(sheet, means, number),
        _account(sheet, means),
        None if sheet.is_1 else _mandate(sheet, means),
    ]
    return sheet.group("PaymentMeans", "PaymentMeans", parts, f"cac:PaymentMeans[{number}]")


def _communication(sheet: Sheet, means: PaymentMeans) -> list[Part | None]:
    """A structured communication that verifies is written as digits, anything else as the text it is."""
    digits = means.structured_communication
    if not is_structured_communication(digits):
        note = means.note or (means.reference if sheet.is_1 else "")
        return [sheet.leaf("InstructionNote", note), sheet.leaf("PaymentID", means.reference)]
    note_part = sheet.leaf("InstructionNote", means.note)
    if sheet.is_1:
        return [sheet.leaf("InstructionID", digits), note_part, sheet.leaf("PaymentID", means.reference or digits)]
    other = means.reference if structured_communication(means.reference) != digits else ""
    return [sheet.leaf("InstructionNote", other), note_part, sheet.leaf("PaymentID", digits)]


def _card(sheet: Sheet, means: PaymentMeans, number: int) -> Part | None:
    if not means.card_number.strip():
        where = f"cac:PaymentMeans[{number}]/cac:CardAccount"
        sheet.drop(f"{where}/cbc:NetworkID", means.card_network, "card_without_number")
        sheet.drop(f"{where}/cbc:HolderName", means.card_holder, "card_without_number")
        return None
    parts = [
        sheet.leaf("PrimaryAccountNumberID", means.card_number),
        sheet.leaf("NetworkID", means.card_network.strip() or UNKNOWN_NETWORK),
        sheet.leaf("HolderName", means.card_holder),
    ]
    return sheet.group("CardAccount", "CardAccount", parts)


def _account(sheet: Sheet, means: PaymentMeans) -> Part | None:
    mark = "schemeName" if sheet.is_1 else "schemeID"
    bank = sheet.group("FinancialInstitution", "FinancialInstitution", [sheet.leaf("ID", means.bic, **{mark: "BIC"})])
    scheme = "IBAN" if IBAN.fullmatch(means.account) else ""
    parts = [
        sheet.leaf("ID", means.account, **{mark: scheme}),
        sheet.leaf("Name", means.account_name),
        sheet.group("FinancialInstitutionBranch", "Branch", [bank]),
    ]
    return sheet.group("PayeeFinancialAccount", "FinancialAccount", parts)


def _mandate(sheet: Sheet, means: PaymentMeans) -> Part | None:
    account = sheet.group("PayerFinancialAccount", "FinancialAccount", [sheet.leaf("ID", means.debited_account)])
    return sheet.group("PaymentMandate", "PaymentMandate", [sheet.leaf("ID", means.mandate), account])


def _mandate_as_terms(sheet: Sheet, means: tuple[PaymentMeans, ...]) -> list[Part | None]:
    """In 1.0 the mandate of a direct debit stands in the payment terms."""
    parts = []
    for number, one in enumerate(means, 1):
        if one.mandate or one.debited_account:
            text = label("mandate", mandate=one.mandate, account=one.debited_account)
            parts.append(sheet.group("PaymentTerms", "PaymentTerms", [sheet.leaf("Note", text)]))
            path = f"cac:PaymentMeans[{number}]/cac:PaymentMandate"
            sheet.drop(f"{path}/cbc:ID", one.mandate, "kept_as_payment_terms")
            account = f"{path}/cac:PayerFinancialAccount/cbc:ID"
            sheet.drop(account, one.debited_account, "kept_as_payment_terms")
    return parts


def _discount(sheet: Sheet, discount: CashDiscount | None, payable: Decimal | None) -> list[Part | None]:
    """The cash discount in the form of e-fff 3.0: the discount itself, and the period it holds for."""
    if discount is None:
        return []
    amount = discount.amount
    if amount is None and discount.amount_to_pay is not None and payable is not None:
        amount = payable - discount.amount_to_pay
        sheet.derive("cac:PaymentTerms/cbc:Amount", f"{amount:.2f}", "cash_discount_computed")
    if amount is not None:
        sheet.drop("cac:PaymentTerms/cbc:Amount", discount.amount_to_pay, "cash_discount_restated")
    return [
        sheet.number("SettlementDiscountPercent", discount.percent),
        sheet.amount("Amount", amount),
        sheet.group("SettlementPeriod", "Period", [sheet.day("EndDate", discount.last_day)]),
    ]
