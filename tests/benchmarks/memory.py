"""What the engine's process holds after a day of simulated work (documents of 20 MB: `holding.py`).

Measured in a process of its own, as the kernel counts it (resident, in MB).
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from pathlib import Path

from tests.benchmarks.delay import day
from tests.benchmarks.leap import leap
from tests.benchmarks.table import Row


def resident() -> float:
    """MB held now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def child(folder: Path, hours: float, spaces: int) -> dict[str, float]:
    """The measurements, in this process."""
    intervals = max(2, int(hours * 12))
    leap(lambda clock: day(clock, folder / "first", spaces, 10, 60_000))
    first = resident()
    leap(lambda clock: day(clock, folder / "day", spaces, 10 * intervals, 60_000, intervals=intervals, wake=10.0))
    after = resident()
    return {"first": first, "day": after}


def measure(folder: Path, *, tiny: bool = False) -> list[Row]:
    """What a process of its own told."""
    hours, spaces = (0.2, 5) if tiny else (24.0, 50)
    command = [sys.executable, "-m", "tests.benchmarks.memory", str(folder), str(hours), str(spaces)]
    told = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return [
        Row("memory", f"after {hours:g} h of simulated work, {spaces} spaces", f"{told['day']:.0f} MB (after the first"
            f" minutes {told['first']:.0f})", told["day"] / told["first"]),
    ]  # fmt: skip


if __name__ == "__main__":
    place, hours, spaces = sys.argv[1:]
    print(json.dumps(child(Path(place), float(hours), int(spaces))))
