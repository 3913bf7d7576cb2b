"""The screens by name: that of each step, and the queue. Each is imported when it is opened."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from textual.screen import Screen

from tui.journey import Journey

if TYPE_CHECKING:
    from tui.screens.form import FormScreen


def queue_screen() -> Screen[Any]:
    """The live queue."""
    from tui.screens.queue import QueueScreen

    return QueueScreen()


def step_screen(step: str, journey: Journey | None) -> FormScreen:
    """The screen of a step."""
    from tui.screens import activate, connections, credentials, install, launcher
    from tui.screens import walkthrough as welcome

    steps: dict[str, Callable[[Journey | None], FormScreen]] = {
        "welcome": welcome.WelcomeScreen,
        "banqup": connections.BanqupScreen,
        "pingwin": connections.PingwinScreen,
        "launcher": launcher.LauncherScreen,
        "space": launcher.SpaceScreen,
        "install": install.InstallScreen,
        "numbers": install.NumbersScreen,
        "credentials": credentials.CredentialsScreen,
        "activate": activate.ActivateScreen,
    }
    return steps[step](journey)
