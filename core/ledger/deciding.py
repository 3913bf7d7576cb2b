"""What people do: a decision on one delivery, and notes of the history that belong to no delivery's move.

A decision names the state the person saw; where the row has moved since, nothing is written (engine reference, 4.3).
"""

from __future__ import annotations

from core.ledger.records import Decision
from core.ledger.rows import DELIVERY, arguments, delivery, plain
from core.ledger.store import ConflictError, Store, Transaction, to_json
from core.ledger.terms import terms_of
from core.ledger.writing import own_delivery, tell_changed, write_terms
from core.model import NEVER, Arguments, Delivery, State

DECIDE = f"""UPDATE doc SET state = :state, reason = :reason, reason_args = :args, due_at = :due, lease_owner = NULL,
  sha256 = CASE :state WHEN 'seen' THEN NULL ELSE sha256 END,
  fence = fence + 1, crashes = 0, attempts = CASE WHEN :again THEN 0 ELSE attempts END, changed_at = :now,
  delivered_at = CASE WHEN :state = 'confirmed' THEN coalesce(:delivered, delivered_at) ELSE NULL END
WHERE id = :id AND state = :expected RETURNING {DELIVERY}"""  # noqa: S608 - our own column list

AGAIN = f"""INSERT INTO doc(space, source_id, dossier, generation, activation, direction, doc_type, number,
  counterparty, vat, issued, amount, currency, invoice_key, source_updated, source_hash, state, due_at,
  idem_key, changed_at, search, payment_reference)
SELECT space, source_id, dossier,
  (SELECT max(generation) + 1 FROM doc d WHERE d.space = doc.space AND d.source_id = doc.source_id
     AND d.dossier = doc.dossier),
  activation, direction, doc_type, number, counterparty, vat, issued, amount, currency, invoice_key, source_updated,
  source_hash, :state, :due, :key, :now, search, payment_reference FROM doc WHERE id = :id AND state = :expected
RETURNING {DELIVERY}"""  # noqa: S608
"""The row of the next generation; its UNIQUE key refuses a second one made at the same moment."""

REST = f"""UPDATE doc SET state = coalesce(:rests, state), fence = fence + 1,
  reason = CASE WHEN :rests IS NULL THEN reason ELSE :code END,
  changed_at = CASE WHEN :rests IS NULL THEN changed_at ELSE :now END
WHERE id = :id RETURNING {DELIVERY}"""  # noqa: S608
"""The earlier generation keeps its state, or rests where its content had changed."""

FILE = """SELECT sha256 IS NOT NULL AND (newer_hash IS NULL
  OR EXISTS (SELECT 1 FROM event WHERE event.doc = doc.id AND kind = 'intent')) AS goes FROM doc WHERE id = ?"""
"""Whether a row's file goes as it is: not where Banqup shows something else by now, and no byte of it ever left."""

THROUGH_HOLD = """UPDATE space_run SET alone = :id
WHERE held = 1 AND space = (SELECT space FROM doc WHERE id = :id AND state = :expected) RETURNING space"""

MOVING = frozenset({State.SEEN, State.READY})
RETURNS = frozenset({State.PARKED, State.FAILED, State.DEAD, State.CHANGED, State.HISTORY, State.WITHDRAWN})
"""States that an undo goes back to: the reason of that time comes back with them."""

NOT_OF_THE_REASON = frozenset(
    {"state", "attempts", "findings", "derived", "dropped", "file_name", "source_format", "pdf", "came_by"}
)
"""What an event says besides the arguments of its code: where the row went, and the report of a conversion."""


class Deciding(Store):
    """Decisions and notes."""

    def decide(self, decision: Decision, *, now: float) -> Delivery | None:
        """Writes a person's decision with its event. None where the state moved meanwhile.

        With `generation`, a next-generation row is made in `state` and returned; a `changed` row then rests as
        `confirmed`, any other keeps its state. A fresh start of a row forgets its counted attempts and crashes; a row
        without a file, or with one that is out of date and never left, goes to `seen` where `ready` was asked for.
        """
        try:
            with self.write() as tx:
                own_delivery(tx, decision.delivery)
                return _again(tx, decision, now) if decision.generation else _decide(tx, decision, now)
        except ConflictError:  # somebody made that generation a moment earlier
            return None

    def note(
        self,
        space: str,
        *,
        kind: str,
        code: str,
        args: Arguments,
        actor: str,
        now: float,
        delivery: int | None = None,
    ) -> None:
        """Appends an event of its own. Its arguments never say a state: it moves nothing."""
        said = {name: value for name, value in args.items() if name != "state"}
        with self.write() as tx:
            tx.event(space, kind, code, at=now, delivery=delivery, actor=actor, args=said)


def _decide(tx: Transaction, decision: Decision, now: float) -> Delivery | None:
    row = tx.one(FILE, (decision.delivery,))
    if row is None:
        return None
    who = {"id": decision.delivery, "expected": decision.expected}
    if decision.alone and tx.one(THROUGH_HOLD, who) is None:
        return None
    state = State.SEEN if decision.state is State.READY and not row["goes"] else decision.state
    reason, args = _reason(tx, decision, state)
    moved = tx.one(
        DECIDE,
        {
            "state": state,
            "reason": reason,
            "args": to_json(args),
            "due": decision.due_at if state in MOVING else NEVER,
            "again": state in MOVING,
            "now": now,
            "delivered": decision.delivered_at,
            **who,
        },
    )
    if moved is None:
        return None
    decided = delivery(moved)
    _record(tx, decision, decided, state, now)
    tx.touch(decided.space)
    if tell_changed(tx, decided.id, now):
        (moved,) = tx.run(f"SELECT {DELIVERY} FROM doc WHERE id = ?", (decided.id,)).fetchall()  # noqa: S608
    return delivery(moved)


def _again(tx: Transaction, decision: Decision, now: float) -> Delivery | None:
    made = tx.one(
        AGAIN,
        {
            "state": decision.state,
            "due": decision.due_at,
            "key": decision.key,
            "now": now,
            "id": decision.delivery,
            "expected": decision.expected,
        },
    )
    if made is None:
        return None
    new = delivery(made)
    write_terms(tx, new.id, terms_of(new))
    rests = State.CONFIRMED if decision.expected is State.CHANGED else None
    old = tx.one(
        REST,
        {"rests": rests, "code": decision.code, "now": now, "id": decision.delivery},
    )
    if old is not None:
        _record(tx, decision, delivery(old), rests, now, {"next_delivery": new.id})
    _record(tx, decision, new, new.state, now, {"earlier_delivery": decision.delivery})
    tx.touch(new.space)
    return new


def _record(
    tx: Transaction,
    decision: Decision,
    row: Delivery,
    state: State | None,
    now: float,
    more: Arguments | None = None,
) -> None:
    said = {**decision.args, **(more or {})}
    if decision.reason:
        said["why"] = plain(decision.reason)
    tx.event(
        row.space,
        "decision",
        decision.code,
        at=now,
        delivery=row.id,
        actor=decision.actor,
        state=state,
        args=said,
        fence=row.fence,
        sha256=row.sha256,
    )


def _reason(tx: Transaction, decision: Decision, state: State) -> tuple[str | None, Arguments]:
    """What the row says of itself afterwards: nothing while it moves, the old reason after an undo, else who."""
    if state in MOVING:
        return None, {}
    if state in RETURNS:
        before = tx.one(
            "SELECT code, args FROM event WHERE doc = ? AND json_extract(args, '$.state') = ? ORDER BY id DESC LIMIT 1",
            (decision.delivery, state),
        )
        if before is not None:
            return before["code"], reason_arguments(before["args"])
    return decision.code, {**decision.args, "actor": plain(decision.actor), "why": plain(decision.reason)}


def reason_arguments(args: str) -> Arguments:
    """The arguments of a row's reason out of the event that gave it: without the state and a conversion's report."""
    return {name: value for name, value in arguments(args).items() if name not in NOT_OF_THE_REASON}
