"""One seed's story: history, an activation, a storm of faults, decisions and changes, then calm; and the checks.

`play(seed)` runs it, with a weaker engine or a storm of one kind for the proof that it finds what is missing.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import SecretStr

from core.model import Rule
from core.operations.setup.credentials import set_credentials
from core.operations.setup.installing import CredentialField
from core.pingwin.target import Capability
from core.sync.engine import Engine
from tests.simulation.banqup import SECOND, SPACE
from tests.simulation.promises import Broken, Outage
from tests.simulation.scene import TIMING, Scene, memory
from tests.simulation.schedule import START

CAPABILITIES = (
    frozenset({Capability.LOOKUP}),
    frozenset({Capability.IDEMPOTENCY_KEY}),
    frozenset[Capability](),
    frozenset(Capability),
)
CALM_HOURS = 6


class Story(Scene):
    """What happens in one seed. Everything that is drawn comes from `dice`; a storm of one kind narrows it."""

    capabilities: tuple[frozenset[Capability], ...] = CAPABILITIES
    engines_at_once: tuple[int, ...] = (1, 2)

    def __init__(self, seed: int, folder: Path, engine: type[Engine] = Engine) -> None:
        super().__init__(
            folder, seed=seed, capabilities=self.capabilities[seed % len(self.capabilities)], engine=engine
        )
        dice, pingwin = self.dice, self.pingwin
        self.banqup.with_history = dice.random() < 0.3
        pingwin.says_already_there = dice.random() < 0.5
        pingwin.has_test_request = dice.random() < 0.5
        pingwin.concurrency = dice.choice([1, 1, 2])
        self.engines = dice.choice(self.engines_at_once)
        in_flight = self.engines * pingwin.concurrency
        self.promises.at_once = 1 if in_flight == 1 else 2 * in_flight
        self.backup = False
        self.keys = 0

    def play(self) -> None:
        """The whole story; raises Broken where a promise was."""
        self._documents()
        self.wait(5)
        for _ in range(self.engines):
            self.start_engine()
        self.person.begin()
        if self.dice.random() < 0.5:  # the engine counts before anybody activates
            self.wait(self.dice.uniform(10, 200))
        self._try(self.activate)
        self.wait(self.dice.choice([0, 0, 60]))
        self._storm()
        self._calm()
        self.promises.check_end()

    # -- the storm -----------------------------------------------------------------------------------------------------

    def _documents(self) -> None:
        banqup, dice = self.world.banqup, self.dice
        for number in range(dice.randint(2, 5)):
            id = f"h{number}"
            banqup.put(id, approved=True, at=START - 100 if dice.random() < 0.5 else None)
            self.promises.must[id] = "history"
        for number in range(dice.randint(6, 12)):
            banqup.put(f"{dice.choice('pppsc')}{number}", approved=False)

    def _storm(self) -> None:
        """Each seed has its own mix: every kind of trouble is there or not, and more or less of it."""
        dice, world = self.dice, self.world
        weather, story = world.weather, world.schedule.story
        weather.turn = dice.choice([0.05, 0.2, 0.5])
        weather.crash = dice.choice([0.0, 0.0, 0.002, 0.01])
        weather.freeze = dice.choice([0.0, 0.0, 0.002, 0.01])
        weather.frozen_at_intent = dice.choice([0.0, 0.2])
        world.pingwin.unreliable = dice.choice([0.0, 0.1, 0.4])
        world.banqup.unreliable = dice.choice([0.0, 0.03, 0.1])
        world.banqup.late = dice.choice([0.0, 0.2])
        self.person.busy = dice.random() < 0.4
        self._sharpen()
        rare = [happens for happens in self._happenings() if dice.random() < 0.35]
        for _ in range(dice.randint(30, 60)):
            story.wait(dice.choice([1.0, 10.0, 30.0, 60.0]))
            if rare and dice.random() < 0.15:
                dice.choice(rare)()
            else:
                self._document_moves()

    def _sharpen(self) -> None:
        """A storm of one kind sets its own weather here."""

    def _happenings(self) -> list[Callable[[], None]]:
        return [
            self._outage,
            self._refused_credentials,
            self._banqup_trouble,
            self._disk_full,
            self._clock_jumps,
            self._machine_sleeps,
            self._upgrade,
            self._restore,
        ]

    def _document_moves(self) -> None:
        """A document is approved, refused, paid, corrected, or new."""
        banqup, dice = self.world.banqup, self.dice
        rule, ids = Rule(), sorted(banqup.documents)
        below = [id for id in ids if not rule.eligible(banqup.documents[id])]
        draw = dice.random()
        if draw < 0.55 and below:
            self._approve(dice.choice(below))
        elif draw < 0.75:
            id = dice.choice(ids)
            banqup.pay(id)
            self._moved_unseen(id)
        elif draw < 0.83:
            id = dice.choice(ids)
            banqup.correct(id)
            self._moved_unseen(id)
        elif draw < 0.9:
            id = dice.choice(ids)
            banqup.refuse(id)
            if id not in self.promises.found:
                self.promises.must.pop(id, None)
        else:
            banqup.put(f"{dice.choice('ppsc')}{len(ids)}", approved=False)

    def _approve(self, id: str) -> None:
        """Approved or sent now: what that means depends on whether the space is active at this moment."""
        self.world.banqup.approve(id)
        if self._settled(id):
            return
        installation = self.installations.get(SPACE)
        run, newest = self.world.ledger.space_run(SPACE), self.world.ledger.activation(SPACE)
        assert installation is not None
        decided, running = installation.active, run is not None and run.running
        complete = newest is not None and newest.completed_at is not None and newest.ended_at is None
        must = "any"
        if self.person.acting:
            pass  # the decision may be under way at this very moment
        elif decided and running and complete:
            must = "send"
        elif decided and newest is not None and newest.requested_at is not None and newest.completed_at is None:
            second_over = self.world.machine.real() >= newest.started_ns / SECOND + 1
            told_apart = newest.ended_at is None and second_over and self.world.ledger.not_yet(newest.id, [id])
            must = "send" if told_apart else "any"
        elif not decided and not running:
            must = "history"
        self.promises.must[id] = must

    def _settled(self, id: str) -> bool:
        """Whether a row says what becomes of a document; that of a withdrawn one waits for its next approval."""
        row = next((r for r in self.promises.rows.values() if r.source_id == id), None)
        return row is not None and row.state != "withdrawn"

    def _moved_unseen(self, id: str) -> None:
        """It moved before the ledger saw it approved: without a status history nobody can tell when that was.

        Only what no pass of the baseline listed comes here (Banqup lists it late), and only its `updatedAt` is left to
        go by. To ask a person of every document that was never listed below its trigger would ask of each sale whose
        draft Banqup does not list; so it counts as new (`core.sync.poll.since`), and here as either.
        """
        if not self._settled(id) and self.promises.must.get(id) == "history":
            installation = self.installations.get(SPACE)
            decided = self.person.acting or (installation is not None and installation.active)
            if decided and not self.world.banqup.with_history:
                self.promises.must[id] = "any"

    def _outage(self) -> None:
        pingwin = self.world.pingwin
        self.promises.outage = Outage(self.world.machine.mono)
        for kind in self.dice.choice([["5xx"], ["5xx", "closed"], ["silent"], ["5xx", "silent", "closed"]]):
            pingwin.trouble = kind
            for _ in range(self.dice.randint(1, 4)):
                self.story.wait(self.dice.choice([30, 200]))
                self._document_moves()
        pingwin.trouble, self.promises.outage = "", None

    def _refused_credentials(self) -> None:
        self.world.pingwin.trouble = self.dice.choice(["auth", "dossier"])
        for _ in range(self.dice.randint(1, 5)):
            self.story.wait(self.dice.choice([30, 200]))
            self._document_moves()
        self.world.pingwin.trouble = ""
        self._set_credentials()

    def _set_credentials(self) -> None:
        """Others each time, as they are when the earlier ones were refused: a late answer may still speak of those."""
        self.keys += 1
        key = {CredentialField.API_KEY: SecretStr(f"key-{self.keys}")}
        self._try(lambda: set_credentials(self.person.desk(self.story), SPACE, key))

    def _banqup_trouble(self) -> None:
        self.world.banqup.trouble = self.dice.choice(["down", "token", "gone"])
        for _ in range(self.dice.randint(1, 5)):
            self.story.wait(self.dice.choice([30, 120]))
            self._document_moves()
        self.world.banqup.trouble = ""

    def _disk_full(self) -> None:
        self.world.weather.disk_full = True
        self.story.wait(self.dice.choice([5, 60, 300]))
        self.world.weather.disk_full = False

    def _clock_jumps(self) -> None:
        """By NTP, say. Between a decision and its baseline it moves the moment of the decision."""
        self.world.machine.jumped += self.dice.choice([-300.0, -20.0, 20.0, 90.0, 3_600.0])
        newest = self.world.ledger.activation(SPACE)
        if self.person.acting or (newest is not None and newest.requested_at and newest.completed_at is None):
            rows = {row.source_id for row in self.promises.rows.values()}
            self.promises.must |= dict.fromkeys(self.promises.must.keys() - rows, "any")

    def _machine_sleeps(self) -> None:
        self.world.interrupted += 1
        self.world.machine.asleep += self.dice.choice([20.0, 120.0, 7_200.0])

    def _upgrade(self) -> None:
        self.world.release += 1
        for process in self.processes:
            process.kill()

    def _restore(self) -> None:
        """A backup now, or the last one back: nothing may go out by itself that cannot be proven unsent."""
        if not self.backup:
            self.backup = True
            self._try(self.back_up)
        elif self.kept.exists():
            busy, self.person.busy = self.person.busy, False
            while self.person.acting:
                self.story.wait(5)
            self.restore()
            self.person.busy = busy

    # -- calm ----------------------------------------------------------------------------------------------------------

    def _calm(self) -> None:
        """No more trouble: everything comes to rest."""
        world, story, person = self.world, self.story, self.person
        person.busy = False
        while person.acting:
            story.wait(1)
        world.weather.crash = world.weather.freeze = world.weather.frozen_at_intent = 0.0
        world.pingwin.unreliable = world.banqup.unreliable = world.banqup.late = 0.0
        world.banqup.hidden_until.clear()
        installation = self.installations.get(SPACE)
        assert installation is not None
        desk = person.desk(story)
        if installation.held_by:
            person.release(desk)
        person.on(desk, story)
        self._set_credentials()
        for id in sorted(world.banqup.documents):
            if not Rule().eligible(world.banqup.documents[id]) and self.dice.random() < 0.5:
                self._approve(id)
        begun = world.machine.mono
        while not self.promises.at_rest():
            story.wait(60)
            person.look_in_pingwin(desk)
            if world.machine.mono - begun > CALM_HOURS * 3_600:
                moving = [(r.source_id, r.state.value, r.reason) for r in self.promises.rows.values()]
                raise Broken(f"never came to rest: {moving}, circuits {world.ledger.circuits()}")
        story.wait(TIMING.sweep_interval + 2 * TIMING.poll_interval)

    def _try(self, what: Callable[[], object]) -> None:
        """A command by hand: it may be killed or refused like any other."""
        self.person.attempt(what)


@contextmanager
def told(seed: int, engine: type[Engine] = Engine, kind: type[Story] = Story) -> Iterator[Story]:
    """A story in a folder of its own."""
    with (
        tempfile.TemporaryDirectory(prefix="seed-", dir=memory()) as folder,
        kind(seed, Path(folder), engine) as story,
    ):
        yield story


def play(seed: int, engine: type[Engine] = Engine, kind: type[Story] = Story) -> Story:
    """Plays one seed; raises Broken with what was broken."""
    with told(seed, engine, kind) as story:
        story.play()
        return story
