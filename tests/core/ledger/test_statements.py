"""The engine's statements use the partial indexes: otherwise each claim scans 100,000 rows (4.5)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.ledger import delivering
from core.ledger.base import Circuit, QueueQuery, Scope
from core.ledger.sqlite import SqliteLedger, open_ledger
from core.ledger.store import NEXT
from core.ledger.views import PLACES, view
from core.model import NEVER, State
from tests.core.ledger.makers import CLID, SPACE, TARGET, activate, found, poll

VALUES = {
    "beside": "[]",
    "now": 100.0,
    "lease": 60.0,
    "grace": 30.0,
    "worker": "w",
    "space": SPACE,
    "until": 160.0,
    "id": 1,
    "fence": 1,
    "key": "k",
    "source_id": "s",
}


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[SqliteLedger]:
    ledger = open_ledger(tmp_path / "ledger.db")
    activate(ledger)
    poll(ledger, *(found(f"F{n}") for n in range(500)))
    yield ledger
    ledger.close()


def plan(ledger: SqliteLedger, sql: str, values: dict[str, object] = VALUES) -> list[str]:
    return [str(row["detail"]) for row in ledger.read(f"EXPLAIN QUERY PLAN {sql}", values)]


@pytest.mark.parametrize(
    ("statement", "index"),
    [
        (delivering.SETTLE_PICK, "space_settle"),
        (delivering.SETTLE, "doc_settle"),
        (delivering.PICK, "space_served"),
        (delivering.CLAIM, "doc_due"),
        (delivering.SAME_INVOICE, "doc_invoice"),
        (delivering.TOLD_TO_SEND.replace("?", ":id"), "event_doc"),
        (NEXT, "doc_due"),
        (NEXT, "doc_settle"),
    ],
)
@pytest.mark.parametrize("analysed", [False, True])
def test_each_statement_walks_its_index_and_sorts_nothing(
    ledger: SqliteLedger, statement: str, index: str, analysed: bool
) -> None:
    if analysed:
        with ledger.write() as tx:
            tx.run("ANALYZE")
    steps = plan(ledger, statement)
    assert any(index in step for step in steps), steps
    assert not any("TEMP B-TREE" in step or step == "SCAN doc" for step in steps), steps


@pytest.mark.parametrize("spaces", [(), (SPACE,)])
def test_the_queue_is_read_in_the_order_of_its_index(ledger: SqliteLedger, spaces: tuple[str, ...]) -> None:
    seen = view(QueueQuery(spaces=spaces))
    steps = plan(ledger, f"SELECT id FROM doc WHERE {seen.where} ORDER BY {seen.order} LIMIT 50", seen.values)
    assert any("doc_queue" in step for step in steps) and not any("TEMP B-TREE" in step for step in steps), steps


def test_places_of_the_queue_are_the_same_in_the_schema_and_in_views(ledger: SqliteLedger) -> None:
    rows = ledger.read("SELECT id FROM doc ORDER BY id LIMIT ?", (len(State),))
    with ledger.write() as tx:
        for row, state in zip(rows, State, strict=True):
            tx.run("UPDATE doc SET state = ? WHERE id = ?", (state, row["id"]))
    for row in ledger.read("SELECT state, place FROM doc"):
        assert PLACES[State(row["state"])] == row["place"]


def test_history_is_append_only(ledger: SqliteLedger) -> None:
    with pytest.raises(Exception, match="never changed"), ledger.write() as tx:
        tx.run("UPDATE event SET code = 'other'")


def test_a_due_time_that_is_out_of_date_blocks_no_other_space(ledger: SqliteLedger) -> None:
    """PICK goes by `next_due`; a wrong one costs one look, not the round."""
    activate(ledger, "a-quiet-space")
    with ledger.write() as tx:
        tx.run("UPDATE space_run SET next_due = 0, settle_due = 0, served_at = -1 WHERE space = 'a-quiet-space'")
    assert ledger.settle("w", now=100.0, grace=30.0, lease=60.0) is None
    held = ledger.claim("w", now=100.0, lease=60.0)
    assert held is not None and held.delivery.space == SPACE
    run = ledger.space_run("a-quiet-space")
    assert run is not None and run.next_due == run.settle_due == NEVER


def test_picking_stays_quick_behind_open_circuits(ledger: SqliteLedger) -> None:
    ledger.set_circuit(Circuit(TARGET, Scope.CLID, CLID, "open", "down", 1, NEVER, None), actor="engine", now=1.0)
    assert ledger.claim("w", now=100.0, lease=60.0) is None
    assert ledger.next_due() == 310.0, "only the poll"
