"""Each failing line of the doctor, with the failure made real; and what it repairs."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import ssl
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.banqup.errors import Unavailable
from core.config import BanqupConnection
from core.errors import ConfigurationError
from core.ledger import library
from core.operations import support
from core.operations.support import Line, machine
from core.operations.support.repairs import REPAIRS
from core.sync import lock as locks
from core.sync.lock import EngineLock
from core.sync.notes import NOTICE_PROBLEM
from core.wording import messages
from tests.core.loopback import Loopback, free_port
from tests.core.operations.fakes import NOW, SPACE, FakeDesk, make_desk, set_up
from tests.tui.commandline import COMMAND, call, spawn


async def lines(desk: FakeDesk) -> dict[str, Line]:
    found = await support.doctor(desk)
    assert all(line.code in messages() for line in found)
    assert all(messages()[line.code].advice for line in found if line.passed is False)
    return {line.code: line for line in reversed(found)}


async def mended(desk: FakeDesk) -> dict[str, Line]:
    """Repairs all that can be, then looks again."""
    done = support.repair(desk, await support.doctor(desk))
    assert done and all(line.passed and line.code in messages() for line in done)
    return await lines(desk)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[FakeDesk]:
    made = make_desk(tmp_path)
    set_up(made)
    made.ledger.version()
    yield made
    made.close()


@pytest.mark.parametrize("name", ["", "installations.json", "ledger.db", "credentials.toml", "logs"])
async def test_a_path_that_others_may_read_is_named_and_narrowed(desk: FakeDesk, name: str) -> None:
    path = desk.home.data / name
    code = "folder_too_open" if path.is_dir() else "file_too_open"
    path.chmod(path.stat().st_mode | 0o044)
    found = (await lines(desk))[code]
    assert found.passed is False and found.grave and found.arguments["where"] == str(path)
    assert code not in await mended(desk)
    assert not path.stat().st_mode & 0o077


async def test_a_home_that_others_may_look_into_is_named_and_narrowed_before_anything_is_kept_in_it(
    tmp_path: Path,
) -> None:
    desk = make_desk(tmp_path)
    desk.close()
    home = desk.home.data
    home.mkdir(exist_ok=True)
    home.chmod(0o755)
    with pytest.raises(ConfigurationError) as caught:
        desk.home.create()
    assert (caught.value.code, caught.value.where) == ("folder_too_open", str(home))
    assert (await lines(desk))["folder_too_open"].arguments["where"] == str(home)
    assert "folder_too_open" not in await mended(desk)
    assert home.stat().st_mode & 0o777 == 0o700


async def test_what_killed_processes_left_is_removed_once_it_is_old(desk: FakeDesk) -> None:
    old, young = desk.home.config / ".installations-old", desk.home.config / ".installations-young"
    folder = desk.home.data / ".bundle-1-x"
    folder.mkdir()
    (folder / "ledger.db").write_bytes(b"x")
    for path in (old, young):
        path.write_text("{")
    for path in (old, folder):
        os.utime(path, (time.time() - 7200,) * 2)
    assert (await lines(desk))["doctor_leftovers"].arguments["count"] == 2
    assert "doctor_leftovers" not in await mended(desk)
    assert young.exists() and not old.exists() and not folder.exists()


async def test_a_ledger_in_a_mode_that_this_sqlite_is_not_safe_with_is_switched(desk: FakeDesk) -> None:
    safe = library.wal_safe(library.sqlite3.sqlite_version_info)
    desk.close()
    other = sqlite3.connect(desk.home.ledger)
    other.execute(f"PRAGMA journal_mode={'DELETE' if safe else 'WAL'}")
    other.close()
    before = await lines(desk)
    assert ("doctor_journal_could_be_wal" if safe else "ledger_wal_unsafe") in before
    assert before["doctor_ledger_mode"].arguments["mode"] == ("TRUNCATE" if safe else "WAL")
    after = await mended(desk)
    assert after["doctor_ledger_mode"].arguments["mode"] == ("WAL" if safe else "TRUNCATE")
    assert after["doctor_ledger_sound"].passed


async def test_nothing_of_the_ledger_is_repaired_beside_an_engine(desk: FakeDesk) -> None:
    held = EngineLock(desk.home.engine_lock)
    held.acquire(since=NOW)
    (refused,) = support.repair(desk, [Line("doctor_ledger_sparse", None)])
    held.release()
    assert (refused.code, refused.passed) == ("engine_runs_already", False)


async def test_free_pages_are_given_back(desk: FakeDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "SPARSE_BYTES", 100_000)
    for number in range(200):
        desk.ledger.set_meta(f"big-{number}", "x" * 4_000)
    with desk.store.write() as tx:
        tx.run("DELETE FROM meta WHERE k LIKE 'big-%'")
    assert "doctor_ledger_sparse" in await lines(desk)
    before = desk.home.ledger.stat().st_size
    assert "doctor_ledger_sparse" not in await mended(desk)
    assert desk.home.ledger.stat().st_size < before / 2


async def test_a_network_file_system_is_a_failed_line(
    desk: FakeDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(f"36 35 98:0 / {desk.home.data} rw - nfs4 server:/ rw\n")
    monkeypatch.setattr(library, "MOUNTS", mounts)
    found = (await lines(desk))["ledger_on_network"]
    assert found.passed is False and found.grave


async def test_a_slow_disk_says_what_follows_in_documents(desk: FakeDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "SLOWEST_FSYNC_MS", 0.0)
    found = (await lines(desk))["doctor_fsync_slow"]
    assert found.passed is False and int(str(found.arguments["documents"])) > 0


async def test_an_engine_of_another_version_is_named(desk: FakeDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as other:
        other.setattr(locks, "__version__", "9.9.9")
        held = EngineLock(desk.home.engine_lock)
        held.acquire(since=NOW)
    found = (await lines(desk))["engine_other_version"]
    held.release()
    assert found.passed is False and found.arguments["engine"] == "9.9.9"


async def test_a_notice_that_could_not_be_sent_is_a_failed_line(desk: FakeDesk) -> None:
    desk.ledger.set_meta(NOTICE_PROBLEM, "3: no route")
    assert (await lines(desk))["notice_failed"].arguments["why"] == "3: no route"


async def test_a_broken_hand_edit_is_named_with_its_place(desk: FakeDesk) -> None:
    assert desk.installations.all()
    text = desk.home.installations.read_text()
    desk.home.installations.write_text(text + "}")
    found = (await lines(desk))["settings_broken"]
    assert found.passed is False and found.grave


async def test_what_banqup_does_not_answer_is_not_grave(desk: FakeDesk) -> None:
    desk.fake_source.trouble = Unavailable("banqup_unreachable")
    assert not (await lines(desk))["banqup_unreachable"].grave


# -- certificates ------------------------------------------------------------------------------------------------------


def certificate(folder: Path, days: int) -> Path:
    key, made = folder / f"{days}.key", folder / f"{days}.crt"
    make = f"openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days {days} -subj /CN=x"
    names = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(made)]
    subprocess.run([*make.split(), *names], check=True, capture_output=True)
    both = folder / f"{days}.pem"
    both.write_text(key.read_text() + made.read_text())
    return both


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl to make a certificate with")
@pytest.mark.parametrize(
    ("days", "trusted", "code"), [(90, True, "tls_good"), (3, True, "tls_ends_soon"), (90, False, "tls_refused")]
)
async def test_a_certificate_is_judged_before_anybody_is_refused(
    desk: FakeDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, days: int, trusted: bool, code: str
) -> None:
    file = certificate(tmp_path, days)
    desk.clock.at = time.time()  # type: ignore[attr-defined]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
    async with Loopback(lambda _: None, tls=context) as server:  # type: ignore[arg-type,return-value]
        address(desk, server.url)
        found = (await lines(desk))[code]
    assert found.passed is (code == "tls_good")
    if trusted:
        assert days - 1 <= int(str(found.arguments["days"])) <= days


async def test_a_server_that_is_not_there_has_no_certificate_to_judge(desk: FakeDesk) -> None:
    address(desk, f"https://127.0.0.1:{free_port()}")
    assert not any(code.startswith("tls_") for code in await lines(desk))


def address(desk: FakeDesk, url: str) -> None:
    connection = BanqupConnection(base_url=url, client_id="app")
    desk.installations.change_machine(lambda each: each.model_copy(update={"banqup": connection}))


# -- the command -------------------------------------------------------------------------------------------------------


def test_the_exit_code_tells_monitoring_how_bad_it_is(tmp_path: Path) -> None:
    at = ("--home", str(tmp_path / "home"))
    assert call(*at, "doctor").exit_code == 1  # nothing is set up yet
    (tmp_path / "home").chmod(0o755)
    told = call(*at, "doctor", "--json")
    assert told.exit_code == 2
    assert any(line["grave"] and line["code"] == "folder_too_open" for line in json.loads(told.stdout))
    assert call(*at, "doctor", "--repair").exit_code == 2  # no terminal to ask on: nothing is changed
    assert (tmp_path / "home").stat().st_mode & 0o077
    assert call(*at, "doctor", "--repair", "--yes").exit_code == 1
    assert not (tmp_path / "home").stat().st_mode & 0o077
    assert call(*at, "--readonly", "doctor", "--repair", "--yes").exit_code == 2


def test_a_locale_and_a_terminal_that_do_not_do_are_said(tmp_path: Path) -> None:
    environ = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "TERM": "vt100", "COLUMNS": "60"}
    told = spawn("--home", str(tmp_path / "home"), "doctor", "--json", env=environ)
    codes = {line["code"] for line in json.loads(told.stdout)}
    assert {"doctor_no_utf8", "doctor_terminal_small"} <= codes
    told = spawn("--home", str(tmp_path / "home"), "doctor", "--json", env={"TERM": "dumb"})
    assert "doctor_no_terminal" in {line["code"] for line in json.loads(told.stdout)}


def test_a_disk_that_is_nearly_full_is_a_failed_line(tmp_path: Path) -> None:
    inside = (
        f"mount -t tmpfs -o size=8m,nr_inodes=200 tmpfs {tmp_path} && exec {COMMAND} --home {tmp_path}/h doctor --json"
    )
    told = subprocess.run(["unshare", "-m", "sh", "-c", inside], capture_output=True, text=True)
    if told.returncode not in {0, 1, 2} or not told.stdout:
        pytest.skip(f"no disk of our own can be mounted here: {told.stderr[-100:]}")
    failed = {line["code"] for line in json.loads(told.stdout) if line["passed"] is False}
    assert {"doctor_disk_low", "doctor_files_low"} <= failed


def test_every_repair_says_what_it_did() -> None:
    assert {f"repaired_{code}" for code in REPAIRS} <= set(messages())


async def test_an_installation_that_misses_a_credential_is_named(desk: FakeDesk) -> None:
    desk.secrets.delete(SPACE.id)
    found = await support.doctor(desk)
    assert any(line.code == "credential_missing" and line.space == SPACE.id for line in found)


async def test_terms_of_what_is_kept_are_told(desk: FakeDesk) -> None:
    desk.installations.change_machine(lambda each: each.model_copy(update={"spool_days": 40, "ledger_years": 8}))
    assert (await lines(desk))["doctor_retention"].arguments == {"days": 40, "years": 8}


def running(desk: FakeDesk) -> None:
    rule = desk.installed()[0].options.rule
    begun = desk.ledger.begin_activation(
        SPACE.id, rule, started_ns=0, kind="activation", requested_at=NOW, actor="an", now=NOW
    )
    desk.ledger.complete_activation(begun.id, watermark_ns=None, now=NOW)


async def test_round_is_counted_as_the_engine_counts_it(desk: FakeDesk) -> None:
    running(desk)
    assert (await lines(desk))["doctor_round"].arguments["spaces"] == 1
    few = {"banqup": desk.machine.banqup.model_copy(update={"calls_per_minute": 1})}
    often = {"timing": desk.machine.timing.model_copy(update={"poll_interval": 30.0})}
    desk.installations.change_machine(lambda each: each.model_copy(update=few | often))
    told = (await lines(desk))["doctor_round_long"]
    assert told.passed is None and round(told.arguments["seconds"]) == 86, "60 s at 7 tenths of the ceiling"
