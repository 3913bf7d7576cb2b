"""How the tests call the command line: in this process for logic, as the real command for what a process shows."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from tui.cli import root

COMMAND = Path(sys.executable).with_name("banqup-pingwin")


def call(*arguments: str, input: str | None = None, env: dict[str, str] | None = None) -> Result:
    """The command line in this process, with standard output and error apart."""
    return CliRunner(env=env).invoke(root, list(arguments), input=input)


def spawn(*arguments: str, **settings: Any) -> subprocess.CompletedProcess[str]:
    """The real command, without a terminal."""
    environment = {**os.environ, **settings.pop("env", {})}
    return subprocess.run(
        [str(COMMAND), *arguments], capture_output=True, text=True, timeout=60, env=environment, **settings
    )
