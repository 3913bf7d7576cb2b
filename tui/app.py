"""The console as it is started: which screen opens first, and how one leads to the next.

Screens are imported when they are opened. `run_console` is the only way in.
"""

from __future__ import annotations

from functools import partialmethod
from importlib import import_module
from typing import TYPE_CHECKING, Any

from textual.message import Message
from textual.screen import Screen

from core.errors import ProductError
from core.model import Arguments, Delivery, Space
from core.operations.desk import Desk
from core.operations.setup import walkthrough
from tui.console import BOTTOM, Console
from tui.journey import WALKTHROUGH, Journey, resume
from tui.steps import queue_screen, step_screen

if TYPE_CHECKING:
    from tui.screens.form import FormScreen


class Troubled(Message):
    """Something that was started with the console could not be started."""

    def __init__(self, code: str, arguments: Arguments) -> None:
        super().__init__()
        self.code = code
        self.arguments = arguments


class BanqupConsole(Console):
    """The console with its screens. `start_engine`: where a space is active and no engine runs, starts one."""

    def __init__(
        self, desk: Desk, *, space: str | None = None, ascii_only: bool = False, start_engine: bool = False
    ) -> None:
        super().__init__(desk, space=space, ascii_only=ascii_only)
        self._start_engine = start_engine

    def on_mount(self) -> None:
        """The walkthrough where nothing is installed yet or it was left half-way, else the queue."""
        self.push_screen(self._first_screen())

    def begin(self) -> None:
        """The first screen is seen: the engine where it is needed; what is wrong with a person's own keys is said."""
        super().begin()
        for code, arguments in self.keymap_problems[:1]:
            self.post_message(Troubled(code, arguments))
        if self._start_engine and not self.desk.readonly:
            self.run_worker(
                self._bring_up(), description="start what is needed", group="operations", exit_on_error=False
            )

    async def _bring_up(self) -> None:
        """The sandbox of a trial, then the engine of active spaces; a failure is said, and the console goes on."""
        from core.operations.running import engines
        from core.operations.setup import installing, trial

        try:
            await trial.resume(self.desk)
            if any(each.active for each in installing.installations(self.desk)):
                await self.in_background(lambda: engines.ensure(self.own_desk()))
        except ProductError as error:
            self.post_message(Troubled(error.code, error.arguments))
        self.look_again()

    def on_troubled(self, message: Troubled) -> None:
        """Says it on the screen that is seen."""
        say = getattr(self.screen, "say_code", None)
        if say is not None and getattr(self.screen, "standing", False):
            say(message.code, message.arguments, "error")

    def _first_screen(self) -> Screen[Any]:
        if walkthrough.settled(self.desk):
            return queue_screen()
        from core.operations.setup import installing

        installed = installing.installations(self.desk)
        step = walkthrough.step(self.desk)
        live = any(each.active for each in installed)
        if self.desk.readonly or step == walkthrough.DONE or live or (installed and not step):
            return queue_screen()
        machine = self.desk.machine
        connected = bool(machine.banqup.base_url and machine.pingwin.kind)
        journey = Journey(WALKTHROUGH, trial=machine.demo, remembered=True)
        if installed:
            first = installed[0]
            journey.space = Space(first.space, first.name)
        return step_screen(resume(step, connected=connected, installations=installed), journey)

    # -- the journey through the steps -------------------------------------------------------------------------------

    def advance(self, screen: FormScreen, to: str | None = None) -> None:
        """A step is done: the next one (or `to`), or the queue at the end."""
        journey = screen.journey
        if journey is None:
            return
        following = to or journey.after(screen.guide)
        self._remember(journey, following or walkthrough.DONE)
        if following is None:
            self._finish()
        else:
            self.push_screen(step_screen(following, journey))

    def back(self, screen: Screen[Any]) -> None:
        """One step back: to the screen below, or to the step before where the journey was resumed here."""
        journey: Journey | None = getattr(screen, "journey", None)
        if len(self.screen_stack) > BOTTOM:
            super().back(screen)
        elif journey is not None:
            before = journey.before(getattr(screen, "guide", ""))
            if before is not None:
                self._remember(journey, before)
                self.switch_screen(step_screen(before, journey))

    def leave_journey(self) -> None:
        """To the queue, with nothing set up; the walkthrough can be begun again from the machine's screen."""
        self._remember(Journey(WALKTHROUGH, remembered=True), walkthrough.DONE)
        self._finish()

    def begin_walkthrough(self) -> None:
        """The first steps once more."""
        self.push_screen(step_screen("welcome", Journey(WALKTHROUGH, trial=self.desk.machine.demo, remembered=True)))

    def _remember(self, journey: Journey, step: str) -> None:
        if journey.remembered:
            walkthrough.remember(self.desk, step)

    def _finish(self) -> None:
        """Leads to the queue: the one that is open, or a new one."""
        self.look_again()
        self.run_worker(self._to_queue(), description="to the queue", group="screens", exit_on_error=False)

    async def _to_queue(self) -> None:
        from tui.screens.queue import QueueScreen

        while len(self.screen_stack) > BOTTOM and not isinstance(self.screen, QueueScreen):
            await self.pop_screen()
        if not isinstance(self.screen, QueueScreen):
            await self.switch_screen(queue_screen())

    # -- screens by name ---------------------------------------------------------------------------------------------

    def open_document(self, delivery: int) -> None:
        """Everything about one delivery."""
        from tui.screens.document import DocumentScreen

        self.push_screen(DocumentScreen(delivery))

    def open_xml(self, delivery: Delivery) -> None:
        """The files of a delivery as a tree."""
        from tui.screens.xml import XmlScreen

        self.push_screen(XmlScreen(delivery))

    def manage(self, space: str | None) -> None:
        """The installation of a space; the list where it is not said which."""
        from tui.screens.manage import ManageScreen

        names = self.space_names()
        chosen = space or (next(iter(names)) if len(names) == 1 else None)
        if chosen is None or chosen not in names:
            self.do_spaces()
        else:
            self.push_screen(ManageScreen(chosen))

    def uninstalled(self, screen: Screen[Any]) -> None:
        """The installation is gone: its screen closes."""
        if self.space is not None and self.space == getattr(screen, "_space", None):
            self.space = None
        self.back(screen)
        self.look_again()

    def show_space(self, space: str | None) -> None:
        """The queue of one space, or of all."""
        self.space = space
        self._finish()

    def open_activation(self, space: str) -> None:
        """What stays history, and the switch."""
        from tui.screens.activate import ActivateScreen

        self.push_screen(ActivateScreen(space=space))

    def open_first(self, space: str, journey: Journey | None) -> None:
        """One document sent alone, before the space goes live."""
        from tui.screens.first import FirstScreen

        self.push_screen(FirstScreen(space, journey))

    def open_credentials(self, space: str) -> None:
        """The three credentials of a space."""
        from tui.screens.credentials import CredentialsScreen

        self.push_screen(CredentialsScreen(space=space))

    def open_numbers(self, space: str) -> None:
        """The enterprise numbers of a space."""
        from tui.screens.install import NumbersScreen

        self.push_screen(NumbersScreen(space=space))

    def open_trigger(self, space: str) -> None:
        """What is sent of a space."""
        from tui.screens.trigger import TriggerScreen

        self.push_screen(TriggerScreen(space))

    def open_reconcile(self, space: str) -> None:
        """Which period to reconcile."""
        from tui.screens.period import PeriodScreen

        self.push_screen(PeriodScreen(space))

    def open_connection(self, which: str) -> None:
        """One of the two connections."""
        self.push_screen(step_screen(which, None))

    def open_mail(self, space: str = "") -> None:
        """The e-mail that asks for the CLID."""
        from tui.screens.mail import MailScreen

        self.push_screen(MailScreen(space))

    # -- keys of every screen ----------------------------------------------------------------------------------------

    def do_queue(self) -> None:
        """The live queue."""
        self._finish()

    def _go(self, room: str, kind: str) -> None:
        """Opens a screen by its room and name, unless it is the one that is seen."""
        found = getattr(import_module(f"tui.screens.{room}"), kind)
        if type(self.screen) is not found:
            self.push_screen(found())

    do_spaces = partialmethod(_go, "spaces", "SpacesScreen")
    do_launcher = partialmethod(_go, "launcher", "LauncherScreen")
    do_connections = partialmethod(_go, "machine", "MachineScreen")
    do_activity = partialmethod(_go, "activity", "ActivityScreen")
    do_find = partialmethod(_go, "find", "FindScreen")

    def do_palette(self) -> None:
        """Everything that can be done here, by name; the screen below does it."""
        from tui.screens.base import ConsoleScreen
        from tui.screens.palette import PaletteScreen

        screen = self.screen
        if isinstance(screen, ConsoleScreen) and not isinstance(screen, PaletteScreen):
            self.push_screen(
                PaletteScreen(screen.scopes, screen.situation()), lambda id: screen.action_act(id) if id else None
            )

    def do_help(self) -> None:
        """What this screen is for, and its keys."""
        from tui.screens.help import HelpScreen

        screen = self.screen
        guide, scopes = getattr(screen, "guide", ""), getattr(screen, "scopes", ())
        if guide:
            self.push_screen(HelpScreen(guide, scopes, self.desk.readonly))


def _chosen(desk: Desk, space: str | None) -> str | None:
    """The space that was named. Reads and checks the settings, unless a glance says that they need not wait for it."""
    if space is None and walkthrough.settled(desk):
        return None
    from core.operations.setup import installing

    installing.installations(desk)
    return installing.find(desk, space).space if space else None


def run_console(desk: Desk, *, space: str | None = None, ascii_only: bool = False, mouse: bool = False) -> int:
    """Runs the console until it is left; returns the exit code.

    Raises ProductError before anything is painted where there is no home to look at, or the space is not known.
    """
    chosen = _chosen(desk, space)
    app = BanqupConsole(desk, space=chosen, ascii_only=ascii_only, start_engine=True)
    app.run(mouse=mouse)
    return app.return_code or 0
