"""What came of a run of the kill loop, and what each row's history says of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from core.ledger.base import Ledger
from core.ledger.replay import replay
from core.model import Delivery, State

ENDED = frozenset({State.CONFIRMED, State.HISTORY})


@dataclass
class Outcome:
    """What came of a run."""

    seed: int
    contract: str
    kills: int = 0
    stops: int = 0
    documents: int = 0
    lost: int = 0
    twice: int = 0
    history_sent: int = 0
    through_unknown: int = 0
    decided_by_person: int = 0
    seconds: float = 0.0
    problems: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """0 lost, 0 twice, nothing else wrong."""
        return not (self.lost or self.twice or self.history_sent or self.problems)


def replayed(ledger: Ledger, rows: Iterable[Delivery], outcome: Outcome) -> Iterator[str]:
    """Replays each row's events; counts what went through `unknown` and what a person decided."""
    for row in rows:
        events = ledger.events(delivery=row.id, limit=100_000)
        said = replay(events)
        if said.state is not row.state or said.fence != row.fence or said.problems:
            yield f"delivery {row.id}: {row.state}/{row.fence}, its history says {said}"
        outcome.through_unknown += any(event.args.get("state") == State.UNKNOWN for event in events)
        outcome.decided_by_person += any(event.kind == "decision" for event in events)
