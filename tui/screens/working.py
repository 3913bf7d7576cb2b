"""How a screen has work done: in a worker that only posts a message; the screen's side takes the result.

Stores are read and written in the app's one background thread, with a desk of its own.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from textual.message import Message
from textual.screen import Screen

from core.errors import ProductError
from core.model import Arguments

if TYPE_CHECKING:
    from tui.app import BanqupConsole

T = TypeVar("T")
Result = TypeVar("Result")


class Done(Message):
    """Work ended well: `then` takes its result on the screen's side."""

    def __init__(self, then: Callable[[Any], None], result: object, name: str) -> None:
        super().__init__()
        self.then = then
        self.result = result
        self.name = name


class Failed(Message):
    """Work could not be done: a message code and its arguments."""

    def __init__(self, code: str, arguments: Arguments, name: str, otherwise: Callable[[], None] | None) -> None:
        super().__init__()
        self.code = code
        self.arguments = arguments
        self.name = name
        self.otherwise = otherwise


class WorkingScreen(Screen[Result], Generic[Result]):
    """A screen that waits for nothing. Subclasses say when they stand, and how they show a note."""

    app: BanqupConsole

    def __init__(self) -> None:
        super().__init__()
        self._busy: set[str] = set()

    @property
    def standing(self) -> bool:
        """Whether the widgets are there."""
        raise NotImplementedError

    def say_code(self, code: str, arguments: Arguments | None = None, tone: str = "warning") -> None:
        """Shows a worded message."""
        raise NotImplementedError

    def work(
        self,
        name: str,
        doing: Callable[[], Awaitable[T]],
        then: Callable[[T], None],
        otherwise: Callable[[], None] | None = None,
    ) -> bool:
        """Runs an operation in a worker, one of a name at a time; `then` gets its result in a message handler.

        Returns False where one of that name is still running. `doing` holds no secret in its arguments.
        """
        if name in self._busy:
            return False
        self._busy.add(name)
        self.run_worker(
            self._guarded(name, doing, then, otherwise),
            group="operations",
            description="an operation",
            exit_on_error=False,
        )
        return True

    def stored(
        self,
        name: str,
        function: Callable[[], T],
        then: Callable[[T], None],
        otherwise: Callable[[], None] | None = None,
    ) -> bool:
        """The same for a blocking operation on the stores, in the app's background thread."""
        return self.work(name, lambda: self.app.in_background(function), then, otherwise)

    async def _guarded(
        self,
        name: str,
        doing: Callable[[], Awaitable[T]],
        then: Callable[[T], None],
        otherwise: Callable[[], None] | None,
    ) -> None:
        try:
            result = await doing()
        except ProductError as error:
            self.post_message(Failed(error.code, error.arguments, name, otherwise))
        except Exception as error:
            file = self.app.keep_crash(error)
            arguments: Arguments = {"kind": type(error).__name__, "file": file}
            self.post_message(Failed("screen_crashed", arguments, name, otherwise))
        else:
            self.post_message(Done(then, result, name))

    def on_done(self, message: Done) -> None:
        """Hands a result to whoever asked for it."""
        message.stop()
        self._busy.discard(message.name)
        if self.standing:
            message.then(message.result)

    def on_failed(self, message: Failed) -> None:
        """Says what went wrong; what was on the screen stays."""
        message.stop()
        self._busy.discard(message.name)
        if not self.standing:
            return
        self.app.opened()
        self.say_code(message.code, message.arguments, "error")
        if message.otherwise is not None:
            message.otherwise()
