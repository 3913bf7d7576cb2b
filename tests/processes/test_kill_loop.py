"""Kills, stops and faults from outside, 200 of them; `kill_loop --kills 1000` is the long form.

`BANQUP_PINGWIN_BLOWS` sets how many in all. Four loops at once, for most of their time is waiting: a target that can be
asked, one that cannot, one that honours the key, and the first again under another plan.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.processes
LOOPS = ((1, "sandbox"), (2, "blind"), (3, "sandbox-idempotent"), (4, "sandbox"))
BLOWS = int(os.environ.get("BANQUP_PINGWIN_BLOWS", "200")) // len(LOOPS)
LONGEST = 600.0


def test_two_hundred_kills_and_stops_lose_nothing_and_send_nothing_twice() -> None:
    loops = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.processes.kill_loop", "--kills", str(BLOWS), "--seed", str(seed),
             "--contract", contract],
            stdout=subprocess.PIPE, text=True,
        )
        for seed, contract in LOOPS
    ]  # fmt: skip
    try:
        said = [loop.communicate(timeout=LONGEST)[0] for loop in loops]
    finally:
        for loop in loops:
            loop.kill()
    outcomes = [json.loads(text[text.index("{") :]) for text in said]
    for loop, outcome in zip(loops, outcomes, strict=True):
        assert loop.returncode == 0, json.dumps(outcome, indent=2)
        assert (outcome["lost"], outcome["twice"], outcome["history_sent"], outcome["problems"]) == (0, 0, 0, [])
    assert sum(outcome["kills"] + outcome["stops"] for outcome in outcomes) == BLOWS * len(LOOPS)
    assert sum(outcome["through_unknown"] for outcome in outcomes) > BLOWS // 10, "the blows met uploads under way"
