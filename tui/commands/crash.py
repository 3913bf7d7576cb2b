"""What happens when a command meets an error that nobody expected: its place is recorded, one sentence is said.

The record holds the kind of the error and the lines of code it came through. It never holds values: neither variables
nor the error's own text, either of which may carry a secret or a document.
"""

from __future__ import annotations

import os
import traceback
from datetime import UTC, datetime
from pathlib import Path

from core.errors import ProductError
from tui.commands.frame import INTERRUPTED
from tui.commands.output import diagnose


def places(error: BaseException) -> list[str]:
    """The error and its causes as kinds and places in code, without any value."""
    lines: list[str] = []
    shown: BaseException | None = error
    while shown is not None:
        lines.append(type(shown).__qualname__)
        frames = traceback.extract_tb(shown.__traceback__)
        lines.extend(f"  {Path(frame.filename).name}:{frame.lineno} in {frame.name}" for frame in frames)
        shown = shown.__cause__ or shown.__context__
    return lines


def keep_crash(error: BaseException, home: Path | None) -> int:
    """Records an unexpected error in the home's logs and says where; returns the exit code."""
    kind = type(error).__qualname__
    try:
        file = _log_file(home)
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "a", encoding="utf-8") as log:
            log.write("\n".join([datetime.now(UTC).isoformat(), *places(error), ""]) + "\n")
    except (OSError, ProductError):
        diagnose("unexpected_unrecorded", {"kind": kind})
    else:
        diagnose("unexpected", {"kind": kind, "file": str(file)})
    return INTERRUPTED


def _log_file(chosen: Path | None) -> Path:
    from core.config import Home

    home = Home.locate(chosen)
    home.create()
    return home.logs / "crashes.log"
