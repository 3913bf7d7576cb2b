"""The pure parts of the console: widths, wrapping, the first line, the reason lines, the feed, themes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from core.installations import Consent, Installation
from core.model import Delivery, Direction, State
from core.operations.running.engines import EngineState
from core.operations.views.overview import Health, Snapshot, SpaceStatus
from tests.core.operations.fakes import FakeDesk
from tests.tui.console import empty_desk, office
from tui.feed import Feed, FeedTroubled, SnapshotReady, same
from tui.themes import choose
from tui.widgets.lines import Painted, differing
from tui.widgets.reason import reason_lines
from tui.widgets.rows import columns, heading_line, row_line
from tui.widgets.spans import Span, between, cut, fit, width_of, wrap
from tui.widgets.status_line import status_spans

TEXT = st.text(st.characters(exclude_categories=("Cc", "Cs", "Cf", "Zl", "Zp")), max_size=60)


@given(TEXT, st.integers(1, 50), st.booleans())
def test_fitted_text_takes_exactly_its_width(text: str, width: int, right: bool) -> None:
    assert cell_len(fit(text, width, right=right)) == width


@given(TEXT, st.integers(1, 50))
def test_cut_text_says_that_something_is_missing(text: str, width: int) -> None:
    shown = cut(text, width)
    assert cell_len(shown) <= width
    assert shown == text or shown.endswith("…")


@given(TEXT, st.integers(8, 60))
def test_wrapped_lines_fit_and_lose_no_letter(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert all(cell_len(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


@given(TEXT, TEXT, st.integers(20, 100))
def test_line_of_two_parts_never_exceeds_its_width(left: str, right: str, width: int) -> None:
    assert width_of(between((Span(left),), (Span(right),), width)) <= width


def test_only_the_cells_that_differ_are_repainted() -> None:
    old = Painted((Span("one two three"),))
    assert differing(old, old, 80) is None
    assert differing(old, Painted((Span("one TWO three"),)), 80) == (4, 7)
    assert differing(old, Painted(old.spans, cursor=True), 80) == (0, 80)
    assert differing(old, Painted((Span("one two three", "warning"),)), 80) == (0, 13)


# -- rows ------------------------------------------------------------------------------------------------------------


def delivery(**changes: object) -> Delivery:
    made = Delivery(
        id=1, space="s", source_id="doc-1", dossier="D", generation=1, state=State.PARKED, direction=Direction.PURCHASE,
        document_type="380", number="F-1", counterparty="Molens", vat_number="", issue_date=date(2026, 9, 2),
        amount=Decimal("12.10"), currency="EUR", reason="outcome_unknown", reason_args={}, due_at=0, attempts=0,
        key="k",
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("width", [60, 79, 80, 96, 120, 150, 200])
@pytest.mark.parametrize("party", ["Molens", "Hôtel-Restaurant L'Érable SA", "株式会社ニッポン商事東京支店", "x" * 90])
def test_row_fits_every_width_and_lines_up_with_its_heading(width: int, party: str) -> None:
    spans = row_line(delivery(counterparty=party), width, ellipsis="…", ascii_only=False, marked=True, space="Space")
    assert width_of(spans) == width_of(heading_line(width, "…")) < width
    assert sum(cells for _column, cells in columns(width)) < width


def test_runtime_text_cannot_leave_its_cell() -> None:
    spans = row_line(
        delivery(number="[bold]F\x1b[2J1", counterparty="a\nb\u202eevil"),
        80,
        ellipsis="…",
        ascii_only=False,
        marked=False,
    )
    text = "".join(span.text for span in spans)
    assert text.isprintable() and "[bold]F" in text


def test_reason_and_what_to_do_stand_below_the_table() -> None:
    lines = reason_lines(delivery(), 78)
    text = " ".join("".join(span.text for span in line) for line in lines)
    assert "no answer came back" in text and "Look for it in Pingwin" in text
    assert len(reason_lines(None, 78)) == len(lines) == 3


# -- the first line --------------------------------------------------------------------------------------------------


def snapshot(*healths: Health, counts: dict[State, int] | None = None, **status: object) -> Snapshot:
    spaces = tuple(
        replace(
            SpaceStatus(
                Installation(
                    space=f"s{n}",
                    name=f"Space {n}",
                    consent=Consent(by="an", at=datetime(2026, 1, 1, tzinfo=UTC)),
                    held_by="An",
                ),
                health,
                "health_pingwin_refuses",
                {},
                1_790_000_000.0,
                False,
                counts or {},
                0,
                0,
            ),
            **status,  # type: ignore[arg-type]
        )
        for n, health in enumerate(healths)
    )
    order = list(Health)
    worst = max(healths, key=order.index, default=Health.INACTIVE)
    return Snapshot(1, EngineState(True), spaces, (), worst, 0, 1_790_000_000.0)


def shown(made: Snapshot | None, width: int = 80, trouble: str = "", ascii_only: bool = False) -> str:
    return "".join(span.text for span in status_spans(made, trouble, width, ascii_only))


WORDS = {
    Health.ACTIVE: "ACTIVE",
    Health.INACTIVE: "INACTIVE",
    Health.HELD: "HELD BY An",
    Health.WAITING_PINGWIN: "WAITING FOR PINGWIN",
    Health.WAITING_BANQUP: "WAITING FOR BANQUP",
    Health.NO_CONNECTION: "NO CONNECTION",
    Health.STOPPED: "STOPPED",
}


@pytest.mark.parametrize("health", list(Health))
@pytest.mark.parametrize("width", [50, 60, 80, 120])
def test_first_line_says_the_state_in_words_and_fits(health: Health, width: int) -> None:
    counts = {State.PARKED: 1_234, State.READY: 20_000, State.CONFIRMED: 100_000}
    text = shown(snapshot(health, counts=counts), width)
    assert WORDS[health] in text and cell_len(text) <= width
    assert "1,234" in text
    assert width < 80 or "100,000" in text


def test_first_line_counts_the_spaces_that_are_worst() -> None:
    text = shown(snapshot(Health.ACTIVE, Health.STOPPED, Health.STOPPED), 120)
    assert "STOPPED" in text and "2 of 3 spaces" in text


def test_first_line_shows_the_time_of_the_last_poll_and_no_age() -> None:
    assert "polled" in shown(snapshot(Health.ACTIVE))
    assert "no good poll since" in shown(snapshot(Health.ACTIVE, overdue=True))


def test_first_line_in_ascii() -> None:
    assert shown(snapshot(Health.WAITING_PINGWIN, counts={State.PARKED: 2}), ascii_only=True).isascii()


def test_unreadable_stores_are_said_with_the_time_of_what_is_shown() -> None:
    assert "shown as of" in shown(snapshot(Health.ACTIVE), trouble="The ledger cannot be read.")
    assert shown(None, trouble="The ledger cannot be read.") == "The ledger cannot be read."


# -- the feed --------------------------------------------------------------------------------------------------------


class Sink:
    def __init__(self) -> None:
        self.messages: list[object] = []

    def post_message(self, message: object) -> bool:
        self.messages.append(message)
        return True


def looked(feed: Feed, asked: bool = False) -> None:
    feed._look(asked)


def test_feed_posts_only_when_something_moved(tmp_path: Path) -> None:
    desk: FakeDesk = office(tmp_path)
    sink = Sink()
    feed = Feed(desk, sink)  # type: ignore[arg-type]
    looked(feed)
    looked(feed)
    looked(feed, asked=True)
    assert len(sink.messages) == 1
    row = desk.ledger.window(__import__("core.ledger.base", fromlist=["QueueQuery"]).QueueQuery(), 0, 1)[0]
    from tests.core.operations.fakes import stand

    stand(desk, row.id, State.DISCARDED)
    looked(feed)
    assert len(sink.messages) == 2


def test_newer_snapshot_replaces_an_older_one() -> None:
    one, two = SnapshotReady(snapshot(Health.ACTIVE)), SnapshotReady(snapshot(Health.STOPPED))
    assert two.can_replace(one)
    assert same(one.snapshot, replace(one.snapshot, at=5.0))


def test_trouble_is_said_once_a_streak(tmp_path: Path) -> None:
    sink = Sink()
    feed = Feed(empty_desk(tmp_path), sink)  # type: ignore[arg-type]
    feed._say_trouble("readonly", {})
    feed._say_trouble("readonly", {})
    assert [type(message) for message in sink.messages] == [FeedTroubled]
    looked(feed)
    assert isinstance(sink.messages[-1], SnapshotReady)


# -- colours ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"TERM": "xterm-256color"}, "dark"),
        ({"TERM": "xterm-256color", "COLORFGBG": "0;15"}, "light"),
        ({"TERM": "xterm-256color", "COLORFGBG": "15;0"}, "dark"),
        ({"TERM": "linux"}, "ansi"),
        ({"TERM": "vt100"}, "ansi"),
        ({"TERM": "xterm-256color", "NO_COLOR": "1", "BANQUP_PINGWIN_THEME": "light"}, "ansi"),
        ({"TERM": "linux", "BANQUP_PINGWIN_THEME": "light"}, "light"),
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, "dark"),
    ],
)
def test_colours_follow_the_terminal(environ: dict[str, str], expected: str) -> None:
    assert choose(environ) == expected


def test_no_line_begins_with_a_sign_that_french_puts_behind_a_space() -> None:
    for width in range(20, 60):
        lines = wrap("Corrigez la cause : réessayez ; ou marquez « livré » ce document !", width)
        assert not [line for line in lines if line[0] in ";:!»"], width
