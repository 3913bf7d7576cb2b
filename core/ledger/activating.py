"""Spaces and their activations: enrol, hold, baseline, switch on and off (engine reference, 5.2).

A space runs only from `complete_activation` on; every row keeps its state when it is switched off.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from core.errors import StoreError
from core.ledger.records import Activation, Discovery, SpaceRun
from core.ledger.rows import Row, plain, rule_to, space_run
from core.ledger.rows import activation as activation_from
from core.ledger.store import ENGINE, Store, Transaction
from core.ledger.writing import id_list, space_of, write_found
from core.model import Rule, State, delivery_key

WAITING = (State.SEEN, State.READY, State.LEASED)
"""What would still go out by itself if the space ran."""


NEWEST = "SELECT * FROM activation WHERE space = ? ORDER BY id DESC LIMIT 1"
NEWEST_OF_ALL = "SELECT * FROM activation WHERE id IN (SELECT max(id) FROM activation GROUP BY space)"
ENDINGS = "SELECT v FROM meta WHERE k = ?"


KEPT = "restore"
"""Kind of activation whose baseline is asked for longer: what it saw below the trigger was not sent before."""


class Activating(Store):
    """What the ledger keeps of a space, and its switch."""

    def enrol(self, space: str, *, target: str, clid: str, dossier: str, now: float) -> None:
        """Adds a space or updates where it sends; running, held and polling state stay.

        What was only counted follows the space to another dossier: its history stays history. Where the space was
        active before, a count or baseline under way for the earlier dossier ends, for it says nothing of this one.
        """
        known = self.space_run(space)
        if known is not None and (known.target, known.clid, known.dossier) == (target, clid, dossier):
            return
        with self.write(space) as tx:
            tx.run(
                "INSERT INTO space_run(space, target, clid, dossier) VALUES(?,?,?,?)"
                " ON CONFLICT (space) DO UPDATE"
                " SET target = excluded.target, clid = excluded.clid, dossier = excluded.dossier",
                (space, target, clid, dossier),
            )
            args = {"target": target, "dossier": dossier}
            if known is not None and dossier and known.dossier != dossier:
                _other_dossier(tx, known, clid, dossier, now)
            tx.event(space, "space", "space_enrolled" if known is None else "space_sends_elsewhere", at=now, args=args)
            tx.touch(space)

    def space_runs(self) -> list[SpaceRun]:
        """All spaces the ledger knows."""
        return [space_run(row) for row in self.read("SELECT * FROM space_run ORDER BY space")]

    def space_run(self, space: str) -> SpaceRun | None:
        """One space."""
        row = self.read_one("SELECT * FROM space_run WHERE space = ?", (space,))
        return None if row is None else space_run(row)

    def hold(self, space: str, held: bool, *, actor: str, now: float) -> None:
        """Holds or releases uploads of a space, all of them; polling and settling go on."""
        wanted = int(held)
        with self.write(space) as tx:
            changed = tx.run(
                "UPDATE space_run SET held = ?, alone = NULL WHERE space = ? AND held <> ?", (wanted, space, wanted)
            ).rowcount
            if changed:
                tx.touch(space)
                tx.event(space, "space", "space_held" if held else "space_released", at=now, actor=actor)

    # -- activation --------------------------------------------------------------------------------------------------

    def begin_activation(
        self,
        space: str,
        rule: Rule,
        *,
        started_ns: int,
        kind: str,
        requested_at: float | None,
        actor: str,
        now: float,
        endings: int | None = None,
    ) -> Activation:
        """Opens an activation row; one under way for the same rule is kept, one for another rule ends.

        Where the space was switched off since `endings` was read, the row has ended before it began.
        """
        with self.write(space) as tx:
            if endings is not None and endings != _endings(tx.one(ENDINGS, (_ended_key(space),))):
                return _begin(tx, space, kind, requested_at, rule, started_ns, ended_at=now)
            under_way = tx.one(
                "SELECT * FROM activation WHERE space = ? AND completed_at IS NULL AND ended_at IS NULL"
                " ORDER BY id DESC LIMIT 1",
                (space,),
            )
            if under_way is not None and activation_from(under_way).goes_on_for(rule, requested_at):
                return activation_from(under_way)
            _end(tx, space, now, "completed_at IS NULL")
            begun = _begin(tx, space, kind, requested_at, rule, started_ns)
            code = "counting_started" if requested_at is None else "activation_requested"
            tx.event(space, "activation", code, at=now, actor=actor, args={"activation": begun.id, "kind": kind})
            return begun

    def endings(self, space: str) -> int:
        """How often the space was switched off."""
        return _endings(self.read_one(ENDINGS, (_ended_key(space),)))

    def activation(self, space: str) -> Activation | None:
        """The newest activation of a space."""
        row = self.read_one(NEWEST, (space,))
        return None if row is None else activation_from(row)

    def newest_activations(self) -> dict[str, Activation]:
        """The newest activation of every space."""
        return {row["space"]: activation_from(row) for row in self.read(NEWEST_OF_ALL)}

    def activations(self, space: str) -> list[Activation]:
        """All activations of a space, newest first."""
        rows = self.read("SELECT * FROM activation WHERE space = ? ORDER BY id DESC", (space,))
        return [activation_from(row) for row in rows]

    def restart_scan(self, activation: int, *, started_ns: int) -> None:
        """Moves `started_ns` of an uncompleted activation to the source's clock of its last full pass."""
        with self.write() as tx:
            tx.run(
                "UPDATE activation SET started_ns = ? WHERE id = ? AND completed_at IS NULL AND ended_at IS NULL",
                (started_ns, activation),
            )

    def record_baseline(
        self,
        activation: int,
        discoveries: Sequence[Discovery],
        not_yet: Sequence[str],
        *,
        now: float,
        requested: bool | None = None,
    ) -> int | None:
        """Writes what a baseline page found (existing rows stay, unless it names them), and what is not eligible yet.

        Returns how many rows are new; None where the activation is not what the page was judged by any more.
        """
        with self.write() as tx:
            current = _activation(tx, activation)
            if current.ended_at is not None or current.completed_at is not None:
                return None
            if requested is not None and requested != (current.requested_at is not None):
                return None
            run = space_of(tx, current.space)
            new = [d for d in discoveries if write_found(tx, run, d, activation=activation, now=now)]
            for source_id in not_yet:
                tx.run("INSERT INTO not_yet VALUES(?, ?) ON CONFLICT DO NOTHING", (activation, plain(source_id)))
            history = sum(d.state is State.HISTORY for d in new)
            during = sum(d.state is State.PARKED for d in new)
            if discoveries:
                tx.run(
                    "UPDATE activation SET history_count = history_count + ?, during_count = during_count + ?"
                    " WHERE id = ?",
                    (history, during, activation),
                )
                tx.touch(current.space)
            return len(new)

    def not_yet(self, activation: int, source_ids: Sequence[str]) -> frozenset[str]:
        """Which of these documents an earlier pass of the baseline saw not eligible."""
        rows = self.read(
            "SELECT source_id FROM not_yet WHERE activation = ? AND source_id IN (SELECT value FROM json_each(?))",
            (activation, id_list(source_ids)),
        )
        return frozenset(row["source_id"] for row in rows)

    def request_activation(
        self, activation: int, *, requested_at: float, actor: str, endings: int | None = None
    ) -> None:
        """Turns counting into the baseline of a requested activation; not where the space was switched off since."""
        with self.write() as tx:
            space = _activation(tx, activation).space
            if endings is not None and endings != _endings(tx.one(ENDINGS, (_ended_key(space),))):
                return
            changed = tx.run(
                "UPDATE activation SET requested_at = ? WHERE id = ? AND requested_at IS NULL AND ended_at IS NULL",
                (requested_at, activation),
            ).rowcount
            if changed:
                args = {"activation": activation}
                tx.event(space, "activation", "activation_requested", at=requested_at, actor=actor, args=args)

    def complete_activation(self, activation: int, *, watermark_ns: int | None, now: float) -> Activation:
        """Ends the baseline: watermark, `running`, event; earlier activations end; `not_yet` goes, save a restore's.

        An activation that was ended meanwhile (somebody deactivated) is returned as it is: the space stays off.
        """
        with self.write() as tx:
            current = _activation(tx, activation)
            if current.completed_at is not None or current.ended_at is not None:
                return current
            if current.requested_at is None:
                raise StoreError("activation_not_requested", activation=activation)
            space_of(tx, current.space)
            tx.run("UPDATE activation SET completed_at = ? WHERE id = ?", (now, activation))
            _end(tx, current.space, now, f"id < {int(activation)}")
            if current.kind != KEPT:
                tx.run("DELETE FROM not_yet WHERE activation = ?", (activation,))
            tx.run(
                "UPDATE space_run SET running = 1, next_poll = min(next_poll, :now), poll_failures = 0,"
                " poll_code = NULL, watermark_ns = nullif(max(coalesce(watermark_ns, 0), coalesce(:mark, 0)), 0),"
                " last_good_poll = :now, last_sweep = coalesce(last_sweep, :now) WHERE space = :space",
                {"now": now, "mark": watermark_ns, "space": current.space},
            )
            counts = {"history": current.history_count, "during": current.during_count, "activation": activation}
            tx.event(current.space, "activation", "space_activated", at=now, args=counts)
            tx.touch(current.space)
            return replace(current, completed_at=now)

    def end_activation(self, space: str, *, actor: str, now: float, seen: Activation | None = None) -> None:
        """Deactivates: `running` off, `ended_at`; every row keeps its state. With `seen`: while that is the newest."""
        with self.write(space) as tx:
            newest = tx.one(NEWEST, (space,)) if seen is not None else None
            if newest is not None and seen is not None and not activation_from(newest).same_decision(seen):
                return
            tx.run(
                "INSERT INTO meta VALUES(?, '1')"
                " ON CONFLICT (k) DO UPDATE SET v = CAST(CAST(meta.v AS INTEGER) + 1 AS TEXT)",
                (_ended_key(space),),
            )
            ended = _end(tx, space, now, "1 = 1")
            stopped = tx.run("UPDATE space_run SET running = 0 WHERE space = ? AND running = 1", (space,)).rowcount
            if ended or stopped:
                tx.event(space, "activation", "space_deactivated", at=now, actor=actor)

    # -- waiting rows ------------------------------------------------------------------------------------------------

    def waiting(self, space: str) -> int:
        """How many deliveries would still go out by themselves if the space ran (seen, ready, leased)."""
        row = self.read_one(
            "SELECT coalesce(sum(n), 0) AS n FROM cnt WHERE space = ? AND state IN ('seen','ready','leased')", (space,)
        )
        return 0 if row is None else int(row["n"])

    def discard_waiting(self, space: str, *, actor: str, now: float) -> int:
        """Discards them; the choice of the person who reactivates. Returns how many."""
        with self.write(space) as tx:
            rows = tx.run(
                "UPDATE doc SET state = 'discarded', reason = 'discarded_at_activation', reason_args = '{}',"
                " due_at = 9e18, lease_owner = NULL, fence = fence + 1, changed_at = ?"
                " WHERE space = ? AND state IN ('seen','ready','leased') RETURNING id, fence",
                (now, space),
            ).fetchall()
            for row in rows:
                tx.event(
                    space,
                    "decision",
                    "discarded_at_activation",
                    at=now,
                    delivery=row["id"],
                    actor=actor,
                    state=State.DISCARDED,
                    fence=row["fence"],
                )
            tx.touch(space)
            return len(rows)

    def readdress(
        self,
        space: str,
        *,
        key: Callable[[str, int], str],
        states: Collection[State],
        actor: str = ENGINE,
        now: float,
    ) -> int:
        """Gives rows of another dossier the space's present one, with new keys (5.2: the space gets another dossier).

        `key(source_id, generation)` makes the key. Only rows in `states` move, a prepared one is prepared again; a
        document that already has a row in the present dossier keeps it. Returns how many moved.
        """
        with self.write(space) as tx:
            run = space_of(tx, space)
            rows = tx.run(
                "SELECT id, source_id, generation, state FROM doc WHERE space = :space AND dossier <> :dossier"
                " AND state IN (SELECT value FROM json_each(:states)) AND NOT EXISTS (SELECT 1"
                " FROM doc d WHERE d.space = :space AND d.source_id = doc.source_id AND d.dossier = :dossier)",
                {"space": space, "dossier": run.dossier, "states": id_list([state.value for state in states])},
            ).fetchall()
            for row in rows:
                state = State.SEEN if row["state"] in {"ready", "leased"} else State(row["state"])
                moved = tx.one(
                    "UPDATE doc SET dossier = :dossier, idem_key = :key, state = :state, invoice_key = NULL,"
                    " lease_owner = NULL, fence = fence + 1,"
                    " due_at = CASE :state WHEN 'seen' THEN :now ELSE due_at END,"
                    " sha256 = CASE :state WHEN 'seen' THEN NULL ELSE sha256 END WHERE id = :id RETURNING fence",
                    {
                        "dossier": run.dossier,
                        "key": key(row["source_id"], row["generation"]),
                        "state": state,
                        "now": now,
                        "id": row["id"],
                    },
                )
                fence = None if moved is None else moved["fence"]
                tx.event(
                    space,
                    "space",
                    "delivery_readdressed",
                    at=now,
                    delivery=row["id"],
                    actor=actor,
                    state=state,
                    fence=fence,
                )
            tx.touch(space)
            return len(rows)


def _activation(tx: Transaction, activation: int) -> Activation:
    """An activation as it stands once its space is this write's own."""
    row = tx.one("SELECT space FROM activation WHERE id = ?", (activation,))
    if row is None:
        raise StoreError("activation_unknown", activation=activation)
    tx.own(row["space"])
    (now,) = tx.run("SELECT * FROM activation WHERE id = ?", (activation,)).fetchall()
    return activation_from(now)


def _begin(
    tx: Transaction,
    space: str,
    kind: str,
    requested_at: float | None,
    rule: Rule,
    started_ns: int,
    ended_at: float | None = None,
) -> Activation:
    (row,) = tx.run(
        "INSERT INTO activation(space, kind, requested_at, rule, started_ns, ended_at) VALUES(?,?,?,?,?,?) RETURNING *",
        (space, kind, requested_at, rule_to(rule), started_ns, ended_at),
    ).fetchall()
    return activation_from(row)


def _ended_key(space: str) -> str:
    return f"endings:{space}"


def _endings(row: Row | None) -> int:
    return 0 if row is None else int(row["v"])


def _other_dossier(tx: Transaction, known: SpaceRun, clid: str, dossier: str, now: float) -> None:
    """What was counted for a space that never ran moves with it; else the count starts over."""
    ran = tx.one("SELECT 1 FROM activation WHERE space = ? AND completed_at IS NOT NULL LIMIT 1", (known.space,))
    if ran is not None:
        _end(tx, known.space, now, "completed_at IS NULL")
        return
    rows = tx.run(
        "SELECT id, source_id, generation FROM doc WHERE space = :space AND dossier = :before AND NOT EXISTS (SELECT 1"
        " FROM doc d WHERE d.space = :space AND d.source_id = doc.source_id AND d.dossier = :dossier)",
        {"space": known.space, "before": known.dossier, "dossier": dossier},
    ).fetchall()
    for row in rows:
        key = delivery_key(clid, dossier, known.space, row["source_id"], row["generation"])
        tx.run("UPDATE doc SET dossier = ?, idem_key = ? WHERE id = ?", (dossier, key, row["id"]))


def _end(tx: Transaction, space: str, now: float, which: str) -> int:
    """Ends activations of a space (`which`: a condition of ours) and forgets what their baselines had not finished."""
    ended = tx.run(
        f"UPDATE activation SET ended_at = ? WHERE space = ? AND ended_at IS NULL AND {which}"  # noqa: S608
        " RETURNING id, kind, completed_at",
        (now, space),
    ).fetchall()
    for row in ended:
        if row["kind"] != KEPT or row["completed_at"] is None:
            tx.run("DELETE FROM not_yet WHERE activation = ?", (row["id"],))
    return len(ended)
