"""The console over a real OpenSSH server on loopback: one login a person, several at once, a line that breaks."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from getpass import getuser
from pathlib import Path

import pytest

from core.ledger.base import QueueQuery
from core.model import State
from tests.core.operations.fakes import FakeDesk
from tests.tui.console import office
from tests.tui.pty_console import PROGRAM, Terminal, in_pty

SSHD = shutil.which("sshd") or shutil.which("sshd", path="/usr/sbin")

pytestmark = [
    pytest.mark.terminal,
    pytest.mark.skipif(
        SSHD is None or shutil.which("ssh") is None,
        reason="no OpenSSH server here: install openssh-server (.ci/run does) to test the console over SSH",
    ),
]

PEOPLE = ("an", "bart")
WHO = PROGRAM.replace('"an"', "who(os.environ)").replace(
    "import sys\n", "import os, sys\nfrom core.operations.desk import who\n"
)


@dataclass
class Server:
    """A running sshd and how each person reaches it."""

    port: int
    keys: dict[str, Path]
    command: str

    def login(self, person: str) -> tuple[str, ...]:
        """The ssh client's command line of a person."""
        options = ("StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "IdentitiesOnly=yes", "LogLevel=ERROR")
        given = [part for option in options for part in ("-o", option)]
        reached = ("-p", str(self.port), "-i", str(self.keys[person]), f"{getuser()}@127.0.0.1")
        return ("ssh", "-tt", "-F", "none", *given, *reached, self.command)


@pytest.fixture
def desk(tmp_path: Path) -> FakeDesk:
    return office(tmp_path)


@pytest.fixture
def server(tmp_path: Path, desk: FakeDesk) -> Iterator[Server]:
    """An sshd of our own: host key, one key a person, and the person's name with each key (README, people)."""
    folder = tmp_path / "ssh"
    folder.mkdir(mode=0o700)
    keys = {person: folder / person for person in PEOPLE}
    for file in (folder / "host", *keys.values()):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(file)], check=True)
    names = [f'environment="BANQUP_PINGWIN_ACTOR={person}"' for person in PEOPLE]
    public = [keys[person].with_suffix(".pub").read_text() for person in PEOPLE]
    (folder / "authorized_keys").write_text("".join(f"{name} {key}" for name, key in zip(names, public, strict=True)))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    lines = (
        f"Port {port}", "ListenAddress 127.0.0.1", f"HostKey {folder / 'host'}", "UsePAM no", "StrictModes no",
        f"AuthorizedKeysFile {folder / 'authorized_keys'}", "PasswordAuthentication no",
        "KbdInteractiveAuthentication no", "PermitRootLogin prohibit-password", "PermitUserEnvironment yes",
        "PidFile none",
    )  # fmt: skip
    (folder / "sshd_config").write_text("\n".join(lines) + "\n")
    program = folder / "console.py"
    program.write_text(WHO)
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)  # where Debian's sshd leaves its rights behind
    log = (folder / "log").open("w")
    daemon = subprocess.Popen([str(SSHD), "-D", "-e", "-f", str(folder / "sshd_config")], stderr=log)
    try:
        wait_for(lambda: reachable(port) or daemon.poll() is not None, "sshd")
        assert daemon.poll() is None, (folder / "log").read_text()
        here = Path(__file__).parents[2]
        command = f"cd {here} && TERM=xterm-256color TZ=UTC {sys.executable} {program} {desk.home.data}"
        yield Server(port, keys, command.replace("cd ", f"export PYTHONPATH={here}; cd ", 1))
    finally:
        daemon.terminate()
        daemon.wait(10)
        log.close()


def reachable(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def wait_for(condition: object, what: str, deadline: float = 30.0) -> None:
    end = time.monotonic() + deadline
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < end, what
        time.sleep(0.05)


def shown(terminal: Terminal) -> None:
    terminal.until(
        lambda: "Needs you (" in terminal.text and "reading" not in terminal.screen.display[0], "the queue", 60
    )


def discard(terminal: Terminal, keys: str) -> None:
    """Says yes to not sending the delivery under the cursor."""
    os.write(terminal.master, keys.encode())
    terminal.until(lambda: "n, enter, esc" in terminal.text, "the question", 60)
    os.write(terminal.master, b"y")


def consoles(desk: FakeDesk) -> list[int]:
    """The processes that look at this home."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            words = (folder / "cmdline").read_bytes().split(b"\0")
            if str(desk.home.data).encode() in words and b"console.py" in words[1]:
                found.append(int(folder.name))
    return found


def test_two_people_at_once_each_decide_under_their_own_name(server: Server, desk: FakeDesk) -> None:
    with in_pty(*server.login("an")) as an, in_pty(*server.login("bart")) as bart:
        shown(an)
        shown(bart)
        row = desk.ledger.window(QueueQuery(), 0, 1)[0]
        discard(an, "D")
        bart.until(lambda: "Needs you (3)" in bart.text, "what An decided, on Bart's screen", 60)
        other = desk.ledger.window(QueueQuery(), 0, 1)[0]
        discard(bart, "gD")
        an.until(lambda: "Needs you (2)" in an.text, "what Bart decided, on An's screen", 60)
        deciders = {
            event.delivery: event.actor
            for event in desk.ledger.events()
            if event.kind == "decided" or event.actor in PEOPLE
        }
        moved = [each for each in (row, other) if desk.ledger.delivery(each.id).state is State.DISCARDED]  # type: ignore[union-attr]
        assert len(moved) == 2 and set(PEOPLE) <= set(deciders.values())


def test_a_line_that_breaks_ends_the_console_and_nothing_else(server: Server, desk: FakeDesk) -> None:
    before = [(row.id, row.state) for row in desk.ledger.window(QueueQuery(), 0, 50)]
    with in_pty(*server.login("an")) as an:
        shown(an)
        assert len(consoles(desk)) == 1
        os.write(an.master, b"D")
        an.until(lambda: "Do not send" in an.text, "the question")
        os.kill(an.pid, signal.SIGKILL)
        wait_for(lambda: not consoles(desk), "the console to end with its line")
    assert [(row.id, row.state) for row in desk.ledger.window(QueueQuery(), 0, 50)] == before
    assert desk.store.check() == []
