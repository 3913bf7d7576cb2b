"""What holds for all spaces: the two connections, the engine, the walkthrough, and the sandbox of a trial."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.events import ScreenResume
from textual.widget import Widget

from core.operations.running import engines
from core.operations.running.engines import EngineState
from core.operations.setup import trial
from core.operations.views.overview import Snapshot
from tui.actions import Scope
from tui.i18n import _, moment, ngettext
from tui.plain import neutral
from tui.screens.form import FormScreen
from tui.widgets.confirm_bar import Answer, Question
from tui.widgets.menu import Choice, Menu

APPROVED_AT_ONCE = 3


class MachineScreen(FormScreen):
    """Connections and engine."""

    scopes: ClassVar[tuple[Scope, ...]] = (Scope.LIST,)
    guide: ClassVar[str] = "connections"
    AUTO_FOCUS: ClassVar[str | None] = "Menu"

    def content(self) -> Iterable[Widget]:
        """One line each."""
        yield Menu(id="choices", column=24)

    def on_mount(self) -> None:
        """What is set."""
        self._show()

    def on_screen_resume(self, event: ScreenResume) -> None:
        """A form above may have changed it."""
        self._show()

    def follow(self, snapshot: Snapshot) -> None:
        """The engine came or went."""
        super().follow(snapshot)
        self._show()

    def _show(self) -> None:
        machine = self.app.desk.machine
        target = machine.pingwin
        where = (
            target.folder if target.kind == "folder" else f"{target.contract}  {target.base_url}" if target.kind else ""
        )
        choices = [
            Choice("banqup", _("Banqup"), neutral(machine.banqup.base_url) or _("not connected yet")),
            Choice("pingwin", "Pingwin", neutral(where) or _("not chosen yet")),
            Choice("engine", _("Engine"), _engine_words(self._engine())),
            Choice("walkthrough", _("Walkthrough"), _("the first steps once more")),
        ]
        if machine.demo:
            remark = _("approve or send {count} documents, as in Banqup").format(count=APPROVED_AT_ONCE)
            choices.append(Choice("approve", _("Sandbox"), remark))
            choices.append(Choice("end", _("End the trial"), _("stops engine and sandbox; nothing is deleted")))
        self.query_one(Menu).offer(choices)

    def _engine(self) -> EngineState:
        return self.app.snapshot.engine if self.app.snapshot else EngineState(False)

    def picked(self, choice: str) -> None:
        """A form, the engine's switch, or documents for the sandbox."""
        match choice:
            case "banqup" | "pingwin":
                self.app.open_connection(choice)
            case "walkthrough":
                self.app.begin_walkthrough()
            case "engine" | "approve" | "end" if self.app.desk.readonly:
                self.say_code("readonly")
            case "engine":
                self._switch_engine()
            case "end":
                self.say(_("Stopping ..."))
                self.stored("end the trial", lambda: trial.end(self.app.own_desk()), self._ended)
            case "approve":
                self.work("approve", lambda: trial.approve(self.app.desk, APPROVED_AT_ONCE), self._approved)

    def _ended(self, _ran: bool) -> None:
        self.say(_("Ended. The next start of the console begins it again, where it was."), "success")
        self.app.look_again()

    def _approved(self, number: int) -> None:
        text = ngettext(
            "{count} document moved on in the sandbox.", "{count} documents moved on in the sandbox.", number
        )
        nothing = _("Everything in the sandbox is approved or sent already; nothing is left to move on.")
        self.say(text.format(count=number) if number else nothing, "success" if number else "text-muted")

    def _switch_engine(self) -> None:
        if not self._engine().running:
            self.say(_("Starting ..."))
            self.stored("start the engine", lambda: engines.start(self.app.own_desk()), self._switched)
            return
        question = Question(
            _(
                "The engine stops after what it is sending now. Nothing is lost; nothing more goes out until it is "
                "started."
            ),
            answers=(Answer("y", _("Stop the engine"), "yes"),),
        )
        self.ask(question, self._stop)

    def _stop(self, value: str, _reason: str) -> None:
        if value:
            self.say(_("Stopping ..."))
            self.stored("stop the engine", lambda: engines.stop(self.app.own_desk()), self._switched)

    def _switched(self, state: EngineState) -> None:
        self.say(_("The engine runs.") if state.running else _("The engine is stopped."), "success")
        self.app.look_again()


def _engine_words(state: EngineState) -> str:
    if not state.running:
        return _("stopped; enter starts it")
    since = moment(state.since) if state.since else ""
    return _("runs since {since}, process {pid}, on {host}").format(
        since=since, pid=state.pid, host=neutral(state.host)
    )
