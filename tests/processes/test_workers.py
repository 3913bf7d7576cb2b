"""Several engines over one PostgreSQL: killed, stopped, the server crashed, restarted and its sessions cut.

`python -m tests.processes.kill_loop --store postgres --workers 4 --kills 200` is the long form.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from pydantic import SecretStr

from core.errors import StoreError
from core.home import Home
from core.model import Space, State
from core.operations.desk import Desk
from core.operations.running import engines
from core.operations.setup import activation, installing
from core.operations.setup.installing import CredentialField
from core.pingwin.library import SHIPPED
from core.sandbox.generator import generate
from core.sandbox.server import SandboxServer, running_sandbox
from core.sync import workers
from tests.cluster import WANTED, Cluster, missing, running
from tests.core.sync.homes import activated, rows, states, wait_for

pytestmark = [pytest.mark.processes, pytest.mark.skipif(missing(), reason=WANTED)]
BLOWS = int(os.environ.get("BANQUP_PINGWIN_BLOWS", "200")) // 10
LONGEST = 400.0
CEILING = 24
ADDRESS = "BANQUP_PINGWIN_DATABASE_URL"


def test_four_workers_and_a_failing_server_lose_nothing_and_send_nothing_twice() -> None:
    """Beside what the loop for a file does: crashes (immediate mode), restarts, and every session cut."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.processes.kill_loop", "--store", "postgres", "--workers", "4",
         "--kills", str(BLOWS), "--seed", "11"],
        stdout=subprocess.PIPE, text=True, timeout=LONGEST, check=False,
    )  # fmt: skip
    outcome = json.loads(done.stdout[done.stdout.index("{") :])
    assert done.returncode == 0, json.dumps(outcome, indent=2)
    assert (outcome["lost"], outcome["twice"], outcome["history_sent"], outcome["problems"]) == (0, 0, 0, [])
    assert "kill server" in done.stdout


@pytest.fixture
def server() -> Iterator[Cluster]:
    with running(durable=True) as cluster:
        yield cluster


@pytest.fixture
def sandbox() -> Iterator[SandboxServer]:
    with running_sandbox() as box:
        yield box


@pytest.fixture
def desk(server: Cluster, sandbox: SandboxServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setenv(ADDRESS, server.url(server.database()))
    sandbox.control.generate(12, seed=5)
    desk = activated(tmp_path, sandbox)
    yield desk
    desk.close()


def worker(desk: Desk) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "core.sync", "--home", str(desk.home.config), "--workers", "2"])


def test_workers_wait_for_a_server_that_is_away_and_stop_when_told(
    desk: Desk, server: Cluster, sandbox: SandboxServer
) -> None:
    server.stop("immediate")
    both = [worker(desk), worker(desk)]
    try:
        time.sleep(1.0)
        assert [process.poll() for process in both] == [None, None], "they wait"
        server.start()
        wait_for(lambda: len(desk.ledger.engines()) == 2, "two engines")
        approved = {each["id"] for each in sandbox.control.approve(count=8)}
        wait_for(
            lambda: {id for id, row in rows(desk).items() if row.state is State.CONFIRMED} == approved, "delivered"
        )
        seen = engines.engine(desk)
        assert seen.running and seen.pid in {process.pid for process in both}
        assert not engines.stop(desk).running
        assert [process.wait(20) for process in both] == [0, 0]
    finally:
        for process in both:
            process.kill()
    received = sandbox.control.received()
    assert (received["received"], received["received_twice"]) == (8, 0)
    assert desk.ledger.check() == []


def test_server_that_goes_away_while_an_engine_begins_is_waited_for(
    desk: Desk, server: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between its schema and its first statement as an engine; seen once as an end with `ledger_unreachable`."""
    said: list[str] = []
    begun = workers.House.refuse_another

    def gone_once(house: workers.House) -> None:
        if not said:
            server.stop("immediate")
        begun(house)

    def heard(problem: StoreError) -> None:
        said.append(problem.code)
        server.start()

    monkeypatch.setattr(workers.House, "refuse_another", gone_once)
    asyncio.run(workers.run(desk.home, workers=1, waiting=heard, ready=lambda: os.kill(os.getpid(), signal.SIGTERM)))
    assert said == ["ledger_unreachable"]


@pytest.fixture
def narrow_desk(
    server: Cluster, sandbox: SandboxServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Desk]:
    """A target that takes one upload at once from an account, and an app that may make `CEILING` calls a minute."""
    monkeypatch.setenv(ADDRESS, server.url(server.database()))
    sandbox.control.generate(CEILING, seed=5)
    contracts = Home.locate(tmp_path).contracts
    contracts.mkdir(mode=0o700)
    narrow = (SHIPPED / "sandbox.toml").read_text("utf-8").replace("concurrency = 4", "concurrency = 1")
    (contracts / "narrow.toml").write_text(narrow.replace('name = "sandbox"', 'name = "narrow"'), "utf-8")
    desk = activated(tmp_path, sandbox, contract="narrow")
    desk.installations.change_machine(
        lambda machine: machine.model_copy(
            update={"banqup": machine.banqup.model_copy(update={"calls_per_minute": CEILING})}
        )
    )
    yield desk
    desk.close()


def test_two_workers_together_keep_the_limits_of_the_banqup_app_and_of_the_pingwin_account(
    narrow_desk: Desk, sandbox: SandboxServer
) -> None:
    """Counted at the sandbox: calls in a minute, and uploads beside each other."""
    desk = narrow_desk
    sandbox.control.switch(upload_seconds=0.2)
    sandbox.control.approve(count=CEILING)
    before, began = calls(sandbox), time.monotonic()
    both = [worker(desk), worker(desk)]
    try:
        wait_for(lambda: calls(sandbox) - before >= CEILING + 4, "more calls than a minute's at once")
        allowed = CEILING + (time.monotonic() - began) * CEILING / 60 + 1
        assert calls(sandbox) - before <= allowed
        wait_for(lambda: len(senders(desk)) == 2, "uploads of both")
    finally:
        for process in both:
            process.kill()
            process.wait()
    assert sandbox.control.state()["uploads_at_once"] == 1


def senders(desk: Desk) -> set[str]:
    """The processes that declared an upload."""
    events = desk.ledger.events(limit=10_000)
    return {str(each.args["worker"]).split(":")[1] for each in events if each.kind == "intent"}


def calls(sandbox: SandboxServer) -> int:
    """How often Banqup was asked for something that counts for its ceiling."""
    asked = sandbox.control.state()["requests"]
    return sum(asked.get(kind, 0) for kind in ("token", "spaces", "list", "document", "file"))


def test_dossier_that_answers_nothing_delays_no_other_one_with_several_workers(
    desk: Desk, sandbox: SandboxServer
) -> None:
    others = [another_space(desk, sandbox) for _ in range(3)]
    sandbox.control.dossier(file_id=sandbox.access.file_id, silent=True)
    silent = {each["id"] for each in sandbox.control.approve(count=10)}
    both = [worker(desk), worker(desk)]
    try:
        wait_for(lambda: State.UNKNOWN in states(desk), "the silent one's first outcome is unknown")
        for round_ in range(1, 3):
            for space in others:
                add_documents(sandbox, space, 3)
            wait_for(lambda: delivered_in(desk, others) == 9 * round_, "all of the others")  # noqa: B023 - called at once
    finally:
        for process in both:
            process.kill()
            process.wait()
    found = rows(desk)
    assert not any(found[id].state is State.CONFIRMED for id in silent & found.keys())


def another_space(desk: Desk, sandbox: SandboxServer) -> str:
    """One more space with a dossier of its own, switched on."""
    world, number = sandbox.world, desk.installations.all()[0].enterprise_numbers
    space = world.add_space(f"Company {len(world.spaces)}")
    dossier = world.add_dossier(space.name, clid=sandbox.access.clid)
    installing.install(desk, Space(space.id, space.name), enterprise_numbers=number, own_extension_off=True)
    given = {CredentialField.API_KEY: dossier.api_key, CredentialField.CLID: dossier.clid,
             CredentialField.FILE_ID: dossier.file_id}  # fmt: skip
    installing.set_credentials(desk, space.id, {name: SecretStr(value) for name, value in given.items()})
    asyncio.run(activation.activate(desk, space.id))
    return space.id


def add_documents(sandbox: SandboxServer, space: str, count: int) -> None:
    """New documents in a space, approved now."""
    world = sandbox.world
    made = generate(count, seed=len(world.documents()))
    world.approve([each.id for each in world.add(made.drafts, space)])


def delivered_in(desk: Desk, spaces: list[str]) -> int:
    return sum(row.state is State.CONFIRMED for row in rows(desk).values() if row.space in spaces)


def test_another_worker_looks_after_the_spaces_when_the_first_dies(desk: Desk, sandbox: SandboxServer) -> None:
    """Who follows decisions holds a lock of the server's, which goes on with the session."""
    both = [worker(desk)]
    try:
        wait_for(lambda: len(desk.ledger.engines()) == 1, "the first")
        both.append(worker(desk))
        wait_for(lambda: len(desk.ledger.engines()) == 2, "the second")
        both[0].kill()
        both[0].wait()
        approved = {each["id"] for each in sandbox.control.approve(count=3)}
        wait_for(
            lambda: {id for id, row in rows(desk).items() if row.state is State.CONFIRMED} == approved, "delivered"
        )
        space = sandbox.access.space
        desk.installations.change(space, lambda each: each.model_copy(update={"active": False, "activated_at": None}))
        wait_for(lambda: not cast("SimpleNamespace", desk.ledger.space_run(space)).running, "the decision is followed")
    finally:
        for process in both:
            process.kill()
            process.wait()
    assert Home.locate(desk.home.config) == desk.home
