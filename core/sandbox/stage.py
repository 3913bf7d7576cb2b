"""The stage of a demo: a home of its own, the sandbox in a process beside us, and everything set up in it.

Takes the same steps as a person would, through `core.operations`. Whatever was started is ended by `close`, and by the
sandbox process itself where this process dies without a word.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from pydantic import SecretStr

from core.config import BanqupConnection, Home, PingwinTarget, Timing
from core.errors import UsageError
from core.installations import Installation
from core.model import Arguments, Space
from core.operations.desk import Desk
from core.operations.running import engines
from core.operations.setup import activation, connections, installing
from core.sandbox.__main__ import end_engine
from core.sandbox.control_client import ACCESS_FILE, Access, SandboxControl
from core.wording import messages

CONTRACT = "sandbox"
START_SECONDS = 30.0
STOP_SECONDS = 10.0

TIMING = Timing(
    poll_interval=1.0,
    overlap=30.0,
    lease=30.0,
    deadline=15.0,
    margin=5.0,
    grace=1.0,
    backoff_base=0.3,
    backoff_cap=3.0,
    probe_first=0.5,
    probe_cap=3.0,
    wake=0.1,
)
"""A demo's waits: as in real life, only shorter."""


@dataclass(frozen=True, slots=True)
class DemoEvent:
    """One step of the demo, to be worded by `core.wording`."""

    code: str
    arguments: Arguments


Progress = Callable[[DemoEvent], None]


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """What to show. `documents` made-up ones are approved after activation, or all of `folder`.

    `home` None makes a temporary one that goes when the demo ends. `history` documents are approved before activation
    (none of a folder). `pace` seconds lie between two goes of approving. `deadline` in seconds, 0 for one that fits
    the number of documents.
    """

    documents: int = 12
    folder: Path | None = None
    seed: int = 0
    faults: bool = False
    home: Path | None = None
    history: int = 4
    pace: float = 0.4
    deadline: float = 0.0

    @property
    def early(self) -> int:
        """How many documents are approved before activation."""
        return 0 if self.folder else self.history


class DemoStepError(UsageError):
    """A test of the set-up failed; carries the code and arguments of what the test found."""

    def __init__(self, code: str, arguments: Arguments) -> None:
        super().__init__(code)
        self.arguments = arguments


class Stage:
    """A demo's home with the sandbox running beside it. Steps in order: connect, install, activate, start_engine."""

    def __init__(self, options: DemoOptions, progress: Progress) -> None:
        self.options = options
        self._progress = progress
        self._temporary = options.home is None
        path = options.home or Path(tempfile.mkdtemp(prefix="banqup-pingwin-demo-"))
        self.home = Home.locate(path.absolute())
        self.desk = Desk(self.home, actor="demo", environ=_environment())
        self._process: subprocess.Popen[bytes] | None = None
        self._control: SandboxControl | None = None

    def __enter__(self) -> Stage:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def say(self, code: str, **arguments: str | int | float | None) -> None:
        """Tells the front end what was done."""
        self._progress(DemoEvent(code, arguments))

    # -- steps -------------------------------------------------------------------------------------------------------

    def open(self) -> Access:
        """Makes the home and starts the sandbox. Raises UsageError for a home that holds real installations."""
        self._claim_home()
        self._spawn()
        access = self._wait_for_access()
        self._control = SandboxControl(access.address, access.control_token)
        self.access = access
        self.say("demo_sandbox", banqup=access.banqup, pingwin=access.pingwin)
        return access

    @property
    def control(self) -> SandboxControl:
        """Steers the sandbox."""
        assert self._control is not None, "the stage is open"
        return self._control

    def connect(self) -> None:
        """Sets and tests the two connections."""
        self.desk.installations.change_machine(
            lambda machine: machine.model_copy(update={"demo": True, "timing": TIMING})
        )
        banqup = BanqupConnection(
            base_url=self.access.banqup, client_id=self.access.client_id, calls_per_minute=6000, timeout_s=10.0
        )
        connections.set_banqup(self.desk, banqup, SecretStr(self.access.client_secret))
        connections.set_pingwin(self.desk, PingwinTarget(kind="http", contract=CONTRACT, base_url=self.access.pingwin))
        self._prove(asyncio.run(connections.try_banqup(self.desk)))
        self._prove(asyncio.run(connections.try_pingwin(self.desk)))
        self.say("demo_connected")

    def install(self) -> Installation:
        """Installs the extension in the sandbox's space and enters and tests its three credentials."""
        access = self.access
        installation = installing.install(
            self.desk,
            Space(access.space, access.space_name),
            enterprise_numbers=(access.enterprise_number,),
            own_extension_off=True,
        )
        values = {
            installing.CredentialField.API_KEY: SecretStr(access.api_key),
            installing.CredentialField.CLID: SecretStr(access.clid),
            installing.CredentialField.FILE_ID: SecretStr(access.file_id),
        }
        installing.set_credentials(self.desk, access.space, values)
        self._prove(asyncio.run(installing.try_credentials(self.desk, access.space)))
        self.say("demo_installed", name=installation.name, number=access.enterprise_number, file_id=access.file_id)
        return installation

    def activate(self) -> Installation:
        """Approves what must stay history, then switches Active on."""
        if self.options.early:
            self.control.approve(count=self.options.early, days_ago=1.0)
        installation = asyncio.run(activation.activate(self.desk, self.access.space))
        self.say("demo_active", name=installation.name, history=self.options.early)
        if self.options.faults:
            self.control.bad_weather(seed=self.options.seed, slow_seconds=1.0)
            self.say("demo_faults")
        return installation

    def start_engine(self) -> None:
        """Starts the engine of this home."""
        engines.start(self.desk)

    def close(self) -> None:
        """Ends the engine and the sandbox and removes a temporary home. May be called twice."""
        end_engine(self.home)
        self.desk.close()
        if self._control is not None:
            self._control.close()
        if self._process is not None:
            self._end_sandbox(self._process)
            self._process = None
        if self._temporary:
            shutil.rmtree(self.home.data, ignore_errors=True)

    # -- the home and the process ------------------------------------------------------------------------------------

    @property
    def _place(self) -> Path:
        return self.home.data / "sandbox"

    def _claim_home(self) -> None:
        """Takes an empty home, or an earlier demo's, which begins anew (decision 24)."""
        machine = self.desk.machine
        if not machine.demo and (machine.banqup.base_url or machine.pingwin.kind or self.desk.installations.all()):
            raise UsageError("demo_real_home", where=str(self.home.config))
        if engines.engine(self.desk).running:
            raise UsageError("demo_runs_already", where=str(self.home.config))
        if machine.demo:
            self._forget_earlier_demo()
        self.home.create()

    def _forget_earlier_demo(self) -> None:
        home = self.home
        self.desk.close()
        for folder in (home.spool, home.logs, self._place):
            shutil.rmtree(folder, ignore_errors=True)
        for pattern in (f"{home.installations.name}*", f"{home.credentials.name}*", f"{home.ledger.name}*"):
            for path in home.data.glob(pattern):
                path.unlink()
        self.desk = Desk(home, actor="demo", environ=self.desk.environ)

    def _spawn(self) -> None:
        options = self.options
        self._place.mkdir(mode=0o700, parents=True, exist_ok=True)
        command = [sys.executable, "-m", "core.sandbox", "--home", str(self._place), "--seed", str(options.seed)]
        command += [
            "--documents",
            str(options.documents + options.early),
            "--with-parent",
            "--guard",
            str(self.home.data),
        ]
        if options.folder:
            command += ["--from", str(options.folder.absolute())]
        if self._temporary:
            command.append("--remove")
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own module, no shell
                command,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                env=dict(self.desk.environ),
                start_new_session=True,
            )

    @property
    def _log(self) -> Path:
        return self.home.logs / "sandbox.out"

    def _wait_for_access(self) -> Access:
        assert self._process is not None
        deadline = time.monotonic() + START_SECONDS
        while self._process.poll() is None and time.monotonic() < deadline:
            if (self._place / ACCESS_FILE).exists():
                return self._answering(Access.read(self._place), deadline)
            time.sleep(0.02)
        words = self._log.read_text(errors="replace").split()
        code = words[-1] if words and words[-1] in messages() else "demo_no_sandbox"
        raise UsageError(code, where=str(self.options.folder or self._log))

    def _answering(self, access: Access, deadline: float) -> Access:
        with SandboxControl(access.address, access.control_token) as control:
            while time.monotonic() < deadline:
                with suppress(UsageError):
                    control.state()
                    return access
                time.sleep(0.02)
        raise UsageError("demo_no_sandbox", where=str(self._log))

    def _end_sandbox(self, process: subprocess.Popen[bytes]) -> None:
        if process.stdin is not None:
            with suppress(OSError):
                process.stdin.close()
        for ask in (process.terminate, process.kill):
            try:
                process.wait(STOP_SECONDS)
                return
            except subprocess.TimeoutExpired:
                ask()
        process.wait()

    def _prove(self, verdict: connections.Verdict) -> None:
        """A step that cannot work ends the demo with the reason that the test gave."""
        failed = next((proof for proof in verdict.proofs if proof.passed is False), None)
        if failed is not None:
            raise DemoStepError(failed.code, failed.arguments)


def _environment() -> dict[str, str]:
    """Ours without any setting or credential of the product: a demo must not meet a real one."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("BANQUP_PINGWIN_", "CREDENTIALS_", "DATABASE_URL"))
    }
