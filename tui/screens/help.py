"""The `?` help: what the screen one came from is for, the questions people ask there, and its keys. All from tables."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.widget import Widget

from tui.actions import Action, Scope, in_scope
from tui.i18n import _
from tui.screens.base import ConsoleScreen
from tui.widgets.sheet import Sheet
from tui.widgets.spans import BLANK, Line, Span, fit, line, wrap
from tui.words.guides import ASKED_EVERYWHERE, GUIDES, Guide

KEY_COLUMN = 12


class HelpScreen(ConsoleScreen[None]):
    """Help on one screen."""

    guide: ClassVar[str] = "help"
    AUTO_FOCUS: ClassVar[str | None] = "Sheet"

    def __init__(self, guide: str, scopes: tuple[Scope, ...], readonly: bool) -> None:
        super().__init__()
        self._about = guide
        self._scopes = scopes
        self._readonly = readonly

    def body(self) -> Iterable[Widget]:
        """One sheet."""
        yield Sheet(id="help")

    def heading(self) -> Line:
        """Help on what."""
        return (Span(f" {_('Help')}", "strong"), Span(f"  {GUIDES[self._about].title}"))

    def on_mount(self) -> None:
        """The text."""
        live = in_scope(*self._scopes, Scope.EVERYWHERE, Scope.MOVING)
        keys = [action for action in live if not (action.changes and self._readonly)]
        self.query_one(Sheet).show(lambda width: help_lines(GUIDES[self._about], keys, width, self.app.ascii_only))

    def do_help(self) -> None:
        """Closes it again."""
        self.do_back()


def help_lines(guide: Guide, keys: Iterable[Action], width: int, ascii_only: bool = False) -> list[Line]:
    """Purpose, questions with answers, keys, and how to select text."""
    lines: list[Line] = [(Span(f" {part}"),) for part in wrap(guide.purpose, width - 2)]
    lines += _answers(guide.questions, width)
    lines += [BLANK, line(f" {_('Keys')}", "strong")]
    for action in keys:
        key = action.key.replace(",", ", ") if ascii_only and not action.shown_key.isascii() else action.shown_key
        lines += _key_lines(key, f"{action.label}: {action.help}", width)
    lines += _answers([asked for asked in ASKED_EVERYWHERE if asked not in guide.questions], width)
    lines += [BLANK]
    shift = _("To select text with the mouse, hold Shift. Everything here is also a command: banqup-pingwin --help.")
    lines += [(Span(f" {part}", "text-muted"),) for part in wrap(shift, width - 2)]
    return lines


def _answers(questions: Iterable[tuple[str, str]], width: int) -> list[Line]:
    lines: list[Line] = []
    for question, answer in questions:
        lines += [BLANK, line(f" {_(question)}", "strong")]
        lines += [(Span(f"   {part}"),) for part in wrap(_(answer), width - 4)]
    return lines


def _key_lines(key: str, text: str, width: int) -> list[Line]:
    parts = wrap(text, width - KEY_COLUMN - 2)
    return [
        (Span(f" {fit(key if place == 0 else '', KEY_COLUMN)}", "key"), Span(part)) for place, part in enumerate(parts)
    ]
