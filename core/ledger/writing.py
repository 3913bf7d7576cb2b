"""What several rooms of the ledger write in the same way: a row for a document found, and its first event."""

from __future__ import annotations

import json
from collections.abc import Collection

from core.errors import StoreError
from core.ledger.records import Discovery, Finding, Prepared, SpaceRun
from core.ledger.rows import LONGEST, plain, searchable, space_run
from core.ledger.store import Transaction, to_json
from core.ledger.terms import kept_terms
from core.model import KEEPS_ITS_FILE, NEVER, State, same_content

INSERT = """INSERT INTO doc(space, source_id, dossier, generation, activation, direction, doc_type, number,
  counterparty, vat, issued, amount, currency, invoice_key, source_updated, source_hash, state, reason, reason_args,
  due_at, idem_key, changed_at, search)
VALUES(:space, :source_id, :dossier, 0, :activation, :direction, :doc_type, :number,
  :counterparty, :vat, :issued, :amount, :currency, :invoice_key, :source_updated, :source_hash, :state, :reason,
  :reason_args, :due_at, :idem_key, :changed_at, :search)
ON CONFLICT DO NOTHING RETURNING id"""

TURN = """UPDATE doc SET state = :state, reason = :reason, reason_args = :args, due_at = :due, changed_at = :now,
  sha256 = NULL,
  source_hash = coalesce(:hash, source_hash), source_updated = coalesce(:updated, source_updated)
WHERE id = :id AND state = :held
  AND (:finding <> 'back' OR coalesce(:updated, source_updated, 0) >= coalesce(source_updated, 0))
  AND (:finding <> 'moved' OR NOT EXISTS
    (SELECT 1 FROM event WHERE doc = :id AND json_extract(args, '$.state') = 'unknown')) RETURNING fence"""
"""A scan that began before a document was withdrawn may end after it: what it saw is older than the row."""

DUE = frozenset({State.SEEN, State.UNKNOWN})
"""States in which what was found is looked at at once; in the others it rests."""

HELD = {Finding.BACK: State.WITHDRAWN, Finding.MOVED: State.READY}
"""Where a row must still stand for what was found of it."""

CHANGED = """UPDATE doc SET state = 'changed', reason = 'changed_in_banqup', reason_args = '{}', due_at = 9e18,
  changed_at = :now, source_hash = newer_hash, newer_hash = NULL
WHERE id = :id AND state = 'confirmed' AND newer_hash IS NOT NULL RETURNING space"""
"""The content that is told of is kept: once a person has left it as it is, it is not asked about again."""


def write_found(tx: Transaction, run: SpaceRun, found: Discovery, *, activation: int, now: float) -> bool:
    """Writes one finding of a scan; True where it is a new row."""
    if found.finding is Finding.NEW:
        return insert_found(tx, run, found, activation=activation, now=now) is not None
    if found.finding is Finding.CHANGED or not _turn(tx, run, found, now):
        _keep_newer(tx, run, found, now)
    return False


def _turn(tx: Transaction, run: SpaceRun, found: Discovery, now: float) -> bool:
    """Moves a row that Banqup's list speaks of again, if it still stands where the scan saw it.

    What may ever have been taken is not made anew: the target's answer to its key would speak of the older file. It is
    sent as it was, and told of as changed afterwards.
    """
    values = {
        "state": found.state,
        "reason": found.reason,
        "args": to_json(found.reason_args),
        "due": now if found.state in DUE else NEVER,
        "hash": found.content_hash,
        "updated": found.updated_ns,
        "now": now,
        "id": found.delivery,
        "held": HELD[found.finding],
        "finding": found.finding.value,
    }
    if tx.one(TURN, values) is None:
        return False
    code = found.reason or "delivery_back"
    tx.event(run.space, "found", code, at=now, delivery=found.delivery, state=found.state, args=found.reason_args)
    return True


def _keep_newer(tx: Transaction, run: SpaceRun, found: Discovery, now: float) -> None:
    """Keeps what Banqup shows now where the file was made from something else, until the row stands as delivered."""
    row = tx.one("SELECT state, source_hash, newer_hash FROM doc WHERE id = ?", (found.delivery,))
    if row is None or row["state"] not in KEEPS_ITS_FILE:
        return
    newer = None if same_content(row["source_hash"], found.content_hash) else found.content_hash
    if newer == row["newer_hash"]:
        return
    tx.run("UPDATE doc SET newer_hash = ? WHERE id = ?", (newer, found.delivery))
    if not tell_changed(tx, found.delivery, now) and newer is not None:
        tx.event(run.space, "found", "changed_on_its_way", at=now, delivery=found.delivery)


def tell_changed(tx: Transaction, delivery: int | None, now: float) -> bool:
    """Puts a row that stands as delivered before a person, where Banqup shows something else by now. After each write
    that may confirm one."""
    row = tx.one(CHANGED, {"id": delivery, "now": now})
    if row is not None:
        tx.event(row["space"], "found", "changed_in_banqup", at=now, delivery=delivery, state=State.CHANGED)
    return row is not None


def insert_found(tx: Transaction, run: SpaceRun, found: Discovery, *, activation: int, now: float) -> int | None:
    """Writes the row of a document that has none in the space's present dossier. None where it has one."""
    values = {
        "space": run.space,
        "source_id": plain(found.source_id),
        "dossier": run.dossier,
        "activation": activation,
        "state": found.state,
        "reason": found.reason,
        "reason_args": to_json(found.reason_args),
        "due_at": now if found.state in DUE else NEVER,
        "idem_key": found.key,
        "changed_at": now,
        **facts(found),
        "search": search_text(found, found.source_id),
    }
    row = tx.one(INSERT, values)
    if row is None:
        return None
    number: int = row["id"]
    write_terms(tx, number, terms_found(found))
    code = found.reason or "delivery_found"
    tx.event(run.space, "found", code, at=now, delivery=number, state=found.state, args=found.reason_args)
    return number


def facts(found: Discovery | Prepared) -> dict[str, object]:
    """What is known of the invoice, as columns: text made storable and cut, the amount exact."""
    return {
        "direction": found.direction,
        "doc_type": plain(found.document_type, LONGEST),
        "number": plain(found.number, LONGEST),
        "counterparty": plain(found.counterparty, LONGEST),
        "vat": plain(found.vat_number, LONGEST),
        "issued": found.issue_date.isoformat() if found.issue_date else None,
        "amount": f"{found.amount:f}" if found.amount is not None else None,
        "currency": plain(found.currency, LONGEST),
        "invoice_key": found.invoice_key,
        "source_updated": found.updated_ns,
        "source_hash": found.content_hash,
    }


def terms_found(found: Discovery | Prepared) -> frozenset[str]:
    """The terms of what Banqup's list says of a document."""
    return kept_terms(
        number=plain(found.number, LONGEST),
        party=plain(found.counterparty, LONGEST),
        vat_number=plain(found.vat_number, LONGEST),
        amount=found.amount,
        issue_date=found.issue_date,
    )


def write_terms(
    tx: Transaction, delivery: int, terms: frozenset[str], *, instead_of: frozenset[str] = frozenset()
) -> None:
    """Makes a row found by these terms, and no longer by those that they replace."""
    for term in instead_of - terms:
        tx.run("DELETE FROM term WHERE term = ? AND doc = ?", (term, delivery))
    for term in sorted(terms - instead_of):
        tx.run("INSERT INTO term VALUES(?, ?) ON CONFLICT DO NOTHING", (term, delivery))


def search_text(found: Discovery | Prepared, source_id: str) -> str:
    """What a person may look for in the queue."""
    amount = "" if found.amount is None else f"{found.amount:f}"
    return searchable([found.number, found.counterparty, found.vat_number, amount, source_id])


def own_delivery(tx: Transaction, delivery: int) -> None:
    """Keeps other writes of this delivery's space out until the end; nothing where there is no such delivery."""
    row = tx.one("SELECT space FROM doc WHERE id = ?", (delivery,))
    if row is not None:
        tx.own(row["space"])


def space_of(tx: Transaction, space: str) -> SpaceRun:
    """The space as this transaction sees it. Raises where it was never enrolled."""
    row = tx.one("SELECT * FROM space_run WHERE space = ?", (space,))
    if row is None:
        raise StoreError("space_not_enrolled", space=space)
    return space_run(row)


def id_list(values: Collection[str]) -> str:
    """A list as one bound parameter, for `IN (SELECT value FROM json_each(?))`."""
    return json.dumps([plain(value) for value in values])
