"""History, decided by id: the scan that counts from installation on and becomes the baseline at activation.

What is eligible before the activation is history and never sent by itself; a document that an earlier pass saw not
eligible and a later one sees eligible is new; what cannot be told apart is put before a person (engine reference, 5.2).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from core.banqup.errors import SpaceGone
from core.banqup.source import Source
from core.clock import Clock
from core.ledger.base import Activation, Discovery, Finding, Ledger, SpaceRun
from core.model import Delivery, Document, Rule, State
from core.sync.notes import BACKUP_MADE
from core.sync.pace import SECOND
from core.sync.poll import GONE, RESTORED_BELOW, back, changed, describe, since, uninterrupted

OVERLAP_NS = 3_600 * SECOND
SKEW_NS = 60 * SECOND
"""How far Banqup's clock and ours may be apart before anybody is warned."""

MOST_PASSES = 20
"""A list that keeps moving ends the baseline all the same; polling finds the rest."""

Progress = Callable[[int], None]
"""Told the number of history documents so far."""


@dataclass(frozen=True, slots=True)
class Counting:
    """What one pass works with."""

    ledger: Ledger
    source: Source
    run: SpaceRun
    activation: Activation
    clock: Clock
    progress: Progress
    earlier: tuple[Activation, ...] = ()
    """Activations under which the space is still running: the trigger or dossier is being changed."""


def judge(
    document: Document, rule: Rule, *, started_ns: int, requested: bool, seen_not_eligible: bool, kind: str
) -> tuple[State, str | None] | None:
    """State and reason of a document in a baseline pass, or None where it is not eligible (yet).

    Before the activation is requested everything eligible is history. After it, only what moved since can be new:
    the status history decides, else whether an earlier pass saw it not eligible, else a person. Banqup's clock tells
    whole seconds, so what moved in the very second of the activation is a person's to decide as well.
    """
    if not rule.eligible(document):
        return None
    reached = rule.reached_ns(document)
    moment = reached if reached is not None else document.updated_ns
    if not requested or moment is None or moment < started_ns:
        return State.HISTORY, REASONS.get(kind, "baseline")
    surely_after = moment >= started_ns + SECOND
    if surely_after and (reached is not None or seen_not_eligible):
        return State.SEEN, None
    return State.PARKED, "during"


REASONS = {
    "activation": "baseline",
    "reactivation": "inactive",
    "restore": "restore",
    "rule": "rule",
    "dossier": "dossier",
}
"""Why a document is history, by what the baseline was taken for."""


async def count(
    ledger: Ledger,
    source: Source,
    space: str,
    rule: Rule,
    *,
    clock: Clock,
    kind: str | None = None,
    progress: Progress = lambda _: None,
) -> Activation:
    """Counts what would stay history, without a decision to activate. Goes on where an earlier count left off.

    Raises SourceError; what was read until then is kept.
    """
    activation = _open(ledger, space, rule, kind=kind, requested_at=None, actor="engine", clock=clock)
    if activation.requested_at is not None:
        return activation
    counting = Counting(ledger, source, _run(ledger, space), activation, clock, progress)
    await _pass(counting, since_ns=_passed(ledger, activation))
    return _newest(ledger, space)


async def take(
    ledger: Ledger,
    source: Source,
    space: str,
    rule: Rule,
    *,
    clock: Clock,
    actor: str,
    requested_at: float,
    kind: str | None = None,
    endings: int | None = None,
    progress: Progress = lambda _: None,
) -> Activation:
    """Takes the baseline of a requested activation and completes it: from then on the space runs.

    A count that has been going on becomes this very baseline; an interrupted one starts over under the same time.
    `endings` is `Ledger.endings` from before the decision was read: where the space was switched off since, nothing
    happens. While the trigger of a running space changes, what is due under the old one is found here, too.
    """
    activation = _open(
        ledger, space, rule, kind=kind, requested_at=requested_at, actor=actor, clock=clock, endings=endings
    )
    if activation.ended_at is None and (activation.requested_at is None or activation.started_ns == 0):
        ledger.restart_scan(activation.id, started_ns=await _source_clock(source, space, clock, requested_at))
        ledger.request_activation(activation.id, requested_at=requested_at, actor=actor, endings=endings)
        activation = _newest(ledger, space)
    if activation.ended_at is not None or activation.requested_at is None:
        return activation
    earlier = _still_running(ledger.activations(space))
    counting = Counting(ledger, source, _run(ledger, space), activation, clock, progress, earlier)
    first = activation.kind == "activation"  # else rows are there, and a count passed over what changed of them
    await _pass(counting, since_ns=_passed(ledger, activation) if first else None)
    for _ in range(MOST_PASSES):
        if await _pass(counting, since_ns=activation.started_ns - OVERLAP_NS) == 0:
            break
    return ledger.complete_activation(activation.id, watermark_ns=activation.started_ns, now=clock.now())


def counted(ledger: Ledger, activation: Activation) -> bool:
    """Whether a pass over the whole list has been completed for this activation."""
    return _passed(ledger, activation) is not None


async def _pass(counting: Counting, *, since_ns: int | None) -> int:
    """Reads the list once (`since_ns` None: the whole), writes what it says page by page. Returns the rows added.

    Stops where somebody else goes on: the space was switched off, the baseline is complete, a count has become one.
    Raises SpaceGone where the whole list is empty and the space is not ours to read: its documents would all be new.
    """
    ledger, activation = counting.ledger, counting.activation
    requested = activation.requested_at is not None
    added, listed, clock_ns = 0, 0, None
    async with aclosing(counting.source.scan(counting.run.space, since_ns)) as pages:
        async for page in pages:
            listed += len(page.documents)
            clock_ns = page.clock_ns if clock_ns is None else clock_ns
            found, not_yet = _read(page.documents, counting, activation)
            now = counting.clock.now()
            new = ledger.record_baseline(activation.id, found, not_yet, now=now, requested=requested)
            if new is None:
                return 0
            added += new
            counting.progress(ledger.counts().get(activation.space, {}).get(State.HISTORY, 0))
    if since_ns is None and not listed:
        await _still_ours(counting)
    if clock_ns is not None:
        ledger.set_meta(_pass_key(activation), str(clock_ns))
    return added


async def _still_ours(counting: Counting) -> None:
    """An app that lost its access is shown an empty list, too."""
    if counting.run.space not in {space.id for space in await counting.source.spaces()}:
        raise SpaceGone("access_withdrawn")


def _read(
    documents: Iterable[Document], counting: Counting, activation: Activation
) -> tuple[list[Discovery], list[str]]:
    """Splits a page into rows to write and ids that are not eligible yet."""
    known_documents = [document for document in documents if document.direction is not None]
    ids = [document.id for document in known_documents]
    seen_before = counting.ledger.not_yet(activation.id, ids)
    rows = counting.ledger.known(activation.space, ids)
    discoveries: list[Discovery] = []
    not_yet: list[str] = []
    for document in known_documents:
        row = rows.get(document.id)
        decided = activation.requested_at is not None  # a mere count moves nothing that is there
        again = changed(document, row, activation.rule, counting.run) if row is not None and decided else None
        if again is not None:
            discoveries.append(again)
            continue
        judged = _due_before(document, counting) or judge(
            document,
            activation.rule,
            started_ns=activation.started_ns,
            requested=activation.requested_at is not None,
            seen_not_eligible=document.id in seen_before,
            kind=activation.kind,
        )
        if judged is None and row is None and _may_have_gone(document, counting):
            discoveries.append(describe(document, counting.run, Finding.NEW, State.WITHDRAWN, RESTORED_BELOW))
        elif judged is None:
            not_yet.append(document.id)
        elif row is not None and row.state is State.WITHDRAWN and decided:
            discoveries.append(_back(document, row, judged, counting))
        elif row is None:
            discoveries.append(describe(document, counting.run, Finding.NEW, *judged))
    return discoveries, not_yet


def _back(document: Document, row: Delivery, judged: tuple[State, str | None], counting: Counting) -> Discovery:
    """A withdrawn document that stands at its trigger again.

    One that Banqup said was gone may have been approved while the space was active: that is a person's to say.
    """
    if judged[0] is State.SEEN:
        return back(document, row, counting.run)
    if row.reason == GONE and counting.activation.kind == "reactivation":
        judged = State.PARKED, "gone_while_off"
    return describe(document, counting.run, Finding.BACK, *judged, delivery=row.id)


def _may_have_gone(document: Document, counting: Counting) -> bool:
    """Whether a document below its trigger may have been sent by what a restored ledger forgot: it moved since."""
    if counting.activation.kind != "restore":
        return False
    made_ns = int(counting.ledger.get_meta(BACKUP_MADE) or 0)
    return document.updated_ns is None or document.updated_ns >= made_ns - SKEW_NS


def _due_before(document: Document, counting: Counting) -> tuple[State, str | None] | None:
    """A document that became eligible under the trigger still in force is sent, whatever the new one says of it."""
    return (State.SEEN, None) if any(since(one, document) for one in counting.earlier) else None


def _open(
    ledger: Ledger,
    space: str,
    rule: Rule,
    *,
    kind: str | None,
    requested_at: float | None,
    actor: str,
    clock: Clock,
    endings: int | None = None,
) -> Activation:
    """The activation under way, or a new one; `started_ns` 0 until the source has told its clock."""
    newest = ledger.activation(space)
    if newest is not None and newest.goes_on_for(rule, requested_at):
        return newest
    return ledger.begin_activation(
        space,
        rule,
        started_ns=0,
        kind=kind or _kind(newest),
        requested_at=requested_at,
        actor=actor,
        now=clock.now(),
        endings=endings,
    )


def _kind(newest: Activation | None) -> str:
    """What a baseline is taken for, where nobody says; one that a restore asked for stays that until it is complete."""
    if newest is not None and newest.completed_at is not None:
        return "reactivation"
    return "restore" if newest is not None and newest.kind == "restore" else "activation"


def _still_running(activations: Sequence[Activation]) -> tuple[Activation, ...]:
    """Of a space's activations, newest first: the complete one that has not ended, and those it took over from."""
    complete = [one for one in activations if one.completed_at is not None]
    if not complete or complete[0].ended_at is not None:
        return ()
    return (complete[0], *uninterrupted(complete))


async def _source_clock(source: Source, space: str, clock: Clock, requested_at: float) -> int:
    """Banqup's own time at the moment of the decision: what it says now, less what has passed since.

    Asked with the first page of a list that should be short. Where Banqup could not be reached for a while, what was
    approved meanwhile still counts as after the decision.
    """
    passed = max(0.0, clock.now() - requested_at)
    async with aclosing(source.scan(space, int(clock.now() * SECOND))) as pages:
        async for page in pages:
            return page.clock_ns - int(passed * SECOND)
    return int(requested_at * SECOND)


def _run(ledger: Ledger, space: str) -> SpaceRun:
    run = ledger.space_run(space)
    assert run is not None, "a space is enrolled before it is counted"
    return run


def _newest(ledger: Ledger, space: str) -> Activation:
    activation = ledger.activation(space)
    assert activation is not None
    return activation


def _pass_key(activation: Activation) -> str:
    return f"pass:{activation.id}"


def _passed(ledger: Ledger, activation: Activation) -> int | None:
    """From where the next pass may read: the source's clock at the start of the last complete one, less an overlap."""
    clock_ns = ledger.get_meta(_pass_key(activation))
    return None if clock_ns is None else int(clock_ns) - OVERLAP_NS
