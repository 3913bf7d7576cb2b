"""Decisions on a selection: what is asked, what is carried out, and stopping half-way."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.ledger.base import QueueQuery
from core.model import State
from core.operations import decisions
from core.operations.decisions import Act
from core.operations.views import overview
from tests.core.operations.fakes import NOW, SPACE, FakeDesk, stand
from tests.tui.console import Made, console, discovery, office, screen, text_of, wait_for
from tui.widgets.queue_table import QueueTable

FAILED = 160
"""More than a window of 80x24 reads."""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[FakeDesk]:
    made = office(tmp_path)
    many = [
        discovery(Made(f"M-{number:04}", "Brouwerij Moortgat", "BE0400764903", 10, "12.10")) for number in range(FAILED)
    ]
    made.ledger.record_poll(SPACE.id, many, watermark_ns=3_000, next_poll=NOW + 900, swept=False, now=NOW + 800)
    for row in overview.queue(made, QueueQuery(text="moortgat"), 0, FAILED):
        stand(made, row.id, State.FAILED, reason="cannot_convert")
    yield made
    made.close()


def moortgat(desk: FakeDesk, state: State) -> int:
    return overview.queue_total(desk, QueueQuery(text="moortgat", states=frozenset({state})))


async def filtered(pilot: object) -> QueueTable:
    shown = await screen(pilot, "QueueScreen")  # type: ignore[arg-type]
    table: QueueTable = shown.query_one(QueueTable)
    await pilot.press("slash", *"moortgat", "enter")  # type: ignore[attr-defined]
    await wait_for(pilot, lambda: table.window.total == FAILED, "the filtered rows")  # type: ignore[arg-type]
    return table


async def test_all_that_match_are_marked_and_decided_on_together(desk: FakeDesk) -> None:
    async with console(desk) as pilot:
        table = await filtered(pilot)
        await pilot.press("M")
        await wait_for(pilot, lambda: len(table.marked) == FAILED, "the marks")
        assert f"{FAILED} marked" in text_of(pilot.app)
        await pilot.press("D")
        assert f"{FAILED} deliveries:" in text_of(pilot.app)
        await pilot.press("y")
        await wait_for(pilot, lambda: f"Done for {FAILED} deliveries." in text_of(pilot.app), "the end")
        assert moortgat(desk, State.DISCARDED) == FAILED and not table.marked


async def test_mark_that_scrolled_out_of_sight_still_counts(desk: FakeDesk) -> None:
    async with console(desk) as pilot:
        table = await filtered(pilot)
        await pilot.press("space", "G")
        await wait_for(pilot, lambda: table.current is not None, "the last row")
        await pilot.press("space", "D")
        assert "2 deliveries:" in text_of(pilot.app)


async def test_escape_stops_what_is_carried_out_and_says_what_was_left(
    desk: FakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = decisions._decide_one

    def slowly(*given: Any) -> Any:  # or a quick machine is done before the key is read
        time.sleep(0.02)
        return one(*given)

    monkeypatch.setattr(decisions, "_decide_one", slowly)
    async with console(desk) as pilot:
        table = await filtered(pilot)
        await pilot.press("M")
        await wait_for(pilot, lambda: len(table.marked) == FAILED, "the marks")
        await pilot.press("D", "y", "escape")
        await wait_for(pilot, lambda: "Stopped:" in text_of(pilot.app), "the stop")
        done = moortgat(desk, State.DISCARDED)
        assert 0 < done < FAILED and f"{FAILED - done} are as they were" in text_of(pilot.app)


async def test_question_names_each_effect_and_what_is_left_alone(desk: FakeDesk) -> None:
    async with console(desk) as pilot:
        shown = await screen(pilot, "QueueScreen")
        table = shown.query_one(QueueTable)
        await wait_for(pilot, lambda: table.current is not None, "rows")
        await pilot.press("M")
        await wait_for(pilot, lambda: len(table.marked) > FAILED, "the marks")
        await pilot.press("r")
        asked = " ".join(text_of(pilot.app).split())
        assert "deliveries:" in asked and "others are left as they are" in asked


async def test_one_key_takes_back_whatever_was_decided(desk: FakeDesk) -> None:
    async with console(desk) as pilot:
        table = await filtered(pilot)
        await pilot.press("D", "y")
        await wait_for(pilot, lambda: moortgat(desk, State.DISCARDED) == 1, "discarded")
        await wait_for(pilot, lambda: table.current is not None and table.current.state is State.DISCARDED, "its row")
        keys = text_of(pilot.app).splitlines()[-1]
        assert "u Undo" in keys and "Send after all" not in keys
        await pilot.press("u", "y")
        await wait_for(pilot, lambda: moortgat(desk, State.DISCARDED) == 0, "taken back")


def test_undo_of_what_may_have_arrived_says_that_it_may_arrive_twice(desk: FakeDesk) -> None:
    row = overview.queue(desk, QueueQuery(text="moortgat"), 0, 1)[0]
    tried = stand(desk, row.id, State.DISCARDED, attempts=1)
    assert decisions.permission(tried, Act.UNDO).twice and decisions.permission(tried, Act.RETRY).twice
