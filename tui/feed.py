"""The bridge from the stores to the screens: looks a few times a second whether anything moved, and says it once.

A thread with a desk of its own (SQLite connections stay with their thread) asks `overview.version`; only when that
moved, or every few seconds for what depends on the time, does it read a snapshot, and only a different one is posted.
Nothing here touches a widget.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from textual.message import Message

from core.errors import ProductError
from core.model import Arguments
from core.operations.desk import Desk
from tui.crashes import keep_crash

if TYPE_CHECKING:
    from core.operations.views.overview import Snapshot

LOOK_EVERY = 0.25
"""Seconds between two looks: at most four snapshots a second (convention 4)."""

RESTS = 4.0
"""Times as long as reading took that is waited before the next look: thousands of spaces take no whole core."""

AGAIN_EVERY = 5.0
"""Seconds after which a snapshot is read although nothing moved: a poll may be overdue by now."""


class SnapshotReady(Message):
    """A new state of the whole. A newer one replaces an older one that nobody has read yet."""

    def __init__(self, snapshot: Snapshot) -> None:
        super().__init__()
        self.snapshot = snapshot

    def can_replace(self, message: Message) -> bool:
        """Only the newest matters."""
        return isinstance(message, SnapshotReady)


class FeedTroubled(Message):
    """The stores cannot be read now; what is on the screen is of before. Posted once a streak."""

    def __init__(self, code: str, arguments: Arguments) -> None:
        super().__init__()
        self.code = code
        self.arguments = arguments


class Sink(Protocol):
    """Whoever takes the messages: the app."""

    def post_message(self, message: Message) -> bool:
        """Takes a message from any thread."""
        ...


class Feed:
    """Watches the stores in a thread of its own."""

    def __init__(self, desk: Desk, sink: Sink, *, space: Callable[[], str | None] = lambda: None) -> None:
        self._desk = replace(desk)
        self._sink = sink
        self._space = space
        self._wake = threading.Event()
        self._ended = False
        self._seen: int | None = None
        self._shown: Snapshot | None = None
        self._troubled = False
        self._read_at = 0.0
        self._took = 0.0
        self._thread = threading.Thread(target=self._run, name="feed", daemon=True)

    def start(self) -> None:
        """Begins to look."""
        self._thread.start()

    def stop(self) -> None:
        """Ends the thread and closes its desk."""
        self._ended = True
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(timeout=2.0)

    def look_again(self) -> None:
        """Reads a snapshot at once, also where nothing seems to have moved."""
        self._wake.set()

    def _run(self) -> None:
        while not self._ended:
            asked = self._wake.is_set()
            self._wake.clear()
            try:
                self._look(asked)
            except ProductError as error:
                self._say_trouble(error.code, error.arguments)
            except Exception as error:  # the thread's edge: recorded, said, and looked at again
                file = keep_crash(self._desk.home.logs, error) if not self._troubled else ""
                self._say_trouble("screen_crashed", {"kind": type(error).__name__, "file": file})
            self._wake.wait(max(LOOK_EVERY, RESTS * self._took))
        self._desk.close()

    def _look(self, asked: bool) -> None:
        """Reads a snapshot where something moved, was asked for, or may have become overdue."""
        from core.operations.views import overview  # late: the rows are painted before

        version, now = overview.version(self._desk), self._desk.clock.boot()
        if not (asked or self._troubled or version != self._seen or now - self._read_at >= AGAIN_EVERY):
            return
        snapshot = overview.snapshot(self._desk, space=self._space())
        self._seen, self._read_at, self._took = version, now, self._desk.clock.boot() - now
        if self._troubled or self._shown is None or not same(self._shown, snapshot):
            self._shown = snapshot
            self._sink.post_message(SnapshotReady(snapshot))
        self._troubled = False

    def _say_trouble(self, code: str, arguments: Arguments) -> None:
        """Once a streak."""
        if not self._troubled:
            self._sink.post_message(FeedTroubled(code, arguments))
        self._troubled, self._seen = True, None


def same(one: Snapshot, other: Snapshot) -> bool:
    """Whether two snapshots say the same: the moment they were read counts for nothing."""
    return replace(one, at=0.0) == replace(other, at=0.0)
