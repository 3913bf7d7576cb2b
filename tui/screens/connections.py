"""The two connections, once a machine: Banqup (address, app id, secret) and where documents go (profile or folder)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.widget import Widget

from core.config import Machine, PingwinTarget
from core.operations.setup import connections
from core.operations.setup.connections import ContractView, Verdict
from tui.i18n import _, worded
from tui.screens.form import FormScreen
from tui.widgets.field import Field
from tui.widgets.lines import Paragraph
from tui.widgets.menu import Choice, Menu

FOLDER = "folder"


class BanqupScreen(FormScreen):
    """Banqup's address, app id and secret; the test asks for a token and the list of spaces."""

    guide: ClassVar[str] = "banqup"

    def content(self) -> Iterable[Widget]:
        """Three fields, two choices."""
        machine = self.app.desk.machine
        self._seen = machine.banqup
        source = connections.banqup_secret_source(self.app.desk)
        kept = _("kept already, from {source}; leave empty to keep it").format(source=source) if source else ""
        yield Field(
            "address",
            _("Address"),
            _("Banqup gives it together with the app id."),
            value=machine.banqup.base_url,
            placeholder="https://",
            check=_address_check,
        )
        yield Field("app", _("App id"), _("Of the external application."), value=machine.banqup.client_id)
        yield Field("secret", _("App secret"), _("Shown once by Banqup."), secret=True, placeholder=kept)
        yield Menu(
            [
                Choice("test", _("Save and test"), _("asks for a token and the spaces")),
                Choice("next", _("Next") if self.journey else _("Done"), _("goes on without another test")),
            ],
            id="choices",
        )

    def picked(self, choice: str) -> None:
        """Both save what was typed; one tests it."""
        if self.app.desk.readonly:
            self.say_code("readonly")
            return
        desk = self.app.own_desk
        kept = self.app.desk.machine.banqup
        connection = kept.model_copy(
            update={"base_url": self.field("address").text, "client_id": self.field("app").text}
        )
        secret = self.field("secret").secret
        given = secret if secret.get_secret_value() else None

        def saved(machine: Machine) -> None:
            self._seen = machine.banqup
            self.say(_("Saved."), "success")
            if choice == "test":
                self.testing()
                self.work("test Banqup", self._test, self.show_verdict, self.not_tested)
            else:
                self.done()

        self.stored(
            "save the connection",
            lambda: connections.set_banqup(desk(), connection, given, seen=self._seen),
            saved,
            self._look_again,
        )

    def _look_again(self) -> None:
        """What stands by now: saving once more is then a decision."""
        self._seen = self.app.desk.machine.banqup

    async def _test(self) -> Verdict:
        return await connections.try_banqup(self.app.desk)

    def show_verdict(self, verdict: Verdict) -> None:
        """After a test that passed, the next step is under the cursor."""
        super().show_verdict(verdict)
        if verdict.ok:
            self.query_one(Menu).pick("next")
            self.query_one(Menu).focus()


def _address_check(value: str) -> str:
    found = connections.address_shape(value)
    return worded(*found).sentence if found else ""


class PingwinScreen(FormScreen):
    """Where documents go: one of the unconfirmed profiles with its address, or a folder."""

    guide: ClassVar[str] = "pingwin"
    AUTO_FOCUS: ClassVar[str | None] = "Menu"

    def content(self) -> Iterable[Widget]:
        """The profiles, then the address or folder of the one chosen."""
        self._seen = target = self.app.desk.machine.pingwin
        choices = [
            Choice(view.name, view.label, _contract_remark(view))
            for view in connections.contracts(self.app.desk)
            if view.status != "sandbox" or target.contract == view.name
        ]
        choices.append(Choice(FOLDER, _("A folder that Pingwin reads from"), _("needs no profile")))
        yield Menu(choices, id="targets", column=58, keeps=True)
        yield Field("place", _("Address or folder"), value=target.folder or target.base_url)
        yield Menu(
            [
                Choice("test", _("Save and test"), _("asks whether it can be reached; sends nothing")),
                Choice("next", _("Next") if self.journey else _("Done"), _("goes on without another test")),
            ],
            id="choices",
        )
        yield Paragraph(id="contract-remark", classes="above")

    def on_mount(self) -> None:
        """The cursor on what is set."""
        target = self.app.desk.machine.pingwin
        if target.kind:
            self.query_one("#targets", Menu).pick(FOLDER if target.kind == "folder" else target.contract)
        self.on_picker_moved()

    def on_picker_moved(self) -> None:
        """The field asks for what the chosen target needs."""
        chosen = self.query_one("#targets", Menu).chosen
        folder = chosen is not None and chosen.id == FOLDER
        self.field("place").input.placeholder = "/srv/pingwin/in" if folder else "https://"

    def picked(self, choice: str) -> None:
        """A target leads to its field; the others save."""
        if choice not in {"test", "next"}:
            field = self.field("place").input
            if (choice == FOLDER) == field.value.startswith("http"):
                field.value = ""
            field.focus()
            return
        if self.app.desk.readonly:
            self.say_code("readonly")
            return
        chosen = self.query_one("#targets", Menu).chosen
        place = self.field("place").text
        if chosen is None:
            return
        target = (
            PingwinTarget(kind="folder", folder=place)
            if chosen.id == FOLDER
            else PingwinTarget(kind="http", contract=chosen.id, base_url=place)
        )

        def saved(machine: Machine) -> None:
            self._seen = machine.pingwin
            self.say(_("Saved."), "success")
            if choice == "test":
                self.testing()
                self.work("test Pingwin", self._test, self.show_verdict, self.not_tested)
            else:
                self.done()

        self.stored(
            "save the target",
            lambda: connections.set_pingwin(self.app.own_desk(), target, seen=self._seen),
            saved,
            self._look_again,
        )

    def _look_again(self) -> None:
        """What stands by now: saving once more is then a decision."""
        self._seen = self.app.desk.machine.pingwin

    async def _test(self) -> Verdict:
        return await connections.try_pingwin(self.app.desk)

    def show_verdict(self, verdict: Verdict) -> None:
        """After a test that passed, the next step is under the cursor."""
        super().show_verdict(verdict)
        if verdict.ok:
            choices = self.query_one("#choices", Menu)
            choices.pick("next")
            choices.focus()


def _contract_remark(view: ContractView) -> str:
    """Every profile that ships is a guess, and says so."""
    if view.status == "sandbox":
        return _("this machine only")
    return _("confirmed") if view.confirmed else _("UNCONFIRMED")
