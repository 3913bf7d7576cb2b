"""`keys`: what every key of the console does, by the id that `keymap.toml` knows it by. Opens no console."""

from __future__ import annotations

import click

from tui import keymap
from tui.actions import ACTIONS, Action, use_keys
from tui.commands.frame import ATTENTION, DONE, Session, command, json_option, with_session
from tui.commands.output import diagnose, document, note, say, table
from tui.i18n import N_, _


@command(
    "keys",
    help=N_(
        """List the keys of the console. Other keys are set in keymap.toml in the configuration directory, one line an
        action: retry = "e", or retry = ["e", "f5"]."""
    ),
)
@click.option("--markdown", is_flag=True, hidden=True)
@json_option
@with_session
def keys(session: Session, /, *, markdown: bool) -> int:
    """Prints the registry."""
    if markdown:
        say(markdown_table())
        return DONE
    file = session.desk.home.config / keymap.FILE
    own = keymap.read(file)
    use_keys(own.keys)
    if session.json:
        document([record(action) for action in ACTIONS])
    else:
        rows = [(action.id, action.shown_key, action.label, action.help) for action in ACTIONS]
        table((_("Action"), _("Key"), _("Label"), _("What it does")), rows)
        note(_("Your own keys: {file}").format(file=file))
    for code, arguments in own.problems:
        diagnose(code, arguments, scripted=session.json)
    return ATTENTION if own.problems else DONE


def record(action: Action) -> dict[str, object]:
    """An action as JSON has it."""
    return {
        "id": action.id,
        "keys": action.key.split(","),
        "default": action.default.split(","),
        "scope": action.scope,
        "label": action.label,
        "help": action.help,
        "changes": action.changes,
    }


def markdown_table() -> str:
    """The table of the README; it is checked against this one by a test."""
    lines = ["| key | where | action | what it does |", "| --- | --- | --- | --- |"]
    for action in ACTIONS:
        shown = " ".join(f"`{key}`" for key in action.shown_key.split(", "))
        lines.append(f"| {shown} | {action.scope} | `{action.id}` | {action.help_msgid} |")
    return "\n".join(lines)
