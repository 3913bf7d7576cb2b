"""`doctor` and `bundle`: what support asks for, and looking into a bundle on another machine."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from core.errors import UsageError
from core.operations import support
from tui.commands.frame import ATTENTION, DONE, Session, command, json_option, option, space_argument, with_session
from tui.commands.output import document, fact, say
from tui.commands.verdicts import passed_word
from tui.i18n import N_, _, worded
from tui.plain import neutral


@command(
    "doctor",
    help=N_(
        """Check this machine and each installation: disk, clock, ledger, permissions, reachability, credentials.

        Each line passes or says what to do. Exit code 1: at least one failed."""
    ),
)
@json_option
@with_session
def doctor(session: Session, /) -> int:
    """One line a check."""
    lines = asyncio.run(support.doctor(session.desk))
    if session.json:
        document(
            [
                {
                    "code": line.code,
                    "passed": line.passed,
                    "arguments": dict(line.arguments),
                    "space": line.space,
                    "message": worded(line.code, line.arguments).sentence,
                    "advice": worded(line.code, line.arguments).advice,
                }
                for line in lines
            ]
        )
    else:
        for line in lines:
            message = worded(line.code, line.arguments)
            place = f"{neutral(line.space)}: " if line.space else ""
            where = neutral(str(line.arguments.get("where") or ""))
            file = f" ({where})" if where and where not in message.sentence else ""
            say(f"{passed_word(line.passed)}: {place}{message.sentence}{file}")
            if message.advice and line.passed is not True:
                say(f"  {message.advice}")
    return ATTENTION if any(line.passed is False for line in lines) else DONE


@command(
    "bundle",
    help=N_(
        """Collect what support needs about one space in one file, without secrets.

        Look into it on another machine with: banqup-pingwin --bundle FILE"""
    ),
)
@space_argument
@option("--out", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path), help=N_("The file to write."))
@option("--force", is_flag=True, help=N_("Replace the file that is already there."))
@json_option
@with_session
def bundle(session: Session, /, *, space: str | None, out: Path | None, force: bool) -> int:
    """Writes the file and lists what is in it."""
    found = session.installation(space)
    file = out or Path(f"banqup-pingwin-{found.space[:8]}.zip")
    if file.exists() and not force:
        raise UsageError("file_exists", path=str(file))
    contents = support.bundle(session.desk, found.space, file)
    if session.json:
        document({"file": str(file), "contents": contents})
    else:
        fact(_("Written to"), file)
        for name in contents:
            say(f"  {neutral(name)}")
    return DONE
