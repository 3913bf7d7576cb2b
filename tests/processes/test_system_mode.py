"""System mode: several people and one engine, each a real user of the machine; only the engine has the secrets."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def namespaces() -> bool:
    """Whether a mount namespace can be made here, with bind mounts in it."""
    if os.geteuid() != 0 or not all(map(shutil.which, ("unshare", "setpriv", "useradd", "mount"))):
        return False
    return subprocess.run(["unshare", "-m", "mount", "--bind", "/tmp", "/mnt"], capture_output=True).returncode == 0


@pytest.mark.processes
@pytest.mark.skipif(not namespaces(), reason="NOT TESTED: system mode needs root and mount namespaces")
def test_several_people_and_one_engine() -> None:
    with tempfile.TemporaryDirectory(prefix="banqup-pingwin-system-") as scratch:
        command = ["unshare", "-m", sys.executable, "-m", "tests.processes.system_mode", scratch]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
