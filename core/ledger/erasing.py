"""Forgets whom documents were with. A line of history is never changed: one that names them is written again without.

What stays and what goes is said in `retaining.py`; a delivery that is not at rest keeps everything, it is still needed.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from itertools import groupby

from core.ledger.harmless import harmless
from core.ledger.retaining import Party
from core.ledger.rows import Row, arguments, searchable
from core.ledger.store import Store, Transaction, to_json
from core.ledger.writing import id_list

AT_REST = "('confirmed', 'discarded', 'history', 'withdrawn')"
"""States that nothing but a person or Banqup leads out of, spelled for a statement."""

ERASED = "erased"
"""The kind of the event that says so."""

NAMES_WHO = ("p", "v", "s")
"""Kinds of terms that lead to a party: its name, its VAT number, its structured communication."""

BATCH = 200

ERASE = f"""UPDATE doc SET counterparty = '', vat = '', payment_reference = '', reason_args = :args, search = :search
WHERE id = :id AND state IN {AT_REST}"""  # noqa: S608 - our own list


class Erasing(Store):
    """Who is known, and that they are forgotten."""

    def parties(self) -> list[Party]:
        """Every party as it is spelled."""
        rows = self.read(
            "SELECT counterparty, vat, count(*) AS n,"  # noqa: S608 - our own list
            f" sum(CASE WHEN state IN {AT_REST} THEN 0 ELSE 1 END) AS moving"
            " FROM doc WHERE counterparty <> '' OR vat <> '' GROUP BY counterparty, vat ORDER BY counterparty, vat"
        )
        return [Party(row["counterparty"], row["vat"], int(row["n"]), int(row["moving"])) for row in rows]

    def deliveries_of(self, parties: Collection[Party]) -> list[int]:
        """The deliveries that carry one of these spellings."""
        found: set[int] = set()
        for party in parties:
            rows = self.read("SELECT id FROM doc WHERE counterparty = ? AND vat = ?", (party.name, party.vat_number))
            found |= {int(row["id"]) for row in rows}
        return sorted(found)

    def expired(self, before: float, limit: int) -> list[int]:
        """Deliveries at rest since before a time that were not erased; at once where the whole ledger is younger."""
        oldest = self.read_one("SELECT at FROM event ORDER BY id LIMIT 1")
        if oldest is None or oldest["at"] >= before:
            return []
        rows = self.read(
            f"SELECT id FROM doc WHERE state IN {AT_REST} AND coalesce(delivered_at, changed_at) < ?"  # noqa: S608
            " AND NOT EXISTS (SELECT 1 FROM event WHERE event.doc = doc.id AND event.kind = ?) ORDER BY id LIMIT ?",
            (before, ERASED, limit),
        )
        return [int(row["id"]) for row in rows]

    def erase(self, deliveries: Sequence[int], *, code: str, actor: str, now: float) -> int:
        """Erases in short transactions, space by space."""
        erased = 0
        columns = self.columns("event")
        for start in range(0, len(deliveries), BATCH):
            some = deliveries[start : start + BATCH]
            rows = self.read(
                "SELECT id, space FROM doc WHERE id IN (SELECT CAST(value AS BIGINT) FROM json_each(?)) ORDER BY space",
                (id_list([str(each) for each in some]),),
            )
            for space, own in groupby(rows, lambda row: str(row["space"])):
                with self.write(space) as tx:
                    for row in own:
                        erased += _erase(tx, columns, int(row["id"]), space, code, actor, now)
        return erased

    def erase_mentions(self, texts: Collection[str]) -> int:
        """Looks through all of history: slow in a large ledger, and done only where a person asks for it."""
        columns, hidden = self.columns("event"), 0
        for text in sorted(texts):
            kept = json.dumps(text, ensure_ascii=False)[1:-1]
            rows = self.read(
                "SELECT * FROM event WHERE instr(args, ?) > 0 OR instr(lower(args), ?) > 0", (kept, kept.lower())
            )
            for each in rows:
                with self.write(str(each["space"])) as tx:
                    hidden += _without_words(tx, columns, [each])
        return hidden


def _erase(tx: Transaction, columns: Sequence[str], id: int, space: str, code: str, actor: str, now: float) -> int:
    row = tx.one("SELECT number, amount, source_id, reason_args FROM doc WHERE id = ?", (id,))
    if row is None:
        return 0
    values = {
        "id": id,
        "args": to_json(harmless(arguments(row["reason_args"]))),
        "search": searchable([row["number"], row["amount"] or "", row["source_id"]]),
    }
    if not tx.run(ERASE, values).rowcount:
        return 0
    for kind in NAMES_WHO:
        tx.run("DELETE FROM term WHERE doc = ? AND substr(term, 1, 1) = ?", (id, kind))
    _without_words(tx, columns, tx.run("SELECT * FROM event WHERE doc = ? AND args <> '{}'", (id,)).fetchall())
    tx.event(space, ERASED, code, at=now, delivery=id, actor=actor)
    return 1


def _without_words(tx: Transaction, columns: Sequence[str], events: Sequence[Row]) -> int:
    """The same lines of history with what names nobody; keeping their ids, they stay where they were."""
    kept = [(each, to_json(harmless(arguments(each["args"])))) for each in events]
    changed = [(each, text) for each, text in kept if text != each["args"]]
    for each, _text in changed:
        tx.run("DELETE FROM event WHERE id = ?", (each["id"],))
    if changed:
        rows = [[text if name == "args" else each[name] for name in columns] for each, text in changed]
        tx.fill("event", columns, rows)
    return len(changed)
