"""What is possible now: why an action is not, and which keys the last line offers.

The key of an action that is not possible stays live and answers with the reason (convention 19). Imports no Textual.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.model import Arguments, Delivery
from core.operations.decisions import Act, permission
from tui.actions import Action, Scope, in_scope

if TYPE_CHECKING:
    from core.operations.views.overview import SpaceStatus

FOOTER_KEYS = 6
"""More do not fit 80 columns."""

ACT_KEYS = 3
"""Places kept for what can be done with the row under the cursor, so that the other keys stay where they are."""


@dataclass(frozen=True, slots=True)
class Situation:
    """What an action would act on. `bottom`: there is no screen to go back to; `fields`: there are any."""

    readonly: bool = False
    deliveries: tuple[Delivery, ...] = ()
    space: SpaceStatus | None = None
    bottom: bool = False
    fields: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an action is not possible now: a message code."""

    code: str
    arguments: Arguments


def refusal(action: Action, situation: Situation) -> Refusal | None:
    """Why an action is not possible now, or None where it is."""
    if action.changes and situation.readonly:
        return Refusal("readonly", {})
    if action.act is None:
        return None
    if not situation.deliveries:
        return Refusal("nothing_chosen", {})
    found = [permission(delivery, action.act) for delivery in situation.deliveries]
    if any(each.allowed for each in found):
        return None
    return Refusal(found[0].code, found[0].arguments)


def footer(scopes: tuple[Scope, ...], situation: Situation) -> list[Action]:
    """At most six keys: what is possible here now, by rank; what cannot be done now makes room for what can.

    What depends on the row under the cursor stands first; the rest keeps its place at the end of the line.
    """
    possible = [action for action in in_scope(*scopes) if action.footer and _worth_a_place(action, situation)]
    possible.sort(key=lambda action: action.footer)
    always = [action for action in possible if action.footer >= 80]
    own = [action for action in possible if action.footer < 80]
    acts = [action for action in own if action.act is not None]
    others = [action for action in own if action.act is None]
    if acts:
        acts, others = acts[:ACT_KEYS], others[: FOOTER_KEYS - ACT_KEYS - len(always)]
    return acts + others[: FOOTER_KEYS - len(always)] + always


def _worth_a_place(action: Action, situation: Situation) -> bool:
    if action.id == "back":
        return not situation.bottom
    if action.id == "field":
        return situation.fields
    if action.changes and situation.readonly:
        return False
    return action.act is None or _invited(action.act, situation)


def _invited(act: Act, situation: Situation) -> bool:
    """Whether the footer offers an act: one that asks for a typed word is possible, but nobody is invited to it."""
    possible = [delivery for delivery in situation.deliveries if permission(delivery, act).allowed]
    if act is Act.RETRY and all(permission(delivery, Act.UNDO).allowed for delivery in possible):
        return False  # what was decided is taken back by one key
    return any(not permission(delivery, act).typed for delivery in possible)
