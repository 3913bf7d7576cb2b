"""The first run by keyboard alone, against the real sandbox: from nothing to the live queue; and its resuming."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr
from textual.pilot import Pilot

from core.config import BanqupConnection, Home, PingwinTarget
from core.ledger.base import QueueQuery
from core.model import State
from core.operations.desk import Desk
from core.operations.running import engines
from core.operations.setup import connections, installing, trial, walkthrough
from core.operations.setup.installing import CredentialField
from core.operations.views import overview
from core.sandbox.fill import open_world
from core.sandbox.server import SandboxServer, running_sandbox
from tests.tui.console import TERMINAL, console, empty_desk, enter, office, screen, text_of, wait_for
from tui.journey import WALKTHROUGH, Journey, resume


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxServer]:
    world = open_world(documents=12, seed=3)
    with running_sandbox(world) as server:
        server.control.approve(count=4)
        yield server


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    home = Home(tmp_path / "home", tmp_path / "home", "single")
    made = Desk(home, "an", environ={**TERMINAL, "PATH": "/usr/bin:/bin"})
    yield made
    if engines.engine(made).running:
        engines.stop(made)
    trial.stop(made)
    made.close()


async def test_walkthrough_leads_from_nothing_to_the_live_queue(desk: Desk, sandbox: SandboxServer) -> None:
    access = sandbox.access
    async with console(desk) as pilot:
        await screen(pilot, "WelcomeScreen")
        await pilot.press("down", "enter")

        shown = await screen(pilot, "BanqupScreen")
        assert "Purchase assistant" in text_of(pilot.app) and "Sales assistant" in text_of(pilot.app)
        await enter(pilot, access.banqup, access.client_id, access.client_secret)
        await pilot.press("enter")
        await wait_for(pilot, lambda: "✓" in text_of(pilot.app), "the test of Banqup")
        assert access.client_secret not in text_of(pilot.app)
        hurry(desk)
        await pilot.press("enter")

        shown = await screen(pilot, "PingwinScreen")
        assert "UNCONFIRMED" in text_of(pilot.app)
        await pilot.press("enter")
        await enter(pilot, access.pingwin)
        await pilot.press("enter")
        await wait_for(pilot, lambda: "✓" in text_of(pilot.app), "the test of Pingwin")
        await pilot.press("enter")

        await screen(pilot, "LauncherScreen")
        await pilot.press(*"Pingwin", "enter")
        shown = await screen(pilot, "SpaceScreen")
        await wait_for(pilot, lambda: shown.query_one("#spaces").choices, "the spaces")
        await pilot.press("enter")
        await screen(pilot, "InstallScreen")
        await pilot.press("enter")

        shown = await screen(pilot, "NumbersScreen")
        await wait_for(pilot, lambda: len(shown.query_one("#numbers").choices) > 2, "the proposals")
        await pilot.press("enter")

        shown = await screen(pilot, "CredentialsScreen")
        for words in ("API Key", "CLID (Client ID)", "File ID", "File Parameters"):
            assert words in text_of(pilot.app)
        await enter(pilot, access.api_key, access.clid, access.file_id)
        await pilot.press("enter")
        await wait_for(pilot, lambda: "✓" in shown.query_one("#verdict").text, "the test of the credentials")
        assert access.api_key not in text_of(pilot.app) and access.clid not in text_of(pilot.app)
        await pilot.press("enter")

        shown = await screen(pilot, "ActivateScreen")
        await wait_for(pilot, lambda: "4 documents" in text_of(pilot.app), "the history")
        assert shown.query_one("#choices").chosen.id == "later"
        await pilot.press("down", "down", "enter")
        await pilot.press("y")
        await screen(pilot, "QueueScreen", 30)
        assert installing.installations(desk)[0].active and engines.engine(desk).running

        sandbox.control.approve(count=2)
        engines.poke(desk)
        await wait_for(
            pilot,
            lambda: len(overview.queue(desk, QueueQuery(states=frozenset({State.CONFIRMED})))) == 2,
            "two documents delivered",
            40,
        )
        await wait_for(pilot, lambda: "Done (2)" in text_of(pilot.app), "the live queue")
    assert walkthrough.step(desk) == walkthrough.DONE
    received = sandbox.control.received()
    assert (received["received"], received["received_twice"]) == (2, 0)


def hurry(desk: Desk) -> None:
    """A test does not wait five minutes for a poll."""
    timing = desk.machine.timing.model_copy(update={"poll_interval": 1.0})
    desk.installations.save_machine(desk.machine.model_copy(update={"timing": timing}))


async def test_trial_needs_no_account(desk: Desk) -> None:
    async with console(desk) as pilot:
        await screen(pilot, "WelcomeScreen")
        await pilot.press("enter")
        await screen(pilot, "LauncherScreen", 30)
        await pilot.press(*"ping", "enter")
        shown = await screen(pilot, "SpaceScreen")
        await wait_for(pilot, lambda: shown.query_one("#spaces").choices, "the spaces")
        await pilot.press("enter")
        await screen(pilot, "InstallScreen")
        await pilot.press("enter")
        shown = await screen(pilot, "NumbersScreen")
        await wait_for(pilot, lambda: len(shown.query_one("#numbers").choices) > 2, "the proposals")
        await pilot.press("enter")
        shown = await screen(pilot, "CredentialsScreen")
        await pilot.press("down", "down", "down", "enter")
        await wait_for(pilot, lambda: shown.field("file_id").text, "made-up values")
        await pilot.press("enter")
        await wait_for(pilot, lambda: "✓" in shown.query_one("#verdict").text, "the test")
        await pilot.press("enter")
        await screen(pilot, "ActivateScreen")
        await pilot.press("escape")
        await screen(pilot, "CredentialsScreen")
        assert walkthrough.step(desk) == "activate"
        await pilot.press("s")
        await _one_document_first(pilot)
    assert desk.machine.demo


async def _one_document_first(pilot: Pilot[int]) -> None:
    """From the last step: one document alone, then the rest, then the queue."""
    shown = await screen(pilot, "ActivateScreen")
    await wait_for(pilot, lambda: len(shown.query_one("#choices").choices) == 3, "the count")
    assert shown.query_one("#choices").chosen.id == "later"
    await pilot.press("down", "enter")
    shown = await screen(pilot, "FirstScreen")
    await wait_for(pilot, lambda: shown.query_one("#choices").choices, "the documents")
    await pilot.press("enter", "y")
    await wait_for(pilot, lambda: "PW-000001" in text_of(pilot.app), "the outcome", 60)
    assert "HELD BY" in text_of(pilot.app).splitlines()[0]
    await pilot.press("down", "enter")
    await screen(pilot, "QueueScreen")
    await wait_for(pilot, lambda: "ACTIVE" in text_of(pilot.app).splitlines()[0], "the release")


async def test_console_of_a_live_space_opens_the_queue_though_the_walkthrough_was_left(tmp_path: Path) -> None:
    desk = office(tmp_path)
    walkthrough.remember(desk, "activate")
    async with console(desk) as pilot:
        await screen(pilot, "QueueScreen")
    desk.close()


async def test_walkthrough_goes_on_where_it_was_left_and_back_from_there(desk: Desk, sandbox: SandboxServer) -> None:
    access = sandbox.access
    connections.set_banqup(
        desk, BanqupConnection(base_url=access.banqup, client_id=access.client_id), SecretStr(access.client_secret)
    )
    connections.set_pingwin(desk, PingwinTarget(kind="http", contract="a-multipart", base_url=access.pingwin))
    walkthrough.remember(desk, "pingwin")
    async with console(desk) as pilot:
        await screen(pilot, "PingwinScreen")
        await pilot.press("escape")
        await screen(pilot, "BanqupScreen")
        await pilot.press("escape")
        await screen(pilot, "WelcomeScreen")
    assert walkthrough.step(desk) == "welcome"


async def test_wrong_secret_is_said_in_words_and_the_step_stays(desk: Desk, sandbox: SandboxServer) -> None:
    walkthrough.remember(desk, "banqup")
    async with console(desk) as pilot:
        shown = await screen(pilot, "BanqupScreen")
        await enter(pilot, sandbox.access.banqup, sandbox.access.client_id, "wrong")
        await pilot.press("enter")
        await wait_for(pilot, lambda: "✗" in shown.query_one("#verdict").text, "the refusal")
        assert type(pilot.app.screen).__name__ == "BanqupScreen"


async def test_unreachable_server_is_said_in_words(desk: Desk) -> None:
    walkthrough.remember(desk, "banqup")
    async with console(desk) as pilot:
        shown = await screen(pilot, "BanqupScreen")
        await enter(pilot, "http://127.0.0.1:9", "a", "b")
        await pilot.press("enter")
        await wait_for(pilot, lambda: "✗" in shown.query_one("#verdict").text, "the refusal")


async def test_address_without_https_is_refused(tmp_path: Path) -> None:
    desk = empty_desk(tmp_path)
    walkthrough.remember(desk, "banqup")
    async with console(desk) as pilot:
        shown = await screen(pilot, "BanqupScreen")
        await enter(pilot, "http://banqup.example", "a", "b")
        await pilot.press("enter")
        await wait_for(pilot, lambda: "https" in shown.query_one("#note").text, "the refusal")


async def test_untested_credentials_are_saved_only_after_a_question(tmp_path: Path) -> None:
    from tests.core.operations.fakes import SPACE, connect

    desk = empty_desk(tmp_path)
    connect(desk)
    installing.install(desk, SPACE, enterprise_numbers=["0477472701"], own_extension_off=True)
    walkthrough.remember(desk, walkthrough.DONE)
    async with console(desk) as pilot:
        pilot.app.open_credentials(SPACE.id)  # type: ignore[attr-defined]
        shown = await screen(pilot, "CredentialsScreen")
        await pilot.press(*"key one", "enter")
        assert shown.query_one("#field-api_key #field-note").text
        await pilot.press("up", *["backspace"] * 4, "enter", *"CLID-9", "enter", *"D9", "enter", "down", "enter")
        assert shown.query_one("#confirm-bar").has_class("open")
        await pilot.press("n")
        assert not any(view.present for view in installing.credentials(desk, SPACE.id))
        await pilot.press("enter", "y")
        await wait_for(
            pilot, lambda: all(view.present for view in installing.credentials(desk, SPACE.id)), "saved credentials"
        )
    shown_id = next(view for view in installing.credentials(desk, SPACE.id) if view.field is CredentialField.FILE_ID)
    assert shown_id.shown == "D9"


async def test_trial_is_refused_in_a_home_of_the_real_services(desk: Desk) -> None:
    from core.errors import UsageError

    connections.set_banqup(desk, BanqupConnection(base_url="https://banqup.example", client_id="a"), SecretStr("s"))
    with pytest.raises(UsageError) as refused:
        await trial.start(desk)
    assert refused.value.code == "trial_real_home"


@pytest.mark.parametrize(
    ("step", "connected", "installed", "expected"),
    [
        ("", False, False, "welcome"),
        ("nonsense", True, True, "welcome"),
        ("pingwin", False, False, "pingwin"),
        ("launcher", False, False, "banqup"),
        ("install", True, False, "launcher"),
        ("credentials", True, False, "launcher"),
        ("credentials", True, True, "credentials"),
    ],
)
def test_resuming_never_leads_to_a_step_whose_ground_is_missing(
    step: str, connected: bool, installed: bool, expected: str
) -> None:
    installations = [object()] if installed else []
    assert resume(step, connected=connected, installations=installations) == expected  # type: ignore[arg-type]


def test_trial_skips_the_two_connections() -> None:
    journey = Journey(WALKTHROUGH, trial=True)
    assert journey.after("welcome") == "launcher" and journey.before("launcher") == "welcome"
    assert replace(journey, trial=False).after("welcome") == "banqup"
