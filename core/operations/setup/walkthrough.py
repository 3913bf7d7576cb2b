"""Where the first-run walkthrough stands, so that it goes on where it was left. Takes and gives step names only."""

from __future__ import annotations

import json

from core.operations.desk import Desk

DONE = "done"
"""The walkthrough ended; it does not come by itself again."""


def step(desk: Desk) -> str:
    """The step reached, empty where it never began."""
    return desk.machine.walkthrough_step


def settled(desk: Desk) -> bool:
    """Whether something is installed and the walkthrough is not half-way, told by a glance at the file.

    Nothing is checked here, so that the queue can be painted before the settings are read; any doubt says no.
    """
    try:
        tables = json.loads(desk.home.installations.read_bytes())
        steps = {machine.get("walkthrough_step", "") for machine in tables["machine"].values()}
        return bool(tables["installations"]) and steps <= {"", DONE} and desk.home.ledger.exists()
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        return False


def remember(desk: Desk, name: str) -> None:
    """Notes the step reached. A read-only desk notes nothing."""
    if desk.readonly or desk.machine.walkthrough_step == name:
        return
    desk.installations.save_machine(desk.machine.model_copy(update={"walkthrough_step": name}))
