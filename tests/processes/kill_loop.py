"""Kills, stops and faults from outside, against real processes; counts at the sandbox's Pingwin what was accepted.

`python -m tests.processes.kill_loop --kills 1000 [--seed S] [--contract sandbox|blind|sandbox-idempotent]
[--store postgres --workers 4]`: engine (or several over a PostgreSQL that crashes and loses its sessions), sandbox,
a person, the real command line, a reader and the console run as processes of their own; each is killed or stopped at
random moments, also for longer than a lease, while the sandbox loses answers. The plan follows from the seed, which
is printed. Ends with 0 only where 0 were lost, 0 came twice and the ledger's history replays.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Literal, cast

from core.config import Home, Timing
from core.errors import ProductError
from core.ledger.base import QueueQuery
from core.ledger.sqlite import SqliteLedger
from core.model import Delivery, State
from core.operations.running import engines
from core.pingwin.library import SHIPPED
from core.sandbox.control_client import ACCESS_FILE, Access, SandboxControl
from core.sandbox.server import SandboxServer
from core.sync.lock import EngineLock
from tests.core.sync.homes import activated
from tests.processes.cast import COMMAND, Actor, Engine
from tests.processes.outcome import ENDED, Outcome, replayed
from tests.processes.server import Server

TIMING = Timing(
    poll_interval=0.6,
    overlap=60.0,
    lease=2.0,
    deadline=1.0,
    margin=0.5,
    grace=0.5,
    backoff_base=0.1,
    backoff_cap=1.0,
    give_up_attempts=1_000,
    probe_first=0.3,
    probe_cap=0.6,
    wake=0.1,
)
"""Short waits, so that a stop of some seconds is longer than a lease."""

BUSY = {"grace": 2.0}
"""What hung in the sandbox must be found before its grace is over, on a busy machine and with eight uploads at once.

Two questions a grace apart bound how long a target may keep what it has before it shows it (engine reference, 5.5).
"""

WEATHER = {
    "upload-lost-answer": 0.12,
    "upload-500-after": 0.05,
    "upload-500-before": 0.05,
    "upload-lost-request": 0.05,
    "upload-slow": 0.06,
    "upload-limit": 0.03,
    "lookup-500": 0.06,
    "token-expired": 0.02,
    "error-503": 0.02,
    "reset": 0.02,
    "link-expired": 0.02,
}
ADDRESS = "BANQUP_PINGWIN_DATABASE_URL"
HISTORY = 3
"""Documents approved before activation; none of them may ever arrive."""
SETTLE_SECONDS = 150.0
Deed = Literal["kill", "stop"]


@dataclass(frozen=True, slots=True)
class Blow:
    """One event of the plan. `aimed` waits until something is being sent; `seconds` is the length of a stop."""

    pause: float
    name: str
    deed: Deed
    seconds: float
    aimed: bool
    approve: int


def plan(seed: int, blows: int, weights: dict[str, float]) -> Iterator[Blow]:
    """The blows of a seed."""
    dice = random.Random(seed)
    for _ in range(blows):
        deed: Deed = "kill" if dice.random() < 0.72 else "stop"
        length = dice.choices(
            [dice.uniform(0.05, 0.5), TIMING.lease + dice.uniform(0.1, 1.5), 6.5], [0.55, 0.38, 0.07]
        )[0]
        yield Blow(
            pause=dice.uniform(0.1, 1.6),
            name=dice.choices(list(weights), list(weights.values()))[0],
            deed=deed,
            seconds=length,
            aimed=dice.random() < 0.5,
            approve=dice.choice((0, 1, 1, 2)),
        )


class Loop:
    """One run: a box (the sandbox's home), a home, and the processes around them."""

    def __init__(
        self, place: Path, *, seed: int, blows: int, contract: str, workers: int = 0, tell: Callable[[str], None]
    ) -> None:
        """`workers` engines over PostgreSQL; 0 is one engine over a file."""
        self.seed, self.blows, self.contract, self.tell = seed, blows, contract, tell
        self.box, self.home = place / "box", place / "home"
        self.home.mkdir(mode=0o700)
        self.outcome = Outcome(seed, contract)
        self._resume: list[tuple[float, Actor]] = []
        module = [sys.executable, "-m"]
        documents = str(HISTORY + 2 + 2 * blows)
        box = [*module, "core.sandbox", "--home", str(self.box), "--documents", documents, "--seed", str(seed)]
        where = ["--home", str(self.home)]
        lines = {
            "sandbox": (box, 1.2),
            "person": ([*module, "tests.processes.person", *where, "--box", str(self.box), "--seed", str(seed)], 1.5),
            "reader": ([*module, "tests.processes.reader", *where], 0.6),
            "console": ([str(COMMAND), *where], 0.4),
        }
        self.cast = {
            name: Actor(name, command, place / f"{name}.out", weight, terminal=name == "console")
            for name, (command, weight) in lines.items()
        }
        engine = [str(COMMAND), *where, "run"]
        self.server: Server | None = None
        if workers:
            self.server = self.cast["server"] = Server(place / "server.out", 1.5)
            os.environ[ADDRESS] = self.server.url
            self.engines = [f"engine{number}" for number in range(1, workers + 1)]
            for name in self.engines:
                self.cast[name] = Actor(name, [*engine, "--workers", "2"], place / f"{name}.out", 6.0 / workers)
        else:
            lock = EngineLock(Home.locate(self.home).engine_lock)
            self.engines = ["engine"]
            self.cast["engine"] = Engine("engine", engine, place / "engine.out", 5.0, lock=lock)

    # -- the run ---------------------------------------------------------------------------------------------------

    def run(self) -> Outcome:
        """Plays the plan, lets everything settle, counts."""
        began = time.monotonic()
        sandbox = self.cast["sandbox"]
        sandbox.start()
        self._wait_for_box()
        sandbox.command = [*sandbox.command, "--port", Access.read(self.box).address.rpartition(":")[2]]
        self._set_up()
        try:
            for name in (*self.engines, "person", "reader", "console"):
                self.cast[name].start()
            weights = {name: actor.weight for name, actor in self.cast.items()}
            for number, blow in enumerate(plan(self.seed, self.blows, weights), start=1):
                self._strike(number, blow)
            self._settle()
            self._count()
        finally:
            for name in ("console", "reader", "person", *self.engines, "sandbox"):
                actor = self.cast[name]
                if name in self.engines:
                    actor.end()  # asked to end, it must
                else:
                    actor.kill()
            self._end_server()
        for actor in self.cast.values():
            self.outcome.problems += actor.problems()
        self._read_log()
        self.outcome.seconds = round(time.monotonic() - began, 1)
        return self.outcome

    def _end_server(self) -> None:
        """Ends what a console started while every engine of ours was down, then PostgreSQL."""
        if self.server is not None:
            with suppress(ProductError):
                engines.stop(self.desk)
            self.desk.close()
            self.server.end()
            del os.environ[ADDRESS]

    def _set_up(self) -> None:
        if self.contract == "blind":
            self._write_blind_contract()
        with self.control() as control:
            control.switch(idempotency=self.contract == "sandbox-idempotent")
            control.approve(count=HISTORY, days_ago=1.0)
            self.history = {each["id"] for each in control.documents() if each["at_trigger"]}
        server = cast(SandboxServer, SimpleNamespace(access=Access.read(self.box)))
        timing = TIMING if self.server is None else TIMING.model_copy(update=BUSY)
        self.desk = activated(self.home, server, timing=timing, contract=self.contract)
        if isinstance(self.desk.ledger, SqliteLedger):
            self.desk.ledger.patience = 0.5  # who has it may be one that this loop has stopped, and must let go on
        self._weather()

    def _write_blind_contract(self) -> None:
        """The sandbox's contract without the question: as Pingwin is, as far as anybody knows."""
        head = (SHIPPED / "sandbox.toml").read_text("utf-8").partition("[lookup]")[0]
        blind = head.replace('capabilities = ["lookup"]', "capabilities = []").replace(
            'name = "sandbox"', 'name = "blind"'
        )
        contracts = Home.locate(self.home).contracts
        contracts.mkdir(mode=0o700)
        (contracts / "blind.toml").write_text(blind, "utf-8")

    def control(self) -> SandboxControl:
        """Steers the sandbox, which must be running."""
        access = Access.read(self.box)
        return SandboxControl(access.address, access.control_token)

    def _weather(self) -> None:
        with self.control() as control:
            control.call(
                "PUT", "faults", {"chances": WEATHER, "seed": self.seed, "slow_seconds": 1.5, "budget": 100_000}
            )

    def _wait_for_box(self) -> None:
        end = time.monotonic() + 30
        while time.monotonic() < end:
            if (self.box / ACCESS_FILE).exists():
                with suppress(ProductError), self.control() as control:
                    control.state()
                    return
            time.sleep(0.05)
        raise AssertionError(f"the sandbox does not answer: {self.cast['sandbox'].last_words()}")

    def _strike(self, number: int, blow: Blow) -> None:
        self._pass(blow.pause)
        if blow.approve and not self.cast["sandbox"].stopped:
            with self.control() as control:
                control.approve(count=blow.approve)
        if blow.aimed:
            self._aim()
        actor = self.cast[blow.name]
        actor.look()
        self.tell(f"{number}/{self.blows} {blow.deed} {blow.name} {blow.seconds:.2f}")
        if blow.deed == "stop":
            self.outcome.stops += 1
            actor.stop()
            self._resume.append((time.monotonic() + blow.seconds, actor))
            return
        self.outcome.kills += 1
        actor.kill()
        if blow.name == "sandbox":
            (self.box / ACCESS_FILE).unlink(missing_ok=True)
        actor.start()
        if blow.name == "sandbox":
            self._wait_for_box()
            self._weather()

    def _pass(self, seconds: float) -> None:
        """Lets time pass; what was stopped for long enough goes on."""
        end = time.monotonic() + seconds
        while True:
            now = time.monotonic()
            for at, actor in [each for each in self._resume if each[0] <= now]:
                self._resume.remove((at, actor))
                actor.go_on()
            if now >= end:
                return
            time.sleep(0.02)

    def _aim(self) -> None:
        """Waits (a second at most) until something is being sent or has an unknown outcome."""
        end = time.monotonic() + 1.0
        while time.monotonic() < end:
            counts: Counter[State] = Counter()
            with suppress(ProductError):
                for states in self.desk.ledger.counts().values():
                    counts.update(states)
            if counts[State.SENDING] or counts[State.LEASED]:
                return
            self._pass(0.01)

    # -- the end ---------------------------------------------------------------------------------------------------

    def _settle(self) -> None:
        """Fair weather, nobody stopped; a person decides what needs one, until all is at rest."""
        for actor in self.cast.values():
            actor.go_on()
            actor.look()
        self._resume.clear()
        self.cast["person"].kill()
        self.cast["console"].kill()
        with self.control() as control:
            control.fair_weather()
            self.approved = {each["id"] for each in control.documents() if each["at_trigger"]} - self.history
        settling = self.cast["person"]
        settling.command = [*settling.command, "--settle"]
        settling.may_end = True
        settling.start()
        end = time.monotonic() + SETTLE_SECONDS
        while not self._at_rest():
            for name in self.engines:
                self.cast[name].look()
            if time.monotonic() > end:
                self.outcome.problems.append(f"not at rest: {self._open_rows()}")
                return
            time.sleep(0.2)

    def _rows(self) -> dict[str, Delivery]:
        return {row.source_id: row for row in self.desk.ledger.window(QueueQuery(history=True), 0, 100_000)}

    def _at_rest(self) -> bool:
        rows = self._rows()
        return self.approved <= rows.keys() and all(rows[id].state is State.CONFIRMED for id in self.approved)

    def _open_rows(self) -> list[tuple[int, str, str | None]]:
        return [(row.id, row.state.value, row.reason) for row in self._rows().values() if row.state not in ENDED]

    def _count(self) -> None:
        """Banqup's documents, the ledger's rows and Pingwin's files, held against each other."""
        outcome, rows, ledger = self.outcome, self._rows(), self.desk.ledger
        with self.control() as control:
            received = control.received()
        copies = Counter(file["key"] for file in received["files"])
        keys = {id: row.key for id, row in rows.items()}
        outcome.documents = len(self.approved)
        outcome.lost = sum(
            id not in rows or rows[id].state is not State.CONFIRMED or not copies[keys[id]] for id in self.approved
        )
        outcome.twice = max(sum(number - 1 for number in copies.values()), received["received_twice"])
        outcome.history_sent = sum(copies[keys[id]] for id in self.history if id in keys)
        strange = set(copies) - set(keys.values())
        outcome.problems += [f"Pingwin has what the ledger does not know: {key}" for key in strange]
        outcome.problems += [f"history is {rows[id].state}" for id in self.history if rows[id].state != State.HISTORY]
        outcome.problems += ledger.check()
        outcome.problems += list(replayed(ledger, rows.values(), outcome))

    def _read_log(self) -> None:
        """What was recorded as an error that nobody expected."""
        crashes = self.home / "logs" / "crashes.log"
        if crashes.exists():
            self.outcome.problems.append(f"crashes.log: {crashes.read_text('utf-8', 'replace')[-2_000:]}")
        for log in sorted((self.home / "logs").glob("engine.log*")):
            for line in log.read_text("utf-8", "replace").splitlines():
                with suppress(ValueError):
                    said = json.loads(line)
                    if said.get("level") == "error" and not said["from"].startswith("procrastinate"):
                        self.outcome.problems.append(f"engine.log: {line[:2_000]}")


def run(
    seed: int,
    blows: int,
    *,
    contract: str = "sandbox",
    workers: int = 0,
    tell: Callable[[str], None] = lambda _: None,
) -> Outcome:
    """One run in a folder of its own, which stays where something went wrong."""
    place = Path(tempfile.mkdtemp(prefix="banqup-pingwin-kills-"))
    outcome = Loop(place, seed=seed, blows=blows, contract=contract, workers=workers, tell=tell).run()
    if outcome.clean:
        shutil.rmtree(place)
    else:
        outcome.problems.append(f"kept in {place}")
    return outcome


def main() -> int:
    """The long form."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200, help="blows: kills and stops")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--contract", choices=["sandbox", "blind", "sandbox-idempotent"], default="sandbox")
    parser.add_argument("--store", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--workers", type=int, default=4, help="engines beside each other, on PostgreSQL")
    given = parser.parse_args()
    workers = given.workers if given.store == "postgres" else 0
    seed = given.seed if given.seed is not None else random.SystemRandom().randrange(1_000_000)
    sys.stdout.write(f"seed {seed}\n")

    def tell(text: str) -> None:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()

    outcome = run(seed, given.kills, contract=given.contract, workers=workers, tell=tell)
    sys.stdout.write(json.dumps(asdict(outcome), indent=2) + "\n")
    return 0 if outcome.clean else 1


if __name__ == "__main__":
    raise SystemExit(main())
