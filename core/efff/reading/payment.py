"""Payment means and terms: BG-16 to BG-19, BT-20, and the Belgian cash discount (reference 6.3 and 8.7)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from core.efff import identifiers
from core.efff.formats import SourceFormat
from core.efff.invoice import CashDiscount, PaymentMeans, PaymentTerms
from core.efff.node import Node
from core.efff.reading.values import Values


def read_means(
    root: Node, values: Values, due_date: date | None, terms: tuple[PaymentTerms, ...]
) -> tuple[PaymentMeans, ...]:
    """All payment means. Those without a due date of their own have the document's; the first takes a structured
    communication from the payment terms where no means states a reference."""
    means = tuple(_means(node, values) for node in root.all("PaymentMeans"))
    if due_date is not None:
        means = tuple(replace(one, due_date=due_date) if one.due_date is None else one for one in means)
    if means and not any(one.reference or one.structured_communication for one in means):
        found = next(filter(None, (identifiers.find_structured_communication(one.note) for one in terms)), "")
        if found:
            digits = identifiers.structured_communication(found)
            means = (replace(means[0], structured_communication=digits, reference=found), *means[1:])
    return means


def _means(node: Node, values: Values) -> PaymentMeans:
    code = node.first("PaymentMeansCode")
    account = node.first("PayeeFinancialAccount")
    branch = account.first("FinancialInstitutionBranch") if account else None
    card = node.first("CardAccount")
    mandate = node.first("PaymentMandate")
    structured, reference, note = _communication(node)
    return PaymentMeans(
        code=code.value() if code else "",
        code_name=code.attribute("name") if code else "",
        due_date=values.day(node, "PaymentDueDate"),
        structured_communication=structured,
        reference=reference,
        note=note,
        account=identifiers.account(account.take("ID")) if account else "",
        account_name=account.take("Name") if account else "",
        bic=(branch.take("FinancialInstitution", "ID") or branch.take("ID")) if branch else "",
        card_number=card.take("PrimaryAccountNumberID") if card else "",
        card_holder=card.take("HolderName") if card else "",
        card_network=card.take("NetworkID") if card else "",
        mandate=mandate.take("ID") if mandate else "",
        debited_account=identifiers.account(
            (mandate.take("PayerFinancialAccount", "ID") if mandate else "") or node.take("PayerFinancialAccount", "ID")
        ),
    )


def _communication(node: Node) -> tuple[str, str, str]:
    """Structured communication (digits), reference in its own spelling, free note: InstructionID is the place of
    e-fff 1.0, PaymentID that of all others, InstructionNote holds free text (reference 4, rows 34 to 36)."""
    instruction, payment = node.take("InstructionID"), node.take("PaymentID")
    reference = payment or instruction
    structured = identifiers.structured_communication(instruction) or identifiers.structured_communication(reference)
    notes = [text.value() for text in node.all("InstructionNote")]
    if payment and not identifiers.structured_communication(instruction):
        notes.insert(0, instruction)
    note = "\n".join(dict.fromkeys(filter(None, notes)))
    if not structured and (in_note := identifiers.structured_communication(note)):
        structured, reference = in_note, reference or note
    return structured, reference, "" if note == reference else note


def read_terms(
    root: Node, values: Values, payable: Decimal | None, source: SourceFormat
) -> tuple[tuple[PaymentTerms, ...], date | None]:
    """The payment terms, and the due date they state where none of them is a cash discount."""
    all_terms, due_date = [], None
    for node in root.all("PaymentTerms"):
        percent = values.number(node, "SettlementDiscountPercent")
        discount = None
        if percent is not None:
            discount = _discount(node, values, percent, payable, source)
        else:
            due_date = due_date or values.day(node, "PaymentDueDate")
        note = "\n".join(filter(None, (text.value() for text in node.all("Note"))))
        if note or discount:
            all_terms.append(PaymentTerms(note, discount))
    return tuple(all_terms), due_date


def _discount(
    node: Node, values: Values, percent: Decimal, payable: Decimal | None, source: SourceFormat
) -> CashDiscount:
    """PaymentTerms/Amount is the discount in e-fff and the amount to pay in UBL.BE since 1.6; where the size of the
    amount speaks clearly for one of them, it is believed more than the format's name."""
    amount = values.amount(node, "Amount")
    last_day = values.day(node, "SettlementPeriod", "EndDate") or values.day(node, "PaymentDueDate")
    discount = values.amount(node, "SettlementDiscountAmount")
    to_pay: Decimal | None = None
    if amount is not None:
        is_to_pay = source is SourceFormat.UBL_BE
        if payable:
            is_to_pay = abs(amount) > abs(payable) / 2
        if is_to_pay:
            to_pay = amount
        elif discount is None:
            discount = amount
        elif discount != amount:
            node.index["Amount"][0].taken = False  # told as left out: the discount is stated elsewhere
    return CashDiscount(percent, discount, to_pay, last_day)
