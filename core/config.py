"""What is set for this machine (`Machine`), as it stands in `installations.json`. Never reads a secret.

Where things live is `core.home`; its `Home` is offered here too.
"""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from core.home import SYSTEM_CONFIG, SYSTEM_DATA, Home

__all__ = [
    "SYSTEM_CONFIG",
    "SYSTEM_DATA",
    "BanqupConnection",
    "Home",
    "Machine",
    "PingwinTarget",
    "Settings",
    "Timing",
]


class Settings(BaseModel):
    """Base of everything kept in `installations.json`: unknown keys are refused, so that a typo is noticed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class BanqupConnection(Settings):
    """How to reach Banqup. The production address is not public, so there is no default (banqup-api 1.1)."""

    base_url: str = ""
    client_id: str = ""
    token_path: str = "/oauth2/client_credential/gettoken"  # noqa: S105 - a path
    page_size: int = Field(default=50, ge=1, le=200)
    calls_per_minute: int = Field(default=60, ge=1)
    download_hosts: tuple[str, ...] = ("storage.googleapis.com",)
    timeout_s: float = 30.0


class PingwinTarget(Settings):
    """Where deliveries go: Pingwin over HTTP by a wire contract, or a folder tree."""

    kind: Literal["", "http", "folder"] = ""
    contract: str = "a-multipart"
    base_url: str = ""
    folder: str = ""
    folder_template: str = "{direction}/{filename}"


class Timing(Settings):
    """Every wait of the engine, in seconds. Defaults are the measured ones (engine reference, 5 to 8)."""

    poll_interval: float = Field(default=300.0, gt=0)
    sweep_interval: float = 86_400.0
    overlap: float = 3_600.0
    sweep_span: float = 8 * 86_400.0
    lease: float = 180.0
    deadline: float = 90.0
    margin: float = 20.0
    grace: float = 60.0
    backoff_base: float = 5.0
    backoff_cap: float = 3_600.0
    give_up_attempts: int = 24
    failures_to_open: int = 5
    probe_first: float = 60.0
    probe_cap: float = 900.0
    wake: float = 0.5


class Notices(Settings):
    """Telling people: whom (a command that reads JSON), of what, and how often.

    `settle_s` is how long a trouble may stand before it is told, `stuck_h` when something that waits is stuck,
    `again_h` the time between reminders. In system mode the command comes from the unit: `running.telling`.
    """

    command: tuple[str, ...] = ()
    events: tuple[Literal["needs_you", "connection", "stuck"], ...] = ("needs_you", "connection", "stuck")
    settle_s: float = Field(default=60.0, ge=0)
    stuck_h: float = Field(default=48.0, gt=0)
    again_h: float = Field(default=24.0, ge=1)
    timeout_s: float = Field(default=30.0, gt=0, le=120)


class Machine(Settings):
    """One document for the whole machine (table `machine`)."""

    schema_version: int = 1
    machine_id: str = Field(default_factory=lambda: uuid.uuid4().hex)
    demo: bool = False
    banqup: BanqupConnection = BanqupConnection()
    pingwin: PingwinTarget = PingwinTarget()
    timing: Timing = Timing()
    notices: Notices = Notices()
    workers: int = Field(default=4, ge=1, le=32)
    attachment_limit_mb: int = Field(default=20, ge=1, le=50)
    spool_folder: str = ""
    """Where e-fff files wait, when it is not the home's own: with workers on several machines, a shared directory."""
    spool_days: int = Field(default=30, ge=1)
    ledger_years: int = Field(default=10, ge=7)
    walkthrough_step: str = ""


def spool_folder(home: Home, machine: Machine) -> Path:
    """Where the e-fff files of a home wait."""
    return Path(machine.spool_folder) if machine.spool_folder else home.spool
