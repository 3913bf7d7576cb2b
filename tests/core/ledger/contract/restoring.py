"""After a restore nothing goes out that cannot be proven unsent."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import StoreError
from core.ledger.base import Finding, Ledger, Move
from core.model import NEVER, State
from tests.core.ledger.contract.common import Soundness, state_of
from tests.core.ledger.makers import (
    GRACE,
    LEASE,
    SPACE,
    activate,
    claim,
    delivered,
    found,
    poll,
    ready,
    sending,
)


class RestoreContract(Soundness):
    """A restored ledger sends nothing by itself that it cannot prove unsent."""

    def test_after_a_restore_nothing_goes_out_that_may_have_gone(self, ledger: Ledger) -> None:
        activate(ledger)
        gone = delivered(ledger, "sent", 19.0)
        held = sending(ledger, "sending", 20.0)
        ready(ledger, "ready", 21.0)
        poll(ledger, found("seen"), now=22.0)
        turned = ledger.after_restore(now=30.0)
        assert turned == {State.SEEN: 1, State.READY: 1, State.SENDING: 1}
        assert ledger.claim("w", now=1e9, lease=LEASE) is None
        assert state_of(ledger, gone) is State.CONFIRMED
        assert not ledger.holds(held, State.SENDING)
        assert ledger.counts()[SPACE] == {State.UNKNOWN: 3, State.CONFIRMED: 1}

    def test_what_a_restore_found_unsent_is_prepared_again_before_it_goes(self, ledger: Ledger) -> None:
        activate(ledger)
        poll(ledger, found("F1"))
        held = claim(ledger, 11.0)
        assert ledger.move(held, State.SEEN, Move(State.WITHDRAWN, NEVER, code="withdrawn"), now=12.0)
        assert ledger.after_restore(now=30.0) == {State.WITHDRAWN: 1}
        poll(ledger, found("F1", finding=Finding.BACK, delivery=held.id), now=31.0)
        assert state_of(ledger, held.id) is State.UNKNOWN, "Banqup's list does not bring it back by itself"
        asked = ledger.settle("s1", now=32.0, grace=GRACE, lease=LEASE)
        assert asked is not None
        assert ledger.move(asked, State.UNKNOWN, Move(State.READY, 33.0, code="not_there"), now=33.0)
        assert state_of(ledger, held.id) is State.SEEN, "it has no file, and its status is read again"

    def test_a_backup_is_a_whole_ledger(self, ledger: Ledger, tmp_path: Path) -> None:
        activate(ledger)
        ready(ledger)
        target = tmp_path / "copy.db"
        ledger.backup(str(target))
        assert target.stat().st_mode & 0o777 == 0o600
        with pytest.raises(StoreError):
            ledger.backup(str(target))
