"""The sandbox survives a restart, its faults are repeatable and bounded, its control is not for everybody."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

import core.sandbox
from core.errors import UsageError
from core.sandbox.control_client import ACCESS_FILE, Access, SandboxControl, find
from core.sandbox.faults import BAD_WEATHER, PLACES, Fault, FaultPlan, Point
from core.sandbox.fill import open_world
from core.sandbox.server import SandboxServer, running_sandbox
from core.sandbox.world import World
from core.wording import messages
from tests.core.sandbox.conftest import Caller
from tests.core.sandbox.efff_files import efff, purchase

DEADLINE = 60.0


def test_a_restarted_sandbox_knows_everything_it_knew(tmp_path: Path) -> None:
    with running_sandbox(open_world(tmp_path, documents=5)) as first, httpx.Client(base_url=first.address) as http:
        caller = Caller(first, http)
        approved = first.world.approve(count=2)
        caller.upload(efff(purchase()), key="k")
        access = first.access
    again = open_world(tmp_path, documents=99)
    assert [d.id for d in again.documents()] == [d.id for d in first.world.documents()]
    assert [again.document(d.id) for d in approved] == list(approved)
    assert again.receipts == first.world.receipts
    assert (again.client_secret, again.dossier.api_key) == (access.client_secret, access.api_key)
    assert not {d.id for d in again.add(())} & {d.id for d in approved}
    assert stat.S_IMODE((tmp_path / "sandbox.db").stat().st_mode) == 0o600


def test_new_documents_after_a_restart_get_ids_of_their_own(tmp_path: Path) -> None:
    first = open_world(tmp_path, documents=3)
    known = {document.id for document in first.documents()}
    first.close()
    again = open_world(tmp_path)
    made = open_world(documents=3, seed=9)
    assert not known & {again.new_id() for _ in range(50)}
    assert len(made.documents()) == 3


def test_approving_without_ids_takes_the_oldest_that_wait() -> None:
    world = open_world(documents=6)
    first = world.approve(count=2)
    second = world.approve(count=2)
    assert len({d.id for d in (*first, *second)}) == 4
    assert all(d.at_trigger for d in (*first, *second))
    assert len(world.approve()) == 2


def test_chance_is_repeatable_and_bounded() -> None:
    def played(seed: int) -> list[Fault | None]:
        plan = FaultPlan(seed, {Fault.ERROR_500: 0.5}, budget=10, per_subject=2)
        return [plan.draw(Point.LIST, "one") for _ in range(50)] + [plan.draw(Point.LIST) for _ in range(50)]

    assert played(1) == played(1) != played(2)
    faults = [fault for fault in played(1) if fault]
    assert 2 < len(faults) <= 10
    assert sum(fault is not None for fault in played(1)[:50]) == 2


def test_a_scripted_fault_waits_for_the_point_where_it_fits() -> None:
    plan = FaultPlan(script=[Fault.UPLOAD_LOST_ANSWER, Fault.ERROR_500])
    assert plan.draw(Point.LIST) is Fault.ERROR_500
    assert plan.draw(Point.LIST) is None
    assert plan.draw(Point.UPLOAD) is Fault.UPLOAD_LOST_ANSWER


def test_every_fault_has_a_place_and_bad_weather_leaves_most_calls_alone() -> None:
    assert set(PLACES) == set(Fault)
    for point in Point:
        assert sum(chance for fault, chance in BAD_WEATHER.items() if point in PLACES[fault]) < 0.4


def test_control_calls_need_the_control_token(caller: Caller) -> None:
    refused = caller.http.post("/_sandbox/approve")
    assert refused.status_code == 403
    with pytest.raises(UsageError):
        SandboxControl(caller.server.address, "wrong").state()


def test_a_wrong_control_call_is_refused_with_its_reason(caller: Caller) -> None:
    for call in (
        lambda c: c.next_faults("rain"),
        lambda c: c.approve(["no-such-document"]),
        lambda c: c.switch(unheard_of=1),
        lambda c: c.call("GET", "nothing"),
    ):
        with pytest.raises(UsageError, match="refused"):
            call(caller.server.control)


def test_control_counts_requests_and_documents(caller: Caller) -> None:
    caller.documents()
    caller.server.control.generate(3, seed=4)
    state = caller.server.control.state()
    assert state["documents"] == 15
    assert state["requests"]["list"] == 1
    caller.server.control.reset()
    assert caller.server.control.state()["requests"] == {}


def test_bad_weather_can_be_sent_and_ended_while_it_runs(caller: Caller) -> None:
    assert caller.server.control.bad_weather(seed=4)["chances"]["upload-lost-answer"] > 0
    assert caller.server.control.fair_weather()["chances"] == {}


def test_two_sandboxes_run_beside_each_other_and_a_taken_port_is_named(caller: Caller) -> None:
    with running_sandbox() as other:
        assert other.port != caller.server.port
        with pytest.raises(UsageError, match=str(other.port)):
            SandboxServer(World(), other.port)


def test_secrets_do_not_show_in_the_repr_of_how_to_reach_it(caller: Caller) -> None:
    shown = repr(caller.server.access) + repr(caller.server.world.dossier)
    access = caller.server.access
    for secret in (access.client_secret, access.api_key, access.clid, access.control_token):
        assert secret not in shown


@pytest.mark.processes
@pytest.mark.parametrize("end", ["stdin", "sigterm"])
def test_a_sandbox_of_its_own_process_ends_with_its_parent_and_with_a_signal(tmp_path: Path, end: str) -> None:
    command = [sys.executable, "-m", "core.sandbox", "--home", str(tmp_path), "--documents", "3", "--with-parent"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE)
    try:
        wait_until(lambda: (tmp_path / ACCESS_FILE).exists())
        access = Access.read(tmp_path)
        assert access.pid == process.pid
        assert stat.S_IMODE(os.stat(tmp_path / ACCESS_FILE).st_mode) == 0o600
        with find(tmp_path) as control:
            wait_until(lambda: answers(control))
            assert control.state()["documents"] == 3
        if end == "stdin":
            process.stdin.close()
        else:
            process.terminate()
        process.wait(DEADLINE)
        assert not (tmp_path / ACCESS_FILE).exists()
        with pytest.raises(UsageError, match="No sandbox"):
            find(tmp_path)
    finally:
        process.kill()
        process.wait()


def answers(control: SandboxControl) -> bool:
    try:
        return bool(control.state())
    except UsageError:
        return False


def wait_until(condition) -> None:
    deadline = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_every_problem_and_error_of_the_sandbox_has_its_sentence() -> None:
    source = "".join(path.read_text() for path in Path(core.sandbox.__file__).parent.glob("*.py"))
    codes = {word.split('"')[0] for word in source.split('"sandbox_')[1:]}
    assert codes
    assert {f"sandbox_{code}" for code in codes} <= set(messages())
