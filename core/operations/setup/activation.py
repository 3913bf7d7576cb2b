"""Active or not: what stays history, what still waits, and the switch itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from core.banqup.source import Source
from core.errors import ConfigurationError, ProductError, UsageError
from core.installations import Installation
from core.ledger.records import Activation
from core.model import Arguments, State, delivery_key
from core.operations.desk import Desk
from core.operations.running.engines import engine
from core.operations.setup.connections import banqup_secret_source
from core.operations.setup.credentials import CredentialField, credentials, installed, same_dossier
from core.operations.setup.enrolment import dossier_of, enrol
from core.sync import baseline

Progress = Callable[[int], None]
Waiting = Literal["send", "discard"]


@dataclass(frozen=True, slots=True)
class Preview:
    """What activating would mean. `complete` is False while counting goes on: at least `history` so far.

    `obstacles` are codes of what is missing (credentials, enterprise numbers, target); empty where it may go on.
    """

    history: int
    complete: bool
    waiting: int
    obstacles: tuple[str, ...]
    warnings: tuple[tuple[str, Arguments], ...] = ()


async def preview(desk: Desk, space: str, *, count: bool = True, progress: Progress | None = None) -> Preview:
    """Says how many documents stay history and how many deliveries wait; changes nothing that anybody can see.

    With `count`, and where no engine counts, reads Banqup's list now.
    """
    installation = installed(desk, space)
    missing = obstacles(desk, installation)
    warnings = list(_warnings(desk, installation))
    countable = not missing and not desk.readonly and not installation.active
    if count and countable and not engine(desk).running:
        try:
            await _count(desk, installation, progress)
        except ProductError as failed:
            warnings.append((failed.code, failed.arguments))
    if not desk.has_ledger():
        return Preview(0, False, 0, missing, tuple(warnings))
    counting = desk.ledger.activation(space)
    return Preview(
        history=desk.ledger.counts().get(space, {}).get(State.HISTORY, 0),
        complete=counting is not None
        and (counting.completed_at is not None or baseline.counted(desk.ledger, counting)),
        waiting=desk.ledger.waiting(space),
        obstacles=missing,
        warnings=tuple(warnings),
    )


async def _count(desk: Desk, installation: Installation, progress: Progress | None) -> None:
    enrol(desk, installation)
    async with desk.banqup() as source:
        await baseline.count(
            desk.ledger,
            source,
            installation.space,
            installation.options.rule,
            clock=desk.clock,
            progress=progress or _silent,
        )


def _silent(_: int) -> None:
    """Tells nobody."""


def obstacles(desk: Desk, installation: Installation) -> tuple[str, ...]:
    """The codes of what is missing before an installation may be activated."""
    found = [f"missing_{view.field.value}" for view in credentials(desk, installation.space) if not view.present]
    if _only_the_engine_has_them(desk, installation, found):
        found = []
    if not installation.enterprise_numbers:
        found.append("enterprise_numbers_missing")
    try:
        desk.target()
    except ConfigurationError as missing:
        found.append(missing.code)
    connection = desk.machine.banqup
    if not (connection.base_url and connection.client_id):
        found.append("banqup_not_connected")
    elif banqup_secret_source(desk) is None and not engine(desk).running:
        found.append("banqup_no_secret")
    return tuple(found)


def _only_the_engine_has_them(desk: Desk, installation: Installation, found: list[str]) -> bool:
    """In system mode the secrets belong to the engine's user; a console without them trusts a running engine."""
    secrets = {f"missing_{field.value}" for field in (CredentialField.API_KEY, CredentialField.CLID)}
    unread = secrets <= set(found) and desk.has_ledger()
    run = desk.ledger.space_run(installation.space) if unread else None
    return run is not None and bool(run.clid and run.dossier) and engine(desk).running


def _warnings(desk: Desk, installation: Installation) -> list[tuple[str, Arguments]]:
    found: list[tuple[str, Arguments]] = []
    if not installation.own_extension_off:
        found.append(("own_extension_on", {"name": installation.name}))
    found += [("same_dossier", {"name": other.name}) for other in same_dossier(desk, installation.space)]
    try:
        target = desk.target()
    except ProductError:
        return found
    if not target.confirmed:
        found.append(("contract_unconfirmed", {"target": target.name}))
    return found


async def activate(
    desk: Desk,
    space: str,
    *,
    waiting: Literal["send", "discard"] | None = None,
    held: bool = False,
    progress: Callable[[int], None] | None = None,
) -> Installation:
    """Records the decision; the engine takes the baseline, or this does (with progress) where no engine runs.

    Raises UsageError where something is missing, or where deliveries wait and `waiting` was not chosen. Activating an
    active space finishes a baseline that was interrupted, and changes nothing else. With `held`, uploads are paused
    from the first moment.
    """
    desk.must_write()
    endings = desk.ledger.endings(space)
    installation = installed(desk, space)
    if not installation.active:
        installation = _decide(desk, installation, waiting, held)
    if not engine(desk).running and not _complete(desk.ledger.activation(space)):
        async with desk.banqup() as source:
            await _take(desk, source, installation, endings, progress)
    return installation


async def finish(desk: Desk, source: Source, space: str) -> None:
    """Takes the baseline of an active space that has none yet. Raises SourceError and StoreError."""
    endings = desk.ledger.endings(space)
    installation = installed(desk, space)
    if installation.active and not _complete(desk.ledger.activation(space)):
        await _take(desk, source, installation, endings, None)


def _complete(activation: Activation | None) -> bool:
    return activation is not None and activation.completed_at is not None and activation.ended_at is None


def _decide(desk: Desk, installation: Installation, waiting: Waiting | None, held: bool) -> Installation:
    """The decision itself: what waits is answered first, so that nothing old can go out unasked."""
    decision = answer_waiting(desk, installation, waiting, held=held)
    decided = desk.installations.change(installation.space, lambda each: each.model_copy(update=dict(decision.fields)))
    note_decision(desk, decision)
    return decided


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of an installation that is activated, and how many deliveries waited there."""

    space: str
    fields: Mapping[str, object]
    waited: int


def answer_waiting(desk: Desk, installation: Installation, waiting: Waiting | None, *, held: bool = False) -> Decision:
    """Checks that an installation may be activated, and answers what waits. Raises UsageError; records no decision."""
    check(desk, installation)
    enrol(desk, installation)
    waits = check(desk, installation, chosen=waiting is not None)
    now = desk.clock.now()
    if waits and waiting == "discard":
        desk.ledger.discard_waiting(installation.space, actor=desk.actor, now=now)
    elif waits:
        _readdress(desk, installation.space)
    if held:
        desk.ledger.hold(installation.space, True, actor=desk.actor, now=now)
    fields = {
        "file_id": dossier_of(desk, installation),
        "active": True,
        "activated_at": datetime.fromtimestamp(now, UTC),
        "waiting": waiting if waits else "",
        "held_by": desk.actor if held else installation.held_by,
    }
    return Decision(installation.space, fields, waits)


def check(desk: Desk, installation: Installation, *, chosen: bool = True) -> int:
    """How many deliveries wait. Raises UsageError where something is missing, or nobody chose what becomes of them."""
    missing = obstacles(desk, installation)
    if missing:
        raise UsageError("cannot_activate", name=installation.name, codes=" ".join(missing))
    waits = desk.ledger.waiting(installation.space) if desk.has_ledger() else 0
    if waits and not chosen:
        raise UsageError("waiting_not_chosen", name=installation.name, count=waits)
    return waits


def note_decision(desk: Desk, decision: Decision) -> None:
    """Keeps in the history of the space that it was activated."""
    desk.ledger.note(
        decision.space,
        kind="installation",
        code="activation_decided",
        args={"waiting": str(decision.fields["waiting"]) or None, "count": decision.waited},
        actor=desk.actor,
        now=desk.clock.now(),
    )


def _readdress(desk: Desk, space: str) -> None:
    """What waits follows the space to the dossier it has now, with new keys (engine reference, 5.2)."""
    run = desk.ledger.space_run(space)
    assert run is not None, "enrolled before"
    desk.ledger.readdress(
        space,
        key=lambda source_id, generation: delivery_key(run.clid, run.dossier, space, source_id, generation),
        states={State.SEEN, State.READY, State.LEASED},
        actor=desk.actor,
        now=desk.clock.now(),
    )


async def _take(
    desk: Desk, source: Source, installation: Installation, endings: int, progress: Progress | None
) -> None:
    assert installation.activated_at is not None, "an active installation says since when"
    await baseline.take(
        desk.ledger,
        source,
        installation.space,
        installation.options.rule,
        clock=desk.clock,
        actor=desk.actor,
        requested_at=installation.activated_at.timestamp(),
        endings=endings,
        progress=progress or _silent,
    )


def deactivate(desk: Desk, space: str) -> Installation:
    """Disconnects: stops at once and keeps the queue."""
    desk.must_write()
    installation = installed(desk, space)
    if not installation.active:
        raise UsageError("not_active", name=installation.name)
    off = {"active": False, "activated_at": None, "waiting": ""}
    changed = desk.installations.change(space, lambda each: each.model_copy(update=off))
    # The ledger too, at once: a busy engine reads it before each claim, the settings only between steps.
    if desk.ledger.space_run(space) is not None:
        desk.ledger.end_activation(space, actor=desk.actor, now=desk.clock.now())
    return changed


def hold(desk: Desk, space: str) -> Installation:
    """Pauses uploads without making history."""
    desk.must_write()
    installation = installed(desk, space)
    if not installation.active:
        raise UsageError("not_active", name=installation.name)
    if installation.held_by:
        raise UsageError("already_held", name=installation.name, by=installation.held_by)
    return _set_hold(desk, space, desk.actor)


def release(desk: Desk, space: str) -> Installation:
    """Ends a hold."""
    desk.must_write()
    installation = installed(desk, space)
    if not installation.held_by:
        raise UsageError("not_held", name=installation.name)
    return _set_hold(desk, space, "")


def _set_hold(desk: Desk, space: str, by: str) -> Installation:
    changed = desk.installations.change(space, lambda each: each.model_copy(update={"held_by": by}))
    if desk.ledger.space_run(space) is not None:
        desk.ledger.hold(space, bool(by), actor=desk.actor, now=desk.clock.now())
    return changed
