"""A person's decisions on deliveries: the table of decisions.md as data, and the one function that applies it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from core.model import Arguments, Delivery
from core.operations.desk import Desk


class Act(StrEnum):
    """What a person can do with a delivery."""

    RETRY = "retry"
    RESEND = "resend"
    DISCARD = "discard"
    MARK_DELIVERED = "mark_delivered"
    INCLUDE = "include"
    UNDO = "undo"


@dataclass(frozen=True, slots=True)
class Permission:
    """Whether an act is possible in a delivery's state; `code` says why not, or what will happen.

    `twice` marks an act after which the invoice may arrive twice; `typed` one that asks for a typed word.
    """

    act: Act
    allowed: bool
    code: str
    arguments: Arguments = field(default_factory=dict)
    twice: bool = False
    typed: bool = False


@dataclass(frozen=True, slots=True)
class Decided:
    """What became of one delivery of a decision: the row as it is now, or the code of the refusal."""

    delivery: int
    done: bool
    code: str
    arguments: Arguments = field(default_factory=dict)
    row: Delivery | None = None


def permissions(delivery: Delivery) -> list[Permission]:
    """Every act with its permission for this delivery, in the order of the buttons."""
    raise NotImplementedError


def decide(desk: Desk, ids: Sequence[int], act: Act, *, reason: str = "") -> list[Decided]:
    """Applies an act to deliveries, one by one; each is recorded with who, when and why."""
    raise NotImplementedError
