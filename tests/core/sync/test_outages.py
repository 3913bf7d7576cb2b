"""Hours without Pingwin, days with a wrong key, access withdrawn: what they cost with the real engine.

The clock is virtual; the waits are those the product ships with. Pingwin is the hardest one: it cannot be asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from core.config import Timing
from core.model import FINAL, NEEDS_PERSON, Delivery, State
from core.operations.decisions import Act, decide
from core.operations.setup import connections, installing
from core.operations.setup.installing import CredentialField
from core.operations.views import overview
from core.operations.views.explain import next_step
from core.operations.views.health import waiting_for_a_person
from core.pingwin.target import Answer, AnswerKind, Capability
from core.wording import word
from tests.simulation.banqup import SPACE
from tests.simulation.pingwin import Pingwin, PingwinDoor
from tests.simulation.scene import Scene

HOUR, DAY = 3_600.0, 86_400.0
SHIPPED = Timing(wake=60)
"""Every wait as it is by default; only how often an idle engine looks up is coarser, for the test's sake."""


@pytest.fixture(params=[True, False], ids=["has a test request", "has none"])
def scene(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Scene]:
    with Scene(tmp_path, timing=SHIPPED) as scene:
        scene.pingwin.has_test_request = request.param
        for number in range(40):
            scene.banqup.put(f"p{number:02}", approved=False)
        scene.start_engine()
        scene.activate()
        scene.wait(HOUR)
        yield scene


def approve(scene: Scene, numbers: range, *, every: float) -> None:
    """Documents go on being approved all the while."""
    for number in numbers:
        scene.banqup.approve(f"p{number:02}")
        scene.wait(every)


def decisions_due(scene: Scene) -> list[Delivery]:
    return [row for row in scene.rows().values() if row.state in NEEDS_PERSON]


def test_eight_hours_without_pingwin_cost_at_most_one_decision(scene: Scene) -> None:
    """5xx from a proxy, then nothing, then nobody there, then back."""
    scene.promises.at_once = 1
    for trouble, numbers in (("5xx", range(0, 8)), ("silent", range(8, 16)), ("closed", range(16, 20))):
        scene.pingwin.trouble = trouble
        approve(scene, numbers, every=8 * HOUR / 20)
    assert scene.rows() and State.DEAD not in scene.states().values()
    scene.pingwin.trouble = ""
    scene.wait(5 * HOUR)
    due = decisions_due(scene)
    assert len(due) <= 1 and {row.reason for row in due} <= {"outcome_unknown"}
    arrived = {id for id, state in scene.states().items() if state is State.CONFIRMED}
    assert len(arrived) == 20 - len(due), "everything else has arrived by itself"
    assert set(scene.pingwin.taken.values()) == {1}


def test_outage_with_a_target_that_can_be_asked_costs_no_decision(tmp_path: Path) -> None:
    with Scene(tmp_path, timing=SHIPPED, capabilities=frozenset({Capability.LOOKUP})) as scene:
        scene.banqup.put("p00", approved=False)
        scene.start_engine()
        scene.activate()
        scene.wait(HOUR)
        scene.pingwin.trouble = "5xx"
        approve(scene, range(1), every=8 * HOUR)
        scene.pingwin.trouble = ""
        scene.wait(5 * HOUR)
        assert scene.states() == {"p00": State.CONFIRMED} and set(scene.pingwin.taken.values()) == {1}


def test_persons_retry_finds_a_pingwin_that_is_back_long_before_its_next_probe(scene: Scene) -> None:
    scene.pingwin.trouble = "closed"
    approve(scene, range(1), every=4 * HOUR)
    while scene.world.ledger.circuits()[0].probe_at - scene.world.machine.now() < 600:  # type: ignore[operator]
        scene.wait(60)
    scene.pingwin.trouble = ""
    told = decide(scene.person.desk(scene.story), [scene.rows()["p00"].id], Act.RETRY)
    assert told[0].code == "retry_once_it_answers"
    scene.wait(120)
    assert scene.taken() == {"p00"}


def test_connection_test_that_finds_pingwin_back_lets_the_queue_go_on(scene: Scene) -> None:
    scene.pingwin.trouble = "closed"
    approve(scene, range(3), every=4 * HOUR)
    while scene.world.ledger.circuits()[0].probe_at - scene.world.machine.now() < 600:  # type: ignore[operator]
        scene.wait(60)
    scene.pingwin.trouble = ""
    scene.do(connections.try_pingwin(scene.person.desk(scene.story)))
    scene.wait(180)
    assert len(scene.taken()) == 3


def test_ten_days_with_a_wrong_key_cost_no_decision_and_lose_nothing(scene: Scene) -> None:
    scene.installations.change_machine(lambda machine: machine.model_copy(update={"timing": Timing(wake=600)}))
    scene.pingwin.trouble = "auth"
    approve(scene, range(10), every=DAY)
    rows = scene.rows().values()
    assert len(rows) == 10 and {row.state for row in rows} <= {State.SEEN, State.READY}
    assert all(row.attempts == 0 for row in rows), "trouble of the account ages nothing"
    assert scene.pingwin.calls < 20, "a refused key is not knocked with"
    scene.pingwin.trouble = ""
    desk = scene.person.desk(scene.story)
    installing.set_credentials(desk, SPACE, {CredentialField.API_KEY: SecretStr("right")})
    scene.wait(HOUR)
    assert set(scene.states().values()) == {State.CONFIRMED}
    assert set(scene.pingwin.taken.values()) == {1} and len(scene.taken()) == 10


def test_same_key_entered_again_while_its_refusal_is_on_its_way_is_tried(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The key was made valid in Pingwin and entered once more; the 401 of a call from before comes in after that."""
    entered, send = [], PingwinDoor.send
    key = {CredentialField.API_KEY: SecretStr("key")}
    installing.set_credentials(scene.person.desk(scene.story), SPACE, key)

    async def refused_late(door: PingwinDoor, *arguments: Any) -> Answer:
        if entered:
            return await send(door, *arguments)
        entered.append(installing.set_credentials(scene.person.desk(scene.story), SPACE, key))
        return Answer(AnswerKind.AUTH, "pingwin_credentials_refused", http_status=401)

    monkeypatch.setattr(PingwinDoor, "send", refused_late)
    approve(scene, range(3), every=HOUR)
    assert len(scene.taken()) == 3 and not scene.world.ledger.circuits()


def test_access_withdrawn_in_banqup_is_noticed_at_the_next_poll(scene: Scene) -> None:
    scene.banqup.trouble = "gone"
    scene.wait(SHIPPED.poll_interval * 1.1 + SHIPPED.wake)
    run = scene.world.ledger.space_run(SPACE)
    assert run is not None and run.poll_code in {"access_withdrawn", "banqup_space_gone"}
    scene.banqup.approve("p00")
    scene.banqup.trouble = ""
    scene.wait(HOUR)
    run = scene.world.ledger.space_run(SPACE)
    assert run is not None and run.poll_code is None and scene.taken() == {"p00"}


def test_eight_hours_without_banqup_lose_nothing(scene: Scene) -> None:
    scene.banqup.trouble = "down"
    approve(scene, range(8), every=HOUR)
    scene.banqup.trouble = ""
    scene.wait(2 * HOUR)
    assert len(scene.taken()) == 8 and set(scene.states().values()) <= FINAL


class Swallowing(Pingwin):
    """It answers every probe, and no upload."""

    @property
    def out(self) -> bool:
        return False


@pytest.fixture
def swallowing(scene: Scene) -> Scene:
    scene.promises.at_once = 2
    scene.pingwin.__class__ = Swallowing
    scene.pingwin.trouble = "5xx"
    return scene


def test_proxy_that_answers_every_probe_and_no_upload_costs_two_decisions(swallowing: Scene) -> None:
    """The first is the outage itself. A probe then says that all is well, which is all that anybody can know, and is
    believed once: without that, a single lost answer would stop everybody until a person comes."""
    approve(swallowing, range(40), every=8 * HOUR / 40)
    due = decisions_due(swallowing)
    assert len(due) == 2 and {row.reason for row in due} == {"outcome_unknown"}
    assert len(swallowing.rows()) == 40 and State.DEAD not in swallowing.states().values()


@pytest.mark.parametrize("act", [Act.MARK_DELIVERED, Act.RESEND, Act.DISCARD])
def test_queue_behind_unknown_outcomes_goes_on_once_a_person_has_decided_for_one(swallowing: Scene, act: Act) -> None:
    approve(swallowing, range(4), every=HOUR)
    swallowing.pingwin.trouble = ""
    swallowing.wait(DAY)
    due = decisions_due(swallowing)
    assert len(due) == 2
    taken = swallowing.taken()
    decide(swallowing.person.desk(swallowing.story), [due[0].id], act)
    swallowing.wait(HOUR)
    assert swallowing.taken() >= {row.source_id for row in swallowing.rows().values()} - {r.source_id for r in due}
    assert len(decisions_due(swallowing)) == 1 and swallowing.taken() > taken


def test_queue_behind_unknown_outcomes_says_what_it_waits_for(swallowing: Scene) -> None:
    approve(swallowing, range(4), every=HOUR)
    desk = swallowing.person.desk(swallowing.story)
    (circuit,) = waiting_for_a_person(desk.ledger.space_run(SPACE), desk.ledger.circuits())
    assert "decide for one of them" in word(circuit.code or "").advice
    row = next(row for row in swallowing.rows().values() if row.state in {State.SEEN, State.READY})
    standing = replace(overview.facts_of(desk, SPACE), engine_running=True)  # type: ignore[type-var]
    assert next_step(row, standing)[0] == circuit.code


def test_unknown_outcomes_of_a_target_that_can_be_asked_wait_for_nobody(tmp_path: Path) -> None:
    with Scene(tmp_path, timing=SHIPPED, capabilities=frozenset({Capability.LOOKUP})) as scene:
        for number in range(4):
            scene.banqup.put(f"p{number:02}", approved=False)
        scene.start_engine()
        scene.activate()
        scene.wait(HOUR)
        scene.promises.at_once = 100
        scene.pingwin.__class__ = Swallowing
        scene.pingwin.trouble = "5xx"
        approve(scene, range(4), every=HOUR)
        scene.pingwin.trouble = ""
        scene.wait(5 * HOUR)
        assert set(scene.states().values()) == {State.CONFIRMED} and set(scene.pingwin.taken.values()) == {1}
