"""What a claim, an upload's two writes and a settling cost beside 1,000 and beside 1,000,000 rows, in turns."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from time import perf_counter

from core.ledger.base import Move
from core.ledger.sqlite import SqliteLedger, open_ledger
from core.model import NEVER, State
from tests.benchmarks.table import Row, in_turns, ms
from tests.core.ledger.makers import OTHER, activate, found, poll, preparation
from tests.core.ledger.many import fill_many

NOW = 1_900_000_000.0
LEASE = 600.0


def ledger_of(folder: Path, rows: int, work: int) -> SqliteLedger:
    """So many rows of one space's past, and `work` deliveries to send in another one."""
    ledger = open_ledger(folder / f"{rows}.db")
    activate(ledger)
    activate(ledger, OTHER)
    fill_many(ledger, rows)
    poll(ledger, *(found(f"G{n}", OTHER, key=f"key-{n}") for n in range(work)), space=OTHER, now=NOW)
    return ledger


def delivered(ledger: SqliteLedger) -> Callable[[], None]:
    """Claims, prepares, claims again, declares and confirms one delivery: what the ledger does for it."""

    def one() -> None:
        seen = ledger.claim("w", now=NOW, lease=LEASE)
        assert seen is not None
        assert ledger.prepared(seen, preparation(f"G{seen.id}"), now=NOW) is not None
        held = ledger.claim("w", now=NOW, lease=LEASE)
        assert held is not None and held.id == seen.id and ledger.intent(held, now=NOW, until=NOW + LEASE)
        ledger.move(held, State.SENDING, Move(State.CONFIRMED, NEVER, delivered_at=NOW), now=NOW)

    return one


def settled(ledger: SqliteLedger) -> Callable[[], float]:
    """Finds one delivery whose worker died and one whose outcome is unknown; the time of those two alone."""

    def one() -> float:
        seen = ledger.claim("w", now=NOW, lease=LEASE)
        assert seen is not None and ledger.prepared(seen, preparation(f"G{seen.id}"), now=NOW) is not None
        held = ledger.claim("w", now=NOW, lease=LEASE)
        assert held is not None and ledger.intent(held, now=NOW, until=NOW + 1)
        started = perf_counter()
        assert ledger.settle("w", now=NOW + 2, grace=0.0, lease=LEASE) is None
        unknown = ledger.settle("w", now=NOW + 3, grace=0.0, lease=LEASE)
        assert unknown is not None
        ledger.move(unknown, State.UNKNOWN, Move(State.PARKED, NEVER), now=NOW + 3)
        return perf_counter() - started

    return one


def measure(folder: Path, *, tiny: bool = False) -> list[Row]:
    """Small against large."""
    few, many, times = (100, 1_000, 5) if tiny else (1_000, 1_000_000, 300)
    ledgers = [ledger_of(folder, rows, 3 * times) for rows in (few, many)]
    try:
        small, large = in_turns(times, *map(delivered, ledgers))
        timings = [[one() for one in map(settled, ledgers)] for _ in range(times)]
        settle = [sorted(column)[len(column) // 2] for column in zip(*timings, strict=True)]
    finally:
        for ledger in ledgers:
            ledger.close()
    beside = f"beside {few:,} / {many:,} rows"
    return [
        Row("claim", f"claim to confirmed, {beside}", f"{ms(small)} / {ms(large)}", large / small, 1.3),
        Row("settle", f"find, ask, park, {beside}", f"{ms(settle[0])} / {ms(settle[1])}", settle[1] / settle[0], 1.3),
    ]
