"""A dry run: what would become of a document, and the request that would go out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.widget import Widget

from core.operations.views.dry_run import DryRun
from tui.i18n import _
from tui.screens.base import ConsoleScreen
from tui.widgets.sheet import Sheet
from tui.widgets.spans import Line, Span, line, wrap
from tui.words.dry_runs import lines


class DryRunScreen(ConsoleScreen[None]):
    """The verdict, what was noticed, the request."""

    guide: ClassVar[str] = "dry_run"
    AUTO_FOCUS: ClassVar[str | None] = "Sheet"

    def __init__(self, found: DryRun) -> None:
        super().__init__()
        self._text = "\n".join(lines(found))

    def body(self) -> Iterable[Widget]:
        """One sheet."""
        yield Sheet(id="dry-run", classes="fill")

    def heading(self) -> Line:
        """What it is."""
        return line(" " + _("Dry run: nothing was sent"), "strong")

    def on_mount(self) -> None:
        """The text, wrapped."""
        self.query_one(Sheet).show(lambda width: [(Span(f" {part}"),) for part in wrap(self._text, width - 2)])
        self.refresh_frame()
