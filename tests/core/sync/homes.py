"""A home as a person would set it up, over a sandbox on loopback; and the engine as a process of its own."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from pydantic import SecretStr

from core.config import BanqupConnection, Home, PingwinTarget, Timing
from core.ledger.base import QueueQuery
from core.model import Delivery, Space, State
from core.operations.desk import Desk
from core.operations.setup import activation, connections, installing
from core.operations.setup.installing import CredentialField
from core.sandbox.server import SandboxServer

QUICK = Timing(
    poll_interval=0.5,
    lease=6,
    deadline=3,
    margin=1,
    grace=0.5,
    backoff_base=0.1,
    backoff_cap=1,
    probe_first=0.3,
    probe_cap=0.6,
    wake=0.1,
)
EVERYTHING = QueueQuery(history=True)


def installed(folder: Path, sandbox: SandboxServer, *, timing: Timing = QUICK, contract: str = "sandbox") -> Desk:
    """Connected, installed, with credentials; not active."""
    desk = Desk(Home.locate(folder), "tester")
    access = sandbox.access
    connections.set_banqup(
        desk,
        BanqupConnection(base_url=access.banqup, client_id=access.client_id, calls_per_minute=60_000),
        SecretStr(access.client_secret),
    )
    connections.set_pingwin(desk, PingwinTarget(kind="http", contract=contract, base_url=access.pingwin))
    desk.installations.change_machine(lambda machine: machine.model_copy(update={"timing": timing}))
    number = asyncio.run(installing.propose_enterprise_numbers(desk, access.space))[0].enterprise_number
    installing.install(
        desk, Space(access.space, access.space_name), enterprise_numbers=[number], own_extension_off=True
    )
    installing.set_credentials(
        desk,
        access.space,
        {
            CredentialField.API_KEY: SecretStr(access.api_key),
            CredentialField.CLID: SecretStr(access.clid),
            CredentialField.FILE_ID: SecretStr(access.file_id),
        },
    )
    return desk


def activated(folder: Path, sandbox: SandboxServer, *, timing: Timing = QUICK, contract: str = "sandbox") -> Desk:
    """The same, switched Active; its baseline is complete."""
    desk = installed(folder, sandbox, timing=timing, contract=contract)
    time.sleep(1.0)  # Banqup's clock tells whole seconds: what was approved in this one could not be told apart
    asyncio.run(activation.activate(desk, sandbox.access.space))
    return desk


def engine(desk: Desk, *arguments: str) -> subprocess.Popen[bytes]:
    """Starts the engine's process."""
    return subprocess.Popen(
        [sys.executable, "-m", "core.sync", "--home", str(desk.home.config), *arguments], stderr=subprocess.PIPE
    )


def rows(desk: Desk) -> dict[str, Delivery]:
    """Every delivery by its document."""
    return {row.source_id: row for row in desk.ledger.window(EVERYTHING, 0, 10_000)}


def states(desk: Desk) -> set[State]:
    """The states that occur."""
    return {row.state for row in rows(desk).values()}


def wait_for(true: Callable[[], object], what: str, *, seconds: float = 30.0) -> None:
    """Waits for a condition, with a deadline."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise AssertionError(f"never happened: {what}")
        time.sleep(0.02)
