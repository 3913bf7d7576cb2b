"""The screens by keyboard: what is seen, what a key does, what is asked first, and what is refused with a reason."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from core.ledger.base import QueueQuery
from core.model import State
from core.operations.setup import installing
from core.operations.views import overview
from tests.core.operations.fakes import OTHER, SPACE, FakeDesk, stand
from tests.tui.console import HeldEngine, console, empty_desk, office, screen, text_of, wait_for
from tui.queue_view import GROUPS
from tui.widgets.queue_table import QueueTable


@pytest.fixture
def desk(tmp_path: Path) -> FakeDesk:
    return office(tmp_path)


def states(desk: FakeDesk) -> dict[str, State]:
    return {row.number: row.state for row in overview.queue(desk, QueueQuery(history=True))}


async def rows(pilot: object) -> QueueTable:
    shown = await screen(pilot, "QueueScreen")  # type: ignore[arg-type]
    table: QueueTable = shown.query_one(QueueTable)
    await wait_for(pilot, lambda: table.current is not None, "rows")  # type: ignore[arg-type]
    return table


async def test_queue_puts_what_needs_a_person_first_and_says_why(desk: FakeDesk) -> None:
    async with console(desk) as pilot:
        table = await rows(pilot)
        shown = text_of(pilot.app)
        assert "STOPPED" in shown.splitlines()[0] and "4" in shown.splitlines()[0]
        assert shown.index("Needs you (4)") < shown.index("On its way (2)") < shown.index("Done (6)")
        assert "OLD-1" not in shown
        await pilot.press("G", "g")
        current = table.current
        assert current is not None and current.counterparty.split()[0] in shown
        assert pilot.app.screen.query_one("#reason")._painted[1].spans


async def test_group_headings_follow_the_order_of_the_ledger(desk: FakeDesk) -> None:
    found = overview.queue(desk, QueueQuery(history=True))
    places = [next(place for place, group in enumerate(GROUPS) if row.state in group[1]) for row in found]
    assert places == sorted(places)
    assert set().union(*(group[1] for group in GROUPS)) == set(State)


async def test_filter_finds_by_party_and_escape_shows_everything_again(desk: FakeDesk) -> None:
    async with console(desk) as pilot:
        table = await rows(pilot)
        await pilot.press("slash", *"zwaan")
        await wait_for(pilot, lambda: table.window.total == 1, "one match")
        await pilot.press("enter")
        assert pilot.app.focused is table
        await pilot.press("escape")
        await wait_for(pilot, lambda: table.window.total == 12, "everything")


async def test_history_is_shown_on_request_and_a_document_of_it_can_be_included(desk: FakeDesk) -> None:
    async with console(desk) as pilot:
        table = await rows(pilot)
        await pilot.press("h")
        await wait_for(pilot, lambda: table.window.total == 14, "history")
        await pilot.press("G")
        await wait_for(pilot, lambda: table.current is not None and table.current.state is State.HISTORY, "history row")
        number = table.current.number  # type: ignore[union-attr]
        await pilot.press("i", "y")
        await wait_for(pilot, lambda: states(desk)[number] is State.SEEN, "included")


async def test_no_is_the_default_of_every_question(desk: FakeDesk) -> None:
    async with console(desk) as pilot:
        await rows(pilot)
        before = states(desk)
        for answer in ("enter", "escape", "n"):
            await pilot.press("D")
            assert "Do not send" in text_of(pilot.app)
            await pilot.press(answer)
            await pilot.pause()
        assert states(desk) == before


async def test_keys_behind_a_question_do_nothing(desk: FakeDesk) -> None:
    async with console(desk) as pilot:
        await rows(pilot)
        await pilot.press("D", "j", "2", "q", "A")
        assert type(pilot.app.screen).__name__ == "QueueScreen"
        assert pilot.app.screen.query_one("#confirm-bar").has_class("open")


async def test_discarding_is_recorded_with_the_actor_and_can_be_undone(desk: FakeDesk) -> None:
    async with console(desk) as pilot:
        table = await rows(pilot)
        row = table.current
        assert row is not None
        await pilot.press("D", "y")
        await wait_for(pilot, lambda: states(desk)[row.number] is State.DISCARDED, "discarded")
        event = desk.ledger.events(delivery=row.id)[-1]
        assert (event.kind, event.actor) == ("decision", "an")
        await wait_for(pilot, lambda: table.current is not None and table.current.state is State.DISCARDED, "its row")
        await pilot.press("r", "y")
        await wait_for(pilot, lambda: states(desk)[row.number] is not State.DISCARDED, "undone")


async def test_marked_deliveries_are_decided_together(desk: FakeDesk) -> None:
    async with console(desk) as pilot:
        await rows(pilot)
        await pilot.press("space", "space", "A")
        assert "2 deliveries" in text_of(pilot.app)
        await pilot.press("y")
        await wait_for(pilot, lambda: list(states(desk).values()).count(State.CONFIRMED) == 7, "two more delivered")


async def test_key_that_is_not_possible_answers_why(desk: FakeDesk) -> None:
    async with console(desk) as pilot:
        table = await rows(pilot)
        await pilot.press("G")
        await wait_for(pilot, lambda: table.current is not None and table.current.state is State.CONFIRMED, "delivered")
        await pilot.press("i")
        await pilot.pause()
        note = pilot.app.screen.query_one("#note")
        assert note.text.strip()


async def test_an_answer_names_what_is_not_possible_as_its_button_does(desk: FakeDesk) -> None:
    async with console(desk) as pilot:
        await rows(pilot)
        await pilot.press("u")
        await pilot.pause()
        assert pilot.app.screen.query_one("#note").text.startswith("“Undo” is not possible")
        await pilot.press("colon")
        await screen(pilot, "PaletteScreen")
        await pilot.pause()
        assert "mark_delivered" not in text_of(pilot.app) and "“undo”" not in text_of(pilot.app)


async def test_settings_that_became_unreadable_are_told_and_left_alone(desk: FakeDesk) -> None:
    async with console(desk) as pilot:
        await rows(pilot)
        file, broken = desk.home.installations, '{"installations": {"1": broken'
        file.write_text(broken)
        note = pilot.app.screen.query_one("#note")
        await wait_for(pilot, lambda: "settings file is broken in line 1" in note.text, "what is wrong")
        assert (await rows(pilot)).window.total > 0
        await pilot.press("m")
        await screen(pilot, "ManageScreen")
        await pilot.press("A", "y")
        await pilot.pause()
        assert file.read_text() == broken


async def test_an_older_ledger_says_how_far_it_is_until_the_rows_are_there(desk: FakeDesk) -> None:
    async with console(desk) as pilot:
        await rows(pilot)
        own = await pilot.app.in_background(pilot.app.own_desk)
        await asyncio.to_thread(own.migrating, 93_000, 100_000)
        note = pilot.app.screen.query_one("#note")
        await wait_for(pilot, lambda: "93,000 of 100,000 deliveries" in note.text, "how far")


async def test_resending_a_delivered_document_asks_for_a_typed_word(desk: FakeDesk) -> None:
    async with console(desk) as pilot:
        table = await rows(pilot)
        await pilot.press("G")
        await wait_for(pilot, lambda: table.current is not None and table.current.state is State.CONFIRMED, "delivered")
        row = table.current
        assert row is not None
        await pilot.press("S")
        await screen(pilot, "TypedScreen")
        await pilot.press(*"yes", "enter")
        await pilot.pause()
        assert type(pilot.app.screen).__name__ == "TypedScreen"
        await pilot.press(*["backspace"] * 3, *"send again", "enter")
        await screen(pilot, "QueueScreen")
        await wait_for(pilot, lambda: len(desk.ledger.window(QueueQuery(), 0, 50)) == 13, "the next copy")
        newest = desk.ledger.known(SPACE.id, [row.source_id])[row.source_id]
        assert newest.generation == row.generation + 1


async def test_readonly_removes_every_changing_key(desk: FakeDesk) -> None:
    desk.ledger  # noqa: B018 - made before it is looked at read-only
    desk.close()
    looking = desk.also(readonly=True)
    before = states(desk)
    async with console(looking) as pilot:
        await rows(pilot)
        await pilot.press("D", "y", "S", "r", "A", "i", "u")
        assert not pilot.app.screen.query_one("#confirm-bar").has_class("open")
        assert "Don't send" not in text_of(pilot.app)
    assert states(desk) == before


async def test_detail_shows_the_servers_own_words_as_text(desk: FakeDesk) -> None:
    async with console(desk) as pilot:
        table = await rows(pilot)
        await pilot.press("slash", *"88213", "enter")
        await wait_for(pilot, lambda: table.window.total == 1 and table.current is not None, "the refused one")
        await pilot.press("enter")
        shown = await screen(pilot, "DocumentScreen")
        await wait_for(pilot, lambda: shown.query_one("Sheet").line_count > 10, "the detail")
        lines = ["".join(span.text for span in line) for line in shown.query_one("Sheet")._lines]
        assert any("[bold]0150010104[/bold]" in line for line in lines)
        assert any("HTTP 422" in line for line in lines)
        assert any("Timeline" in line for line in lines)
        await pilot.press("escape")
        await screen(pilot, "QueueScreen")


async def test_escape_leads_from_the_request_to_the_detail_and_only_then_out(desk: FakeDesk) -> None:
    async with console(desk) as pilot:
        await rows(pilot)
        await pilot.press("enter")
        shown = await screen(pilot, "DocumentScreen")
        await wait_for(pilot, lambda: "Facts" in text_of(pilot.app), "the detail")
        shown._show_request("POST https://pingwin.example/documents")
        await wait_for(pilot, lambda: "POST https" in text_of(pilot.app), "the request")
        await pilot.press("escape")
        await wait_for(pilot, lambda: "Facts" in text_of(pilot.app), "the detail again")
        await pilot.press("escape")
        await screen(pilot, "QueueScreen")


async def test_saved_file_names_its_path(desk: FakeDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(overview, "efff", lambda _desk, _id: b"<Invoice/>")
    async with console(desk) as pilot:
        await rows(pilot)
        await pilot.press("enter")
        shown = await screen(pilot, "DocumentScreen")
        await wait_for(pilot, lambda: shown.chosen(), "the detail")
        await pilot.press("x")
        await wait_for(pilot, lambda: list(tmp_path.glob("*.xml")), "the file")
        saved = next(tmp_path.glob("*.xml"))
        await wait_for(pilot, lambda: saved.name in "".join(text_of(pilot.app).split()), "its path")
        assert saved.read_bytes() == b"<Invoice/>"


async def test_disconnecting_asks_and_stops_at_once(desk: FakeDesk) -> None:
    async with console(desk) as pilot:
        await rows(pilot)
        await pilot.press("m")
        await screen(pilot, "ManageScreen")
        await pilot.press("A")
        assert "Disconnect" in text_of(pilot.app)
        await pilot.press("enter")
        assert installing.find(desk, SPACE.id).active
        await pilot.press("A", "y")
        await wait_for(pilot, lambda: not installing.find(desk, SPACE.id).active, "disconnected")
        assert states(desk)["F2026-0419"] is State.READY


async def test_reactivation_asks_what_becomes_of_waiting_deliveries(desk: FakeDesk) -> None:
    engine = HeldEngine(desk)
    try:
        async with console(desk) as pilot:
            await rows(pilot)
            await pilot.press("m")
            await screen(pilot, "ManageScreen")
            await pilot.press("A", "y")
            await wait_for(pilot, lambda: not installing.find(desk, SPACE.id).active, "disconnected")
            await wait_for(pilot, lambda: "INACTIVE" in text_of(pilot.app), "shown")
            await pilot.press("A")
            shown = await screen(pilot, "ActivateScreen")
            await wait_for(pilot, lambda: len(shown.query_one("#choices").choices) == 3, "the three choices")
            assert shown.query_one("#choices").chosen.id == "later"
            await pilot.press("down", "down", "enter", "y")
            await wait_for(pilot, lambda: installing.find(desk, SPACE.id).active, "active")
            assert states(desk)["F2026-0419"] is State.DISCARDED
    finally:
        engine.release()


async def test_holding_pauses_and_names_who(desk: FakeDesk) -> None:
    engine = HeldEngine(desk)
    try:
        async with console(desk) as pilot:
            await rows(pilot)
            await pilot.press("m")
            await screen(pilot, "ManageScreen")
            await pilot.press("p", "y")
            await wait_for(pilot, lambda: "HELD BY an" in text_of(pilot.app).splitlines()[0], "held")
    finally:
        engine.release()


async def test_uninstalling_asks_for_a_typed_word(desk: FakeDesk) -> None:
    async with console(desk, space=OTHER.id) as pilot:
        await screen(pilot, "QueueScreen")
        await pilot.press("m")
        await screen(pilot, "ManageScreen")
        await pilot.press("X")
        await screen(pilot, "TypedScreen")
        await pilot.press("escape")
        await screen(pilot, "ManageScreen")
        assert len(installing.installations(desk)) == 2
        await pilot.press("X", *"uninstall", "enter")
        await wait_for(pilot, lambda: len(installing.installations(desk)) == 1, "uninstalled")


async def test_spaces_list_leads_to_the_queue_of_one(desk: FakeDesk) -> None:
    async with console(desk) as pilot:
        table = await rows(pilot)
        await pilot.press("2")
        shown = await screen(pilot, "SpacesScreen")
        await wait_for(pilot, lambda: len(shown.query_one("#spaces").choices) == 3, "the spaces")
        await pilot.press("G", "enter")
        await screen(pilot, "QueueScreen")
        await wait_for(pilot, lambda: table.window.total == 0, "the queue of the other space")
        assert OTHER.name in text_of(pilot.app)


async def test_many_spaces_are_found_marked_and_held_with_one_question_that_names_how_many(desk: FakeDesk) -> None:
    first = installing.installations(desk)[0]
    more = [first.model_copy(update={"space": f"many-{n:04}", "name": f"Klant {n:04}"}) for n in range(500)]
    desk.installations.save_all(more)
    async with console(desk) as pilot:
        await rows(pilot)
        await pilot.press("2")
        shown = await screen(pilot, "SpacesScreen")
        await wait_for(pilot, lambda: len(shown.query_one("#spaces").choices) == 503, "all spaces")
        await pilot.press("slash", *"klant 001", "enter")
        await wait_for(pilot, lambda: len(shown.query_one("#spaces").choices) == 10, "the filtered ones")
        await pilot.press("v", "v", "M", "p")
        await wait_for(pilot, lambda: "Pause the uploads of 10 spaces?" in text_of(pilot.app), "the question")
        assert not any(each.held_by for each in installing.installations(desk))
        await pilot.press("y")
        await wait_for(pilot, lambda: sum(bool(each.held_by) for each in installing.installations(desk)) == 10, "held")
        await wait_for(pilot, lambda: "Done for 10 installations." in text_of(pilot.app), "what was done")


async def test_digits_switch_screens_and_help_explains_the_one_below(desk: FakeDesk) -> None:
    async with console(desk) as pilot:
        await rows(pilot)
        await pilot.press("4")
        await screen(pilot, "MachineScreen")
        await pilot.press("question_mark")
        await screen(pilot, "HelpScreen")
        assert "This machine" in text_of(pilot.app)
        await pilot.press("escape", "1")
        await screen(pilot, "QueueScreen")
        assert len(pilot.app.screen_stack) == 2


async def test_too_small_window_keeps_the_first_line_and_the_keys(desk: FakeDesk) -> None:
    async with console(desk, size=(50, 12)) as pilot:
        await screen(pilot, "QueueScreen")
        await wait_for(pilot, lambda: "too small" in text_of(pilot.app), "the hint")
        assert "STOPPED" in text_of(pilot.app).splitlines()[0]
        await pilot.press("2")
        await screen(pilot, "SpacesScreen")


async def test_60_by_16_is_usable(desk: FakeDesk) -> None:
    async with console(desk, size=(60, 16)) as pilot:
        await rows(pilot)
        assert "Needs you" in text_of(pilot.app) and "too small" not in text_of(pilot.app)


async def test_ascii_mode_draws_ascii_only(desk: FakeDesk) -> None:
    async with console(desk, ascii_only=True) as pilot:
        await rows(pilot)
        for key in ("1", "2", "3", "4"):
            await pilot.press(key)
            await pilot.pause()
            ours = text_of(pilot.app)
            for outside in ("Café", "Hôtel", "L'Érable"):
                ours = ours.replace(outside, "")
            assert ours.isascii(), [c for c in ours if not c.isascii()]


async def test_engine_can_be_seen_to_run_and_a_question_comes_before_it_stops(desk: FakeDesk) -> None:
    engine = HeldEngine(desk)
    try:
        async with console(desk) as pilot:
            await rows(pilot)
            await wait_for(pilot, lambda: "ACTIVE" in text_of(pilot.app).splitlines()[0], "active")
            await pilot.press("4")
            await screen(pilot, "MachineScreen")
            assert "process 4711" in text_of(pilot.app)
            await pilot.press("down", "down", "enter")
            assert "The engine stops" in text_of(pilot.app)
            await pilot.press("n")
    finally:
        engine.release()


async def test_stale_is_shown_as_stale_and_rows_stay(desk: FakeDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    from core.errors import StoreError

    async with console(desk) as pilot:
        table = await rows(pilot)

        def fails(_desk: object) -> int:
            raise StoreError("file_not_written", path="ledger.db", problem="disk")

        monkeypatch.setattr(overview, "version", fails)
        await wait_for(pilot, lambda: "shown as of" in text_of(pilot.app), "stale")
        assert table.window.total == 12 and "Needs you (4)" in text_of(pilot.app)


async def test_nothing_installed_begins_the_walkthrough(tmp_path: Path) -> None:
    async with console(empty_desk(tmp_path)) as pilot:
        await screen(pilot, "WelcomeScreen")
        assert "NOT SET UP" in text_of(pilot.app)
        await pilot.press("G", "enter")
        await screen(pilot, "QueueScreen")


@pytest.mark.parametrize(("theme", "background"), [("dark", "#10151b"), ("light", "#fbfbf8")])
async def test_console_is_painted_in_its_own_colours(tmp_path: Path, theme: str, background: str) -> None:
    async with console(office(tmp_path, BANQUP_PINGWIN_THEME=theme)) as pilot:
        await rows(pilot)
        strips = pilot.app.screen._compositor.render_strips()
        colours = {segment.style.bgcolor.name for strip in strips for segment in strip if segment.style}
        assert background in colours
        assert "#ffa62b" not in {s.style.color.name for strip in strips for s in strip if s.style and s.style.color}


async def test_sending_in_spite_of_a_finding_needs_a_reason_in_words(desk: FakeDesk) -> None:
    row = next(each for each in overview.queue(desk, QueueQuery()) if each.state is State.FAILED)
    blocked = '{"rule": "V05", "account": "BE00"}'
    stand(desk, row.id, State.PARKED, reason="iban_wrong", reason_args=blocked)
    async with console(desk) as pilot:
        table = await rows(pilot)
        await pilot.press("slash", *"88213", "enter")
        await wait_for(pilot, lambda: table.window.total == 1 and table.current is not None, "the blocked one")
        await pilot.press("S", "enter")
        assert pilot.app.screen.query_one("#confirm-bar").has_class("open")
        await pilot.press(*"agreed by phone", "enter")
        await wait_for(pilot, lambda: states(desk)[row.number] is not State.PARKED, "sent")
        assert pilot.app.focused is table
    decisions = [event for event in desk.ledger.events(delivery=row.id) if event.kind == "decision"]
    assert "agreed by phone" in str(decisions[-1].args)
