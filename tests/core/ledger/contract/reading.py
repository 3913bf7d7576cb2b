"""What screens and commands read."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal

import pytest

from core.ledger.base import Ledger, Move, QueueQuery
from core.model import NEVER, Arguments, Direction, State
from tests.core.ledger.contract.common import Soundness, row_of
from tests.core.ledger.makers import (
    OTHER,
    SPACE,
    activate,
    claim,
    confirmed,
    delivered,
    found,
    poll,
    ready,
    sending,
)


class ReadingContract(Soundness):
    """Counts, windows, history."""

    def fill(self, ledger: Ledger) -> dict[str, int]:
        """One row in each place of the queue: number -> id."""
        activate(ledger)
        ids = {}
        for n, (number, move) in enumerate(
            {
                "sent": confirmed(20.0),
                "later": confirmed(30.0),
                "lost": Move(State.UNKNOWN, 900.0),
                "parked": Move(State.PARKED, NEVER, code="outcome_unknown"),
                "failed": Move(State.FAILED, NEVER, code="refused"),
            }.items()
        ):
            now = 10.0 * (n + 1)
            held = sending(ledger, number, now)
            assert ledger.move(held, State.SENDING, move, now=now)
            ids[number] = held.id
        poll(ledger, found("gone"), now=80.0)
        held = claim(ledger, 81.0)
        assert ledger.move(held, State.SEEN, Move(State.WITHDRAWN, NEVER, code="withdrawn"), now=82.0)
        ids["gone"] = held.id
        old = found("old", state=State.HISTORY, reason="late", direction=Direction.SALES)
        poll(ledger, old, found("new1"), found("new2"), now=90.0)
        for row in ledger.known(SPACE, ["doc-old", "doc-new1", "doc-new2"]).values():
            ids[row.number] = row.id
        return ids

    def test_needs_you_comes_first_then_what_moves_then_newest(self, ledger: Ledger) -> None:
        ids = self.fill(ledger)
        shown = [row.number for row in ledger.window(QueueQuery(history=True), 0, 50)]
        assert shown == ["failed", "parked", "lost", "new1", "new2", "gone", "later", "sent", "old"]
        assert [row.number for row in ledger.window(QueueQuery(), 0, 50)] == shown[:-1]
        assert ledger.total(QueueQuery()) == 8 and ledger.total(QueueQuery(history=True)) == 9
        for place, number in enumerate(shown):
            assert ledger.position(QueueQuery(history=True), ids[number]) == place
        assert ledger.position(QueueQuery(), ids["old"]) is None
        assert [row.number for row in ledger.window(QueueQuery(), 2, 3)] == shown[2:5]

    def test_views_narrow_by_state_space_and_direction(self, ledger: Ledger) -> None:
        self.fill(ledger)
        for query, expected in (
            (QueueQuery(states=frozenset({State.FAILED, State.CONFIRMED})), ["failed", "later", "sent"]),
            (QueueQuery(states=frozenset({State.HISTORY})), ["old"]),
            (QueueQuery(spaces=(OTHER,)), []),
            (QueueQuery(spaces=(SPACE, OTHER), states=frozenset({State.PARKED})), ["parked"]),
            (QueueQuery(directions=frozenset({Direction.SALES}), history=True), ["old"]),
            (QueueQuery(directions=frozenset(Direction), states=frozenset({State.SEEN})), ["new1", "new2"]),
        ):
            assert [row.number for row in ledger.window(query, 0, 50)] == expected
            assert ledger.total(query) == len(expected)

    def test_sizes_of_a_view_are_those_of_its_rows(self, ledger: Ledger) -> None:
        self.fill(ledger)
        for query in (QueueQuery(), QueueQuery(history=True), QueueQuery(text="e"), QueueQuery(spaces=(OTHER,))):
            rows = Counter(row.state for row in ledger.window(query, 0, 50))
            assert {state: n for state, n in ledger.sizes(query).items() if n} == rows

    @pytest.mark.parametrize("key", ["id", "number", "-amount", "party", "date", "next_try", "state", "nonsense"])
    def test_positions_agree_with_every_order(self, ledger: Ledger, key: str) -> None:
        self.fill(ledger)
        query = QueueQuery(sort=key, history=True)
        for place, row in enumerate(ledger.window(query, 0, 50)):
            assert ledger.position(query, row.id) == place

    @pytest.mark.parametrize(
        "text", ["zoë", "ZOE", "2026/0", "0403019261", "BE0403.019.261", "1.234,50", "1234.5", "zoe 2026", "doc-x"]
    )
    def test_text_finds_as_people_type(self, ledger: Ledger, text: str) -> None:
        activate(ledger)
        row = found("x", number="2026/0042", counterparty="Café Zoë", vat_number="BE 0403.019.261")
        poll(ledger, replace(row, amount=Decimal("1234.50")), found("y", vat_number="", counterparty="Peeters"))
        hits = ledger.window(QueueQuery(text=text), 0, 10)
        assert [hit.number for hit in hits] == ["2026/0042"]
        assert ledger.total(QueueQuery(text=text)) == len(hits)

    def test_text_finds_a_delivery_by_its_id(self, ledger: Ledger) -> None:
        activate(ledger)
        delivery = ready(ledger, "A")
        assert [row.id for row in ledger.window(QueueQuery(text=f"{delivery}"), 0, 10)] == [delivery]

    def test_prefixes_of_key_and_source_id_name_a_delivery(self, ledger: Ledger) -> None:
        activate(ledger)
        row = row_of(ledger, ready(ledger, "F1"))
        assert ledger.by_key(row.key[:8]) == ledger.by_key("doc-F") == [row]
        assert ledger.by_key("doc") == [], "at least 4 characters"

    def test_the_version_moves_with_every_change_and_rests_without(self, ledger: Ledger) -> None:
        activate(ledger)
        before = ledger.version()
        ledger.counts(), ledger.window(QueueQuery(), 0, 10), ledger.claim("w", now=2.0, lease=1.0)
        assert ledger.version() == before
        poll(ledger, found("F1"))
        assert ledger.version() > before

    def test_events_page_by_id_and_from_the_end(self, ledger: Ledger) -> None:
        activate(ledger)
        ready(ledger)
        everything = ledger.events()
        assert [event.id for event in everything] == sorted(event.id for event in everything)
        assert ledger.events(after=everything[2].id) == everything[3:]
        assert ledger.events(limit=2) == everything[:2]
        assert ledger.events(newest=True, limit=2) == everything[-2:]
        ledger.note("", kind="machine", code="started", args={}, actor="engine", now=99.0)
        assert ledger.events(space=SPACE)[-1].code == "started", "what concerns the machine concerns its spaces"

    def test_a_file_is_named_until_its_term_after_delivery(self, ledger: Ledger) -> None:
        activate(ledger)
        old, new = row_of(ledger, delivered(ledger, "F1", 10.0)), row_of(ledger, delivered(ledger, "F2", 50.0))
        waiting = row_of(ledger, ready(ledger, "F3", 60.0))
        assert ledger.files_named() == {old.sha256, new.sha256, waiting.sha256}
        assert ledger.files_named(delivered_since=40.0) == {new.sha256, waiting.sha256}

    def test_meta_remembers(self, ledger: Ledger) -> None:
        assert ledger.get_meta("engine_version") is None
        ledger.set_meta("engine_version", "1")
        ledger.set_meta("engine_version", "2")
        assert ledger.get_meta("engine_version") == "2"

    def test_arguments_survive(self, ledger: Ledger) -> None:
        activate(ledger)
        said: Arguments = {"text": "“é”\n", "n": 3, "share": 0.5, "nothing": None}
        ledger.note(SPACE, kind="tested", code="ok", args=said, actor="An", now=5.0)
        assert ledger.events(space=SPACE)[-1].args == said
