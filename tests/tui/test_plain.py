"""Runtime text can do nothing on a terminal."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from tui.plain import neutral, neutral_block

HOSTILE = "Jan\x1b]0;owned\x07\x9b31m\u202egpj.exe\u2028\r\nBV\ud800\x7f\u200b"


def test_escape_control_and_bidirectional_characters_are_replaced() -> None:
    shown = neutral(HOSTILE)
    assert not any(unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for c in shown)
    assert "owned" in shown and "\n" not in shown
    shown.encode("utf-8")


def test_ordinary_names_stay_as_they_are() -> None:
    for name in ("Brouwerij De Linde BV", "Société d’Électricité", "Müller & Söhne", "日本", ""):
        assert neutral(name) == name


def test_a_block_keeps_its_lines_and_nothing_else() -> None:
    assert neutral_block("one\ttwo\r\nthree\x1b[2J") == "one two\nthree\N{REPLACEMENT CHARACTER}[2J"


@given(st.text())
def test_any_text_becomes_one_printable_line(text: str) -> None:
    shown = neutral(text)
    assert len(shown.splitlines()) <= 1
    assert "\x1b" not in shown
    assert neutral(shown) == shown
