"""Waiting in line for a lock of all processes, and not for ever: who holds it may have been stopped (Ctrl-Z)."""

from __future__ import annotations

import fcntl
import os
import threading
from contextlib import suppress

PATIENCE_S = 60.0
"""A copy or a check of a large ledger holds the lock for seconds; longer than this nobody works who holds it."""


class Turn:
    """A turn at a lock file. The kernel wakes waiters in order, but knows no deadline: a thread of its own waits there.

    One thread at a time calls `take` and `give`.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._mutex = threading.Lock()
        self._got = threading.Event()
        self._waits = self._wanted = False

    def take(self, patience: float) -> bool:
        """Waits for the lock, at most so many seconds. False where it did not come."""
        with self._mutex:
            if not self._waits:
                try:
                    fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    self._waits = True
                    self._got.clear()
                    threading.Thread(target=self._stand_in_line, args=(os.dup(self._descriptor),), daemon=True).start()
                else:
                    return True
            self._wanted = True
        self._got.wait(patience)
        with self._mutex:
            self._wanted = False
            return self._got.is_set()

    def give(self) -> None:
        """Gives the lock to whoever waits."""
        self._got.clear()
        fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def _stand_in_line(self, descriptor: int) -> None:
        """Takes the lock when it is free; gives it back where nobody wants it any more."""
        with suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        with self._mutex:
            self._waits = False
            if self._wanted:
                self._got.set()
            else:
                with suppress(OSError):
                    fcntl.flock(descriptor, fcntl.LOCK_UN)
        os.close(descriptor)
