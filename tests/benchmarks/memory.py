"""What the engine's process holds: a day of simulated work, then documents of 20 MB through the real conversion.

Measured in a process of its own, as the kernel counts it (resident, in MB).
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from pathlib import Path

from core.sync.house import _convert
from tests.benchmarks.delay import day
from tests.benchmarks.efff import with_pdf
from tests.benchmarks.leap import leap
from tests.benchmarks.table import Row

LIMIT_MB = 150.0


def resident() -> float:
    """MB held now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def child(folder: Path, hours: float, spaces: int, megabytes: int) -> dict[str, float]:
    """The measurements, in this process."""
    intervals = max(2, int(hours * 12))
    leap(lambda clock: day(clock, folder / "first", spaces, 10, 60_000))
    first = resident()
    leap(lambda clock: day(clock, folder / "day", spaces, 10 * intervals, 60_000, intervals=intervals))
    after = resident()
    from core.efff.convert import Format

    for number in range(5):
        source = with_pdf(megabytes * 2**20)
        _convert(source, Format.EFFF_1, None, f"{number:064x}")
        del source
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"first": first, "day": after, "peak": peak}


def measure(folder: Path, *, tiny: bool = False) -> list[Row]:
    """What a process of its own told."""
    hours, spaces, megabytes = (0.2, 5, 1) if tiny else (24.0, 50, 20)
    command = [sys.executable, "-m", "tests.benchmarks.memory", str(folder), str(hours), str(spaces), str(megabytes)]
    told = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return [
        Row("memory", f"after {hours:g} h of simulated work, {spaces} spaces", f"{told['day']:.0f} MB (after the first"
            f" minutes {told['first']:.0f})", told["day"] / told["first"]),
        Row("memory", f"peak with documents of {megabytes} MB", f"{told['peak']:.0f} MB", told["peak"] / LIMIT_MB, 1.0),
    ]  # fmt: skip


if __name__ == "__main__":
    place, hours, spaces, megabytes = sys.argv[1:]
    print(json.dumps(child(Path(place), float(hours), int(spaces), int(megabytes))))
