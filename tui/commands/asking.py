"""How commands ask: confirmations that default to No, typed ones, hidden values, and values from a pipe or file.

Questions go to standard error, so that standard output stays the answer. Without a terminal nothing is asked: a command
then needs `--yes`, `--stdin` or `--from-file`, and says so. A secret is never an argument and never echoed.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click
from pydantic import SecretStr

from core.errors import ProductError, UsageError
from tui.i18n import N_, _


class DeclinedError(ProductError):
    """The person did not confirm: the command ends before its end, and nothing was changed."""


def on_terminal() -> bool:
    """Whether there is a person to ask."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def confirm(question: str, *, yes: bool) -> None:
    """Goes on only when the person says yes (default No) or the script said `--yes`."""
    if yes:
        return
    if not on_terminal():
        raise UsageError("needs_yes")
    if not ask_yes_no(question):
        raise DeclinedError("not_confirmed")


def ask_yes_no(question: str) -> bool:
    """A question on the terminal whose default is No; yes may be said in the language in use or in English."""
    yes, no = _(N_("yes")), _(N_("no"))
    answer = click.prompt(f"{question} [{yes[0]}/{no[0].upper()}]", default="", show_default=False, err=True)
    return answer.strip().casefold() in {"y", "yes", yes[0], yes}


def confirm_typed(question: str, expected: str, *, yes: bool) -> None:
    """Goes on only when the person types a name or number exactly, or the script said `--yes`."""
    if yes:
        return
    if not on_terminal():
        raise UsageError("needs_yes")
    prompt = _(N_('{question} Type "{expected}" to confirm')).format(question=question, expected=expected)
    if click.prompt(prompt, default="", show_default=False, err=True).strip() != expected:
        raise DeclinedError("typed_wrong", expected=expected)


def ask_text(label: str, *, default: str = "", option: str) -> str:
    """A value that may be seen; `option` is named where there is no terminal to ask on."""
    if not on_terminal():
        raise UsageError("needs_option", option=option)
    return str(click.prompt(label, default=default or None, err=True)).strip()


def ask_secret(label: str) -> SecretStr | None:
    """A value that nobody may see while it is typed; None where nothing was typed."""
    typed = click.prompt(label, default="", show_default=False, hide_input=True, err=True)
    return SecretStr(typed.strip()) if typed.strip() else None


def values_from_lines(text: str, names: Sequence[str], *, where: str) -> dict[str, SecretStr]:
    """Reads lines `name=value`. Blank lines and lines that begin with # are skipped; a wrong line is never repeated."""
    values: dict[str, SecretStr] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, equals, value = line.partition("=")
        if not equals:
            raise UsageError("line_wrong", where=where, line=number)
        if name.strip() not in names:
            raise UsageError("line_name_unknown", where=where, line=number, expected=", ".join(names))
        values[name.strip()] = SecretStr(value.strip())
    return values


def piped_values(names: Sequence[str], *, stdin: bool, from_file: Path | None) -> dict[str, SecretStr] | None:
    """Values from standard input or a file where one of them was chosen, else None."""
    if from_file is not None:
        try:
            return values_from_lines(from_file.read_text("utf-8"), names, where=str(from_file))
        except OSError as problem:
            raise UsageError("file_unreadable", where=str(from_file), problem=problem.strerror or "") from problem
        except UnicodeDecodeError as problem:
            raise UsageError("file_not_text", where=str(from_file)) from problem
    if stdin:
        return values_from_lines(sys.stdin.read(), names, where=_("standard input"))
    return None
