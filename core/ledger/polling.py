"""What polls found: rows and watermark in one transaction, after the last page (engine reference, 6)."""

from __future__ import annotations

from collections.abc import Sequence

from core.ledger.records import Discovery, SpaceRun
from core.ledger.rows import DELIVERY, delivery, space_run
from core.ledger.store import Store, to_json
from core.ledger.writing import id_list, space_of, write_found
from core.model import Arguments, Delivery

ALL = 2**31
"""A limit that is none, in both databases."""


class Polling(Store):
    """When to poll, and what a poll leaves."""

    def due_polls(self, now: float, limit: int | None = None) -> list[SpaceRun]:
        """Running spaces whose next poll is due, oldest first; at most `limit` of them."""
        rows = self.read(
            "SELECT * FROM space_run WHERE running = 1 AND next_poll <= ? ORDER BY next_poll LIMIT ?",
            (now, ALL if limit is None else limit),
        )
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
        activation: int | None = None,
        only_validated: int | None = None,
    ) -> int:
        """Rows and watermark of one scan. Returns how many rows are new. The watermark never moves back.

        Nothing is written where `activation`, by which the scan was judged, has ended meanwhile.
        """
        with self.write(space) as tx:
            run = space_of(tx, space)
            newest = tx.one(
                "SELECT id, ended_at FROM activation WHERE space = :space AND id = coalesce(:judged_by,"
                " (SELECT max(id) FROM activation WHERE space = :space))",
                {"space": space, "judged_by": activation},
            )
            if activation is not None and (newest is None or newest["ended_at"] is not None):
                return 0
            number = int(newest["id"]) if newest is not None else 0
            new = sum(write_found(tx, run, found, activation=number, now=now) for found in discoveries)
            tx.run(
                "UPDATE space_run SET next_poll = :next, last_good_poll = :now, poll_failures = 0, poll_code = NULL,"
                " poll_args = '{}', last_sweep = CASE WHEN :swept THEN :now ELSE last_sweep END,"
                " only_validated = coalesce(:below, only_validated),"
                " watermark_ns = max(coalesce(watermark_ns, :mark), coalesce(:mark, watermark_ns))"
                " WHERE space = :space",
                {
                    "next": next_poll,
                    "now": now,
                    "swept": swept,
                    "mark": watermark_ns,
                    "space": space,
                    "below": only_validated,
                },
            )
            if run.poll_code is not None:
                args = {"failures": run.poll_failures}
                tx.event(space, "poll", "poll_works_again", at=now, args=args)
            if discoveries or only_validated not in (None, run.only_validated):
                tx.touch(space)
            return new

    def poll_failed(self, space: str, code: str, args: Arguments, *, next_poll: float, now: float) -> None:
        """Notes a poll that failed. One event per streak of the same reason; the last good rows stay."""
        with self.write(space) as tx:
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
        with self.write(space) as tx:
            tx.run("UPDATE space_run SET next_poll = 0 WHERE space = ?", (space,))
