"""The console script `banqup-pingwin`: global options, the list of commands, and the edge at which errors become words.

A command's module is imported only when that command is asked for, so `--help` and `--version` import neither textual
nor httpx nor lxml. Without a command the console opens; where there is no terminal the help is printed instead.
"""

from __future__ import annotations

import contextlib
import errno
import gc
import gettext
import os
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

import click

from core.errors import ConfigurationError, ProductError, SourceError, UsageError
from tui.commands import COMMANDS, SECTIONS
from tui.commands.crash import keep_crash
from tui.commands.frame import ATTENTION, DONE, INTERRUPTED, WRONG, Group, Option, Session
from tui.commands.output import diagnose, note
from tui.i18n import DOMAIN, LANGUAGES, LOCALE_DIRECTORY, N_, _, use_language

PROGRAM = "banqup-pingwin"

EXIT_CODES: tuple[tuple[type[ProductError], int], ...] = (
    (UsageError, WRONG),
    (ConfigurationError, WRONG),
    (SourceError, ATTENTION),
    (ProductError, INTERRUPTED),
)
"""The first class that fits decides. A store that cannot be used ends a command before its end."""


class Root(Group):
    """The command line itself: commands by name from a table, errors in words, exit codes as documented."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All commands, in the order in which a person needs them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Imports the module of one command."""
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        found: click.Command = getattr(import_module(f"tui.commands.{entry.module}"), entry.attribute)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Lists the commands by section, from the table alone."""
        for section in SECTIONS:
            with formatter.section(_(section)):
                formatter.write_dl(
                    [(name, _(entry.summary)) for name, entry in COMMANDS.items() if entry.section == section]
                )

    def main(self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any) -> NoReturn:  # type: ignore[override]
        """Runs one call and exits. This is the command line's edge: nothing passes it but an exit code."""
        session = extra["obj"] = Session()
        extra["standalone_mode"] = False
        arguments = list(sys.argv[1:] if args is None else args)
        _speak(_language_asked_for(arguments))
        try:
            outcome = super().main(arguments, prog_name or PROGRAM, **extra)
            sys.stdout.flush()
            sys.exit(outcome if isinstance(outcome, int) else DONE)
        except (KeyboardInterrupt, click.Abort):
            note("")
            diagnose("interrupted")
            sys.exit(INTERRUPTED)
        except click.ClickException as error:
            sys.exit(_show_usage(error))
        except ProductError as error:
            diagnose(error.code, error.arguments, where=error.where, scripted=session.json)
            sys.exit(next(code for kind, code in EXIT_CODES if isinstance(error, kind)))
        except OSError as error:
            if error.errno == errno.EPIPE:
                _forget_output()
                sys.exit(INTERRUPTED)
            sys.exit(keep_crash(error, session.home))
        except Exception as error:  # the command's edge: recorded, then said
            sys.exit(keep_crash(error, session.home))


def _language_asked_for(arguments: Sequence[str]) -> str | None:
    """The value of `--lang` wherever it stands before the command, so that even a usage error is in that language."""
    for position, argument in enumerate(arguments):
        if argument == "--lang":
            return next(iter(arguments[position + 1 :]), None)
        if argument.startswith("--lang="):
            return argument.removeprefix("--lang=")
    return None


def _speak(language: str | None) -> None:
    """Chooses the language of our texts and of click's own, and makes output that a terminal cannot show harmless."""
    chosen = use_language(language)
    os.environ["LANGUAGE"] = chosen
    gettext.bindtextdomain(DOMAIN, str(LOCALE_DIRECTORY))
    gettext.textdomain(DOMAIN)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, ValueError):
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]


def _show_usage(error: click.ClickException) -> int:
    context = getattr(error, "ctx", None)
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        note(context.get_help() if context else "")
        return WRONG
    diagnose("usage", {"problem": error.format_message(), "command": context.command_path if context else PROGRAM})
    return WRONG


def _forget_output() -> None:
    """The reader of a pipe went away: what is still buffered must not raise at exit."""
    sink = os.open(os.devnull, os.O_WRONLY)
    os.dup2(sink, sys.stdout.fileno())


def _version(context: click.Context, _parameter: click.Parameter, asked: bool) -> None:
    if asked and not context.resilient_parsing:
        from importlib.metadata import version

        click.echo(f"{PROGRAM} {version(PROGRAM)}")
        context.exit(DONE)


@click.group(
    PROGRAM,
    cls=Root,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help=N_(
        "Brings approved purchases and sent sales documents from Banqup into Pingwin as e-fff files: once each, in "
        "order, with a record of everything. Without a command the console opens."
    ),
)
@click.option(
    "--home",
    cls=Option,
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help=N_("Keep configuration, credentials, ledger, spool and logs under this folder."),
)
@click.option("--lang", cls=Option, type=click.Choice(LANGUAGES), help=N_("The language of all texts."))
@click.option("--readonly", cls=Option, is_flag=True, help=N_("Refuse every change."))
@click.option("--space", cls=Option, metavar="SPACE", help=N_("The space that commands and the console are about."))
@click.option(
    "--bundle",
    cls=Option,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help=N_("Look into a support bundle, read-only, instead of this machine's own ledger."),
)
@click.option(
    "--keyring",
    cls=Option,
    is_flag=True,
    help=N_("Look for secrets in this desktop's keyring too, and keep them there."),
)
@click.option("--ascii", "ascii_only", cls=Option, is_flag=True, help=N_("Console: plain ASCII characters only."))
@click.option("--mouse/--no-mouse", cls=Option, default=False, help=N_("Console: use the mouse."))
@click.option(
    "--version",
    cls=Option,
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_version,
    help=N_("Show the version and exit."),
)
@click.pass_context
def root(
    context: click.Context,
    home: Path | None,
    lang: str | None,
    readonly: bool,
    space: str | None,
    bundle: Path | None,
    keyring: bool,
    ascii_only: bool,
    mouse: bool,
) -> int | None:
    """Keeps the global options for the command; opens the console where there is none."""
    session = context.ensure_object(Session)
    session.home, session.readonly, session.space_option = home, readonly, space
    session.ascii_only, session.mouse, session.keyring = ascii_only, mouse, keyring
    context.call_on_close(session.close)
    if bundle is not None:
        session.bundle, session.readonly = bundle, True
    if context.invoked_subcommand is not None:
        return None
    return _open_console(context, session)


def has_terminal() -> bool:
    """Whether a console can be drawn here."""
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM", "dumb") != "dumb"


def speaks_utf8(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether the locale is one of UTF-8: LC_ALL, LC_CTYPE, LANG, the first that is set. Where none is, yes."""
    named = next((value for name in ("LC_ALL", "LC_CTYPE", "LANG") if (value := environ.get(name))), "")
    return not named or "utf8" in named.lower().replace("-", "")


def _open_console(context: click.Context, session: Session) -> int:
    if not has_terminal():
        diagnose("no_terminal")
        click.echo(context.get_help())
        return WRONG
    gc.disable()  # until the first screen is seen: it would find nothing, and costs a tenth of the start
    from tui.app import run_console

    space = session.installation(None).space if session.space_option else None
    ascii_only = session.ascii_only or not speaks_utf8()
    return run_console(session.desk, space=space, ascii_only=ascii_only, mouse=session.mouse)


def main() -> NoReturn:
    """The entry of the console script."""
    root.main(prog_name=PROGRAM)
