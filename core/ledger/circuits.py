"""Circuits: why nothing goes out for a target, a CLID or a dossier. Rows, so that they survive a restart."""

from __future__ import annotations

from dataclasses import replace

from core.ledger.records import Circuit, Scope
from core.ledger.rows import Row
from core.ledger.rows import circuit as circuit_from
from core.ledger.store import ENGINE, Store, Transaction

READ = "SELECT * FROM circuit WHERE target = ? AND scope = ? AND id = ?"

WRITE = """INSERT INTO circuit(target, scope, id, state, code, failures, until, probe_at, probes, since)
VALUES(?,?,?,?,?,?,?,?,?,?) ON CONFLICT (target, scope, id) DO UPDATE SET
  state = excluded.state, code = excluded.code,
  failures = excluded.failures, until = excluded.until, probe_at = excluded.probe_at, probes = excluded.probes,
  since = excluded.since"""


PROBE_NOW = """UPDATE circuit SET probe_at = CASE WHEN probe_at < :now THEN probe_at ELSE :now END
WHERE target = :target AND scope = 'target' AND id = '' AND state = 'open' RETURNING target"""

ASK_NOW = """UPDATE doc SET due_at = :now
WHERE state IN ('sending','unknown') AND state = 'unknown' AND reason = 'target_waits' AND due_at > :now
  AND space IN (SELECT space FROM space_run WHERE target = :target) RETURNING space"""


class Circuits(Store):
    """Reading, opening and closing them."""

    def circuits(self) -> list[Circuit]:
        """All circuits that are open or cooling (a row that only counts failures blocks nothing)."""
        rows = self.read("SELECT * FROM circuit WHERE until > 0 AND state <> 'closed' ORDER BY target, scope, id")
        return [circuit_from(row) for row in rows]

    def circuit(self, target: str, scope: Scope, id: str) -> Circuit | None:
        """One circuit."""
        row = self.read_one("SELECT * FROM circuit WHERE target = ? AND scope = ? AND id = ?", (target, scope, id))
        return None if row is None else circuit_from(row)

    def set_circuit(self, circuit: Circuit, *, actor: str, now: float) -> None:
        """Writes a circuit (open, cooling, or with a later probe)."""
        with self.write() as tx:
            write_circuit(tx, circuit, actor=actor, now=now)

    def close_circuit(self, target: str, scope: Scope, id: str, *, actor: str, now: float) -> None:
        """Closes a circuit; its spaces run again. Nothing is written where it was not there."""
        if self.circuit(target, scope, id) is None:
            return
        with self.write() as tx:
            tx.in_turn(_turn(target))
            row = tx.one(
                "DELETE FROM circuit WHERE target = ? AND scope = ? AND id = ? RETURNING until, code",
                (target, scope, id),
            )
            if row is not None and row["until"] > 0:
                _say_closed(tx, (target, scope, id), row["code"], actor=actor, now=now)

    def probe_now(self, target: str, *, now: float) -> bool:
        """Makes the next probe of a target's open circuit due at once. False where it is not open."""
        with self.write() as tx:
            tx.in_turn(_turn(target))
            return tx.one(PROBE_NOW, {"target": target, "now": now}) is not None

    def probed(self, circuit: Circuit, *, well: bool, probe_at: float, now: float) -> bool:
        """What a probe said, unless somebody closed the circuit, or it opened again, while the answer was on its way.

        A circuit that a probe closes is remembered: where it opens again before a delivery went through, the probe
        proved less than it seemed, and is believed later.
        """
        where = (circuit.target, circuit.scope, circuit.id)
        with self.write() as tx:
            tx.in_turn(_turn(circuit.target))
            if not _same(tx.one(READ, where), circuit):
                return False
            if not well:
                write_circuit(tx, replace(circuit, probe_at=probe_at, probes=circuit.probes + 1), actor=ENGINE, now=now)
                return True
            tx.run(
                "UPDATE circuit SET state = 'closed', until = 0, probe_at = NULL, failures = 0, probes = ?, since = ?"
                " WHERE target = ? AND scope = ? AND id = ?",
                (circuit.failures, now, *where),
            )
            _say_closed(tx, where, circuit.code, actor=ENGINE, now=now)
            if circuit.scope is Scope.TARGET:
                _ask_now(tx, circuit.target, now)
            return True


def _say_closed(tx: Transaction, where: tuple[str, Scope, str], was: str | None, *, actor: str, now: float) -> None:
    target, scope, id = where
    args = {"target": target, "scope": scope.value, "id": id, "was": was}
    for space in _spaces(tx, target, scope, id):
        tx.event(space, "circuit", "circuit_closed", at=now, actor=actor, args=args)


def _ask_now(tx: Transaction, target: str, now: float) -> None:
    """Outcomes that waited for a target to answer again are asked about at once; their grace is long over."""
    for row in tx.run(ASK_NOW, {"target": target, "now": now}).fetchall():
        tx.touch(row["space"])


def _turn(target: str) -> str:
    return f"circuits of {target}"


def _same(before: Row | None, circuit: Circuit) -> bool:
    """Whether a circuit still stands as it was read."""
    if before is None:
        return False
    stands = before["state"], before["since"], before["probes"]
    return stands == (circuit.state, circuit.since, circuit.probes)


def write_circuit(tx: Transaction, circuit: Circuit, *, actor: str, now: float, space: str | None = None) -> None:
    """Writes a circuit inside a transaction; an event only where it opens or closes, or opens for another reason.

    `space` is where it was noticed: an event there too, when the circuit is the whole target's.
    """
    where = (circuit.target, circuit.scope, circuit.id)
    tx.in_turn(_turn(circuit.target))
    before = tx.one("SELECT state, code, until FROM circuit WHERE target = ? AND scope = ? AND id = ?", where)
    values = (circuit.state, circuit.code, circuit.failures, circuit.until, circuit.probe_at, circuit.probes)
    tx.run(WRITE, (*where, *values, circuit.since))
    was = (before["state"], before["code"]) if before is not None and before["until"] > 0 else None
    if circuit.until <= 0 or was == (circuit.state, circuit.code):
        return
    args = {
        "target": circuit.target,
        "scope": circuit.scope.value,
        "id": circuit.id,
        "failures": circuit.failures,
        "circuit": circuit.state,
        "until": circuit.until,
    }
    code = circuit.code or "circuit_opened"
    named = _spaces(tx, circuit.target, circuit.scope, circuit.id)
    for one in named if space is None or space in named else [*named, space]:
        tx.event(one, "circuit", code, at=now, actor=actor, args=args)


def _spaces(tx: Transaction, target: str, scope: Scope, id: str) -> list[str]:
    """The spaces whose history names a circuit; '' (the machine's own) where it concerns all of a target."""
    column = {Scope.CLID: "clid", Scope.DOSSIER: "dossier"}.get(scope)
    if column is None:
        return [""]
    rows = tx.run(f"SELECT space FROM space_run WHERE target = ? AND {column} = ?", (target, id)).fetchall()  # noqa: S608
    return [row["space"] for row in rows] or [""]
