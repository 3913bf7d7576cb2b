"""`notices set|show|test|mail`: who is told, by which command, when something needs a person."""

from __future__ import annotations

import asyncio
import json
import shlex
import sys
from typing import Any

import click

from core.errors import UsageError
from tui.commands.frame import ATTENTION, DONE, Session, group, json_option, option, with_session
from tui.commands.output import diagnose, document, fact, say
from tui.i18n import N_, _, worded
from tui.plain import neutral

EVENTS = {
    "needs_you": N_("a delivery waits for your decision"),
    "connection": N_("the connection to Banqup or Pingwin is lost"),
    "stuck": N_("something waits for too long"),
}

MAIL_SECONDS = 20.0


@group(
    "notices",
    help=N_(
        """Who is told when something needs a person: once when it begins, again each day while it lasts.

        The engine runs a command of yours with the notice as JSON on its standard input. "notices mail" is such a
        command: it sends an e-mail."""
    ),
)
def notices() -> None:
    """Telling people."""


@notices.command("set", help=N_("Keep the command that tells people, of what, and after how long."))
@option("--command", metavar="COMMAND", help=N_("The command with its arguments; empty for none."))
@option("--event", "events", multiple=True, type=click.Choice(tuple(EVENTS)), help=N_("Only of this; may be repeated."))
@option(
    "--stuck-after", type=click.FloatRange(min=0.1), metavar="HOURS", help=N_("When something that waits is stuck.")
)
@option("--again-after", type=click.FloatRange(min=1), metavar="HOURS", help=N_("The time between two reminders."))
@with_session
def set_(
    session: Session,
    /,
    *,
    command: str | None,
    events: tuple[str, ...],
    stuck_after: float | None,
    again_after: float | None,
) -> int:
    """Keeps what is given; the rest stays."""
    from core.operations.running import telling

    session.must_write()
    given: dict[str, Any] = {"events": events or None, "stuck_h": stuck_after, "again_h": again_after}
    if command is not None:
        given["command"] = _split(command)
    changed = {name: value for name, value in given.items() if value is not None}
    kept = telling.set_notices(session.desk, session.desk.machine.notices.model_copy(update=changed))
    say(_("Kept. Test it with: banqup-pingwin notices test") if kept.command else _("Kept. No command is set."))
    return DONE


def _split(command: str) -> tuple[str, ...]:
    try:
        return tuple(shlex.split(command))
    except ValueError as problem:
        raise UsageError("notice_command_unreadable", name="--command", why=str(problem)) from None


@notices.command("show", help=N_("Show who is told, and of what."))
@json_option
@with_session
def show(session: Session, /) -> int:
    """What is kept, and what keeps the last notice from being sent."""
    from core.operations.running import telling

    desk = session.desk
    kept = desk.machine.notices
    command = telling.hook_of(desk.home, kept, desk.environ)
    problem = telling.problem(desk)
    if session.json:
        document({**kept.model_dump(mode="json"), "command": list(command), "problem": problem})
        return DONE
    fact(_("Command"), shlex.join(command) if command else _("not set"))
    for event, meaning in EVENTS.items():
        fact(f"{event} ({_(meaning)})", _("yes") if event in kept.events else _("no"))
    fact(_("Stuck after (hours)"), f"{kept.stuck_h:g}")
    fact(_("Again after (hours)"), f"{kept.again_h:g}")
    if problem:
        diagnose("notice_failed", {"why": problem})
    return DONE


@notices.command("test", help=N_("Run the command with a test notice, now."))
@with_session
def test(session: Session, /) -> int:
    """Exit 1 where the command failed."""
    from core.operations.running import telling

    session.must_write()
    why = asyncio.run(telling.try_hook(session.desk))
    if why is not None:
        diagnose("notice_failed", {"why": why})
        return ATTENTION
    say(_("The command ended well; look whether the notice arrived."))
    return DONE


@notices.command(
    "mail",
    help=N_(
        """Send the notice on standard input as an e-mail.

        A command for "notices set --command": banqup-pingwin notices mail --to you@firm.be --from books@firm.be
        --smtp mail.firm.be. The password of --user comes from BANQUP_PINGWIN_SMTP_PASSWORD (or …_FILE, or the line
        smtp_password in credentials.toml), never from an argument."""
    ),
)
@option("--to", "to", multiple=True, required=True, metavar="ADDRESS", help=N_("Who is told; may be repeated."))
@option("--from", "sender", required=True, metavar="ADDRESS", help=N_("The address it comes from."))
@option("--smtp", "smtp", required=True, metavar="HOST[:PORT]", help=N_("The mail server."))
@option(
    "--tls",
    type=click.Choice(("starttls", "implicit", "none")),
    default="starttls",
    help=N_("How the connection is protected."),
)
@option("--user", metavar="NAME", help=N_("Sign in under this name."))
@with_session
def mail(session: Session, /, *, to: tuple[str, ...], sender: str, smtp: str, tls: str, user: str | None) -> int:
    """Reads a notice and sends it, in the language in use."""
    from core.secrets import SecretName
    from core.telling.mail import Post, Tls, compose, send, server

    notice = _read()
    host, port = server(smtp, Tls(tls))
    password = session.desk.secret(SecretName.SMTP_PASSWORD) if user else None
    subject, lines = _worded(notice)
    post = Post(host, port, Tls(tls), user or "", password)
    send(compose(subject, lines, sender=sender, to=to), post, timeout=MAIL_SECONDS)
    return DONE


def _read() -> dict[str, Any]:
    try:
        notice = json.loads(sys.stdin.read())
        if notice["product"] != "banqup-pingwin" or not isinstance(notice["troubles"], list):
            raise ValueError("another product")
    except (ValueError, KeyError, TypeError) as problem:
        raise UsageError("notice_unreadable", why=type(problem).__name__) from None
    return dict(notice)


def _worded(notice: dict[str, Any]) -> tuple[str, list[str]]:
    """Subject and text in the language in use: the newest troubles first, then what still stands, then what is over."""
    subject = worded(notice["subject"]["code"], notice["subject"]["arguments"]).sentence
    lines = [subject, ""]
    for trouble in sorted(notice["troubles"], key=lambda each: not each["new"]):
        said = worded(trouble["code"], trouble["arguments"])
        name = neutral(trouble["name"])
        lines += [f"{name}: {said.sentence}" if name else said.sentence, *([f"  {said.advice}"] if said.advice else [])]
    lines += ["", _("Look with: banqup-pingwin status. You are told again each day while it lasts.")]
    return subject, lines
