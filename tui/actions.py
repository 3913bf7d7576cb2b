"""The one registry of what a key does: bindings, footer, `?` help, palette, README and `keymap.toml` come from it.

An action is data: id, key, label (at most 10 characters), help, scope, whether it changes something, how it is
confirmed. Why one is not possible now: `tui.situation`.
Imports no Textual, so that the command line may print the table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from core.operations.decisions import Act
from tui.i18n import N_, _


class Scope(StrEnum):
    """Where a key is live."""

    EVERYWHERE = "everywhere"
    MOVING = "moving"
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
    RECONCILE = "reconcile"


class Confirmation(StrEnum):
    """How an action is confirmed."""

    NONE = "none"
    INLINE = "inline"
    TYPED = "typed"


@dataclass(frozen=True, slots=True)
class Action:
    """One thing a key does. `default` is Textual's name of its key (several with commas), `key` the one in use.

    `footer` ranks it in the footer (0: not there).
    """

    id: str
    default: str
    label_msgid: str
    help_msgid: str
    scope: Scope
    changes: bool = False
    confirmation: Confirmation = Confirmation.NONE
    footer: int = 0
    act: Act | None = None

    @property
    def key(self) -> str:
        """The key in use: the person's own, else the default."""
        return _Chosen.keys.get(self.id, self.default)

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
    "colon": ":",
}


class _Chosen:
    """The keys of this process: by action id, where a person chose others."""

    keys: Mapping[str, str] = {}


def use_keys(keys: Mapping[str, str]) -> None:
    """Takes a person's own keys (`tui.keymap`) for all that is shown from here on."""
    _Chosen.keys = dict(keys)


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
        N_("Send a held document, or a delivered one once more."),
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
    Action("next_group", "tab", N_("Group"), N_("The first row of the next group."), Scope.QUEUE),
    Action(
        "sort",
        "o",
        N_("Order"),
        N_("Sort by date, amount, party or number, or as before."),
        Scope.QUEUE,
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
    Action("dry_run", "d", N_("Dry run"), N_("Make it again as it would go out, and send nothing."), Scope.DOCUMENT),
    Action("choose", "enter", N_("Queue"), N_("The queue of this space."), Scope.SPACES, footer=1),
    Action("manage_space", "m", N_("Manage"), N_("Active, credentials, enterprise numbers."), Scope.SPACES, footer=2),
    Action("all_spaces", "a", N_("All"), N_("One queue of all spaces."), Scope.SPACES, footer=4),
    Action(
        "space_filter", "slash", N_("Filter"), N_("Look for a name, a File ID or a number."), Scope.SPACES, footer=3
    ),
    Action("spaces_attention", "n", N_("Needs you"), N_("Only those that need attention, or all again."), Scope.SPACES),
    Action("space_mark", "v", N_("Mark"), N_("Mark several, to decide on them together."), Scope.SPACES),
    Action("space_mark_all", "M", N_("Mark all"), N_("Mark all that the view shows, or none of them."), Scope.SPACES),
    Action("spaces_hold", "p", N_("Hold"), N_("Pause the uploads of the marked spaces."), Scope.SPACES, True, _INLINE),
    Action(
        "spaces_release",
        "r",
        N_("Release"),
        N_("Let the uploads of the marked spaces go on."),
        Scope.SPACES,
        True,
        _INLINE,
    ),
    Action("spaces_activate", "A", N_("Active"), N_("Activate the marked spaces."), Scope.SPACES, True, _INLINE),
    Action("switch", "A", N_("Active"), N_("Switch Active on, or off to disconnect."), Scope.MANAGE, True, _INLINE, 1),
    Action(
        "hold", "p", N_("Hold"), N_("Pause uploads, or go on. Nothing becomes history."), Scope.MANAGE, True, _INLINE, 2
    ),
    Action("credentials", "c", N_("Configure"), N_("API Key, CLID and File ID."), Scope.MANAGE, footer=3),
    Action("numbers", "e", N_("Numbers"), N_("The dossier's enterprise numbers."), Scope.MANAGE),
    Action("trigger", "t", N_("Level"), N_("At which level in Banqup documents go over."), Scope.MANAGE),
    Action(
        "reconcile", "R", N_("Reconcile"), N_("What of a period went over, what not and why, what twice."), Scope.MANAGE
    ),
    Action("uninstall", "X", N_("Uninstall"), N_("Remove Pingwin from this space."), Scope.MANAGE, True, _TYPED),
    Action(
        "reconciled", "enter", N_("Open"), N_("The document; of a dossier what went there."), Scope.RECONCILE, footer=1
    ),
    Action(
        "not_settled",
        "n",
        N_("Open ones"),
        N_("Only what is not settled, or everything again."),
        Scope.RECONCILE,
        footer=2,
    ),
    Action(
        "save_csv", "x", N_("Save CSV"), N_("Save it for a spreadsheet on this machine."), Scope.RECONCILE, footer=3
    ),
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
    Action("move.down", "down,j", N_("Down"), N_("A line down."), Scope.MOVING),
    Action("move.up", "up,k", N_("Up"), N_("A line up."), Scope.MOVING),
    Action("move.page_down", "pagedown", N_("Page down"), N_("A page down."), Scope.MOVING),
    Action("move.page_up", "pageup", N_("Page up"), N_("A page up."), Scope.MOVING),
    Action("move.first", "home,g", N_("First"), N_("The first line."), Scope.MOVING),
    Action("move.last", "end,G", N_("Last"), N_("The last line."), Scope.MOVING),
    Action("queue", "1", N_("Queue"), N_("The live queue."), Scope.EVERYWHERE),
    Action("spaces", "2", N_("Spaces"), N_("All installations and how they are."), Scope.EVERYWHERE),
    Action("launcher", "3", N_("Apps"), N_("The app launcher: install Pingwin in a space."), Scope.EVERYWHERE),
    Action("connections", "4", N_("Machine"), N_("The two connections and the engine."), Scope.EVERYWHERE),
    Action("activity", "5", N_("Activity"), N_("Every request and change, as it happens."), Scope.EVERYWHERE),
    Action("find", "f", N_("Find"), N_("What became of a document, by what the customer says."), Scope.EVERYWHERE),
    Action("palette", "colon", N_("Find a key"), N_("All that can be done here, by name."), Scope.EVERYWHERE),
    Action("back", "escape", N_("Back"), N_("One step back."), Scope.EVERYWHERE, footer=80),
    Action(
        "help", "question_mark", N_("Help"), N_("What this screen is for, and its keys."), Scope.EVERYWHERE, footer=90
    ),
    Action(
        "redraw",
        "l",
        N_("Redraw"),
        N_("Paint the whole screen again, where something wrote over it."),
        Scope.EVERYWHERE,
    ),
    Action("quit", "q", N_("Quit"), N_("Leave the console; the engine goes on."), Scope.EVERYWHERE, footer=95),
)
"""Plain letters, enter, escape, / and ? only; what changes much is upper-case and far from j k g G (convention 20)."""

BY_ID = {action.id: action for action in ACTIONS}


def in_scope(*scopes: Scope) -> Iterator[Action]:
    """The actions that are live in these scopes, in the order of the table."""
    return (action for action in ACTIONS if action.scope in scopes)
