"""What must hold after every step, and at the end. Reads the ledger and the far sides; changes nothing.

The promises are those of the engine reference, 11.1: taken at most once unless a person ordered more; confirmed means
taken or marked; history is never sent unless picked; nothing that became eligible is lost; an outage leaves at most one
decision open at a time; trouble of an account ages nothing; the audit trail replays to the rows; the counters are true.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from core.ledger.base import QueueQuery
from core.ledger.replay import PERSON_ONLY
from core.model import FINAL, NEEDS_PERSON, Delivery, Event, State
from core.operations.decisions import FORGOTTEN
from core.pingwin.target import Capability
from core.wording import messages
from tests.simulation.process import World

EVERYTHING = QueueQuery(history=True)
TWICE = frozenset({"resend", "resend_again", "resend_changed", "send", "undo_discard"})
"""Decisions that say beforehand that the invoice may arrive twice."""

LEFT = frozenset({"left_as_delivered", "resend_changed"})
"""Decisions of a person who was told that a delivered document had changed."""

MARKED = LEFT | {"marked_delivered"}
COUNT_EVERY = 25


class Broken(AssertionError):  # noqa: N818 - reads as a statement
    """A promise was broken."""


@dataclass
class Told:
    """What the events said of one delivery so far."""

    state: State | None = None
    fence: int = 0
    entered: State | None = None
    included: int = 0
    included_before: int = 0
    restored: bool = False
    ordered: int = 0
    intents: int = 0
    waits: int = 0


@dataclass
class Outage:
    """A stretch in which no document got through, and the deliveries whose outcome it left unknown.

    One that a person decided counts no more: their answer is why the next one may try.
    """

    began: float
    unknown: set[int] = field(default_factory=set)


@dataclass
class Promises:
    """The auditor of one seed. `must` says of each document what its approval means: send, history or any."""

    world: World
    at_once: int = 1
    must: dict[str, str] = field(default_factory=dict)
    told: dict[int, Told] = field(default_factory=dict)
    rows: dict[int, Delivery] = field(default_factory=dict)
    by_key: dict[str, int] = field(default_factory=dict)
    outage: Outage | None = None
    found: set[str] = field(default_factory=set)
    trace: list[tuple[object, ...]] = field(default_factory=list)
    seen: int = 0
    changes: int = -1
    checked: int = 0
    restored: bool = False
    held: bool = False
    alone: int | None = None

    def after_turn(self) -> None:
        """Looks at what happened since the last look."""
        if self.world.ledger._changes == self.changes:  # every process of the simulation writes through this one
            return
        self.changes = self.world.ledger._changes
        events = self.world.ledger.events(after=self.seen, limit=10_000)
        if not events:
            return
        self.seen = events[-1].id
        for event in events:
            self._hear(event)
        for id in {event.delivery for event in events if event.delivery is not None}:
            row = self.world.ledger.delivery(id)
            assert row is not None
            self._look(row)
        self.checked += 1
        if self.checked % COUNT_EVERY == 0:
            self._count()

    def restart(self) -> None:
        """The ledger is another one: a backup was restored."""
        self.told, self.rows, self.by_key, self.seen, self.changes = {}, {}, {}, 0, -1
        self.found, self.restored = set(), True
        self.held, self.alone = False, None
        self.world.pingwin.ledger_restored()
        self.must = dict.fromkeys(self.must, "any")
        self.after_turn()
        for told in self.told.values():
            told.included_before = told.included

    # -- step by step --------------------------------------------------------------------------------------------------

    def _hear(self, event: Event) -> None:
        """Replays one event."""
        self.trace.append((event.kind, event.code, event.delivery, event.args.get("state"), round(event.at, 3)))
        self._hear_hold(event)
        if event.delivery is None:
            return
        told = self.told.setdefault(event.delivery, Told())
        if event.fence is not None:
            _hold(event.fence >= told.fence, f"fence went back: {event}")
            told.fence = event.fence
        if event.kind == "intent":
            told.intents += 1
            _hold(told.state is State.LEASED, f"intent from {told.state}")
            passes = not self.held or event.delivery == self.alone
            _hold(passes, f"delivery {event.delivery} went although the space was held")
        if event.kind == "wait" and event.args.get("attempts"):
            told.waits += 1
        told.restored |= event.kind == "restore" or event.code in FORGOTTEN
        if event.kind == "decision":
            if self.outage is not None:
                self.outage.unknown.discard(event.delivery)
            told.included += event.code in {"include", "include_alone", "include_withdrawn"}
            told.ordered += event.code in TWICE
        if event.kind == "result" and event.args.get("state") == State.UNKNOWN and self.outage is not None:
            self.outage.unknown.add(event.delivery)
            undecided = len(self.outage.unknown)
            _hold(undecided <= self.at_once, f"one outage left {undecided} outcomes unknown")
        said = event.args.get("state")
        if said is None:
            return
        state = State(str(said))
        _hold(
            told.state not in PERSON_ONLY or told.state is state or event.kind in {"decision", "space"},
            f"left {told.state} by {event.kind}",
        )
        told.entered = told.entered or state
        told.state = state

    def _hear_hold(self, event: Event) -> None:
        if event.code in {"space_held", "space_released"}:
            self.held, self.alone = event.code == "space_held", None
        elif event.code == "include_alone":
            self.alone = event.delivery

    def _look(self, row: Delivery) -> None:
        """The row is what its events say."""
        self.rows[row.id] = row
        self.by_key[row.key] = row.id
        self.found.add(row.source_id)
        told = self.told[row.id]
        _hold(row.state is told.state, f"{row.source_id} is {row.state}, its events say {told.state}")
        _hold(row.fence == told.fence, f"{row.source_id} has fence {row.fence}, its events say {told.fence}")
        _hold(row.attempts <= told.intents + told.waits, f"{row.source_id} aged without an attempt of its own")
        if row.state is State.CONFIRMED and row.reason not in MARKED:
            _hold(self.world.pingwin.taken[row.key] > 0, f"confirmed but never taken: {row.source_id}")
        if row.reason == "worker_died":
            _hold(self.world.interrupted > 1, f"{row.source_id} is parked for deaths that never were")
        if row.state is State.DEAD:
            _hold(row.reason == "gave_up", f"dead for {row.reason}")

    def taken(self, key: str) -> None:
        """The target took a file."""
        self.after_turn()
        row = self.rows.get(self.by_key.get(key, -1))
        if row is None:
            _hold(self.restored, f"taken without a row: {key}")
            return
        told, before = self.told[row.id], self.world.pingwin.before[key]
        copies = self.world.pingwin.taken[key] - before
        if not copies:  # it left before the backup came back
            return
        # What left before the backup came back leaves again only by an order given since: a decision that says that it
        # may arrive twice, or an include, by which a person takes what this ledger calls history into their own hands.
        since = told.included - told.included_before if before else 0
        allowed = (0 if before else 1) + told.ordered + since
        _hold(copies <= allowed, f"sent twice: {row.source_id} ({copies} copies, {told.ordered} orders)")
        picked = told.included or told.ordered or row.generation
        _hold(told.entered is not State.HISTORY or bool(picked), f"history was sent: {row.source_id}")
        _hold(self.must.get(row.source_id) != "history" or bool(picked), f"history was sent: {row.source_id}")

    def _count(self) -> None:
        kept = {state: n for state, n in self.world.ledger.counts().get("space-1", {}).items() if n}
        counted = Counter(row.state for row in self.world.ledger.window(EVERYTHING, 0, 10_000))
        _hold(kept == dict(counted), f"counters say {kept}, rows say {dict(counted)}")

    # -- the end -------------------------------------------------------------------------------------------------------

    def at_rest(self) -> bool:
        """Whether nothing more will happen by itself."""
        resting = FINAL | NEEDS_PERSON | {State.WITHDRAWN}
        found = {row.source_id for row in self.rows.values()}
        return all(row.state in resting for row in self.rows.values()) and self._eligible() <= found

    def _eligible(self) -> set[str]:
        return {id for id in self.world.banqup.documents if self.must.get(id) in {"send", "history"}}

    def check_end(self) -> None:
        """Nothing lost, nothing silent, the ledger sound."""
        self.after_turn()
        self._count()
        rows = {row.source_id: row for row in self.rows.values() if not row.generation}
        for id, must in self.must.items():
            row = rows.get(id)
            if must == "send":
                _hold(row is not None, f"lost: {id}")
                assert row is not None
                _hold(row.state is not State.HISTORY, f"lost: {id} was buried as history ({row.reason})")
                _hold(row.reason != "during", f"{id} could be told apart, yet a person is asked")
        known = messages()
        for row in rows.values():
            if row.state in NEEDS_PERSON | {State.WITHDRAWN, State.HISTORY}:
                _hold(row.reason in known, f"silent: {row.source_id} is {row.state} for {row.reason}")
            self._not_silent(row)
        if Capability.LOOKUP in self.world.pingwin.capabilities:
            asked = [row.source_id for row in rows.values() if row.reason == "outcome_unknown"]
            _hold(not asked, f"could be asked, yet before a person: {asked}")
        problems = self.world.ledger.check()
        _hold(not problems, f"the ledger is not sound: {problems}")

    def _not_silent(self, row: Delivery) -> None:
        """What was taken is the document as it now stands, or a person is told that it changed."""
        if row.state is not State.CONFIRMED or row.reason in LEFT or row.id not in self.rows:
            return
        sent_again = any(row.source_id == other.source_id and other.generation for other in self.rows.values())
        if sent_again or self.told[row.id].restored or row.key not in self.world.pingwin.content:
            return
        sent = self.world.pingwin.content[row.key].decode().partition(">")[2].partition("<")[0]
        now = f"{row.source_id}:{self.world.banqup.version[row.source_id]}"
        _hold(sent == now, f"changed unnoticed: {sent} was sent, Banqup has {now}")


def _hold(true: bool, otherwise: str) -> None:
    if not true:
        raise Broken(otherwise)
