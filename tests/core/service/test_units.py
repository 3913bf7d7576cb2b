"""The unit that ships holds on a real systemd: it verifies, and its sandbox is a tight one."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from core.errors import UsageError
from core.operations.running import service
from core.service.units import Unit, quoted, text
from tests.core.operations.fakes import FakeDesk, make_desk
from tests.tui.commandline import call

ANALYZE = shutil.which("systemd-analyze")
needs_systemd = pytest.mark.skipif(ANALYZE is None, reason="no systemd-analyze here: the units were not judged")
MOST_EXPOSED = 1.5
"""systemd's own scale from 0 (nothing to attack) to 10; above 2 it no longer says OK."""


@pytest.fixture
def unit_file(tmp_path: Path) -> Path:
    """The unit of the machine with a program that is there and an account that is."""
    file = tmp_path / "banqup-pingwin.service"
    written = text(Unit("system", ("/usr/bin/true",), {"A": "b c"}, ("banqup_secret",), (Path("/srv/Ping win"),)))
    account = re.compile(r"^(User|Group)=.*$", re.MULTILINE)
    file.write_text(account.sub(lambda found: f"{found[1]}=daemon", written))
    return file


@needs_systemd
def test_the_unit_of_the_machine_verifies(unit_file: Path) -> None:
    done = subprocess.run([str(ANALYZE), "verify", str(unit_file)], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@needs_systemd
def test_the_unit_of_a_person_verifies(tmp_path: Path) -> None:
    file = tmp_path / "banqup-pingwin.service"
    file.write_text(text(Unit("user", ("/usr/bin/true", "--home", "/srv/my books"))))
    environ = {**os.environ, "XDG_RUNTIME_DIR": str(tmp_path), "HOME": str(tmp_path)}
    done = subprocess.run([str(ANALYZE), "verify", "--user", str(file)], capture_output=True, text=True, env=environ)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@needs_systemd
def test_the_sandbox_is_a_tight_one(unit_file: Path) -> None:
    threshold = str(round(MOST_EXPOSED * 10))
    command = [str(ANALYZE), "security", "--offline=yes", f"--threshold={threshold}", str(unit_file)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-200:]


def test_what_comes_from_outside_is_one_word_of_the_unit() -> None:
    assert quoted("/opt/a") == "/opt/a"
    assert quoted('a "b" 100% $HOME') == '"a \\"b\\" 100%% $$HOME"'
    with pytest.raises(ValueError):
        quoted("a\nExecStartPre=/bin/evil")


def test_every_secret_that_root_has_put_there_is_loaded() -> None:
    written = text(Unit("system", ("/usr/bin/true",), credentials=("clid", "api_key_1")))
    loads = [line for line in written.splitlines() if line.startswith("LoadCredential=")]
    assert loads == [
        "LoadCredential=api_key_1:/etc/credstore/banqup-pingwin/api_key_1",
        "LoadCredential=clid:/etc/credstore/banqup-pingwin/clid",
    ]
    assert "{" not in written


def test_no_unit_starts_a_program_that_its_sandbox_hides(desk: FakeDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["/home/an/.local/bin/banqup-pingwin"])
    monkeypatch.setattr(os, "access", lambda *_: True)
    with pytest.raises(UsageError) as raised:
        service.unit_text(desk, user=False)
    assert raised.value.code == "service_program_hidden"
    assert "ExecStart=/home/an/.local/bin/banqup-pingwin --home" in service.unit_text(desk, user=True)


def test_a_service_of_the_machine_has_no_home_of_its_own(desk: FakeDesk) -> None:
    with pytest.raises(UsageError) as raised:
        service.install(desk, user=False)
    assert raised.value.code == "service_own_home"


def test_a_persons_service_says_whether_it_survives_logging_out(tmp_path: Path) -> None:
    place = tmp_path / "config" / "systemd" / "user" / "banqup-pingwin.service"
    at = ("--home", str(tmp_path / "home"), "service")
    planned = call(*at, "install", "--user", "--dry-run")
    assert planned.exit_code == 0 and str(place) in planned.output and not place.exists()
    done = call(*at, "install", "--user", "--yes")
    assert done.exit_code == 0 and place.exists()
    assert "loginctl enable-linger" in done.output or "goes on when you log out" in done.output
    assert f"--home {tmp_path / 'home'} run" in place.read_text()
    assert call(*at, "remove", "--user", "--yes").exit_code == 0 and not place.exists()
    assert call(*at, "remove", "--user", "--yes").exit_code == 2


@pytest.fixture
def desk(tmp_path: Path) -> FakeDesk:
    return make_desk(tmp_path)
