"""The whole path on the command line, against the sandbox: connect, install, credentials, activate, run, decide."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from core.sandbox.generator import generate, settle
from core.sandbox.server import SandboxServer, running_sandbox
from core.sandbox.world import World
from tests.tui.commandline import call
from tui.i18n import use_language


@dataclass
class Desk:
    """A home and the sandbox it is to talk to."""

    home: Path
    server: SandboxServer

    def call(self, *arguments: str, input: str | None = None) -> Result:
        return call("--home", str(self.home), *arguments, input=input)

    def ok(self, *arguments: str, input: str | None = None, code: int = 0) -> Result:
        outcome = self.call(*arguments, input=input)
        assert outcome.exit_code == code, outcome.output
        return outcome

    def json(self, *arguments: str, code: int = 0) -> Any:
        return json.loads(self.ok(*arguments, "--json", code=code).stdout)

    @property
    def space(self) -> str:
        return self.server.access.space

    def connect(self) -> None:
        access = self.server.access
        banqup = f"base_url={access.banqup}\nclient_id={access.client_id}\nsecret={access.client_secret}\n"
        self.ok("connect", "banqup", "set", "--stdin", input=banqup)
        self.ok("connect", "pingwin", "set", "--contract", "sandbox", "--url", access.pingwin)

    def set_up(self) -> None:
        access = self.server.access
        self.connect()
        self.ok("install", self.space, "--yes", "--number", access.enterprise_number, "--own-extension-off")
        values = f"api_key={access.api_key}\nclid={access.clid}\nfile_id={access.file_id}\n"
        self.ok("credentials", "set", self.space, "--stdin", input=values)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    use_language("en")
    world = World()
    made = generate(12, seed=7)
    settle(world, made.dossier)
    world.add(made.drafts)
    with running_sandbox(world) as server:
        yield Desk(tmp_path / "home", server)


@pytest.fixture
def active(desk: Desk) -> Desk:
    """Set up and active; four documents were approved before, so they are history."""
    desk.server.world.approve(count=4)
    desk.set_up()
    desk.ok("activate", desk.space, "--yes")
    return desk


def test_the_connections_are_kept_tested_and_shown(desk: Desk) -> None:
    desk.connect()
    assert desk.json("connect", "banqup", "test")["ok"]
    assert desk.json("connect", "pingwin", "test")["ok"]
    shown = desk.json("connect", "banqup", "show")
    assert shown["base_url"] == desk.server.access.banqup
    assert shown["secret_source"]
    contracts = {each["name"]: each["confirmed"] for each in desk.json("connect", "pingwin", "show")["contracts"]}
    assert contracts and not any(contracts.values()), "no contract that ships is the vendor's word"


def test_wrong_credentials_for_banqup_are_a_clear_sentence(desk: Desk) -> None:
    desk.connect()
    wrong = f"base_url={desk.server.access.banqup}\nclient_id=nobody\nsecret=sentinel-77aa\n"
    desk.ok("connect", "banqup", "set", "--stdin", input=wrong)
    outcome = desk.call("connect", "banqup", "test")
    assert outcome.exit_code == 1
    assert "failed: " in outcome.stdout and "sentinel-77aa" not in outcome.output


def test_an_address_that_nobody_answers_at_is_a_clear_sentence(desk: Desk) -> None:
    values = "base_url=http://127.0.0.1:9\nclient_id=x\nsecret=y\n"
    desk.ok("connect", "banqup", "set", "--stdin", input=values)
    outcome = desk.call("spaces")
    assert outcome.exit_code == 1
    assert "Traceback" not in outcome.output and outcome.stderr


def test_installing_in_a_script_needs_consent_and_takes_only_a_clear_number(desk: Desk) -> None:
    desk.connect()
    refused = desk.call("install", desk.space)
    assert refused.exit_code == 2 and "needs_yes: " in refused.stderr
    installed = desk.json("install", desk.space, "--yes")
    assert installed["enterprise_numbers"] == [desk.server.access.enterprise_number]
    assert installed["active"] is False and installed["own_extension_off"] is False
    listed = desk.json("spaces")
    assert [(each["space"], each["installed"], each["active"]) for each in listed] == [(desk.space, True, False)]
    again = desk.call("install", desk.space, "--yes")
    assert again.exit_code == 2 and "already_installed" in again.stderr


def test_a_space_is_named_by_id_prefix_or_exact_name(active: Desk) -> None:
    name = active.server.access.space_name
    for text in (active.space, active.space[:6], name):
        assert active.json("status", text, code=1)["installations"][0]["space"] == active.space
    assert active.call("--space", name, "credentials", "show").exit_code == 0
    assert active.call("status", "nowhere").exit_code == 2


def test_activating_needs_the_credentials_and_says_which(desk: Desk) -> None:
    desk.connect()
    desk.ok("install", desk.space, "--yes")
    outcome = desk.call("activate", desk.space, "--yes")
    assert outcome.exit_code == 2
    assert "missing_api_key" in outcome.stderr and "missing_file_id" in outcome.stderr


def test_a_dry_run_says_how_many_stay_history_and_changes_nothing(desk: Desk) -> None:
    desk.server.world.approve(count=4)
    desk.set_up()
    seen = desk.json("activate", desk.space, "--dry-run")
    assert (seen["history"], seen["complete"], seen["active"]) == (4, True, False)
    assert not desk.json("spaces")[0]["active"]


def test_what_was_approved_before_activation_stays_and_what_comes_after_goes_over(active: Desk) -> None:
    moved = {each.number for each in active.server.world.approve(count=3)}
    active.ok("run", "--once")
    rows = active.json("queue")
    assert {row["number"] for row in rows if row["state"] == "confirmed"} == moved
    assert active.json("queue", "--state", "history")[0]["state"] == "history"
    assert len(active.json("queue", "--history")) == 7
    assert active.server.control.received()["received"] == 3


def test_where_nobody_approves_validated_purchases_go_over_from_now_on(active: Desk) -> None:
    assert active.json("triggers", active.space) | {"space": ""} == {
        "space": "",
        "purchases": "approved",
        "sales": "sent",
        "levels": {"purchases": ["FULLY_APPROVED"], "sales": ["SENT", "DELIVERED"]},
    }
    asked = active.call("triggers", active.space, "--purchases", "validated")
    assert asked.exit_code == 2 and active.json("triggers", active.space)["purchases"] == "approved"
    active.ok("triggers", active.space, "--purchases", "validated", "--yes")
    active.ok("run", "--once")
    assert active.server.control.received()["received"] == 0
    history = {row["number"] for row in active.json("queue", "--history") if row["state"] == "history"}
    assert len(history) > 4, "those at Validated, too"
    said = active.ok("triggers", active.space).stdout
    assert "as soon as they are validated" in said and "VALIDATED" in said


def test_the_queue_carries_the_promised_keys_with_plain_amounts_and_dates(active: Desk) -> None:
    active.server.world.approve(count=1)
    active.ok("run", "--once")
    [row] = active.json("queue")
    promised = (
        "id space direction number party issue_date amount currency state reason attempts next_try delivered_at "
        "target_reference"
    )
    assert set(promised.split()) <= set(row)
    assert row["direction"] in {"purchase", "sales"}
    assert isinstance(row["amount"], str) and float(row["amount"])
    assert row["delivered_at"].endswith("Z") and row["next_try"] is None
    assert row["target_reference"] and row["attempts"] == 1


def test_status_carries_the_promised_keys_and_its_exit_code_says_whether_all_is_well(active: Desk) -> None:
    seen = active.json("status", code=1)
    assert {"running", "pid", "since"} <= set(seen["engine"])
    [space] = seen["installations"]
    assert {"space", "name", "state", "last_good_poll", "counts"} <= set(space)
    assert (space["state"], space["counts"], seen["needs_attention"]) == ("stopped", {"history": 4}, 0)
    active.ok("deactivate", active.space, "--yes")
    assert active.json("status")["installations"][0]["state"] == "inactive"


def test_everything_about_a_delivery_is_told_in_plain_lines_and_as_json(active: Desk, tmp_path: Path) -> None:
    active.server.world.approve(count=1)
    active.ok("run", "--once")
    [row] = active.json("queue")
    plain = active.ok("document", str(row["id"])).stdout
    assert f"Number: {row['number']}" in plain and "State: delivered" in plain
    detail = active.json("document", row["number"])
    assert detail["id"] == row["id"]
    assert detail["tries"] and detail["events"] and detail["acts"]
    xml = active.ok("document", str(row["id"]), "--xml").stdout_bytes
    assert xml.startswith(b"<?xml")
    active.ok("document", str(row["id"]), "--pdf", str(tmp_path / "a.pdf"))
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF-")
    assert active.call("document", str(row["id"]), "--pdf", str(tmp_path / "a.pdf")).exit_code == 2
    request = active.ok("document", str(row["id"]), "--request").stdout
    access = active.server.access
    assert access.api_key not in request and access.clid not in request


def test_history_is_included_only_by_a_person_and_with_a_confirmation(active: Desk) -> None:
    old = active.json("queue", "--state", "history")[0]
    assert active.call("include", str(old["id"])).exit_code == 2
    active.ok("include", str(old["id"]), "--yes", "--reason", "the accountant asked")
    active.ok("run", "--once")
    assert active.json("document", str(old["id"]))["state"] == "confirmed"


def test_a_delivered_document_goes_out_again_only_on_purpose(active: Desk) -> None:
    active.server.world.approve(count=1)
    active.ok("run", "--once")
    [row] = active.json("queue")
    refused = active.call("retry", str(row["id"]), "--yes")
    assert refused.exit_code == 2 and refused.stderr.startswith("refused_")
    active.ok("resend", str(row["id"]), "--yes", "--reason", "lost over there")
    active.ok("run", "--once")
    assert active.server.control.received()["received"] == 2


def test_waiting_deliveries_are_asked_about_when_a_space_is_activated_again(active: Desk) -> None:
    active.server.world.approve(count=2)
    active.ok("hold", active.space)
    active.ok("run", "--once")
    active.ok("deactivate", active.space, "--yes")
    unasked = active.call("activate", active.space, "--yes")
    assert unasked.exit_code == 2 and "waiting" in unasked.stderr
    active.ok("activate", active.space, "--waiting", "discard", "--yes")
    states = {row["state"] for row in active.json("queue")}
    assert states == {"discarded"}


def test_a_hold_names_who_holds_and_a_release_ends_it(active: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BANQUP_PINGWIN_ACTOR", "Anna")
    assert active.json("hold", active.space)["held_by"] == "Anna"
    assert active.json("release", active.space)["held_by"] == ""


def test_uninstalling_and_deleting_credentials_need_a_typed_word_or_yes(active: Desk) -> None:
    for command in (("uninstall", active.space), ("credentials", "delete", active.space)):
        assert active.call(*command).exit_code == 2
    active.ok("credentials", "delete", active.space, "--yes")
    assert active.call("credentials", "show", active.space).exit_code == 1
    active.ok("uninstall", active.space, "--yes")
    assert active.json("status")["installations"] == []


def test_no_secret_is_ever_printed(desk: Desk) -> None:
    desk.set_up()
    access = desk.server.access
    said = ""
    for arguments in (
        ("credentials", "show", desk.space),
        ("credentials", "test", desk.space),
        ("connect", "banqup", "show"),
        ("status",),
        ("activate", desk.space, "--yes"),
        ("run", "--once"),
    ):
        for extra in ((), ("--json",)):
            said += desk.call(*arguments, *extra).output
    for secret in (access.client_secret, access.api_key, access.clid):
        assert secret not in said
    assert access.file_id in said, "the File ID is compared with Pingwin's corner"


def test_a_wrong_line_of_secrets_is_named_by_its_number_never_repeated(desk: Desk) -> None:
    desk.connect()
    desk.ok("install", desk.space, "--yes")
    for text in ("api_key sentinel-31ab\n", "sentinel-31ab=1\n"):
        outcome = desk.call("credentials", "set", desk.space, "--stdin", input=text)
        assert outcome.exit_code == 2
        assert "sentinel-31ab" not in outcome.output
