"""The ledger's schema as numbered scripts: `NNNN_<name>.sql`, applied in order, never edited once released."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Script:
    """One step of the schema. `version` is the schema version after it."""

    version: int
    name: str
    sql: str


def scripts() -> tuple[Script, ...]:
    """All steps, oldest first."""
    found = (entry for entry in files(__package__).iterdir() if entry.name.endswith(".sql"))
    steps = (Script(int(entry.name[:4]), entry.name[:-4], entry.read_text("utf-8")) for entry in found)
    return tuple(sorted(steps, key=lambda script: script.version))
