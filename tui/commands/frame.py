"""What every command stands on: the session of one call, and click's command and option in four languages.

Takes the global options; gives a `Session` with the desk. Imports no operation before a command needs it.
"""

from __future__ import annotations

import copy
import inspect
import os
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property, update_wrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec

import click

from core.errors import UsageError
from tui.i18n import LANGUAGES, N_, _

if TYPE_CHECKING:
    from core.installations import Installation
    from core.operations.desk import Desk

P = ParamSpec("P")
DONE, ATTENTION, WRONG, INTERRUPTED = range(4)
"""Exit codes: done; done but something needs attention; wrong usage or configuration; interrupted before the end."""


@dataclass
class Session:
    """One call of the command line: the global options, and the desk they lead to."""

    home: Path | None = None
    readonly: bool = False
    space_option: str | None = None
    json: bool = False
    ascii_only: bool = False
    mouse: bool = False
    bundle: Path | None = None
    keyring: bool = False
    open: ExitStack = field(default_factory=ExitStack)

    @cached_property
    def desk(self) -> Desk:
        """The desk of this home, or of the bundle that is looked into; closed when the command ends."""
        from core.home import Home
        from core.operations.desk import Desk, who

        if self.bundle is None:
            from core.keyring import CHOSEN

            home, environ = Home.locate(self.home), os.environ | ({CHOSEN: "1"} if self.keyring else {})
        else:
            from core.operations.support import opened_bundle

            # a bundle has its own ledger and no secrets: what this machine is set to must not get between
            home, environ = self.open.enter_context(opened_bundle(self.bundle)), {}
        desk = Desk(home, who(os.environ), readonly=self.readonly, environ=environ)
        self.open.callback(desk.close)
        if self.space_option:
            desk.space = self._space_of(desk, self.space_option)
        return desk

    @staticmethod
    def _space_of(desk: Desk, text: str) -> str:
        """The space that `--space` means; one that is not installed yet by its id alone."""
        from core.operations.setup import installing

        try:
            return installing.find(desk, text).space
        except UsageError as unknown:
            if unknown.code == "ambiguous":
                raise
            return text

    def must_write(self) -> None:
        """Refuses a change before anything is asked, where `--readonly` was given."""
        if self.readonly:
            raise UsageError("readonly")

    def space_text(self, argument: str | None) -> str:
        """The SPACE argument, else the global `--space`."""
        text = argument or self.space_option
        if not text:
            raise UsageError("space_missing")
        return text

    def installation(self, argument: str | None) -> Installation:
        """The installation that SPACE means."""
        from core.operations.setup import installing

        return installing.find(self.desk, self.space_text(argument))

    def close(self) -> None:
        """Closes what the command opened."""
        self.open.close()


def _remember(context: click.Context, parameter: click.Parameter, value: Any) -> None:
    """Keeps a global option that was given after the command's name."""
    if value and parameter.name is not None:
        setattr(context.ensure_object(Session), parameter.name, value)


def _global_options() -> list[click.Parameter]:
    """The global options are understood after the command too: that is where people type them."""
    settings: dict[str, Any] = {"hidden": True, "expose_value": False, "callback": _remember}
    return [
        Option(["--home"], type=click.Path(file_okay=False, path_type=Path), **settings),
        Option(["--readonly"], is_flag=True, **settings),
        Option(["--keyring"], is_flag=True, **settings),
        Option(["--space", "space_option"], **settings),
        Option(["--lang"], type=click.Choice(LANGUAGES), hidden=True, expose_value=False),
    ]


class Command(click.Command):
    """A command whose help is translated when it is shown."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        """Adds the global options that the command does not name itself."""
        super().__init__(*args, **settings)
        named = {name for parameter in self.params for name in parameter.opts}
        self.params += [parameter for parameter in _global_options() if not named.intersection(parameter.opts)]

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes the help in the language in use."""
        click.Command.format_help_text(_translated(self), ctx, formatter)

    def get_short_help_str(self, limit: int = 45) -> str:
        """The first sentence of the help in the language in use."""
        return click.Command.get_short_help_str(_translated(self), limit)


class Group(click.Group):
    """A group of commands whose help is translated, listed in the order in which they were defined."""

    command_class = Command

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes the help in the language in use."""
        click.Command.format_help_text(_translated(self), ctx, formatter)

    def get_short_help_str(self, limit: int = 45) -> str:
        """The first sentence of the help in the language in use."""
        return click.Command.get_short_help_str(_translated(self), limit)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of definition: the order in which a person needs them."""
        return list(self.commands)


class Option(click.Option):
    """An option whose help is translated when it is shown."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Names and help in the language in use."""
        shown = copy.copy(self)
        shown.help = _(self.help or "")
        return click.Option.get_help_record(shown, ctx)


def paragraphs(text: str) -> str:
    """A help text as it is looked up in the catalogues: one line a paragraph, however the source is laid out."""
    return "\n\n".join(" ".join(part.split()) for part in inspect.cleandoc(text).split("\n\n"))


def _translated(command: click.Command) -> click.Command:
    shown = copy.copy(command)
    shown.help = _(paragraphs(command.help or ""))
    return shown


def option(*names: str, help: str, **settings: Any) -> Callable[[Callable[P, Any]], Callable[P, Any]]:
    """`click.option` with a translatable help; pass the English text through `N_`."""
    return click.option(*names, cls=Option, help=help, **settings)


def command(name: str, *, help: str) -> Callable[[Callable[..., Any]], click.Command]:
    """`click.command` with a translatable help."""
    return click.command(name, cls=Command, help=help)


def group(name: str, *, help: str) -> Callable[[Callable[..., Any]], Group]:
    """`click.group` with a translatable help."""
    return click.group(name, cls=Group, help=help)


def with_session(function: Callable[Concatenate[Session, P], int | None]) -> Callable[P, int | None]:
    """Hands the session to a command as its first argument."""

    def call(*args: P.args, **kwargs: P.kwargs) -> int | None:
        session = click.get_current_context().ensure_object(Session)
        session.json = bool(kwargs.pop("as_json", False))
        return function(session, *args, **kwargs)

    return update_wrapper(call, function)


json_option = option("--json", "as_json", is_flag=True, help=N_("Print JSON on standard output instead of text."))
yes_option = option("--yes", is_flag=True, help=N_("Confirm without asking, for scripts."))
space_argument = click.argument("space", required=False)
