"""How commands speak: plain lines and tables on standard output, JSON there when asked, diagnostics on standard error.

Everything is linear: one fact a line, columns only in tables, no boxes, no colours. Runtime text must come in through
`neutral` or one of the functions here, which call it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

import click

from core.model import Arguments
from tui.i18n import worded
from tui.plain import neutral


def say(text: str = "") -> None:
    """One line on standard output. The text must be harmless already."""
    click.echo(text)


def fact(label: str, value: object) -> None:
    """One fact on a line of its own; nothing where there is no value."""
    shown = neutral(str(value)) if value is not None else ""
    if shown:
        click.echo(f"{label}: {shown}")


def note(text: str) -> None:
    """One line on standard error: progress and what a person should know beside the answer."""
    click.echo(text, err=True)


def diagnose(
    code: str, arguments: Arguments | None = None, *, where: str | None = None, scripted: bool | None = None
) -> None:
    """A message on standard error: its code and sentence, then what to do.

    A script that asked for JSON gets the message's arguments on a line of their own as well; `scripted` says so where
    the command has ended already.
    """
    message = worded(code, {**(arguments or {}), "where": where})
    place = f" ({neutral(where)})" if where and neutral(where) not in message.sentence else ""
    click.echo(f"{code}: {message.sentence}{place}", err=True)
    if message.advice:
        click.echo(f"  {message.advice}", err=True)
    if scripted is None:
        context = click.get_current_context(silent=True)
        scripted = context is not None and getattr(context.obj, "json", False)
    if arguments and scripted:
        click.echo(f"  arguments: {json.dumps(dict(arguments), default=_plain)}", err=True)


def document(value: Any) -> None:
    """The one JSON document of a command. Only ASCII, so that no text in it can act on a terminal."""
    click.echo(json.dumps(value, indent=2, default=_plain))


def record(value: Any) -> None:
    """One line of JSON Lines, written at once."""
    click.echo(json.dumps(value, default=_plain))


def table(headings: Sequence[str], rows: Iterable[Sequence[str]], *, right: Sequence[int] = ()) -> None:
    """Columns parted by two spaces under a line of headings; columns named in `right` hold numbers."""
    lines = [tuple(headings), *(tuple(neutral(cell) for cell in row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(headings))]
    for line in lines:
        cells = [
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        click.echo("  ".join(cells).rstrip())


def shortened(text: str, width: int) -> str:
    """At most `width` characters; three dots end what was cut."""
    safe = neutral(text)
    return safe if len(safe) <= width else safe[: max(0, width - 3)] + "..."


def amount_text(amount: Decimal | None) -> str | None:
    """An amount as JSON carries it: a plain number in a string, never a float."""
    return None if amount is None else f"{amount:f}"


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return amount_text(value)
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    return str(value)
