"""What every part of the contract shares: a sound ledger after each test, and short ways to say things."""

from __future__ import annotations

import pytest

from core.ledger.base import Decision, Ledger
from core.model import Delivery, State
from tests.core.ledger.makers import (
    GRACE,
    LEASE,
)


def state_of(ledger: Ledger, delivery: int) -> State:
    row = ledger.delivery(delivery)
    assert row is not None
    return row.state


def settle(ledger: Ledger, now: float, worker: str = "s1") -> object:
    return ledger.settle(worker, now=now, grace=GRACE, lease=LEASE)


def decision(row: Delivery, state: State, code: str = "send", **more: object) -> Decision:
    return Decision(row.id, row.state, state, code, "An", **more)  # type: ignore[arg-type]


def row_of(ledger: Ledger, delivery: int) -> Delivery:
    row = ledger.delivery(delivery)
    assert row is not None
    return row


class Soundness:
    """After every test the ledger is sound and its history replays to its rows."""

    @pytest.fixture(autouse=True)
    def sound(self, ledger: Ledger) -> object:
        yield
        assert ledger.check() == []
