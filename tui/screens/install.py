"""Installing in one space: the consent with the question about Banqup's own extension, then the enterprise numbers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.widget import Widget
from textual.widgets import Input

from core.installations import Installation
from core.operations.setup import installing
from core.operations.setup.installing import Proposal
from tui.actions import Scope
from tui.i18n import _, ngettext
from tui.journey import Journey
from tui.plain import neutral
from tui.screens.form import FormScreen
from tui.widgets.entry import Entry
from tui.widgets.lines import Paragraph
from tui.widgets.menu import Choice, Menu
from tui.widgets.spans import Line, Span

LIKELY = 5
"""Proposals shown; the dossier's own number is in nearly all documents."""


class InstallScreen(FormScreen):
    """Consent."""

    scopes: ClassVar[tuple[Scope, ...]] = (Scope.LIST,)
    guide: ClassVar[str] = "install"

    def about(self) -> Line:
        """In which space."""
        space = self.journey.space if self.journey else None
        return (Span("  " + neutral(space.name if space else "")),)

    def content(self) -> Iterable[Widget]:
        """The question, and the answers that install."""
        question = _(
            "Is Banqup's own Pingwin extension switched off in this space? Two extensions would bring every "
            "document twice. Look in Banqup under Manage."
        )
        yield Paragraph(question, "strong", classes="gap")
        yield Menu(
            [
                Choice("off", _("It is off: I agree, install")),
                Choice("on", _("It is on, or I do not know: I agree, install"), _("you are reminded")),
                Choice("no", _("I do not agree")),
            ],
            id="answers",
        )

    def picked(self, choice: str) -> None:
        """Installs, or goes back."""
        journey = self.journey
        if choice == "no" or journey is None or journey.space is None:
            self.do_back()
            return
        space = journey.space
        own_extension_off = choice == "off"

        def install() -> Installation:
            known = [each for each in installing.installations(self.app.own_desk()) if each.space == space.id]
            if known:
                return known[0]
            return installing.install(
                self.app.own_desk(), space, enterprise_numbers=(), own_extension_off=own_extension_off
            )

        self.stored("install", install, lambda _installation: self.done())


class NumbersScreen(FormScreen):
    """The dossier's enterprise numbers: proposed from the documents, more can be typed."""

    guide: ClassVar[str] = "numbers"
    AUTO_FOCUS: ClassVar[str | None] = "Menu"

    def __init__(self, journey: Journey | None = None, space: str = "") -> None:
        super().__init__(journey)
        self._space = space or (journey.space.id if journey and journey.space else "")
        self._proposals: list[Proposal] = []
        self._chosen: list[str] = []
        self._seen: tuple[str, ...] = ()

    def about(self) -> Line:
        """Of which space."""
        return (Span("  " + neutral(self.app.space_names().get(self._space, ""))),)

    def content(self) -> Iterable[Widget]:
        """The proposals, a field, and save."""
        yield Paragraph(_("looking through the documents ..."), "text-muted", id="proposed")
        yield Menu(id="numbers", column=24)
        yield Paragraph(_("Another number"), "strong", classes="above")
        yield Entry(id="number", placeholder="BE 0123.456.789")

    def on_mount(self) -> None:
        """What is set already, then what the documents say."""
        self.stored("read the installation", lambda: installing.find(self.app.own_desk(), self._space), self._known)

    def _known(self, installation: Installation) -> None:
        self._seen = installation.enterprise_numbers
        self._chosen = list(installation.enterprise_numbers)
        self._offer()
        self.work(
            "propose numbers",
            lambda: installing.propose_enterprise_numbers(self.app.desk, self._space),
            self._proposed,
            lambda: self.query_one("#proposed", Paragraph).show(_("Nothing could be proposed: type the number.")),
        )

    def _proposed(self, proposals: list[Proposal]) -> None:
        self._proposals = proposals[:LIKELY]
        if proposals and not self._chosen:
            self._chosen = [proposals[0].enterprise_number]
        text = (
            _("From the documents of this space; enter marks or unmarks one.")
            if proposals
            else (_("There are no documents yet to propose one from: type the number."))
        )
        self.query_one("#proposed", Paragraph).show(text, "text-muted")
        self._offer()
        self.query_one("#numbers", Menu).pick("save")

    def _offer(self) -> None:
        counts = {each.enterprise_number: each for each in self._proposals}
        numbers = [*dict.fromkeys([*self._chosen, *counts, *self._seen])]
        choices = []
        for number in numbers:
            proposal = counts.get(number)
            mark = "[x]" if number in self._chosen else "[ ]"
            choices.append(
                Choice(number, f"{mark} {shown_number(number)}", _proposal_remark(proposal) if proposal else "")
            )
        choices.append(Choice("", "", heading=True))
        choices.append(
            Choice(
                "save",
                _("Save these numbers"),
                enabled=bool(self._chosen),
                remark="" if self._chosen else _("mark or type at least one"),
            )
        )
        self.query_one("#numbers", Menu).offer(choices)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Adds a number once its check digits are right; an empty field leads back to the list."""
        event.stop()
        if not event.value.strip():
            self.query_one("#numbers", Menu).focus()
            return
        typed = event.value
        self.stored("check a number", lambda: installing.normal_enterprise_number(typed), self._add)

    def _add(self, number: str) -> None:
        self._chosen = [*dict.fromkeys([*self._chosen, number])]
        self.query_one("#number", Input).value = ""
        self.say("")
        self._offer()
        menu = self.query_one("#numbers", Menu)
        menu.pick("save")
        menu.focus()

    def picked(self, choice: str) -> None:
        """Marks, or saves."""
        if choice != "save":
            kept = [number for number in self._chosen if number != choice]
            self._chosen = kept if choice in self._chosen else [*self._chosen, choice]
            self._offer()
            return
        chosen, typed = list(self._chosen), self.query_one("#number", Input).value.strip()
        numbers = [*chosen, typed] if typed else chosen
        self.stored(
            "save the numbers",
            lambda: installing.set_enterprise_numbers(self.app.own_desk(), self._space, numbers, seen=self._seen),
            lambda _installation: self.done(),
            self._look_again,
        )

    def _look_again(self) -> None:
        """What stands by now is shown with what is marked here, so that saving once more is a decision."""
        self.stored("read the installation", lambda: installing.find(self.app.own_desk(), self._space), self._newer)

    def _newer(self, installation: Installation) -> None:
        self._seen = installation.enterprise_numbers
        self._offer()


def shown_number(number: str) -> str:
    """A Belgian enterprise number as people write it; a foreign one as it is."""
    return f"{number[:4]}.{number[4:7]}.{number[7:]}" if len(number) == 10 and number.isdigit() else neutral(number)


def _proposal_remark(proposal: Proposal) -> str:
    count = ngettext("in {count} document", "in {count} documents", proposal.documents).format(count=proposal.documents)
    return f"{neutral(proposal.name)}, {count}" if proposal.name else count
