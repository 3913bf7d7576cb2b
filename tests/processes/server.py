"""PostgreSQL as one of the processes of a kill loop: it crashes, is restarted, and loses its sessions."""

from __future__ import annotations

from itertools import cycle
from pathlib import Path

from tests.cluster import Cluster
from tests.processes.cast import Actor


class Server(Actor):
    """A kill is a crash (immediate mode); a stop is, in turn, every session cut and a restart in fast mode."""

    def __init__(self, words: Path, weight: float) -> None:
        super().__init__("server", [], words, weight)
        self.cluster = Cluster(durable=True)
        self.database = self.cluster.database()
        self._down = False
        self._turns = cycle((self._cut, self._restart))

    @property
    def url(self) -> str:
        """The ledger's address."""
        return self.cluster.url(self.database)

    def start(self) -> None:
        """Starts again after a crash."""
        self.lives += 1
        if self._down:
            self.cluster.start()
            self._down = False

    def kill(self) -> None:
        """As a crash."""
        self.cluster.stop("immediate")
        self._down = True

    def stop(self) -> None:
        """What an administrator or a firewall does."""
        next(self._turns)()

    def go_on(self) -> None:
        """Nothing of it lasts."""

    def look(self) -> None:
        """It never ends by itself; its start would fail loudly."""

    def end(self) -> None:
        """Gone, with its files."""
        self.cluster.remove()

    def _cut(self) -> None:
        self.cluster.cut(self.database)

    def _restart(self) -> None:
        self.cluster.stop("fast")
        self.cluster.start()
