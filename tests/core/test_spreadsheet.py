"""Cells that no spreadsheet runs and no terminal obeys."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.spreadsheet import cell, value_of


@pytest.mark.parametrize("text", ["=1+1", "+SUM(A1)", "-cmd|' /C calc'!A0", "@x", "\t=1", " =1", "＝1+1", "\r\n=1"])
def test_no_spreadsheet_runs_a_text_of_a_document(text: str) -> None:
    assert cell(text).startswith("'")


@pytest.mark.parametrize("text", ["-12.50", "100", "Brouwerij", "2026-01-31", "Café Ω €", ""])
def test_numbers_dates_and_names_stay_as_they_are(text: str) -> None:
    assert cell(text) == text and value_of(text) == text


@pytest.mark.parametrize("text", ["\x1b[31mred", "\x9b2J", "\u202elive", "a\nb", "a\x00b", "\ud800"])
def test_no_character_of_a_cell_acts_on_what_shows_it(text: str) -> None:
    assert not set(cell(text)) & set("\x1b\x9b\u202e\n\x00\ud800")


@given(st.text(st.characters(codec="ascii", exclude_categories=["Cc"])))
def test_what_was_written_is_read_back(text: str) -> None:
    assert value_of(cell(text.strip())) == text.strip() or text.strip().startswith("'")
