"""installations.json: changed as a whole, by one process at a time, and never overwritten while a person broke it."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import signal
import stat
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.config import BanqupConnection, Machine
from core.errors import ConfigurationError, StoreError, UsageError
from core.files import replace_file
from core.installations import Consent, Installation, Installations, SettingsStorage

SPACE = "6f1c2a94-0d3b-4a55-9a0e-1f6f0a7d2b11"
fork = multiprocessing.get_context("fork")


def installation(space: str = SPACE, name: str = "Bakkerij Peeters", **more: object) -> Installation:
    consent = Consent(by="An", at=datetime(2026, 11, 2, 9, 0, tzinfo=UTC))
    return Installation(space=space, name=name, consent=consent, **more)  # type: ignore[arg-type]


@pytest.fixture
def store(tmp_path: Path) -> Installations:
    return Installations(tmp_path / "installations.json")


def test_a_decision_is_read_back_by_another_process(store: Installations) -> None:
    one = installation(active=True, activated_at=datetime(2026, 11, 3, tzinfo=UTC), enterprise_numbers=("0403019261",))
    store.save(one)
    store.save(installation("other", "Aannemer"))
    again = Installations(store.path)
    assert again.get(SPACE) == one
    assert [found.name for found in again.all()] == ["Aannemer", "Bakkerij Peeters"]
    assert again.remove("other") and not again.remove("other")
    assert again.all() == [one] == store.all()


def test_saving_again_replaces_and_makes_no_second_one(store: Installations) -> None:
    store.save(installation())
    store.save(installation(file_id="12345"))
    assert [found.file_id for found in store.all()] == ["12345"]


def test_the_file_is_for_people(store: Installations) -> None:
    store.save_machine(Machine(banqup=BanqupConnection(base_url="https://banqup.example")))
    store.save(installation(name="Café Zoë"))
    text = store.path.read_text()
    assert set(json.loads(text)) == {"installations", "machine"}
    assert '\n    "1": {\n' in text and "Café Zoë" in text
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600


def test_the_machine_has_one_name_before_and_after_it_is_saved(store: Installations) -> None:
    before = store.machine().machine_id
    assert Installations(store.path).machine().machine_id == before
    store.change_machine(lambda machine: machine.model_copy(update={"workers": 7}))
    assert Installations(store.path).machine().machine_id == before
    assert store.machine().workers == 7


def test_one_decision_is_one_file_version_and_the_one_before_is_kept(store: Installations) -> None:
    store.save(installation())
    before = store.path.read_bytes()
    inode = store.path.stat().st_ino
    store.change(SPACE, lambda found: found.model_copy(update={"active": True}))
    assert store.path.stat().st_ino != inode, "replaced, not written over"
    assert store.path.with_name("installations.json.bak").read_bytes() == before


def test_a_change_that_changes_nothing_writes_nothing(store: Installations) -> None:
    store.save(installation())
    stamp = store.stamp()
    store.change(SPACE, lambda found: found)
    assert store.stamp() == stamp


def test_changing_what_is_not_installed_is_refused(store: Installations) -> None:
    with pytest.raises(UsageError) as caught:
        store.change("nowhere", lambda found: found)
    assert caught.value.code == "installation_unknown"


def test_an_editor_that_replaces_the_file_is_noticed_without_restart(store: Installations) -> None:
    store.save(installation())
    assert store.get(SPACE) == installation()
    text = store.path.read_text().replace("Bakkerij Peeters", "Bakkerij Janssens")
    replace_file(store.path, text.encode(), 0o600, prefix=".editor-")
    found = store.get(SPACE)
    assert found is not None and found.name == "Bakkerij Janssens"
    store.save(installation("other"))
    assert len(Installations(store.path).all()) == 2, "a later change builds on what the editor wrote"


def test_reading_an_unchanged_file_parses_nothing(store: Installations) -> None:
    store.save(installation())
    assert store.get(SPACE) is store.get(SPACE)


BROKEN = [
    ('{"installations": {"1": {', "settings_broken", 1, 26),
    ('{\n  "installations": {\n    "1": {"space": "a",}\n  }\n}', "settings_broken", 3, 24),
    ('{"machine": {"1": {"workers": NaN}}}', "settings_broken", 1, None),
    ('{\n "installations": {"1": {"space": "a"},\n "1": {"space": "b"}}}', "settings_broken", 3, 2),
    ('{\n "installation": {}}', "settings_broken", 2, None),
    ('{"installations": {"first": {}}}', "settings_broken", 1, None),
    ("[]", "settings_broken", 1, 1),
    ("", "settings_broken", 1, 1),
    ('{"machine": {"1": {\n  "wokers": 4}}}', "settings_invalid", 2, 13),
    ('{"machine": {"1": {\n  "timing": {\n    "lease": "soon"}}}}', "settings_invalid", 3, 14),
    ('{"machine": {"1": {"schema_version": 99}}}', "settings_newer", None, None),
]


@pytest.mark.parametrize(("text", "code", "line", "column"), BROKEN)
def test_a_file_broken_by_hand_is_reported_with_its_place_and_never_overwritten(
    store: Installations, text: str, code: str, line: int | None, column: int | None
) -> None:
    store.save(installation())
    good = store.get(SPACE)
    store.path.write_text(text)
    assert store.get(SPACE) == good, "goes on with the last good version"
    assert store.problem is not None and store.problem.code == code
    if line is not None:
        assert store.problem.arguments["line"] == line
    if column is not None:
        assert store.problem.arguments["column"] == column
    for change in (
        lambda: store.save(installation("other")),
        lambda: store.save_machine(Machine()),
        lambda: store.remove(SPACE),
        lambda: store.change(SPACE, lambda found: found.model_copy(update={"active": True})),
    ):
        with pytest.raises(ConfigurationError):
            change()
    assert store.path.read_text() == text
    with pytest.raises(ConfigurationError):
        Installations(store.path).all()


def test_once_mended_the_problem_is_gone(store: Installations) -> None:
    store.save(installation())
    good = store.path.read_text()
    store.all()
    store.path.write_text(good[:-5])
    store.all()
    assert store.problem is not None
    store.path.write_text(good)
    assert store.get(SPACE) == installation() and store.problem is None


def test_an_installation_that_stands_there_twice_is_reported(store: Installations) -> None:
    store.save(installation())
    tables = json.loads(store.path.read_text())
    tables["installations"]["2"] = {**tables["installations"]["1"], "name": "copied"}
    store.path.write_text(json.dumps(tables))
    with pytest.raises(ConfigurationError) as caught:
        Installations(store.path).all()
    assert caught.value.code == "settings_invalid"


def test_bytes_that_are_no_text_are_reported_with_their_place(store: Installations) -> None:
    store.path.write_bytes(b'{\n "machine": \xff}')
    store.path.chmod(0o600)
    with pytest.raises(ConfigurationError) as caught:
        store.machine()
    assert (caught.value.arguments["line"], caught.value.arguments["column"]) == (2, 13)


@pytest.mark.parametrize(
    ("file_mode", "mode", "fits"), [(0o600, 0o640, False), (0o660, 0o660, True), (0o660, 0o664, False)]
)
def test_a_file_that_more_people_may_read_than_agreed_is_refused(
    tmp_path: Path, file_mode: int, mode: int, fits: bool
) -> None:
    store = Installations(tmp_path / "installations.json", file_mode)
    store.save(installation())
    store.path.chmod(mode)
    if fits:
        assert store.all()
        return
    with pytest.raises(ConfigurationError) as caught:
        store.all()
    assert caught.value.code == "file_too_open"


def test_a_value_that_json_cannot_hold_touches_nothing(store: Installations) -> None:
    store.save(installation())
    before = store.path.read_bytes()
    for value in (float("nan"), datetime.now(UTC), "\ud800"):
        with pytest.raises((ValueError, TypeError)), store.edit() as db:
            db.table("machine").insert({"value": value})
    assert store.path.read_bytes() == before
    assert not list(store.path.parent.glob(".installations-*"))


def test_a_directory_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as caught:
        Installations(tmp_path / "missing" / "installations.json").save(installation())
    assert caught.value.code == "file_not_written"


def test_what_a_kill_left_is_swept(store: Installations) -> None:
    (store.path.parent / ".installations-killed").write_text("half")
    store.save(installation())
    assert not list(store.path.parent.glob(".installations-*"))


@pytest.mark.parametrize("cut", [0, 1, 100, -1])
def test_every_torn_write_leaves_the_old_or_the_new(
    store: Installations, monkeypatch: pytest.MonkeyPatch, cut: int
) -> None:
    """A crash between any two steps: the file that counts is whole, before and after the rename."""
    store.save(installation())
    before = store.path.read_bytes()

    def dies(self: Path, target: Path) -> Path:
        if not self.name.startswith(".installations-"):
            os.replace(self, target)  # the `.bak` link, which is the old file itself
            return target
        raw = self.read_bytes()
        self.write_bytes(raw[:cut])
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", dies)
    with pytest.raises(KeyboardInterrupt):
        store.save(installation(file_id="new"))
    monkeypatch.undo()
    assert store.path.read_bytes() == before
    assert Installations(store.path).get(SPACE) == installation()


def _increment(path: Path, times: int) -> None:
    store = Installations(path)
    for _ in range(times):
        store.change_machine(lambda machine: machine.model_copy(update={"spool_days": machine.spool_days + 1}))


@pytest.mark.processes
def test_two_processes_lose_no_change_of_each_other(store: Installations) -> None:
    store.save_machine(Machine(spool_days=1))
    workers = [fork.Process(target=_increment, args=(store.path, 25)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
        assert worker.exitcode == 0
    assert store.machine().spool_days == 76


def _churn(path: Path, told: int) -> None:
    store = Installations(path)
    n = store.machine().spool_days
    while True:
        n += 1
        store.change_machine(lambda machine, n=n: machine.model_copy(update={"spool_days": n}))
        os.write(told, n.to_bytes(4, "big"))


@pytest.mark.processes
def test_twenty_kills_leave_a_readable_file_with_every_acknowledged_change(store: Installations) -> None:
    store.save_machine(Machine(spool_days=1))
    seen = random.Random(7)
    for _ in range(20):
        reading, writing = os.pipe()
        worker = fork.Process(target=_churn, args=(store.path, writing))
        worker.start()
        os.close(writing)
        acknowledged = int.from_bytes(os.read(reading, 4), "big")
        time.sleep(seen.uniform(0, 0.02))  # the moment of the kill is the point
        assert worker.pid is not None
        os.kill(worker.pid, signal.SIGKILL)
        worker.join(10)
        while more := os.read(reading, 4):
            acknowledged = int.from_bytes(more, "big")
        os.close(reading)
        assert Installations(store.path).machine().spool_days in {acknowledged, acknowledged + 1}
        assert store.path.with_name("installations.json.bak").exists()
    store.save(installation())
    assert not list(store.path.parent.glob(".installations-*"))


def test_the_storage_serves_plain_tinydb_too(tmp_path: Path) -> None:
    storage = SettingsStorage(tmp_path / "installations.json")
    assert storage.read() is None
    storage.write({"installations": {}})
    assert storage.read() == {"installations": {}}
