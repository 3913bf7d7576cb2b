"""Whether the ledger is sound, and what a restore must do first. A check sees one moment."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from itertools import groupby

from core.ledger.replay import replay
from core.ledger.rows import EVENT, event
from core.ledger.store import Store
from core.model import Event, State
from core.wording import word

MOST = 100
"""Problems that are reported; a broken file has the same one many times."""

BATCH = 2_000


class Checking(Store):
    """Checks, and the first step after a restore."""

    def check(self) -> list[str]:
        """Integrity problems, empty when sound: the file, `cnt` against GROUP BY, events against rows."""
        with self.still():
            return self._problems()

    def after_restore(self, *, now: float) -> Mapping[State, int]:
        """After a restore: every row the engine would still send becomes `unknown`, to be asked about or parked.

        It may have been sent after the backup was made; so may a withdrawn one, which Banqup's list could bring
        back (its file is made again, so that its status is read again). Returns how many rows of each state.
        """
        turned: dict[State, int] = {}
        with self.write() as tx:
            for run in tx.run("SELECT space FROM space_run ORDER BY space").fetchall():
                tx.own(run["space"])
            rows = tx.run(
                "SELECT id, space, state FROM doc"
                " WHERE state IN ('seen', 'ready', 'leased', 'sending', 'unknown', 'withdrawn')"
            ).fetchall()
            for row in rows:
                was = State(row["state"])
                moved = tx.one(
                    "UPDATE doc SET state = 'unknown', reason = 'restored', reason_args = '{}', due_at = :now,"
                    " lease_owner = NULL, fence = fence + 1, changed_at = :now,"
                    " sha256 = CASE state WHEN 'withdrawn' THEN NULL ELSE sha256 END WHERE id = :id RETURNING fence",
                    {"now": now, "id": row["id"]},
                )
                tx.event(
                    row["space"],
                    "restore",
                    "restored",
                    at=now,
                    delivery=row["id"],
                    state=State.UNKNOWN,
                    args={"was": was.value},
                    fence=None if moved is None else moved["fence"],
                )
                tx.touch(row["space"])
                if was is not State.UNKNOWN:
                    turned[was] = turned.get(was, 0) + 1
        return turned

    def _problems(self) -> list[str]:
        found = [*self._structure(), *self._counters()]
        for problem in self._history():
            found.append(problem)
            if len(found) >= MOST:
                break
        return found

    @abstractmethod
    def _structure(self) -> Iterator[str]:
        """What is wrong with the database itself, below the ledger's own rules."""

    def _counters(self) -> Iterator[str]:
        kept = {(row["space"], row["state"]): row["n"] for row in self.read("SELECT * FROM cnt WHERE n <> 0")}
        rows = self.read("SELECT space, state, count(*) AS n FROM doc GROUP BY space, state")
        counted = {(row["space"], row["state"]): row["n"] for row in rows}
        for space, state in sorted(kept.keys() | counted.keys()):
            have, want = kept.get((space, state), 0), counted.get((space, state), 0)
            if have != want:
                yield _word("check_counter", space=space, state=state, kept=have, found=want)

    def _history(self) -> Iterator[str]:
        """Replays the events of every delivery, some at a time."""
        last = self.read("SELECT coalesce(max(id), 0) AS id FROM doc")[0]["id"]
        for start in range(1, last + 1, BATCH):
            span = (start, start + BATCH - 1)
            rows = self.read(f"SELECT {EVENT} FROM event WHERE doc BETWEEN ? AND ? ORDER BY doc, id", span)  # noqa: S608
            told: dict[int | None, list[Event]] = {
                number: list(group) for number, group in groupby(map(event, rows), key=lambda one: one.delivery)
            }
            for row in self.read("SELECT id, state, fence FROM doc WHERE id BETWEEN ? AND ?", span):
                said = replay(told.get(row["id"], ()))
                if said.state != row["state"] or said.fence != row["fence"]:
                    yield _word("check_history", delivery=row["id"], state=row["state"], said=said.state)
                for problem in said.problems:
                    yield _word("check_move", delivery=row["id"], problem=problem)


def damaged(why: str) -> str:
    """The sentence for a database that is not whole."""
    return _word("check_file", why=why)


def _word(code: str, **arguments: str | int | None) -> str:
    return word(code, arguments).sentence
