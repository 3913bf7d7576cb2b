"""From settings to a target: Pingwin by a wire contract, or a folder tree.

The targets are loaded when one is opened, so that whoever only reads the vocabulary loads no HTTP library.
"""

from __future__ import annotations

from pathlib import Path

from core.activity import Record, nobody
from core.ceiling import Ceilings, alone
from core.config import PingwinTarget
from core.errors import ConfigurationError
from core.pingwin.library import find
from core.pingwin.target import Target


def open_target(
    settings: PingwinTarget,
    user_contracts: Path | None = None,
    record: Record = nobody,
    ceilings: Ceilings = alone,
) -> Target:
    """The target that the settings name. Raises ConfigurationError where they are incomplete or wrong."""
    match settings.kind:
        case "http":
            from core.pingwin.http import HttpTarget

            return HttpTarget(find(settings.contract, user_contracts), settings.base_url, record, ceilings)
        case "folder":
            from core.pingwin.folder import FolderTarget

            if not settings.folder:
                raise ConfigurationError("pingwin_folder_not_set")
            return FolderTarget(Path(settings.folder).expanduser(), settings.folder_template, record)
        case _:
            raise ConfigurationError("pingwin_not_set")
