"""The bridge from the stores to the screens: looks a few times a second whether anything moved, and says it once.

A thread with a desk of its own (SQLite connections stay with their thread) asks `overview.version`; only when that
moved, or every few seconds for what depends on the time, does it read a snapshot, and only a different one is posted.
Nothing here touches a widget.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from textual.message import Message

from core.errors import ProductError
from core.model import Arguments
from core.operations import overview
from core.operations.desk import Desk
from core.operations.overview import Snapshot

LOOK_EVERY = 0.25
"""Seconds between two looks: at most four snapshots a second (convention 4)."""

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
        seen: int | None = None
        shown: Snapshot | None = None
        troubled = False
        read_at = 0.0
        while not self._ended:
            asked = self._wake.is_set()
            self._wake.clear()
            now = self._desk.clock.boot()
            try:
                version = overview.version(self._desk)
                if asked or version != seen or now - read_at >= AGAIN_EVERY or troubled:
                    snapshot = overview.snapshot(self._desk, space=self._space())
                    seen, read_at = version, now
                    if troubled or shown is None or not same(shown, snapshot):
                        shown = snapshot
                        self._sink.post_message(SnapshotReady(snapshot))
                    troubled = False
            except ProductError as error:
                if not troubled:
                    self._sink.post_message(FeedTroubled(error.code, error.arguments))
                troubled, seen = True, None
            self._wake.wait(LOOK_EVERY)
        self._desk.close()


def same(one: Snapshot, other: Snapshot) -> bool:
    """Whether two snapshots say the same: the moment they were read counts for nothing."""
    return replace(one, at=0.0) == replace(other, at=0.0)
