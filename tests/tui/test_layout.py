"""No screen cuts our own words at 80 columns, in any language; and every key of the footer is there in full.

What documents and people bring (names, numbers, addresses) may be cut with a mark; a word of ours may not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po
from textual.pilot import Pilot

from core.operations.setup import installing
from tests.core.operations.fakes import SPACE, credentials_of
from tests.tui.catalogue import all_texts
from tests.tui.console import console, text_of
from tests.tui.test_pictures import OFFICE, STEPS, newcomer, running_office
from tui import i18n
from tui.app import step_screen
from tui.journey import WALKTHROUGH, Journey

SHORTEST = 6
"""Letters of a cut text that tell whose it is."""

CUT = re.compile(r"([^\s…][^…│]{2,60}?)…(?!\w)")

LISTED = re.compile(r"\d\d:\d\d:\d\d ")
"""A line of the activity: one line whatever it tells, and whole below the list for the one under the cursor."""

MOST_SCROLLED = 4
"""Lines of a step that may need scrolling at 80x24: what a test proved, below the choices it belongs to."""


@pytest.fixture(params=i18n.LANGUAGES)
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    yield i18n.use_language(request.param)
    i18n.use_language("en")


@cache
def our_words(language: str) -> str:
    """All texts of a language in one string, to look fragments up in."""
    if language == "en":
        return "\n".join(text for texts in all_texts() for text in texts)
    file = i18n.LOCALE_DIRECTORY / language / "LC_MESSAGES" / f"{i18n.DOMAIN}.po"
    with file.open("rb") as opened:
        found = [message.string for message in read_po(opened, language) if message.id]
    return "\n".join(text for each in found for text in ((each,) if isinstance(each, str) else each))


def cut_words(shown: str, language: str) -> list[str]:
    """The texts of ours that a screen shows cut."""
    found = []
    for line in shown.splitlines():
        if LISTED.match(line.lstrip("› ")):
            continue
        for fragment in CUT.findall(line):
            end = re.split(r"\s{2,}", fragment.strip())[-1]
            if len(end) >= SHORTEST and end[-24:] in our_words(language):
                found.append(line.strip())
    return found


@pytest.mark.parametrize("name", OFFICE)
async def test_office_screen_cuts_no_word_of_ours(name: str, language: str, tmp_path: Path) -> None:
    async with running_office(tmp_path) as pilot:
        await OFFICE[name](pilot)
        await pilot.pause()
        assert not cut_words(text_of(pilot.app), language)
        assert_footer_fits(pilot)


@pytest.mark.parametrize("step", STEPS)
async def test_walkthrough_step_cuts_no_word_of_ours_and_says_what_comes_next(
    step: str, language: str, tmp_path: Path
) -> None:
    desk = newcomer(tmp_path)
    installing.set_credentials(desk, SPACE.id, credentials_of())
    async with console(desk) as pilot:
        await pilot.app.push_screen(step_screen(step, Journey(WALKTHROUGH, space=SPACE)))
        await pilot.pause()
        await STEPS[step](pilot)
        assert not cut_words(text_of(pilot.app), language)
        assert_footer_fits(pilot)
        page: Any = pilot.app.screen.query_one(".page")
        assert page.max_scroll_y <= MOST_SCROLLED, f"{page.max_scroll_y} lines do not fit 80x24"
    desk.close()


def assert_footer_fits(pilot: Pilot[int]) -> None:
    """The last line holds the label of every key it offers."""
    assert "…" not in text_of(pilot.app).splitlines()[-1]
