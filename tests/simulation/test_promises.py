"""Nothing lost, nothing twice: seeds of the simulation, and the proof that it would notice.

`BANQUP_PINGWIN_SEEDS` sets how many seeds run (default 60); `python -m tests.simulation.run` is the long form.
"""

from __future__ import annotations

import os

import pytest

from core.ledger.base import Claim
from core.model import State
from core.sync.deliver import Deliverer
from tests.simulation.run import play

SEEDS = int(os.environ.get("BANQUP_PINGWIN_SEEDS", "60"))
PARTS = 6


@pytest.mark.parametrize("part", range(PARTS))
def test_storms_crashes_and_stalls_lose_nothing_and_send_nothing_twice(part: int) -> None:
    for seed in range(part, SEEDS, PARTS):
        try:
            play(seed)
        except AssertionError as broken:
            raise AssertionError(f"seed {seed}: {broken}") from broken


class WithoutIntent(Deliverer):
    """The naive policy: nothing durable is written before the bytes leave."""

    def _declare(self, claim: Claim) -> bool:
        return True

    def _move(self, claim: Claim, held: State, move, circuit=None) -> bool:  # type: ignore[no-untyped-def]
        return super()._move(claim, State.LEASED if held is State.SENDING else held, move, circuit)


@pytest.mark.parametrize("naive", [WithoutIntent])
def test_simulation_finds_the_duplicate_of_a_weaker_protocol(naive: type[Deliverer]) -> None:
    for seed in range(2, 400, 3):
        try:
            play(seed, deliverer=naive)
        except AssertionError as broken:
            assert "twice" in str(broken) or "rest" in str(broken)
            return
    pytest.fail("a protocol without intent went unnoticed")
