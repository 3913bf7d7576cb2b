"""`activate`, `deactivate`, `hold` and `release`: whether documents of a space go over."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Literal

import click

from core.errors import UsageError
from core.operations.setup import activation
from tui.commands.asking import confirm, on_terminal
from tui.commands.frame import (
    DONE,
    WRONG,
    Session,
    command,
    json_option,
    option,
    space_argument,
    with_session,
    yes_option,
)
from tui.commands.output import diagnose, document, note, say
from tui.i18n import N_, _, count, ngettext, worded
from tui.plain import neutral

if TYPE_CHECKING:
    from core.installations import Installation

Waiting = Literal["send", "discard"]


@command(
    "activate",
    help=N_(
        """Bring over every document of a space that is approved or sent from now on.

        Says first how many documents stay history and how many deliveries still wait from before a pause. What waits
        is sent or discarded as you choose: --waiting, or a question. --dry-run changes nothing."""
    ),
)
@space_argument
@option("--waiting", type=click.Choice(["send", "discard"]), help=N_("What becomes of deliveries that still wait."))
@option("--dry-run", is_flag=True, help=N_("Say what would happen, and change nothing."))
@yes_option
@json_option
@with_session
def activate(session: Session, /, *, space: str | None, waiting: Waiting | None, dry_run: bool, yes: bool) -> int:
    """Counts, asks, activates."""
    if not dry_run:
        session.must_write()
    found = session.installation(space)
    name = neutral(found.name)
    preview = asyncio.run(activation.preview(session.desk, found.space))
    _tell_preview(session, preview, name)
    for code, arguments in preview.warnings:
        diagnose(code, arguments)
    for code in preview.obstacles:
        diagnose(code)
    if dry_run or preview.obstacles:
        _answer(session, found, preview, dry_run=dry_run)
        return WRONG if preview.obstacles else DONE
    if preview.waiting and waiting is None:
        waiting = _ask_waiting(preview.waiting)
    confirm(_("Activate {name}?").format(name=name), yes=yes)
    made = asyncio.run(activation.activate(session.desk, found.space, waiting=waiting, progress=_progress))
    if sys.stderr.isatty():
        note("")
    _answer(session, made, preview, dry_run=False)
    if not session.json:
        say(_("{name} is active: what is approved or sent from now on goes over.").format(name=name))
    return DONE


def _tell_preview(session: Session, preview: activation.Preview, name: str) -> None:
    if session.json:
        return
    text = (
        ngettext("{count} document stays history.", "{count} documents stay history.", preview.history)
        if preview.complete
        else ngettext("At least {count} document stays history.", "At least {count} documents stay history.",
                      preview.history)
    )  # fmt: skip
    say(f"{name}: {text.format(count=count(preview.history))}")
    if preview.waiting:
        text = ngettext("{count} delivery still waits.", "{count} deliveries still wait.", preview.waiting)
        say(text.format(count=count(preview.waiting)))


def _ask_waiting(waiting: int) -> Waiting:
    if not on_terminal():
        raise UsageError("waiting_choice", count=waiting)
    answer = click.prompt(_("Send or discard what waits"), type=click.Choice(["send", "discard"]), err=True)
    return "send" if answer == "send" else "discard"


def _answer(session: Session, found: Installation, preview: activation.Preview, *, dry_run: bool) -> None:
    if not session.json:
        return
    document(
        {
            "space": found.space,
            "name": found.name,
            "active": found.active,
            "dry_run": dry_run,
            "history": preview.history,
            "complete": preview.complete,
            "waiting": preview.waiting,
            "obstacles": [{"code": code, "message": worded(code).sentence} for code in preview.obstacles],
            "warnings": [
                {"code": code, "arguments": dict(arguments), "message": worded(code, arguments).sentence}
                for code, arguments in preview.warnings
            ],
        }
    )


def _progress(seen: int) -> None:
    """Counts on one line of a terminal; a script sees nothing."""
    if sys.stderr.isatty():
        click.echo("\r" + _("At least {count} documents so far").format(count=count(seen)), err=True, nl=False)


@command("deactivate", help=N_("Stop bringing documents of a space over, at once; the queue is kept."))
@space_argument
@yes_option
@json_option
@with_session
def deactivate(session: Session, /, *, space: str | None, yes: bool) -> int:
    """Stops after a confirmation."""
    session.must_write()
    found = session.installation(space)
    name = neutral(found.name)
    confirm(_("Stop {name}? What waits stays in the queue.").format(name=name), yes=yes)
    made = activation.deactivate(session.desk, found.space)
    return _switched(session, made, _("{name} is not active any more; the queue is kept.").format(name=name))


@command("hold", help=N_("Pause the uploads of a space; it goes on watching, and nothing becomes history."))
@space_argument
@json_option
@with_session
def hold(session: Session, /, *, space: str | None) -> int:
    """Holds."""
    session.must_write()
    made = activation.hold(session.desk, session.installation(space).space)
    return _switched(session, made, _("Uploads of {name} are paused.").format(name=neutral(made.name)))


@command("release", help=N_("End a pause of the uploads."))
@space_argument
@json_option
@with_session
def release(session: Session, /, *, space: str | None) -> int:
    """Releases."""
    session.must_write()
    made = activation.release(session.desk, session.installation(space).space)
    return _switched(session, made, _("Uploads of {name} go on.").format(name=neutral(made.name)))


def _switched(session: Session, made: Installation, sentence: str) -> int:
    if session.json:
        document({"space": made.space, "name": made.name, "active": made.active, "held_by": made.held_by})
    else:
        say(sentence)
    return DONE
