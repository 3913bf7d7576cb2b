"""Where things live: the directories of one engine, with the modes they must have.

Takes the environment and `--home`; gives paths. Reads no setting, so that a screen can be painted from the ledger
before the settings are read and checked.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from core.errors import StoreError
from core.files import refuse_wider

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
        import platformdirs  # late: only this mode asks it

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
        """Makes the directories with their modes.

        Raises StoreError where one cannot be made, ConfigurationError where one was there that others may look into:
        it is not ours to narrow what somebody named with `--home`.
        """
        for directory in (self.config, self.data, self.logs):
            try:
                if not directory.is_dir():
                    # never wider, also where the next step is refused; the umask may have taken from it
                    directory.mkdir(self.directory_mode, parents=True, exist_ok=True)
                    directory.chmod(self.directory_mode)
            except OSError as error:
                why = error.strerror or type(error).__name__
                raise StoreError("folder_not_made", where=str(directory), why=why) from error
            refuse_wider(directory, self.directory_mode)
