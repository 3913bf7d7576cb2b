"""The reconciliation in the console: a period, sums, what came twice and what is not settled, CSV, and stopping."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from core.banqup.source import Page
from tests.core.operations.fakes import SPACE, FakeDesk, FakeSource, purchase
from tests.tui.console import console, enter, office, screen, text_of, wait_for
from tui.screens.period import PERIODS, period
from tui.screens.reconcile import COLUMN, ReconcileScreen, sum_line
from tui.words import reconciled as words
from tui.words.reconciled import Total


@pytest.fixture
def desk(tmp_path: Path) -> FakeDesk:
    made = office(tmp_path)
    made.fake_source.documents = [purchase(1)]
    return made


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("month", date(2026, 2, 1), date(2026, 2, 28)),
        ("last_month", date(2026, 1, 1), date(2026, 1, 31)),
        ("quarter", date(2026, 1, 1), date(2026, 3, 31)),
        ("last_quarter", date(2025, 10, 1), date(2025, 12, 31)),
        ("year", date(2026, 1, 1), date(2026, 12, 31)),
        ("last_year", date(2025, 1, 1), date(2025, 12, 31)),
    ],
)
def test_a_usual_period_has_whole_months(name: str, first: date, last: date) -> None:
    assert period(name, date(2026, 2, 17)) == (first, last)
    assert name in PERIODS


async def test_a_period_is_reconciled_from_manage_in_three_keys(
    desk: FakeDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    desk.close()
    async with console(desk.also(readonly=True), space=SPACE.id) as pilot:
        await pilot.press("m", "R")
        await screen(pilot, "PeriodScreen")
        await pilot.press("enter")
        shown = await screen(pilot, "ReconcileScreen")
        await wait_for(pilot, lambda: "7 not settled" in text_of(pilot.app), "the sums")
        assert "purchase, delivered" in text_of(pilot.app) and "Not settled (7)" in text_of(pilot.app)
        everything = len(shown.query_one("#lines").choices)
        await pilot.press("n")
        await wait_for(pilot, lambda: len(shown.query_one("#lines").choices) < everything, "what is not settled")
        await pilot.press("j", "enter")
        await screen(pilot, "DocumentScreen")
        await pilot.press("escape", "x")
        await wait_for(pilot, lambda: list(tmp_path.glob("reconcile-*.csv")), "the file")
    (saved,) = tmp_path.glob("reconcile-*.csv")
    assert saved.read_text().startswith("source_id,direction,number")
    assert "INV-88213" in saved.read_text()


async def test_two_days_are_a_period_and_anything_else_is_asked_again(desk: FakeDesk) -> None:
    async with console(desk, space=SPACE.id) as pilot:
        await pilot.press("m", "R")
        shown = await screen(pilot, "PeriodScreen")
        shown.set_focus(shown.query_one("#days"))
        await enter(pilot, "September")
        await wait_for(pilot, lambda: "Two days" in text_of(pilot.app), "what to type")
        shown.query_one("#days").value = ""
        await enter(pilot, "2026-09-01 2026-09-03")
        shown = await screen(pilot, "ReconcileScreen")
        await wait_for(pilot, lambda: "3 documents" in text_of(pilot.app), "the three of these days")


@dataclass
class SilentSource(FakeSource):
    """A list that begins and never ends."""

    stopped: bool = False

    async def scan(self, space: str, since_ns: int | None = None) -> AsyncGenerator[Page, None]:
        try:
            yield Page((purchase(1),), clock_ns=0)
            await asyncio.Event().wait()
        finally:
            self.stopped = True


async def test_reading_says_how_far_it_is_and_leaving_stops_it(desk: FakeDesk) -> None:
    silent = SilentSource(clock=desk.clock)
    async with console(desk.also(fake_source=silent), space=SPACE.id) as pilot:
        await pilot.press("m", "R")
        await screen(pilot, "PeriodScreen")
        await pilot.press("enter")
        await screen(pilot, "ReconcileScreen")
        await wait_for(pilot, lambda: "1 documents so far" in text_of(pilot.app), "how far it is")
        await pilot.press("escape")
        await screen(pilot, "PeriodScreen")
        await wait_for(pilot, lambda: silent.stopped, "the reading stopped")


def test_taxable_amounts_by_vat_code_stand_under_the_total_of_their_side() -> None:
    whole = Total("purchase", True, "", "EUR", 3, Decimal("1815"), Decimal(0))
    by_code = Total("purchase", True, "21", "EUR", 3, Decimal("1500"), Decimal("315"))
    lines = [sum_line(whole), sum_line(by_code)]
    assert [left for left, _right in lines] == ["purchase, delivered", "  VAT code 21, VAT 315.00"]
    shown = [f"  {left:<{COLUMN}}{right}" for left, right in lines]
    assert [line.rstrip()[-12:] for line in shown] == ["1,815.00 EUR", "1,500.00 EUR"]
    assert {len(line) for line in shown} == {80}


async def test_what_is_open_of_a_period_where_all_is_settled_is_said_to_be_nothing(
    desk: FakeDesk, tmp_path: Path
) -> None:
    async with console(desk, space=SPACE.id) as pilot:
        shown = ReconcileScreen(SPACE.id, (date(2026, 1, 1), date(2026, 12, 31)))
        await pilot.app.push_screen(shown)
        await wait_for(pilot, lambda: shown._rows is not None, "the comparison")
        shown._rows = [row for row in shown._rows or () if words.settled(row)]
        await pilot.press("n")
        await wait_for(pilot, lambda: "every document of this period is settled" in text_of(pilot.app), "the answer")
