"""Where the first-run walkthrough stands, so that it goes on where it was left. Takes and gives step names only."""

from __future__ import annotations

from core.operations.desk import Desk

DONE = "done"
"""The walkthrough ended; it does not come by itself again."""


def step(desk: Desk) -> str:
    """The step reached, empty where it never began."""
    return desk.machine.walkthrough_step


def remember(desk: Desk, name: str) -> None:
    """Notes the step reached. A read-only desk notes nothing."""
    if desk.readonly or desk.machine.walkthrough_step == name:
        return
    desk.installations.save_machine(desk.machine.model_copy(update={"walkthrough_step": name}))
