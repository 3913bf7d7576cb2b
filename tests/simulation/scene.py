"""A machine with one installed space between a simulated Banqup and a simulated Pingwin; nothing happens by itself.

Tests use it directly: they move time, documents and decisions by hand, with a real engine running beside them or none.
`story.py` makes a storm of it.
"""

from __future__ import annotations

import random
import shutil
import tempfile
from collections.abc import Coroutine
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import SecretStr

from core.config import BanqupConnection, Home, Machine, PingwinTarget, Timing
from core.installations import Consent, Installation, Installations
from core.ledger.base import QueueQuery
from core.ledger.sqlite import open_ledger
from core.model import Delivery, State
from core.operations.support import backups
from core.pingwin.target import Capability
from core.secrets import SecretName, Secrets
from core.sync.engine import Engine
from tests.simulation.banqup import DOSSIER_NUMBER, SPACE, Banqup, BanqupDoor
from tests.simulation.people import Person
from tests.simulation.pingwin import Pingwin
from tests.simulation.process import EngineProcess, Life, Weather, World
from tests.simulation.promises import Promises
from tests.simulation.schedule import Schedule

TIMING = Timing(
    poll_interval=60,
    sweep_interval=900,
    overlap=600,
    sweep_span=7_200,
    lease=60,
    deadline=30,
    margin=10,
    grace=40,
    backoff_cap=120,
    probe_first=20,
    probe_cap=80,
    wake=20,
)
EVERYTHING = QueueQuery(history=True)
_T = TypeVar("_T")


class Scene:
    """The world of one test or seed; a context manager. Promises are checked after every turn."""

    def __init__(
        self,
        folder: Path,
        *,
        seed: int = 0,
        capabilities: frozenset[Capability] = frozenset(),
        timing: Timing = TIMING,
        engine: type[Engine] = Engine,
    ) -> None:
        self.seed = seed
        self.dice = dice = random.Random(seed)
        self.schedule = schedule = Schedule(dice)
        shutil.copytree(_template(), folder, dirs_exist_ok=True, copy_function=shutil.copyfile)
        for name in ("installations.json", "credentials.toml", "ledger.db"):
            (folder / name).chmod(0o600)
        self.engine_class = engine
        self.world = World(
            dice=dice,
            schedule=schedule,
            weather=Weather(),
            home=Home(folder, folder, "single"),
            banqup=Banqup(schedule.machine, dice),
            pingwin=Pingwin(schedule, dice, capabilities),
            ledger=open_ledger(folder / "ledger.db"),
        )
        self.banqup, self.pingwin = self.world.banqup, self.world.pingwin
        self.installations = Installations(self.world.home.installations)
        if timing != TIMING:
            self.installations.change_machine(lambda machine: machine.model_copy(update={"timing": timing}))
        self.promises = Promises(self.world)
        self.pingwin.on_taken = self.promises.taken
        schedule.after_turn = self.promises.after_turn
        self.story = schedule.story
        self.processes: list[EngineProcess] = []
        self.person = Person(self.world, self.promises)

    def __enter__(self) -> Scene:
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        try:
            self.schedule.end()
        finally:
            self.world.ledger.close()

    def start_engine(self) -> EngineProcess:
        """An engine that runs beside the test, and is started again whenever it dies."""
        process = EngineProcess(self.world, f"engine-{len(self.processes)}", self.engine_class)
        self.processes.append(process)
        return process

    def wait(self, seconds: float) -> None:
        """Time passes; whoever runs does what is due."""
        self.story.wait(seconds)

    def do(self, work: Coroutine[Any, Any, _T]) -> _T:
        """Runs a coroutine in the machine's time."""
        return self.story.complete(work)

    def door(self) -> BanqupDoor:
        """A connection to Banqup of the test's own."""
        return BanqupDoor(self.banqup, Life(self.world, self.story))

    def installation(self) -> Installation:
        """What people decided."""
        found = self.installations.get(SPACE)
        assert found is not None
        return found

    def activate(self, *, waiting: str | None = None) -> None:
        """A person switches the space on; a running engine takes the baseline, else the command does."""
        self.person.on(self.person.desk(self.story), self.story, waiting)

    def deactivate(self) -> None:
        """A person switches it off."""
        self.person.off(self.person.desk(self.story))

    @property
    def kept(self) -> Path:
        """Where the backup lies."""
        return self.world.home.data / "backup.zip"

    def back_up(self) -> None:
        """A person copies the ledger and the decisions away."""
        backups.backup(self.person.desk(self.story), self.kept)

    def restore(self) -> None:
        """Stops every engine, puts the backup back, and starts them again. A command that is under way must be over."""
        world, weather = self.world, self.world.weather
        for process in self.processes:
            process.kill(back=False)
        while any(process.life for process in self.processes):
            self.wait(5)
        world.ledger.close()
        world.weather = Weather()
        desk = self.person.desk(self.story)
        del desk.__dict__["ledger"]
        backups.restore(desk, self.kept)
        desk.close()
        world.ledger, world.weather = open_ledger(world.home.ledger), weather
        self.promises.restart()
        for process in self.processes:
            process.wanted = True

    def rows(self) -> dict[str, Delivery]:
        """The newest delivery of each document."""
        found = sorted(self.world.ledger.window(EVERYTHING, 0, 10_000), key=lambda row: row.generation)
        return {row.source_id: row for row in found}

    def states(self) -> dict[str, State]:
        """The state of each document's newest delivery."""
        return {id: row.state for id, row in self.rows().items()}

    def taken(self) -> set[str]:
        """The documents that Pingwin has taken."""
        rows = self.world.ledger.window(EVERYTHING, 0, 10_000)
        return {row.source_id for row in rows if self.pingwin.taken[row.key]}


@cache
def _template() -> Path:
    """An installed space with its credentials, made once and copied for each seed."""
    folder = Path(tempfile.mkdtemp(prefix="simulation-", dir=memory()))
    home = Home(folder, folder, "single")
    home.create()
    settings = Installations(home.installations)
    settings.save_machine(
        Machine(
            machine_id="simulated",
            workers=2,
            timing=TIMING,
            banqup=BanqupConnection(base_url="https://banqup.example", client_id="app"),
            pingwin=PingwinTarget(kind="http", base_url="https://pingwin.example"),
        )
    )
    settings.save(
        Installation(
            space=SPACE,
            name="Ons Bedrijf",
            consent=Consent(by="An", at=datetime(2026, 11, 1, tzinfo=UTC)),
            enterprise_numbers=(DOSSIER_NUMBER,),
            own_extension_off=True,
            file_id="FILE-1",
        )
    )
    secrets = Secrets(home, {})
    secrets.store(None, {SecretName.BANQUP_SECRET: SecretStr("secret")})
    names = {SecretName.API_KEY: "key", SecretName.CLID: "clid", SecretName.FILE_ID: "FILE-1"}
    secrets.store(SPACE, {name: SecretStr(value) for name, value in names.items()})
    open_ledger(home.ledger).close()
    return folder


def memory() -> str | None:
    """A folder in memory where there is one: a seed is a thousand commits."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None
