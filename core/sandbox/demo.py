"""`demo`: the product's whole way, run against the sandbox: connect, install, activate, approve, deliver, look.

`run` does it without a screen and returns what happened; `prepare` does it up to activation and leaves documents being
approved over time, for a console to open on. Prints nothing; each step is a `DemoEvent`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

from core.ledger.base import QueueQuery
from core.model import Arguments, Delivery, State
from core.operations.running import engines
from core.operations.views import overview
from core.sandbox.stage import DemoEvent, DemoOptions, Progress, Stage
from core.wording import word

__all__ = ["DemoEvent", "DemoLine", "DemoOptions", "DemoSummary", "Stage", "prepare", "run"]

WAVES = 6
"""Documents are approved in so many goes."""

PERSON = frozenset({State.PARKED, State.FAILED})
"""States in which a document rightly waits for a person. `dead` and `changed` never happen in a demo that went well."""

SETTLED = frozenset({State.CONFIRMED, State.PARKED, State.FAILED, State.DEAD, State.CHANGED, State.DISCARDED})
UNKNOWN_OUTCOME = "outcome_unknown"
ROWS = 500


def english(code: str, arguments: Arguments) -> str:
    """A reason in English; the front ends bring their own language."""
    return word(code, arguments).sentence


@dataclass(frozen=True, slots=True)
class DemoLine:
    """What became of one document. `reason` is a code with its arguments, empty for a delivered one."""

    id: int
    direction: str
    number: str
    party: str
    amount: str
    currency: str
    state: str
    reason: str
    reason_args: Arguments
    reference: str
    attempts: int


@dataclass(frozen=True, slots=True)
class DemoSummary:
    """What the demo came to (commands.md). `ok`: every document ended where it should.

    `documents` were approved while active, `history` before it. `received` counts files the Pingwin stand-in took,
    `received_twice` those that were a further copy, `invalid` those that fail its checks.
    """

    documents: int
    delivered: int
    needs_attention: int
    unknown: int
    received: int
    received_twice: int
    invalid: int
    seconds: float
    history: int
    faults: int
    lines: tuple[DemoLine, ...] = field(repr=False)

    @property
    def ok(self) -> bool:
        """Delivered once each and soundly, or waiting for a person for a reason of the document's own."""
        settled = self.delivered + self.needs_attention == self.documents and not self.unknown
        rightly = all(line.state in PERSON | {State.CONFIRMED} for line in self.lines)
        return settled and rightly and self.received == self.delivered and not (self.received_twice or self.invalid)

    def as_json(self, say: Callable[[str, Arguments], str] = english) -> dict[str, Any]:
        """For `--json`: the keys of commands.md and the lines, each with its reason also in words."""
        lines = [
            {**asdict(line), "reason_text": line.reason and say(line.reason, line.reason_args)} for line in self.lines
        ]
        return {**asdict(self), "ok": self.ok, "lines": lines}


def run(options: DemoOptions, progress: Progress) -> DemoSummary:
    """The whole demo without a screen. Raises UsageError where it cannot begin; always cleans up after itself."""
    with Stage(options, progress) as stage:
        expected = _set_up(stage)
        begun = time.monotonic()
        stage.start_engine()
        deadline = begun + (options.deadline or _patience(expected, options))
        approved = _approve_in_waves(stage, expected, deadline)
        _wait_until_settled(stage, approved, deadline)
        summary = _summary(stage, approved, time.monotonic() - begun)
        stage.say("demo_done", delivered=summary.delivered, needs_attention=summary.needs_attention)
        return summary


@contextmanager
def prepare(options: DemoOptions, progress: Progress, *, every: float = 3.0) -> Iterator[Stage]:
    """Everything up to activation; from then on a document is approved or sent every so many seconds.

    For the length of the block: afterwards engine and sandbox are ended. The console starts the engine.
    """
    with Stage(options, progress) as stage:
        _set_up(stage)
        stage.control.approve_over_time(1, every)
        yield stage


def _set_up(stage: Stage) -> int:
    """All steps up to activation; returns how many documents are still to be approved."""
    stage.open()
    stage.connect()
    stage.install()
    stage.activate()
    state = stage.control.state()
    return int(state["documents"]) - int(state["at_trigger"])


def _patience(documents: int, options: DemoOptions) -> float:
    """Seconds after which a demo is called stuck."""
    return (60.0 + documents * 1.5) * (3 if options.faults else 1)


def _approve_in_waves(stage: Stage, expected: int, deadline: float) -> int:
    """Approves and sends documents over time, as people in Banqup would; the engine delivers meanwhile."""
    size = max(1, -(-expected // WAVES))
    approved = 0
    while approved < expected and time.monotonic() < deadline:
        moved = len(stage.control.approve(count=size))
        if not moved:
            break
        approved += moved
        stage.say("demo_approved", approved=approved, total=expected)
        time.sleep(stage.options.pace)
    return approved


def _wait_until_settled(stage: Stage, approved: int, deadline: float) -> None:
    """Until every approved document is delivered or waits for a person, or the deadline is there."""
    told = None
    while time.monotonic() < deadline:
        counts = stage.desk.ledger.counts().get(stage.access.space, {})
        settled = sum(count for state, count in counts.items() if state in SETTLED)
        delivered = counts.get(State.CONFIRMED, 0)
        if told != (delivered, settled):
            told = (delivered, settled)
            stage.say("demo_delivered", delivered=delivered, waiting=approved - settled, total=approved)
        if settled >= approved:
            return
        if not engines.engine(stage.desk).running:
            stage.say("demo_engine_gone")
            return
        time.sleep(0.1)


def _summary(stage: Stage, approved: int, seconds: float) -> DemoSummary:
    rows = [row for row in _rows(stage) if row.state is not State.HISTORY]
    received = stage.control.received()
    person = [row for row in rows if _waits_for_person(row)]
    delivered = sum(row.state is State.CONFIRMED for row in rows)
    return DemoSummary(
        documents=approved,
        delivered=delivered,
        needs_attention=len(person),
        unknown=max(0, approved - delivered - len(person)),
        received=received["received"],
        received_twice=received["received_twice"],
        invalid=received["invalid"],
        seconds=round(seconds, 1),
        history=stage.options.early,
        faults=sum(stage.control.faults()["played"].values()),
        lines=tuple(_line(row) for row in rows),
    )


def _waits_for_person(row: Delivery) -> bool:
    return row.state in SETTLED - {State.CONFIRMED, State.DISCARDED} and row.reason != UNKNOWN_OUTCOME


def _rows(stage: Stage) -> Iterator[Delivery]:
    query = QueueQuery(spaces=(stage.access.space,))
    offset = 0
    while page := overview.queue(stage.desk, query, offset, ROWS):
        yield from page
        offset += len(page)


def _line(row: Delivery) -> DemoLine:
    return DemoLine(
        id=row.id,
        direction=str(row.direction or ""),
        number=row.number,
        party=row.counterparty,
        amount="" if row.amount is None else f"{row.amount:.2f}",
        currency=row.currency,
        state=str(row.state),
        reason=row.reason or "",
        reason_args=dict(row.reason_args),
        reference=row.reference or "",
        attempts=row.attempts,
    )
