"""What a claim, an upload's two writes and a settling cost beside 1,000 and beside 1,000,000 rows, in turns.

On SQLite, then on PostgreSQL over a copy of the same ledgers, made by what `ledger copy` makes it by.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from time import perf_counter

from pydantic import SecretStr

from core.ledger.base import Move
from core.ledger.copying import copy
from core.ledger.postgres import PostgresLedger, open_postgres
from core.ledger.sqlite import SqliteLedger, open_ledger
from core.model import NEVER, State
from tests.benchmarks.table import Row, in_turns, ms, took
from tests.cluster import Cluster, missing, running
from tests.core.ledger.makers import OTHER, activate, found, poll, preparation
from tests.core.ledger.many import fill_many

AnyLedger = SqliteLedger | PostgresLedger

NOW = 1_900_000_000.0
LEASE = 600.0


def ledger_of(folder: Path, rows: int) -> SqliteLedger:
    """So many rows of one space's past, and another space with nothing to send yet."""
    ledger = open_ledger(folder / f"{rows}.db")
    activate(ledger)
    activate(ledger, OTHER)
    fill_many(ledger, rows)
    return ledger


def waiting(ledger: AnyLedger, work: int) -> None:
    """`work` deliveries to send."""
    poll(ledger, *(found(f"G{n}", OTHER, key=f"key-{n}") for n in range(work)), space=OTHER, now=NOW)


def delivered(ledger: AnyLedger) -> Callable[[], None]:
    """Claims, prepares, claims again, declares and confirms one delivery: what the ledger does for it."""

    def one() -> None:
        seen = ledger.claim("w", now=NOW, lease=LEASE)
        assert seen is not None
        assert ledger.prepared(seen, preparation(f"G{seen.id}"), now=NOW) is not None
        held = ledger.claim("w", now=NOW, lease=LEASE)
        assert held is not None and held.id == seen.id and ledger.intent(held, now=NOW, until=NOW + LEASE)
        ledger.move(held, State.SENDING, Move(State.CONFIRMED, NEVER, delivered_at=NOW), now=NOW)

    return one


def settled(ledger: AnyLedger) -> Callable[[], float]:
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


def compared(store: str, ledgers: list[AnyLedger], times: int, beside: str) -> list[Row]:
    """Small against large, on one store."""
    for ledger in ledgers:
        waiting(ledger, 3 * times)
    small, large = in_turns(times, *map(delivered, ledgers))
    timings = [[one() for one in map(settled, ledgers)] for _ in range(times)]
    few, many = (sorted(column)[len(column) // 2] for column in zip(*timings, strict=True))
    return [
        Row("claim", f"{store}, claim to confirmed, {beside}", f"{ms(small)} / {ms(large)}", large / small, 1.3),
        Row("settle", f"{store}, find, ask, park, {beside}", f"{ms(few)} / {ms(many)}", many / few, 1.3),
    ]


@contextmanager
def copied(ledger: SqliteLedger, cluster: Cluster) -> Iterator[tuple[PostgresLedger, float]]:
    """The same ledger on PostgreSQL, and how many seconds the copy took."""
    with closing(open_postgres(SecretStr(cluster.url(cluster.database())))) as target:
        yield target, took(lambda: copy(ledger, target))


def measure(folder: Path, *, tiny: bool = False) -> list[Row]:
    """Two rows a store; how long the copy between them takes."""
    few, many, times = (100, 1_000, 5) if tiny else (1_000, 1_000_000, 300)
    beside = f"beside {few:,} / {many:,} rows"
    with ExitStack() as open_:
        files = [open_.enter_context(closing(ledger_of(folder, rows))) for rows in (few, many)]
        if missing():
            rows = [Row("claim", "PostgreSQL is not installed here", "not measured")]
        else:
            cluster = open_.enter_context(running(durable=True))
            copies = [open_.enter_context(copied(file, cluster)) for file in files]
            rows = compared("PostgreSQL", [ledger for ledger, _seconds in copies], times, beside)
            rows.append(Row("copy", f"SQLite to PostgreSQL, {many:,} deliveries", f"{copies[1][1]:.0f} s"))
        return compared("SQLite", list(files), times, beside) + rows
