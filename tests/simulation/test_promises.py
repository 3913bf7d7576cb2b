"""Nothing lost, nothing twice, nothing silent: seeds of the simulation over the real engine.

`BANQUP_PINGWIN_SEEDS` sets how many seeds run (default 300); `python -m tests.simulation.run` is the long form.
"""

from __future__ import annotations

import os

import pytest

from tests.simulation.story import play

SEEDS = int(os.environ.get("BANQUP_PINGWIN_SEEDS", "300"))
PARTS = 12


@pytest.mark.parametrize("part", range(PARTS))
def test_storms_crashes_and_decisions_break_no_promise(part: int) -> None:
    for seed in range(part, SEEDS, PARTS):
        try:
            play(seed)
        except AssertionError as broken:
            raise AssertionError(f"seed {seed} (replay: --seed {seed}): {broken}") from broken


def test_a_seed_replays_exactly() -> None:
    assert play(9).promises.trace == play(9).promises.trace
