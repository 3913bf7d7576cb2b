"""A ledger seen through one space: what is of another one is not there. Writes and everything else pass unchanged.

For a desk that is about one space (`--space`): a support engineer on a stranger's machine sees nothing of the others,
whichever screen or command asks, because none of them can.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

from core.errors import UsageError
from core.ledger.base import Ledger
from core.ledger.records import Activation, Circuit, QueueQuery, Scope, SpaceRun
from core.ledger.retaining import Party
from core.ledger.terms import Clue
from core.model import Delivery, Event, State


def narrowed(ledger: Ledger, space: str) -> Ledger:
    """The ledger, with this space alone in it."""
    return cast(Ledger, _Narrowed(ledger, space))


def whole(ledger: Ledger) -> Ledger:
    """The ledger with every space in it, for what takes its own excerpt and lets nobody look at the rest."""
    return ledger._ledger if isinstance(ledger, _Narrowed) else ledger


class _Narrowed:
    """Every reading of the contract that may meet several spaces."""

    def __init__(self, ledger: Ledger, space: str) -> None:
        self._ledger = ledger
        self._space = space

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ledger, name)

    def counts(self) -> dict[str, dict[State, int]]:
        """Of this space."""
        return {space: found for space, found in self._ledger.counts().items() if space == self._space}

    def total(self, query: QueueQuery) -> int:
        """Rows of this space."""
        return self._ledger.total(self._of(query))

    def window(self, query: QueueQuery, offset: int, limit: int) -> list[Delivery]:
        """Rows of this space."""
        return self._ledger.window(self._of(query), offset, limit)

    def sizes(self, query: QueueQuery) -> dict[State, int]:
        """Of the rows of this space."""
        return self._ledger.sizes(self._of(query))

    def newest_activations(self) -> dict[str, Activation]:
        """Of this space."""
        found = self._ledger.activation(self._space)
        return {self._space: found} if found is not None else {}

    def position(self, query: QueueQuery, delivery: int) -> int | None:
        """Among the rows of this space."""
        return self._ledger.position(self._of(query), delivery)

    def delivery(self, id: int) -> Delivery | None:
        """None for one of another space."""
        return next(iter(self._mine([self._ledger.delivery(id)])), None)

    def by_key(self, prefix: str) -> list[Delivery]:
        """Of this space."""
        return self._mine(self._ledger.by_key(prefix))

    def search(self, clues: Sequence[Clue], *, spaces: Sequence[str] = (), limit: int = 50) -> list[Delivery]:
        """Of this space."""
        return self._ledger.search(clues, spaces=(self._space,), limit=limit)

    def same_invoice(self, key: str, *, other_than: str) -> list[Delivery]:
        """Of this space."""
        return self._mine(self._ledger.same_invoice(key, other_than=other_than))

    def events(
        self,
        *,
        delivery: int | None = None,
        space: str | None = None,
        after: int = 0,
        limit: int = 1000,
        newest: bool = False,
    ) -> list[Event]:
        """Of this space, and what concerns the whole machine."""
        if delivery is not None and self.delivery(delivery) is None:
            return []
        return self._ledger.events(
            delivery=delivery,
            space=space if delivery is not None else self._space,
            after=after,
            limit=limit,
            newest=newest,
        )

    def space_run(self, space: str) -> SpaceRun | None:
        """None for another one."""
        return self._ledger.space_run(space) if space == self._space else None

    def space_runs(self) -> list[SpaceRun]:
        """This one."""
        return [run for run in self._ledger.space_runs() if run.space == self._space]

    def circuits(self) -> list[Circuit]:
        """Those that may stand in its way."""
        ids = {(Scope.TARGET, "")}
        for run in self.space_runs():
            ids |= {(Scope.CLID, run.clid), (Scope.DOSSIER, run.dossier)}
        return [circuit for circuit in self._ledger.circuits() if (circuit.scope, circuit.id) in ids]

    def backup(self, path: str) -> None:
        """A copy would hold every space."""
        raise UsageError("only_one_space", where=path)

    def parties(self) -> list[Party]:
        """A party may be in every space."""
        raise UsageError("only_one_space")

    def _of(self, query: QueueQuery) -> QueueQuery:
        return replace(query, spaces=(self._space,))

    def _mine(self, rows: Sequence[Delivery | None]) -> list[Delivery]:
        return [row for row in rows if row is not None and row.space == self._space]
