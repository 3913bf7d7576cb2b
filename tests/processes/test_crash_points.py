"""Every file that we write, with a kill or a power cut between any two steps: the old or the new, never a mixture."""

from __future__ import annotations

import asyncio
import csv
import errno
import hashlib
import io
import json
import logging
import os
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from core.config import Home, Machine
from core.credentials import CredentialsFile
from core.installations import Consent, Installation, Installations
from core.ledger.sqlite import open_ledger
from core.logs import log_to
from core.model import Direction
from core.operations import support
from core.operations.bulk import exchange
from core.operations.desk import Desk
from core.pingwin.folder import FolderTarget
from core.pingwin.target import AnswerKind, Credentials, Found, Upload
from core.spool import Spool
from core.sync.lock import EngineLock
from tests.core.ledger.makers import SPACE, activate, delivered, found, poll, ready
from tests.processes.crash_points import crashes, files
from tui.commands.files_out import write_new

pytestmark = [pytest.mark.processes, pytest.mark.parametrize("power", [False, True], ids=["kill", "power cut"])]

CONSENT = Consent(by="an", at=datetime(2026, 11, 2, tzinfo=UTC))
OLD = Installation(space=SPACE, name="Bakkerij Peeters", consent=CONSENT, file_id="11111")
NEW = OLD.model_copy(update={"file_id": "22222", "name": "Bakkerij Janssens " * 40})
XML = b"<Invoice>" + b"x" * 5_000 + b"</Invoice>"


def whole(path: Path, contents: set[bytes | None]) -> bool:
    """Whether a file holds one of these contents (None: there is none)."""
    return (path.read_bytes() if path.exists() else None) in contents


def test_decisions_are_the_old_or_the_new(tmp_path: Path, power: bool) -> None:
    store = Installations(tmp_path / "installations.json")
    store.save(OLD)
    store.save_machine(Machine(workers=3))
    before = store.path.read_bytes()
    for _ in crashes(lambda: Installations(store.path).save(NEW), power=power):
        found = Installations(store.path).get(SPACE)
        assert found in (OLD, NEW)
        assert Installations(store.path).machine().workers == 3
        kept = store.path.with_name("installations.json.bak")
        assert Installations(kept).machine(), "the one before is whole as well"
        store.path.write_bytes(before)
    store.save(NEW)
    assert not [name for name in files(tmp_path) if name.startswith(".installations-")], "leftovers are swept"


def test_the_first_decision_is_there_or_not(tmp_path: Path, power: bool) -> None:
    path = tmp_path / "installations.json"
    for _ in crashes(lambda: Installations(path).save(OLD), power=power):
        assert Installations(path).get(SPACE) in (None, OLD)
        path.unlink(missing_ok=True)


@pytest.mark.parametrize("deed", ["change", "remove"])
def test_secrets_are_the_old_or_the_new_and_leave_no_copy(tmp_path: Path, power: bool, deed: str) -> None:
    file = CredentialsFile(tmp_path / "credentials.toml")
    file.change(SPACE, {"api_key": "old-key-1", "clid": "old-clid-1"})
    before, old = file.path.read_bytes(), file.read()
    new = {SPACE: {"clid": "old-clid-1"}} if deed == "remove" else {SPACE: {"api_key": "n" * 9, "clid": "old-clid-1"}}

    def act() -> None:
        if deed == "remove":
            file.remove(SPACE, ["api_key"])
        else:
            file.change(SPACE, {"api_key": "n" * 9})

    for _ in crashes(act, power=power):
        found = {space: values for space, values in file.read().items() if values}
        assert found in ({space: values for space, values in old.items() if values}, new)
        assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}, "also what is unfinished"
        file.path.write_bytes(before)
    file.change(SPACE, {"clid": "x" * 9})
    assert not any(b"old-key-1" in raw for name, raw in files(tmp_path).items() if name != "credentials.toml")


def test_a_spool_file_is_whole_or_not_there(tmp_path: Path, power: bool) -> None:
    spool, sha256 = Spool(tmp_path / "spool", 0o600), hashlib.sha256(XML).hexdigest()
    for _ in crashes(lambda: spool.put(SPACE, XML), power=power):
        assert spool.get(SPACE, sha256) in (None, XML)
        spool.path(SPACE, sha256).unlink(missing_ok=True)
    spool.put(SPACE, XML)
    assert spool.get(SPACE, sha256) == XML
    assert spool.collect(frozenset({sha256}), now=9e12) > 0, "unfinished ones are collected"
    assert set(files(spool.root)) == {f"{SPACE}/{sha256[:2]}/{sha256}.xml", "spool.lock"}


def test_a_finished_file_moves_into_the_spool_whole_or_not_at_all(tmp_path: Path, power: bool) -> None:
    spool, sha256 = Spool(tmp_path / "spool", 0o600), hashlib.sha256(XML).hexdigest()

    def take() -> None:
        with spool.scratch() as folder:
            (folder / "efff.xml").write_bytes(XML)
            spool.take(SPACE, folder / "efff.xml")

    for _ in crashes(take, power=power):
        assert spool.get(SPACE, sha256) in (None, XML)
        spool.path(SPACE, sha256).unlink(missing_ok=True)
    take()
    assert spool.get(SPACE, sha256) == XML
    spool.collect(frozenset({sha256}), now=9e12)
    assert set(files(spool.root)) == {f"{SPACE}/{sha256[:2]}/{sha256}.xml", "spool.lock"}, "scratch folders too"


# -- the folder target -------------------------------------------------------------------------------------------------

KEY = hashlib.sha256(b"delivery").hexdigest()
NOBODY = Credentials(SecretStr("k"), SecretStr("c"), "12345")
UPLOAD = Upload(KEY, "efff_1.xml", XML, hashlib.sha256(XML).hexdigest(), Direction.PURCHASE)


def visible(root: Path) -> dict[str, bytes]:
    return {name: raw for name, raw in files(root).items() if not Path(name).name.startswith(".")}


def _no_links(*_: object, **__: object) -> None:
    raise OSError(errno.EPERM, "Operation not permitted")


def _folder(place: Path) -> Path:
    """A folder that has had a delivery before."""
    place.mkdir()
    earlier = Upload("e" * 64, "earlier.xml", b"<x/>", hashlib.sha256(b"<x/>").hexdigest(), Direction.PURCHASE)
    asyncio.run(FolderTarget(place).send(earlier, NOBODY, 9.0))
    return place


@pytest.mark.parametrize("links", [True, False], ids=["links", "no links"])
@pytest.mark.parametrize("taken", [True, False], ids=["taken away", "left"])
def test_a_delivery_into_a_folder_appears_whole_and_once(
    tmp_path: Path, power: bool, taken: bool, links: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not links:
        monkeypatch.setattr(os, "link", _no_links)
    roots = [_folder(tmp_path / "0")]
    for step in crashes(lambda: asyncio.run(FolderTarget(roots[-1]).send(UPLOAD, NOBODY, 9.0)), power=power):
        root = roots[-1]
        appeared = visible(root).get("purchase/efff_1.xml")
        assert appeared in (None, XML), f"step {step}: {appeared!r:.40}"
        if taken and appeared is not None:
            (root / "purchase/efff_1.xml").unlink()  # the accounting program has it
        found = asyncio.run(FolderTarget(root).lookup(KEY, NOBODY, 9.0)).found
        if appeared is not None:
            assert found is not Found.NO, f"step {step}: it appeared, and would be sent again"
        if found is Found.NO:
            assert asyncio.run(FolderTarget(root).send(UPLOAD, NOBODY, 9.0)).kind is AnswerKind.ACCEPTED
            assert visible(root)["purchase/efff_1.xml"] == XML
        roots.append(_folder(tmp_path / str(step)))


# -- what support writes -----------------------------------------------------------------------------------------------


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A home with a running space, one delivered and one waiting."""
    home = Home.locate(tmp_path / "home")
    home.create()
    ledger = open_ledger(home.ledger)
    activate(ledger)
    delivered(ledger, "F1")
    ready(ledger, "F2", 20.0)
    ledger.close()
    desk = Desk(home, "an", environ={})
    desk.installations.save(OLD.model_copy(update={"active": True, "activated_at": CONSENT.at}))
    desk.installations.save_machine(Machine(workers=3))
    yield desk
    desk.close()


def of(home: Home) -> Desk:
    return Desk(home, "an", environ={})


WRITTEN: dict[str, Callable[[Desk, Path], object]] = {
    "backup.zip": support.backup,
    "bundle.zip": lambda desk, file: asyncio.run(support.bundle(desk, SPACE, file)),
    "all.csv": exchange.export_installations,
    "all.json": exchange.export_installations,
}


@pytest.mark.parametrize("name", WRITTEN)
@pytest.mark.parametrize("there", [True, False], ids=["again", "first"])
def test_what_is_written_for_people_is_the_old_or_the_new(
    desk: Desk, tmp_path: Path, power: bool, name: str, there: bool
) -> None:
    file, old = tmp_path / name, b"the one from yesterday"
    home = desk.home
    desk.close()
    if there:
        file.write_bytes(old)

    def act() -> None:
        WRITTEN[name](of(home), file)

    for step in crashes(act, power=power):
        if file.exists() and file.read_bytes() != old:
            _sound(file)
        else:
            assert file.exists() is there, f"step {step}"
        if there:
            file.write_bytes(old)
        else:
            file.unlink(missing_ok=True)
    WRITTEN[name](again := of(home), file)
    again.close()
    left = [one for one in home.data.iterdir() if one.name.startswith((".backup-", ".bundle-"))]
    assert not left, "copies of the ledger that a kill left are swept"


def _sound(file: Path) -> None:
    """A whole file of its kind."""
    match file.suffix:
        case ".zip":
            with zipfile.ZipFile(file) as archive:
                assert archive.testzip() is None and "ledger.db" in archive.namelist()
        case ".csv":
            (row,) = csv.DictReader(io.StringIO(file.read_text("utf-8")))
            assert row["space"] == SPACE and row["consent_at"]
        case _:
            assert json.loads(file.read_text("utf-8"))[0]["space"] == SPACE


def test_a_restore_is_done_or_not_and_can_send_nothing_in_between(desk: Desk, tmp_path: Path, power: bool) -> None:
    backup = tmp_path / "backup.zip"
    support.backup(desk, backup)
    poll(desk.ledger, found("F3"), now=30.0)
    desk.installations.save_machine(Machine(workers=7))
    desk.close()
    before = files(desk.home.data)
    for step in crashes(lambda: support.restore(of(desk.home), backup), power=power):
        left = of(desk.home)
        assert left.ledger.check() == [], f"step {step}"
        total = sum(left.ledger.counts()[SPACE].values())
        assert total in (2, 3), f"step {step}: neither the old nor the new ledger"
        (installation,) = left.installations.all()
        old, new = left.machine.workers == 7, left.machine.workers == 3
        assert old or new
        assert installation.active is old, f"step {step}: half of each decision"
        if total == 2:
            assert new and left.ledger.claim("w", now=1e9, lease=9) is None, "the restored one sends nothing"
        left.close()
        for path in sorted(desk.home.data.rglob("*"), reverse=True):
            path.unlink() if path.is_file() else path.rmdir() if path != desk.home.logs else None
        for name, raw in before.items():
            (desk.home.data / name).write_bytes(raw)
            (desk.home.data / name).chmod(0o600)


@pytest.mark.parametrize("replace", [True, False])
def test_a_converted_file_is_whole_or_not_there(tmp_path: Path, power: bool, replace: bool) -> None:
    file = tmp_path / "out" / "efff_1.xml"
    if replace:
        file.parent.mkdir()
        file.write_bytes(b"old")
    for _ in crashes(lambda: write_new(file, XML, replace=replace), power=power):
        assert whole(file, {b"old" if replace else None, XML})
        if replace:
            file.write_bytes(b"old")
        else:
            file.unlink(missing_ok=True)


# -- the engine's own --------------------------------------------------------------------------------------------------


def test_a_torn_text_in_the_engines_lock_keeps_nobody_out(tmp_path: Path, power: bool) -> None:
    path = tmp_path / "engine.lock"

    def act() -> None:
        lock = EngineLock(path)
        lock.acquire(since=1.0)
        lock.release()

    for _ in crashes(act, power=power):
        assert EngineLock(path).holder() is None
        again = EngineLock(path)
        again.acquire(since=2.0)
        held = again.holder()
        assert held is not None and held["pid"] == os.getpid()
        again.release()
        path.unlink()


def test_a_torn_line_in_the_log_swallows_no_other(tmp_path: Path, power: bool) -> None:
    home = Home.locate(tmp_path)
    home.create()

    def act() -> None:
        log_to(home)
        logging.getLogger("core.test").warning("one %s", "line")

    for _ in crashes(act, power=power):
        act_again(home)
        lines = (home.logs / "engine.log").read_text("utf-8").splitlines()
        assert json.loads(lines[-1])["text"] == "another line"
        assert (home.logs / "engine.log").stat().st_mode & 0o777 == 0o600
        (home.logs / "engine.log").unlink()


def act_again(home: Home) -> None:
    logger = logging.getLogger("core")
    before = logger.handlers[:], logger.level, logger.propagate
    log_to(home)
    logger.warning("another line")
    for handler in logger.handlers:
        handler.close()
    logger.handlers[:], logger.level, logger.propagate = before
