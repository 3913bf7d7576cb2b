"""One vocabulary of states for both faces: state -> glyph, ASCII glyph, word, theme colour; health -> word.

Nobody ever sees a raw state. Every glyph is one column wide, differs from every other one, and never stands without
its word, so that nothing depends on colour. Words are English message ids, translated when they are read.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.model import Delivery, Direction, State
from core.operations.decisions import Act, Situation, situation
from core.operations.views.health import Health
from core.wording.acts import ACTS
from tui.i18n import N_, _
from tui.plain import neutral


@dataclass(frozen=True, slots=True)
class Face:
    """How a state or a health looks. `colour` is the name of a theme variable, without the dollar sign."""

    glyph: str
    ascii: str
    msgid: str
    colour: str

    @property
    def word(self) -> str:
        """The word in the language in use."""
        return _(self.msgid)

    def mark(self, ascii_only: bool = False) -> str:
        """The glyph that the terminal can show."""
        return self.ascii if ascii_only else self.glyph


STATES: dict[State, Face] = {
    State.SEEN: Face("·", ".", N_("new"), "text-muted"),
    State.READY: Face("○", "o", N_("queued"), "foreground"),
    State.LEASED: Face("►", ">", N_("sending"), "accent"),
    State.SENDING: Face("►", ">", N_("sending"), "accent"),
    State.CONFIRMED: Face("✓", "+", N_("delivered"), "success"),
    State.UNKNOWN: Face("?", "?", N_("outcome unknown"), "warning"),
    State.PARKED: Face("▲", "!", N_("your decision"), "warning"),
    State.FAILED: Face("✗", "x", N_("refused"), "error"),
    State.DEAD: Face("■", "#", N_("gave up"), "error"),
    State.CHANGED: Face("≠", "~", N_("changed in Banqup"), "warning"),
    State.HISTORY: Face("–", "-", N_("history"), "text-muted"),
    State.WITHDRAWN: Face("←", "<", N_("withdrawn"), "text-muted"),
    State.DISCARDED: Face("∅", "/", N_("do not send"), "text-muted"),
}
"""Design, "States of a delivery". `leased` and `sending` look alike: the difference is the engine's own."""

MARKED_DELIVERED = Face("✓", "+", N_("marked delivered"), "success")
"""`confirmed` because a person said so: the target gave no reference."""

HEALTHS: dict[Health, Face] = {
    Health.ACTIVE: Face("●", "*", N_("ACTIVE"), "success"),
    Health.INACTIVE: Face("○", "o", N_("INACTIVE"), "text-muted"),
    Health.HELD: Face("‖", "=", N_("HELD BY {name}"), "warning"),
    Health.WAITING_PINGWIN: Face("▲", "!", N_("WAITING FOR PINGWIN"), "warning"),
    Health.WAITING_BANQUP: Face("▲", "!", N_("WAITING FOR BANQUP"), "warning"),
    Health.NO_CONNECTION: Face("✗", "x", N_("NO CONNECTION"), "error"),
    Health.STOPPED: Face("■", "#", N_("STOPPED"), "error"),
}
"""Decision 16, the words of the first line."""

DIRECTIONS: dict[Direction, str] = {Direction.PURCHASE: N_("purchase"), Direction.SALES: N_("sales")}

DOCUMENT_TYPES = {"380": N_("invoice"), "381": N_("credit note")}

KINDS = {
    (Direction.PURCHASE, "380"): N_("purchase invoice"),
    (Direction.SALES, "380"): N_("sales invoice"),
    (Direction.PURCHASE, "381"): N_("purchase credit note"),
    (Direction.SALES, "381"): N_("sales credit note"),
}
"""What bookkeepers call a document, by direction and type code (BT-3)."""

SPECIAL_ACTS: dict[tuple[Act, Situation], str] = {
    (Act.RESEND, Situation.ASKED): N_("Send"),
    (Act.RESEND, Situation.BLOCKED): N_("Send"),
    (Act.RETRY, Situation.WAITING): N_("Send now"),
    (Act.RETRY, Situation.DISCARDED): N_("Send after all"),
    (Act.MARK_DELIVERED, Situation.CHANGED): N_("Leave as delivered"),
}
"""Where the state or its reason decides what a button says (decisions, table of states)."""


def face(state: State) -> Face:
    """How a state looks."""
    return STATES[state]


def delivery_face(delivery: Delivery) -> Face:
    """How a delivery looks: a confirmation without the target's word is told apart."""
    return MARKED_DELIVERED if situation(delivery) is Situation.MARKED else STATES[delivery.state]


def health_face(health: Health) -> Face:
    """How a health looks; its word may hold `{name}`, so show it with `health_word`."""
    return HEALTHS[health]


def health_word(health: Health, held_by: str = "") -> str:
    """The word of the first line, with the name of who holds."""
    return HEALTHS[health].word.format(name=neutral(held_by) or "?")


def direction_word(direction: Direction | None) -> str:
    """Purchase or sales; empty where it is not known yet."""
    return _(DIRECTIONS[direction]) if direction is not None else ""


def document_type_word(document_type: str) -> str:
    """Invoice or credit note by its code (BT-3)."""
    return _(DOCUMENT_TYPES.get(document_type, N_("document")))


def kind_word(delivery: Delivery) -> str:
    """What the document is called: a purchase invoice, a sales credit note; its direction alone where more is open."""
    known = KINDS.get((delivery.direction, delivery.document_type)) if delivery.direction else None
    if known is not None:
        return _(known)
    return direction_word(delivery.direction) or document_type_word(delivery.document_type)


def act_word(act: Act, delivery: Delivery) -> str:
    """What the button of an act says; the reason of a parked delivery decides (decisions, table of states)."""
    return _(SPECIAL_ACTS.get((act, situation(delivery)), ACTS[act]))
