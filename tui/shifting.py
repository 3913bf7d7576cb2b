"""Rows that a new picture shows some lines higher or lower: the terminal can move them itself, for a few bytes.

Scrolling a text by a line, or the queue by half a page, then costs the rows that come into sight. Pure. It uses the
margins of the VT100 (DECSTBM) with index and reverse index at them, which every terminal, tmux and screen know.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

Cells = Sequence[object]


class Shift(NamedTuple):
    """The rows from `top` to `bottom` (from 0) move up by `by` lines, or down where it is negative."""

    top: int
    bottom: int
    by: int

    @property
    def sequence(self) -> str:
        """What tells the terminal; the rows that are uncovered are blank, for no colour is set."""
        at, move = (self.bottom, "\n") if self.by > 0 else (self.top, "\x1bM")
        return f"\x1b[{self.top + 1};{self.bottom + 1}r\x1b[{at + 1};1H{move * abs(self.by)}\x1b[r"


SPARED = 60
"""Cells that a shift must spare to be worth its own bytes."""


def found_shift(old: Mapping[int, Cells], new: Mapping[int, Cells]) -> Shift | None:
    """The shift that spares most, of rows that are known whole; None where none is worth it."""
    best, most = None, SPARED
    changed = [y for y, row in new.items() if y in old and old[y] != row]
    for by in {source - y for source in old for y in changed if source != y}:
        moved = [y for y in changed if y + by in old and old[y + by] == new[y]]
        if len(moved) < 2:
            continue
        ends = (min(moved), max(moved), min(moved) + by, max(moved) + by)
        top, bottom = min(ends), max(ends)
        if all(y in old and None not in old[y] for y in range(top, bottom + 1)):
            spared = _spared(old, new, Shift(top, bottom, by))
            if spared > most:
                best, most = Shift(top, bottom, by), spared
    return best


def _spared(old: Mapping[int, Cells], new: Mapping[int, Cells], shift: Shift) -> int:
    """Cells that need not be written when the rows are shifted first; rows that must be restored count against it."""
    spared = 0
    for y in range(shift.top, shift.bottom + 1):
        wanted, source = new.get(y, old[y]), y + shift.by
        after = _unlike(old[source], wanted) if shift.top <= source <= shift.bottom else len(wanted)
        spared += _unlike(old[y], wanted) - after
    return spared


def _unlike(one: Cells, other: Cells) -> int:
    """Cells that differ."""
    return sum(a != b for a, b in zip(one, other, strict=False)) + abs(len(one) - len(other))
