"""Versions, backups and a machine that sleeps: with the real engine, counted at the sandbox's Pingwin."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core import __version__
from core.clock import SystemClock
from core.ledger.schema import scripts
from core.model import State
from core.operations import support
from core.operations.decisions import Act, decide
from core.operations.desk import Desk
from core.operations.setup import activation
from core.sandbox.faults import Fault
from core.sandbox.server import SandboxServer, running_sandbox
from core.sync.engine import run
from core.sync.lock import EngineLock
from tests.core.sync.homes import QUICK, activated, engine, rows, states, wait_for
from tests.tui.commandline import spawn

pytestmark = pytest.mark.processes
OTHER_VERSION = "import sys, core; core.__version__ = '9.9.9'; from core.sync.__main__ import main; sys.exit(main())"


@pytest.fixture
def sandbox() -> Iterator[SandboxServer]:
    with running_sandbox() as server:
        server.control.generate(6, seed=8)
        yield server


def once(desk: Desk) -> None:
    """One round of the engine, to its end."""
    asyncio.run(run(desk.home, once=True))


# -- versions ----------------------------------------------------------------------------------------------------------


def test_an_engine_of_another_version_is_named(sandbox: SandboxServer, tmp_path: Path) -> None:
    desk = activated(tmp_path, sandbox)
    other = subprocess.Popen([sys.executable, "-c", OTHER_VERSION, "--home", str(tmp_path)])
    try:
        wait_for(lambda: EngineLock(desk.home.engine_lock).holder(), "the engine runs")
        told = spawn("--home", str(tmp_path), "status")
        assert "9.9.9" in told.stdout and __version__ in told.stdout, told
    finally:
        other.terminate()
        assert other.wait(20) == 0
    desk.close()


def test_a_ledger_of_a_newer_version_is_left_alone_by_every_command(sandbox: SandboxServer, tmp_path: Path) -> None:
    desk = activated(tmp_path, sandbox)
    desk.close()
    with sqlite3.connect(desk.home.ledger) as ledger:
        ledger.execute("UPDATE meta SET v = '99' WHERE k = 'schema_version'")
    ledger.close()
    before = desk.home.ledger.read_bytes()
    for command in (("run", "--once"), ("status",), ("queue",), ("hold", sandbox.access.space)):
        refused = spawn("--home", str(tmp_path), *command)
        assert refused.returncode == 3 and "newer version" in refused.stderr, (command, refused)
    assert desk.home.ledger.read_bytes() == before
    assert sandbox.control.received()["received"] == 0


def test_a_newer_schema_under_a_running_engine_stops_its_writing(sandbox: SandboxServer, tmp_path: Path) -> None:
    """Another version that migrated the ledger must not be written into by this one."""
    desk = activated(tmp_path, sandbox)
    desk.close()
    process = engine(desk)
    try:
        polls = sandbox.world.requests["list"]
        wait_for(lambda: sandbox.world.requests["list"] > polls, "the engine works")
        with sqlite3.connect(desk.home.ledger, timeout=10) as ledger:
            ledger.execute("UPDATE meta SET v = '99' WHERE k = 'schema_version'")
        sandbox.control.approve()
        polls = sandbox.world.requests["list"]
        wait_for(lambda: sandbox.world.requests["list"] > polls + 2, "polled again")
        log = desk.home.logs / "engine.log"
        wait_for(lambda: log.exists() and "schema 99" in log.read_text(), "it is said")
        assert sandbox.control.received()["received"] == 0
        assert ledger.execute("SELECT count(*) FROM doc").fetchone()[0] == 0
        ledger.close()
    finally:
        process.kill()
        process.wait(10)


def test_an_older_ledger_is_brought_forward_with_a_copy_kept_first(
    sandbox: SandboxServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine of the next version, as a process, over a home of this one."""
    desk = activated(tmp_path, sandbox)
    sandbox.control.approve(count=2)
    once(desk)
    desk.close()
    newest = scripts()[-1].version
    program = (
        "import sys, core.ledger.schema as s, core.ledger.sqlite as l\n"
        f"step = s.Script({newest + 1}, 'next', 'ALTER TABLE doc ADD COLUMN colour TEXT;')\n"
        "old = s.scripts\n"
        "l.scripts = lambda: (*old(), step)\n"
        "from core.sync.__main__ import main; sys.exit(main())\n"
    )
    sandbox.control.approve(count=1)
    upgraded = subprocess.run(
        [sys.executable, "-c", program, "--home", str(tmp_path), "--once"], capture_output=True, timeout=60
    )
    assert upgraded.returncode == 0, upgraded
    with sqlite3.connect(desk.home.ledger) as ledger:
        found = ledger.execute("SELECT state, count(*) FROM doc WHERE colour IS NULL GROUP BY state").fetchall()
    ledger.close()
    assert found == [("confirmed", 3)]
    copy = Desk(desk.home, "an")
    kept = desk.home.ledger.with_name(f"ledger.db.schema-{newest}.bak")
    assert kept.stat().st_mode & 0o777 == 0o600
    with sqlite3.connect(kept) as ledger:
        assert ledger.execute("SELECT count(*) FROM doc WHERE state = 'confirmed'").fetchone() == (2,)
    ledger.close()
    received = sandbox.control.received()
    assert (received["received"], received["received_twice"]) == (3, 0)
    copy.close()


# -- backup and restore ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("contract", ["sandbox", "a-multipart"], ids=["can be asked", "cannot be asked"])
def test_a_restored_ledger_never_sends_a_second_time(sandbox: SandboxServer, tmp_path: Path, contract: str) -> None:
    """Two went before the backup, one waits in it, two went after it, one was approved after the restore."""
    home, backup = tmp_path / "home", tmp_path / "backup.zip"
    desk = activated(home, sandbox, contract=contract)
    sandbox.control.approve(count=2)
    once(desk)
    activation.hold(desk, sandbox.access.space)
    sandbox.control.approve(count=1)
    once(desk)
    support.backup(desk, backup)
    activation.release(desk, sandbox.access.space)
    sandbox.control.approve(count=2)
    once(desk)
    sent = 5
    assert sandbox.control.received()["received"] == sent
    support.restore(desk, backup)
    process = engine(desk, "--once")
    assert process.wait(60) == 0, process.stderr and process.stderr.read()
    assert sandbox.control.received()["received"] == sent, "nothing by itself"
    activation.release(desk, sandbox.access.space)  # the hold came back with the decisions
    activated_again = spawn("--home", str(home), "activate", sandbox.access.space, "--yes", "--waiting", "send")
    assert activated_again.returncode in (0, 1), activated_again
    sandbox.control.approve(count=1)
    wait_for(lambda: once(desk) or len(rows(desk)) == 6, "all are known again")
    for _ in range(3):
        once(desk)
    found = sorted((row.state, row.reason) for row in rows(desk).values())
    waited = (State.CONFIRMED, "found_by_key") if contract == "sandbox" else (State.PARKED, "outcome_unknown")
    assert waited in found, found
    received = sandbox.control.received()
    assert received["received_twice"] == 0 and received["received"] == sent + 1, found
    restored = [row for row in rows(desk).values() if row.reason == "restore"]
    assert len(restored) == 2 and {row.state for row in restored} == {State.HISTORY}, "a person checks both lists"
    parked = [row.id for row in rows(desk).values() if row.state is State.PARKED]
    decide(desk, parked, Act.MARK_DELIVERED)
    assert desk.ledger.check() == []
    desk.close()


# -- a machine that sleeps ---------------------------------------------------------------------------------------------


class Sleeper(SystemClock):
    """The machine's clocks, with sleeps added: both clocks go on meanwhile, as they do over a suspend."""

    def __init__(self) -> None:
        self.slept = 0.0

    def now(self) -> float:
        """Wall clock."""
        return super().now() + self.slept

    def boot(self) -> float:
        """The clock that runs during suspend."""
        return super().boot() + self.slept


async def until(true: Callable[[], object]) -> None:
    """Waits for a condition while the engine works in this very process."""
    async with asyncio.timeout(40):
        while not true():  # noqa: ASYNC110 - another process would have to tell
            await asyncio.sleep(0.001)


@pytest.mark.parametrize("fault", [Fault.UPLOAD_SLOW, Fault.UPLOAD_LOST_ANSWER, None])
async def test_a_machine_that_sleeps_in_the_middle_of_an_upload_sends_nothing_twice(
    sandbox: SandboxServer, tmp_path: Path, fault: Fault | None
) -> None:
    desk = await asyncio.to_thread(activated, tmp_path, sandbox, timing=QUICK)
    clock = Sleeper()
    working = asyncio.create_task(run(desk.home, clock=clock))
    if fault is not None:
        sandbox.control.next_faults(fault)
    sandbox.control.approve(count=3)
    await until(lambda: states(desk) & {State.SENDING, State.CONFIRMED})
    clock.slept += 100 * QUICK.lease
    await until(lambda: len(rows(desk)) == 3 and states(desk) == {State.CONFIRMED})
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    assert states(desk) == {State.CONFIRMED}, rows(desk)
    received = sandbox.control.received()
    assert (received["received"], received["received_twice"]) == (3, 0)
    assert desk.ledger.check() == []
    desk.close()
