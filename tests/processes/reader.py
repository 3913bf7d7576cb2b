"""A console's reading, as a process of its own: what it sees must make sense at every moment.

`python -m tests.processes.reader --home H`: goes on until killed; says "Traceback: ..." where a reader would be misled.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from core.config import Home
from core.errors import ProductError
from core.ledger.base import QueueQuery
from core.model import State
from core.operations.desk import Desk
from core.operations.views import overview

DELIVERED = QueueQuery(states=frozenset({State.CONFIRMED}))


class Reader:
    """Watches a home read-only."""

    def __init__(self, home: Path) -> None:
        self.desk = Desk(Home.locate(home), "reader", readonly=True)
        self.delivered: set[int] = set()

    def look(self) -> None:
        """Counts, the window and the first line; what was delivered stays delivered."""
        overview.version(self.desk)
        shown = overview.snapshot(self.desk)
        for space in shown.spaces:
            assert all(count >= 0 for count in space.counts.values()), space.counts
        rows = overview.queue(self.desk, DELIVERED, 0, 5_000)
        now = {row.id for row in rows}
        assert self.delivered <= now, f"delivered rows left: {self.delivered - now}"
        self.delivered = now
        total = overview.queue_total(self.desk, QueueQuery(history=True))
        assert total >= len(now), (total, len(now))


def main() -> int:
    """Looks ten times a second until killed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--home", type=Path, required=True)
    reader = Reader(parser.parse_args().home)
    while True:
        try:
            reader.look()
        except ProductError as problem:
            sys.stdout.write(f"{problem.code} {problem}\n")
            sys.stdout.flush()
        time.sleep(0.1)


if __name__ == "__main__":
    raise SystemExit(main())
