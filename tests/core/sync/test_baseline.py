"""The baseline against the real ledger and a simulated Banqup: when counting ends and the activation begins."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.banqup.errors import SpaceGone, Unavailable
from core.model import State
from core.sync import baseline
from tests.simulation.banqup import SECOND, SPACE
from tests.simulation.scene import Scene


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with Scene(tmp_path) as scene:
        scene.world.ledger.enrol(SPACE, target="simulated", clid="c", dossier="FILE-1", now=scene.world.machine.now())
        yield scene


def take(scene: Scene, requested_at: float) -> None:
    scene.do(
        baseline.take(
            scene.world.ledger,
            scene.door(),
            SPACE,
            scene.installation().options.rule,
            clock=scene.world.machine,
            actor="test",
            requested_at=requested_at,
        )
    )


def test_baseline_keeps_the_moment_of_the_decision_through_all_its_passes(scene: Scene) -> None:
    for number in range(7):
        scene.banqup.put(f"h{number}", approved=True)
    scene.wait(10)
    decided = scene.world.machine.now()
    take(scene, decided)
    activation, run = scene.world.ledger.activation(SPACE), scene.world.ledger.space_run(SPACE)
    assert activation is not None and run is not None
    assert abs(activation.started_ns / SECOND - decided) <= 1.0
    assert run.running and run.watermark_ns == activation.started_ns
    assert set(scene.states().values()) == {State.HISTORY}


def test_what_is_approved_while_banqup_cannot_be_reached_after_the_decision_is_no_history(scene: Scene) -> None:
    scene.banqup.put("early", approved=True)
    scene.banqup.put("late", approved=False)
    scene.wait(10)
    rule = scene.installation().options.rule
    scene.do(baseline.count(scene.world.ledger, scene.door(), SPACE, rule, clock=scene.world.machine))
    decided = scene.world.machine.now()
    scene.banqup.trouble = "down"
    with pytest.raises(Unavailable):
        take(scene, decided)
    scene.wait(3600)
    scene.banqup.approve("late")
    scene.wait(10)
    scene.banqup.trouble = ""
    take(scene, decided)
    assert scene.states() == {"early": State.HISTORY, "late": State.SEEN}


def test_empty_list_of_a_space_that_is_not_ours_to_read_is_no_baseline(scene: Scene) -> None:
    """An app without access may be shown an empty list: then everything old would count as new later."""
    scene.banqup.put("old", approved=True)
    scene.wait(10)
    decided = scene.world.machine.now()
    scene.banqup.trouble = "gone"
    for _ in range(8):  # it answers an empty list, or that there is no such space
        with pytest.raises(SpaceGone):
            take(scene, decided)
    scene.banqup.trouble = ""
    scene.wait(600)
    scene.banqup.pay("old")
    take(scene, decided)
    assert scene.states() == {"old": State.PARKED}, "it moved since the decision: a person is asked"
