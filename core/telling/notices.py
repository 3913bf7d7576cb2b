"""What is to be told now: pure, from the troubles that stand, what was told before, and the time.

A trouble is told once after its patience (so that a burst is one message), then again each day with all that stands.
What was told outlives a restart: the memory is text for a note of the ledger. Times are Unix seconds.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum

from core.model import Arguments

GAP = 600.0
"""Seconds between two messages, whatever happens: five hundred spaces that fail one by one are a few messages."""

BACK = 3_600.0
"""Seconds after which a trouble that ended is over: one that comes back before that was told already."""


class Occasion(StrEnum):
    """What people may want to be told."""

    NEEDS_YOU = "needs_you"
    CONNECTION = "connection"
    STUCK = "stuck"


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something of one space that stands now. `patience` (seconds) is how long it may stand untold.

    `code` and `arguments` word it; `name` is the space's own. Nothing here comes from a document.
    """

    occasion: Occasion
    space: str
    name: str
    code: str
    arguments: Arguments = field(default_factory=dict)
    count: int = 0
    patience: float = 60.0

    @property
    def key(self) -> str:
        """What makes it the same trouble as before."""
        return f"{self.occasion}:{self.space}"


@dataclass(frozen=True, slots=True)
class Remembered:
    """A trouble as it is remembered: since when, when it was last told (0: not yet), when it ended (0: it stands)."""

    since: float
    told: float = 0.0
    ended: float = 0.0


@dataclass(frozen=True, slots=True)
class Memory:
    """What was told. `tried` is the last time a message was sent or could not be."""

    troubles: dict[str, Remembered] = field(default_factory=dict)
    tried: float = 0.0

    def text(self) -> str:
        """As it is kept."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def of(cls, text: str | None) -> Memory:
        """From what was kept; an unreadable note is an empty memory: better told twice than not at all."""
        try:
            kept = json.loads(text or "{}")
            return cls(
                {key: Remembered(**each) for key, each in kept.get("troubles", {}).items()}, kept.get("tried", 0.0)
            )
        except (ValueError, TypeError, AttributeError):
            return cls()


@dataclass(frozen=True, slots=True)
class Notice:
    """One message: what stands, what of it is new, and which told troubles are over (their keys)."""

    standing: tuple[Trouble, ...]
    fresh: frozenset[str]
    over: tuple[str, ...]
    again: bool

    @property
    def subject(self) -> str:
        """The code of its first line."""
        if not self.standing:
            return "notice_over"
        return "notice_still" if self.again and not self.fresh else "notice_new"


def look(
    troubles: Sequence[Trouble], memory: Memory, *, now: float, again: float, last: bool = False
) -> tuple[Notice | None, Memory]:
    """The message that is due now, or None; and the memory as it is then (before it was sent: see `told`).

    `again` is the time between reminders, in seconds. With `last` nobody looks soon again, so patience is over.
    """
    standing = {each.key: each for each in troubles}
    kept: dict[str, Remembered] = {}
    for key in standing:
        before = memory.troubles.get(key)
        returned = before is not None and (not before.ended or now - before.ended < BACK)
        kept[key] = replace(before, ended=0.0) if before is not None and returned else Remembered(now)
    for key, before in memory.troubles.items():
        if key not in standing and before.told:
            kept[key] = before if before.ended else replace(before, ended=now)
    remembered = Memory(kept, memory.tried)
    if now - memory.tried < GAP:
        return None, remembered
    ripe = [each for key, each in standing.items() if last or kept[key].told or now - kept[key].since >= each.patience]
    fresh = frozenset(each.key for each in ripe if not kept[each.key].told)
    daily = any(kept[each.key].told and now - kept[each.key].told >= again for each in ripe)
    over = tuple(key for key, each in kept.items() if each.ended and now - each.ended >= BACK)
    if not (fresh or daily or (over and not standing)):
        return None, remembered
    return Notice(tuple(ripe), fresh, over, daily), remembered


def told(notice: Notice, memory: Memory, *, now: float, arrived: bool) -> Memory:
    """The memory after a message was sent, or could not be: then the same is due again after the gap."""
    if not arrived:
        return replace(memory, tried=now)
    said = {each.key: replace(memory.troubles[each.key], told=now) for each in notice.standing}
    left = {key: each for key, each in memory.troubles.items() if key not in notice.over}
    return Memory({**left, **said}, now)
