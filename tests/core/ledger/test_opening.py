"""Opening a ledger: the version gate, schemas old and new, permissions, network disks, damage, a full disk."""

from __future__ import annotations

import os
import sqlite3
import stat
from pathlib import Path

import pytest

from core.errors import ConfigurationError, ProductError, StoreError
from core.ledger import library
from core.ledger.base import Finding
from core.ledger.library import file_system, journal_for, wal_safe
from core.ledger.opening import refuse_network, statements
from core.ledger.schema import Script, scripts
from core.ledger.sqlite import open_ledger
from core.ledger.terms import readings
from core.model import State
from tests.core.ledger.makers import DOSSIER, SPACE, activate, delivered, found, poll, ready, sending

NEXT_SCHEMA = Script(scripts()[-1].version + 1, "next", "ALTER TABLE doc ADD COLUMN colour TEXT;")


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((3, 7, 17), False),
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 45, 0), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 0), False),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 52, 0), True),
        ((3, 53, 4), True),
    ],
)
def test_wal_is_used_only_where_its_reset_is_fixed(version: tuple[int, int, int], safe: bool) -> None:
    assert wal_safe(version) is safe
    assert journal_for(version, current="delete", fresh=True) == ("wal" if safe else "truncate")
    assert journal_for(version, current="delete", fresh=False) == "truncate", "an existing file is never switched"
    if safe:
        assert journal_for(version, current="wal", fresh=False) == "wal"
    else:
        with pytest.raises(StoreError) as caught:
            journal_for(version, current="wal", fresh=False)
        assert caught.value.code == "ledger_wal_unsafe"


def test_an_unsafe_sqlite_refuses_a_file_that_a_newer_one_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "ledger.db"
    monkeypatch.setattr(library, "wal_safe", lambda version: True)
    open_ledger(path).close()
    monkeypatch.setattr(library, "wal_safe", lambda version: False)
    for readonly in (False, True):
        with pytest.raises(StoreError) as caught:
            open_ledger(path, readonly=readonly)
        assert caught.value.code == "ledger_wal_unsafe"


def test_documents_of_the_first_schema_are_found_by_what_customers_say(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    open_ledger(path, steps=scripts()[:1]).close()
    old = sqlite3.connect(path)
    old.execute(
        "INSERT INTO doc(space, source_id, dossier, number, counterparty, vat, issued, amount, target_ref,"
        " state, idem_key)"
        " VALUES('s', 'd', '1', '2026-0118', 'Café De Zwaan', 'BE0110050557', '2026-03-04', '-92.40', 'PW-7',"
        " 'confirmed', 'k')"
    )
    old.commit()
    old.close()
    ledger = open_ledger(path)
    for said in ("118", "cafe zwaan", "110.050.557", "92,40", "4/3/2026", "pw-7"):
        assert [row.number for clues in readings(said) for row in ledger.search(clues)][:1] == ["2026-0118"], said
    ledger.close()


def test_a_document_delivered_under_the_fourth_schema_is_told_of_when_it_changes(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    old = open_ledger(path, steps=scripts()[:4])
    activate(old)
    with old.write() as tx:
        tx.run(
            "INSERT INTO doc(space, source_id, dossier, state, source_hash, idem_key)"
            " VALUES(?, 'doc-F1', ?, 'confirmed', 'meta-F1:files', 'k')",
            (SPACE, DOSSIER),
        )
    old.close()
    ledger = open_ledger(path)
    row = ledger.known(SPACE, ["doc-F1"])["doc-F1"]
    assert (row.state, row.newer_hash) == (State.CONFIRMED, None)
    poll(ledger, found("F1", finding=Finding.CHANGED, state=State.CHANGED, delivery=row.id, content_hash="b:c"))
    assert ledger.known(SPACE, ["doc-F1"])["doc-F1"].state is State.CHANGED
    ledger.close()


def test_an_older_ledger_is_brought_up_to_date_after_a_backup(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    old = open_ledger(path)
    activate(old)
    delivery = delivered(old)
    old.close()
    new = open_ledger(path, steps=[*scripts(), NEXT_SCHEMA])
    assert new.read("SELECT colour FROM doc")[0]["colour"] is None
    assert new.check() == []
    new.close()
    backup = path.with_name(f"ledger.db.schema-{scripts()[-1].version}.bak")
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    kept = open_ledger(backup, readonly=True)
    row = kept.delivery(delivery)
    assert row is not None and row.state is State.CONFIRMED
    kept.close()


def test_documents_of_the_first_version_are_found_after_the_migration_and_it_tells_how_far_it_is(
    tmp_path: Path,
) -> None:
    path = tmp_path / "ledger.db"
    old = open_ledger(path, steps=scripts()[:1])
    with old.write() as tx:
        for number in range(1, 2_501):
            tx.run(
                "INSERT INTO doc(space, source_id, dossier, number, counterparty, issued, amount, state, idem_key)"
                " VALUES('s', ?, 'D', ?, 'Noord BV', '2026-02-01', '12.50', 'history', ?)",
                (f"d{number}", f"F2026-{number:04}", f"k{number}"),
            )
    old.close()
    told: list[tuple[int, int]] = []
    ledger = open_ledger(path, migrating=lambda done, of: told.append((done, of)))
    assert told == [(1_000, 2_500), (2_000, 2_500), (2_500, 2_500)]
    assert [row.number for row in ledger.search(readings("F2026-1234")[0])] == ["F2026-1234"]
    assert ledger.read("SELECT count(*) AS n FROM term WHERE term = 'pnoord'")[0]["n"] == 2_500
    assert ledger.read("PRAGMA foreign_keys")[0]["foreign_keys"] == 1
    ledger.close()


def test_a_migration_that_fails_leaves_the_ledger_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    open_ledger(path).close()
    broken = Script(NEXT_SCHEMA.version, "broken", "CREATE TABLE extra(n INTEGER);\nALTER TABLE nothing ADD COLUMN x;")
    with pytest.raises(StoreError):
        open_ledger(path, steps=[*scripts(), broken])
    ledger = open_ledger(path)
    assert ledger.read("SELECT name FROM sqlite_master WHERE name = 'extra'") == []
    ledger.close()


def test_an_older_ledger_in_use_is_not_migrated_under_its_users(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    user = open_ledger(path)
    with pytest.raises(StoreError) as caught:
        open_ledger(path, steps=[*scripts(), NEXT_SCHEMA])
    assert caught.value.code == "ledger_in_use_by_older"
    with pytest.raises(StoreError) as caught:
        open_ledger(path, steps=[*scripts(), NEXT_SCHEMA], readonly=True)
    assert caught.value.code == "ledger_older_readonly"
    user.close()
    open_ledger(path, steps=[*scripts(), NEXT_SCHEMA]).close()


def test_a_ledger_of_a_newer_version_is_refused_with_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    open_ledger(path, steps=[*scripts(), NEXT_SCHEMA]).close()
    before = path.read_bytes()
    for readonly in (False, True):
        with pytest.raises(StoreError) as caught:
            open_ledger(path, readonly=readonly)
        assert "newer version" in str(caught.value)
    assert path.read_bytes() == before


def test_each_transaction_checks_the_schema_under_it(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    ledger = open_ledger(path)
    with sqlite3.connect(path) as other:
        other.execute("UPDATE meta SET v = '99' WHERE k = 'schema_version'")
    other.close()
    with pytest.raises(StoreError) as caught:
        ledger.set_meta("a", "b")
    assert caught.value.code == "ledger_other_schema"
    ledger.close()


def test_everything_the_ledger_makes_is_private(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    ledger = open_ledger(path)
    activate(ledger)
    assert {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()} == {0o600}
    ledger.close()


def test_system_mode_is_the_groups_and_nobody_elses(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    ledger = open_ledger(path, file_mode=0o660)
    ledger.set_meta("a", "b")
    assert {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()} == {0o660}
    ledger.close()
    with pytest.raises(ConfigurationError):
        open_ledger(path, file_mode=0o600)


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o666, 0o604])
def test_a_ledger_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "ledger.db"
    open_ledger(path).close()
    path.chmod(mode)
    with pytest.raises(ConfigurationError) as caught:
        open_ledger(path)
    assert caught.value.code == "file_too_open"


MOUNTS = """22 1 254:0 / / rw,relatime - ext4 /dev/vda rw
30 22 0:40 / /srv/office rw - nfs4 nas:/office rw
31 30 0:41 / /srv/office/local rw - ext4 /dev/vdb rw
32 22 0:42 / /mnt/with\\040space rw - cifs //nas/share rw
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/srv/office/data/ledger.db", "nfs4"),
        ("/srv/office/local/ledger.db", "ext4"),
        ("/srv/officer/ledger.db", "ext4"),
        ("/mnt/with space/ledger.db", "cifs"),
    ],
)
def test_a_ledger_on_a_network_disk_is_refused(path: str, kind: str) -> None:
    assert file_system(Path(path), MOUNTS) == kind
    if kind == "ext4":
        refuse_network(Path(path), MOUNTS)
    else:
        with pytest.raises(StoreError) as caught:
            refuse_network(Path(path), MOUNTS)
        assert caught.value.code == "ledger_on_network"


def test_reading_makes_no_file_and_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with pytest.raises(StoreError) as caught:
        open_ledger(path, readonly=True)
    assert caught.value.code == "ledger_missing" and list(tmp_path.iterdir()) == []
    ledger = open_ledger(path)
    activate(ledger)
    ledger.close()
    reader = open_ledger(path, readonly=True)
    assert reader.space_run(SPACE) is not None and reader.check() == []
    with pytest.raises(StoreError) as caught:
        reader.poll_now(SPACE)
    assert caught.value.code == "ledger_opened_readonly"
    reader.close()


@pytest.mark.parametrize("content", [b"no database at all " * 400, b"SQLite format 3\0" + b"\xff" * 8_000])
def test_a_file_that_is_no_ledger_is_refused_and_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "ledger.db"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(StoreError) as caught:
        open_ledger(path)
    assert caught.value.code == "ledger_damaged"
    assert path.read_bytes() == content


def test_another_programs_database_is_not_taken_for_a_ledger(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE songs(title)")
    other.close()
    path.chmod(0o600)
    with pytest.raises(StoreError) as caught:
        open_ledger(path)
    assert caught.value.code == "ledger_not_ours"


def test_after_an_unclean_end_the_file_is_looked_at_and_no_document_sleeps(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    ledger = open_ledger(path)
    activate(ledger)
    delivery = ready(ledger)
    with ledger.write() as tx:
        tx.run("UPDATE space_run SET next_due = 9e18")
    assert ledger.get_meta("clean") == "0"
    for fd in (ledger._lock, ledger._presence):  # as the kernel does for a killed process
        os.close(fd)
    ledger._connection.close()
    again = open_ledger(path)
    held = again.claim("w", now=100.0, lease=60.0)
    assert held is not None and held.id == delivery
    again.close()
    last = open_ledger(path, readonly=True)
    assert last.get_meta("clean") == "1"
    last.close()


def test_the_last_process_out_marks_the_end_clean(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    engine, console = open_ledger(path), open_ledger(path)
    activate(engine)
    engine.close()
    assert console.get_meta("clean") == "0"
    console.set_meta("a", "b")
    console.close()
    assert open_ledger(path, readonly=True).get_meta("clean") == "1"


def test_a_damaged_page_is_found_by_the_check(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    ledger = open_ledger(path)
    activate(ledger)
    for n in range(30):
        delivered(ledger, f"F{n}", 10.0 + n)
    ledger.close()
    raw = bytearray(path.read_bytes())
    page = len(raw) // 4096 * 4096 - 4 * 4096
    raw[page : page + 4096] = b"\x55" * 4096
    path.write_bytes(raw)
    try:
        hurt = open_ledger(path)
    except StoreError as error:
        assert error.code == "ledger_damaged"
        return
    try:
        assert hurt.check() != []
    except StoreError as error:
        assert error.code == "ledger_damaged"
    finally:
        hurt.close()


def test_the_check_finds_rows_that_their_history_does_not_explain(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path / "ledger.db")
    activate(ledger)
    first, second = delivered(ledger, "F1"), ready(ledger, "F2", 20.0)
    assert ledger.check() == []
    with ledger.write() as tx:
        tx.run("UPDATE doc SET state = 'failed' WHERE id = ?", (first,))
        tx.run("UPDATE doc SET fence = fence + 1 WHERE id = ?", (second,))
        tx.run("UPDATE cnt SET n = n + 5 WHERE state = 'ready'")
    problems = ledger.check()
    assert len(problems) == 3, problems
    assert any("history ends in confirmed" in problem for problem in problems)
    ledger.close()


def test_a_full_disk_is_said_and_nothing_is_half_written(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path / "ledger.db")
    activate(ledger)
    pages = ledger.read("PRAGMA page_count")[0][0]
    ledger.read(f"PRAGMA max_page_count={pages}")
    with pytest.raises(StoreError) as caught:
        for n in range(2_000):
            delivered(ledger, f"F{n}", 10.0 + n)
    assert caught.value.code == "ledger_disk_full"
    ledger.read(f"PRAGMA max_page_count={pages * 1000}")
    assert ledger.check() == []
    poll(ledger, found("after"), now=9_000.0)
    ledger.close()


def test_a_closed_ledger_says_so(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path / "ledger.db")
    ledger.close()
    ledger.close()
    with pytest.raises(ProductError) as caught:
        ledger.counts()
    assert caught.value.code == "ledger_closed"


def test_a_backup_made_while_the_engine_sends_is_one_moment(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path / "ledger.db")
    activate(ledger)
    held = sending(ledger)
    ledger.backup(str(tmp_path / "copy.db"))
    ledger.close()
    copy = open_ledger(tmp_path / "copy.db")
    assert copy.check() == [] and copy.holds(held, State.SENDING)
    copy.close()


def test_scripts_are_split_into_whole_statements() -> None:
    found = list(
        statements("-- a remark\nCREATE TABLE a(b);\nCREATE TRIGGER t AFTER INSERT ON a BEGIN\nSELECT 1; END;\n")
    )
    assert len(found) == 2
