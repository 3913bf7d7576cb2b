"""The answer to "what became of it?" in one sentence, with its reason taken in; and the facts beside it."""

from __future__ import annotations

from core.operations.views.finding import Answer
from core.wording import Worded
from tui.i18n import day, money, worded
from tui.plain import neutral


def sentence(answer: Answer) -> Worded:
    """The sentence and what to do."""
    arguments = dict(answer.arguments)
    reason = worded(*answer.because) if answer.because else None
    if reason is not None:
        arguments["because"] = reason.sentence.rstrip().removesuffix(".")
    said = worded(answer.code, arguments)
    return Worded(said.code, said.sentence, said.advice or (reason.advice if reason else ""))


def facts(answer: Answer) -> tuple[str, str, str, str]:
    """Number, party, date and amount, from the ledger or from Banqup's list."""
    row, document = answer.delivery, answer.document
    if row is not None:
        return neutral(row.number), neutral(row.counterparty), day(row.issue_date), money(row.amount, row.currency)
    if document is not None:
        party = neutral(document.counterparty.name)
        return neutral(document.number), party, day(document.issue_date), money(document.amount, document.currency)
    return "", "", "", ""
