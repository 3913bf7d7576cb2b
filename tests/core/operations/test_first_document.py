"""One document first: it alone goes, the space is held before and after, and what comes meanwhile waits."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path

import pytest

from core.config import Home
from core.errors import UsageError
from core.model import State
from core.operations.desk import Desk
from core.operations.running import engines
from core.operations.setup import activation, first_document, installing
from core.sandbox.server import SandboxServer, running_sandbox
from tests.core.operations.test_whole_path import connected
from tests.simulation.banqup import SPACE
from tests.simulation.process import Life, World
from tests.simulation.scene import Scene
from tests.simulation.schedule import Actor, Crash


@pytest.fixture
def sandbox() -> Iterator[SandboxServer]:
    with running_sandbox() as server:
        yield server


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    home = Home(tmp_path / "home", tmp_path / "home", "single")
    made = Desk(home, "an", environ={"PATH": "/usr/bin:/bin"})
    yield made
    if engines.engine(made).running:
        engines.stop(made)
    made.close()


STANDS = """SELECT running, held, alone, (SELECT group_concat(id || state) FROM doc) AS rows,
(SELECT max(id) FROM activation) AS activation FROM space_run"""


async def next_second() -> None:
    """Banqup tells its time in whole seconds: what is approved in the second of the activation may be either."""
    await asyncio.sleep(1.02 - time.time() % 1)


async def test_first_document_goes_alone_and_the_rest_waits_for_a_person(desk: Desk, sandbox: SandboxServer) -> None:
    with sandbox.control as control:
        control.generate(8, seed=3)
        control.approve(count=4)
        space = await connected(desk, sandbox)
        timing = desk.machine.timing.model_copy(update={"poll_interval": 30.0, "wake": 0.05})
        desk.installations.save_machine(desk.machine.model_copy(update={"timing": timing}))
        assert (await activation.preview(desk, space)).history == 4
        first = first_document.candidates(desk, space, 8)[0]

        sent = await first_document.send_first(desk, space, first.id)
        assert (sent.state, control.received()["received"]) == (State.CONFIRMED, 1)
        installation = installing.find(desk, space)
        assert installation.active and installation.held_by == "an"

        control.approve(count=2)
        engines.poke(desk, space)
        await first_document._until(desk, lambda: desk.ledger.waiting(space) == 2, first.id)
        assert control.received()["received"] == 1
        other = first_document.candidates(desk, space, 1)[0]
        assert (await first_document.send_first(desk, space, other.id)).state is State.CONFIRMED
        assert (desk.ledger.waiting(space), control.received()["received"]) == (2, 2), "it went past the two that wait"

        activation.release(desk, space)
        await first_document._until(desk, lambda: desk.ledger.counts()[space].get(State.CONFIRMED) == 4, first.id)
        counts = desk.ledger.counts()[space]
        assert (counts[State.CONFIRMED], counts[State.HISTORY]) == (4, 2)
        assert control.received()["received_twice"] == 0


def test_whoever_dies_on_the_way_the_rest_stays_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command is killed at each step, wherever anything was written; an engine goes on, documents are approved."""
    monkeypatch.setattr(first_document, "ensure", lambda desk: None)  # the simulated one runs
    monkeypatch.setattr(first_document, "LOOK", 10.0)
    monkeypatch.setattr(first_document, "PATIENCE", 600.0)
    deaths = 0
    for point in count():
        with Scene(tmp_path / str(point)) as scene:
            scene.banqup.put("h1", approved=True)
            for id in ("p1", "p2"):
                scene.banqup.put(id, approved=False)
            scene.start_engine()
            scene.wait(120)
            first = scene.rows()["h1"].id
            life = Mortal(scene.world, scene.story, point)
            with suppress(Crash):
                scene.do(first_document.send_first(scene.person.desk(scene.story, life), SPACE, first))
            scene.banqup.approve("p1")
            scene.wait(300)
            assert scene.taken() <= {"h1"}, f"killed at point {point}"
            run = scene.world.ledger.space_run(SPACE)
            assert run is not None and (run.held or not run.running), f"killed at point {point}"

            scene.do(first_document.send_first(scene.person.desk(scene.story), SPACE, first))
            scene.banqup.approve("p2")
            scene.wait(300)
            assert scene.taken() == {"h1"} and set(scene.pingwin.taken.values()) == {1}
            scene.person.release(scene.person.desk(scene.story))
            scene.wait(600)
            assert scene.states()["p2"] is State.CONFIRMED and set(scene.pingwin.taken.values()) == {1}
            if not life.dead:
                break
            deaths += 1
    assert deaths >= 5, "before it, active and held, enrolled, counted, decided"


class Mortal(Life):
    """A process that dies at its n-th step: a point at which the world stands otherwise than at the one before."""

    def __init__(self, world: World, actor: Actor, steps: int) -> None:
        super().__init__(world, actor)
        self.left = steps
        self.stood: object = None

    def point(self, *, intended: bool = False) -> None:
        world = self.world
        stands = (world.home.installations.stat().st_mtime_ns, [dict(row) for row in world.ledger.read(STANDS)])
        if stands != self.stood:
            self.stood = stands
            if not self.left:
                self.die()
            self.left -= 1
        super().point(intended=intended)


async def test_live_space_sends_no_first_document(desk: Desk, sandbox: SandboxServer) -> None:
    with sandbox.control as control:
        control.generate(4, seed=3)
        control.approve(count=2)
        space = await connected(desk, sandbox)
        await next_second()
        await activation.activate(desk, space)
        first = first_document.candidates(desk, space, 8)[0]
        with pytest.raises(UsageError) as refused:
            await first_document.send_first(desk, space, first.id)
        assert refused.value.code == "first_is_live" and control.received()["received"] == 0
