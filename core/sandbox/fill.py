"""A world with documents in it: made-up ones or those of a folder, for the `sandbox` command, the demo and tests."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from core.sandbox.faults import BAD_WEATHER, FaultPlan
from core.sandbox.folder import from_folder
from core.sandbox.generator import generate, settle
from core.sandbox.world import World

DOCUMENTS = 24


def open_world(
    home: Path | None = None,
    *,
    documents: int = DOCUMENTS,
    seed: int = 0,
    folder: Path | None = None,
    today: date | None = None,
    faults: bool = False,
) -> World:
    """The world of a home as it was left, or a new one with `documents` made-up documents or those of `folder`.

    None of the documents is approved or sent yet. `faults` brings bad weather (`core.sandbox.faults.BAD_WEATHER`).
    """
    world = World(home, seed=seed)
    if not world.documents():
        made = (
            from_folder(folder) if folder else generate(documents, seed=seed, today=today or datetime.now(UTC).date())
        )
        settle(world, made.dossier)
        world.add(made.drafts)
    if faults:
        world.faults = FaultPlan(seed, BAD_WEATHER)
    return world
