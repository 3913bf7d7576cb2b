"""Many installations at once: which of them, worst first, and one decision on all of a selection.

Takes what a snapshot says of each space; a decision on several is one version of the file of decisions, and each space
has its own outcome: one that is refused says why, the others go on.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from core.errors import UsageError
from core.installations import Installation
from core.ledger.terms import fold, squeeze
from core.model import Arguments
from core.operations.desk import Desk
from core.operations.setup import activation
from core.operations.setup.activation import Waiting
from core.operations.views.health import SEVERITY, Health
from core.operations.views.overview import SpaceStatus


class Order(StrEnum):
    """How a list of spaces is sorted."""

    WORST = "worst"
    NAME = "name"
    WAITING = "waiting"
    POLLED = "polled"
    DELIVERED = "delivered"


@dataclass(frozen=True, slots=True)
class View:
    """Which spaces are shown, and in which order. `attention`: only those that are not well or need a person."""

    text: str = ""
    healths: frozenset[Health] = frozenset()
    attention: bool = False
    order: Order = Order.WORST


WELL = frozenset({Health.ACTIVE, Health.INACTIVE, Health.HELD})
"""Healths that a person chose; every other one needs attention."""

_PLACES = {health: place for place, health in enumerate(SEVERITY)}


def needs_attention(status: SpaceStatus) -> bool:
    """Whether a space is not as somebody wanted it, or has deliveries that wait for a person."""
    late = status.overdue and status.installation.active
    return status.health not in WELL or bool(status.needs_attention) or late


def select(
    spaces: Sequence[SpaceStatus], view: View, delivered: Mapping[str, float] | None = None
) -> list[SpaceStatus]:
    """The spaces of a view in its order; `delivered` (`last_delivered`) is needed for that order alone."""
    wanted = fold(view.text.strip())
    shown = [
        each
        for each in spaces
        if (not view.healths or each.health in view.healths)
        and (not view.attention or needs_attention(each))
        and (not wanted or _named(each.installation, wanted))
    ]
    return sorted(shown, key=lambda each: _place(each, view.order, delivered or {}))


def _named(installation: Installation, wanted: str) -> bool:
    """Whether a name, an id, the dossier or an enterprise number holds what is looked for."""
    texts = (installation.name, installation.space, installation.file_id, *installation.enterprise_numbers)
    number = squeeze(wanted).removeprefix("be")
    return any(wanted in fold(text) for text in texts) or (
        len(number) > 3 and number.isdigit() and any(number in text for text in installation.enterprise_numbers)
    )


def _place(status: SpaceStatus, order: Order, delivered: Mapping[str, float]) -> tuple[object, ...]:
    """The sort key; what is equal stands by name."""
    name = (status.installation.name.casefold(), status.installation.space)
    match order:
        case Order.WORST:
            well = not needs_attention(status)
            return (well, _PLACES[status.health], -status.needs_attention, -status.overdue, -status.waiting, *name)
        case Order.WAITING:
            return (-status.waiting, -status.needs_attention, *name)
        case Order.POLLED:
            return (not status.installation.active, status.last_good_poll or 0.0, *name)
        case Order.DELIVERED:
            return (-delivered.get(status.installation.space, 0.0), *name)
        case _:
            return name


def last_delivered(desk: Desk, spaces: Collection[str]) -> Mapping[str, float]:
    """When the newest delivery of each of these spaces was confirmed, in Unix seconds; only of those that have one."""
    return desk.ledger.last_delivered(spaces) if desk.has_ledger() else {}


class Change(StrEnum):
    """What is decided on several installations at once."""

    HOLD = "hold"
    RELEASE = "release"
    ACTIVATE = "activate"
    DEACTIVATE = "deactivate"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one installation: done, or the code of why not."""

    space: str
    name: str
    done: bool
    code: str
    arguments: Arguments


def obstacle(installation: Installation, change: Change) -> str | None:
    """The code of why a change says nothing to an installation as it is, or None."""
    match change:
        case Change.HOLD if installation.active:
            return "already_held" if installation.held_by else None
        case Change.RELEASE:
            return None if installation.held_by else "not_held"
        case Change.ACTIVATE:
            return "already_active" if installation.active else None
        case Change.DEACTIVATE if installation.active:
            return None
        case _:
            return "not_active"


def change_all(
    desk: Desk, spaces: Collection[str], change: Change, *, waiting: Waiting | None = None, dry_run: bool = False
) -> list[Outcome]:
    """One decision on several installations. With `dry_run` nothing is written.

    An activation is recorded as decided now; the engine takes the baselines, some beside each other.
    """
    if not dry_run:
        desk.must_write()
    changes: dict[str, Mapping[str, object]] = {}
    afterwards: list[Callable[[], None]] = []
    outcomes = []
    for space in dict.fromkeys(spaces):
        installation = desk.installations.get(space)
        name = installation.name if installation is not None else space
        try:
            fields, afterward = _decided(desk, installation, space, change, waiting, dry_run=dry_run)
        except UsageError as refused:
            outcomes.append(Outcome(space, name, False, refused.code, refused.arguments))
            continue
        changes[space] = fields
        afterwards.append(afterward)
        outcomes.append(Outcome(space, name, True, f"office_{change.value}", {"name": name}))
    if changes and not dry_run:
        desk.installations.change_all(changes)
        for afterward in afterwards:
            afterward()
    return outcomes


def _decided(
    desk: Desk,
    installation: Installation | None,
    space: str,
    change: Change,
    waiting: Waiting | None,
    *,
    dry_run: bool,
) -> tuple[Mapping[str, object], Callable[[], None]]:
    """The fields that a change sets, and what the ledger is told once they stand in the file. Raises UsageError."""
    if installation is None:
        raise UsageError("no_such_installation", text=space)
    problem = obstacle(installation, change)
    if problem is not None:
        raise UsageError(problem, name=installation.name, by=installation.held_by)
    known, now = desk.has_ledger() and desk.ledger.space_run(space) is not None, desk.clock.now()
    match change:
        case Change.ACTIVATE if dry_run:
            activation.check(desk, installation, chosen=waiting is not None)
            return {}, _nothing
        case Change.ACTIVATE:
            decision = activation.answer_waiting(desk, installation, waiting)
            return decision.fields, lambda: activation.note_decision(desk, decision)
        case Change.DEACTIVATE:
            off = {"active": False, "activated_at": None, "waiting": ""}
            return off, (lambda: desk.ledger.end_activation(space, actor=desk.actor, now=now)) if known else _nothing
        case _:
            by = desk.actor if change is Change.HOLD else ""
            return {"held_by": by}, (
                (lambda: desk.ledger.hold(space, bool(by), actor=desk.actor, now=now)) if known else _nothing
            )


def _nothing() -> None:
    """The ledger does not know the space yet."""
