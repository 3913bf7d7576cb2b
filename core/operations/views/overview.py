"""What a person sees: the state of the whole, the queue, one delivery. Reads only; frozen values out."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from core import __version__
from core.errors import UsageError
from core.ledger.records import Activation, Circuit, QueueQuery, SpaceRun
from core.model import NEEDS_PERSON, Arguments, Delivery, Event, State
from core.operations.decisions import Permission, permissions
from core.operations.desk import Desk
from core.operations.running.engines import EngineState, engine, last_ran
from core.operations.views import health as healths
from core.operations.views.attempts import Attempt, attempts, report
from core.operations.views.explain import next_step, why
from core.operations.views.health import Facts, Health
from core.operations.views.queue import queue, queue_position, queue_sizes, queue_total
from core.sync.notes import ENGINE_PROBLEM
from core.sync.pace import stretch

if TYPE_CHECKING:
    from core.installations import Installation

__all__ = [
    "Attempt",
    "Detail",
    "Health",
    "Snapshot",
    "SpaceStatus",
    "detail",
    "efff",
    "find",
    "pdf",
    "queue",
    "queue_position",
    "queue_sizes",
    "queue_total",
    "snapshot",
    "version",
]

PREFIX = 4
"""Characters of a key or a source id that are enough to name a delivery (decision 17)."""

STILL_WAITING = (State.SEEN, State.READY, State.LEASED)


@dataclass(frozen=True, slots=True)
class SpaceStatus:
    """One installation as the first line and `status` show it. `code` is the reason of the health.

    `baseline` is the number of documents counted so far while a baseline runs, else None.
    """

    installation: Installation
    health: Health
    code: str
    arguments: Arguments
    last_good_poll: float | None
    overdue: bool
    counts: dict[State, int]
    needs_attention: int
    waiting: int
    baseline: int | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The whole, at one moment: crosses from the engine's side to a screen as one message.

    `version` moves whenever anything of it may have changed.
    """

    version: int
    engine: EngineState
    spaces: tuple[SpaceStatus, ...]
    circuits: tuple[Circuit, ...]
    worst: Health
    needs_attention: int
    at: float
    notes: tuple[tuple[str, Arguments], ...] = ()


@dataclass(frozen=True, slots=True)
class Detail:
    """Everything about one delivery. `findings`, `derived` and `dropped` are the last preparation's report."""

    delivery: Delivery
    installation: Installation | None
    findings: tuple[dict[str, str], ...]
    derived: tuple[dict[str, str], ...]
    dropped: tuple[dict[str, str], ...]
    attempts: tuple[Attempt, ...]
    events: tuple[Event, ...]
    permissions: tuple[Permission, ...]
    same_invoice: tuple[Delivery, ...]
    why: tuple[str, Arguments] = field(default=("", {}))
    next_step: tuple[str, Arguments] = field(default=("", {}))


def version(desk: Desk) -> int:
    """Moves whenever the ledger or the installations changed; cheap enough to ask several times a second."""
    ledger = desk.ledger.version() if desk.has_ledger() else 0
    return hash((ledger, desk.installations.stamp(), engine(desk).pid))


def snapshot(desk: Desk, *, space: str | None = None) -> Snapshot:
    """The state of the whole, or of one space."""
    running = engine(desk)
    circuits, counts, runs, newest = _ledger_says(desk, space)
    machine = desk.machine
    stretched = stretch(runs.values(), machine.timing, machine.banqup.calls_per_minute, desk.clock.now())
    facts = _facts(desk, running, circuits, stretched=stretched)
    spaces = tuple(
        _status(facts(each, runs.get(each.space), newest.get(each.space)), counts.get(each.space, {}))
        for each in desk.installed()
        if space in (None, each.space)
    )
    return Snapshot(
        version=version(desk),
        engine=running,
        spaces=spaces,
        circuits=tuple(circuits),
        worst=healths.worst([each.health for each in spaces]),
        needs_attention=sum(each.needs_attention for each in spaces),
        at=desk.clock.now(),
        notes=tuple(_notes(desk, running)),
    )


def _ledger_says(
    desk: Desk, space: str | None
) -> tuple[list[Circuit], dict[str, dict[State, int]], dict[str, SpaceRun], dict[str, Activation]]:
    """Circuits, counts, runs and newest activations: of all spaces at once, however many there are."""
    if not desk.has_ledger():
        return [], {}, {}, {}
    ledger = desk.ledger
    runs = {run.space: run for run in ledger.space_runs()}
    if space is None:
        return ledger.circuits(), ledger.counts(), runs, ledger.newest_activations()
    newest = ledger.activation(space)
    return ledger.circuits(), ledger.counts(), runs, {space: newest} if newest is not None else {}


Judge = Callable[["Installation", SpaceRun | None, Activation | None], Facts]


def _facts(desk: Desk, running: EngineState, circuits: Sequence[Circuit], *, stretched: float = 1.0) -> Judge:
    """What holds for the whole, read once; gives the facts of one installation after the other."""
    machine = desk.machine
    standing = {(each.target, each.scope, each.id): each for each in circuits}
    whole = partial(
        Facts,
        engine_running=running.running,
        connected=bool(machine.banqup.base_url),
        now=desk.clock.now(),
        timing=machine.timing,
        engine_problem=_engine_problem(desk) if running.running else None,
        last_ran=None if running.running else last_ran(desk),
        stretch=stretched,
    )

    def facts(installation: Installation, run: SpaceRun | None, activation: Activation | None) -> Facts:
        ways = healths.ways(run) if run is not None else ()
        return whole(installation, run, activation, circuits=[standing[way] for way in ways if way in standing])

    return facts


def _engine_problem(desk: Desk) -> tuple[str, Arguments] | None:
    """What the running engine says keeps it from working (a secret missing in its own environment, perhaps)."""
    told = desk.ledger.get_meta(ENGINE_PROBLEM)
    if not told:
        return None
    problem = json.loads(told)
    return problem["code"], problem["arguments"]


def _status(facts: Facts, counts: dict[State, int]) -> SpaceStatus:
    judged = healths.judge(facts)
    return SpaceStatus(
        installation=facts.installation,
        health=judged.health,
        code=judged.code,
        arguments=judged.arguments,
        last_good_poll=facts.run.last_good_poll if facts.run else None,
        overdue=healths.overdue(facts),
        counts=dict(counts),
        needs_attention=sum(counts.get(state, 0) for state in NEEDS_PERSON),
        waiting=sum(counts.get(state, 0) for state in STILL_WAITING),
        baseline=healths.counted_so_far(facts, counts),
    )


def _notes(desk: Desk, running: EngineState) -> list[tuple[str, Arguments]]:
    """What holds for the whole and must not stay silent."""
    found: list[tuple[str, Arguments]] = []
    if running.running and running.version and running.version != __version__:
        found.append(("engine_other_version", {"engine": running.version, "ours": __version__}))
    problem = desk.installations.problem
    if problem is not None:
        found.append((problem.code, {**problem.arguments, "where": problem.where}))
    if desk.machine.demo:
        found.append(("demo_home", {}))
    return found


def find(desk: Desk, text: str) -> Delivery:
    """A delivery by its id, or a unique prefix (4 or more) of its key or source id. Raises UsageError.

    An invoice number that only one delivery has is taken too: it is what a customer names.
    """
    wanted = text.strip()
    if wanted.isdecimal() and len(wanted) < 19:
        exact = desk.ledger.delivery(int(wanted))
        if exact is not None:
            return exact
    matches = desk.ledger.by_key(wanted) if len(wanted) >= PREFIX else []
    if not matches and wanted:
        rows = desk.ledger.window(QueueQuery(text=wanted, history=True), 0, 200)
        matches = [row for row in rows if row.number == wanted]
    if len({(row.space, row.source_id, row.dossier) for row in matches}) == 1:
        return max(matches, key=lambda row: row.generation)
    if matches:
        names = ", ".join(f"{row.id} ({row.number or row.source_id})" for row in matches[:8])
        raise UsageError("ambiguous", text=wanted, names=names)
    raise UsageError("no_such_delivery", id=wanted)


def row_of(desk: Desk, delivery: int) -> Delivery:
    """One delivery. Raises UsageError where there is none."""
    row = desk.ledger.delivery(delivery)
    if row is None:
        raise UsageError("no_such_delivery", id=delivery)
    return row


def facts_of(desk: Desk, space: str) -> Facts | None:
    """What the health of one space follows from, None where nothing is installed there."""
    installation = desk.installations.get(space)
    if installation is None:
        return None
    circuits, _, runs, newest = _ledger_says(desk, space)
    return _facts(desk, engine(desk), circuits)(installation, runs.get(space), newest.get(space))


def detail(desk: Desk, delivery: int) -> Detail:
    """Everything about one delivery."""
    row = row_of(desk, delivery)
    installation = desk.installations.get(row.space)
    events = tuple(desk.ledger.events(delivery=row.id))
    findings, derived, dropped = report(events)
    facts = facts_of(desk, row.space)
    same = desk.ledger.same_invoice(row.invoice_key, other_than=row.source_id) if row.invoice_key else []
    return Detail(
        delivery=row,
        installation=installation,
        findings=findings,
        derived=derived,
        dropped=dropped,
        attempts=attempts(events),
        events=events,
        permissions=tuple(permissions(row)),
        same_invoice=tuple(same),
        why=why(row),
        next_step=next_step(row, facts),
    )


def efff(desk: Desk, delivery: int) -> bytes | None:
    """The e-fff file as it lies in the spool, or None where there is none (any more)."""
    row = row_of(desk, delivery)
    return desk.spool.get(row.space, row.sha256) if row.sha256 else None


def pdf(desk: Desk, delivery: int) -> bytes | None:
    """The PDF inside the e-fff file."""
    from core.operations.views.efff_file import pdf_inside

    content = efff(desk, delivery)
    return pdf_inside(content) if content is not None else None
