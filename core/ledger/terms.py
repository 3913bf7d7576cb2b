"""What a customer says, spelled as the ledger's index spells it: the same rules for what is kept and what is asked.

Pure. A term is one letter for its kind and a value: `n` document number, `p` a word of the party's name, `v` VAT
number, `a` amount, `d` date, `s` payment reference, `r` the target's reference. Amounts have no sign (a customer
names none), numbers no signs and no leading zeros, words no accents and no case.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from itertools import groupby

from core.model import Delivery

_UNTOLD = """
nv sa bv srl bvba sprl vof snc cv sc commv scs vzw asbl gmbh ag kg ug ohg ltd plc
de het van der den la le les du des und the en et
"""
LEGAL_FORMS = frozenset(_UNTOLD.split())
"""Words of a name that tell nothing: half of all parties carry them."""

MOST_RUNS = 6
MOST_WORDS = 8
LONGEST = 48
SAME_PARTIES = 4_096
"""Parties whose words are remembered: most documents come from those who sent one before."""

SHORTEST_BEGINNING = 3
"""Characters from which the beginning of a number or a word is enough; shorter ones are taken as they stand."""


def fold(text: str) -> str:
    """Text as it is searched for: no case, no accents."""
    if text.isascii():
        return text.lower()
    parts = unicodedata.normalize("NFKD", text)
    return "".join(c for c in parts if not unicodedata.combining(c)).casefold()


def squeeze(text: str) -> str:
    """Letters and digits only: a VAT number is found with and without its dots."""
    return text if text.isalnum() else "".join(c for c in text if c.isalnum())


@dataclass(frozen=True, slots=True)
class Term:
    """A term that is looked for; with `begins`, also every term that begins with it."""

    text: str
    begins: bool = False

    def meets(self, kept: Iterable[str]) -> bool:
        """Whether one of these kept terms is meant."""
        return any(one == self.text or (self.begins and one.startswith(self.text)) for one in kept)


Clue = tuple[Term, ...]
"""What one thing that was said can mean: any of these terms."""


def kept_terms(
    *,
    number: str = "",
    party: str = "",
    vat_number: str = "",
    amount: Decimal | None = None,
    issue_date: date | None = None,
    payment_reference: str = "",
    reference: str | None = None,
) -> frozenset[str]:
    """The terms by which a document is found."""
    found = {f"n{key[:LONGEST]}" for key in _number_keys(number)}
    found |= {f"p{word[:LONGEST]}" for word in _words(party)}
    found |= {f"v{key}" for key in _vat_keys(vat_number)}
    found |= {f"a{abs(amount):.2f}"} if amount is not None else set()
    found |= {f"d{issue_date.isoformat()}"} if issue_date is not None else set()
    found |= {f"s{key}" for key in (_key(payment_reference),) if key}
    found |= {f"r{key}" for key in (_key(reference or ""),) if key}
    return frozenset(found)


def terms_of(row: Delivery) -> frozenset[str]:
    """The terms of a delivery as it stands in the ledger."""
    return kept_terms(
        number=row.number,
        party=row.counterparty,
        vat_number=row.vat_number,
        amount=row.amount,
        issue_date=row.issue_date,
        payment_reference=row.payment_reference,
        reference=row.reference,
    )


def readings(text: str) -> list[tuple[Clue, ...]]:
    """The ways to read what was said, the most exact first: as one thing, then word by word (all must fit)."""
    whole = _meanings(text)
    said = [word for word in text.split() if fold(word) not in LEGAL_FORMS]
    words = [clue for word in said if (clue := _meanings(word))]
    ways: list[tuple[Clue, ...]] = [(whole,)] if whole else []
    if words and len(words) == len(said) and tuple(words) not in ways:
        ways.append(tuple(words))
    return ways


def fits(clues: Sequence[Clue], kept: frozenset[str]) -> bool:
    """Whether all clues fit a document with these terms."""
    return all(any(term.meets(kept) for term in clue) for clue in clues)


def _meanings(text: str) -> Clue:
    """Everything that one thing a customer says can mean."""
    found = [Term(f"n{key}", len(key) >= SHORTEST_BEGINNING) for key in sorted(_number_forms(text))]
    found += [Term(f"v{key}") for key in sorted(_vat_keys(text)) if len(key) >= 8]
    found += [Term(f"a{amount:.2f}") for amount in (read_amount(text),) if amount is not None]
    found += [Term(f"d{day.isoformat()}") for day in read_dates(text)]
    key = _key(text)
    if key:
        found += [Term(f"s{key}"), Term(f"r{key}", len(key) >= SHORTEST_BEGINNING)]
    words = _words(text)
    if len(words) == 1 and len(text.split()) == 1:
        found += [Term(f"p{words[0]}", len(words[0]) >= SHORTEST_BEGINNING)]
    return tuple(dict.fromkeys(found))


# -- numbers ---------------------------------------------------------------------------------------------------------


def _runs(text: str) -> list[str]:
    """Runs of digits and runs of letters, in order."""
    parts = [part for part in re.split(r"[\W_]+", fold(text)) if part]
    return ["".join(run) for part in parts for _digit, run in groupby(part, str.isdigit)]


def _bare(run: str) -> str:
    """A run without leading zeros."""
    return (run.lstrip("0") or "0") if run.isdigit() else run


def _number_keys(number: str) -> set[str]:
    """A document number from each of its runs on, with and without leading zeros: `F2026-0417` is found by 417."""
    runs = _runs(number)
    keys = set()
    for start in range(min(len(runs), MOST_RUNS)):
        rest = runs[start:]
        keys |= {"".join(rest), "".join(map(_bare, rest))}
    return {key for key in keys if key}


def _number_forms(text: str) -> set[str]:
    """What was said, as a number: as it stands and without leading zeros."""
    runs = _runs(text)
    return {form[:LONGEST] for form in ("".join(runs), "".join(map(_bare, runs))) if form}


@lru_cache(SAME_PARTIES)
def _vat_keys(number: str) -> frozenset[str]:
    """A VAT number without its country and without leading zeros; a foreign one also with its country."""
    plain = squeeze(fold(number))
    match = re.fullmatch(r"([a-z]{2})?([0-9a-z]*[0-9][0-9a-z]*)", plain)
    if match is None or len(match[2]) < 6 or len(plain) > LONGEST:
        return frozenset()
    own = frozenset({match[2].lstrip("0") or "0"})
    return own | ({plain} if match[1] and match[1] != "be" else set())


def _key(text: str) -> str:
    """Letters and digits of a reference: `+++123/4567/89012+++` is 123456789012."""
    return squeeze(fold(text))[:LONGEST]


@lru_cache(SAME_PARTIES)
def _words(name: str) -> tuple[str, ...]:
    """The telling words of a name."""
    found = [word for word in re.split(r"[\W_]+", fold(name)) if len(word) > 1 and word not in LEGAL_FORMS]
    return tuple(dict.fromkeys(found))[:MOST_WORDS]


# -- amounts and dates -----------------------------------------------------------------------------------------------

_AMOUNT = re.compile(r"\(?[-+\u2212]?\s*\d[\d.,'\s]*-?\)?")
_CURRENCY = re.compile(r"(?i)^(?:eur|€)\s*|\s*(?:eur|€)$")


def read_amount(text: str) -> Decimal | None:
    """An amount without its sign as people write it: `1.234,56`, `1,234.56`, `1234.5`, `€ 1 234`; None for no amount.

    The last point or comma is the decimal one where one or two digits follow it; all others part thousands.
    """
    plain = _CURRENCY.sub("", text.strip()).strip()
    if not _AMOUNT.fullmatch(plain):
        return None
    digits = re.sub(r"[\s'()+\-\u2212]", "", plain)
    whole, mark, cents = max((digits.rpartition(sign) for sign in ",."), key=lambda parts: len(parts[0]))
    if not mark or not 1 <= len(cents) <= 2:
        whole, cents = digits, ""
    whole = re.sub(r"[.,]", "", whole)
    try:
        return Decimal(f"{whole or '0'}.{cents or '0'}") if len(whole) <= 15 else None
    except InvalidOperation:
        return None


_ISO = re.compile(r"(\d{4})[-/.]?(\d{2})[-/.]?(\d{2})")
_BELGIAN = re.compile(r"(\d{1,2})\s*[-/. ]\s*(\d{1,2})\s*[-/. ]\s*(\d{4}|\d{2})")


def read_dates(text: str) -> list[date]:
    """The date that was meant: `2026-09-02`, `20260902`, `2/9/2026`, `02.09.26`; day before month, as in Belgium."""
    plain = text.strip()
    if iso := _ISO.fullmatch(plain):
        return _dates(iso[1], iso[2], iso[3])
    if belgian := _BELGIAN.fullmatch(plain):
        year = belgian[3] if len(belgian[3]) == 4 else f"20{belgian[3]}"
        return _dates(year, belgian[2], belgian[1])
    return []


def _dates(year: str, month: str, day: str) -> list[date]:
    try:
        return [date(int(year), int(month), int(day))]
    except ValueError:
        return []
