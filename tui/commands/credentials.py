"""`credentials set|test|show|delete`: the three credentials of a space. No value is ever an argument or printed."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import click
from pydantic import SecretStr

from core.errors import UsageError
from core.operations.setup import installing
from core.operations.setup.installing import CredentialField, CredentialView
from tui.commands.asking import ask_secret, ask_text, confirm_typed, on_terminal, piped_values
from tui.commands.frame import (
    ATTENTION,
    DONE,
    Session,
    group,
    json_option,
    option,
    space_argument,
    with_session,
    yes_option,
)
from tui.commands.output import diagnose, document, note, say
from tui.i18n import N_, _, worded
from tui.plain import neutral
from tui.words.labels import CREDENTIALS, HIDDEN, credential

NAMES = tuple(field.value for field in CredentialField)


@group("credentials", help=N_("The three credentials of a space: API Key, CLID and File ID."))
def credentials() -> None:
    """The three credentials."""


@credentials.command(
    "set",
    help=N_(
        """Keep the credentials of a space.

        Values come from a prompt (hidden), from lines api_key=, clid= and file_id= on standard input or in a file, or
        from the environment, where they are used without being kept. They are never arguments. An empty answer keeps
        the present value. Kept values are tested afterwards."""
    ),
)
@space_argument
@option("--stdin", is_flag=True, help=N_("Read lines name=value from standard input."))
@option("--from-file", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help=N_("Read lines name=value from a file."))  # fmt: skip
@option("--no-test", is_flag=True, help=N_("Keep the values without testing them."))
@json_option
@with_session
def set_(session: Session, /, *, space: str | None, stdin: bool, from_file: Path | None, no_test: bool) -> int:
    """Keeps the values given, then says what a test of them proved."""
    session.must_write()
    found = session.installation(space)
    piped = piped_values(NAMES, stdin=stdin, from_file=from_file)
    values = _asked(session, found.space) if piped is None else {CredentialField(name): v for name, v in piped.items()}
    if not values:
        raise UsageError("no_values")
    views = installing.set_credentials(session.desk, found.space, values)
    for other in installing.same_dossier(session.desk, found.space):
        diagnose("same_dossier", {"name": other.name, "file_id": other.file_id})
    if not session.json:
        say(_("Kept for {name}.").format(name=neutral(found.name)))
    if no_test or not all(view.present for view in views):
        return _show(session, views)
    return _test(session, found.space)


@credentials.command(
    "import",
    help=N_(
        """Keep the credentials of many spaces from a private FILE, or from standard input where FILE is -.

        The text is TOML: shared values on top (clid = "..." for an office with one CLID), then a table for each space
        with its api_key: [spaces."ID"], where ID is the space or the File ID of its dossier. --dry-run says what would
        happen and changes nothing. No value is ever shown."""
    ),
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path, allow_dash=True))
@option("--dry-run", is_flag=True, help=N_("Say what would happen, and change nothing."))
@json_option
@with_session
def import_(session: Session, /, *, file: Path, dry_run: bool) -> int:
    """Keeps what the tables say."""
    from core.operations.bulk import credentials_import as importing

    if not dry_run:
        session.must_write()
    stdin = str(file) == "-"
    tables = importing.parsed_credentials(sys.stdin.read()) if stdin else importing.read_credentials(file)
    told = importing.import_credentials(session.desk, tables, dry_run=dry_run)
    lines = [(each, worded(each.code, each.arguments).sentence) for each in told]
    if session.json:
        tables_told = [
            {"table": each.named, "space": each.space or None, "done": each.done, "code": each.code, "message": text}
            for each, text in lines
        ]
        document({"dry_run": dry_run, "tables": tables_told})
    else:
        for each, text in lines:
            say(f"{neutral(each.named) or _('shared by all')}: {text}")
    return DONE if all(each.done for each in told) else ATTENTION


def _asked(session: Session, space: str) -> dict[CredentialField, SecretStr]:
    """Asks for each of the three; what is left empty stays as it is."""
    if not on_terminal():
        raise UsageError("needs_value", name=", ".join(NAMES))
    present = {view.field: view for view in installing.credentials(session.desk, space)}
    values: dict[CredentialField, SecretStr] = {}
    for label in CREDENTIALS:
        note(label.where)
        if label.secret:
            kept = _("hidden; empty keeps the present one") if present[label.field].present else _("hidden")
            typed = ask_secret(f"{label.label} ({kept})")
        else:
            shown = ask_text(label.label, default=present[label.field].shown, option="--stdin")
            typed = SecretStr(shown) if shown else None
        if typed is not None:
            values[label.field] = typed
    return values


@credentials.command("test", help=N_("Test the credentials of a space, as far as that is possible without sending."))
@space_argument
@json_option
@with_session
def test(session: Session, /, *, space: str | None) -> int:
    """Says what was proven and what not."""
    return _test(session, session.installation(space).space)


def _test(session: Session, space: str) -> int:
    from tui.commands.verdicts import show_verdict

    return show_verdict(session, asyncio.run(installing.try_credentials(session.desk, space)))


@credentials.command("show", help=N_("Show where each credential comes from, never a secret's value."))
@space_argument
@json_option
@with_session
def show(session: Session, /, *, space: str | None) -> int:
    """One line a credential."""
    return _show(session, installing.credentials(session.desk, session.installation(space).space))


def _show(session: Session, views: list[CredentialView]) -> int:
    if session.json:
        document(
            [
                {
                    "field": view.field,
                    "present": view.present,
                    "hidden": view.hidden,
                    "source": view.source,
                    "shown": view.shown,
                }
                for view in views
            ]
        )
    else:
        for view in views:
            say(f"{credential(view.field).label}: {_line(view)}")
    return DONE if all(view.present or view.hidden for view in views) else ATTENTION


def _line(view: CredentialView) -> str:
    if view.hidden:
        return _(HIDDEN)
    if not view.present:
        return _("missing. {where}").format(where=credential(view.field).where)
    return _("{shown}, from {source}").format(shown=neutral(view.shown), source=neutral(view.source or ""))


@credentials.command("delete", help=N_("Delete the API Key and the CLID of a space from this machine."))
@space_argument
@yes_option
@with_session
def delete(session: Session, /, *, space: str | None, yes: bool) -> int:
    """Deletes after a typed confirmation; says where another source still answers."""
    session.must_write()
    found = session.installation(space)
    note(_("Uploads of {name} stop until new credentials are kept.").format(name=neutral(found.name)))
    confirm_typed(_("Delete the credentials?"), neutral(found.name), yes=yes)
    installing.delete_credentials(session.desk, found.space)
    say(_("Deleted."))
    left = [v for v in installing.credentials(session.desk, found.space) if v.present and credential(v.field).secret]
    for view in left:
        diagnose("credential_elsewhere", {"field": credential(view.field).label, "source": view.source})
    return ATTENTION if left else DONE
