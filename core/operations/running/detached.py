"""A process of ours that outlives the one that starts it: closing the terminal does not end it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from core.operations.desk import Desk


def start(
    desk: Desk, module: str, arguments: Sequence[str], log: Path, environ: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Starts `python -m module` in a session of its own; `log` takes what it says. No secret goes into its arguments.

    `environ` replaces the desk's environment.
    """
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, desk.home.file_mode)
    try:
        return subprocess.Popen(  # noqa: S603 - our own module, no shell
            [sys.executable, "-m", module, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=descriptor,
            stderr=descriptor,
            env=dict(desk.environ if environ is None else environ),
            cwd=str(desk.home.data),
            start_new_session=True,
        )
    finally:
        os.close(descriptor)
