"""The baseline against the real ledger and a simulated Banqup: when counting ends and the activation begins."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.banqup.errors import Unavailable
from core.model import State
from core.sync import baseline
from tests.simulation.run import EVERYTHING, Simulation
from tests.simulation.world import Faults

SECOND = 1_000_000_000


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Simulation]:
    world = Simulation(1, tmp_path)
    world.real.enrol("space-1", target="simulated", clid="c", dossier="FILE-1", now=world.clock.now())
    yield world
    world.real.close()


async def activate(world: Simulation, requested_at: float) -> None:
    await baseline.take(
        world.real,
        world.banqup,
        "space-1",
        world.installation.options.rule,
        clock=world.clock,
        actor="test",
        requested_at=requested_at,
    )


def states(world: Simulation) -> dict[str, State]:
    return {row.source_id: row.state for row in world.real.window(EVERYTHING, 0, 100)}


async def test_baseline_keeps_the_moment_of_the_decision_through_all_its_passes(world: Simulation) -> None:
    for number in range(7):
        world.banqup.put(f"h{number}", approved=True)
    world.clock.time += 10
    decided = world.clock.now()
    await activate(world, decided)
    activation, run = world.real.activation("space-1"), world.real.space_run("space-1")
    assert activation is not None and run is not None
    assert abs(activation.started_ns / SECOND - decided) <= 1.0
    assert run.running and run.watermark_ns == activation.started_ns
    assert set(states(world).values()) == {State.HISTORY}


async def test_what_is_approved_while_banqup_cannot_be_reached_after_the_decision_is_no_history(
    world: Simulation,
) -> None:
    world.banqup.put("early", approved=True)
    world.banqup.put("late", approved=False)
    world.clock.time += 10
    await baseline.count(world.real, world.banqup, "space-1", world.installation.options.rule, clock=world.clock)
    decided = world.clock.now()
    world.banqup.faults = Faults(unavailable=1.0)
    with pytest.raises(Unavailable):
        await activate(world, decided)
    world.clock.time += 3600
    world.banqup.approve("late")
    world.clock.time += 10
    world.banqup.faults = Faults()
    await activate(world, decided)
    assert states(world) == {"early": State.HISTORY, "late": State.SEEN}
