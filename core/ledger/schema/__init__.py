"""The ledger's schema as numbered scripts: `NNNN_<name>.sql`, applied in order, never edited once released.

Those of SQLite stand here, those of PostgreSQL in `postgres/`; a step has the same number and name in both.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal


@dataclass(frozen=True, slots=True)
class Script:
    """One step of the schema. `version` is the schema version after it."""

    version: int
    name: str
    sql: str


Migrating = Callable[[int, int], None]
"""Told how far a migration is: deliveries done, and deliveries in all. Called by the thread that opens the ledger."""


def unwatched(done: int, of: int) -> None:
    """Nobody looks at a migration."""


def scripts(store: Literal["sqlite", "postgres"] = "sqlite") -> tuple[Script, ...]:
    """All steps of a store, oldest first."""
    room = Path(__file__).parent / ("" if store == "sqlite" else store)
    found = (entry for entry in room.iterdir() if entry.name.endswith(".sql"))
    steps = (Script(int(entry.name[:4]), entry.name[:-4], entry.read_text("utf-8")) for entry in found)
    return tuple(sorted(steps, key=lambda script: script.version))
