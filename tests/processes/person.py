"""A person in front of the product, as a process of its own: looks, retries, holds, and decides by the evidence.

`python -m tests.processes.person --home H --box B --seed S`: goes on until killed. With `--settle` it releases what is
held, decides whatever waits for a decision, and ends once nothing does. A delivery whose outcome is unknown is marked
delivered where the sandbox's Pingwin has it, and sent again where it has not: as a person would look it up there.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from core.config import Home
from core.errors import ProductError, UsageError
from core.ledger.base import QueueQuery
from core.model import NEEDS_PERSON, Delivery, State
from core.operations import support
from core.operations.decisions import Act, decide
from core.operations.desk import Desk
from core.operations.setup import activation
from core.operations.views import overview
from core.sandbox.control_client import SandboxControl, find
from tests.processes.cast import COMMAND

LOOKS = 1.2
"""Seconds between the two looks into Pingwin before anything is sent again: what is under way there arrives in less."""

MAY_HAVE_GONE = frozenset({"outcome_unknown", "already_there", "worker_died", "gave_up"})


class Person:
    """Decides with a seed."""

    def __init__(self, home: Path, box: Path, seed: int) -> None:
        self.desk = Desk(Home.locate(home), "an")
        self.box = box
        self.dice = random.Random(seed)

    def act(self) -> None:
        """One thing that a person does."""
        deeds: list[tuple[float, Callable[[], None]]] = [
            (3, self.decide_one),
            (2, self.retry),
            (2, self.look),
            (1, self.hold_and_release),
            (0.6, self.command),
            (0.3, self.keep_backup),
        ]
        self.dice.choices([deed for _, deed in deeds], [weight for weight, _ in deeds])[0]()

    def rows(self, *states: State) -> list[Delivery]:
        """Deliveries in these states."""
        return self.desk.ledger.window(QueueQuery(states=frozenset(states)), 0, 500)

    def look(self) -> None:
        """Opens the queue and one document."""
        overview.snapshot(self.desk)
        rows = overview.queue(self.desk, QueueQuery(history=True), 0, 30)
        if rows:
            overview.detail(self.desk, self.dice.choice(rows).id)

    def retry(self) -> None:
        """Makes a waiting delivery due now."""
        waiting = self.rows(State.READY)
        if waiting:
            decide(self.desk, [self.dice.choice(waiting).id], Act.RETRY)

    def hold_and_release(self) -> None:
        """Holds uploads for a moment."""
        (installation,) = self.desk.installations.all()
        if not installation.held_by:
            activation.hold(self.desk, installation.space)
            time.sleep(self.dice.uniform(0.1, 0.5))
        activation.release(self.desk, installation.space)

    def release(self) -> None:
        """Ends a hold that a killed person left."""
        (installation,) = self.desk.installations.all()
        if installation.held_by:
            activation.release(self.desk, installation.space)
        for run in self.desk.ledger.space_runs():  # killed between the settings and the ledger
            if run.held:
                self.desk.ledger.hold(run.space, False, actor="an", now=time.time())

    def command(self) -> None:
        """The real command line."""
        rows = self.rows(State.READY, *NEEDS_PERSON)
        deeds = [["status"], ["queue", "--json"], ["doctor", "--json"]]
        if rows:
            deeds.append(["document", str(self.dice.choice(rows).id), "--json"])
        ready = self.rows(State.READY)
        if ready:
            deeds.append(["retry", str(self.dice.choice(ready).id), "--yes"])
        called = subprocess.run(
            [str(COMMAND), "--home", str(self.desk.home.data), *self.dice.choice(deeds)],
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        if any(line.startswith("unexpected") for line in called.stderr.splitlines()):  # the code, not a server's word
            sys.stderr.write(f"Traceback of a command: {called.stderr}\n")

    def keep_backup(self) -> None:
        """Copies the ledger away while everything goes on."""
        support.backup(self.desk, self.desk.home.data / "backup.zip")

    def decide_one(self) -> None:
        """Decides one delivery that waits for a person, by what Pingwin has."""
        waiting = self.rows(*NEEDS_PERSON)
        if not waiting:
            return
        row = self.dice.choice(waiting)
        with find(self.box) as control:
            there = self.has(control, row)
            if not there:
                time.sleep(LOOKS)
                there = self.has(control, row)
        again = Act.RETRY if row.state in {State.FAILED, State.DEAD} else Act.RESEND
        decided = decide(self.desk, [row.id], Act.MARK_DELIVERED if there else again, reason="looked it up")
        sys.stdout.write(f"{row.id} {row.reason} {'there' if there else 'not there'} {decided[0].code}\n")
        sys.stdout.flush()

    @staticmethod
    def has(control: SandboxControl, row: Delivery) -> bool:
        """Whether Pingwin has a delivery."""
        return any(file["key"] == row.key for file in control.received()["files"])


def main() -> int:
    """Lives until killed, or (with `--settle`) until nothing waits for a person."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--box", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--settle", action="store_true")
    given = parser.parse_args()
    person = Person(given.home, given.box, given.seed)
    while True:
        try:
            if given.settle:
                person.release()
                person.decide_one()
                person.retry()
                if not person.rows(*(set(State) - {State.CONFIRMED, State.HISTORY})):
                    return 0
            else:
                person.act()
        except UsageError as refused:  # held already, the sandbox is down: a person tries something else
            sys.stdout.write(f"{refused.code}\n")
        except ProductError as problem:
            sys.stdout.write(f"problem {problem.code} {problem}\n")
        sys.stdout.flush()
        time.sleep(person.dice.uniform(0.05, 0.5))


if __name__ == "__main__":
    raise SystemExit(main())
