"""The commands on a ledger on PostgreSQL: the flow of `test_cli_flow.py` unchanged, and what is PostgreSQL's own."""

# ruff: noqa: F811 - a fixture's name is a test's argument

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.ledger.sqlite import open_ledger
from core.sandbox.generator import generate, settle
from core.sandbox.server import running_sandbox
from core.sandbox.world import World
from tests.cluster import Cluster
from tests.tui.test_cli_flow import (  # noqa: F401 - collected here with this file's desk
    Desk,
    active,
    test_a_delivered_document_goes_out_again_only_on_purpose,
    test_a_dry_run_says_how_many_stay_history_and_changes_nothing,
    test_a_hold_names_who_holds_and_a_release_ends_it,
    test_everything_about_a_delivery_is_told_in_plain_lines_and_as_json,
    test_history_is_included_only_by_a_person_and_with_a_confirmation,
    test_status_carries_the_promised_keys_and_its_exit_code_says_whether_all_is_well,
    test_the_queue_carries_the_promised_keys_with_plain_amounts_and_dates,
    test_waiting_deliveries_are_asked_about_when_a_space_is_activated_again,
    test_what_was_approved_before_activation_stays_and_what_comes_after_goes_over,
)
from tui.i18n import use_language

ADDRESS = "BANQUP_PINGWIN_DATABASE_URL"


@pytest.fixture
def desk(tmp_path: Path, cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    use_language("en")
    monkeypatch.setenv(ADDRESS, cluster.url(cluster.database(), password="sentinel-8842"))
    world = World()
    made = generate(12, seed=7)
    settle(world, made.dossier)
    world.add(made.drafts)
    with running_sandbox(world) as server:
        yield Desk(tmp_path / "home", server)


def test_doctor_and_status_say_which_store_it_is_and_nothing_shows_its_password(active: Desk) -> None:
    active.server.world.approve(count=2)
    active.ok("run", "--once")
    said = active.call("doctor").output + active.call("status").output + active.call("status", "--json").output
    assert "The ledger is on PostgreSQL: postgresql://postgres@" in said and f"environment {ADDRESS}" in said
    assert re.search(
        r"PostgreSQL 1\d\.\S+ .*answers within [\d.]+ ms; the ledger there has schema \d", " ".join(said.split())
    )
    assert "The ledger is sound." in said
    assert "sentinel" not in said
    assert not (active.home / "ledger.db").exists(), "nothing is kept beside it"


def test_doctor_says_that_the_ledgers_server_cannot_be_reached(
    active: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ADDRESS, f"postgresql://somebody:sentinel-8842@/books?host={tmp_path}")
    said = active.call("doctor", "--json")
    (line,) = [line for line in json.loads(said.stdout) if line["code"] == "ledger_unreachable"]
    assert line["passed"] is False and line["advice"] and said.exit_code == 2
    assert "sentinel" not in said.output


def test_a_backup_of_one_store_is_put_back_on_the_other(
    active: Desk,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    active.server.world.approve(count=3)
    active.ok("run", "--once")
    before = active.json("queue")
    active.ok("backup", str(tmp_path / "kept.zip"))
    active.server.world.approve(count=2)
    active.ok("run", "--once")
    active.ok("restore", str(tmp_path / "kept.zip"), "--yes")
    assert active.json("queue") == before
    kept = open_ledger(active.home / "ledger.db.before-restore", readonly=True)
    assert kept.check() == [], "what was on the server stays as a file"
    kept.close()
    monkeypatch.delenv(ADDRESS)
    active.ok("restore", str(tmp_path / "kept.zip"), "--yes")
    assert active.json("queue") == before, "the same file for both"


def test_the_ledger_is_copied_to_postgresql_and_back_and_compared(
    active: Desk,
    monkeypatch: pytest.MonkeyPatch,
    cluster: Cluster,
) -> None:
    active.server.world.approve(count=5)
    active.ok("run", "--once")
    shown = active.json("queue")
    told = json.loads(active.ok("ledger", "copy", "--to", "sqlite", "--json").stdout)
    assert told["rows"]["doc"] == 9 and told["spaces"] == 1
    assert "ledger_not_empty" in active.call("ledger", "copy", "--to", "sqlite").output
    monkeypatch.setenv(ADDRESS, cluster.url(cluster.database()))
    assert (
        "Copied and compared: 1 space says the same in both." in active.ok("ledger", "copy", "--to", "postgres").stdout
    )
    assert active.json("queue") == shown
    monkeypatch.delenv(ADDRESS)
    assert active.json("queue") == shown
    assert "copy_needs_postgres" in active.call("ledger", "copy", "--to", "postgres").output


def test_a_home_of_other_decisions_leaves_a_shared_ledger_alone(active: Desk, tmp_path: Path) -> None:
    active.ok("run", "--once")
    stranger = Desk(tmp_path / "another", active.server)
    stranger.connect()
    refused = stranger.call("run", "--once")
    assert refused.exit_code == 2 and "ledger_of_another_home" in refused.output
    assert active.json("status", code=1)["installations"][0]["active"]


def test_workers_without_postgresql_are_a_clear_sentence(active: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ADDRESS)
    refused = active.call("run", "--workers", "2")
    assert refused.exit_code == 2 and "workers_need_postgres" in refused.output
    monkeypatch.setenv(ADDRESS, "mysql://an:sentinel-8842@host/db")
    refused = active.call("status")
    assert refused.exit_code == 2 and "ledger_url_unreadable" in refused.output and "sentinel" not in refused.output


def test_a_program_without_the_extra_says_what_to_install(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "core.ledger.postgres", None)
    refused = desk.call("queue")
    assert refused.exit_code == 2 and "pip install 'banqup-pingwin[postgres]'" in refused.output
