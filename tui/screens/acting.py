"""A person's decisions on deliveries, asked and made: shared by the queue and the detail of one delivery.

The question says exactly what will happen to how many; `core.operations.decisions` decides whether it may.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from core.model import Delivery
from core.operations import decisions
from core.operations.decisions import Act, Decided, Permission
from tui.actions import BY_ID, Situation
from tui.i18n import N_, _, money, ngettext, worded
from tui.plain import neutral
from tui.screens.base import ConsoleScreen
from tui.screens.typed import TypedScreen
from tui.screens.working import Result
from tui.status import act_word
from tui.widgets.confirm_bar import Answer, Question

RESEND_WORD = N_("send again")
"""What a person types to send a delivered document once more (decision 16)."""


class ActingScreen(ConsoleScreen[Result]):
    """A screen with deliveries that a person may decide on. Subclasses say which (`chosen`) and what follows."""

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
        ids = [row.id for row in rows]
        apply: Callable[[], list[Decided]] = lambda: decisions.decide(  # noqa: E731 - runs in the stores' thread
            self.app.own_desk(), ids, act, reason=reason
        )
        self.stored("decide", apply, self._made)

    def _made(self, outcome: list[Decided]) -> None:
        refused = [decided for decided in outcome if not decided.done]
        if refused:
            self.say_code(refused[0].code, refused[0].arguments)
        elif len(outcome) == 1:
            self.say(worded(f"done_{outcome[0].code}", outcome[0].arguments).sentence, "success")
        else:
            text = ngettext("Done for {count} delivery.", "Done for {count} deliveries.", len(outcome))
            self.say(text.format(count=len(outcome)), "success")
        self.decided(outcome)


def question_for(act: Act, rows: Sequence[Delivery], permissions: Sequence[Permission], *, skipped: int) -> Question:
    """Says what will happen to which deliveries, and warns where an invoice may arrive twice."""
    first = worded(permissions[0].code, permissions[0].arguments)
    if len(rows) == 1:
        row = rows[0]
        parts = (neutral(row.number), neutral(row.counterparty), money(row.amount, row.currency))
        what = ", ".join(part for part in parts if part)
    else:
        what = ngettext("{count} delivery", "{count} deliveries", len(rows)).format(count=len(rows))
    text = f"{what}: {first.sentence}"
    if skipped:
        left = ngettext("{count} other is left as it is.", "{count} others are left as they are.", skipped)
        text += " " + left.format(count=skipped)
    twice = any(permission.twice for permission in permissions)
    warning = _("It may arrive in Pingwin twice.") if twice else ""
    label = act_word(act, rows[0])
    reason = any(permission.needs_reason for permission in permissions)
    return Question(text, warning or first.advice, (Answer("y", label, "yes"),), reason)
