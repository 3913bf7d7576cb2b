"""The application: what all screens share at run time. Holds the desk, the last snapshot and the background thread.

Knows no screen by name (`tui.app` does), decides nothing, reads no document. A crash shows no local variable: the full
traceback, without values, goes to a redacted file.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from textual.app import App
from textual.binding import BindingType
from textual.driver import Driver
from textual.message import Message
from textual.screen import Screen

from core.operations.desk import Desk
from tui import keymap
from tui.actions import use_keys
from tui.crashes import keep_crash
from tui.feed import Feed, FeedTroubled, SnapshotReady
from tui.i18n import count, worded
from tui.themes import THEMES, choose

if TYPE_CHECKING:
    from core.operations.views.overview import Snapshot

T = TypeVar("T")

BOTTOM = 2
"""Screens in the stack when the first real one is shown: Textual's own empty one lies below it."""

PATIENCE = 0.2
"""Seconds the first picture waits for what it is to show, so that it is painted once and not in parts."""


class Migrating(Message):
    """How many of the deliveries of an older ledger are brought up to date. A newer one replaces an older one."""

    def __init__(self, done: int, of: int) -> None:
        super().__init__()
        self.done = done
        self.of = of

    def can_replace(self, message: Message) -> bool:
        """Only the newest matters."""
        return isinstance(message, Migrating)


class Console(App[int]):
    """The console without its screens."""

    CSS_PATH = str(Path(__file__).parent / "styles" / "console.tcss")
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = []
    INLINE_PADDING = 0

    def __init__(self, desk: Desk, *, space: str | None = None, ascii_only: bool = False) -> None:
        chosen = choose(desk.environ)
        # The filter for terminals without colour is chosen in App.__init__ and cannot be corrected later.
        super().__init__(ansi_color=True if chosen == "ansi" else None)
        self.desk = desk
        self.space = space
        self.ascii_only = ascii_only
        self.snapshot: Snapshot | None = None
        self.trouble = ""
        self.feed: Feed | None = None
        own = keymap.read(desk.home.config / keymap.FILE)
        self.keymap_problems = own.problems
        self.set_keymap(dict(own.keys))
        use_keys(own.keys)
        self._begun = self._migrates = False
        self._unpainted = ExitStack()
        for theme in THEMES.values():
            self.register_theme(theme)
        # Not by `self.theme =`: that reads all styles a second time, a tenth of the start.
        self.set_reactive(App.theme, THEMES[chosen].name)
        self.stylesheet.set_variables(self.get_css_variables())
        self._background = ThreadPoolExecutor(max_workers=1, thread_name_prefix="stores")
        self._own_desk: Desk | None = None

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """The console's own variables, for as long as a theme without them is on."""
        return {"cursor": "#274a63", "field": "#1a232d"}

    def get_driver_class(self) -> type[Driver]:
        """On a terminal, the driver that sends only what differs from what is seen."""
        chosen = super().get_driver_class()
        if chosen.__name__ != "LinuxDriver":
            return chosen
        from tui.driver import DifferenceDriver

        return DifferenceDriver

    def on_resize(self) -> None:
        """A terminal of another size has moved what it shows."""
        self.forget_terminal()

    def forget_terminal(self) -> None:
        """What comes next is sent whole, whatever the terminal seemed to show."""
        shown = getattr(self._driver, "shown", None)
        if shown is not None:
            shown.forget()

    def copy_to_clipboard(self, text: str) -> None:
        """Hands a text to the terminal a person sits at, also through tmux and screen."""
        from tui.clipboard import sequences

        self._clipboard = text
        if self._driver is not None:
            for sequence in sequences(text, self.desk.environ):
                self._driver.write(sequence)

    def do_redraw(self) -> None:
        """Everything is sent again."""
        self.forget_terminal()
        self.screen.refresh()
        for widget in self.screen.query("*"):
            widget.refresh()

    def on_load(self) -> None:
        """Nothing moves; nothing is painted yet."""
        self.animation_level = "none"
        self.feed = Feed(self.desk, self, space=lambda: self.space)
        self._unpainted.enter_context(self.batch_update())
        self.set_timer(PATIENCE, self.paint)

    def paint(self) -> None:
        """What there is is painted from now on: the first screen has something to show, or takes long to get it."""
        self._unpainted.close()

    def opened(self) -> None:
        """A screen shows what it is for: the first time, what took no part in painting it begins."""
        if not self._begun:
            self._begun = True
            gc.enable()
            self._say_migrating("")
            self.begin()

    def begin(self) -> None:
        """The first look at the state of the whole, which needs the settings."""
        if self.feed is not None:
            self.feed.start()

    def on_unmount(self) -> None:
        """Ends the threads."""
        if self.feed is not None:
            self.feed.stop()
        with suppress(RuntimeError):
            self._background.submit(self._close_own_desk)
        self._background.shutdown(wait=True)

    # -- stores ------------------------------------------------------------------------------------------------------

    async def in_background(self, function: Callable[..., T], *arguments: Any) -> T:
        """Runs a blocking operation in the thread that owns the stores' desk; see `own_desk`."""
        return await asyncio.get_running_loop().run_in_executor(self._background, lambda: function(*arguments))

    def own_desk(self) -> Desk:
        """The background thread's desk; call it only there."""
        if self._own_desk is None:
            self._own_desk = replace(self.desk, migrating=self._migrating)
        return self._own_desk

    def _migrating(self, done: int, of: int) -> None:
        """Called by the thread that brings an older ledger up to date."""
        self.post_message(Migrating(done, of))

    def _close_own_desk(self) -> None:
        if self._own_desk is not None:
            self._own_desk.close()

    def space_names(self) -> dict[str, str]:
        """Names of the installed spaces by id, as the last snapshot had them."""
        return (
            {each.installation.space: each.installation.name for each in self.snapshot.spaces} if self.snapshot else {}
        )

    def space_name(self) -> str:
        """The name of the space the console is about, empty for all."""
        return self.space_names().get(self.space, self.space[:8]) if self.space else ""

    # -- what moved --------------------------------------------------------------------------------------------------

    def on_snapshot_ready(self, message: SnapshotReady) -> None:
        """Hands the newest state to the screen that is seen."""
        self.snapshot = message.snapshot
        self.trouble = ""
        self._tell()

    def on_migrating(self, message: Migrating) -> None:
        """How far it is; leaving meanwhile waits for it."""
        self._say_migrating(worded("ledger_migrating", {"done": count(message.done), "of": count(message.of)}).sentence)

    def _say_migrating(self, text: str) -> None:
        if (text or self._migrates) and getattr(self.screen, "standing", False):
            self.screen.say(text, "accent")  # type: ignore[attr-defined]
        self._migrates = bool(text)

    def on_feed_troubled(self, message: FeedTroubled) -> None:
        """Stale is shown as stale, never as empty."""
        self.trouble = worded(message.code, message.arguments).sentence
        self._tell()

    def _tell(self) -> None:
        if not self.screen_stack:
            return  # the console is being left: its screens are gone, a last look at the stores comes in
        screen: Screen[Any] = self.screen
        if not getattr(screen, "standing", False):
            return
        if self.snapshot is not None:
            screen.follow(self.snapshot)  # type: ignore[attr-defined]
        else:
            screen.refresh_frame()  # type: ignore[attr-defined]

    def look_again(self) -> None:
        """Reads a new snapshot at once."""
        if self.feed is not None:
            self.feed.look_again()

    # -- moving between screens --------------------------------------------------------------------------------------

    def back(self, screen: Screen[Any]) -> None:
        """Closes a screen; the last one stays open."""
        if len(self.screen_stack) > BOTTOM and self.screen is screen:
            screen.dismiss(None)

    def do_quit(self) -> None:
        """Leaves; the engine goes on."""
        self.exit(0)

    # -- crashes -----------------------------------------------------------------------------------------------------

    def keep_crash(self, error: BaseException) -> str:
        """Records an error without values; returns the file's path."""
        return keep_crash(self.desk.home.logs, error)

    def _fatal_error(self) -> None:
        """Ends the console after a defect: says where the record is, never a local variable."""
        error = self._exception
        file = self.keep_crash(error) if error is not None else ""
        kind = type(error).__name__ if error is not None else ""
        said = worded("console_crashed", {"kind": kind, "file": file})
        from rich.text import Text

        self._exit_renderables.append(Text(f"{said.sentence}\n{said.advice}\n"))
        self._close_messages_no_wait()

    def get_default_screen(self) -> Screen[Any]:
        """The empty screen at the bottom of the stack; a real one is pushed at once."""
        return Screen(id="_default")
