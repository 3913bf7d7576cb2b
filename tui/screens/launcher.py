"""The app launcher: look for an extension by its name, choose the space, agree, and it is installed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from textual.widget import Widget
from textual.widgets import Input

from core.model import Space
from core.operations.setup import connections
from tui.i18n import N_, _
from tui.journey import INSTALLING, Journey
from tui.plain import neutral
from tui.screens.form import FormScreen
from tui.widgets.entry import Entry
from tui.widgets.lines import Paragraph
from tui.widgets.menu import Choice, Menu
from tui.words import labels


@dataclass(frozen=True, slots=True)
class Extension:
    """An extension that can be installed."""

    id: str
    name: str
    summary_msgid: str


EXTENSIONS = (Extension("pingwin", "Pingwin", N_("sends your documents to your Pingwin dossier as e-fff")),)
"""What the launcher knows. Each gets its own installation flow."""

MANY = 10
"""Spaces from which on a line to look for one by its name is worth its place."""


class LauncherScreen(FormScreen):
    """Search, and the extensions that match."""

    guide: ClassVar[str] = "launcher"

    def content(self) -> Iterable[Widget]:
        """The search field and what it finds."""
        yield Paragraph(_(labels.DISCOVER_MORE), "strong")
        yield Entry(id="search", placeholder=_("type a name, for example Pingwin"))
        yield Menu(_matching(""), id="found", classes="above")
        yield Paragraph(id="installed", classes="above")

    def on_mount(self) -> None:
        """Where it is installed already."""
        snapshot = self.app.snapshot
        names = [neutral(each.installation.name) for each in snapshot.spaces] if snapshot else []
        if names:
            text = _("Installed in: {names}").format(names=", ".join(names))
            self.query_one("#installed", Paragraph).show(text, "text-muted")

    def on_input_changed(self, event: Input.Changed) -> None:
        """Finds while it is typed."""
        found = _matching(event.value)
        self.query_one(Menu).offer(found or [Choice("", _("Nothing by that name."), enabled=False)])

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter takes the first one found."""
        event.stop()
        found = _matching(event.value)
        if found:
            self.picked(found[0].id)

    def picked(self, choice: str) -> None:
        """On to the space."""
        if not choice:
            return
        if self.app.desk.readonly:
            self.say_code("readonly")
            return
        if self.journey is None:
            self.journey = Journey(INSTALLING)
        self.done()


def _matching(text: str) -> list[Choice]:
    wanted = text.strip().casefold()
    return [
        Choice(extension.id, extension.name, _(extension.summary_msgid))
        for extension in EXTENSIONS
        if wanted in extension.name.casefold()
    ]


class SpaceScreen(FormScreen):
    """Which space: those that let the app in, the installed ones marked."""

    guide: ClassVar[str] = "space"

    def __init__(self, journey: Journey | None = None) -> None:
        super().__init__(journey)
        self._spaces: list[Space] = []

    def content(self) -> Iterable[Widget]:
        """The list, and a line to look for one where there are many."""
        field = Entry(id="search", placeholder=_("part of a name"))
        field.display = False
        yield field
        yield Paragraph(_("asking Banqup ..."), "text-muted", id="asking")
        yield Menu(id="spaces")

    def on_mount(self) -> None:
        """Asks Banqup."""
        self.work("ask for the spaces", lambda: connections.spaces(self.app.desk), self._show, self._failed)

    def _failed(self) -> None:
        text = _("Banqup could not be asked. esc: back to the connection.")
        self.query_one("#asking", Paragraph).show(text, "warning")

    def _show(self, spaces: list[Space]) -> None:
        self._spaces = sorted(spaces, key=lambda space: space.name.casefold())
        note = self.query_one("#asking", Paragraph)
        if not spaces:
            note.show(_("No space lets this app in yet. Grant it its two roles in Banqup, then come back."), "warning")
            return
        note.show("")
        field = self.query_one("#search", Input)
        field.display = len(spaces) > MANY
        self._offer("")
        (field if field.display else self.query_one(Menu)).focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Finds while it is typed."""
        self._offer(event.value)

    def _offer(self, text: str) -> None:
        wanted = text.strip().casefold()
        remarks = self._remarks()
        choices = [
            Choice(
                space.id,
                neutral(space.name) or space.id,
                remarks.get(space.id, (space.id[:8], True))[0],
                enabled=remarks.get(space.id, ("", True))[1],
            )
            for space in self._spaces
            if wanted in space.name.casefold() or space.id.startswith(wanted)
        ]
        self.query_one(Menu).offer(choices)

    def _remarks(self) -> dict[str, tuple[str, bool]]:
        """What is said of a space where it is installed, and whether it can be chosen."""
        spaces = self.app.snapshot.spaces if self.app.snapshot else ()
        return {
            each.installation.space: (
                (_("active already"), False) if each.installation.active else (_("installed: go on with it"), True)
            )
            for each in spaces
        }

    def picked(self, choice: str) -> None:
        """On to the consent, or past it where it was given."""
        if self.journey is None:
            return
        self.journey.space = next(space for space in self._spaces if space.id == choice)
        if choice in self.app.space_names():
            self.app.advance(self, "numbers")
        else:
            self.done()
