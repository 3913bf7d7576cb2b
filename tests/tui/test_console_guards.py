"""Rules that the console's source keeps: no runtime text is parsed as markup, workers are described, footers fit."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tui.actions import ACTIONS, Confirmation, Scope, in_scope
from tui.keymap import TAKEN, TOGETHER
from tui.situation import FOOTER_KEYS, Situation, footer
from tui.widgets.key_bar import key_spans
from tui.widgets.spans import width_of
from tui.words.guides import GUIDES

TUI = Path(__file__).parents[2] / "tui"
FILES = sorted(
    [TUI / "app.py", TUI / "console.py", TUI / "actions.py", TUI / "feed.py", *(TUI / "screens").glob("*.py"),
     *(TUI / "widgets").glob("*.py")]
)  # fmt: skip

PARSING = {"Static", "Label", "notify", "Button", "Markdown", "Checkbox", "RadioButton", "OptionList", "DataTable"}
"""What parses markup by default: the console has its own widgets instead."""

MOVEMENT = "jkgG"
NEIGHBOURS = {"j": "uihknm", "k": "iojlm", "g": "ftyhbv"}


def calls(file: Path) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            yield name, node


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_no_widget_that_parses_markup(file: Path) -> None:
    assert not [f"{name} line {node.lineno}" for name, node in calls(file) if name in PARSING]
    imported = {
        alias.name
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module == "textual.widgets"
        for alias in node.names
    }
    assert imported <= {"Input"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_no_markup_is_switched_on_and_no_title_carries_text(file: Path) -> None:
    source = file.read_text()
    assert "markup=True" not in source and "border_title" not in source and "sub_title" not in source
    assert "from_markup" not in source and "escape(" not in source


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_worker_has_a_literal_description_and_does_not_end_the_console(file: Path) -> None:
    for name, node in calls(file):
        if name not in {"run_worker", "work"} or (name == "work" and isinstance(node.func, ast.Attribute)):
            continue
        given = {keyword.arg: keyword.value for keyword in node.keywords}
        assert isinstance(given.get("description"), ast.Constant), f"{file.name}:{node.lineno}"
        assert isinstance(given.get("group"), ast.Constant), f"{file.name}:{node.lineno}"
        ends = given.get("exit_on_error")
        assert isinstance(ends, ast.Constant) and ends.value is False, f"{file.name}:{node.lineno}"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_nothing_repaints_on_a_timer(file: Path) -> None:
    assert not [node.lineno for name, node in calls(file) if name in {"set_interval", "refresh_bindings"}]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_room_of_the_console_has_at_most_300_lines(file: Path) -> None:
    assert len(file.read_text().splitlines()) <= 300


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_console_reaches_the_stores_through_operations_only(file: Path) -> None:
    allowed = {"core.model", "core.errors", "core.installations", "core.config", "core.ledger.records"}
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("core"):
            assert (node.module or "").startswith("core.operations") or node.module in allowed, node.module


# -- the registry ----------------------------------------------------------------------------------------------------


def test_labels_have_at_most_ten_characters() -> None:
    assert not [action.id for action in ACTIONS if len(action.label_msgid) > 10]


def test_ids_are_unique_and_no_key_means_two_things_on_one_screen() -> None:
    assert len({action.id for action in ACTIONS}) == len(ACTIONS)
    for scopes in TOGETHER:
        keys = [key for action in in_scope(*scopes, Scope.EVERYWHERE) for key in action.key.split(",")]
        assert len(keys) == len(set(keys)), scopes


def test_keys_are_plain_letters_digits_and_a_few_that_no_terminal_takes() -> None:
    plain = {"enter", "escape", "slash", "question_mark", "colon", "space", "tab", "left", "right", "up", "down"}
    plain |= {"home", "end", "pageup", "pagedown"}
    keys = [key for action in ACTIONS for key in action.default.split(",")]
    assert not [key for key in keys if (key not in plain and len(key) != 1) or key in TAKEN]


def test_every_action_has_a_key_that_any_keyboard_and_terminal_has() -> None:
    rare = {"home", "end", "pageup", "pagedown"}
    alone = [action.id for action in ACTIONS if set(action.default.split(",")) <= rare]
    assert alone == ["move.page_down", "move.page_up"]  # a page is also reached line by line


def test_destructive_keys_are_upper_case_and_far_from_movement() -> None:
    near = {key for keys in NEIGHBOURS.values() for key in keys} | set("jkg")
    for id in ("discard", "resend", "mark_delivered", "switch", "uninstall"):
        key = next(action.key for action in ACTIONS if action.id == id)
        assert key.isupper() and key not in MOVEMENT and key.lower() not in near, id


def test_every_changing_act_is_confirmed() -> None:
    free = {"poll", "save"}
    assert not [a.id for a in ACTIONS if a.changes and a.confirmation is Confirmation.NONE and a.id not in free]


@pytest.mark.parametrize("scope", list(Scope))
def test_footer_fits_80_columns(scope: Scope) -> None:
    shown = footer((scope, Scope.EVERYWHERE), Situation(fields=True))
    assert len(shown) <= FOOTER_KEYS
    assert width_of(key_spans(shown, {})) <= 80


def test_every_screen_has_a_guide_and_every_action_a_doer() -> None:
    import importlib
    import inspect

    from tui.app import BanqupConsole
    from tui.screens.base import ConsoleScreen

    for file in (TUI / "screens").glob("*.py"):
        module = importlib.import_module(f"tui.screens.{file.stem}")
        for _name, kind in inspect.getmembers(module, inspect.isclass):
            if not issubclass(kind, ConsoleScreen) or not kind.guide:
                continue
            assert kind.guide in GUIDES
            assert any(set(kind.scopes) <= set(scopes) for scopes in TOGETHER), kind
            for action in in_scope(*kind.scopes, Scope.EVERYWHERE):
                assert hasattr(kind, f"do_{action.id}") or hasattr(BanqupConsole, f"do_{action.id}"), (kind, action.id)
