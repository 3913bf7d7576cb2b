"""V40 to V44: how the invoice is to be paid. Account, bank, structured communication, means of payment."""

from __future__ import annotations

import re
from typing import Final

from core.efff.identifiers import is_iban, is_structured_communication
from core.efff.rules.lists import PAYMENT_MEANS
from core.efff.rules.rule import Breaches, Subject, breach

IBAN_SHAPE: Final = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]+")
BIC: Final = re.compile(r"[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?")
CREDIT_TRANSFERS: Final = frozenset({"30", "31", "58"})


def payment_means(subject: Subject) -> Breaches:
    """V40 to V44, for each way to pay."""
    for position, means in enumerate(subject.invoice.payment_means, 1):
        path = f"cac:PaymentMeans[{position}]"
        account = re.sub(r"\s", "", means.account).upper()
        if means.code not in PAYMENT_MEANS:
            where = f"{path}/cbc:PaymentMeansCode"
            yield (
                breach("payment_means_unknown", where, means=means.code)
                if means.code
                else breach("payment_means_missing", where)
            )
        digits = means.structured_communication
        if digits and not is_structured_communication(digits):
            yield breach("structured_communication_wrong", f"{path}/cbc:PaymentID", reference=means.reference or digits)
        if not account and means.code in CREDIT_TRANSFERS:
            yield breach("account_missing", f"{path}/cac:PayeeFinancialAccount/cbc:ID", means=means.code)
        elif IBAN_SHAPE.fullmatch(account) and not is_iban(account):
            yield breach("iban_wrong", f"{path}/cac:PayeeFinancialAccount/cbc:ID", account=account)
        bank = means.bic.strip()
        if bank and not BIC.fullmatch(bank):
            yield breach("bic_wrong", f"{path}/cac:PayeeFinancialAccount/cac:FinancialInstitutionBranch", bic=bank)


CHECKS = (payment_means,)
