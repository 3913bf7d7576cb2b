"""Secrets with unmistakable values go through the whole product; then everything it produced is searched for them.

Commands and their errors, the engine, the console in a terminal, a crash, logs, ledger, spool, backup, bundle, exports,
the list of processes and the approved screenshots. Only `credentials.toml` may hold them.
"""

from __future__ import annotations

import base64
import os
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest

from core.sandbox.generator import generate, settle
from core.sandbox.server import running_sandbox
from core.sandbox.world import World
from tests.core.operations.fakes import SENTINEL
from tests.tui.commandline import COMMAND, call
from tests.tui.pty_console import console_in_pty
from tests.tui.test_terminal import CRASHING

pytestmark = pytest.mark.processes
ROOT = Path(__file__).parents[2]

API_KEY = "Zq7-sentinel/key+4f1c=9b"
CLID = "sentinel-clid-77e0-5d2a1"
APP_SECRET = "sentinel&app?secret-c3b8"
SECRETS = (API_KEY, CLID, APP_SECRET)


def forms(secret: str) -> set[bytes]:
    """The value and what it looks like on the way."""
    raw = secret.encode()
    aligned = [base64.b64encode(b"\0" * shift + raw)[4:-4] for shift in range(3)]
    return {raw, quote(secret, safe="").encode(), quote_plus(secret).encode(), raw.hex().encode(), *aligned}


FORMS = frozenset(form for secret in SECRETS for form in forms(secret))


def leaks(what: bytes) -> list[bytes]:
    return [form for form in FORMS if form in what]


def processes() -> bytes:
    """What `ps` shows of everything that runs."""
    shown = b""
    for commandline in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            shown += commandline.read_bytes()
        except OSError:
            continue
    return shown


class Run:
    """One run of the product; `said` is everything that anybody could see of it."""

    def __init__(self, home: Path) -> None:
        self.home, self.said = home, bytearray()

    def call(self, *arguments: str, input: str | None = None) -> None:
        done = call("--home", str(self.home), *arguments, input=input)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        self.said += done.output.encode() + done.stderr.encode()

    def engine(self) -> None:
        """One round, and the list of processes meanwhile."""
        process = subprocess.Popen(
            [str(COMMAND), "--home", str(self.home), "run", "--once"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        while process.poll() is None:
            self.said += processes()
            try:
                process.wait(0.3)
            except subprocess.TimeoutExpired:
                continue
        assert process.stdout is not None
        self.said += process.stdout.read()

    def walk(self, keys: list[str]) -> None:
        """The console in a terminal: every byte of it."""
        with console_in_pty(self.home) as terminal:
            terminal.until(lambda: "Quit" in terminal.text, "the queue")
            for each in keys:
                terminal.press(each, quiet=0.1)
            self.said += terminal.raw

    def crash(self) -> None:
        """The console breaks, with the secrets at hand."""
        with console_in_pty(self.home, program=CRASHING) as terminal:
            terminal.until(lambda: "Quit" in terminal.text, "the queue")
            os.write(terminal.master, b"?")
            assert terminal.wait() == 1
            self.said += terminal.raw


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """Set up, used, refused, out of reach, broken; with every output kept."""
    place = tmp_path_factory.mktemp("secrets")
    before = os.umask(0)  # nothing may rely on it
    try:
        yield from _ran(place)
    finally:
        os.umask(before)


def _ran(place: Path) -> Iterator[Run]:
    run = Run(place / "home")
    world = World()
    world.client_secret = APP_SECRET
    made = generate(8, seed=5)
    settle(world, made.dossier)
    world.keep_dossier(replace(world.dossier, api_key=API_KEY, clid=CLID))
    world.add(made.drafts)
    with running_sandbox(world) as sandbox:
        access = sandbox.access
        assert (access.api_key, access.clid, access.client_secret) == SECRETS
        space, three = access.space, f"api_key={API_KEY}\nclid={CLID}\nfile_id={access.file_id}\n"
        banqup = f"base_url={access.banqup}\nclient_id={access.client_id}\nsecret={APP_SECRET}\n"
        run.call("connect", "banqup", "set", "--stdin", input=banqup)
        run.call("connect", "pingwin", "set", "--contract", "sandbox", "--url", access.pingwin)
        run.call("install", space, "--yes", "--own-extension-off")
        run.call("credentials", "set", space, "--stdin", input=three)
        run.call("activate", space, "--yes")
        sandbox.control.approve(count=3)
        run.engine()
        use(run, space, place)
        run.walk(["\r", "\x1b", "m", "\x1b", "?", "\x1b", "4", "\r", "\x1b"])
        run.crash()
        sandbox.control.dossier(api_key="another")  # refused: the answers repeat what was sent
        sandbox.control.approve(count=2)
        run.engine()
        use(run, space, place)
    use(run, space, place)  # and nobody is there any more
    run.engine()
    yield run


def use(run: Run, space: str, place: Path) -> None:
    """Every command that could tell something."""
    for more in ([], ["--json"]):
        for command in (
            ["status"], ["queue"], ["doctor"], ["activity"], ["spaces"], ["document", "1"], ["find", "INV"],
            ["connect", "banqup", "show"], ["connect", "banqup", "test"], ["connect", "pingwin", "show"],
            ["connect", "pingwin", "test"], ["credentials", "show", space], ["credentials", "test", space],
            ["reconcile", space, "--from", "2020-01-01", "--to", "2030-01-01"],
        ):  # fmt: skip
            run.call(*command, *more)
    run.call("document", "1", "--request")
    run.call("bundle", space, "--out", str(place / "bundle.zip"), "--force")
    run.call("backup", str(place / "backup.zip"), "--force")
    run.call("backup", str(run.home / "backup.zip"), "--force")
    run.call("installations", "export", str(place / "all.json"), "--force")
    run.call("installations", "export", str(place / "all.csv"), "--force")


def test_the_secrets_were_really_used(ran: Run) -> None:
    stored = (ran.home / "credentials.toml").read_text()
    assert all(secret in stored for secret in SECRETS)
    assert b"RuntimeError" in ran.said, "the crash happened"
    assert (ran.home / "logs" / "crashes.log").exists()
    assert {"bundle.zip", "backup.zip", "all.csv", "all.json"} <= {path.name for path in ran.home.parent.iterdir()}


def test_nothing_that_anybody_sees_shows_a_secret(ran: Run) -> None:
    assert len(ran.said) > 50_000
    assert not leaks(bytes(ran.said))


def test_no_file_but_the_private_one_holds_a_secret(ran: Run) -> None:
    looked_at = 0
    for path in ran.home.parent.rglob("*"):
        if not path.is_file() or path.name == "credentials.toml":
            continue
        looked_at += 1
        assert not leaks(path.read_bytes()), path
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                for name in archive.namelist():
                    assert not leaks(archive.read(name)), f"{path.name}/{name}"
    assert looked_at >= 8
    assert (ran.home / "credentials.toml").stat().st_mode & 0o777 == 0o600


def test_everything_that_was_written_is_its_owners_alone(ran: Run) -> None:
    """Whatever the umask: the home with all below it, and the files that were asked for."""
    looked_at = [ran.home, *ran.home.rglob("*"), *ran.home.parent.glob("*.*")]
    wrong = {
        str(path.relative_to(ran.home.parent)): oct(path.stat().st_mode & 0o777)
        for path in looked_at
        if path.stat().st_mode & 0o777 != (0o700 if path.is_dir() else 0o600)
    }
    assert not wrong and len(looked_at) > 20


def test_no_approved_picture_shows_a_secret_of_the_tests() -> None:
    pictures = list((ROOT / "screenshots").glob("*.svg"))
    assert pictures and not [path for path in pictures if SENTINEL in path.read_text("utf-8")]
