"""Two people at once: what was filled into a form is compared with what stands when it is saved.

A form hands back what it was filled from; where somebody saved something else since, nothing is written and the answer
names them. A command gives nothing and so replaces what stands, as it says.
"""

from __future__ import annotations

from typing import TypeVar

from core.errors import UsageError
from core.operations.desk import Desk

T = TypeVar("T")

KINDS = frozenset({"installation", "credentials"})
"""Kinds of events that a saved form leaves behind."""


def unless_changed(desk: Desk, stands: T, seen: T | None, *, space: str | None = None) -> None:
    """Raises UsageError where `stands` is no longer what the form was filled from (`seen`; None: no form)."""
    if seen is None or stands == seen:
        return
    by = _last_changed_by(desk, space) if space is not None else ""
    raise UsageError("changed_meanwhile_by" if by else "changed_meanwhile", by=by)


def _last_changed_by(desk: Desk, space: str) -> str:
    events = desk.ledger.events(space=space, newest=True, limit=50)
    return next((event.actor for event in reversed(events) if event.kind in KINDS), "")
