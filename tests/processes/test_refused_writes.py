"""A disk that is full, read-only or not ours, at every single step: a sentence, and the old or the new."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Callable
from pathlib import Path

import pytest

from core import errors
from core.config import Home, Machine
from core.credentials import CredentialsFile
from core.installations import Installations
from core.operations import support
from core.operations.bulk import exchange
from core.operations.desk import Desk
from core.pingwin.folder import FolderTarget
from core.pingwin.target import AnswerKind, Found
from core.spool import Spool
from core.sync.lock import EngineLock
from core.wording import messages
from tests.core.ledger.makers import SPACE
from tests.processes.crash_points import files, refusals
from tests.processes.test_crash_points import NEW, NOBODY, OLD, UPLOAD, XML, desk, visible
from tui.commands.files_out import write_new

__all__ = ["desk"]

pytestmark = pytest.mark.processes
REFUSED = [errno.ENOSPC, errno.EROFS, errno.EACCES]
SENTENCES = ("StoreError", "ConfigurationError", "UsageError")


def _home(place: Path) -> None:
    Home.locate(place / "home").create()


def _decisions(place: Path) -> None:
    Installations(place / "installations.json").save(NEW)


def _secrets(place: Path) -> None:
    CredentialsFile(place / "credentials.toml").change(SPACE, {"api_key": "another-key"})


def _spool(place: Path) -> None:
    Spool(place / "spool", 0o600).put(SPACE, XML)


def _lock(place: Path) -> None:
    lock = EngineLock(place / "engine.lock")
    lock.acquire(since=1.0)
    lock.release()


def _output(place: Path) -> None:
    write_new(place / "out" / "efff.xml", XML, replace=True)


WRITERS: dict[str, Callable[[Path], None]] = {
    each.__name__.strip("_"): each for each in (_home, _decisions, _secrets, _spool, _lock, _output)
}


@pytest.mark.parametrize("error", REFUSED, ids=errno.errorcode.get)
@pytest.mark.parametrize("writer", WRITERS)
def test_a_refused_write_is_a_sentence_and_leaves_the_old_or_the_new(tmp_path: Path, writer: str, error: int) -> None:
    place = tmp_path / "place"
    place.mkdir()
    Installations(place / "installations.json").save(OLD)
    CredentialsFile(place / "credentials.toml").change(SPACE, {"api_key": "old-key"})
    for refused in refusals(lambda: WRITERS[writer](place), error):
        _must_be_a_sentence(refused.said, refused.rest)
        assert Installations(place / "installations.json").get(SPACE) in (OLD, NEW)
        assert CredentialsFile(place / "credentials.toml").read()[SPACE]["api_key"] in ("old-key", "another-key")
        for name, raw in files(place).items():
            if Path(name).name.endswith(".xml"):
                assert raw == XML, name
    WRITERS[writer](place)


def _must_be_a_sentence(said: str, trace: str) -> None:
    if said:
        kind, _, code = said.partition(" ")
        assert kind in SENTENCES and issubclass(getattr(errors, kind), errors.ProductError), trace
        assert code in messages(), code


SUPPORT: dict[str, Callable[[Desk, Path], object]] = {
    "backup.zip": support.backup,
    "bundle.zip": lambda desk, file: asyncio.run(support.bundle(desk, SPACE, file)),
    "all.csv": exchange.export_installations,
    "restore": lambda desk, file: support.restore(desk, file.with_name("kept.zip")),
}


@pytest.mark.parametrize("name", SUPPORT)
def test_what_support_writes_is_refused_with_a_sentence(desk: Desk, tmp_path: Path, name: str) -> None:
    support.backup(desk, tmp_path / "kept.zip")
    desk.installations.save_machine(Machine(workers=5))
    home = desk.home
    desk.close()

    def act() -> None:
        own = Desk(home, "an", environ={})
        try:
            SUPPORT[name](own, tmp_path / name)
        finally:
            own.close()

    for refused in refusals(act):
        _must_be_a_sentence(refused.said, refused.rest)
        left = Desk(home, "an", environ={})
        assert left.ledger.check() == []
        assert sum(left.ledger.counts()[SPACE].values()) == 2
        left.close()


@pytest.mark.parametrize("error", REFUSED, ids=errno.errorcode.get)
def test_a_folder_that_refuses_tells_what_surely_did_not_appear(tmp_path: Path, error: int) -> None:
    roots = [tmp_path / "0"]
    roots[0].mkdir()

    def act() -> str:
        answer = asyncio.run(FolderTarget(roots[-1]).send(UPLOAD, NOBODY, 9.0))
        assert answer.code in messages()
        return answer.kind.value

    for refused in refusals(act, error):
        assert not refused.said, refused.rest
        root, kind = roots[-1], AnswerKind(refused.rest)
        there = visible(root).get("purchase/efff_1.xml")
        found = asyncio.run(FolderTarget(root).lookup(UPLOAD.key, NOBODY, 9.0)).found
        match kind:
            case AnswerKind.ACCEPTED:
                assert there == XML and found is Found.YES
            case AnswerKind.NOT_SENT:
                assert there is None
                assert asyncio.run(FolderTarget(root).send(UPLOAD, NOBODY, 9.0)).kind is AnswerKind.ACCEPTED
            case _:
                assert kind is AnswerKind.UNKNOWN and there in (None, XML)
                assert found is (Found.YES if there else Found.CANNOT_TELL)
        roots.append(tmp_path / str(refused.step))
        roots[-1].mkdir()
