"""A person at a desk: switches, holds, and decides on deliveries at any moment; their command may be killed too.

Uses the real operations over the same home as the engines.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from core.banqup.source import Source
from core.errors import ProductError
from core.ledger.base import QueueQuery
from core.model import State
from core.operations.decisions import Act, decide, include_alone, permissions
from core.operations.desk import Desk
from core.operations.setup import activation
from core.operations.views.health import waiting_for_a_person
from core.pingwin.target import Target
from tests.simulation.banqup import SPACE, BanqupDoor
from tests.simulation.pingwin import PingwinDoor
from tests.simulation.process import Life, World, door_to
from tests.simulation.promises import Promises
from tests.simulation.schedule import Actor, Crash

UNDECIDED = QueueQuery(history=True)
DECIDED = (Act.RETRY, Act.RESEND, Act.DISCARD, Act.MARK_DELIVERED, Act.INCLUDE, Act.UNDO)


@dataclass
class SimulatedDesk(Desk):
    """A desk whose two far sides are those of the world."""

    door: BanqupDoor | None = field(default=None)
    way: PingwinDoor | None = field(default=None)

    def source(self) -> Source:
        assert self.door is not None
        return self.door

    def target(self) -> Target:
        assert self.way is not None
        return self.way


class Person:
    """The story acts through these hands; once begun, they act by themselves now and then while `busy`."""

    def __init__(self, world: World, promises: Promises) -> None:
        self.world, self.promises = world, promises
        self.busy = self.acting = False
        self.actor = world.schedule.story

    def begin(self) -> None:
        """From now on somebody sits at the desk."""
        self.actor = self.world.schedule.actor("person")
        self.actor.begin(self._body)

    def _body(self) -> None:
        while True:
            self.actor.wait(self.world.dice.uniform(20.0, 200.0))
            if self.busy:
                acts = [self._switch, self._hold, self._first, self._decide, self._decide, self._decide]
                self._do(self.world.dice.choice(acts))

    def _do(self, what: Callable[[SimulatedDesk], object]) -> None:
        self.acting = True
        self.attempt(lambda: what(self.desk(self.actor)))
        self.acting = False

    @staticmethod
    def attempt(what: Callable[[], object]) -> None:
        """A command: it may be refused with a sentence, or killed."""
        with suppress(ProductError, Crash):
            what()

    def desk(self, actor: Actor, life: Life | None = None) -> SimulatedDesk:
        """A command of its own; a `life` that is given may end at a point of the test's choice."""
        life = life or Life(self.world, actor)
        desk = SimulatedDesk(
            self.world.home,
            "An",
            environ={},
            clock=self.world.machine,
            door=BanqupDoor(self.world.banqup, life),
            way=PingwinDoor(self.world.pingwin, life),
        )
        desk.__dict__["ledger"], desk.__dict__["spool"] = door_to(self.world, life)
        return desk

    def _switch(self, desk: SimulatedDesk) -> None:
        """Off, or on again with an answer about what waits."""
        if desk.installations.get(SPACE).active:  # type: ignore[union-attr]
            self.off(desk)
        else:
            self.on(desk, self.actor)

    def off(self, desk: SimulatedDesk) -> None:
        """Deactivates. What was approved and not found yet will be told apart by nobody."""
        self._forget_not_found()
        try:
            activation.deactivate(desk, SPACE)
        finally:
            self._forget_not_found()

    def on(self, desk: SimulatedDesk, actor: Actor, waiting: str | None = None) -> None:
        """Activates, with some answer about what waits where none is given."""
        waiting = waiting or self.world.dice.choice(["send", "discard"])
        actor.complete(activation.activate(desk, SPACE, waiting=waiting))  # type: ignore[arg-type]

    def _forget_not_found(self) -> None:
        found = {r.source_id for r in self.promises.rows.values() if r.state is not State.WITHDRAWN}
        for id, must in self.promises.must.items():
            if must == "send" and id not in found:
                self.promises.must[id] = "any"

    def release(self, desk: SimulatedDesk) -> None:
        """Ends a hold."""
        activation.release(desk, SPACE)

    def look_in_pingwin(self, desk: SimulatedDesk) -> None:
        """Says of one delivery whether it arrived, where the queue waits for that and for nothing else."""
        if not waiting_for_a_person(desk.ledger.space_run(SPACE), desk.ledger.circuits()):
            return
        row = next((row for row in desk.ledger.window(UNDECIDED, 0, 100) if row.reason == "outcome_unknown"), None)
        if row is not None:
            arrived = self.world.pingwin.taken[row.key] > 0
            decide(desk, [row.id], Act.MARK_DELIVERED if arrived else Act.RESEND)

    def _hold(self, desk: SimulatedDesk) -> None:
        held = desk.installations.get(SPACE).held_by  # type: ignore[union-attr]
        (activation.release if held else activation.hold)(desk, SPACE)

    def _first(self, desk: SimulatedDesk) -> None:
        """One document of history past the hold."""
        rows = [row for row in desk.ledger.window(UNDECIDED, 0, 100) if row.state is State.HISTORY]
        if rows:
            include_alone(desk, self.world.dice.choice(rows))

    def _decide(self, desk: SimulatedDesk) -> None:
        rows = desk.ledger.window(UNDECIDED, 0, 100)
        if not rows:
            return
        row = self.world.dice.choice(rows)
        if row.state in {State.CONFIRMED, State.HISTORY} and self.world.dice.random() < 0.8:
            return
        acts = [one.act for one in permissions(row) if one.allowed]
        if acts:
            decide(desk, [row.id], self.world.dice.choice(acts), reason="because")
