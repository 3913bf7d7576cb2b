"""Both connections are kept only when they can work, and a test says what it proved."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from core.banqup.errors import CredentialsRefused, Unavailable
from core.config import BanqupConnection, PingwinTarget
from core.errors import UsageError
from core.operations.setup import connections
from core.pingwin.target import Probe
from core.wording import messages
from tests.core.operations.fakes import SENTINEL, SPACE, FakeDesk, connect, make_desk, set_up


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("", "address_missing"),
        ("banqup.example", "address_malformed"),
        ("https://me:pw@banqup.example", "address_malformed"),
        ("https://banqup.example/?key=1", "address_malformed"),
        ("http://banqup.example", "address_not_https"),
    ],
)
def test_an_address_that_would_leak_or_fail_is_refused(desk: FakeDesk, address: str, code: str) -> None:
    with pytest.raises(UsageError) as raised:
        connections.set_banqup(desk, BanqupConnection(base_url=address, client_id="app"), None)
    assert raised.value.code == code and code in messages()


def test_plain_http_is_taken_on_this_machine_only(desk: FakeDesk) -> None:
    wanted = BanqupConnection(base_url=" http://127.0.0.1:8080/ ", client_id="app")
    assert connections.set_banqup(desk, wanted, SecretStr("s3cret-value")).banqup.base_url == "http://127.0.0.1:8080"


def test_the_secret_is_kept_apart_and_an_address_change_leaves_it(desk: FakeDesk) -> None:
    connect(desk)
    assert SENTINEL not in desk.home.installations.read_text()
    assert connections.banqup_secret_source(desk) == "credentials.toml"
    connections.set_banqup(desk, BanqupConnection(base_url="https://other.example", client_id="app"), None)
    assert connections.banqup_secret_source(desk) == "credentials.toml"


def test_the_environment_answers_before_the_file(tmp_path: Path) -> None:
    desk = make_desk(tmp_path, environ={"BANQUP_PINGWIN_BANQUP_SECRET": "from-outside"})
    connect(desk)
    assert "environment" in (connections.banqup_secret_source(desk) or "")


async def test_a_good_banqup_test_says_how_many_spaces_let_us_in(desk: FakeDesk) -> None:
    connect(desk)
    verdict = await connections.try_banqup(desk)
    assert verdict.ok and [proof.code for proof in verdict.proofs] == ["banqup_token", "banqup_spaces"]
    assert desk.fake_source.closed == 1


async def test_no_space_is_a_failure_with_its_next_step(desk: FakeDesk) -> None:
    connect(desk)
    desk.fake_source.listed = []
    verdict = await connections.try_banqup(desk)
    assert not verdict.ok and messages()[verdict.proofs[-1].code].advice


@pytest.mark.parametrize(
    "trouble", [CredentialsRefused("banqup_secret_refused"), Unavailable("banqup_unreachable"), None]
)
async def test_a_failed_banqup_test_never_raises(desk: FakeDesk, trouble: Exception | None) -> None:
    if trouble is not None:
        connect(desk)
    desk.fake_source.trouble = trouble
    verdict = await connections.try_banqup(desk)
    assert not verdict.ok


def test_every_contract_that_ships_is_shown_as_unconfirmed(desk: FakeDesk) -> None:
    shipped = connections.contracts(desk)
    assert {"a-multipart", "b-form", "c-json", "d-raw"} <= {view.name for view in shipped}
    assert not any(view.confirmed for view in shipped)


@pytest.mark.parametrize(
    ("target", "code"),
    [
        (PingwinTarget(), "pingwin_no_target"),
        (PingwinTarget(kind="http", contract="nobody"), "no_such_contract"),
        (PingwinTarget(kind="http", contract="a-multipart"), "pingwin_no_address"),
        (PingwinTarget(kind="http", contract="a-multipart", base_url="http://pingwin.example"), "address_not_https"),
        (PingwinTarget(kind="folder", folder="drop"), "folder_not_absolute"),
        (PingwinTarget(kind="folder", folder="/proc/nowhere"), "folder_not_writable"),
    ],
)
def test_a_target_that_cannot_work_is_refused(desk: FakeDesk, target: PingwinTarget, code: str) -> None:
    with pytest.raises(UsageError) as raised:
        connections.set_pingwin(desk, target)
    assert raised.value.code == code and code in messages()
    assert desk.machine.pingwin.kind == ""


def test_another_target_is_told_to_the_ledger_for_every_space(desk: FakeDesk, tmp_path: Path) -> None:
    set_up(desk)
    desk.fake_target.name = "another"
    connections.set_pingwin(desk, PingwinTarget(kind="folder", folder=str(tmp_path / "drop")))
    run = desk.ledger.space_run(SPACE.id)
    assert run is not None and run.target == "another"


async def test_testing_pingwin_says_that_the_contract_is_unconfirmed(desk: FakeDesk) -> None:
    connect(desk)
    desk.fake_target.probed = Probe(True, None, "pingwin_reached_only")
    verdict = await connections.try_pingwin(desk)
    assert verdict.ok and verdict.proofs[-1].code == "contract_unconfirmed"
    assert desk.fake_target.asked_with == [None]


async def test_a_target_out_of_reach_fails_the_test(desk: FakeDesk) -> None:
    connect(desk)
    desk.fake_target.probed = Probe(False, None, "pingwin_unreachable")
    assert not (await connections.try_pingwin(desk)).ok


async def test_no_target_fails_the_test_with_what_to_do(desk: FakeDesk) -> None:
    assert (await connections.try_pingwin(desk)).proofs[0].code == "pingwin_no_target"
