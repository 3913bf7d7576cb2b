"""`service show|install|remove`: the engine as a service of this machine, or of this person."""

from __future__ import annotations

from functools import partial

import click

from core.operations.running.service import Step
from tui.commands.asking import confirm
from tui.commands.frame import DONE, Session, group, json_option, option, with_session, yes_option
from tui.commands.output import document, say
from tui.i18n import N_, _, worded

user_option = option("--user", is_flag=True, help=N_("For this person alone, without root."))
notice_option = option(
    "--notice-command", metavar="COMMAND", default="", help=N_("The command that tells people; see notices.")
)


@group(
    "service",
    help=N_(
        """Run the engine as a service (systemd).

        Without --user for the whole machine: one engine for several people, sandboxed, under a user of its own."""
    ),
)
def service() -> None:
    """The engine as a service."""


@service.command("show", help=N_("Print the unit file with this machine's paths; nothing is written."))
@user_option
@notice_option
@with_session
def show(session: Session, /, *, user: bool, notice_command: str) -> int:
    """The text as it would be installed."""
    from core.operations.running import service as services

    click.echo(services.unit_text(session.desk, user=user, notice_command=notice_command), nl=False)
    return DONE


@service.command(
    "install",
    help=N_(
        """Write the unit file, and make the group, the user and the directories that it needs.

        Run it again after the program has moved, or after secrets were added: it changes nothing else."""
    ),
)
@user_option
@notice_option
@option("--start", is_flag=True, help=N_("Start it now, and with each start of the machine."))
@option("--dry-run", is_flag=True, help=N_("Say what would happen, and change nothing."))
@yes_option
@json_option
@with_session
def install(session: Session, /, *, user: bool, notice_command: str, start: bool, dry_run: bool, yes: bool) -> int:
    """Says first what it will do, where there is a person."""
    from core.operations.running import service as services

    session.must_write()
    steps = partial(services.install, session.desk, user=user, notice_command=notice_command, start=start)
    if dry_run:
        return _tell(session, steps(dry_run=True))
    if not yes:
        _tell(session, steps(dry_run=True))
    confirm(_("Do this?"), yes=yes)
    return _tell(session, steps())


@service.command("remove", help=N_("Stop the service and remove its unit file; settings, ledger and secrets stay."))
@user_option
@yes_option
@json_option
@with_session
def remove(session: Session, /, *, user: bool, yes: bool) -> int:
    """After a confirmation."""
    from core.operations.running import service as services

    session.must_write()
    confirm(_("Stop the engine and remove the service?"), yes=yes)
    return _tell(session, services.remove(session.desk, user=user))


def _tell(session: Session, steps: list[Step]) -> int:
    if session.json:
        document(
            [
                {
                    "code": each.code,
                    "arguments": dict(each.arguments),
                    "message": worded(each.code, each.arguments).sentence,
                }
                for each in steps
            ]
        )
        return DONE
    for each in steps:
        said = worded(each.code, each.arguments)
        say(said.sentence)
        if said.advice:
            say(f"  {said.advice}")
    return DONE
