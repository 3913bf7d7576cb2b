"""One delivery's way through the workers: SETTLE, PICK and CLAIM, INTENT, RESULT (engine reference, 4.3).

The statements stand as in the reference; the states are spelled out exactly as in the partial indexes. A row whose
bytes may have left is never leased again: it becomes `unknown`.
"""

from __future__ import annotations

import json
from collections.abc import Collection

from core.ledger.circuits import write_circuit
from core.ledger.records import Circuit, Claim, Move, Prepared
from core.ledger.rows import DELIVERY, LONGEST, Row, delivery, plain
from core.ledger.store import ENGINE, Store, Transaction, to_json
from core.ledger.terms import kept_terms, terms_of
from core.ledger.writing import facts, id_list, own_delivery, search_text, tell_changed, write_terms
from core.model import NEVER, Arguments, Delivery, State

SETTLE_PICK = "SELECT space FROM space_run WHERE settle_due <= :now ORDER BY settle_due LIMIT 1"
"""Rows whose bytes may have left, before anything is sent. Ignores running, held and open circuits."""

SETTLE = f"""UPDATE doc SET
  due_at      = :now + CASE state WHEN 'sending' THEN :grace ELSE :lease END,
  attempts    = attempts + CASE state WHEN 'sending' THEN 1 ELSE 0 END,
  crashes     = crashes + CASE WHEN lease_owner IS NULL THEN 0 ELSE 1 END, fence = fence + 1,
  changed_at  = CASE state WHEN 'sending' THEN :now ELSE changed_at END,
  lease_owner = CASE state WHEN 'sending' THEN NULL ELSE :worker END, state = 'unknown'
WHERE id = (SELECT id FROM doc WHERE space = :space AND state IN ('sending','unknown') AND due_at <= :now
            ORDER BY due_at, id LIMIT 1)
RETURNING {DELIVERY}, lease_owner"""  # noqa: S608 - our own column list

BLOCKED_UNTIL = """max(
  coalesce((SELECT until FROM circuit WHERE target = r.target AND scope = 'target' AND id = ''), 0),
  coalesce((SELECT until FROM circuit WHERE target = r.target AND scope = 'clid' AND id = r.clid), 0),
  coalesce((SELECT until FROM circuit WHERE target = r.target AND scope = 'dossier' AND id = r.dossier), 0))"""

MAY_SEND = "running = 1 AND (held = 0 OR alone IS NOT NULL)"
"""The spaces that may send. A held one sends nothing but the delivery that a person lets pass, if there is one."""

PICK = f"""SELECT space FROM space_run r WHERE {MAY_SEND} AND next_due <= :now AND {BLOCKED_UNTIL} <= :now
  AND space NOT IN (SELECT value FROM json_each(:beside)) AND clid NOT IN (SELECT value FROM json_each(:beside))
ORDER BY served_at LIMIT 1"""  # noqa: S608
"""The space first, round robin over those that may run: one slow space cannot starve the others."""

DUE = f"""SELECT space FROM space_run r WHERE settle_due <= :now
  OR ({MAY_SEND} AND next_due <= :now AND {BLOCKED_UNTIL} <= :now) ORDER BY served_at, space"""  # noqa: S608

CLAIM = f"""UPDATE doc SET
  changed_at  = CASE state WHEN 'ready' THEN :now ELSE changed_at END,
  state       = CASE state WHEN 'ready' THEN 'leased' ELSE state END, due_at = :now + :lease,
  crashes     = crashes + CASE WHEN lease_owner IS NULL THEN 0 ELSE 1 END, fence = fence + 1, lease_owner = :worker
WHERE id = (SELECT id FROM doc WHERE space = :space AND state IN ('seen','ready','leased') AND due_at <= :now
            AND id = coalesce((SELECT alone FROM space_run WHERE space = :space AND held = 1), id)
            ORDER BY due_at, id LIMIT 1)
RETURNING {DELIVERY}"""  # noqa: S608

KEEP = """UPDATE doc SET due_at = :until WHERE id = :id AND fence = :fence AND state = 'seen' AND due_at > :now
RETURNING id"""

LET_GO = """UPDATE doc SET lease_owner = NULL, due_at = CASE state WHEN 'sending' THEN due_at ELSE :now END
WHERE id = :id AND fence = :fence AND lease_owner IS NOT NULL RETURNING id"""

LIVES = "UPDATE doc SET crashes = crashes - 1 WHERE id = :id AND fence > :fence AND crashes > 0"
"""Whoever comes too late did not die, as the one thought who took the row over."""

INTENT = """UPDATE doc SET state = 'sending', due_at = :until, changed_at = :now
WHERE id = :id AND fence = :fence AND state = 'leased' AND due_at > :now
  AND EXISTS (SELECT 1 FROM space_run r WHERE r.space = doc.space
    AND running = 1 AND (held = 0 OR alone = doc.id))
RETURNING sha256"""

UNDER_WAY = """SELECT count(*) AS n FROM doc d JOIN space_run r ON r.space = d.space
  JOIN space_run own ON own.space = :space AND own.target = r.target AND own.clid = r.clid
WHERE d.state IN ('sending','unknown') AND d.state = 'sending' AND d.due_at > :now"""
"""Uploads of a space's account whose bytes may be leaving; one whose worker died counts until it is settled."""

RESULT = """UPDATE doc SET state = CASE WHEN :state = 'ready' AND sha256 IS NULL THEN 'seen' ELSE :state END,
  due_at = :due, attempts = attempts + :counted, lease_owner = NULL,
  sha256 = CASE :state WHEN 'seen' THEN NULL ELSE sha256 END,
  target_ref = coalesce(:ref, target_ref), reason = :reason, reason_args = :args,
  delivered_at = coalesce(:delivered, delivered_at), source_updated = coalesce(:updated, source_updated),
  changed_at = CASE state WHEN :state THEN changed_at ELSE :now END
WHERE id = :id AND fence = :fence AND state = :held RETURNING attempts, state"""
"""A row without a file (a restored one, say) cannot be `ready`: it is prepared, and its trigger looked at again.
One that is `seen` has no file, so that nothing sends one that speaks of an earlier version of the document."""

PREPARED = f"""UPDATE doc SET state = :state, reason = :reason, reason_args = :args, lease_owner = NULL,
  due_at = CASE :state WHEN 'ready' THEN min(:now, changed_at) ELSE :never END,
  sha256 = :sha256, size = :size, changed_at = :now, direction = coalesce(:direction, direction), doc_type = :doc_type,
  number = :number, counterparty = :counterparty, vat = :vat, issued = :issued, amount = :amount, currency = :currency,
  invoice_key = :invoice_key, source_updated = coalesce(:source_updated, source_updated),
  source_hash = coalesce(:source_hash, source_hash), newer_hash = NULL, search = :search,
  payment_reference = :payment_reference, vat_breakdown = :vat_breakdown
WHERE id = :id AND fence = :fence AND state = 'seen' RETURNING {DELIVERY}"""  # noqa: S608
"""A ready row keeps its place in the line: it is due since it was found, so that it goes before what came later."""

SAME_INVOICE = """SELECT id, number, state FROM doc WHERE invoice_key = :key AND source_id <> :source_id
  AND state IN ('ready', 'leased', 'sending', 'unknown', 'confirmed', 'changed', 'history', 'parked')
ORDER BY id LIMIT 1"""
"""Another document that may be the same invoice: it went, goes, may have gone, or a person holds it."""

TOLD_TO_SEND = (
    "SELECT 1 FROM event WHERE doc = ? AND kind = 'decision' AND (code = 'send' OR code LIKE 'resend%') LIMIT 1"
)

EVIDENT = """UPDATE doc SET state = 'confirmed', target_ref = :ref, delivered_at = :now, changed_at = :now,
  due_at = 9e18, reason = 'acceptance_evidence', reason_args = '{}', lease_owner = NULL, fence = fence + 1
WHERE id = :id AND state IN ('unknown', 'parked', 'ready', 'leased') RETURNING space, fence"""

PICKS = 100
"""Spaces looked at in one transaction while their due times turn out to be out of date."""


class Delivering(Store):
    """What the workers do with a row. Every write of a worker carries its fence and the state it holds."""

    def settle(self, worker: str, *, now: float, grace: float, lease: float) -> Claim | None:
        """Takes one row whose bytes may have left and whose time has come; see `core.ledger.base.Ledger.settle`."""
        if not self.read(SETTLE_PICK, {"now": now}):
            return None
        values = {"now": now, "grace": grace, "lease": lease, "worker": worker}
        with self.write() as tx:
            for _ in range(PICKS):
                space = tx.pick(SETTLE_PICK, values)
                if space is None:
                    break
                row = tx.one(SETTLE, {**values, "space": space["space"]})
                if row is None:  # its due time was out of date
                    tx.work_out_due(space["space"])
                    continue
                held = delivery(row)
                tx.touch(held.space)
                if row["lease_owner"] is None:
                    _note(tx, held, "settle", "sender_died", now, {"attempts": held.attempts})
                    return None
                _note(tx, held, "settle", "asking_target", now, {"worker": worker})
                return Claim(held, held.fence, worker, held.due_at)
        return None

    def claim(self, worker: str, *, now: float, lease: float, beside: Collection[str] = ()) -> Claim | None:
        """The space first, then its oldest due `seen`, `ready` or `leased` row."""
        values = {"now": now, "lease": lease, "worker": worker, "beside": id_list(beside)}
        if not self.read(PICK, values):
            return None
        with self.write() as tx:
            for _ in range(PICKS):
                space = tx.pick(PICK, values)
                if space is None:
                    break
                row = tx.one(CLAIM, {**values, "space": space["space"]})
                if row is None:
                    tx.work_out_due(space["space"])
                    continue
                held = delivery(row)
                tx.run("UPDATE space_run SET served_at = ? WHERE space = ?", (now, held.space))
                tx.touch(held.space)
                _note(tx, held, "claim", "delivery_claimed", now, {"worker": worker})
                return Claim(held, held.fence, worker, held.due_at)
        return None

    def prepared(self, claim: Claim, found: Prepared, *, now: float) -> Delivery | None:
        """`seen` -> `ready`, or `parked` where another document holds the same invoice key. None: lease lost."""
        with self.write(claim.delivery.space) as tx:
            state, reason, args = State.READY, None, {}
            other = _same_invoice(tx, claim, found.invoice_key)
            if other is not None:
                state, reason = State.PARKED, "possible_duplicate"
                args = {"other": other["id"], "other_number": other["number"], "other_state": other["state"]}
            values = {
                "state": state,
                "reason": reason,
                "args": to_json(args),
                "never": NEVER,
                "sha256": found.sha256,
                "size": found.size,
                "now": now,
                "id": claim.id,
                "fence": claim.fence,
                **facts(found),
                "payment_reference": plain(found.payment_reference, LONGEST),
                "vat_breakdown": json.dumps(found.vat_breakdown),
                "search": search_text(found, claim.delivery.source_id),
            }
            row = tx.one(PREPARED, values)
            if row is None:
                _fenced(tx, claim, State.SEEN, state, now)
                return None
            code, said = reason or "delivery_prepared", {**found.report, **args}
            tx.event(
                claim.delivery.space,
                "prepared",
                code,
                at=now,
                delivery=claim.id,
                state=state,
                args=said,
                fence=claim.fence,
                sha256=found.sha256,
            )
            tx.touch(claim.delivery.space)
            ready = delivery(row)
            write_terms(tx, claim.id, terms_of(ready), instead_of=terms_of(claim.delivery))
            return ready

    def keep(self, claim: Claim, *, now: float, until: float) -> bool:
        """Moves the end of a `seen` row's lease while its document is read and converted. False: it is lost."""
        with self.write(claim.delivery.space) as tx:
            tx.touch(claim.delivery.space)
            return tx.one(KEEP, {"id": claim.id, "fence": claim.fence, "now": now, "until": until}) is not None

    def let_go(self, claim: Claim, *, now: float) -> None:
        """Gives up a claim of which nothing could be written; see `core.ledger.base.Ledger.let_go`."""
        held = {"id": claim.id, "fence": claim.fence, "now": now}
        with self.write(claim.delivery.space) as tx:
            if tx.one(LET_GO, held) is None:
                tx.run(LIVES, held)
            tx.touch(claim.delivery.space)

    def intent(self, claim: Claim, *, now: float, until: float, at_most: int = 0) -> bool:
        """Commits `sending` before the first byte leaves; see `core.ledger.base.Ledger.intent`.

        A row whose space was switched off or held after the claim goes back to `ready` here, so that a stop is
        immediate.
        """
        account = {"now": now, "space": claim.delivery.space}
        if at_most and self.read(UNDER_WAY, account)[0]["n"] >= at_most:  # who waits for a place writes nothing
            return False
        with self.write(claim.delivery.space) as tx:
            if at_most:
                tx.in_turn("places")
                busy = tx.one(UNDER_WAY, account)
                if busy is not None and busy["n"] >= at_most:
                    return False
            row = tx.one(INTENT, {"id": claim.id, "fence": claim.fence, "now": now, "until": until})
            tx.touch(claim.delivery.space)
            if row is None:
                _give_back(tx, claim, now)
                return False
            actor = _who_ordered(tx, claim.id)
            tx.event(
                claim.delivery.space,
                "intent",
                "delivery_sending",
                at=now,
                delivery=claim.id,
                actor=actor,
                state=State.SENDING,
                args={"worker": claim.worker},
                fence=claim.fence,
                sha256=row["sha256"],
            )
            return True

    def holds(self, claim: Claim, state: State) -> bool:
        """Whether the row still carries this claim's fence in this state."""
        return bool(self.read("SELECT 1 FROM doc WHERE id=? AND fence=? AND state=?", (claim.id, claim.fence, state)))

    def move(self, claim: Claim, held: State, move: Move, *, now: float, circuit: Circuit | None = None) -> bool:
        """RESULT: moves a held row on, with its event and, where given, the circuit. False: fenced off."""
        with self.write(claim.delivery.space) as tx:
            row = tx.one(
                RESULT,
                {
                    "state": move.state,
                    "due": move.due_at,
                    "counted": int(move.counted),
                    "ref": plain(move.reference),
                    "reason": move.code,
                    "args": to_json(move.args),
                    "delivered": move.delivered_at,
                    "updated": move.updated_ns,
                    "now": now,
                    "id": claim.id,
                    "fence": claim.fence,
                    "held": held,
                },
            )
            if row is None:
                _fenced(tx, claim, held, move.state, now)
                return False
            counted: Arguments = {"attempts": row["attempts"]} if move.counted else {}
            tx.event(
                claim.delivery.space,
                move.kind,
                move.code,
                at=now,
                delivery=claim.id,
                state=State(row["state"]),
                args={**move.args, **move.report, **counted},
                fence=claim.fence,
                http_status=move.http_status,
            )
            if move.reference:
                write_terms(tx, claim.id, kept_terms(reference=plain(move.reference)))
            tell_changed(tx, claim.id, now)
            if circuit is not None:
                write_circuit(tx, circuit, actor=ENGINE, now=now, space=claim.delivery.space)
            tx.touch(claim.delivery.space)
            return True

    def evidence(self, delivery: int, reference: str, *, fence: int, now: float) -> bool:
        """A fenced-off worker did receive an acceptance: confirms the row by it, unless it is out or decided."""
        with self.write() as tx:
            own_delivery(tx, delivery)
            row = tx.one(EVIDENT, {"ref": plain(reference), "now": now, "id": delivery})
            found = row or tx.one("SELECT space, fence FROM doc WHERE id = ?", (delivery,))
            if found is None:
                return False
            tx.event(
                found["space"],
                "evidence",
                "acceptance_evidence",
                at=now,
                delivery=delivery,
                state=State.CONFIRMED if row is not None else None,
                args={"reference": reference, "sent_under": fence},
                fence=found["fence"] if row is not None else None,
            )
            if row is not None:
                write_terms(tx, delivery, kept_terms(reference=plain(reference)))
                tell_changed(tx, delivery, now)
            tx.touch(found["space"])
            return row is not None

    def due_spaces(self, now: float) -> list[str]:
        """The spaces in which `settle` or `claim` may find something, the one that waits longest first."""
        return [row["space"] for row in self.read(DUE, {"now": now})]

    def next_due(self) -> float:
        """The earliest time at which `settle`, `claim` or a poll may find something."""
        row = self.read_one(
            f"SELECT min(settle_due, CASE WHEN running = 1 THEN next_poll ELSE 9e18 END,"  # noqa: S608
            f" CASE WHEN {MAY_SEND} THEN max(next_due, {BLOCKED_UNTIL}) ELSE 9e18 END) AS due"
            " FROM space_run r ORDER BY due LIMIT 1"
        )
        return NEVER if row is None else float(row["due"])


def _note(tx: Transaction, held: Delivery, kind: str, code: str, now: float, args: Arguments) -> None:
    tx.event(held.space, kind, code, at=now, delivery=held.id, state=held.state, args=args, fence=held.fence)


def _fenced(tx: Transaction, claim: Claim, held: State, wanted: State, now: float) -> None:
    """Says that a worker came too late; its fence goes into the arguments, for it is not the row's any more."""
    args = {"held": held.value, "wanted": wanted.value, "worker": claim.worker, "late_fence": claim.fence}
    tx.event(claim.delivery.space, "fenced", "lease_lost", at=now, delivery=claim.id, args=args)
    tx.run(LIVES, {"id": claim.id, "fence": claim.fence})


def _same_invoice(tx: Transaction, claim: Claim, key: str | None) -> Row | None:
    """Another document with this invoice key, unless a person has ordered this delivery to be sent."""
    if key is None or tx.one(TOLD_TO_SEND, (claim.id,)) is not None:
        return None
    tx.in_turn(f"invoice {key}")
    return tx.one(SAME_INVOICE, {"key": key, "source_id": claim.delivery.source_id})


def _give_back(tx: Transaction, claim: Claim, now: float) -> None:
    """Returns a row that is still held, and whose lease runs, but whose space may not send, to the queue."""
    row = tx.one(
        "UPDATE doc SET state = 'ready', due_at = :now, lease_owner = NULL, changed_at = :now"
        " WHERE id = :id AND fence = :fence AND state = 'leased' AND due_at > :now RETURNING id",
        {"now": now, "id": claim.id, "fence": claim.fence},
    )
    if row is None:
        _fenced(tx, claim, State.LEASED, State.SENDING, now)
    else:
        space = claim.delivery.space
        tx.event(space, "result", "space_stopped", at=now, delivery=claim.id, state=State.READY, fence=claim.fence)


def _who_ordered(tx: Transaction, delivery: int) -> str:
    """The person whose decision this attempt follows directly, else the engine."""
    row = tx.one(
        "SELECT kind, actor FROM event WHERE doc = ? AND kind IN ('decision', 'intent') ORDER BY id DESC LIMIT 1",
        (delivery,),
    )
    return str(row["actor"]) if row is not None and row["kind"] == "decision" else ENGINE
