"""Whether an engine runs is asked of the lock; starting waits until it holds it, stopping until it let go."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import UsageError
from core.operations.desk import Desk
from core.operations.running import engines
from core.sync.lock import EngineLock
from tests.core.operations.fakes import SPACE, FakeDesk, make_desk, set_up


@pytest.fixture
def real(tmp_path: Path) -> Iterator[Desk]:
    """A desk whose engine is a real process; ended here where the test did not."""
    made = make_desk(tmp_path)
    desk = Desk(made.home, "an", environ=dict(os.environ))
    yield desk
    if engines.engine(desk).running:
        engines.stop(desk)
    desk.close()


@pytest.mark.processes
def test_an_engine_is_started_detached_and_stopped_cleanly(real: Desk) -> None:
    assert engines.engine(real) == engines.EngineState(False)
    started = engines.start(real)
    assert started.running and started.pid not in {None, os.getpid()}
    assert engines.engine(real) == started
    assert os.getsid(started.pid or 0) != os.getsid(0)
    with pytest.raises(UsageError) as raised:
        engines.start(real)
    assert raised.value.code == "engine_runs"
    assert engines.stop(real) == engines.EngineState(False)
    assert real.ledger.check() == []


@pytest.mark.processes
def test_an_engine_that_cannot_start_tells_its_last_words(real: Desk) -> None:
    real.home.create()
    real.home.ledger.mkdir()
    with pytest.raises(UsageError) as raised:
        engines.start(real)
    assert raised.value.code == "engine_did_not_start"
    assert raised.value.arguments["words"]
    assert not engines.engine(real).running


def test_nothing_is_stopped_where_nothing_runs(desk: FakeDesk) -> None:
    with pytest.raises(UsageError) as raised:
        engines.stop(desk)
    assert raised.value.code == "engine_stopped_already"


def test_a_lock_text_without_a_lock_is_no_engine(desk: FakeDesk) -> None:
    desk.home.create()
    desk.home.engine_lock.write_text('{"host": "here", "pid": 1, "since": 1.0, "version": "0"}')
    assert not engines.engine(desk).running
    with pytest.raises(UsageError):
        engines.stop(desk)


def test_an_engine_on_another_host_is_named_not_signalled(desk: FakeDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.home.create()
    lock = EngineLock(desk.home.engine_lock)
    lock.acquire(since=desk.clock.now())
    try:
        monkeypatch.setattr("socket.gethostname", lambda: "elsewhere")
        with pytest.raises(UsageError) as raised:
            engines.stop(desk)
        assert raised.value.code == "engine_elsewhere"
    finally:
        lock.release()


def test_another_users_engine_is_asked_through_the_ledger(desk: FakeDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.home.create()
    lock = EngineLock(desk.home.engine_lock)
    lock.acquire(since=desk.clock.now())

    def refuse(pid: int, number: int) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "kill", refuse)
    try:
        with pytest.raises(UsageError) as raised:
            engines.stop(desk, timeout=0.1)
        assert raised.value.code == "engine_does_not_stop"
        assert desk.ledger.get_meta("stop_requested")
    finally:
        lock.release()


def test_poking_makes_the_next_poll_due(desk: FakeDesk) -> None:
    set_up(desk)
    now = desk.clock.now()
    desk.ledger.record_poll(SPACE.id, [], watermark_ns=1, next_poll=now + 300, swept=False, now=now)
    engines.poke(desk, SPACE.id)
    run = desk.ledger.space_run(SPACE.id)
    assert run is not None and run.next_poll <= now


def test_no_secret_stands_in_the_engines_arguments(real: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[list[str]] = []

    real_popen = subprocess.Popen
    monkeypatch.setattr(
        "core.operations.running.engines.subprocess.Popen", lambda c, **k: seen.append(c) or real_popen(["true"])
    )
    with pytest.raises(UsageError):
        engines.start(real)
    assert seen[0][1:] == ["-m", "core.sync", "--home", str(real.home.data)]
