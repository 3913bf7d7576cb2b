"""How a file that was saved here comes to the person's own computer: a ready line for `scp`. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path

SSH_PORT = "22"


def scp_line(file: Path, environ: Mapping[str, str], user: str) -> str:
    """The command to type on the computer one sits at; empty where this is no SSH session.

    `SSH_CONNECTION` holds client address and port, then the address and port of this server as the client reached it.
    """
    parts = environ.get("SSH_CONNECTION", "").split()
    if len(parts) != 4:
        return ""
    address, port = parts[2], parts[3]
    host = f"[{address}]" if ":" in address else address
    option = "" if port == SSH_PORT else f"-P {port} "
    return f"scp {option}{shlex.quote(f'{user}@{host}:{file}')} ."
