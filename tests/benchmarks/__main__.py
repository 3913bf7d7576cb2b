"""All benchmarks, one table: `python -m tests.benchmarks [--only SUBJECT] [--tiny] [--json] [--folder DIR]`.

Ratios compare what was measured in turns in the same run; they, not the seconds, are what to look at on another
machine. `--folder` says on which disk the ledgers lie.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from time import perf_counter

from tests.benchmarks.table import Row, machine, shown

SUBJECTS = ("overhead", "throughput", "claims", "scheduling", "delay", "memory", "holding", "console", "conversion")
"""One module a subject: `measure(folder, tiny=...)` gives its rows."""

SIMULATED = frozenset({"delay", "memory"})
"""Subjects whose time is simulated: their ledgers lie in memory, for no disk's time is in them."""
MEMORY = Path("/dev/shm")


def measured(subject: str, folder: Path | None, *, tiny: bool) -> list[Row]:
    """The rows of a subject, in a folder of its own that goes afterwards."""
    if folder is None and subject in SIMULATED and MEMORY.is_dir():
        folder = MEMORY
    place = Path(tempfile.mkdtemp(prefix="benchmark-", dir=folder))
    try:
        began = perf_counter()
        rows: list[Row] = import_module(f"tests.benchmarks.{subject}").measure(place, tiny=tiny)
        print(f"{subject}: {perf_counter() - began:.0f} s", file=sys.stderr, flush=True)
        return rows
    finally:
        shutil.rmtree(place, ignore_errors=True)


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--only", choices=SUBJECTS, action="append", help="one subject; may be given several times")
    parser.add_argument("--tiny", action="store_true", help="so small that it says nothing, but runs everything")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--folder", type=Path, help="where the ledgers lie while they are measured")
    asked = parser.parse_args()
    rows = [row for subject in asked.only or SUBJECTS for row in measured(subject, asked.folder, tiny=asked.tiny)]
    if asked.json:
        print(json.dumps({"machine": machine(), "rows": [asdict(row) for row in rows]}))
    else:
        print(f"{machine()}\n\n{shown(rows)}")


if __name__ == "__main__":
    main()
