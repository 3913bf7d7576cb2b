"""The one registry of what a key does: it gives the bindings, the footer, the `?` help and the key table.

An action is data: id, key, label (at most 10 characters), help, scope, whether it changes something, how it is
confirmed. `refusal` says why one is not possible now; its key stays live and answers with that reason (convention 19).
Imports no Textual, so that the command line may print the table.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from core.model import Arguments, Delivery
from core.operations.decisions import Act, permission
from core.operations.overview import SpaceStatus
from tui.i18n import N_, _


class Scope(StrEnum):
    """Where a key is live."""

    EVERYWHERE = "everywhere"
    LIST = "list"
    FORM = "form"
    QUEUE = "queue"
    DELIVERY = "delivery"
    DOCUMENT = "document"
    SPACES = "spaces"
    MANAGE = "manage"
    CREDENTIALS = "credentials"
    MAIL = "mail"
    TREE = "tree"
    ACTIVITY = "activity"


class Confirmation(StrEnum):
    """How an action is confirmed."""

    NONE = "none"
    INLINE = "inline"
    TYPED = "typed"


@dataclass(frozen=True, slots=True)
class Action:
    """One thing a key does. `key` is Textual's name; `footer` ranks it in the footer (0: not there)."""

    id: str
    key: str
    label_msgid: str
    help_msgid: str
    scope: Scope
    changes: bool = False
    confirmation: Confirmation = Confirmation.NONE
    footer: int = 0
    act: Act | None = None

    @property
    def label(self) -> str:
        """The word in the footer."""
        return _(self.label_msgid)

    @property
    def help(self) -> str:
        """One sentence for the help."""
        return _(self.help_msgid)

    @property
    def shown_key(self) -> str:
        """The key as a person reads it."""
        return ", ".join(KEY_NAMES.get(key, key) for key in self.key.split(","))


KEY_NAMES = {
    "question_mark": "?",
    "slash": "/",
    "escape": "esc",
    "enter": "enter",
    "space": "space",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "down": "↓",
    "up": "↑",
    "left": "←",
    "right": "→",
}

_INLINE, _TYPED = Confirmation.INLINE, Confirmation.TYPED

ACTIONS: tuple[Action, ...] = (
    Action("open", "enter", N_("Open"), N_("Everything about this delivery."), Scope.QUEUE, footer=1),
    Action("filter", "slash", N_("Filter"), N_("Look for a number, a party or an amount."), Scope.QUEUE, footer=10),
    Action(
        "retry",
        "r",
        N_("Retry"),
        N_("Try again now, as the same delivery."),
        Scope.DELIVERY,
        True,
        _INLINE,
        3,
        Act.RETRY,
    ),
    Action(
        "resend",
        "S",
        N_("Send"),
        N_("Send a held document, or one that is there already once more."),
        Scope.DELIVERY,
        True,
        _INLINE,
        4,
        Act.RESEND,
    ),
    Action(
        "discard",
        "D",
        N_("Don't send"),
        N_("Do not send this document. It can be undone."),
        Scope.DELIVERY,
        True,
        _INLINE,
        5,
        Act.DISCARD,
    ),
    Action(
        "mark_delivered",
        "A",
        N_("Delivered"),
        N_("Note that it arrived in Pingwin another way."),
        Scope.DELIVERY,
        True,
        _INLINE,
        6,
        Act.MARK_DELIVERED,
    ),
    Action(
        "include",
        "i",
        N_("Include"),
        N_("Send a document from before activation after all."),
        Scope.DELIVERY,
        True,
        _INLINE,
        7,
        Act.INCLUDE,
    ),
    Action(
        "undo", "u", N_("Undo"), N_("Take back the last decision on it."), Scope.DELIVERY, True, _INLINE, 8, Act.UNDO
    ),
    Action("mark", "space", N_("Mark"), N_("Mark several, to decide on them together."), Scope.QUEUE),
    Action("mark_all", "M", N_("Mark all"), N_("Mark all that the view shows, or none of them."), Scope.QUEUE),
    Action("history", "h", N_("History"), N_("Show or hide documents from before activation."), Scope.QUEUE),
    Action("attention", "n", N_("Needs you"), N_("Show only what needs you, or everything again."), Scope.QUEUE),
    Action("poll", "p", N_("Look now"), N_("Ask Banqup for new documents now."), Scope.QUEUE, True),
    Action("manage", "m", N_("Manage"), N_("The installation of this space: Active, credentials."), Scope.QUEUE),
    Action(
        "tree", "t", N_("XML"), N_("The e-fff file, or the source in Banqup, as a tree."), Scope.DOCUMENT, footer=19
    ),
    Action("save_xml", "x", N_("Save XML"), N_("Save the e-fff file on this machine."), Scope.DOCUMENT, footer=20),
    Action("save_pdf", "p", N_("Save PDF"), N_("Save the PDF that is inside it."), Scope.DOCUMENT, footer=21),
    Action("copy", "c", N_("Copy"), N_("Copy the facts to the clipboard of your terminal."), Scope.DOCUMENT),
    Action(
        "preview", "v", N_("Request"), N_("Show the request that goes to Pingwin, without secrets."), Scope.DOCUMENT
    ),
    Action("choose", "enter", N_("Queue"), N_("The queue of this space."), Scope.SPACES, footer=1),
    Action("manage_space", "m", N_("Manage"), N_("Active, credentials, enterprise numbers."), Scope.SPACES, footer=2),
    Action("all_spaces", "a", N_("All"), N_("One queue of all spaces."), Scope.SPACES, footer=3),
    Action("switch", "A", N_("Active"), N_("Switch Active on, or off to disconnect."), Scope.MANAGE, True, _INLINE, 1),
    Action(
        "hold", "p", N_("Hold"), N_("Pause uploads, or go on. Nothing becomes history."), Scope.MANAGE, True, _INLINE, 2
    ),
    Action("credentials", "c", N_("Configure"), N_("API Key, CLID and File ID."), Scope.MANAGE, footer=3),
    Action("numbers", "e", N_("Numbers"), N_("The dossier's enterprise numbers."), Scope.MANAGE),
    Action("uninstall", "X", N_("Uninstall"), N_("Remove Pingwin from this space."), Scope.MANAGE, True, _TYPED),
    Action(
        "copy_mail", "c", N_("Copy"), N_("Copy the e-mail to the clipboard of your terminal."), Scope.MAIL, footer=1
    ),
    Action("toggle", "enter", N_("Open"), N_("Open or close the element under the cursor."), Scope.TREE, footer=1),
    Action("unfold", "right", N_("In"), N_("Open it, then go into it."), Scope.TREE),
    Action("fold", "left", N_("Out"), N_("Close it, then go to what it belongs to."), Scope.TREE),
    Action(
        "unfold_all", "e", N_("All"), N_("Open everything below the element under the cursor."), Scope.TREE, footer=3
    ),
    Action("fold_all", "w", N_("Close all"), N_("Close everything but the first level."), Scope.TREE),
    Action("other_file", "o", N_("Source"), N_("The source in Banqup, or the e-fff file again."), Scope.TREE, footer=2),
    Action("search", "slash", N_("Search"), N_("Look for a name or a value."), Scope.TREE, footer=4),
    Action("search_next", "n", N_("Next"), N_("The next place that was searched for."), Scope.TREE),
    Action("copy_value", "c", N_("Copy"), N_("Copy the value to the clipboard of your terminal."), Scope.TREE),
    Action("whole", "enter", N_("Whole"), N_("A request with its headers and answer."), Scope.ACTIVITY, footer=1),
    Action("failed", "n", N_("Failed"), N_("Only what went wrong, or everything again."), Scope.ACTIVITY, footer=2),
    Action("look_for", "slash", N_("Filter"), N_("Look for an address, a status or a name."), Scope.ACTIVITY, footer=3),
    Action("replay", "R", N_("Replay"), N_("Send an upload once more, to the sandbox."), Scope.ACTIVITY, True, _INLINE),
    Action("save", "s", N_("Save"), N_("Save configuration."), Scope.CREDENTIALS, True),
    Action("next", "enter", N_("Next"), N_("Next field, or pick the choice under the cursor."), Scope.FORM, footer=1),
    Action("field", "tab", N_("Field"), N_("To the next field; shift+tab to the one before."), Scope.FORM, footer=2),
    Action("pick", "enter", N_("Choose"), N_("The line under the cursor."), Scope.LIST, footer=1),
    Action("queue", "1", N_("Queue"), N_("The live queue."), Scope.EVERYWHERE),
    Action("spaces", "2", N_("Spaces"), N_("All installations and how they are."), Scope.EVERYWHERE),
    Action("launcher", "3", N_("Apps"), N_("The app launcher: install Pingwin in a space."), Scope.EVERYWHERE),
    Action("connections", "4", N_("Machine"), N_("The two connections and the engine."), Scope.EVERYWHERE),
    Action("activity", "5", N_("Activity"), N_("Every request and change, as it happens."), Scope.EVERYWHERE),
    Action("find", "f", N_("Find"), N_("What became of a document, by what the customer says."), Scope.EVERYWHERE),
    Action("back", "escape", N_("Back"), N_("One step back."), Scope.EVERYWHERE, footer=80),
    Action(
        "help", "question_mark", N_("Help"), N_("What this screen is for, and its keys."), Scope.EVERYWHERE, footer=90
    ),
    Action("quit", "q", N_("Quit"), N_("Leave the console; the engine goes on."), Scope.EVERYWHERE, footer=95),
)
"""Plain letters, enter, escape, / and ? only; what changes much is upper-case and far from j k g G (convention 20)."""

BY_ID = {action.id: action for action in ACTIONS}

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


def in_scope(*scopes: Scope) -> Iterator[Action]:
    """The actions that are live in these scopes, in the order of the table."""
    return (action for action in ACTIONS if action.scope in scopes)


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
