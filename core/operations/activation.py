"""Active or not: what stays history, what still waits, and the switch itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from core.installations import Installation
from core.model import Arguments
from core.operations.desk import Desk


@dataclass(frozen=True, slots=True)
class Preview:
    """What activating would mean. `complete` is False while counting goes on: at least `history` so far.

    `obstacles` are codes of what is missing (credentials, enterprise numbers, target); empty where it may go on.
    """

    history: int
    complete: bool
    waiting: int
    obstacles: tuple[str, ...]
    warnings: tuple[tuple[str, Arguments], ...] = ()


async def preview(desk: Desk, space: str, *, count: bool = True) -> Preview:
    """Says how many documents stay history and how many deliveries wait; changes nothing that anybody can see.

    With `count`, and where no engine counts, reads Banqup's list now.
    """
    raise NotImplementedError


async def activate(
    desk: Desk,
    space: str,
    *,
    waiting: Literal["send", "discard"] | None = None,
    progress: Callable[[int], None] | None = None,
) -> Installation:
    """Records the decision; the engine takes the baseline, or this does (with progress) where no engine runs.

    Raises UsageError where something is missing, or where deliveries wait and `waiting` was not chosen.
    """
    raise NotImplementedError


def deactivate(desk: Desk, space: str) -> Installation:
    """Disconnects: stops at once and keeps the queue."""
    raise NotImplementedError


def hold(desk: Desk, space: str) -> Installation:
    """Pauses uploads without making history."""
    raise NotImplementedError


def release(desk: Desk, space: str) -> Installation:
    """Ends a hold."""
    raise NotImplementedError
