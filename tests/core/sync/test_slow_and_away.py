"""A worker that is slow, or a ledger that is away for a while: neither costs a person a decision."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from core.clock import SystemClock
from core.efff.convert import Format, VatOverride
from core.errors import StoreError
from core.model import State
from core.sandbox.server import running_sandbox
from core.sync.converting import Converted, Files, convert
from core.sync.engine import Engine
from core.sync.house import House, Makers
from tests.core.sync.homes import QUICK, activated, rows, wait_for
from tests.simulation.banqup import BanqupDoor
from tests.simulation.scene import TIMING, Scene

A_WHILE = TIMING.sweep_interval + 2 * TIMING.poll_interval


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """Pingwin cannot be asked: each unknown outcome would be a person's to decide."""
    with Scene(tmp_path) as scene:
        scene.banqup.put("p1", approved=False)
        scene.start_engine()
        scene.start_engine()
        scene.activate()
        scene.wait(120)
        yield scene


def test_document_that_takes_longer_to_read_than_a_lease_is_read_once(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads, download = [], BanqupDoor.download

    async def slowly(door: BanqupDoor, space: str, *more: Any) -> Any:
        reads.append(space)
        await asyncio.sleep(5 * TIMING.lease)
        return await download(door, space, *more)

    monkeypatch.setattr(BanqupDoor, "download", slowly)
    scene.banqup.approve("p1")
    scene.wait(A_WHILE)
    assert scene.states() == {"p1": State.CONFIRMED} and len(reads) == 1
    assert scene.rows()["p1"].crashes == 0


def test_conversion_that_takes_longer_than_a_lease_is_made_once(tmp_path: Path) -> None:
    """A real engine, real threads: the conversion blocks one of them for several leases."""
    made = []

    def slowly(files: Files, target: Format, key: str, /, *, vat_overrides: tuple[VatOverride, ...] = ()) -> Converted:
        made.append(threading.get_ident())
        time.sleep(2.0)
        return convert(files, target, key, vat_overrides=vat_overrides)

    with running_sandbox() as sandbox, sandbox.control as control:
        control.generate(1, seed=5)
        timing = QUICK.model_copy(update={"lease": 0.6, "deadline": 0.3, "margin": 0.1})
        desk = activated(tmp_path / "home", sandbox, timing=timing)
        control.approve(count=1)

        async def work() -> None:
            house = House(desk.home, desk.ledger, SystemClock(), {}, Makers(convert=slowly))
            engine = Engine(house)
            running = asyncio.create_task(engine.forever())
            await asyncio.to_thread(wait_for, lambda: any(row.sha256 for row in rows(desk).values()), "prepared")
            engine.stop()
            await running
            await house.close()

        asyncio.run(work())
        (row,) = rows(desk).values()
        assert len(made) == 1 and row.sha256 is not None and row.crashes == 0
        desk.close()


@contextmanager
def away(scene: Scene) -> Iterator[None]:
    """The ledger takes nothing: a full disk, a server that is down."""

    def refuse(*_: object) -> None:
        raise StoreError("ledger_disk_full", where="simulated")

    scene.world.ledger.write = refuse  # type: ignore[method-assign,assignment]
    try:
        yield
    finally:
        del scene.world.ledger.write


@pytest.mark.parametrize("seconds", [15, 600], ids=["within the lease", "for long"])
def test_answer_that_comes_while_the_ledger_is_away_is_written_once_it_is_back(scene: Scene, seconds: int) -> None:
    arrived = []
    scene.pingwin.on_taken = arrived.append
    scene.banqup.approve("p1")
    while not arrived:
        scene.wait(0.2)
    with away(scene):
        scene.wait(seconds)
        assert scene.states() == {"p1": State.SENDING}
    scene.wait(A_WHILE)
    assert scene.states() == {"p1": State.CONFIRMED} and set(scene.pingwin.taken.values()) == {1}
    assert scene.rows()["p1"].reference is not None


def test_engine_that_is_stopped_does_not_wait_for_a_ledger_that_is_away(tmp_path: Path) -> None:
    """What is not written is then `sending` for whoever comes next: an outcome to be settled, nothing lost."""
    with Scene(tmp_path) as scene:
        scene.banqup.put("p1", approved=False)
        process = scene.start_engine()
        scene.activate()
        scene.wait(120)
        arrived: list[str] = []
        scene.pingwin.on_taken = arrived.append
        scene.banqup.approve("p1")
        while not arrived:
            scene.wait(0.2)
        with away(scene):
            scene.wait(15)
            assert process.engine is not None
            process.engine.stop()
            process.wanted = False
            scene.wait(60)
            assert process.life is None, "it has ended"
        process.wanted = True
        scene.wait(A_WHILE)
        assert scene.rows()["p1"].reason == "outcome_unknown" and set(scene.pingwin.taken.values()) == {1}
