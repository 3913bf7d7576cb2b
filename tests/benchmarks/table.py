"""What a benchmark gives: rows of one table. A ratio compares two things of the same run; an aim is its most."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import perf_counter


@dataclass(frozen=True, slots=True)
class Row:
    """One measurement. `value` is how it reads; `ratio` is judged by `aim` (at most), where there is one."""

    subject: str
    what: str
    value: str
    ratio: float | None = None
    aim: float | None = None

    @property
    def verdict(self) -> str:
        """Whether the aim is met."""
        if self.ratio is None or self.aim is None:
            return ""
        return "met" if self.ratio <= self.aim else "missed"


HEADINGS = ("subject", "what", "value", "ratio", "aim", "")


def shown(rows: Sequence[Row]) -> str:
    """The table as text."""
    cells = [HEADINGS] + [
        (
            row.subject,
            row.what,
            row.value,
            "" if row.ratio is None else f"{row.ratio:.2f}",
            "" if row.aim is None else f"{row.aim:g}",
            row.verdict,
        )
        for row in rows
    ]
    widths = [max(len(line[column]) for line in cells) for column in range(len(HEADINGS))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in cells
    )


def machine() -> str:
    """Where and when this was measured."""
    model = next(
        (line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line),
        platform.machine(),
    )
    when = datetime.now(UTC).strftime("%d %B %Y")
    return f"{os.cpu_count()} x {model}, {platform.system()}, Python {platform.python_version()}, {when}"


def took(work: Callable[[], object]) -> float:
    """Seconds of one call."""
    started = perf_counter()
    work()
    return perf_counter() - started


def in_turns(times: int, *works: Callable[[], object]) -> list[float]:
    """Median seconds of each work, measured in turns, so that a busy machine slows all alike."""
    measured = [[took(work) for work in works] for _ in range(times)]
    return [median(column) for column in zip(*measured, strict=True)]


def ms(seconds: float) -> str:
    """Milliseconds."""
    return f"{1_000 * seconds:.2f} ms"
