"""How often a space is polled, and who waits while Banqup does not answer."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from core.banqup.errors import CredentialsRefused, Throttled, Unavailable
from core.config import Timing
from core.sync.outside import SourcePause
from core.sync.pace import POLLING_SHARE, SECOND, at_once, calls_wanted, interval, stretch

NOW = 2_000_000.0
TIMING = Timing()


@dataclass(frozen=True)
class Space:
    watermark_ns: int | None
    running: bool = True


def moved(ago: float) -> int:
    return int((NOW - ago) * SECOND)


@pytest.mark.parametrize(
    ("ago", "seconds"), [(60.0, 150.0), (2 * 3_600.0, 300.0), (6 * 86_400.0, 300.0), (8 * 86_400.0, 900.0)]
)
def test_a_space_is_asked_more_often_the_more_recently_something_moved(ago: float, seconds: float) -> None:
    assert interval(TIMING, moved(ago), NOW, lambda low, high: (low + high) / 2) == pytest.approx(seconds)


def test_polls_are_spread_by_a_tenth() -> None:
    assert interval(TIMING, None, NOW, lambda low, high: low) == pytest.approx(270)
    assert interval(TIMING, None, NOW, lambda low, high: high) == pytest.approx(330)


def test_no_activity_makes_a_space_be_asked_more_than_once_a_minute() -> None:
    quick = Timing(poll_interval=60.0)
    assert interval(quick, moved(1.0), NOW, lambda low, high: (low + high) / 2) == pytest.approx(60)


def test_all_intervals_stretch_alike_until_the_polls_fit_the_ceiling() -> None:
    spaces = [Space(moved(60.0))] * 500 + [Space(moved(30 * 86_400.0))] * 4_500 + [Space(None, running=False)] * 100
    wanted = calls_wanted(spaces, TIMING, NOW)
    assert wanted == pytest.approx(500 / 150 + 4_500 / 900)
    assert stretch(spaces, TIMING, 60, NOW) == pytest.approx(wanted / POLLING_SHARE)
    assert stretch(spaces, TIMING, 6_000, NOW) == 1.0


def test_a_higher_ceiling_is_used_by_more_polls_at_once() -> None:
    assert (at_once(60), at_once(1_200), at_once(60_000)) == (4, 20, 32)


def fail(pause: SourcePause, space: str, trouble: Unavailable | Throttled | CredentialsRefused) -> float:
    return pause.failed(trouble, space, now=NOW, timing=TIMING, draw=lambda low, high: high)


def test_what_one_space_alone_meets_stops_no_other() -> None:
    pause = SourcePause()
    assert fail(pause, "a", Unavailable("banqup_server_error")) == pause.until("a") > NOW
    assert fail(pause, "a", Unavailable("banqup_server_error")) > NOW + TIMING.backoff_base * 2
    assert pause.until("b") == 0.0
    pause.succeeded("b")
    assert pause.until("a") > NOW, "another's answer says nothing of the broken one"
    fail(pause, "c", Unavailable("banqup_silent"))
    assert pause.until("b") == 0.0, "somebody was answered between the two"


def test_two_spaces_without_an_answer_to_anybody_mean_that_banqup_is_away() -> None:
    pause = SourcePause()
    fail(pause, "a", Unavailable("banqup_unreachable"))
    fail(pause, "b", Unavailable("banqup_unreachable"))
    assert pause.until("c") > NOW
    pause.succeeded("b")
    assert pause.until("c") == 0.0


@pytest.mark.parametrize("trouble", [Throttled("banqup_throttled"), CredentialsRefused("banqup_secret_refused")])
def test_a_limit_or_a_refusal_is_everybodys(trouble: Throttled | CredentialsRefused) -> None:
    pause = SourcePause()
    fail(pause, "a", trouble)
    assert pause.until("b") > NOW
