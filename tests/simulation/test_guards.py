"""Each guard of the protocol taken out once: the same storm that breaks no promise must then break one.

What is weakened here is the product's own code, one guard at a time; the seeds, faults and promises stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from core.ledger import delivering
from core.ledger.base import Claim, Move
from core.model import Document, Rule, State
from core.pingwin.target import Capability
from core.sync import baseline, result
from core.sync.deliver import ASKED_ONCE, Deliverer
from core.sync.engine import Engine
from core.sync.house import House, Workshop
from tests.simulation.promises import Broken
from tests.simulation.scene import TIMING, Scene
from tests.simulation.story import Story, play

MOST_SEEDS = 120
Patch = pytest.MonkeyPatch


class WithoutIntent(Deliverer):
    """Nothing durable is written before the bytes leave."""

    def _declare(self, claim: Claim) -> bool:
        return True

    def _move(self, claim: Claim, held: State, move: Move, circuit=None) -> bool:  # type: ignore[no-untyped-def]
        return super()._move(claim, State.LEASED if held is State.SENDING else held, move, circuit)


class WithoutLastLook(Deliverer):
    """Neither the time since the intent nor the fence is looked at before the first byte."""

    def _declare(self, claim: Claim) -> bool:
        timing, now = self.outside.timing, self.outside.clock.now()
        return self.outside.ledger.intent(claim, now=now, until=now + timing.deadline + timing.margin)


class WithoutGrace(Deliverer):
    """The target is asked at once, and its first "no" is believed."""

    def __init__(self, outside, worker, shares, *, free) -> None:  # type: ignore[no-untyped-def]
        hasty = outside.timing.model_copy(update={"grace": 0.0})
        super().__init__(replace(outside, timing=hasty), worker, shares, free=free)

    async def _ask(self, claim: Claim) -> Move:
        return await super()._ask(replace(claim, delivery=replace(claim.delivery, reason=ASKED_ONCE)))


def with_worker(weak: type[Deliverer]) -> type[Engine]:
    """The real engine with weaker workers."""

    class Weak(Engine):
        @staticmethod
        def _deliverer(workshop: Workshop, name: str, *, free: bool = False) -> Deliverer:
            return weak(workshop.outside, name, workshop.shares, free=free)

    return Weak


class LostAnswers(Story):
    """A storm of nothing but lost answers, at a target that can be asked, and takes and shows late what reached it."""

    capabilities = (frozenset({Capability.LOOKUP}),)

    def _sharpen(self) -> None:
        self.pingwin.unreliable, self.pingwin.fates = 0.5, ("taken_late",)


class Frozen(Story):
    """Two engines, of which one freezes for long right after its intent."""

    capabilities = (frozenset({Capability.LOOKUP}),)
    engines_at_once = (2,)

    def _sharpen(self) -> None:
        self.world.weather.frozen_at_intent = 0.3


def without_fence(patch: Patch) -> type[Engine]:
    for name in ("INTENT", "RESULT", "PREPARED"):
        weak = getattr(delivering, name).replace(" AND fence = :fence", "")
        assert weak != getattr(delivering, name)
        patch.setattr(delivering, name, weak)
    return Engine


def without_baseline(patch: Patch) -> type[Engine]:
    def judge(document: Document, rule: Rule, **_: object) -> tuple[State, str | None] | None:
        return (State.SEEN, None) if rule.eligible(document) else None

    patch.setattr(baseline, "judge", judge)
    return Engine


def without_circuit(patch: Patch) -> type[Engine]:
    patch.setattr(result, "circuit_after", lambda *_, **__: None)
    return Engine


GUARDS: dict[str, tuple[Callable[[Patch], type[Engine]], type[Story], str]] = {
    "fence": (without_fence, Frozen, "fence went back|twice"),
    "intent": (lambda _: with_worker(WithoutIntent), Story, "twice|without an attempt of its own"),
    "last look before the first byte": (lambda _: with_worker(WithoutLastLook), Frozen, "twice"),
    "grace": (lambda _: with_worker(WithoutGrace), LostAnswers, "twice"),
    "baseline": (without_baseline, Story, "history was sent"),
    "circuit": (without_circuit, Story, "one outage left"),
}
"""Each guard: how it is taken out, the storm that blows at it, and the promise that must then break."""


@pytest.mark.parametrize("guard", GUARDS)
def test_a_protocol_without_this_guard_breaks_a_promise(guard: str) -> None:
    take_out, storm, promise = GUARDS[guard]
    for seed in range(MOST_SEEDS):
        with pytest.MonkeyPatch.context() as patch:
            try:
                play(seed, take_out(patch), storm)
                continue
            except Broken as broken:
                assert re.search(promise, str(broken)), f"seed {seed}: {broken}"
        play(seed, Engine, storm)  # and with the guard the same storm breaks none
        return
    pytest.fail(f"{MOST_SEEDS} storms did not notice that the {guard} is missing")


# -- guards that no storm leans on: each by the one event it is there for ----------------------------------------------


def outcome_of_a_call_under_way_when_switched_off(folder: Path) -> State:
    """A call hangs; meanwhile the space is switched off. Where the delivery stands long after."""
    with Scene(folder) as scene:
        scene.banqup.put("p1", approved=False)
        scene.start_engine()
        scene.activate()
        scene.wait(120)
        scene.pingwin.trouble = "silent"
        scene.banqup.approve("p1")
        while scene.states().get("p1") is not State.SENDING:
            scene.wait(1)
        scene.deactivate()
        scene.wait(600)
        return scene.states()["p1"]


def test_outcome_of_a_call_under_way_is_told_though_its_space_was_switched_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert outcome_of_a_call_under_way_when_switched_off(tmp_path / "whole") is State.PARKED
    weak = delivering.SETTLE_PICK.replace("WHERE", "WHERE running = 1 AND")
    monkeypatch.setattr(delivering, "SETTLE_PICK", weak)
    assert outcome_of_a_call_under_way_when_switched_off(tmp_path / "weak") is State.UNKNOWN


def claims_right_after_a_jump_of_the_clock(folder: Path) -> int:
    """An hour's jump of the wall clock, then a document. How often something was claimed within a lease."""
    with Scene(folder) as scene:
        scene.banqup.put("p1", approved=False)
        scene.start_engine()
        scene.activate()
        scene.wait(120)
        scene.world.machine.jumped += 3_600.0
        scene.banqup.approve("p1")
        scene.wait(TIMING.lease - 5)
        claims = sum(event.kind == "claim" for event in scene.world.ledger.events(limit=10_000))
        scene.wait(600)
        assert scene.taken() == {"p1"}, "it goes on by itself"
        return claims


def test_after_a_jump_of_the_clock_nothing_is_claimed_for_a_lease(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert claims_right_after_a_jump_of_the_clock(tmp_path / "whole") == 0
    monkeypatch.setattr(House, "steady", lambda house: True)
    assert claims_right_after_a_jump_of_the_clock(tmp_path / "weak") > 0
