"""Runs a person's own command with a notice on its standard input.

Nothing but the command's own words is in its arguments; its environment holds none of our variables but those for mail.
It may take some seconds, no more; what it says on standard error is kept, redacted, for the doctor.
"""

from __future__ import annotations

import asyncio
import os
import signal
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Mapping, Sequence
from contextlib import suppress

from core.redaction import REDACTOR

OWN = "BANQUP_PINGWIN_"
PASSED_ON = (f"{OWN}HOME", f"{OWN}SMTP_")
"""The variables of ours that a hook gets, by how they begin: where the home is, and how mail is sent."""

TO_SYSTEMD = ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID")
LAST_WORDS = 200


def environment(environ: Mapping[str, str]) -> dict[str, str]:
    """What a hook may see of ours."""
    return {
        name: value
        for name, value in environ.items()
        if (not name.startswith(OWN) or name.startswith(PASSED_ON)) and name not in TO_SYSTEMD
    }


async def run_hook(command: Sequence[str], text: str, *, environ: Mapping[str, str], timeout: float) -> str | None:
    """Runs the command. None where it went well, else why not, in a few words."""
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=PIPE,
            stdout=DEVNULL,
            stderr=PIPE,
            env=environment(environ),
            start_new_session=True,
        )
    except (OSError, ValueError) as problem:
        return (problem.strerror if isinstance(problem, OSError) else None) or type(problem).__name__
    try:
        async with asyncio.timeout(timeout):
            _, said = await process.communicate(text.encode())
    except TimeoutError:
        return f"no end after {timeout:.0f} s"
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
    if process.returncode == 0:
        return None
    words = REDACTOR.clean(" ".join(said.decode("utf-8", "replace").split()))[-LAST_WORDS:]
    return f"{process.returncode}: {''.join(c for c in words if c.isprintable())}".rstrip(": ")
