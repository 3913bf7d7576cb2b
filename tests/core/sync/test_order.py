"""Deliveries go in the order in which they were found: one is sent before the next is fetched."""

from __future__ import annotations

from pathlib import Path

from core.model import State
from tests.simulation.scene import TIMING, Scene


def test_a_large_wave_begins_to_arrive_at_once_and_in_order(tmp_path: Path) -> None:
    with Scene(tmp_path, timing=TIMING.model_copy(update={"wake": 1})) as scene:
        for number in range(30):
            scene.banqup.put(f"p{number:02}", approved=False)
        scene.installations.change_machine(lambda machine: machine.model_copy(update={"workers": 1}))
        scene.start_engine()
        scene.activate()
        scene.wait(120)
        for number in range(30):
            scene.banqup.approve(f"p{number:02}")
            scene.world.machine.mono += 0.01
        while len(scene.rows()) < 30 or State.CONFIRMED not in scene.states().values():
            scene.wait(2)  # a first poll may list one alone
        found = sorted(scene.rows().values(), key=lambda row: row.id)
        arrived = [row.id for row in found if row.state is State.CONFIRMED]
        assert arrived == [row.id for row in found[: len(arrived)]]
        assert State.SEEN in scene.states().values(), "the rest has not even been fetched"
        scene.wait(600)
        assert set(scene.states().values()) == {State.CONFIRMED}
        rows = sorted(scene.rows().values(), key=lambda row: row.id)
        assert list(scene.pingwin.content) == [row.key for row in rows]
