"""`doctor` and `bundle`: what support asks for, and looking into a bundle on another machine."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import click

from core.errors import UsageError
from core.operations import support
from core.operations.support import Line
from tui.commands.asking import confirm
from tui.commands.frame import (
    ATTENTION,
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
from tui.commands.output import document, fact, say
from tui.commands.verdicts import passed_word
from tui.i18n import N_, _, worded
from tui.plain import neutral


@command(
    "doctor",
    help=N_(
        """Check this machine and each installation: disk, clock, ledger, permissions, reachability, credentials.

        Each line passes or says what to do. Exit code 0: nothing failed; 1: something needs attention; 2: nothing is
        read or sent until it is mended. --repair mends what it can, after asking."""
    ),
)
@option("--repair", is_flag=True, help=N_("Mend permissions, leftover files and the ledger's file."))
@yes_option
@json_option
@with_session
def doctor(session: Session, /, *, repair: bool, yes: bool) -> int:
    """One line a check; with `--repair` what was mended, and the checks once more."""
    if repair:
        session.must_write()
    lines = asyncio.run(support.doctor(session.desk))
    mended: list[Line] = []
    if repair and support.repairable(lines):
        if not yes:
            _tell(support.repairable(lines))
            confirm(_("Repair this?"), yes=yes)
        mended = support.repair(session.desk, lines)
        lines = asyncio.run(support.doctor(session.desk))
    if session.json:
        document([_record(line) for line in (*mended, *lines)])
    else:
        _tell([*mended, *lines])
    failed = [line for line in (*mended, *lines) if line.passed is False]
    return WRONG if any(line.grave for line in failed) else ATTENTION if failed else DONE


NOTE = N_("note")
"""A line that neither passes nor fails: what a person may want to know or set."""


def _record(line: Line) -> dict[str, object]:
    message = worded(line.code, line.arguments)
    return {
        "code": line.code,
        "passed": line.passed,
        "grave": line.grave,
        "arguments": dict(line.arguments),
        "space": line.space,
        "message": message.sentence,
        "advice": message.advice,
    }


def _tell(lines: Sequence[Line]) -> None:
    for line in lines:
        message = worded(line.code, line.arguments)
        place = f"{neutral(line.space)}: " if line.space else ""
        where = neutral(str(line.arguments.get("where") or ""))
        file = f" ({where})" if where and where not in message.sentence else ""
        say(f"{passed_word(line.passed) if line.passed is not None else _(NOTE)}: {place}{message.sentence}{file}")
        if message.advice and line.passed is not True:
            say(f"  {message.advice}")


@command(
    "bundle",
    help=N_(
        """Collect what support needs about one space in one file, without secrets.

        Look into it on another machine with: banqup-pingwin --bundle FILE"""
    ),
)
@space_argument
@option("--out", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path), help=N_("The file to write."))
@option("--with-names", is_flag=True, help=N_("Keep the names and VAT numbers of companies in."))
@option("--with-amounts", is_flag=True, help=N_("Keep the amounts in."))
@option("--force", is_flag=True, help=N_("Replace the file that is already there."))
@json_option
@with_session
def bundle(
    session: Session, /, *, space: str | None, out: Path | None, with_names: bool, with_amounts: bool, force: bool
) -> int:
    """Writes the file and lists what is in it."""
    found = session.installation(space)
    file = out or Path(f"banqup-pingwin-{found.space[:8]}.zip")
    if file.exists() and not force:
        raise UsageError("file_exists", path=str(file))
    kept = support.Kept(names=with_names, amounts=with_amounts)
    contents = asyncio.run(support.bundle(session.desk, found.space, file, kept))
    if session.json:
        document({"file": str(file), "contents": contents})
    else:
        fact(_("Written to"), file)
        for name in contents:
            say(f"  {neutral(name)}")
    return DONE
