"""A real engine on a disk that is full, read-only or not ours; and the same for the commands beside it."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.model import State
from core.operations.desk import Desk
from core.sandbox.server import SandboxServer, running_sandbox
from tests.core.sync.homes import QUICK, activated, engine, rows, states, wait_for
from tests.tui.commandline import call, spawn
from tui.cli import root

pytestmark = pytest.mark.processes
ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk or become another user")
TIMING = QUICK.model_copy(update={"lease": 3})


@pytest.fixture
def sandbox() -> Iterator[SandboxServer]:
    with running_sandbox() as server:
        yield server


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of three megabytes; skips where none can be mounted."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", place], capture_output=True)
    if mounted.returncode != 0:
        pytest.skip("no disk can be mounted here")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", place], check=True)


def fill(disk: Path, left: int) -> Path:
    """Takes all room but `left` bytes."""
    ballast = disk / "ballast"
    room = os.statvfs(disk)
    ballast.write_bytes(b"\0" * max(0, room.f_bavail * room.f_bsize - left))
    return ballast


def ended(process: subprocess.Popen[bytes]) -> str:
    """Ends an engine as a person would; what it said."""
    process.terminate()
    _, said = process.communicate(timeout=20)
    assert process.returncode == 0, said
    return said.decode()


def all_arrive_once(desk: Desk, sandbox: SandboxServer, process: subprocess.Popen[bytes], count: int) -> None:
    """Waits for it; then nothing else may have happened."""
    wait_for(lambda: len(rows(desk)) == count and states(desk) == {State.CONFIRMED}, "all arrive", seconds=60)
    assert "Traceback" not in ended(process)
    received = sandbox.control.received()
    assert (received["received"], received["received_twice"]) == (count, 0)
    assert desk.ledger.check() == []
    assert not any(event.code == "worker_died" for event in desk.ledger.events(limit=100_000))
    assert not any('"error"' in log.read_text() for log in desk.home.logs.glob("engine.log*"))


@ROOT
def test_on_a_full_disk_everything_waits_and_goes_on_by_itself(disk: Path, sandbox: SandboxServer) -> None:
    sandbox.control.generate(6, seed=5)
    desk = activated(disk / "home", sandbox, timing=TIMING)
    process = engine(desk)
    polls = sandbox.world.requests["list"]
    wait_for(lambda: sandbox.world.requests["list"] > polls, "the engine works")
    ballast = fill(disk, 0)
    sandbox.control.approve()
    polls = sandbox.world.requests["list"]
    wait_for(lambda: sandbox.world.requests["list"] > polls, "Banqup is asked on the full disk")
    refused = spawn("--home", str(desk.home.data), "hold", sandbox.access.space)
    assert refused.returncode == 3, refused
    assert "disk is full" in refused.stderr or "No space left" in refused.stderr, refused
    assert process.poll() is None, "the engine lives on"
    ballast.unlink()
    all_arrive_once(desk, sandbox, process, 6)
    desk.close()


@ROOT
def test_where_only_the_files_find_no_room_they_wait_with_the_reason(
    disk: Path, sandbox: SandboxServer, tmp_path: Path
) -> None:
    """A delivery that waits for our disk is nobody's crash: it was parked as one after two tries."""
    sandbox.control.generate(4, seed=5)
    desk = activated(tmp_path / "home", sandbox, timing=TIMING)
    ballast = fill(disk, 0)
    desk.home.spool.symlink_to(disk)
    sandbox.control.approve()
    process = engine(desk)
    full = {"file_not_written"}
    wait_for(lambda: len(rows(desk)) == 4 and {row.reason for row in rows(desk).values()} == full, "they say why")
    told = spawn("--home", str(desk.home.data), "queue", "--json")
    assert "could not be written: No space left" in told.stdout, told
    counts = [event.code for event in desk.ledger.events(limit=100_000)].count("delivery_claimed")
    wait_for(
        lambda: [event.code for event in desk.ledger.events(limit=100_000)].count("delivery_claimed") > counts + 8,
        "each is tried several times",
    )
    assert states(desk) == {State.SEEN} and all(row.attempts == 0 for row in rows(desk).values())
    ballast.unlink()
    all_arrive_once(desk, sandbox, process, 4)
    desk.close()


@ROOT
def test_on_a_read_only_disk_the_engine_says_so_and_people_can_still_look(disk: Path, sandbox: SandboxServer) -> None:
    sandbox.control.generate(2, seed=5)
    desk = activated(disk / "home", sandbox)
    sandbox.control.approve()
    assert engine(desk, "--once").wait(60) == 0
    desk.close()
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    at = ("--home", str(desk.home.data))
    refused = spawn(*at, "run", "--once")
    assert refused.returncode in (2, 3) and "Read-only file system" in refused.stderr, refused
    assert "unexpected" not in refused.stderr and "Traceback" not in refused.stderr
    for command in (("status",), ("queue",), ("document", "1"), ("credentials", "show")):
        looked = spawn(*at, "--readonly", "--space", sandbox.access.space, *command)
        assert looked.returncode in (0, 1), (command, looked)
    for command in (("hold", sandbox.access.space), ("retry", "1", "--yes"), ("backup", str(disk / "b.zip"))):
        refused = spawn(*at, *command)
        assert refused.returncode in (2, 3), (command, refused)
        assert "unexpected" not in refused.stderr and refused.stderr.strip(), (command, refused.stderr)
    subprocess.run(["mount", "-o", "remount,rw", disk], check=True)
    assert Desk(desk.home, "an").ledger.check() == []


def as_nobody(act: Callable[[], None]) -> tuple[int, str]:
    """Runs `act` in a child that is another user; its exit code and what it said."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        code = 70
        said = io.StringIO()
        try:
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)
            with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
                act()
        except SystemExit as end:
            code = int(end.code or 0)
        except BaseException as error:
            said.write(f"{type(error).__name__}: {error}")
        os.write(writing, said.getvalue().encode())
        os._exit(code)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        text = pipe.read().decode()
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), text


COMMANDS = (
    ("status",), ("queue",), ("hold", "SPACE"), ("credentials", "show", "SPACE"), ("run", "--once"),
    ("doctor",), ("backup", "/tmp/never.zip"), ("install", "12345678", "--yes"),
)  # fmt: skip


@ROOT
@pytest.mark.parametrize("lost", ["everything", "the ledger", "the decisions", "the secrets", "writing"])
def test_without_permissions_every_command_says_so_in_a_sentence(
    sandbox: SandboxServer, tmp_path: Path, lost: str
) -> None:
    sandbox.control.generate(1, seed=5)
    desk = activated(tmp_path / "home", sandbox)
    home = desk.home
    desk.close()
    for command in COMMANDS:  # another user may not read the modules that are imported late
        call("--home", str(tmp_path / "elsewhere"), *command)
    for parent in (tmp_path, *tmp_path.parents):
        if parent != Path("/") and not os.stat(parent).st_mode & 0o001:
            parent.chmod(0o711)
    if lost != "everything":
        for path in (home.data, *home.data.rglob("*")):
            os.chown(path, 65534, 65534)
    protected = {"the ledger": [home.ledger], "the decisions": [home.installations], "the secrets": [home.credentials]}
    for path in protected.get(lost, []):
        os.chown(path, 0, 0)
    if lost == "writing":
        for path in (home.data, *home.data.rglob("*")):
            path.chmod(0o500 if path.is_dir() else 0o400)

    def run(*command: str) -> Callable[[], None]:
        words = [sandbox.access.space if word == "SPACE" else word for word in command]
        return lambda: root.main(["--home", str(home.data), *words])

    for command in COMMANDS:
        code, said = as_nobody(run(*command))
        assert code in (0, 1, 2, 3), (command, code, said)
        assert "unexpected" not in said and "Traceback" not in said and "Error:" not in said, (command, said)
        if code in (2, 3):
            assert said.strip(), command


def test_a_home_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    for command in (("status",), ("run", "--once")):
        refused = spawn("--home", str(tmp_path / "file" / "home"), *command)
        assert refused.returncode == 3 and "Not a directory" in refused.stderr, refused
        assert "unexpected" not in refused.stderr
