"""What happens when a command meets an error that nobody expected: its place is recorded, one sentence is said.

What a record holds: `tui.crashes`.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from core.errors import ProductError
from tui.commands.frame import INTERRUPTED
from tui.commands.output import diagnose
from tui.crashes import places


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
    from core.home import Home

    home = Home.locate(chosen)
    home.create()
    return home.logs / "crashes.log"
