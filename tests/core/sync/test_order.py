"""Deliveries go in the order in which they were found: one is sent before the next is fetched."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.model import State
from core.sync import baseline
from tests.simulation.run import EVERYTHING, Simulation


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Simulation]:
    world = Simulation(1, tmp_path)
    world.real.enrol("space-1", target="simulated", clid="c", dossier="FILE-1", now=world.clock.now())
    yield world
    world.real.close()


async def test_a_large_wave_begins_to_arrive_at_once_and_in_order(world: Simulation) -> None:
    for number in range(30):
        world.banqup.put(f"p{number:02}", approved=False)
    world.clock.time += 10
    await baseline.take(
        world.real,
        world.banqup,
        "space-1",
        world.installation.options.rule,
        clock=world.clock,
        actor="test",
        requested_at=world.clock.now(),
    )
    world.clock.time += 10
    for number in range(30):
        world.banqup.approve(f"p{number:02}")
        world.clock.time += 0.1
    await world._poll()
    for _ in range(6):
        await world._step()
    rows = {row.source_id: row.state for row in world.real.window(EVERYTHING, 0, 100)}
    assert [id for id, state in sorted(rows.items()) if state is State.CONFIRMED] == ["p00", "p01", "p02"]
