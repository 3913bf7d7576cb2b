"""Where things live and what is set for this machine: directories (`Home`) and settings (`Machine`).

Takes the environment and `--home`; gives paths with the modes they must have. Never reads a secret.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import platformdirs
from pydantic import BaseModel, ConfigDict, Field

from core.errors import StoreError

APP = "banqup-pingwin"
SYSTEM_CONFIG = Path("/etc/banqup-pingwin")
SYSTEM_DATA = Path("/var/lib/banqup-pingwin")


@dataclass(frozen=True, slots=True)
class Home:
    """The directories of one engine. System mode is looked for first, then the user's own (decision 21)."""

    config: Path
    data: Path
    mode: Literal["system", "user", "single"]

    @classmethod
    def locate(cls, explicit: Path | None = None, environ: Mapping[str, str] = os.environ) -> Home:
        """`explicit` (or BANQUP_PINGWIN_HOME) puts everything under one directory."""
        chosen = explicit or (Path(named) if (named := environ.get("BANQUP_PINGWIN_HOME")) else None)
        if chosen is not None:
            single = chosen.expanduser().absolute()
            return cls(single, single, "single")
        if SYSTEM_CONFIG.is_dir():
            return cls(SYSTEM_CONFIG, SYSTEM_DATA, "system")
        return cls(
            platformdirs.user_config_path(APP, appauthor=False),
            platformdirs.user_data_path(APP, appauthor=False),
            "user",
        )

    @property
    def file_mode(self) -> int:
        """Permission bits of every file we write, except `credentials`, which is always private."""
        return 0o660 if self.mode == "system" else 0o600

    @property
    def directory_mode(self) -> int:
        """Permission bits of every directory we make."""
        return 0o2770 if self.mode == "system" else 0o700

    @property
    def installations(self) -> Path:
        """What people decided (TinyDB)."""
        return self.config / "installations.json"

    @property
    def credentials(self) -> Path:
        """The private file of secrets, the last place they are looked for."""
        return self.config / "credentials.toml"

    @property
    def contracts(self) -> Path:
        """Wire contracts of the user's own, looked in before those that ship with the product."""
        return self.config / "contracts"

    @property
    def ledger(self) -> Path:
        """What happened (SQLite)."""
        return self.data / "ledger.db"

    @property
    def spool(self) -> Path:
        """The e-fff files, by content."""
        return self.data / "spool"

    @property
    def engine_lock(self) -> Path:
        """Held by the running engine for its life; its text names host, pid and start."""
        return self.data / "engine.lock"

    @property
    def logs(self) -> Path:
        """Redacted logs."""
        return self.data / "logs"

    def create(self) -> None:
        """Makes the directories with their modes. Raises StoreError where they cannot be made."""
        for directory in (self.config, self.data, self.logs):
            try:
                if not directory.is_dir():
                    directory.mkdir(parents=True, exist_ok=True)
                    directory.chmod(self.directory_mode)
            except OSError as error:
                why = error.strerror or type(error).__name__
                raise StoreError("folder_not_made", where=str(directory), why=why) from error


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
    `again_h` the time between reminders. In system mode the command comes from the unit: `core.operations.telling`.
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
    spool_days: int = Field(default=30, ge=1)
    ledger_years: int = Field(default=10, ge=7)
    walkthrough_step: str = ""
