"""Hypothesis drives the real ledger: workers that die, answers that are lost, people who switch and decide.

The target counts what arrives. Nothing arrives twice unless a person ordered it; nothing arrives of a space that is off
or of a document that was history; nothing that was found is lost; what stands as delivered is what Banqup shows, or a
person left it so; and the audit trail replays to the rows.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from core.ledger import delivering, store
from core.ledger.base import Claim, Decision, Finding, Ledger, Move, QueueQuery
from core.ledger.sqlite import open_ledger
from core.model import KEEPS_ITS_FILE, NEEDS_PERSON, NEVER, State
from tests.core.ledger.makers import GRACE, LEASE, SPACE, activate, confirmed, found, poll, preparation

MET = ("accepted", "answer lost", "no connection", "dies after sending")
ENDS = (*MET, "dies with it", "pauses before its intent", "pauses before the first byte")


def content(version: int) -> str:
    """The content of some version of a document."""
    return f"v{version}:files"


class Protocol(RuleBasedStateMachine):
    """One space, a target that cannot be asked, workers that may stop at every step."""

    paused = Bundle("paused")

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None)
        self.ledger = self.opened()
        self.now = 10.0
        self.found = 0
        self.arrived: Counter[int] = Counter()
        self.ordered: Counter[int] = Counter()
        self.history: set[int] = set()
        self.shown: Counter[int] = Counter()  # the version that Banqup shows, and the one that a person was asked about
        self.settled: Counter[int] = Counter()

    def opened(self) -> Ledger:
        """The ledger, as at a first start and again after a restart."""
        return open_ledger(Path(self.folder.name) / "ledger.db")

    def teardown(self) -> None:
        assert self.ledger.check() == []
        self.ledger.close()
        self.folder.cleanup()

    @initialize()
    def start(self) -> None:
        activate(self.ledger, now=self.now)

    @rule(seconds=st.sampled_from([1.0, 10.0, GRACE, LEASE, 3 * LEASE]))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    def _appears(self, state: State) -> int:
        self.found += 1
        reason = "late" if state is State.HISTORY else None
        new = found(f"F{self.found}", state=state, reason=reason, content_hash=content(0))
        poll(self.ledger, new, now=self.now)
        return self.ledger.known(SPACE, [f"doc-F{self.found}"])[f"doc-F{self.found}"].id

    @rule(late=st.sampled_from([False, False, True]))
    def a_document_appears(self, late: bool) -> None:
        delivery = self._appears(State.HISTORY if late else State.SEEN)
        if late:
            self.history.add(delivery)

    @rule(target=paused, worker=st.sampled_from(["w1", "w2"]), end=st.sampled_from(ENDS))
    def a_worker_works(self, worker: str, end: str) -> object:
        """Prepares what is new until it holds something to send; then comes its `end`."""
        if self.found < 3:
            self.a_document_appears(late=False)
        while (held := self.ledger.claim(worker, now=self.now, lease=LEASE)) is not None:
            run = self.ledger.space_run(SPACE)
            assert run is not None and run.running and not run.held
            if end == "dies with it":
                break
            if held.delivery.state is State.LEASED:
                return self._goes_on(held, end)
            invoice = f"invoice-{held.id % 7}"
            now = self.shown[held.id]
            read = preparation(held.delivery.number, invoice, content_hash=content(now))
            if self.ledger.prepared(held, read, now=self.now) is not None:
                self.settled[held.id] = now
        return multiple()

    def _goes_on(self, held: Claim, end: str) -> object:
        if end == "pauses before its intent":
            return held
        if not self.ledger.intent(held, now=self.now, until=self.now + LEASE):
            return multiple()
        if end == "pauses before the first byte":
            return held
        self._send(held, end)
        return multiple()

    @rule(held=consumes(paused), end=st.sampled_from(MET))
    def a_paused_worker_goes_on(self, held: Claim, end: str) -> None:
        if self.ledger.holds(held, State.SENDING):
            self._send(held, end)
        else:
            self._goes_on(held, end)

    def _send(self, held: Claim, met: str) -> None:
        """A byte leaves only while the worker still holds the row: the check right before it."""
        row = self.ledger.delivery(held.id)
        assert row is not None
        sent = met != "no connection" and self.ledger.holds(held, State.SENDING) and row.due_at > self.now
        self.arrived[held.id] += sent
        later = self.now + GRACE
        move = {
            "accepted": confirmed(self.now),
            "answer lost": Move(State.UNKNOWN, later, code="answer_lost", counted=True),
            "no connection": Move(State.READY, later, code="no_connection", counted=True),
        }.get(met)
        if move is not None and (sent or met == "no connection"):
            self.ledger.move(held, State.SENDING, move, now=self.now)

    @rule()
    def what_is_unknown_is_settled(self) -> None:
        held = self.ledger.settle("s1", now=self.now, grace=GRACE, lease=LEASE)
        if held is not None:
            self.ledger.move(held, State.UNKNOWN, Move(State.PARKED, NEVER, code="outcome_unknown"), now=self.now)

    @rule(what=st.sampled_from(["hold", "release", "switch", "discard", "restart"]))
    def life_goes_on(self, what: str) -> None:
        self.ledger.hold(SPACE, what == "hold", actor="An", now=self.now)
        if what in {"switch", "discard"}:
            self._switch_off_and_on(discard=what == "discard")
        elif what == "restart":
            self.ledger.close()
            self.ledger = self.opened()

    def _switch_off_and_on(self, *, discard: bool) -> None:
        self.ledger.end_activation(SPACE, actor="An", now=self.now)
        assert self.ledger.claim("w3", now=self.now, lease=LEASE) is None
        if discard:
            self.ledger.discard_waiting(SPACE, actor="An", now=self.now)
        activate(self.ledger, now=self.now)

    @rule(finding=st.sampled_from([Finding.NEW, Finding.CHANGED]))
    def documents_are_touched_in_banqup(self, finding: Finding) -> None:
        """They are paid, or corrected."""
        for row in self.ledger.window(QueueQuery(history=True), 0, 50):
            self.shown[row.id] += finding is Finding.CHANGED
            state = State.SEEN if finding is Finding.NEW else State.CHANGED
            hash = content(self.shown[row.id])
            seen = found(row.number, finding=finding, state=state, delivery=row.id, content_hash=hash)
            assert poll(self.ledger, seen, now=self.now) == 0

    @rule(state=st.sampled_from([State.READY, State.SEEN, State.CONFIRMED, State.DISCARDED]), place=st.integers(0, 3))
    def a_person_decides(self, state: State, place: int) -> None:
        rows = self.ledger.window(QueueQuery(states=NEEDS_PERSON, history=True), place, 1)
        for row in rows:
            decided = self.ledger.decide(Decision(row.id, row.state, state, "send", "An"), now=self.now)
            assert decided is not None
            if row.state not in KEEPS_ITS_FILE:  # whoever settles it knows the document as it is now
                self.settled[row.id] = self.shown[row.id]
            if state in {State.READY, State.SEEN}:
                self.ordered[row.id] += 1
                self.history.discard(row.id)

    @invariant()
    def nothing_arrives_twice_by_itself(self) -> None:
        for delivery, times in self.arrived.items():
            assert times <= 1 + self.ordered[delivery], f"delivery {delivery} arrived {times} times"

    @invariant()
    def history_is_never_sent(self) -> None:
        assert not self.history & set(self.arrived)

    @invariant()
    def no_change_goes_untold(self) -> None:
        for row in self.ledger.window(QueueQuery(states=frozenset({State.CONFIRMED})), 0, 50):
            assert self.settled[row.id] == self.shown[row.id], f"delivery {row.id} changed, and nobody was told"

    @invariant()
    def nothing_is_lost(self) -> None:
        assert self.ledger.total(QueueQuery(history=True)) == self.found


def run(examples: int, steps: int, machine: type[Protocol] = Protocol) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_the_protocol_holds_against_crashes_and_decisions() -> None:
    run(examples=80, steps=40)


def test_a_policy_that_leases_any_due_row_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """The naive claim: a row found `sending` is simply claimed again. The machine must find its duplicate."""
    naive = delivering.CLAIM.replace("IN ('seen','ready','leased')", "IN ('seen','ready','leased','sending')").replace(
        "CASE state WHEN 'ready' THEN 'leased' ELSE state END", "CASE state WHEN 'seen' THEN state ELSE 'leased' END"
    )
    assert naive != delivering.CLAIM
    monkeypatch.setattr(delivering, "CLAIM", naive)
    due = store.NEXT.replace("IN ('seen','ready','leased')", "IN ('seen','ready','leased','sending')")
    monkeypatch.setattr(store, "NEXT", due)
    monkeypatch.setattr(delivering, "SETTLE_PICK", delivering.SETTLE_PICK.replace("settle_due <= :now", "0"))
    with pytest.raises(AssertionError):
        run(examples=400, steps=40)


def test_a_ledger_that_forgets_what_changed_on_the_way_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivering, "tell_changed", lambda *_: False)
    with pytest.raises(AssertionError, match="nobody was told"):
        run(examples=400, steps=40)
