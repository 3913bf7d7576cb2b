"""Support's tools tell the truth about a home, and neither a backup nor a bundle carries what it must not."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import SecretStr

from core.banqup.errors import Unavailable
from core.errors import UsageError
from core.installations import VatCode
from core.ledger.base import Discovery, Finding
from core.model import Direction, State
from core.operations import support
from core.operations.bulk import exchange
from core.operations.decisions import Act, decide
from core.operations.setup import activation, connections, installing
from core.operations.views import overview
from core.sync.lock import EngineLock
from core.wording import messages
from tests.core.operations.fakes import (
    NOW,
    OTHER,
    SENTINEL,
    SPACE,
    SUPPLIER,
    FakeDesk,
    make_desk,
    purchase,
    set_up,
    stand,
)
from tests.core.operations.test_overview import EFFF


async def lived_in(desk: FakeDesk) -> None:
    """An active space with history, one delivered, one waiting, one refused, and a second space."""
    desk.fake_source.documents = [purchase(1), purchase(2, status="VALIDATED")]
    set_up(desk)
    set_up(desk, OTHER, file_id="D2")
    await activation.activate(desk, SPACE.id)
    for number, state in ((3, State.CONFIRMED), (4, State.READY), (5, State.FAILED)):
        document = purchase(number, at=NOW + 10)
        desk.fake_source.documents.append(document)
        found = Discovery(
            Finding.NEW, document.id, State.SEEN, key=f"key-{number}", direction=Direction.PURCHASE,
            number=document.number, counterparty=SUPPLIER.name, vat_number=SUPPLIER.vat_number,
            issue_date=document.issue_date, amount=document.amount, currency="EUR",
        )  # fmt: skip
        desk.ledger.record_poll(SPACE.id, [found], watermark_ns=1, next_poll=NOW, swept=False, now=NOW)
        row = desk.ledger.known(SPACE.id, [document.id])[document.id]
        sha256, size = desk.spool.put(SPACE.id, EFFF)
        stand(desk, row.id, state, sha256=sha256, size=size, reason="pingwin_accepted", target_ref="REF-9",
              vat_breakdown='[["03", "100.00", "21.00"]]')  # fmt: skip
    desk.ledger.note(SPACE.id, kind="installation", code="x", args={"server_text": SUPPLIER.name}, actor="an", now=NOW)


# -- doctor ------------------------------------------------------------------------------------------------------------


async def test_the_doctor_of_a_good_home_fails_nowhere_but_where_a_person_is_needed(desk: FakeDesk) -> None:
    await lived_in(desk)
    lock = EngineLock(desk.home.engine_lock)
    lock.acquire(since=NOW)
    try:
        lines = await support.doctor(desk)
    finally:
        lock.release()
    assert all(line.code in messages() for line in lines), {line.code for line in lines} - set(messages())
    assert [line.code for line in lines if line.passed is False] == ["doctor_needs_person"]
    assert {"doctor_clock", "doctor_ledger_sound", "doctor_disk", "doctor_fsync", "doctor_round"} <= {
        line.code for line in lines
    }
    assert SENTINEL not in repr(lines)


async def test_the_doctor_of_an_empty_home_says_what_to_set(desk: FakeDesk) -> None:
    failed = {line.code for line in await support.doctor(desk) if line.passed is False}
    assert failed == {"banqup_no_address", "pingwin_no_target"}


async def test_the_doctor_finds_what_is_wrong(desk: FakeDesk) -> None:
    await lived_in(desk)
    desk.fake_source.clock = type(desk.fake_source.clock)()
    desk.fake_source.clock.at = NOW - 500
    desk.clock.at += 3 * 86_400  # type: ignore[attr-defined]
    desk.home.installations.chmod(0o644)
    with desk.store.write() as tx:
        tx.run("UPDATE cnt SET n = n + 1 WHERE space = ?", (SPACE.id,))
    codes = {line.code for line in await support.doctor(desk) if line.passed is False}
    assert {
        "file_too_open",
        "doctor_ledger_broken",
        "doctor_clock_off",
        "health_stopped_since",
        "doctor_poll_overdue",
    } <= codes
    assert "doctor_waiting_stuck" in codes
    assert all(messages()[code].advice for code in codes)


async def test_the_doctor_goes_on_where_banqup_does_not_answer(desk: FakeDesk) -> None:
    await lived_in(desk)
    desk.fake_source.trouble = Unavailable("banqup_unreachable")
    codes = [line.code for line in await support.doctor(desk) if line.passed is False]
    assert "banqup_unreachable" in codes and "doctor_needs_person" in codes


async def test_a_source_of_secrets_that_fails_is_a_line_of_its_installation(desk: FakeDesk) -> None:
    await lived_in(desk)
    name = "BANQUP_PINGWIN_CLID_" + SPACE.id.upper().replace("-", "_") + "_FILE"
    broken = desk.also(environ={name: "/nowhere"})
    failed = {(line.code, line.space) for line in await support.doctor(broken) if line.passed is False}
    assert ("secret_file_unreadable", SPACE.id) in failed
    broken.close()


async def test_a_readonly_doctor_writes_nothing(desk: FakeDesk) -> None:
    await lived_in(desk)
    looking = desk.also(readonly=True)
    assert any(line.code == "doctor_fsync_unmeasured" for line in await support.doctor(looking))
    looking.close()


# -- reconcile ---------------------------------------------------------------------------------------------------------


async def test_reconciling_sets_banqups_list_beside_the_ledger(desk: FakeDesk) -> None:
    await lived_in(desk)
    desk.fake_source.documents.append(replace(purchase(6), id="late"))
    desk.fake_source.documents = [each for each in desk.fake_source.documents if each.id != "doc-0004"]
    rows = {row.source_id: row for row in await support.reconcile(desk, SPACE.id, date(2026, 9, 1), date(2026, 9, 30))}
    assert rows["doc-0001"].state == "history"
    assert (rows["doc-0002"].state, rows["doc-0002"].reason) == (None, "reconcile_not_at_trigger")
    assert (rows["doc-0003"].state, rows["doc-0003"].reference) == ("confirmed", "REF-9")
    assert rows["doc-0003"].vat_codes == (("03", "100.00", "21.00"),)
    assert (rows["doc-0004"].state, rows["doc-0004"].banqup_status) == ("ready", "")
    assert (rows["late"].state, rows["late"].reason) == (None, "reconcile_not_read_yet")
    assert all(row.reason in messages() for row in rows.values() if row.state is None)
    assert rows["doc-0003"].amount == "3.21" and rows["doc-0003"].issue_date == "2026-09-04"


async def test_reconciling_takes_the_period_by_issue_date(desk: FakeDesk) -> None:
    await lived_in(desk)
    rows = await support.reconcile(desk, SPACE.id, date(2026, 9, 4), date(2026, 9, 4))
    assert [row.number for row in rows] == ["2026-003"]


async def test_a_document_sent_twice_has_a_line_for_each_delivery(desk: FakeDesk) -> None:
    await lived_in(desk)
    decide(desk, [overview.find(desk, "doc-0003").id], Act.RESEND)
    rows = await support.reconcile(desk, SPACE.id, date(2026, 9, 4), date(2026, 9, 4))
    assert [row.state for row in rows] == ["confirmed", "seen"]


# -- backup and restore ------------------------------------------------------------------------------------------------


async def test_a_backup_has_no_secret_and_is_private(desk: FakeDesk, tmp_path: Path) -> None:
    await lived_in(desk)
    file = tmp_path / "b.zip"
    support.backup(desk, file)
    assert file.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(file) as archive:
        assert all(SENTINEL.encode() not in archive.read(name) for name in archive.namelist())
    support.backup(desk, file)


async def test_a_restored_ledger_sends_nothing_by_itself(desk: FakeDesk, tmp_path: Path) -> None:
    await lived_in(desk)
    support.backup(desk, tmp_path / "b.zip")
    elsewhere = make_desk(tmp_path / "new")
    elsewhere.home.create()
    outcome = support.restore(elsewhere, tmp_path / "b.zip")
    assert outcome == {"installations": 2, "deliveries": 4, "outcome_unknown": 1, "credentials_missing": 4}
    assert elsewhere.ledger.counts()[SPACE.id] == {
        State.HISTORY: 1, State.CONFIRMED: 1, State.UNKNOWN: 1, State.FAILED: 1
    }  # fmt: skip
    assert not any(each.active for each in installing.installations(elsewhere))
    assert not any(run.running for run in elsewhere.ledger.space_runs())
    assert elsewhere.ledger.claim("worker", now=NOW + 1e6, lease=9) is None
    assert elsewhere.ledger.check() == []
    assert elsewhere.machine.banqup.base_url == "https://banqup.example"
    elsewhere.close()


async def test_what_came_after_the_backup_is_history_after_the_next_activation(desk: FakeDesk, tmp_path: Path) -> None:
    await lived_in(desk)
    support.backup(desk, tmp_path / "b.zip")
    later = purchase(8, at=NOW + 20)
    desk.fake_source.documents.append(later)
    support.restore(desk, tmp_path / "b.zip")
    desk.clock.at += 100  # type: ignore[attr-defined]
    await activation.activate(desk, SPACE.id)
    assert overview.find(desk, later.id).state is State.HISTORY
    assert overview.find(desk, later.id).reason == "restore"


async def test_what_was_here_before_a_restore_is_kept_beside_it(desk: FakeDesk, tmp_path: Path) -> None:
    await lived_in(desk)
    support.backup(desk, tmp_path / "b.zip")
    installing.install(
        desk, replace(OTHER, id="99999999-x", name="Later"), enterprise_numbers=[], own_extension_off=True
    )
    support.restore(desk, tmp_path / "b.zip")
    assert desk.home.ledger.with_name("ledger.db.before-restore").exists()
    assert {each.space for each in installing.installations(desk)} == {SPACE.id, OTHER.id}


async def test_nothing_is_restored_beside_a_running_engine_or_another_console(desk: FakeDesk, tmp_path: Path) -> None:
    await lived_in(desk)
    support.backup(desk, tmp_path / "b.zip")
    lock = EngineLock(desk.home.engine_lock)
    lock.acquire(since=NOW)
    with pytest.raises(UsageError) as raised:
        support.restore(desk, tmp_path / "b.zip")
    assert raised.value.code == "engine_runs_already"
    lock.release()
    other = desk.also(actor="jan")
    assert other.ledger.counts()
    with pytest.raises(UsageError) as raised:
        support.restore(desk, tmp_path / "b.zip")
    assert raised.value.code == "ledger_in_use"
    other.close()
    assert installing.find(desk, SPACE.id).active


@pytest.mark.parametrize("content", [b"", b"no zip at all", b"PK\x03\x04broken"])
def test_what_is_no_backup_is_refused_and_changes_nothing(desk: FakeDesk, tmp_path: Path, content: bytes) -> None:
    set_up(desk)
    file = tmp_path / "b.zip"
    file.write_bytes(content)
    with pytest.raises(UsageError) as raised:
        support.restore(desk, file)
    assert raised.value.code == "no_backup"
    assert installing.find(desk, SPACE.id)


def test_a_backup_with_a_damaged_ledger_is_refused(desk: FakeDesk, tmp_path: Path) -> None:
    set_up(desk)
    file = tmp_path / "b.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("about.json", "{}")
        archive.writestr("ledger.db", b"SQLite format 3\0" + b"\xff" * 5000)
        archive.writestr("../../outside", b"x")
    with pytest.raises(UsageError) as raised:
        support.restore(desk, file)
    assert raised.value.code == "backup_broken"
    assert not (tmp_path.parent / "outside").exists()
    assert installing.find(desk, SPACE.id)


# -- export and import -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ["csv", "json"])
def test_installations_travel_to_another_home_without_secrets(desk: FakeDesk, tmp_path: Path, suffix: str) -> None:
    set_up(desk)
    set_up(desk, replace(OTHER, name='=cmd|" /C calc"!A1'), file_id="D2")
    file = tmp_path / f"all.{suffix}"
    assert exchange.export_installations(desk, file) == 2
    assert SENTINEL not in file.read_text() and "CLID" not in file.read_text()
    other = make_desk(tmp_path / "other")
    planned = exchange.import_installations(other, file, dry_run=True)
    assert {each.space for each in planned} == {SPACE.id, OTHER.id}
    assert installing.installations(other) == []
    exchange.import_installations(other, file, dry_run=False)
    kept = {each.space: each for each in installing.installations(other)}
    assert kept[OTHER.id].name == '=cmd|" /C calc"!A1' and kept[SPACE.id].enterprise_numbers == ("0477472701",)
    assert kept[SPACE.id].file_id == "D1" and not kept[SPACE.id].active
    assert {each.code for each in exchange.import_installations(other, file, dry_run=True)} == {"import_unchanged"}
    other.close()


@pytest.mark.parametrize("suffix", ["csv", "json"])
def test_own_vat_codes_travel_with_the_installation(desk: FakeDesk, tmp_path: Path, suffix: str) -> None:
    own = (
        VatCode(code="45", supplier="BE0477472701", rate=Decimal("0")),
        VatCode(code="44", category="E", exemption='art. 21 "services", § 2 | b2b'),
    )
    set_up(desk)
    kept = installing.find(desk, SPACE.id)
    desk.installations.save(kept.model_copy(update={"options": kept.options.model_copy(update={"vat_codes": own})}))
    file = tmp_path / f"all.{suffix}"
    exchange.export_installations(desk, file)
    other = make_desk(tmp_path / "other")
    exchange.import_installations(other, file, dry_run=False)
    assert installing.find(other, SPACE.id).options.vat_codes == own
    other.close()


@pytest.mark.parametrize("wrong", ['[{"code": "99"}]', "45", "[", '{"code": "45"}'])
def test_own_vat_codes_that_are_none_leave_a_line_out(desk: FakeDesk, tmp_path: Path, wrong: str) -> None:
    set_up(desk)
    (tmp_path / "a.json").write_text(json.dumps([{"space": SPACE.id, "vat_codes": wrong}]))
    (told,) = exchange.import_installations(desk, tmp_path / "a.json", dry_run=False)
    assert told.left_out
    assert installing.find(desk, SPACE.id).options.vat_codes == ()


def test_no_cell_of_an_export_is_a_formula(desk: FakeDesk, tmp_path: Path) -> None:
    set_up(desk, replace(OTHER, name="=1+1"))
    exchange.export_installations(desk, tmp_path / "a.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "a.csv").read_text())))
    assert rows[0]["name"] == "'=1+1"


def test_a_wrong_line_is_left_out_and_the_others_are_taken(desk: FakeDesk, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text(
        "space;name;enterprise_numbers;purchase_trigger;format\n"
        "aaaa-1;One;0477 472 70;FULLY_APPROVED;\n"
        "../../x;Two;;;\n"
        "cccc-3;Three;0477472701;VALIDATED FULLY_APPROVED;e-fff-3.0\n"
        "dddd-4;Four;;;pdf\n"
    )
    told = {each.line: each for each in exchange.import_installations(desk, file, dry_run=False)}
    assert (told[4].space, told[4].code) == ("cccc-3", "import_added")
    assert {line: each.code for line, each in told.items() if each.left_out} == dict.fromkeys(
        (2, 3, 5), "import_refused"
    )
    (kept,) = installing.installations(desk)
    assert kept.options.format == "e-fff-3.0" and kept.options.purchase_trigger == ("VALIDATED", "FULLY_APPROVED")


async def test_an_import_never_moves_an_active_space_to_another_dossier(desk: FakeDesk, tmp_path: Path) -> None:
    set_up(desk)
    await activation.activate(desk, SPACE.id)
    file = tmp_path / "a.json"
    file.write_text(json.dumps([{"space": SPACE.id, "file_id": "D9", "active": "no"}]))
    (told,) = exchange.import_installations(desk, file, dry_run=False)
    assert (told.code, told.left_out) == ("import_active", True)
    assert installing.find(desk, SPACE.id).file_id == "D1" and installing.find(desk, SPACE.id).active


@pytest.mark.parametrize(
    ("name", "content"), [("a.json", "{"), ("a.json", '{"a": 1}'), ("a.csv", "x,y\n1,2\n"), ("a.csv", "\udcff")]
)
def test_a_file_that_holds_no_table_is_refused(desk: FakeDesk, tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(UsageError) as raised:
        exchange.import_installations(desk, tmp_path / name, dry_run=True)
    assert raised.value.code in {"import_unreadable", "import_no_table"}


def test_an_export_needs_a_known_suffix(desk: FakeDesk, tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        exchange.export_installations(desk, tmp_path / "a.xlsx")


# -- bundle ------------------------------------------------------------------------------------------------------------


async def test_a_bundle_names_no_customer_no_amount_and_no_secret(desk: FakeDesk, tmp_path: Path) -> None:
    await lived_in(desk)
    (desk.home.logs / "engine.log").write_text(f'{{"text": "poll of {SPACE.name}: {SUPPLIER.name}"}}\n')
    listed = await support.bundle(desk, SPACE.id, tmp_path / "x.zip")
    assert any("ledger.db" in line for line in listed)
    with zipfile.ZipFile(tmp_path / "x.zip") as archive:
        everything = b"\n".join(archive.read(name) for name in archive.namelist())
    hidden = (
        SENTINEL, "CLID-4711", SPACE.name, SUPPLIER.name, OTHER.name, OTHER.id, SUPPLIER.vat_number, "0477472701",
        "3.21", "4.21",
    )  # fmt: skip
    for secret in hidden:
        assert secret.encode() not in everything, secret
    assert b"2026-003" in everything


async def test_a_bundle_opens_read_only_elsewhere_and_shows_the_case(desk: FakeDesk, tmp_path: Path) -> None:
    await lived_in(desk)
    row = overview.find(desk, "doc-0005")
    await support.bundle(desk, SPACE.id, tmp_path / "x.zip")
    with support.opened_bundle(tmp_path / "x.zip") as home:
        looking = FakeDesk(home, "support", readonly=True, environ={}, clock=desk.clock)
        (status,) = overview.snapshot(looking).spaces
        assert status.counts[State.FAILED] == 1
        seen = overview.detail(looking, overview.find(looking, "2026-005").id)
        assert seen.delivery.key == row.key and seen.events and seen.delivery.counterparty == ""
        assert looking.ledger.check() == []
        with pytest.raises(UsageError):
            activation.deactivate(looking, SPACE.id)
        looking.close()
    assert not home.ledger.exists()


def test_what_is_no_bundle_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(b"nothing")
    with pytest.raises(UsageError) as raised, support.opened_bundle(tmp_path / "x.zip"):
        pass
    assert raised.value.code == "no_bundle"


async def test_every_event_argument_is_hidden_unless_it_is_known_to_be_harmless(desk: FakeDesk, tmp_path: Path) -> None:
    set_up(desk)
    connections.set_banqup(desk, desk.machine.banqup, SecretStr("another-secret"))
    report = {"findings": json.dumps([{"rule": "V12", "code": "c", "arguments": {"name": SUPPLIER.name}}])}
    desk.ledger.note(SPACE.id, kind="x", code="c", args={**report, "anything": "Jan Peeters"}, actor="an", now=NOW)
    await support.bundle(desk, SPACE.id, tmp_path / "x.zip")
    with zipfile.ZipFile(tmp_path / "x.zip") as archive:
        events = archive.read("events.jsonl").decode()
    assert "V12" in events and "Jan Peeters" not in events and SUPPLIER.name not in events and '"an"' not in events
