"""The console as it is started: which screen opens first, and how one leads to the next."""

from __future__ import annotations

from core.operations.desk import Desk
from tui.console import Console
from tui.plain import neutral


class BanqupConsole(Console):
    """The console with its screens. Screens are imported when they are opened."""

    def on_mount(self) -> None:
        """Opens the first screen."""
        from tui.screens.queue import QueueScreen

        self.push_screen(QueueScreen())

    def open_document(self, delivery: int) -> None:
        """Everything about one delivery."""

    def manage(self, space: str | None) -> None:
        """The installation of a space."""


def run_console(desk: Desk, *, space: str | None = None, ascii_only: bool = False, mouse: bool = False) -> int:
    """Runs the console until it is left; returns the exit code."""
    app = BanqupConsole(desk, space=space, ascii_only=ascii_only)
    app.run(mouse=mouse)
    return app.return_code or 0
