"""Opening the console on a thousand and on a million deliveries: from the start of its process to rows on screen."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from core.config import Timing
from core.ledger.sqlite import open_ledger
from tests.benchmarks.office import decided, dossier_id, running, space_id
from tests.benchmarks.table import Row, in_turns, ms
from tests.core.ledger.many import fill_many
from tests.tui.pty_console import console_in_pty


def home_with(folder: Path, rows: int) -> Path:
    """One active space with so many deliveries."""
    home = decided(folder, 1, timing=Timing(), now=time.time())
    ledger = open_ledger(home.ledger)
    running(ledger, 1, target="benchmark", now=time.time(), interval=3_600.0)
    fill_many(ledger, rows, space=space_id(0), dossier=dossier_id(0))
    ledger.close()
    return home.config


def opened(home: Path) -> Callable[[], None]:
    """Opens it until the queue's rows are seen, then leaves."""

    def once() -> None:
        with console_in_pty(home) as terminal:
            terminal.until(lambda: "F2026-" in terminal.text, "rows of the queue")

    return once


def measure(folder: Path, *, tiny: bool = False) -> list[Row]:
    """In turns."""
    few, many, times = (100, 1_000, 1) if tiny else (1_000, 1_000_000, 9)
    small, large = in_turns(times, *(opened(home_with(folder / str(rows), rows)) for rows in (few, many)))
    what = f"first paint on {few:,} / {many:,} deliveries"
    return [Row("console", what, f"{ms(small)} / {ms(large)}", large / small, 1.2)]
