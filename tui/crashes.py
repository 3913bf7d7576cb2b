"""Keeps the record of a defect in the console: kinds and places in code, never a value (`tui.commands.crash`)."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from tui.commands.crash import places


def keep_crash(logs: Path, error: BaseException) -> str:
    """Appends the record to `crashes.log` and returns its path; empty where it cannot be written."""
    file = logs / "crashes.log"
    try:
        logs.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "a", encoding="utf-8") as log:
            log.write("\n".join([datetime.now(UTC).isoformat(), *places(error), ""]) + "\n")
    except OSError:
        return ""
    return str(file)
