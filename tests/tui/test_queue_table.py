"""The queue's table: a window over 100,000 rows, a cursor that stays on its delivery, repaints of single lines."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from decimal import Decimal

from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.pilot import Pilot

from core.model import Delivery, Direction, State
from tests.tui.console import wait_for
from tui.widgets.queue_table import Group, QueueTable, Window

ROWS = 100_000


def delivery(id: int, state: State = State.CONFIRMED) -> Delivery:
    return Delivery(
        id=id, space="s", source_id=f"doc-{id}", dossier="D", generation=1, state=state, direction=Direction.PURCHASE,
        document_type="380", number=f"F-{id}", counterparty="Molens van Brabant", vat_number="", issue_date=None,
        amount=Decimal(id), currency="EUR", reason=None, reason_args={}, due_at=0, attempts=0, key="k",
    )  # fmt: skip


class Rows:
    """A fake window: deliveries by position, read only where they are asked for."""

    def __init__(self, ids: range | list[int], needs: int = 0) -> None:
        self.ids = ids
        self.needs = needs
        self.most = 0

    def read(self, offset: int, limit: int, held: int | None) -> Window:
        wanted = self.ids[offset : offset + limit]
        self.most = max(self.most, len(wanted))
        states = [State.PARKED if place < self.needs else State.CONFIRMED for place in range(offset, offset + limit)]
        rows = tuple(delivery(id, state) for id, state in zip(wanted, states, strict=False))
        position = self.ids.index(held) if held in self.ids else None
        groups = (Group("Needs you", self.needs, "warning"), Group("Done", len(self.ids) - self.needs))
        return Window(groups, offset, rows, position)


class Table(App[None]):
    CSS = "QueueTable { height: 1fr; }"
    ascii_only = False

    def __init__(self, rows: Rows) -> None:
        super().__init__()
        self.rows = rows
        self.painted: list[Region] = []

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return {"cursor": "#444444"}

    def compose(self) -> ComposeResult:
        yield QueueTable(id="queue")

    @property
    def table(self) -> QueueTable:
        return self.query_one(QueueTable)

    def on_queue_table_window_wanted(self, wanted: QueueTable.WindowWanted) -> None:
        self.table.show(self.rows.read(wanted.offset, wanted.limit, wanted.held))


@asynccontextmanager
async def running(rows: Rows) -> AsyncIterator[tuple[Table, Pilot[None]]]:
    app = Table(rows)
    async with app.run_test(size=(80, 24)) as pilot:
        app.table.show(rows.read(0, 150, None))
        await pilot.pause()
        repaint = app.table.refresh

        def record(*regions: Region, **options: bool) -> QueueTable:
            app.painted.extend(regions or (Region(0, 0, 80, 24),))
            return repaint(*regions, **options)

        app.table.refresh = record  # type: ignore[method-assign]
        yield app, pilot


async def test_jumping_to_the_end_of_100_000_rows_reads_one_window() -> None:
    async with running(Rows(range(1, ROWS + 1))) as (app, pilot):
        await pilot.press("G")
        await wait_for(pilot, lambda: app.table.current is not None, "the last row")
        assert app.table.current is not None and app.table.current.id == ROWS
        assert app.rows.most < 250


async def test_moving_the_cursor_repaints_two_lines() -> None:
    async with running(Rows(range(1, ROWS + 1))) as (app, pilot):
        await pilot.press("j")
        assert sorted(region.y for region in app.painted) == [2, 3]
        assert all(region.height == 1 for region in app.painted)


async def test_changed_row_repaints_its_line_alone() -> None:
    async with running(Rows(range(1, 51))) as (app, _pilot):
        window = app.rows.read(0, 150, app.table.held)
        rows = list(window.rows)
        rows[4] = replace(rows[4], state=State.FAILED)
        app.table.show(replace(window, rows=tuple(rows)))
        assert [region.y for region in app.painted] == [6]


async def test_same_rows_again_repaint_nothing() -> None:
    async with running(Rows(range(1, 51))) as (app, _pilot):
        app.table.show(app.rows.read(0, 150, app.table.held))
        assert app.painted == []


async def test_row_off_the_screen_repaints_nothing() -> None:
    async with running(Rows(range(1, 101))) as (app, _pilot):
        window = app.rows.read(0, 150, app.table.held)
        rows = list(window.rows)
        rows[90] = replace(rows[90], state=State.FAILED)
        app.table.show(replace(window, rows=tuple(rows)))
        assert app.painted == []


async def test_new_arrivals_never_move_the_line_under_the_cursor() -> None:
    async with running(Rows(list(range(100, 200)))) as (app, pilot):
        await pilot.press(*"jjjjjjjjjjjj")
        held, line = app.table.held, app.table.cursor - app.table.top
        app.rows.ids = [*range(50, 60), *range(100, 200)]
        app.table.show(app.rows.read(*app.table.wanted(), held))
        await pilot.pause()
        assert app.table.current is not None and app.table.current.id == held
        assert app.table.cursor - app.table.top == line


async def test_cursor_skips_headings_and_groups_are_counted() -> None:
    async with running(Rows(range(1, 31), needs=2)) as (app, pilot):
        assert app.table.current is not None and app.table.current.id == 1
        await pilot.press("j", "j")
        assert app.table.current.id == 3
        texts = ["".join(span.text for span in painted.spans) for painted in app.table.content(80, 24)]
        assert "Needs you (2)" in texts[1] and "Done (28)" in texts[4]


async def test_row_that_left_the_view_leaves_the_cursor_on_its_line() -> None:
    async with running(Rows(list(range(1, 21)))) as (app, pilot):
        await pilot.press("j", "j", "j")
        app.rows.ids = [id for id in app.rows.ids if id != 4]
        app.table.show(app.rows.read(*app.table.wanted(), app.table.held))
        assert app.table.current is not None and app.table.current.id == 5


async def test_empty_view_says_so() -> None:
    async with running(Rows([])) as (app, pilot):
        app.table.empty_text = "Nothing yet."
        app.table.show(Window((), 0, ()))
        await pilot.press("j", "G", "enter")
        assert "Nothing yet." in "".join(span.text for painted in app.table.content(80, 24) for span in painted.spans)
        app.table.empty_text = "Nothing yet. " + "To see something, do this. " * 5 + "The end."
        told = ["".join(span.text for span in painted.spans) for painted in app.table.content(80, 24)]
        assert told[-1].endswith("The end.") and max(map(len, told)) <= 80
