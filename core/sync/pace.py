"""How often a space is polled: by what moved there lately, within the ceiling of calls. Pure.

A space where something moved within the hour is asked twice as often as the interval says, one where nothing moved for
a week a third as often. Where all of them together would ask for more than Banqup's ceiling allows, every interval
stretches alike, so that the busy ones stay ahead of the quiet ones (decision 26).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from core.config import Timing
    from core.sync.retry import Draw

SECOND = 1_000_000_000

BANDS = ((3_600.0, 0.5), (7 * 86_400.0, 1.0))
"""Seconds since something moved, and how many intervals then lie between two polls; the first that fits."""

QUIET = 3.0
"""Intervals between two polls of a space that no band fits."""

POLLING_SHARE = 0.7
"""The part of the ceiling that polls may plan with; documents and their files need the rest."""

SOONEST = 60.0
"""Seconds below which no activity shortens an interval that is longer."""


class Polled(Protocol):
    """What is known of a space that is polled."""

    @property
    def running(self) -> bool:
        """Whether it is polled."""
        ...

    @property
    def watermark_ns(self) -> int | None:
        """The newest change that Banqup told of."""
        ...


def usual(timing: Timing, watermark_ns: int | None, now: float) -> float:
    """Seconds between two polls of a space, had Banqup no ceiling. An unknown past counts as neither busy nor quiet."""
    if watermark_ns is None:
        return timing.poll_interval
    still = now - watermark_ns / SECOND
    factor = next((factor for age, factor in BANDS if still < age), QUIET)
    return max(min(SOONEST, timing.poll_interval), timing.poll_interval * factor)


def interval(timing: Timing, watermark_ns: int | None, now: float, draw: Draw, stretch: float = 1.0) -> float:
    """Seconds to the next poll, spread by a tenth."""
    return usual(timing, watermark_ns, now) * stretch * draw(0.9, 1.1)


def calls_wanted(runs: Iterable[Polled], timing: Timing, now: float) -> float:
    """Polls a second that all running spaces together would make, at a page each."""
    return sum(1.0 / usual(timing, run.watermark_ns, now) for run in runs if run.running)


def stretch(runs: Iterable[Polled], timing: Timing, calls_per_minute: int, now: float) -> float:
    """By what every interval is multiplied so that the polls fit the ceiling; 1 where they do."""
    return max(1.0, calls_wanted(runs, timing, now) / (POLLING_SHARE * calls_per_minute / 60.0))


def at_once(calls_per_minute: int) -> int:
    """Polls beside each other: enough to use the ceiling where an answer takes a second, few where it is low."""
    return max(4, min(32, calls_per_minute // 60))
