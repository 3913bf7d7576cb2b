"""Manage: the installation of one space. Active on or off, hold, credentials, numbers, what is sent, uninstall."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import ClassVar

from textual.events import ScreenResume
from textual.widget import Widget

from core.installations import Installation
from core.operations.setup import activation, installing
from core.operations.setup.credentials import CredentialView
from core.operations.views.overview import Snapshot, SpaceStatus
from tui.actions import Scope
from tui.i18n import N_, _, clock_time, moment, worded
from tui.plain import neutral
from tui.screens.form import FormScreen
from tui.screens.install import shown_number
from tui.screens.typed import TypedScreen
from tui.widgets.confirm_bar import Answer, Question
from tui.widgets.lines import Paragraph
from tui.widgets.menu import Choice, Menu
from tui.widgets.spans import Line, Span
from tui.words import labels
from tui.words.status import health_face, health_word

UNINSTALL_WORD = N_("uninstall")


class ManageScreen(FormScreen):
    """One installation."""

    scopes: ClassVar[tuple[Scope, ...]] = (Scope.MANAGE,)
    guide: ClassVar[str] = "manage"

    def __init__(self, space: str) -> None:
        super().__init__()
        self._space = space
        self._credentials: list[CredentialView] = []

    def purpose(self) -> str:
        """The facts say enough."""
        return ""

    def about(self) -> Line:
        """Which one."""
        return (Span("  " + neutral(self.app.space_names().get(self._space, self._space))),)

    def content(self) -> Iterable[Widget]:
        """State and facts, then what can be done."""
        yield Paragraph(id="facts", classes="gap")
        yield Menu(id="choices", column=30)

    @property
    def status(self) -> SpaceStatus | None:
        """How the space is, by the last snapshot."""
        spaces = self.app.snapshot.spaces if self.app.snapshot else ()
        return next((each for each in spaces if each.installation.space == self._space), None)

    def on_mount(self) -> None:
        """What is known, and the credentials as they may be shown."""
        self._show()
        self._read()

    def on_screen_resume(self, event: ScreenResume) -> None:
        """A form above may have changed them."""
        self._read()

    def _read(self) -> None:
        self.stored(
            "read the credentials", lambda: installing.credentials(self.app.own_desk(), self._space), self._known
        )

    def _known(self, views: list[CredentialView]) -> None:
        self._credentials = views
        self._show()

    def follow(self, snapshot: Snapshot) -> None:
        """Something moved."""
        super().follow(snapshot)
        self._show()

    def _show(self) -> None:
        status = self.status
        if status is None:
            return
        self.query_one("#facts", Paragraph).show_spans(self._facts(status))
        self.query_one(Menu).offer(self._choices(status.installation))

    def _facts(self, status: SpaceStatus) -> list[Span]:
        installation = status.installation
        face = health_face(status.health)
        said = worded(status.code, status.arguments)
        head = f"{face.mark(self.app.ascii_only)} {health_word(status.health, installation.held_by)}"
        consent = installation.consent
        facts = [
            Span(f"{head}  {said.sentence} {said.advice}".strip(), face.colour),
            Span(""),
            _fact(_("Last good poll"), clock_time(status.last_good_poll) or _("none yet")),
            _fact(_("Enterprise no."), ", ".join(map(shown_number, installation.enterprise_numbers)) or _("none yet")),
            _fact(_("Consent"), f"{neutral(consent.by)}, {moment(consent.at.timestamp())}"),
        ]
        if installation.activated_at is not None:
            facts.insert(3, _fact(_("Active since"), moment(installation.activated_at.timestamp())))
        for view in self._credentials:
            label = labels.credential(view.field).label
            absent = _(labels.HIDDEN) if view.hidden else _("missing")
            shown = f"{neutral(view.shown)}  ({neutral(view.source or '')})" if view.present else absent
            facts.append(_fact(label, shown, "foreground" if view.present or view.hidden else "warning"))
        return facts

    def _choices(self, installation: Installation) -> list[Choice]:
        active = installation.active
        switch = _("on: off disconnects at once, the queue stays") if active else _("off: on starts from that moment")
        choices = [Choice("switch", f"A  {_(labels.ACTIVE)}", switch)]
        hold = _("go on with uploads") if installation.held_by else _("pause uploads; nothing becomes history")
        label = _("Release") if installation.held_by else _("Hold")
        choices.append(Choice("hold", f"p  {label}", hold if active else _("only while it is active"), enabled=active))
        choices.append(Choice("credentials", f"c  {_('Credentials')}", _("API Key, CLID, File ID")))
        choices.append(Choice("numbers", f"e  {_('Enterprise numbers')}", _("of the dossier")))
        choices.append(Choice("trigger", f"t  {_('What is sent')}", _("and at which level in Banqup")))
        choices.append(Choice("reconcile", f"R  {_('Reconcile')}", _("a period: what went over, and what not")))
        choices.append(Choice("uninstall", f"X  {_('Uninstall')}", _("asks for a typed word"), tone="error"))
        return choices

    def picked(self, choice: str) -> None:
        """The same as its key."""
        self.action_act(choice)

    def key_labels(self) -> dict[str, str]:
        """What is held is released by the same key."""
        status = self.status
        return {"hold": _("Release")} if status is not None and status.installation.held_by else {}

    # -- the switch --------------------------------------------------------------------------------------------------

    def do_switch(self) -> None:
        """On leads to the activation screen; off asks inline."""
        status = self.status
        if status is None:
            return
        if not status.installation.active:
            self.app.open_activation(self._space)
            return
        question = Question(
            _("{disconnect}: nothing more goes to Pingwin from this space, at once.").format(
                disconnect=_(labels.DISCONNECT)
            ),
            _("The queue stays. What is approved meanwhile becomes history; to pause only, use Hold."),
            (Answer("y", _(labels.DISCONNECT), "yes"),),
        )
        self.ask(
            question, lambda value, _reason: self._do(activation.deactivate, _("Disconnected.")) if value else None
        )

    def do_hold(self) -> None:
        """Pauses or goes on, after a question."""
        status = self.status
        if status is None or not status.installation.active:
            self.say_code("not_active", {"name": self.app.space_names().get(self._space)})
            return
        held = bool(status.installation.held_by)
        question = Question(
            _("Uploads go on.")
            if held
            else _("Uploads pause until somebody releases them. The queue goes on filling."),
            answers=(Answer("y", _("Release") if held else _("Hold"), "yes"),),
        )
        change = activation.release if held else activation.hold
        said = _("Released.") if held else _("Held.")
        self.ask(question, lambda value, _reason: self._do(change, said) if value else None)

    def do_credentials(self) -> None:
        """The three credentials."""
        self.app.open_credentials(self._space)

    def do_numbers(self) -> None:
        """The enterprise numbers."""
        self.app.open_numbers(self._space)

    def do_trigger(self) -> None:
        """At which level in Banqup documents go over."""
        self.app.open_trigger(self._space)

    def do_reconcile(self) -> None:
        """A period: what went over, and what not."""
        self.app.open_reconcile(self._space)

    def do_uninstall(self) -> None:
        """Asks for a typed word."""
        name = neutral(self.app.space_names().get(self._space, ""))
        text = _(
            "Uninstall Pingwin from {name}: nothing more is sent, its credentials are deleted here. The record stays, "
            "so that nothing is sent twice if it is installed again."
        ).format(name=name)
        self.app.push_screen(TypedScreen(text, _(UNINSTALL_WORD)), self._uninstall)

    def _uninstall(self, confirmed: bool | None) -> None:
        if not confirmed:
            self.say(_("Nothing was changed."))
            return
        self.stored(
            "uninstall",
            lambda: installing.uninstall(self.app.own_desk(), self._space),
            lambda _none: self.app.uninstalled(self),
        )

    def _do(self, change: Callable[..., Installation], said: str) -> None:
        def changed(_installation: Installation) -> None:
            self.say(said, "success")
            self.app.look_again()

        self.stored("change the installation", lambda: change(self.app.own_desk(), self._space), changed)


def _fact(label: str, text: str, tone: str = "foreground") -> Span:
    return Span(f"{label:<17}{text}", tone)
