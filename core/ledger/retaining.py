"""The part of the ledger's contract that is about personal data: whom it knows, and what it keeps once they are erased.

Erased is who a document came from or went to, and every word that names them. Its keys, hashes, number, date, amount,
VAT by code, the target's reference and the states it went through stay: nothing is sent again, and the books still add
up (decision 23).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Party:
    """One spelling of a party in the ledger: `deliveries` carry it, `under_way` of them are not at rest."""

    name: str
    vat_number: str
    deliveries: int
    under_way: int


class Retaining(Protocol):
    """A ledger that can forget."""

    def parties(self) -> list[Party]:
        """Every party as it is spelled; none for what was erased."""
        ...

    def deliveries_of(self, parties: Collection[Party]) -> list[int]:
        """The deliveries that carry one of these spellings."""
        ...

    def expired(self, before: float, limit: int) -> list[int]:
        """Deliveries that came to rest before a time (Unix seconds) and still say whom they were with."""
        ...

    def erase(self, deliveries: Sequence[int], *, code: str, actor: str, now: float) -> int:
        """Erases who these deliveries, where they are at rest, were with. Each says so in its history. How many."""
        ...

    def erase_mentions(self, texts: Collection[str]) -> int:
        """Hides the arguments of every other line of history that holds one of these texts. How many."""
        ...

    def rewrite(self) -> None:
        """Writes the store anew: nothing that was deleted is left in its free pages."""
        ...
