"""Trying the product without an account: a sandbox in a process of its own, both connections set to it.

The sandbox lives in `sandbox/` beside the ledger, on loopback, and outlives the console as the engine does. A home that
is connected to the real services is refused (decision 24).
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pydantic import SecretStr

from core.config import BanqupConnection, PingwinTarget
from core.errors import UsageError
from core.operations.desk import Desk
from core.operations.running import detached
from core.operations.running.engines import engine
from core.operations.running.engines import stop as stop_engine
from core.operations.setup import connections
from core.operations.setup.installing import CredentialField

if TYPE_CHECKING:
    from core.sandbox.control_client import Access

ACCESS_FILE = "sandbox.json"
"""What a running sandbox writes into its folder; its client is imported only where a trial needs it."""

START_SECONDS = 20.0
LOOK = 0.05
POLL_SECONDS = 2.0
"""A person who tries it out does not wait five minutes for a poll."""

DOCUMENTS = 24
HISTORY = 6
"""Documents that are approved before anything is installed: what stays history."""

CONTRACT = "sandbox"


def place(desk: Desk) -> Path:
    """The sandbox's own folder."""
    return desk.home.data / "sandbox"


def is_trial(desk: Desk) -> bool:
    """Whether this home is connected to the sandbox."""
    return desk.machine.demo


async def start(desk: Desk) -> Access:
    """Starts the sandbox (or finds it running), connects this home to it, and approves what will be history.

    Raises UsageError where the home belongs to the real services, or the sandbox does not start.
    """
    desk.must_write()
    machine = desk.machine
    if not machine.demo and (machine.banqup.base_url or machine.pingwin.kind or desk.installations.all()):
        raise UsageError("trial_real_home", where=str(desk.home.config))
    fresh = not place(desk).exists()
    access = await _running(desk)
    timing = machine.timing.model_copy(update={"poll_interval": POLL_SECONDS})
    desk.installations.save_machine(machine.model_copy(update={"demo": True, "timing": timing}))
    connection = BanqupConnection(base_url=access.banqup, client_id=access.client_id, calls_per_minute=600)
    connections.set_banqup(desk, connection, SecretStr(access.client_secret))
    connections.set_pingwin(desk, PingwinTarget(kind="http", contract=CONTRACT, base_url=access.pingwin))
    if fresh:
        await asyncio.to_thread(_approve, desk, HISTORY)
    return access


async def resume(desk: Desk) -> None:
    """Starts the sandbox of a trial home again where it does not run (after a restart of the machine)."""
    if not is_trial(desk) or desk.readonly or not place(desk).is_dir():
        return
    if not await asyncio.to_thread(_listening, desk.machine.banqup.base_url):
        await _running(desk)


def values(desk: Desk) -> dict[CredentialField, SecretStr]:
    """The made-up credentials that only this sandbox accepts. Raises UsageError where it does not run."""
    from core.sandbox.control_client import Access

    access = Access.read(place(desk))
    return {
        CredentialField.API_KEY: SecretStr(access.api_key),
        CredentialField.CLID: SecretStr(access.clid),
        CredentialField.FILE_ID: SecretStr(access.file_id),
    }


async def approve(desk: Desk, count: int = 3) -> int:
    """Approves purchases and sends sales in the sandbox, as somebody in Banqup would. Returns how many moved."""
    desk.must_write()
    return await asyncio.to_thread(_approve, desk, count)


def stop(desk: Desk) -> bool:
    """Ends the sandbox; False where none runs. The next console of this home starts it again, as it was."""
    access = _answering(desk)
    if access is None:
        return False
    with suppress(ProcessLookupError):
        os.kill(access.pid, signal.SIGTERM)
    return True


def end(desk: Desk) -> bool:
    """Ends what a trial leaves running: the engine, then the sandbox. False where nothing ran."""
    desk.must_write()
    running = engine(desk).running
    if running:
        stop_engine(desk)
    return stop(desk) or running


def _approve(desk: Desk, count: int) -> int:
    from core.sandbox.control_client import find

    with find(place(desk)) as control:
        return len(control.approve(count=count))


async def _running(desk: Desk) -> Access:
    """The sandbox that runs in this home, or a new one on the port it had before."""
    found = _answering(desk)
    if found is not None:
        return found
    place(desk).mkdir(mode=0o700, parents=True, exist_ok=True)
    (place(desk) / ACCESS_FILE).unlink(missing_ok=True)
    child = _spawn(desk)
    for _ in range(int(START_SECONDS / LOOK)):
        if child.poll() is not None:
            break
        found = await asyncio.to_thread(_answering, desk)
        if found is not None:
            return found
        await asyncio.sleep(LOOK)
    with suppress(ProcessLookupError):
        child.kill()
    raise UsageError("trial_no_start", log=str(desk.home.logs / "sandbox.out"))


def _answering(desk: Desk) -> Access | None:
    """How to reach the sandbox, where one answers."""
    from core.sandbox.control_client import Access, find

    try:
        access = Access.read(place(desk))
        with find(place(desk)) as control:
            control.state()
    except UsageError:
        return None
    return access


def _listening(address: str) -> bool:
    """Whether anything answers at the address this home is connected to: a demo runs its sandbox itself."""
    parts = urlsplit(address)
    try:
        with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=1.0):
            return True
    except OSError:
        return False


def _spawn(desk: Desk) -> subprocess.Popen[bytes]:
    desk.home.create()
    arguments = ["--home", str(place(desk)), "--port", str(_port(desk)), "--documents", str(DOCUMENTS)]
    return detached.start(desk, "core.sandbox", arguments, desk.home.logs / "sandbox.out")


def _port(desk: Desk) -> int:
    """The port this home is connected to, so that a restarted sandbox is found where it was; 0 for a new one."""
    machine = desk.machine
    return (urlsplit(machine.banqup.base_url).port or 0) if machine.demo else 0
