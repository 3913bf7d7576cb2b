"""When exactly a rule is broken, where its sentence does not tell: code -> condition, for the printed profile.

The figures are those that the checks use.
"""

from __future__ import annotations

from typing import Final

from core.efff.rules.amounts import CENT, SMALL_GAP
from core.efff.rules.attachments import LARGE, MEGABYTE, TOO_LARGE
from core.efff.rules.identity import EARLY, OLDEST
from core.efff.rules.lines import SLACK
from core.efff.rules.payment import CREDIT_TRANSFERS
from core.efff.rules.vat import BELGIAN_RATES, NEEDS_REASON, ONE, OWN_BASE

BY_CODE: Final = "summed by category, rate and Belgian code where all lines and subtotals state it; "
NOT_JUDGED: Final = f"not judged with a cash discount or under {', '.join(sorted(OWN_BASE))}"
OFF: Final = f"more than {CENT} apart"

WHEN: Final = {
    "issue_date_too_old": f"before {OLDEST.isoformat()}",
    "issue_date_in_future": f"more than {EARLY.days} days ahead",
    "due_date_missing": "an invoice with more than 0 to pay",
    "credited_invoice_missing": "a credit note without BillingReference",
    "invoice_twice_in_batch": "same supplier, number, type and year",
    "attachment_large": f"above {LARGE // MEGABYTE} MB",
    "attachment_too_large": f"above {TOO_LARGE // MEGABYTE} MB",
    "supplier_number_missing": "VAT above 0 and neither VAT nor enterprise number",
    "vat_number_wrong": "BE: the last two digits are 97 - (the first eight modulo 97)",
    "foreign_vat_number_wrong": "by the form and check digits of its country",
    "endpoint_wrong": "scheme 0208: as the enterprise number",
    "iban_wrong": "begins like an IBAN; length of its country, ISO 13616 check digits",
    "bic_wrong": "6 letters, 2 letters or digits, and 3 more or none",
    "structured_communication_wrong": "12 digits: the last two are the first ten modulo 97, 97 for 0",
    "payment_means_unknown": "not in UNCL4461",
    "account_missing": f"PaymentMeansCode {', '.join(sorted(CREDIT_TRANSFERS))}",
    "lines_nearly_add_up": f"not equal, at most {SMALL_GAP} apart or lines with more than 2 decimals",
    "lines_do_not_add_up": f"more than {SMALL_GAP} apart",
    "allowances_do_not_add_up": OFF,
    "charges_do_not_add_up": OFF,
    "total_without_vat_wrong": OFF,
    "vat_does_not_add_up": OFF,
    "total_with_vat_wrong": OFF,
    "payable_wrong": OFF,
    "taxable_does_not_add_up": f"more than {SMALL_GAP} apart, or {CENT} for each subtotal if that is more",
    "vat_slightly_off": f"more than {CENT} for each line, below {ONE}",
    "vat_wrong": f"{ONE} or more apart",
    "taxable_slightly_off": f"{BY_CODE}more than {SMALL_GAP}, below {ONE}; {NOT_JUDGED}",
    "taxable_wrong": f"{BY_CODE}{ONE} or more apart; {NOT_JUDGED}",
    "lines_under_other_codes": f"right by category and rate, but not by Belgian code; {NOT_JUDGED}",
    "rate_not_belgian": f"none of {', '.join(map(str, sorted(BELGIAN_RATES)))}, and no code of the one-stop shop",
    "vat_where_none_is_due": "under a category or code without VAT",
    "customer_not_in_eu": "neither customer nor place of delivery in another country of the EU",
    "customer_in_eu": "customer and places of delivery",
    "exemption_reason_missing": f"categories {', '.join(sorted(NEEDS_REASON))}, without reason and code of it",
    "line_amount_wrong": f"price / base quantity; more than {SLACK} apart",
    "line_amount_wrong_by_base": f"price / base quantity; more than {SLACK} apart",
    "line_vat_wrong": OFF,
    "line_vat_does_not_add_up": f"more than {CENT} for each line + {SMALL_GAP}; every line states its VAT, and the "
    "document has no allowance or charge",
    "allowance_percent_wrong": f"more than {SLACK} apart",
    "charge_percent_wrong": f"more than {SLACK} apart",
    "unit_unknown": "neither UN/ECE Rec 20 nor, with X before it, Rec 21",
}
