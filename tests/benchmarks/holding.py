"""What the engine's own process holds at most while it brings large documents from a real Banqup to a real Pingwin.

The sandbox and the engine are processes of their own; the kernel counts (`VmHWM`). What converts a large document is a
third process, which gives its memory back. `python -m tests.benchmarks.holding 0.01 5 20` prints bytes for those MB.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from core.model import State
from core.sandbox.stage import DemoOptions, Stage
from tests.benchmarks.efff import with_pdf
from tests.benchmarks.table import Row

LIMIT_MB = 150.0
SIZES = (5, 20)
MEGABYTE = 2**20


@dataclass(frozen=True, slots=True)
class Held:
    """Peaks in bytes: of the engine's process, and of the largest process it started. `size` is a document's."""

    size: int
    engine: int
    converter: int


def held(*megabytes: float) -> list[Held]:
    """Brings documents with a PDF of so many MB inside, one after another, through one engine; its peaks after each."""
    sources = [_numbered(with_pdf(int(size * MEGABYTE)), place) for place, size in enumerate(megabytes)]
    with tempfile.TemporaryDirectory() as place:
        papers = Path(place) / "papers"
        papers.mkdir()
        for count, source in enumerate(sources):
            (papers / f"{count}.xml").write_bytes(source)
        with Stage(DemoOptions(folder=papers, home=Path(place) / "home"), lambda event: None) as stage:
            stage.open()
            stage.connect()
            stage.install()
            stage.activate()
            time.sleep(1.1)  # Banqup's clock tells whole seconds: what was approved in this one could not be told apart
            command = [sys.executable, "-m", "core.sync", "--home", str(stage.home.config)]
            engine = subprocess.Popen(command, env=dict(stage.desk.environ))
            try:
                found = []
                for count, source in enumerate(sources, 1):
                    stage.control.approve(count=1)
                    found.append(Held(len(source), *_watch(engine, stage, count)))
                return found
            finally:
                engine.terminate()
                engine.wait(30)


def _numbered(source: bytes, place: int) -> bytes:
    """Each an invoice of its own."""
    number = b"<cbc:ID>2026/0042</cbc:ID>"
    assert source.count(number) == 1
    return source.replace(number, b"<cbc:ID>2026/%04d</cbc:ID>" % (9000 + place))


def _watch(engine: subprocess.Popen[bytes], stage: Stage, documents: int) -> tuple[int, int]:
    """The peaks of the engine and of what it started, once everything is delivered."""
    converter, end = 0, time.monotonic() + 180
    while time.monotonic() < end and engine.poll() is None:
        for child in _children(engine.pid):
            converter = max(converter, _peak(child))
        counts = stage.desk.ledger.counts().get(stage.access.space, {})
        if counts.get(State.CONFIRMED, 0) >= documents:
            return _peak(engine.pid), converter
        if counts.get(State.PARKED, 0) + counts.get(State.FAILED, 0):
            break
        time.sleep(0.02)
    raise AssertionError(f"not delivered: {stage.desk.ledger.counts()}")


def _children(pid: int) -> list[int]:
    """What any thread of a process started."""
    with suppress(OSError):
        listed = (path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/children"))
        return [int(one) for line in listed for one in line.split()]
    return []


def _peak(pid: int) -> int:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) * 1024
    return 0


def measure(folder: Path, *, tiny: bool = False) -> list[Row]:
    """One row a size, after a small document that has everything loaded."""
    rows = []
    for megabytes in (1,) if tiny else SIZES:
        small, found = held(0.01, megabytes)
        beside = f", the converting process {found.converter / found.size:.1f} times" if found.converter else ""
        rows.append(Row("holding", f"the engine's peak with a document of {found.size / MEGABYTE:.0f} MB",
            f"{found.engine / MEGABYTE:.0f} MB (small ones {small.engine / MEGABYTE:.0f}){beside}",
            found.engine / MEGABYTE / LIMIT_MB, 1.0))  # fmt: skip
    return rows


if __name__ == "__main__":
    for one in held(*map(float, sys.argv[1:])):
        print(one)
