"""The desk opens stores when they are needed, and a read-only one makes and changes nothing."""

from __future__ import annotations

import inspect
from datetime import date
from pathlib import Path

import pytest
from pydantic import SecretStr

from core.config import BanqupConnection, PingwinTarget
from core.errors import ConfigurationError, ProductError, UsageError
from core.operations import decisions, support
from core.operations.bulk import exchange
from core.operations.decisions import Act
from core.operations.desk import who
from core.operations.running import engines
from core.operations.setup import activation, connections, installing
from core.operations.views import overview
from core.wording import messages
from tests.core.operations.fakes import SPACE, FakeDesk, credentials_of, make_desk, purchase, set_up


@pytest.mark.parametrize(
    ("environ", "name"),
    [
        ({"BANQUP_PINGWIN_ACTOR": "An Peeters", "SUDO_USER": "an", "LOGNAME": "root"}, "An Peeters"),
        ({"SUDO_USER": "an", "LOGNAME": "root"}, "an"),
        ({"LOGNAME": "  ", "USER": "jan"}, "jan"),
        ({"LOGNAME": "ev\x1b[31mil\n"}, "ev[31mil"),
    ],
)
def test_decisions_are_recorded_under_the_person_not_under_root(environ: dict[str, str], name: str) -> None:
    assert who(environ) == name


def test_without_any_name_the_user_of_the_process_is_taken() -> None:
    assert who({})


def test_a_readonly_desk_on_an_empty_home_makes_nothing_and_says_so(tmp_path: Path) -> None:
    desk = make_desk(tmp_path, readonly=True)
    with pytest.raises(ConfigurationError) as raised:
        _ = desk.ledger
    assert raised.value.code == "no_ledger_yet"
    assert overview.snapshot(desk).spaces == ()
    assert not (tmp_path / "home").exists()


async def test_a_readonly_desk_refuses_every_change(desk: FakeDesk) -> None:
    desk.fake_source.documents = [purchase(1)]
    set_up(desk)
    await activation.activate(desk, SPACE.id)
    before = overview.version(desk)
    row = overview.find(desk, "doc-0001")
    looking = desk.also(readonly=True)
    calls = [
        lambda: connections.set_banqup(looking, BanqupConnection(base_url="https://x", client_id="y"), None),
        lambda: connections.set_pingwin(looking, PingwinTarget(kind="folder", folder="/tmp/x")),
        lambda: installing.install(looking, SPACE, enterprise_numbers=[], own_extension_off=True),
        lambda: installing.set_enterprise_numbers(looking, SPACE.id, ["0477472701"]),
        lambda: installing.set_credentials(looking, SPACE.id, credentials_of()),
        lambda: installing.delete_credentials(looking, SPACE.id),
        lambda: installing.uninstall(looking, SPACE.id),
        lambda: activation.activate(looking, SPACE.id),
        lambda: activation.deactivate(looking, SPACE.id),
        lambda: activation.hold(looking, SPACE.id),
        lambda: activation.release(looking, SPACE.id),
        *(lambda act=act: decisions.decide(looking, [row.id], act) for act in Act),
        lambda: engines.start(looking),
        lambda: engines.stop(looking),
        lambda: engines.poke(looking),
        lambda: support.restore(looking, Path("x.zip")),
        lambda: exchange.import_installations(looking, Path("x.csv"), dry_run=False),
    ]
    for call in calls:
        with pytest.raises(UsageError) as raised:
            outcome = call()
            if inspect.isawaitable(outcome):
                await outcome
        assert raised.value.code == "readonly"
    assert overview.version(desk) == before
    looking.close()


async def test_a_readonly_desk_sees_what_there_is(desk: FakeDesk) -> None:
    desk.fake_source.documents = [purchase(1)]
    set_up(desk)
    await activation.activate(desk, SPACE.id)
    looking = desk.also(readonly=True)
    assert overview.snapshot(looking).spaces[0].counts
    assert overview.detail(looking, overview.find(looking, "doc-0001").id).delivery.number == "2026-001"
    assert (await activation.preview(looking, SPACE.id)).history == 1
    assert await support.reconcile(looking, SPACE.id, date(2026, 1, 1), date(2026, 12, 31))
    looking.close()


@pytest.mark.parametrize(
    ("connection", "code"),
    [
        (BanqupConnection(), "banqup_no_address"),
        (BanqupConnection(base_url="https://banqup.example"), "banqup_no_app_id"),
        (BanqupConnection(base_url="https://banqup.example", client_id="app"), "banqup_no_secret"),
    ],
)
def test_what_is_missing_for_banqup_is_said(desk: FakeDesk, connection: BanqupConnection, code: str) -> None:
    desk.installations.change_machine(lambda machine: machine.model_copy(update={"banqup": connection}))
    with pytest.raises(ConfigurationError) as raised:
        desk.source()
    assert raised.value.code == code and code in messages()


def test_a_missing_target_is_said(desk: FakeDesk) -> None:
    with pytest.raises(ConfigurationError) as raised:
        desk.target()
    assert raised.value.code == "pingwin_no_target"


def test_no_error_shows_a_secret(desk: FakeDesk) -> None:
    secret = "sentinel-9917 with blanks"
    with pytest.raises(ProductError) as raised:
        set_up(desk)
        installing.set_credentials(desk, SPACE.id, {installing.CredentialField.API_KEY: SecretStr(secret)})
    assert "sentinel" not in str(raised.value) + repr(raised.value) + repr(desk)
