"""A person's own keys, the palette, and the tables of keys: all from the one registry."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.core.operations.fakes import FakeDesk
from tests.tui.commandline import call
from tests.tui.console import console, office, screen, text_of, wait_for
from tui.actions import ACTIONS, BY_ID, Scope, use_keys
from tui.commands.keys import markdown_table
from tui.keymap import Keymap, keymap, read
from tui.screens.palette import fitting, offered
from tui.situation import Situation
from tui.widgets.confirm_bar import ConfirmBar
from tui.widgets.queue_table import QueueTable

README = Path(__file__).parents[2] / "README.md"


@pytest.fixture
def desk(tmp_path: Path) -> FakeDesk:
    return office(tmp_path)


@pytest.fixture(autouse=True)
def own_keys_again() -> Iterator[None]:
    yield
    use_keys({})


# -- keymap.toml -----------------------------------------------------------------------------------------------------


def test_without_a_file_every_key_is_the_default(tmp_path: Path) -> None:
    assert read(tmp_path / "keymap.toml") == Keymap({})


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ({"retyr": "e"}, "keymap_no_such_action"),
        ({"retry": ""}, "keymap_no_key"),
        ({"retry": 7}, "keymap_no_key"),
        ({"retry": ["e", 7]}, "keymap_no_key"),
        ({"retry": "\x1b[A"}, "keymap_no_key"),
        ({"retry": "ctrl+b"}, "keymap_key_taken"),
        ({"retry": ["e", "Ctrl+A"]}, "keymap_key_taken"),
        ({"retry": "D"}, "keymap_key_twice"),
        ({"retry": "j"}, "keymap_key_twice"),
        ({"quit": "r"}, "keymap_key_twice"),
    ],
)
def test_a_wrong_line_is_a_message_and_leaves_the_default_key(lines: dict[str, object], code: str) -> None:
    found = keymap(lines)
    assert found.keys == {} and [problem[0] for problem in found.problems] == [code]


def test_one_wrong_line_does_not_take_the_others_away() -> None:
    found = keymap({"retyr": "x", "retry": ["e", "f5"], "filter": "f6", "move": {"page_down": "z"}})
    assert found.keys == {"retry": "e,f5", "filter": "f6", "move.page_down": "z"}
    assert len(found.problems) == 1


def test_two_actions_may_exchange_their_keys() -> None:
    assert keymap({"resend": "D", "discard": "S"}) == Keymap({"resend": "D", "discard": "S"})


@pytest.mark.parametrize("text", ["retry = ", b"\xff\xfe", "[retry\n"])
def test_a_file_that_cannot_be_read_is_a_message(tmp_path: Path, text: str | bytes) -> None:
    file = tmp_path / "keymap.toml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    found = read(file)
    assert not found.keys and found.problems[0][0] == "keymap_unreadable"


async def test_an_own_key_acts_and_is_the_one_that_footer_and_help_show(desk: FakeDesk) -> None:
    (desk.home.config / "keymap.toml").write_text('discard = "E"\nretyr = "x"\n')
    async with console(desk) as pilot:
        await wait_for(pilot, lambda: "E Do not send" in text_of(pilot.app), "the own key in the footer")
        await wait_for(pilot, lambda: '"retyr"' in text_of(pilot.app), "what is wrong with the file")
        await pilot.press("D")
        assert not pilot.app.screen.query_one(ConfirmBar).open
        await pilot.press("E")
        assert pilot.app.screen.query_one(ConfirmBar).open


def test_keys_command_lists_them_and_names_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "keymap.toml").write_text('retry = "e"\nretyr = "x"\n')
    shown = call("--home", str(tmp_path), "keys", "--json")
    keys = {each["id"]: each["keys"] for each in json.loads(shown.stdout)}
    assert keys.keys() == BY_ID.keys() and keys["retry"] == ["e"] and shown.exit_code == 1
    assert "keymap_no_such_action" in shown.stderr
    assert call("--home", str(tmp_path / "none"), "keys").exit_code == 0


def test_the_example_in_the_help_is_one_that_works() -> None:
    assert not keymap({"retry": ["e", "f5"]}).problems


def test_readme_has_the_table_of_keys_as_it_is() -> None:
    shown = README.read_text().split("keys --markdown` -->\n")[1].split("\n<!-- end of keys -->")[0]
    assert shown == markdown_table(), "paste the output of `banqup-pingwin keys --markdown` there"


# -- the palette -----------------------------------------------------------------------------------------------------


async def test_an_action_is_found_by_its_name_and_done_on_the_screen_below(desk: FakeDesk) -> None:
    async with console(desk) as pilot:
        await wait_for(pilot, lambda: "Needs you (4)" in text_of(pilot.app), "the queue")
        await pilot.press("colon", *"deliver", "down", "up", "escape")
        assert type(await screen(pilot, "QueueScreen")).__name__ == "QueueScreen"
        await pilot.press("colon", *"do not send")
        await wait_for(pilot, lambda: "Find" not in text_of(pilot.app), "the fitting ones")
        await pilot.press("enter")
        await screen(pilot, "QueueScreen")
        await wait_for(pilot, lambda: pilot.app.screen.query_one(ConfirmBar).open, "the question")


async def test_the_palette_says_why_something_is_not_possible_and_so_does_picking_it(desk: FakeDesk) -> None:
    async with console(desk) as pilot:
        await wait_for(pilot, lambda: "Needs you (4)" in text_of(pilot.app), "the queue")
        await pilot.press("colon", *"include")
        await wait_for(pilot, lambda: "not possible" in text_of(pilot.app), "the reason")
        await pilot.press("enter")
        await screen(pilot, "QueueScreen")
        await wait_for(pilot, lambda: "not possible" in text_of(pilot.app), "the reason again")


async def test_letters_that_fit_nothing_do_no_harm(desk: FakeDesk) -> None:
    async with console(desk) as pilot:
        await pilot.press("colon", *"qqqq[bold]", "enter", "down", "up", "pagedown")
        assert type(pilot.app.screen).__name__ == "PaletteScreen"


def test_readonly_has_no_changing_action_in_the_palette() -> None:
    shown = offered((Scope.QUEUE, Scope.DELIVERY), Situation(readonly=True))
    assert shown and not [action.id for action in shown if action.changes]


def test_everything_has_a_name_that_finds_it() -> None:
    for action in ACTIONS:
        assert action in fitting(ACTIONS, action.label) and action in fitting(ACTIONS, action.id)


# -- jumping and order -----------------------------------------------------------------------------------------------


async def test_tab_goes_from_group_to_group(desk: FakeDesk) -> None:
    async with console(desk) as pilot:
        table = pilot.app.screen.query_one(QueueTable)
        await wait_for(pilot, lambda: table.current is not None, "the rows")
        places = []
        for _ in range(4):
            await pilot.press("tab")
            places.append(table.row_at(table.cursor))
        assert places == [4, 6, 0, 4]


async def test_another_order_keeps_the_cursor_on_its_delivery(desk: FakeDesk) -> None:
    async with console(desk) as pilot:
        table = pilot.app.screen.query_one(QueueTable)
        await wait_for(pilot, lambda: table.current is not None, "the rows")
        held = table.held
        await pilot.press("o")
        await wait_for(pilot, lambda: "newest first (12)" in text_of(pilot.app), "the order")
        assert table.current is not None and table.current.id == held
        await pilot.press("o")
        await wait_for(pilot, lambda: "largest amount first" in text_of(pilot.app), "the order")
        amounts = [row.amount for row in table.window.rows]
        assert amounts == sorted(amounts, reverse=True)
        await pilot.press("o", "o", "o")
        await wait_for(pilot, lambda: "Needs you (4)" in text_of(pilot.app), "the first order again")


# -- fields ----------------------------------------------------------------------------------------------------------


async def test_a_field_offers_no_key_that_would_be_text_in_it_and_an_empty_one_gives_help(desk: FakeDesk) -> None:
    async with console(desk) as pilot:
        await pilot.press("f")
        shown = await screen(pilot, "FindScreen")
        keys = text_of(pilot.app).splitlines()[-1]
        assert "? Help" in keys and "Quit" not in keys
        await pilot.press("question_mark")
        await screen(pilot, "HelpScreen")
        await pilot.press("escape")
        await screen(pilot, "FindScreen")
        await pilot.press("x", "question_mark", "q")
        await wait_for(pilot, lambda: shown.query_one("#wanted").value == "x?q", "letters and signs as text")
        await wait_for(pilot, lambda: "? Help" not in text_of(pilot.app).splitlines()[-1], "the keys of a full field")


async def test_a_field_that_is_left_gives_its_letters_back_as_keys(desk: FakeDesk) -> None:
    async with console(desk) as pilot:
        await pilot.press("slash")
        await wait_for(pilot, lambda: "Quit" not in text_of(pilot.app).splitlines()[-1], "the keys of the field")
        await pilot.press("enter")
        await wait_for(pilot, lambda: "q Quit" in text_of(pilot.app).splitlines()[-1], "the keys of the table")
