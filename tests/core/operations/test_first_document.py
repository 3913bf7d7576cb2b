"""One document first: it alone goes, the space is held before and after, and what comes meanwhile waits."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
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
        with pytest.raises(UsageError) as refused:
            other = first_document.candidates(desk, space, 1)[0]
            await first_document.send_first(desk, space, other.id)
        assert refused.value.code == "first_others_wait"

        activation.release(desk, space)
        await first_document._until(desk, lambda: desk.ledger.counts()[space].get(State.CONFIRMED) == 4, first.id)
        counts = desk.ledger.counts()[space]
        assert (counts[State.CONFIRMED], counts[State.HISTORY]) == (4, 2)
        assert control.received()["received_twice"] == 0


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
