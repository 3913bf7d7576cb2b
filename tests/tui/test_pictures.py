"""Every screen as an approved picture at 80x24, dark, English: `screenshots/` is the baseline.

`UPDATE_SCREENSHOTS=1 pytest tests/tui/test_pictures.py` writes new ones, to be looked at before they are committed.
"""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from core.activity.entry import Entry
from core.activity.journal import Journal
from core.ledger.base import QueueQuery
from core.model import Direction, Party
from core.operations.setup import activation, installing, walkthrough
from core.operations.views import overview
from core.operations.views.overview import Health
from tests.core.efff.documents import document
from tests.core.operations.fakes import NOW, OTHER, OWN, SPACE, FakeDesk, connect, credentials_of, purchase, stand
from tests.tui.console import HeldEngine, console, empty_desk, enter, office, picture, screen, wait_for
from tui.journey import WALKTHROUGH, Journey
from tui.steps import step_screen

FOLDER = Path(__file__).parents[2] / "screenshots"
UPDATING = bool(os.environ.get("UPDATE_SCREENSHOTS"))

Drive = Callable[[Pilot[int]], Awaitable[None]]


@pytest.fixture(autouse=True)
def utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()


@asynccontextmanager
async def running_office(
    directory: Path, *, size: tuple[int, int] = (80, 24), **environ: str
) -> AsyncIterator[Pilot[int]]:
    """The office with its engine, at the time of its last poll."""
    desk = office(directory, **environ)
    desk.clock.at = NOW + 700  # type: ignore[attr-defined]
    desk.fake_target.name = "a-multipart@pingwin.example"
    engine = HeldEngine(desk)
    try:
        async with console(desk, size=size) as pilot:
            await screen(pilot, "QueueScreen")
            await wait_for(pilot, lambda: pilot.app.screen.query_one("#queue").current is not None, "rows")  # type: ignore[attr-defined]
            yield pilot
    finally:
        engine.release()
        desk.close()


async def compare(pilot: Pilot[int], name: str) -> None:
    """Holds the screen against its approved picture."""
    await pilot.pause()
    shown, file = picture(pilot.app), FOLDER / f"{name}.svg"
    if UPDATING:
        file.write_text(shown)
        return
    assert file.exists(), f"no approved picture {name}.svg: run with UPDATE_SCREENSHOTS=1 and look at it"
    if shown != file.read_text():
        other = Path(os.environ.get("SCREENSHOT_DIFFERENCES", "/tmp")) / f"{name}.svg"
        other.write_text(shown)
        pytest.fail(f"{name} looks different from its approved picture; the new one is {other}")


# -- with an office that runs ----------------------------------------------------------------------------------------


async def _queue(pilot: Pilot[int]) -> None:
    await pilot.press("j")


async def _filter(pilot: Pilot[int]) -> None:
    await pilot.press("slash", *"molens")
    table: Any = pilot.app.screen.query_one("#queue")
    await wait_for(pilot, lambda: table.window.total == 4, "the filtered rows")


async def _question(pilot: Pilot[int]) -> None:
    await pilot.press("D")


async def _document(pilot: Pilot[int]) -> None:
    await pilot.press("j", "j", "enter")
    shown = await screen(pilot, "DocumentScreen")
    await wait_for(pilot, lambda: shown.query_one("Sheet").line_count > 5, "the detail")


async def _document_end(pilot: Pilot[int]) -> None:
    await _document(pilot)
    await pilot.press("G")


async def _xml(pilot: Pilot[int]) -> None:
    desk: Any = pilot.app.desk  # type: ignore[attr-defined]
    row = next(row for row in overview.queue(desk, QueueQuery()) if row.sha256)
    sha256, size = desk.spool.put(row.space, document())
    pilot.app.open_xml(stand(desk, row.id, row.state, sha256=sha256, size=size))  # type: ignore[attr-defined]
    shown: Any = await screen(pilot, "XmlScreen")
    await wait_for(pilot, lambda: shown.query_one("XmlTree").line_count > 5, "the tree")


async def _spaces(pilot: Pilot[int]) -> None:
    activation.hold(pilot.app.desk, OTHER.id)  # type: ignore[attr-defined]
    await wait_for(pilot, lambda: pilot.app.snapshot.worst is Health.HELD, "the hold")  # type: ignore[attr-defined]
    await pilot.press("2")
    await screen(pilot, "SpacesScreen")


async def _manage(pilot: Pilot[int]) -> None:
    await pilot.press("m")
    shown = await screen(pilot, "ManageScreen")
    await wait_for(pilot, lambda: "D1" in shown.query_one("#facts").text, "the credentials")


async def _disconnect(pilot: Pilot[int]) -> None:
    await _manage(pilot)
    await pilot.press("A")


async def _trigger(pilot: Pilot[int]) -> None:
    await _manage(pilot)
    await pilot.press("t")
    shown = await screen(pilot, "TriggerScreen")
    await wait_for(pilot, lambda: shown.query_one("#choices").choices, "the choices")


async def _period(pilot: Pilot[int]) -> None:
    await _manage(pilot)
    await pilot.press("R")
    await screen(pilot, "PeriodScreen")


async def _reconcile(pilot: Pilot[int]) -> None:
    await _period(pilot)
    await pilot.press("enter")
    shown = await screen(pilot, "ReconcileScreen")
    await wait_for(pilot, lambda: shown.query_one("#lines").choices, "the sums")
    await pilot.press("j")


async def _uninstall(pilot: Pilot[int]) -> None:
    await _manage(pilot)
    await pilot.press("X")
    await screen(pilot, "TypedScreen")


async def _machine(pilot: Pilot[int]) -> None:
    await pilot.press("4")
    await screen(pilot, "MachineScreen")


async def _help(pilot: Pilot[int]) -> None:
    await pilot.press("question_mark")
    await screen(pilot, "HelpScreen")


async def _palette(pilot: Pilot[int]) -> None:
    await pilot.press("colon")
    await screen(pilot, "PaletteScreen")


async def _find(pilot: Pilot[int]) -> None:
    await pilot.press("f")
    shown = await screen(pilot, "FindScreen")
    await enter(pilot, "molens")
    await wait_for(pilot, lambda: shown.query_one("#answers").choices, "the answers")


async def _activity(pilot: Pilot[int]) -> None:
    journal = Journal(pilot.app.desk.home.logs, "engine")  # type: ignore[attr-defined]
    for place, entry in enumerate(CALLS):
        journal.record(replace(entry, at=NOW + 750 + place))
    await pilot.press("5")
    shown = await screen(pilot, "ActivityScreen")
    await wait_for(pilot, lambda: shown.query_one("#lines").line_count > 10, "the lines")


BANQUP = "https://banqup.example/datastore/documents/transaction/v2/spaces/3f2a7c10-0000-4000-8000-000000000001"
CALLS = (
    Entry(0, "request", "GET", f"{BANQUP}/documents", status=200, seconds=0.21, received=18_204, purpose="poll"),
    Entry(0, "request", "GET", f"{BANQUP}/files/9c", status=200, seconds=0.09, received=640, purpose="prepare"),
    Entry(0, "request", "POST", "https://pingwin.example/upload", status=503, seconds=1.2, sent=48_200, purpose="send"),
)

OFFICE: dict[str, Drive] = {
    "find": _find,
    "activity": _activity,
    "queue": _queue,
    "queue-filter": _filter,
    "queue-question": _question,
    "document": _document,
    "document-end": _document_end,
    "xml": _xml,
    "spaces": _spaces,
    "manage": _manage,
    "manage-disconnect": _disconnect,
    "trigger": _trigger,
    "period": _period,
    "reconcile": _reconcile,
    "typed": _uninstall,
    "machine": _machine,
    "help": _help,
    "palette": _palette,
}


@pytest.mark.parametrize("name", OFFICE)
async def test_office_screen_looks_as_approved(name: str, tmp_path: Path) -> None:
    async with running_office(tmp_path) as pilot:
        await OFFICE[name](pilot)
        await compare(pilot, name)


async def test_a_wide_terminal_shows_the_detail_beside_the_queue(tmp_path: Path) -> None:
    async with running_office(tmp_path, size=(200, 50)) as pilot:
        await pilot.press("j", "j")
        shown: Any = pilot.app.screen
        await wait_for(pilot, lambda: shown.query("#beside") and shown.query_one("#beside").line_count, "the detail")
        await wait_for(pilot, lambda: shown._beside == shown.query_one("#queue").current.id, "that of the row")
        await compare(pilot, "queue-wide")
        await pilot.resize_terminal(80, 24)
        await wait_for(pilot, lambda: not shown.query_one("#beside").display, "no room")


# -- the steps of the walkthrough ------------------------------------------------------------------------------------


def newcomer(directory: Path, **environ: str) -> FakeDesk:
    """A desk that is connected, with documents in Banqup and Pingwin not yet installed."""
    desk = empty_desk(directory, **environ)
    connect(desk)
    made = [purchase(number) for number in range(1, 8)]
    sold = [
        replace(
            purchase(number), direction=Direction.SALES, supplier=OWN, customer=Party("Café De Zwaan", "BE0110050557")
        )
        for number in range(8, 13)
    ]
    desk.fake_source.documents = [*made, *sold]
    desk.fake_target.name = "a-multipart@pingwin.example"
    installing.install(desk, SPACE, enterprise_numbers=["0477472701"], own_extension_off=True)
    walkthrough.remember(desk, "launcher")
    return desk


async def _asked(pilot: Pilot[int], id: str) -> None:
    menu: Any = pilot.app.screen.query_one(id)
    await wait_for(pilot, lambda: len(menu.choices) > 1, "the answer")


async def _typed_name(pilot: Pilot[int]) -> None:
    await pilot.press(*"ping")


async def _space_list(pilot: Pilot[int]) -> None:
    await _asked(pilot, "#spaces")


async def _proposals(pilot: Pilot[int]) -> None:
    await _asked(pilot, "#numbers")
    shown: Any = pilot.app.screen
    await wait_for(pilot, lambda: shown.query_one("#numbers").chosen.id == "save", "the proposals")


async def _tested(pilot: Pilot[int]) -> None:
    shown: Any = pilot.app.screen
    for name, value in (("api_key", "made-up-key-1234567"), ("clid", "CLID-4711-0815"), ("file_id", "20417")):
        shown.field(name).input.value = value
    await pilot.press("down", "down", "down", "enter")
    await wait_for(pilot, lambda: "✓" in shown.query_one("#verdict").text, "the test")


async def _counted(pilot: Pilot[int]) -> None:
    shown: Any = pilot.app.screen
    await wait_for(pilot, lambda: shown._preview is not None, "the count")


async def _nothing(pilot: Pilot[int]) -> None:
    await pilot.pause()


async def _banqup(pilot: Pilot[int]) -> None:
    shown: Any = pilot.app.screen
    shown.field("address").input.value = "https://banqup.example"


STEPS: dict[str, Drive] = {
    "welcome": _nothing,
    "banqup": _banqup,
    "pingwin": _nothing,
    "launcher": _typed_name,
    "space": _space_list,
    "install": _nothing,
    "numbers": _proposals,
    "credentials": _tested,
    "activate": _counted,
}


@pytest.mark.parametrize("step", STEPS)
async def test_walkthrough_step_looks_as_approved(step: str, tmp_path: Path) -> None:
    desk = newcomer(tmp_path)
    if step == "activate":
        installing.set_credentials(desk, SPACE.id, credentials_of())
    journey = Journey(WALKTHROUGH, space=SPACE)
    target = desk.machine.pingwin.model_copy(
        update={"kind": "http", "folder": "", "base_url": "https://pingwin.example"}
    )
    desk.installations.save_machine(desk.machine.model_copy(update={"pingwin": target}))
    async with console(desk) as pilot:
        await pilot.app.push_screen(step_screen(step, journey))
        await pilot.pause()
        await STEPS[step](pilot)
        await compare(pilot, step)
    desk.close()


async def test_mail_looks_as_approved(tmp_path: Path) -> None:
    async with console(newcomer(tmp_path)) as pilot:
        pilot.app.open_mail(SPACE.id)  # type: ignore[attr-defined]
        await screen(pilot, "MailScreen")
        await compare(pilot, "mail")


async def test_first_document_looks_as_approved(tmp_path: Path) -> None:
    desk = newcomer(tmp_path)
    installing.set_credentials(desk, SPACE.id, credentials_of())
    await activation.preview(desk, SPACE.id)
    async with console(desk) as pilot:
        pilot.app.open_first(SPACE.id, None)  # type: ignore[attr-defined]
        shown = await screen(pilot, "FirstScreen")
        await wait_for(pilot, lambda: shown.query_one("#choices").choices, "the documents")
        await compare(pilot, "first")
    desk.close()


async def test_too_small_window_looks_as_approved(tmp_path: Path) -> None:
    async with console(newcomer(tmp_path), size=(56, 14)) as pilot:
        await screen(pilot, "LauncherScreen")
        await compare(pilot, "too-small")


def test_every_picture_belongs_to_a_test() -> None:
    known = {*OFFICE, *STEPS, "mail", "first", "too-small", "queue-wide"}
    assert {file.stem for file in FOLDER.glob("*.svg")} <= known


def test_pictures_fetch_nothing_and_name_no_machine() -> None:
    for file in FOLDER.glob("*.svg"):
        text = file.read_text()
        assert "url('http" not in text and "@font-face" not in text and "/tmp" not in text and "/work" not in text, (
            file.name
        )
