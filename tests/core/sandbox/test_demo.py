"""The demo shows the whole way and cleans up after itself, whatever happens to it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from core.config import Home, PingwinTarget
from core.errors import UsageError
from core.installations import Installations
from core.model import State
from core.operations.desk import Desk
from core.operations.running import engines
from core.sandbox.demo import DemoEvent, DemoOptions, prepare, run
from core.sandbox.invoices import write_ubl
from core.sync.lock import EngineLock
from core.wording import messages
from tests.core.sandbox.efff_files import purchase
from tests.core.sandbox.test_world import wait_until

pytestmark = pytest.mark.processes


def silent(_: DemoEvent) -> None:
    """Nobody looks."""


def no_process_of(home: Path) -> bool:
    """Whether no process names this folder among its arguments."""
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if str(home).encode() in entry.read_bytes():
                return False
        except OSError:
            continue
    return True


def test_every_document_approved_while_active_is_delivered_once_and_history_stays(tmp_path: Path) -> None:
    told: list[DemoEvent] = []
    summary = run(DemoOptions(documents=6, history=3, home=tmp_path, seed=2, pace=0.1), told.append)
    assert summary.ok
    assert (summary.documents, summary.delivered, summary.received) == (6, 6, 6)
    assert (summary.needs_attention, summary.unknown, summary.received_twice, summary.invalid) == (0, 0, 0, 0)
    assert len(summary.lines) == 6
    assert all(line.reference.startswith("PW-") for line in summary.lines)
    assert {event.code for event in told} <= set(messages())
    assert no_process_of(tmp_path)
    keys = {"documents", "delivered", "needs_attention", "unknown", "received", "received_twice", "invalid", "seconds"}
    assert keys <= set(summary.as_json())


def test_with_faults_it_ends_the_same(tmp_path: Path) -> None:
    summary = run(DemoOptions(documents=8, home=tmp_path, faults=True, seed=3, pace=0.1), silent)
    assert summary.ok
    assert summary.faults > 0
    assert summary.delivered == summary.received == 8


def test_broken_files_of_a_folder_wait_for_a_person_and_the_rest_goes_on(tmp_path: Path) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    for position in range(3):
        (folder / f"sound-{position}.xml").write_bytes(write_ubl(purchase(position)))
    (folder / "again.xml").write_bytes(write_ubl(purchase(0)).replace(b"<cbc:Note>", b"<cbc:Note>x"))
    (folder / "cut.xml").write_bytes(write_ubl(purchase(3))[:600])
    (folder / "bomb.xml").write_bytes(b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>')
    (folder / "scan.pdf").write_bytes(b"%PDF-1.4 none")
    summary = run(DemoOptions(folder=folder, home=tmp_path / "home", pace=0.1), silent)
    assert summary.ok
    assert (summary.documents, summary.delivered, summary.needs_attention) == (7, 3, 4)
    waiting = [line for line in summary.lines if line.state != State.CONFIRMED]
    assert all(line.reason in messages() for line in waiting)
    assert summary.received_twice == summary.invalid == 0


def test_an_engine_that_dies_is_noticed_at_once_and_nothing_is_called_delivered(tmp_path: Path) -> None:
    lock = EngineLock(Home.locate(tmp_path).engine_lock)

    def kill_engine(event: DemoEvent) -> None:
        if event.code == "demo_approved" and (holder := lock.holder()):
            os.kill(holder["pid"], signal.SIGKILL)

    summary = run(DemoOptions(documents=60, home=tmp_path, pace=0.05), kill_engine)
    assert not summary.ok
    assert summary.unknown > 0
    assert summary.received_twice == 0


@pytest.mark.corpus
def test_the_published_test_cases_end_where_they_should(corpus: Path, tmp_path: Path) -> None:
    folder = corpus / "ublbe" / "testcases-1.31"
    summary = run(DemoOptions(folder=folder, home=tmp_path, pace=0.1), silent)
    assert summary.ok
    assert (summary.documents, summary.delivered, summary.received) == (36, 32, 32)
    reasons = Counter(line.reason for line in summary.lines if line.state != State.CONFIRMED)
    assert reasons == {"possible_duplicate": 2, "not_this_dossier": 2}


def test_a_home_with_real_settings_is_refused_and_left_alone(tmp_path: Path) -> None:
    home = Home.locate(tmp_path)
    home.create()
    settings = Installations(home.installations, home.file_mode)
    settings.change_machine(lambda each: each.model_copy(update={"pingwin": PingwinTarget(kind="folder", folder="/x")}))
    before = home.installations.read_bytes()
    with pytest.raises(UsageError, match="real"):
        run(DemoOptions(documents=1, home=tmp_path), silent)
    assert home.installations.read_bytes() == before


def test_an_earlier_demo_begins_anew_and_no_credential_of_the_environment_reaches_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BANQUP_PINGWIN_BANQUP_SECRET", "the real one")
    monkeypatch.setenv("BANQUP_PINGWIN_API_KEY", "the real one")
    for seed in (1, 2):
        summary = run(DemoOptions(documents=1, history=0, home=tmp_path, seed=seed), silent)
        assert (summary.ok, summary.documents, summary.received) == (True, 1, 1)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such folder"):
        run(DemoOptions(folder=tmp_path / "missing"), silent)


def test_a_prepared_demo_goes_on_approving_and_ends_with_its_block(tmp_path: Path) -> None:
    with prepare(DemoOptions(documents=4, history=1, home=tmp_path), silent, every=0.2) as stage:
        assert stage.desk.machine.demo
        engines.start(stage.desk)
        wait_until(lambda: stage.desk.ledger.counts()[stage.access.space].get(State.CONFIRMED) == 4)
    assert not engines.engine(Desk(Home.locate(tmp_path), actor="test")).running
    assert no_process_of(tmp_path)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_killed_demo_leaves_no_process_behind(tmp_path: Path, number: int) -> None:
    script = (
        "from pathlib import Path\n"
        "from core.sandbox.demo import DemoOptions, run\n"
        f"run(DemoOptions(documents=500, home=Path({str(tmp_path)!r})), lambda _: None)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", script])
    try:
        lock = EngineLock(Home.locate(tmp_path).engine_lock)
        wait_until(lambda: lock.holder() is not None)
        os.kill(process.pid, number)
        process.wait(20)
        wait_until(lambda: lock.holder() is None and no_process_of(tmp_path))
    finally:
        process.kill()
        process.wait()
