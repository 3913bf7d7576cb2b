"""The way through the steps: the first-run walkthrough, or installing Pingwin in one more space. Pure.

One decision a step. `resume` says where to go on from what is remembered and what is there by now.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.model import Space

if TYPE_CHECKING:
    from core.installations import Installation

CONNECTING = ("welcome", "banqup", "pingwin")
INSTALLING = ("launcher", "space", "install", "numbers", "credentials", "activate")
WALKTHROUGH = CONNECTING + INSTALLING

NEEDS_INSTALLATION = frozenset({"numbers", "credentials", "activate"})
NEEDS_CONNECTIONS = frozenset(INSTALLING)


@dataclass
class Journey:
    """Where somebody stands: the steps, the space they chose, and whether it is a trial with the sandbox."""

    steps: tuple[str, ...]
    space: Space | None = None
    trial: bool = False
    remembered: bool = False

    def number(self, step: str) -> tuple[int, int]:
        """Which step this is, of how many."""
        counted = self.counted
        return (counted.index(step) + 1 if step in counted else 1), len(counted)

    @property
    def counted(self) -> tuple[str, ...]:
        """The steps that this journey really takes: a trial connects itself."""
        if not self.trial:
            return self.steps
        return tuple(step for step in self.steps if step not in {"banqup", "pingwin"})

    def after(self, step: str) -> str | None:
        """The next step, None at the end."""
        counted = self.counted
        place = counted.index(step) + 1
        return counted[place] if place < len(counted) else None

    def before(self, step: str) -> str | None:
        """The step before, None at the beginning."""
        counted = self.counted
        place = counted.index(step) - 1 if step in counted else -1
        return counted[place] if place >= 0 else None


def resume(step: str, *, connected: bool, installations: Sequence[Installation]) -> str:
    """Where to go on: the remembered step, or an earlier one where what it needs is not there."""
    if step not in WALKTHROUGH:
        return WALKTHROUGH[0]
    if step in NEEDS_CONNECTIONS and not connected:
        return "banqup"
    if step in NEEDS_INSTALLATION and not installations:
        return "launcher"
    if step in {"space", "install"}:
        return "launcher"
    return step
