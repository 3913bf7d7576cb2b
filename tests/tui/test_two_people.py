"""Two people at the same home: a form never overwrites what it has not seen, and each decision names who made it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.model import State
from core.operations import decisions
from core.operations.decisions import Act
from core.operations.setup import connections, installing, triggers
from tests.core.operations.fakes import SPACE, FakeDesk, credentials_of
from tests.tui.console import console, office, screen, text_of, wait_for
from tui.app import step_screen


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[FakeDesk]:
    made = office(tmp_path)
    yield made
    made.close()


@pytest.fixture
def colleague(desk: FakeDesk) -> Iterator[FakeDesk]:
    other = desk.also(actor="Bea")
    yield other
    other.close()


async def test_numbers_saved_by_a_colleague_are_not_overwritten_unseen(desk: FakeDesk, colleague: FakeDesk) -> None:
    async with console(desk) as pilot:
        await screen(pilot, "QueueScreen")
        pilot.app.open_numbers(SPACE.id)  # type: ignore[attr-defined]
        shown = await screen(pilot, "NumbersScreen")
        menu = shown.query_one("#numbers")
        await wait_for(pilot, lambda: menu.chosen is not None and menu.chosen.id == "save", "the numbers")
        installing.set_enterprise_numbers(colleague, SPACE.id, ["0403019261"])
        await pilot.press("enter")
        await wait_for(pilot, lambda: "Bea saved something else" in text_of(pilot.app), "the notice")
        assert installing.find(desk, SPACE.id).enterprise_numbers == ("0403019261",)
        await wait_for(pilot, lambda: "0403.019.261" in text_of(pilot.app), "what stands now")
        menu.pick("save")
        await pilot.press("enter")
        await wait_for(
            pilot, lambda: installing.find(desk, SPACE.id).enterprise_numbers == ("0477472701",), "the second save"
        )


async def test_what_is_sent_is_not_overwritten_unseen(desk: FakeDesk, colleague: FakeDesk) -> None:
    async with console(desk) as pilot:
        await screen(pilot, "QueueScreen")
        pilot.app.open_trigger(SPACE.id)  # type: ignore[attr-defined]
        shown = await screen(pilot, "TriggerScreen")
        menu = shown.query_one("#choices")
        await wait_for(pilot, lambda: menu.choices, "the choices")
        triggers.set_triggers(colleague, SPACE.id, None, "delivered")
        menu.pick("purchases:validated")
        await pilot.press("enter")
        menu.pick("save")
        await pilot.press("enter", "y")
        await wait_for(pilot, lambda: "Bea saved something else" in text_of(pilot.app), "the notice")
        assert triggers.chosen(installing.find(desk, SPACE.id).options) == ("approved", "delivered")


async def test_letting_more_go_over_asks_and_says_what_stays_history(desk: FakeDesk) -> None:
    async with console(desk) as pilot:
        await screen(pilot, "QueueScreen")
        pilot.app.manage(SPACE.id)  # type: ignore[attr-defined]
        await screen(pilot, "ManageScreen")
        await pilot.press("t")
        menu = (await screen(pilot, "TriggerScreen")).query_one("#choices")
        await wait_for(pilot, lambda: menu.choices, "the choices")
        menu.pick("purchases:validated")
        await pilot.press("enter")
        menu.pick("save")
        await pilot.press("enter")
        assert "already stays history" in text_of(pilot.app)
        assert triggers.chosen(installing.find(desk, SPACE.id).options) == ("approved", "sent")
        await pilot.press("y")
        await screen(pilot, "ManageScreen")
        assert triggers.chosen(installing.find(desk, SPACE.id).options) == ("validated", "sent")


async def test_credentials_saved_by_a_colleague_are_not_overwritten_unseen(desk: FakeDesk, colleague: FakeDesk) -> None:
    async with console(desk) as pilot:
        await screen(pilot, "QueueScreen")
        pilot.app.open_credentials(SPACE.id)  # type: ignore[attr-defined]
        shown = await screen(pilot, "CredentialsScreen")
        await wait_for(pilot, lambda: shown._seen is not None, "what is stored")
        theirs = credentials_of(api_key="another-key-of-bea-1")
        installing.set_credentials(colleague, SPACE.id, theirs)
        stands = installing.credentials(desk, SPACE.id)
        shown.field("clid").input.value = "CLID-9999-0000"
        shown.do_save()
        await pilot.press("y")
        await wait_for(pilot, lambda: "Bea saved something else" in text_of(pilot.app), "the notice")
        assert installing.credentials(desk, SPACE.id) == stands


async def test_connection_saved_by_a_colleague_is_not_overwritten_unseen(desk: FakeDesk, colleague: FakeDesk) -> None:
    async with console(desk) as pilot:
        await screen(pilot, "QueueScreen")
        await pilot.app.push_screen(step_screen("banqup", None))
        shown = await screen(pilot, "BanqupScreen")
        kept = desk.machine.banqup
        connections.set_banqup(colleague, replace_url(kept, "https://other.example"), None)
        shown.field("address").input.value = "https://mine.example"
        shown.picked("next")
        await wait_for(pilot, lambda: "saved something else" in " ".join(text_of(pilot.app).split()), "the notice")
        assert desk.machine.banqup.base_url == "https://other.example"
        shown.picked("next")
        await wait_for(pilot, lambda: desk.machine.banqup.base_url == "https://mine.example", "the second save")


def replace_url(connection: object, url: str) -> object:
    return connection.model_copy(update={"base_url": url})  # type: ignore[attr-defined]


async def test_decision_of_a_colleague_names_them_and_meets_no_second_one(desk: FakeDesk, colleague: FakeDesk) -> None:
    async with console(desk) as pilot:
        shown = await screen(pilot, "QueueScreen")
        table = shown.query_one("#queue")
        await wait_for(pilot, lambda: table.current is not None, "rows")
        row = table.current
        await pilot.press("D")
        assert decisions.decide(colleague, [row.id], Act.MARK_DELIVERED)[0].done
        await pilot.press("y")
        await wait_for(pilot, lambda: shown.query_one("#note").text.strip(), "the answer")
        stands = desk.ledger.delivery(row.id)
        assert stands is not None and stands.state is State.CONFIRMED
        pilot.app.open_document(row.id)  # type: ignore[attr-defined]
        await screen(pilot, "DocumentScreen")
        await pilot.press("G")
        await wait_for(pilot, lambda: "(Bea)" in text_of(pilot.app), "who decided")
