"""A person's decisions on deliveries, asked and made: shared by the queue and the detail of one delivery.

The question says exactly what will happen to how many; `core.operations.decisions` decides whether it may.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from core.model import Delivery
from core.operations import decisions
from core.operations.decisions import Act, Decided, Permission
from tui.actions import BY_ID
from tui.i18n import N_, _, count, money, ngettext, worded
from tui.plain import neutral
from tui.screens.base import ConsoleScreen
from tui.screens.typed import TypedScreen
from tui.screens.working import Result
from tui.situation import Situation
from tui.widgets.confirm_bar import Answer, Question
from tui.words.status import act_word

RESEND_WORD = N_("send again")
"""What a person types to send a delivered document once more (decision 16)."""


AT_ONCE = 25
"""Deliveries decided between two looks at whether the person stopped it."""

KINDS = 3
"""Different effects named in one question."""


@dataclass
class Bulk:
    """A decision that is being carried out: what waits, and what came of the rest."""

    act: Act
    reason: str
    waiting: list[int]
    outcome: list[Decided] = field(default_factory=list)
    stopped: bool = False
    total: int = 0

    def __post_init__(self) -> None:
        """All of them."""
        self.total = len(self.waiting)


class ActingScreen(ConsoleScreen[Result]):
    """A screen with deliveries that a person may decide on. Subclasses say which (`chosen`) and what follows."""

    def __init__(self) -> None:
        super().__init__()
        self._bulk: Bulk | None = None

    def chosen(self) -> tuple[Delivery, ...]:
        """The deliveries that a key acts on."""
        raise NotImplementedError

    def decided(self, outcome: Sequence[Decided]) -> None:
        """Comes after a decision; the ledger moved, so the screen will be told anyway."""

    def situation(self) -> Situation:
        """Keys act on the chosen deliveries."""
        return replace(super().situation(), deliveries=self.chosen())

    def key_labels(self) -> dict[str, str]:
        """The reason of a held delivery decides the word of its button."""
        chosen = self.chosen()
        if len(chosen) != 1:
            return {}
        return {action.id: act_word(action.act, chosen[0]) for action in BY_ID.values() if action.act is not None}

    def do_retry(self) -> None:
        """Tries again now."""
        self._decide(Act.RETRY)

    def do_resend(self) -> None:
        """Sends a held document, or one that is there already once more."""
        self._decide(Act.RESEND)

    def do_discard(self) -> None:
        """Does not send it."""
        self._decide(Act.DISCARD)

    def do_mark_delivered(self) -> None:
        """Notes that it arrived another way."""
        self._decide(Act.MARK_DELIVERED)

    def do_include(self) -> None:
        """Sends a document from history."""
        self._decide(Act.INCLUDE)

    def do_undo(self) -> None:
        """Takes back a decision."""
        self._decide(Act.UNDO)

    def _decide(self, act: Act) -> None:
        """Asks about those of the chosen that the act is possible for; the others are left alone and counted."""
        if self._bulk is not None:
            self.say(_("A decision on many is being carried out; esc stops it."), "warning")
            return
        pairs = [(delivery, decisions.permission(delivery, act)) for delivery in self.chosen()]
        possible = [(delivery, permission) for delivery, permission in pairs if permission.allowed]
        if not possible:
            return
        rows = [delivery for delivery, _permission in possible]
        permissions = [permission for _delivery, permission in possible]
        question = question_for(act, rows, permissions, skipped=len(pairs) - len(possible))
        if any(permission.typed for permission in permissions):
            typed = TypedScreen(f"{question.text} {question.warning}".strip(), _(RESEND_WORD))
            self.app.push_screen(typed, partial(self._typed, act, rows))
        else:
            self.ask(question, partial(self._answered, act, rows))

    def _typed(self, act: Act, rows: Sequence[Delivery], confirmed: bool | None) -> None:
        self._answered(act, rows, "yes" if confirmed else "", "")

    def _answered(self, act: Act, rows: Sequence[Delivery], value: str, reason: str) -> None:
        if not value:
            self.say(_("Nothing was changed."))
            return
        self._bulk = Bulk(act, reason, [row.id for row in rows])
        self._go_on(self._bulk)

    # -- carrying it out ---------------------------------------------------------------------------------------------

    def stop_bulk(self) -> bool:
        """Stops a decision on many after the deliveries under way; False where none is carried out."""
        if self._bulk is None:
            return False
        self._bulk.stopped = True
        return True

    def do_back(self) -> None:
        """Stops what is being carried out, else closes the screen."""
        if not self.stop_bulk():
            super().do_back()

    def _go_on(self, bulk: Bulk) -> None:
        some, bulk.waiting = bulk.waiting[:AT_ONCE], bulk.waiting[AT_ONCE:]
        self.stored(
            "decide",
            lambda: decisions.decide(self.app.own_desk(), some, bulk.act, reason=bulk.reason),
            self._made_some,
            self._not_made,
        )

    def _not_made(self) -> None:
        self._bulk = None

    def _made_some(self, outcome: list[Decided]) -> None:
        bulk = self._bulk
        if bulk is None:
            return
        bulk.outcome += outcome
        if bulk.waiting and not bulk.stopped:
            text = _("{done} of {total} carried out; esc stops.")
            self.say(text.format(done=count(len(bulk.outcome)), total=count(bulk.total)), "accent")
            self._go_on(bulk)
            return
        self._bulk = None
        self.say(*told(bulk))
        self.decided(bulk.outcome)


def told(bulk: Bulk) -> tuple[str, str]:
    """What came of a decision, in words and a tone: how many, what was left and why, and whether it was stopped."""
    made = [decided for decided in bulk.outcome if decided.done]
    refused = [decided for decided in bulk.outcome if not decided.done]
    if bulk.total == 1 and made:
        return worded(f"done_{made[0].code}", made[0].arguments).sentence, "success"
    parts = []
    if bulk.total > 1:
        text = ngettext("Done for {count} delivery.", "Done for {count} deliveries.", len(made))
        parts.append(text.format(count=count(len(made))))
    if bulk.waiting:
        text = ngettext("Stopped: {count} is as it was.", "Stopped: {count} are as they were.", len(bulk.waiting))
        parts.append(text.format(count=count(len(bulk.waiting))))
    if refused:
        if bulk.total > 1:
            text = ngettext("{count} could not be changed:", "{count} could not be changed:", len(refused))
            parts.append(text.format(count=count(len(refused))))
        said = worded(refused[0].code, refused[0].arguments)
        parts.append(f"{said.sentence} {said.advice}".strip())
    return " ".join(parts), "warning" if refused or bulk.waiting else "success"


def question_for(act: Act, rows: Sequence[Delivery], permissions: Sequence[Permission], *, skipped: int) -> Question:
    """Says what will happen to which deliveries, and warns where an invoice may arrive twice."""
    first = worded(permissions[0].code, permissions[0].arguments)
    if len(rows) == 1:
        row = rows[0]
        parts = (neutral(row.number), neutral(row.counterparty), money(row.amount, row.currency))
        text = f"{', '.join(part for part in parts if part)}: {first.sentence}"
    else:
        kinds = Counter(
            (permission.code, worded(permission.code, permission.arguments).sentence) for permission in permissions
        )
        text = " ".join(f"{_deliveries(number)}: {sentence}" for (_code, sentence), number in kinds.most_common(KINDS))
    if skipped:
        left = ngettext("{count} other is left as it is.", "{count} others are left as they are.", skipped)
        text += " " + left.format(count=count(skipped))
    twice = sum(permission.twice for permission in permissions)
    label = act_word(act, rows[0])
    reason = any(permission.needs_reason for permission in permissions)
    return Question(text, _twice(twice, len(rows)) or first.advice, (Answer("y", label, "yes"),), reason)


def _deliveries(number: int) -> str:
    return ngettext("{count} delivery", "{count} deliveries", number).format(count=count(number))


def _twice(number: int, of: int) -> str:
    if not number:
        return ""
    if number == of:
        return _("It may arrive in Pingwin twice.")
    return _("{count} of them may arrive in Pingwin twice.").format(count=count(number))
