"""The record of a defect: the kind of the error and the lines of code it came through.

It never holds values: neither variables nor the error's own text, either of which may carry a secret or a document.
"""

from __future__ import annotations

import os
import traceback
from datetime import UTC, datetime
from pathlib import Path


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


def keep_crash(logs: Path, error: BaseException) -> str:
    """Appends the record to `crashes.log` and returns its path; empty where it cannot be written."""
    file = logs / "crashes.log"
    try:
        logs.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "a", encoding="utf-8") as log:
            log.write("\n".join([datetime.now(UTC).isoformat(), *places(error), ""]) + "\n")
    except OSError:
        return ""
    return str(file)
