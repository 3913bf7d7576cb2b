"""Everything that this room can say has its words."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from core import operations
from core.operations import decisions
from core.operations.decisions import Act, Situation
from core.operations.views import explain
from core.wording import messages
from core.wording.operations import MESSAGES

SPEAKING = {"UsageError", "ConfigurationError", "Line", "Proof", "Judged", "Planned"}
"""Calls of which one argument is a code."""

FILES = sorted(Path(operations.__path__[0]).glob("*.py"))


def codes(file: Path) -> Iterator[str]:
    """The code literals of a file."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else ""
            given = [*node.args[:2]] if name in SPEAKING else []
            given += [keyword.value for keyword in node.keywords if keyword.arg == "code"]
            for each in given:
                literals = [each.body, each.orelse] if isinstance(each, ast.IfExp) else [each]
                yield from (
                    one.value
                    for one in literals
                    if isinstance(one, ast.Constant) and isinstance(one.value, str) and one.value
                )


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_code_has_its_words(file: Path) -> None:
    assert set(codes(file)) <= set(messages())


def test_every_line_of_the_table_has_its_words() -> None:
    for place in Situation:
        assert f"refused_{place.value}" in messages()
        for effect in decisions.TABLE[place].values():
            assert {f"will_{effect.code}", effect.code, f"done_{effect.code}"} <= set(messages())
    assert set(decisions.TABLE) == set(Situation) == set(explain.NEXT) | {Situation.MOVING, Situation.WAITING}
    assert all(set(acts) <= set(Act) for acts in decisions.TABLE.values())


def test_sentences_end_and_hold_no_markup() -> None:
    for code, message in MESSAGES.items():
        for text in (message.sentence, message.advice):
            assert "[" not in text and "`" not in text, code
            assert not text or text[0].isupper() or text[0] in "{“", code
