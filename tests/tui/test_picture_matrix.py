"""The five main screens at 80x24 and 120x40, dark, light and in 16 colours, in four languages, as approved.

`UPDATE_SCREENSHOTS=1` writes new ones; then `python -m tests.tui.picture_matrix`, and look at the contact sheet.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from core.operations.setup import installing
from tests.core.operations.fakes import SPACE, credentials_of
from tests.tui.console import console, picture
from tests.tui.picture_matrix import FOLDER, LANGUAGES, SCREENS, SIZES, THEMES, file_of, keep, kept, stacked
from tests.tui.test_pictures import OFFICE, STEPS, UPDATING, newcomer, running_office
from tui import i18n
from tui.app import step_screen
from tui.journey import WALKTHROUGH, Journey


@pytest.fixture(autouse=True)
def english_again(monkeypatch: pytest.MonkeyPatch) -> object:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    i18n.use_language("en")


@asynccontextmanager
async def on_screen(screen: str, theme: str, directory: Path, size: tuple[int, int]) -> AsyncIterator[Pilot[int]]:
    """One of the five, as it is pictured."""
    environ = {"BANQUP_PINGWIN_THEME": theme}
    if screen in OFFICE:
        async with running_office(directory, size=size, **environ) as pilot:
            await OFFICE[screen](pilot)
            yield pilot
        return
    desk = newcomer(directory, **environ)
    installing.set_credentials(desk, SPACE.id, credentials_of())
    async with console(desk, size=size) as pilot:
        await pilot.app.push_screen(step_screen(screen, Journey(WALKTHROUGH, space=SPACE)))
        await pilot.pause()
        await STEPS[screen](pilot)
        yield pilot
    desk.close()


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("screen", SCREENS)
async def test_main_screen_looks_as_approved_in_every_language(
    screen: str, size: str, theme: str, tmp_path: Path
) -> None:
    shown = []
    for language in LANGUAGES:
        i18n.use_language(language)
        async with on_screen(screen, theme, tmp_path / language, SIZES[size]) as pilot:
            await pilot.pause()
            shown.append(picture(pilot.app))
    file = file_of(screen, size, theme)
    if UPDATING:
        keep(file, stacked(shown))
        return
    assert stacked(shown) == kept(file), f"{file.name} looks different: run with UPDATE_SCREENSHOTS=1 and look at it"


def test_matrix_holds_what_the_test_compares_and_nothing_else() -> None:
    wanted = {file_of(screen, size, theme) for screen in SCREENS for size in SIZES for theme in THEMES}
    assert set(FOLDER.iterdir()) == wanted
