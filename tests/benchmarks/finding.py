"""How long a document takes to be found in a large ledger, as a ratio to reading all of it.

`python -m tests.benchmarks.finding --rows 1000000` makes the ledger in a temporary folder (150 bytes of index a row).
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from core.ledger.sqlite import SqliteLedger, open_ledger
from core.ledger.terms import kept_terms, readings

SAID = (
    "2019-00118",
    "118",
    "BE0400000097",
    "1.234,56",
    "2/9/2019",
    "firma77",
    "noord 2/9/2019",
    "090/9337/55493",
    "never",
)
DOC = (
    "INSERT INTO doc(id, space, source_id, dossier, number, counterparty, vat, issued, amount, state, idem_key, search)"
    " VALUES(?, ?, ?, 'D', ?, ?, ?, ?, ?, 'confirmed', ?, ?)"
)


def documents(rows: int) -> Iterator[tuple[tuple[object, ...], frozenset[str]]]:
    """Made-up documents of 500 spaces over ten years."""
    dice = random.Random(1)
    for number in range(1, rows + 1):
        issued = date(2016, 1, 1) + timedelta(days=dice.randrange(3_650))
        name, named = f"Firma{dice.randrange(5_000)} Noord BV", f"{issued.year}-{number % 100_000:05}"
        vat, amount = f"BE0{400_000_000 + dice.randrange(5_000) * 97}", Decimal(dice.randrange(100, 10**7)) / 100
        row = (number, f"space-{number % 500:03}", f"doc-{number}", named, name, vat, issued.isoformat(), str(amount))
        terms = kept_terms(number=named, party=name, vat_number=vat, amount=amount, issue_date=issued)
        yield (*row, f"key-{number}", f"{named}\n{name.lower()}"), terms


def fill(ledger: SqliteLedger, rows: int) -> None:
    """Writes them in one transaction."""
    with ledger.write() as tx:
        for row, terms in documents(rows):
            tx.run(DOC, row)
            for term in terms:
                tx.run("INSERT INTO term VALUES(?, ?)", (term, row[0]))


def seconds(work: Callable[[], object]) -> float:
    """The best of three."""
    best = float("inf")
    for _ in range(3):
        started = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - started)
    return best


def main() -> None:
    """Prints a line a question."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as folder:
        ledger = open_ledger(Path(folder) / "ledger.db")
        fill(ledger, rows)
        whole = seconds(lambda: ledger.read("SELECT id FROM doc WHERE instr(search, 'nowhere') > 0"))
        print(f"{rows} rows; reading all of them: {1000 * whole:.1f} ms")
        for said in SAID:
            took = seconds(lambda: [ledger.search(clues) for clues in readings(said)])  # noqa: B023 - called at once
            print(f"{said:<16} {1000 * took:8.2f} ms  {100 * took / whole:6.2f} % of reading all")
        ledger.close()


if __name__ == "__main__":
    main()
