"""Files edited by hand while the engine runs: what is broken is reported with its place, and nothing is lost by it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.files import replace_file
from core.model import State
from core.operations.desk import Desk
from core.sandbox.server import SandboxServer, running_sandbox
from tests.core.sync.homes import activated, engine, rows, states, wait_for
from tests.tui.commandline import spawn

pytestmark = pytest.mark.processes


@pytest.fixture
def sandbox() -> Iterator[SandboxServer]:
    with running_sandbox() as server:
        server.control.generate(4, seed=12)
        yield server


@contextmanager
def running(desk: Desk) -> Iterator[subprocess.Popen[bytes]]:
    """An engine that is asked to end afterwards, and must."""
    process = engine(desk)
    try:
        yield process
        process.terminate()
        _, said = process.communicate(timeout=20)
        assert process.returncode == 0 and b"Traceback" not in said, said
    finally:
        process.kill()


def arrived(desk: Desk, count: int) -> bool:
    """Whether so many deliveries are confirmed."""
    return sum(row.state is State.CONFIRMED for row in rows(desk).values()) == count


def test_broken_secrets_keep_everything_waiting_until_they_are_mended(sandbox: SandboxServer, tmp_path: Path) -> None:
    """A source of secrets that does not work was taken for a worker that dies: deliveries were parked."""
    desk = activated(tmp_path, sandbox)
    with running(desk):
        sandbox.control.approve(count=1)
        wait_for(lambda: arrived(desk, 1), "the first arrives")
        good = desk.home.credentials.read_bytes()
        broken = good.replace(b"clid = ", b"clid : ", 1)
        line = good[: good.index(b"clid = ")].count(b"\n") + 1
        replace_file(desk.home.credentials, broken, 0o600, prefix=".editor-")
        wait_for(
            lambda: f"line {line}" in spawn("--home", str(tmp_path), "status").stdout,
            "the first line says line and place",
        )
        sandbox.control.approve(count=3)
        refused = spawn("--home", str(tmp_path), "credentials", "set", sandbox.access.space, "--stdin", input="clid=x")
        assert refused.returncode == 2 and f"line {line}" in refused.stderr, refused
        assert desk.home.credentials.read_bytes() == broken, "never overwritten"
        assert not any(row.state is State.PARKED for row in rows(desk).values())
        replace_file(desk.home.credentials, good, 0o600, prefix=".editor-")
        wait_for(lambda: len(rows(desk)) == 4 and arrived(desk, 4), "all arrive")
    assert sandbox.control.received()["received_twice"] == 0
    assert {row.attempts for row in rows(desk).values()} == {1}
    desk.close()


def test_a_command_for_secrets_that_fails_is_said_with_each_delivery_and_tried_again(
    sandbox: SandboxServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = activated(tmp_path, sandbox)
    calls = tmp_path / "calls"
    name = f"BANQUP_PINGWIN_API_KEY_{sandbox.access.space.upper().replace('-', '_')}_COMMAND"
    monkeypatch.setenv(name, f"sh -c 'echo x >> {calls}; exit 3'")
    with running(desk):
        sandbox.control.approve(count=2)
        wait_for(lambda: {row.reason for row in rows(desk).values()} == {"secret_command_failed"}, "they say why")
        assert states(desk) == {State.READY}
        assert len(calls.read_text().split()) <= 3, "a password manager is not asked twice a second"
    assert not any(event.code == "worker_died" for event in desk.ledger.events(limit=10_000))
    desk.close()


def test_broken_decisions_change_nothing_until_they_are_mended(sandbox: SandboxServer, tmp_path: Path) -> None:
    desk = activated(tmp_path, sandbox)
    with running(desk):
        polls = sandbox.world.requests["list"]
        wait_for(lambda: sandbox.world.requests["list"] > polls, "the engine works")
        good = desk.home.installations.read_bytes()
        broken = good[:-20]
        replace_file(desk.home.installations, broken, 0o600, prefix=".editor-")
        sandbox.control.approve(count=2)
        wait_for(lambda: arrived(desk, 2), "work goes on by the last good version")
        for command in (("status",), ("hold", sandbox.access.space), ("queue",)):
            told = spawn("--home", str(tmp_path), *command)
            if command != ("queue",):
                assert told.returncode == 2 and "line " in told.stderr and "column " in told.stderr, told
        assert desk.home.installations.read_bytes() == broken, "never overwritten"
        held = good.replace(b'"held_by": ""', b'"held_by": "an editor"')
        replace_file(desk.home.installations, held, 0o600, prefix=".editor-")
        sandbox.control.approve(count=2)
        wait_for(lambda: len(rows(desk)) == 4, "found")
        told = spawn("--home", str(tmp_path), "status")
        assert "an editor" in told.stdout, "an editor that replaced the file is noticed"
    desk.close()
