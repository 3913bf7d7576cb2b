"""The real engine tells people by their command what needs them: once, also after a restart, and nothing secret."""

from __future__ import annotations

import asyncio
import json
import shlex
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.clock import SystemClock
from core.config import Notices
from core.errors import UsageError
from core.home import Home
from core.operations.desk import Desk
from core.operations.running import telling
from core.sandbox.faults import Fault
from core.sandbox.generator import generate, settle
from core.sandbox.server import SandboxServer, running_sandbox
from core.sandbox.world import World
from core.service.systemd import Systemd
from core.stores import open_store
from core.sync.engine import run
from core.sync.house import House
from tests.core.operations.fakes import make_desk
from tests.core.sync import homes
from tests.tui.commandline import call

pytestmark = pytest.mark.processes


@pytest.fixture
def server() -> Iterator[SandboxServer]:
    world = World()
    made = generate(4, seed=4)
    settle(world, made.dossier)
    world.add(made.drafts)
    with running_sandbox(world) as running:
        yield running


@pytest.fixture
def desk(server: SandboxServer, tmp_path: Path) -> Iterator[Desk]:
    made = homes.activated(tmp_path / "home", server)
    yield made
    made.close()


def hook(desk: Desk, tmp_path: Path, code: str = "") -> Path:
    """Sets a command that keeps each notice on a line of a file."""
    told, script = tmp_path / "told.jsonl", tmp_path / "hook.py"
    script.write_text(f"import sys\n{code}\nopen({str(told)!r}, 'a').write(sys.stdin.read() + chr(10))\n")
    telling.set_notices(desk, Notices(command=(sys.executable, str(script)), settle_s=0))
    told.touch()
    return told


def notices(told: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in told.read_text().splitlines()]


def test_a_refused_document_is_told_once_and_not_again_after_a_restart(
    desk: Desk, server: SandboxServer, tmp_path: Path
) -> None:
    told = hook(desk, tmp_path)
    server.world.faults.next_(Fault.UPLOAD_REFUSED)
    server.control.approve(count=2)
    with homes.engine(desk) as process:
        homes.wait_for(lambda: notices(told), "a notice")
        process.terminate()
        process.wait(20)
    asyncio.run(run(desk.home, once=True, beside=telling.Teller))
    told_of = notices(told)
    assert len(told_of) == 1, told_of
    (notice,) = told_of
    (trouble,) = notice["troubles"]  # type: ignore[misc]
    assert (trouble["occasion"], trouble["count"], trouble["new"]) == ("needs_you", 1, True)
    parties = {part for row in homes.rows(desk).values() for part in (row.counterparty, row.vat_number, row.number)}
    assert not any(part and part in told.read_text() for part in parties)


def test_of_several_engines_that_see_the_same_one_tells(desk: Desk, server: SandboxServer, tmp_path: Path) -> None:
    told = hook(desk, tmp_path)
    server.world.faults.next_(Fault.UPLOAD_REFUSED)
    server.control.approve(count=1)
    asyncio.run(run(desk.home, once=True))
    ledgers = [open_store(desk.home, {}) for _ in range(4)]
    tellers = [
        telling.Teller(House(desk.home, each, SystemClock(), {}), Systemd({}, time.monotonic)) for each in ledgers
    ]

    async def at_once() -> None:
        await asyncio.gather(*(each.look(last=True) for each in tellers))

    asyncio.run(at_once())
    for each in ledgers:
        each.close()
    assert len(notices(told)) == 1


def test_a_round_by_cron_tells_too_and_says_when_it_cannot(desk: Desk, server: SandboxServer, tmp_path: Path) -> None:
    told = hook(desk, tmp_path, "sys.exit('no route to the mail server')")
    server.world.faults.next_(Fault.UPLOAD_REFUSED)
    server.control.approve(count=1)
    asyncio.run(run(desk.home, once=True, beside=telling.Teller))
    assert not notices(told)
    assert "no route" in str(telling.problem(desk))
    shown = call("--home", str(desk.home.data), "notices", "show")
    assert "no route" in shown.stderr
    doctor = json.loads(call("--home", str(desk.home.data), "doctor", "--json").stdout)
    assert any(line["code"] == "notice_failed" and line["passed"] is False for line in doctor)


def test_a_test_notice_runs_the_command_now(tmp_path: Path) -> None:
    at = ("--home", str(tmp_path / "home"), "notices")
    assert call(*at, "test").exit_code == 2
    told = tmp_path / "told"
    command = shlex.join([sys.executable, "-c", f"import sys; open({str(told)!r}, 'w').write(sys.stdin.read())"])
    assert call(*at, "set", "--command", command, "--event", "stuck", "--stuck-after", "4").exit_code == 0
    assert call(*at, "test").exit_code == 0
    assert json.loads(told.read_text())["troubles"][0]["code"] == "notice_test"
    shown = json.loads(call(*at, "show", "--json").stdout)
    assert (shown["events"], shown["stuck_h"], shown["command"][0]) == (["stuck"], 4.0, sys.executable)
    assert call(*at, "set", "--command", "un'closed").exit_code == 2
    assert call(*at, "set", "--command", "false").exit_code == 0
    assert call(*at, "test").exit_code == 1
    assert call(*at, "set", "--command", "").exit_code == 0


def test_shared_settings_never_run_a_command_as_the_engines_user(tmp_path: Path) -> None:
    wanted = Notices(command=("/bin/evil",))
    system = Home(tmp_path, tmp_path, "system")
    assert telling.hook_of(system, wanted, {}) == ()
    assert telling.hook_of(system, wanted, {telling.COMMAND: "mail 'an b'"}) == ("mail", "an b")
    assert telling.hook_of(Home(tmp_path, tmp_path, "user"), wanted, {}) == ("/bin/evil",)
    desk = make_desk(tmp_path)
    desk.home = Home(tmp_path / "c", tmp_path / "d", "system")
    with pytest.raises(UsageError) as raised:
        telling.set_notices(desk, wanted)
    assert raised.value.code == "notice_command_by_unit"
    desk.close()


def test_a_login_hears_one_line_where_nothing_runs_and_none_where_all_is_well(desk: Desk, tmp_path: Path) -> None:
    at = ("--home", str(desk.home.data), "--readonly", "status", "--brief")
    stopped = call(*at)
    assert stopped.exit_code == 1 and stopped.stdout.startswith("banqup-pingwin: Nothing ran since ")
    assert len(stopped.stdout.splitlines()) == 1
    with homes.engine(desk) as process:
        homes.wait_for(lambda: call(*at).exit_code == 0, "an engine that is seen")
        assert call(*at).output == ""
        process.terminate()
        process.wait(20)
    nobody = call("--home", str(tmp_path / "nothing"), "--readonly", "status", "--brief")
    assert (nobody.exit_code, nobody.output) == (0, "")
