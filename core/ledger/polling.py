"""What polls found: rows and watermark in one transaction, after the last page (engine reference, 6)."""

from __future__ import annotations

from collections.abc import Sequence

from core.ledger.base import Discovery, Finding, SpaceRun
from core.ledger.rows import DELIVERY, delivery, space_run
from core.ledger.store import Store, Transaction, to_json
from core.ledger.writing import id_list, insert_found, space_of
from core.model import NEVER, Arguments, Delivery, State

TURN = """UPDATE doc SET state = :state, reason = :reason, reason_args = :args, due_at = :due, changed_at = :now,
  source_hash = coalesce(:hash, source_hash), source_updated = coalesce(:updated, source_updated)
WHERE id = :id AND state = :held RETURNING fence"""


class Polling(Store):
    """When to poll, and what a poll leaves."""

    def due_polls(self, now: float) -> list[SpaceRun]:
        """Running spaces whose next poll is due, oldest first."""
        rows = self.read("SELECT * FROM space_run WHERE running = 1 AND next_poll <= ? ORDER BY next_poll", (now,))
        return [space_run(row) for row in rows]

    def known(self, space: str, source_ids: Sequence[str]) -> dict[str, Delivery]:
        """The newest generation's row of each of these documents, for the space's present dossier."""
        rows = self.read(
            f"SELECT {DELIVERY} FROM doc WHERE space = :space"  # noqa: S608 - our own column list
            " AND dossier = (SELECT dossier FROM space_run WHERE space = :space)"
            " AND source_id IN (SELECT value FROM json_each(:ids)) ORDER BY generation",
            {"space": space, "ids": id_list(source_ids)},
        )
        return {row["source_id"]: delivery(row) for row in rows}

    def record_poll(
        self,
        space: str,
        discoveries: Sequence[Discovery],
        *,
        watermark_ns: int | None,
        next_poll: float,
        swept: bool,
        now: float,
    ) -> int:
        """Rows and watermark of one scan. Returns how many rows are new. The watermark never moves back."""
        with self.write() as tx:
            run = space_of(tx, space)
            newest = tx.one("SELECT max(id) AS id FROM activation WHERE space = ?", (space,))
            activation = int(newest["id"] or 0) if newest is not None else 0
            new = sum(_record(tx, run, found, activation=activation, now=now) for found in discoveries)
            tx.run(
                "UPDATE space_run SET next_poll = :next, last_good_poll = :now, poll_failures = 0, poll_code = NULL,"
                " poll_args = '{}', last_sweep = CASE WHEN :swept THEN :now ELSE last_sweep END,"
                " watermark_ns = CASE WHEN :mark IS NULL THEN watermark_ns"
                " ELSE max(coalesce(watermark_ns, :mark), :mark) END WHERE space = :space",
                {"next": next_poll, "now": now, "swept": swept, "mark": watermark_ns, "space": space},
            )
            if run.poll_code is not None:
                args = {"failures": run.poll_failures}
                tx.event(space, "poll", "poll_works_again", at=now, args=args)
            if discoveries:
                tx.touch(space)
            return new

    def poll_failed(self, space: str, code: str, args: Arguments, *, next_poll: float, now: float) -> None:
        """Notes a poll that failed. One event per streak of the same reason; the last good rows stay."""
        with self.write() as tx:
            run = space_of(tx, space)
            tx.run(
                "UPDATE space_run SET next_poll = ?, poll_failures = poll_failures + 1, poll_code = ?, poll_args = ?"
                " WHERE space = ?",
                (next_poll, code, to_json(args), space),
            )
            if run.poll_code != code:
                tx.event(space, "poll", code, at=now, args=args)

    def poll_now(self, space: str) -> None:
        """Makes the next poll due at once."""
        with self.write() as tx:
            tx.run("UPDATE space_run SET next_poll = 0 WHERE space = ?", (space,))


def _record(tx: Transaction, run: SpaceRun, found: Discovery, *, activation: int, now: float) -> bool:
    """Writes one finding; True where it is a new row."""
    match found.finding:
        case Finding.NEW:
            return insert_found(tx, run, found, activation=activation, now=now) is not None
        case Finding.CHANGED:
            _turn(tx, run, found, State.CONFIRMED, State.CHANGED, NEVER, now)
        case Finding.BACK:
            _turn(tx, run, found, State.WITHDRAWN, State.SEEN, now, now)
    return False


def _turn(
    tx: Transaction, run: SpaceRun, found: Discovery, held: State, state: State, due_at: float, now: float
) -> None:
    """Moves a row that Banqup's list speaks of again, if it still stands where the poll saw it.

    The content seen now is kept: once a person has left a changed document as it is, it is not asked about again.
    """
    row = tx.one(
        TURN,
        {
            "state": state,
            "reason": found.reason,
            "args": to_json(found.reason_args),
            "due": due_at,
            "hash": found.content_hash,
            "updated": found.updated_ns,
            "now": now,
            "id": found.delivery,
            "held": held,
        },
    )
    if row is not None:
        code = found.reason or ("delivery_back" if state is State.SEEN else "delivery_changed")
        tx.event(run.space, "found", code, at=now, delivery=found.delivery, state=state, args=found.reason_args)
