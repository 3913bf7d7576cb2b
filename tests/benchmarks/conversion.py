"""The rows of `efff.py` that say most: converting a document against parsing and writing the same bytes with lxml."""

from __future__ import annotations

from pathlib import Path

from tests.benchmarks.efff import compared, steps, with_pdf
from tests.benchmarks.table import Row


def measure(folder: Path, *, tiny: bool = False) -> list[Row]:
    """Converting with a PDF of 180 kB inside (`python -m tests.benchmarks.efff` has all of them)."""
    source = with_pdf(10_000 if tiny else 180_000)
    seconds, ratio = compared(source, steps(source)["convert"], 0.05 if tiny else 2.0)
    what = "convert / lxml round trip, PDF of 180 kB inside"
    return [Row("e-fff", what, f"{1 / seconds:.0f} documents/s", ratio, 3.0)]
