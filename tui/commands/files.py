"""`installations export|import`, `backup` and `restore`: what was decided and what happened, in files."""

from __future__ import annotations

from pathlib import Path

import click

from core.errors import UsageError
from core.operations import engines, support
from tui.commands.asking import confirm
from tui.commands.frame import ATTENTION, DONE, Session, command, group, json_option, option, with_session, yes_option
from tui.commands.output import document, fact, say
from tui.i18n import N_, _, ngettext
from tui.plain import neutral

FILE = click.Path(dir_okay=False, path_type=Path)
PRESENT = click.Path(exists=True, dir_okay=False, path_type=Path)
FORCE = N_("Replace the file that is already there.")


@group("installations", help=N_("Export or import all installations as CSV or JSON; without secrets."))
def installations() -> None:
    """All installations in one file."""


@installations.command("export", help=N_("Write all installations to FILE (.csv or .json); without secrets."))
@click.argument("file", type=FILE)
@option("--force", is_flag=True, help=FORCE)
@json_option
@with_session
def export(session: Session, /, *, file: Path, force: bool) -> int:
    """Writes the file."""
    _must_be_free(file, force=force)
    written = support.export_installations(session.desk, file)
    if session.json:
        document({"file": str(file), "installations": written})
    else:
        text = ngettext("{count} installation written to {file}.", "{count} installations written to {file}.", written)
        say(text.format(count=written, file=neutral(str(file))))
    return DONE


@installations.command(
    "import",
    help=N_(
        """Add and change installations from FILE (.csv or .json). Nothing becomes active by itself.

        --dry-run says what would happen and changes nothing."""
    ),
)
@click.argument("file", type=PRESENT)
@option("--dry-run", is_flag=True, help=N_("Say what would happen, and change nothing."))
@yes_option
@json_option
@with_session
def import_(session: Session, /, *, file: Path, dry_run: bool, yes: bool) -> int:
    """Shows first, then asks, then imports."""
    if not dry_run:
        session.must_write()
    planned = support.import_installations(session.desk, file, dry_run=True)
    if dry_run:
        return _tell_import(session, planned, dry_run=True)
    if not yes and not session.json:
        _tell_import(session, planned, dry_run=True)
    confirm(_("Import these installations?"), yes=yes)
    return _tell_import(session, support.import_installations(session.desk, file, dry_run=False), dry_run=False)


def _tell_import(session: Session, changes: list[tuple[str, str]], *, dry_run: bool) -> int:
    if session.json:
        document({"dry_run": dry_run, "changes": [{"space": space, "change": change} for space, change in changes]})
    else:
        for space, change in changes:
            say(f"{neutral(space)}: {_(change)}")
    return DONE


@command(
    "backup", help=N_("Copy the ledger and the decisions into FILE; without secrets. An engine may go on running.")
)
@click.argument("file", type=FILE)
@option("--force", is_flag=True, help=FORCE)
@json_option
@with_session
def backup(session: Session, /, *, file: Path, force: bool) -> int:
    """Writes one file."""
    _must_be_free(file, force=force)
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


def _must_be_free(file: Path, *, force: bool) -> None:
    if file.exists() and not force:
        raise UsageError("file_exists", path=str(file))
