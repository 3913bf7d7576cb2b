"""All installations: how each is, what needs a person, and the way to its queue and its settings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.widget import Widget

from core.operations.overview import Snapshot, SpaceStatus
from tui.actions import Scope
from tui.i18n import _, count, worded
from tui.plain import neutral
from tui.screens.form import FormScreen
from tui.status import health_face, health_word
from tui.widgets.lines import Paragraph
from tui.widgets.menu import Choice, Menu

ALL = "*"


class SpacesScreen(FormScreen):
    """The list."""

    scopes: ClassVar[tuple[Scope, ...]] = (Scope.SPACES,)
    guide: ClassVar[str] = "spaces"
    AUTO_FOCUS: ClassVar[str | None] = "Menu"

    def content(self) -> Iterable[Widget]:
        """The spaces, and the reason of the one under the cursor."""
        yield Menu(id="spaces", column=34)
        yield Paragraph(id="space-reason", classes="above")

    def on_mount(self) -> None:
        """What the last snapshot says."""
        if self.app.snapshot is not None:
            self._show(self.app.snapshot)

    def follow(self, snapshot: Snapshot) -> None:
        """Something moved."""
        super().follow(snapshot)
        self._show(snapshot)

    def _show(self, snapshot: Snapshot) -> None:
        if not snapshot.spaces:
            self.query_one(Menu).offer([Choice("", _("None yet: press 3 for the app launcher."), enabled=False)])
            return
        choices = [Choice(ALL, _("All spaces"), _("one queue"))] if len(snapshot.spaces) > 1 else []
        choices += [self._choice(space) for space in snapshot.spaces]
        self.query_one(Menu).offer(choices)

    def _choice(self, space: SpaceStatus) -> Choice:
        face = health_face(space.health)
        parts = [f"{face.mark(self.app.ascii_only)} {health_word(space.health, space.installation.held_by)}"]
        if space.needs_attention:
            parts.append(_("{count} need you").format(count=count(space.needs_attention)))
        if space.waiting:
            parts.append(_("{count} queued").format(count=count(space.waiting)))
        return Choice(space.installation.space, neutral(space.installation.name), "  ".join(parts))

    def on_picker_moved(self) -> None:
        """Why the space under the cursor is how it is."""
        space = self._under_cursor()
        text = ""
        if space is not None:
            said = worded(space.code, space.arguments)
            text = f"{said.sentence} {said.advice}".strip()
        self.query_one("#space-reason", Paragraph).show(text)

    def _under_cursor(self) -> SpaceStatus | None:
        chosen = self.query_one(Menu).chosen
        spaces = self.app.snapshot.spaces if self.app.snapshot else ()
        return next((each for each in spaces if chosen and each.installation.space == chosen.id), None)

    def picked(self, choice: str) -> None:
        """The queue of one, or of all."""
        if choice:
            self.app.show_space(None if choice == ALL else choice)

    def do_choose(self) -> None:
        """The queue of the space under the cursor."""
        chosen = self.query_one(Menu).chosen
        if chosen is not None:
            self.picked(chosen.id)

    def do_manage_space(self) -> None:
        """Its settings."""
        space = self._under_cursor()
        if space is not None:
            self.app.manage(space.installation.space)

    def do_all_spaces(self) -> None:
        """One queue of all."""
        self.app.show_space(None)
