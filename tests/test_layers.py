"""The house keeps its shape: layers, wording, file sizes."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from core.banqup import errors
from core.wording import ROOMS, messages

ROOT = Path(__file__).parents[1]
SOURCES = sorted(path for room in ("core", "tui") for path in (ROOT / room).rglob("*.py"))


def loaded_by(statement: str) -> set[str]:
    """The top-level modules that a fresh interpreter holds after a statement."""
    code = f"import sys\n{statement}\nprint(*sorted(name for name in sys.modules if '.' not in name))"
    return set(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split())


@pytest.mark.parametrize("module", ["core.sync.engine", "core.operations.views.overview", "core.efff.convert"])
def test_engine_loads_no_user_interface(module: str) -> None:
    assert not loaded_by(f"import {module}") & {"textual", "rich", "click", "tui"}


def test_command_line_starts_without_console_and_engine() -> None:
    assert not loaded_by("import tui.cli") & {"textual", "httpx", "lxml", "starlette", "typst"}


@pytest.mark.parametrize("room", ["queue", "document", "find", "manage", "spaces", "activity"])
def test_looking_loads_no_converter(room: str) -> None:
    assert not loaded_by(f"import tui.screens.{room}") & {"lxml", "typst", "pypdf", "starlette"}


CODE_AT = {"Move": 2} | dict.fromkeys((*vars(errors), "UsageError", "ConfigurationError", "StoreError"), 0)
"""Which argument of a call is a code, by the name of what is called."""


def raised_codes() -> Iterator[tuple[str, str]]:
    """Codes given literally to error classes and to `Move`, with where they stand."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            place = f"{path.relative_to(ROOT)}:{node.lineno}"
            position = CODE_AT.get(node.func.id)
            if position is None or len(node.args) <= position:
                continue
            argument = node.args[position]
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str) and argument.value.isidentifier():
                yield argument.value, place


def test_every_code_that_is_raised_or_stored_is_worded() -> None:
    unworded = [f"{code} ({place})" for code, place in raised_codes() if code not in messages()]
    assert not unworded


def test_a_code_is_worded_in_one_place() -> None:
    placed = Counter(code for room in ROOMS for code in import_module(f"core.wording.{room}").MESSAGES)
    assert not [code for code, places in placed.items() if places > 1]


def test_every_message_says_what_happened_in_a_sentence() -> None:
    wrong = [
        code
        for code, message in messages().items()
        if not message.sentence.strip().endswith((".", "?", "!", ":", ")", "}"))
    ]
    assert not wrong


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_is_a_room_of_at_most_400_lines(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 400


ROOMS_WITH_A_MAP = sorted(
    {path.parent for path in SOURCES if path.name == "__init__.py"}
    - {ROOT / room for room in ("core/wording", "core/ledger/schema", "core/ledger/schema/postgres")}
    - {ROOT / room for room in ("tui/commands", "tui/screens", "tui/widgets")}  # the file names are the map
    - {ROOT / "core/efff" / part for part in ("reading", "writing", "rules")}
)


@pytest.mark.parametrize("room", ROOMS_WITH_A_MAP, ids=lambda room: str(room.relative_to(ROOT)))
def test_a_room_says_what_stands_where(room: Path) -> None:
    shown = ast.get_docstring(ast.parse((room / "__init__.py").read_text())) or ""
    files = [path.name for path in room.glob("*.py") if not path.name.startswith("__")]
    rooms = [f"{path.parent.name}/" for path in room.glob("*/__init__.py")]
    assert not [name for name in (*files, *rooms) if name not in shown]


TOP_LEVEL = {".ci", ".gitignore", "LICENSE", "README.md", "core", "pyproject.toml", "screenshots", "tests", "tui"}


def test_nothing_strays_to_the_top_level() -> None:
    tracked = subprocess.run(["git", "-C", ROOT, "ls-files"], capture_output=True, text=True, check=False)
    if tracked.returncode:
        pytest.skip("not a git checkout")
    assert {name.split("/")[0] for name in tracked.stdout.splitlines()} == TOP_LEVEL
