"""`backup` and `restore`: what was decided and what happened, in one file."""

from __future__ import annotations

from pathlib import Path

import click

from core.errors import UsageError
from core.operations import support
from core.operations.running import engines
from tui.commands.asking import confirm
from tui.commands.frame import ATTENTION, DONE, Session, command, json_option, option, with_session, yes_option
from tui.commands.output import document, fact, say
from tui.i18n import N_, _
from tui.plain import neutral

FILE = click.Path(dir_okay=False, path_type=Path)
PRESENT = click.Path(exists=True, dir_okay=False, path_type=Path)
FORCE = N_("Replace the file that is already there.")


@command(
    "backup", help=N_("Copy the ledger and the decisions into FILE; without secrets. An engine may go on running.")
)
@click.argument("file", type=FILE)
@option("--force", is_flag=True, help=FORCE)
@json_option
@with_session
def backup(session: Session, /, *, file: Path, force: bool) -> int:
    """Writes one file."""
    must_be_free(file, force=force)
    support.backup(session.desk, file)
    if session.json:
        document({"file": str(file), "bytes": file.stat().st_size})
    else:
        say(
            _("Written to {file}. It holds no secrets; keep the credentials elsewhere.").format(file=neutral(str(file)))
        )
    return DONE


@command(
    "restore",
    help=N_(
        """Put a backup back, in place of what is here.

        What the backup cannot prove unsent is not sent by itself: it waits for your decision. The engine must not
        run."""
    ),
)
@click.argument("file", type=PRESENT)
@yes_option
@json_option
@with_session
def restore(session: Session, /, *, file: Path, yes: bool) -> int:
    """Replaces ledger and decisions after a confirmation."""
    session.must_write()
    if engines.engine(session.desk).running:
        raise UsageError("restore_running")
    confirm(_("Replace the ledger and the decisions of this home by the backup?"), yes=yes)
    outcome = support.restore(session.desk, file)
    if session.json:
        document(dict(outcome))
    else:
        say(_("Restored."))
        for name, number in outcome.items():
            fact(_(name.replace("_", " ")), number)
    return ATTENTION if outcome.get("credentials_missing") else DONE


def must_be_free(file: Path, *, force: bool) -> None:
    """Refuses a file that is there already."""
    if file.exists() and not force:
        raise UsageError("file_exists", path=str(file))
