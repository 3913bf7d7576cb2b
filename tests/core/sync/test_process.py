"""The engine as a process between real servers: what arrives, what stays, and what SIGKILL does to it."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.model import State
from core.operations.running import engines
from core.operations.setup import activation
from core.sandbox.server import SandboxServer, running_sandbox
from tests.core.sync.homes import activated, engine, installed, rows, states, wait_for

pytestmark = pytest.mark.processes
KILLS = int(os.environ.get("BANQUP_PINGWIN_KILLS", "8"))


@pytest.fixture
def sandbox() -> Iterator[SandboxServer]:
    with running_sandbox() as server:
        yield server


def test_approved_documents_arrive_once_and_history_stays(sandbox: SandboxServer, tmp_path: Path) -> None:
    sandbox.control.generate(9, seed=5)
    before = {document["id"] for document in sandbox.control.approve(count=3)}
    desk = activated(tmp_path, sandbox)
    after = {document["id"] for document in sandbox.control.approve(count=6)}
    process = engine(desk, "--once")
    assert process.wait(60) == 0, process.stderr and process.stderr.read()
    found = rows(desk)
    assert {id for id, row in found.items() if row.state is State.HISTORY} == before
    assert {id for id, row in found.items() if row.state is State.CONFIRMED} == after
    received = sandbox.control.received()
    assert (received["received"], received["received_twice"], received["invalid"]) == (6, 0, 0)
    assert desk.ledger.check() == []
    desk.close()


def test_deactivating_stops_at_once_and_keeps_the_queue(sandbox: SandboxServer, tmp_path: Path) -> None:
    sandbox.control.generate(6, seed=6)
    desk = activated(tmp_path, sandbox)
    sandbox.control.approve(count=6)
    sandbox.control.dossier(disabled=True)
    process = engine(desk)
    try:
        wait_for(
            lambda: len(rows(desk)) == 6 and desk.ledger.circuits() and states(desk) <= {State.READY, State.SEEN},
            "six deliveries wait",
        )
        activation.deactivate(desk, sandbox.access.space)
        sandbox.control.dossier(disabled=False)
        calls = sandbox.control.received()["received"]
        time.sleep(1.5)
        assert sandbox.control.received()["received"] == calls == 0
        assert states(desk) <= {State.READY, State.SEEN}
    finally:
        process.terminate()
        assert process.wait(20) == 0
    desk.close()


def test_second_engine_of_a_home_names_the_first_and_leaves(sandbox: SandboxServer, tmp_path: Path) -> None:
    sandbox.control.generate(1, seed=7)
    desk = installed(tmp_path, sandbox)
    first = engine(desk)
    try:
        wait_for(lambda: engines.engine(desk).running, "the engine holds its lock")
        second = engine(desk)
        assert second.wait(20) == 2
        assert second.stderr is not None and str(first.pid) in second.stderr.read().decode()
    finally:
        first.terminate()
        assert first.wait(20) == 0
    desk.close()


@pytest.mark.parametrize("weather", ["fair", "bad"])
def test_killed_engine_loses_nothing_and_sends_nothing_twice(
    sandbox: SandboxServer, tmp_path: Path, weather: str
) -> None:
    dice = random.Random(11)
    sandbox.control.generate(12, seed=8)
    desk = activated(tmp_path, sandbox)
    if weather == "bad":
        sandbox.control.bad_weather(seed=3, slow_seconds=0.5)
    process = engine(desk)
    try:
        for _ in range(KILLS):
            sandbox.control.approve(count=12 // KILLS + 1)
            time.sleep(dice.uniform(0.7, 1.6))
            process.send_signal(dice.choice([signal.SIGKILL, signal.SIGKILL, signal.SIGSTOP]))
            if dice.random() < 0.3:
                time.sleep(0.2)
            process.kill()
            process.wait(10)
            process = engine(desk)
        sandbox.control.fair_weather()
        settled = {State.CONFIRMED, State.PARKED}
        wait_for(lambda: len(rows(desk)) == 12 and states(desk) <= settled, f"all at rest: {rows(desk)}", seconds=60)
    finally:
        process.terminate()
        process.wait(20)
    parked = [row for row in rows(desk).values() if row.state is State.PARKED]
    assert all(row.reason in {"worker_died", "outcome_unknown"} for row in parked), parked
    received = sandbox.control.received()
    assert received["received_twice"] == 0 and received["invalid"] == 0
    confirmed = sum(row.state is State.CONFIRMED for row in rows(desk).values())
    assert confirmed <= received["received"] <= 12
    assert desk.ledger.check() == []
    desk.close()


def test_wrong_key_keeps_the_queue_and_opens_the_circuit(sandbox: SandboxServer, tmp_path: Path) -> None:
    sandbox.control.generate(3, seed=9)
    desk = activated(tmp_path, sandbox)
    sandbox.control.dossier(api_key="another")
    sandbox.control.approve(count=3)
    process = engine(desk)
    try:
        wait_for(lambda: desk.ledger.circuits(), "the circuit opens")
        wait_for(lambda: len(rows(desk)) == 3 and states(desk) <= {State.READY, State.SEEN}, "all wait")
        assert all(row.attempts == 0 for row in rows(desk).values())
    finally:
        process.terminate()
        assert process.wait(20) == 0
    desk.close()
