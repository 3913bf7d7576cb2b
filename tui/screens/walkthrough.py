"""The first decision of the walkthrough: the real services, or the sandbox on this machine."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.widget import Widget

from core.operations.setup import trial
from tui.actions import Scope
from tui.i18n import _
from tui.screens.form import FormScreen
from tui.widgets.lines import Paragraph
from tui.widgets.menu import Choice, Menu


class WelcomeScreen(FormScreen):
    """Where to begin."""

    scopes: ClassVar[tuple[Scope, ...]] = (Scope.LIST,)
    guide: ClassVar[str] = "welcome"

    def content(self) -> Iterable[Widget]:
        """Two ways, and a third that leads to the queue."""
        yield Paragraph(_("How do you want to begin?"), "strong", classes="gap")
        yield Menu(
            [
                Choice("trial", _("Try it without an account"), _("a sandbox on this machine")),
                Choice("real", _("Connect the real services"), _("Banqup and Pingwin")),
                Choice("later", _("Look around first"), _("the queue, still empty")),
            ],
            id="ways",
        )
        yield Paragraph(id="way-remark", classes="above")

    def on_picker_moved(self) -> None:
        """Says what the choice under the cursor means."""
        chosen = self.query_one(Menu).chosen
        self.query_one("#way-remark", Paragraph).show(_remark(chosen.id if chosen else ""), "text-muted")

    def on_mount(self) -> None:
        """The remark of the first choice."""
        self.on_picker_moved()

    def picked(self, choice: str) -> None:
        """Leads on, after starting the sandbox where it is wanted."""
        if self.journey is None:
            return
        if choice == "later":
            self.app.leave_journey()
        elif choice == "real":
            self.journey.trial = False
            self.done()
        else:
            self.say(_("Starting the sandbox ..."))
            self.work("start the sandbox", lambda: trial.start(self.app.desk), lambda _access: self._tried())

    def _tried(self) -> None:
        if self.journey is not None:
            self.journey.trial = True
        self.done()


def _remark(choice: str) -> str:
    remarks = {
        "trial": _(
            "A stand-in for Banqup and one for Pingwin run on this machine, with made-up documents. Nothing leaves it; "
            "the steps are the same as in earnest."
        ),
        "real": _(
            "You need: the app id and secret of an external application in Banqup, and from Pingwin what its upload "
            "looks like, or a folder it reads from."
        ),
        "later": _("Nothing is set up. Press 3 for the app launcher or 4 for the connections when you are ready."),
    }
    return remarks.get(choice, "")
