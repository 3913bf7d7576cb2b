"""What an answer leads to, written down: the delivery, the circuit, and what it says of a dossier or a CLID.

`retry.py` decides; this reads what the decision rests on, and writes until the ledger takes it. Sends nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from core.errors import StoreError
from core.ledger.base import Circuit, Claim, Move, Scope
from core.model import State
from core.pingwin.target import Answer, AnswerKind, Capability, Credentials
from core.sync.notes import lost_note, refused_note
from core.sync.outside import Outside
from core.sync.retry import DOSSIER_SILENT, DOSSIER_UNDECIDED, Account, after_answer, circuit_after, opened

REFUSED_CREDENTIALS = frozenset({AnswerKind.AUTH, AnswerKind.DOSSIER})

FIRST_TRY_S, LAST_TRY_S = 0.5, 10.0
"""Seconds between two tries to write a result into a ledger that cannot be written."""

_T = TypeVar("_T")

OF_SILENCE = frozenset({DOSSIER_SILENT, DOSSIER_UNDECIDED})
"""Why a dossier's circuit is open although nobody refused its credentials."""

SUSPECT_S = 3_600.0
"""Seconds for which it counts against a dossier that an outcome of its was unknown."""


class Mover(Protocol):
    """Moves a held row on; False where the lease was lost."""

    def __call__(self, claim: Claim, held: State, move: Move, circuit: Circuit | None, /) -> bool:
        """With its circuit, in one transaction."""
        ...


class Results:
    """Records the answers of one worker."""

    def __init__(self, outside: Outside, move: Mover) -> None:
        self.outside = outside
        self._move = move

    async def record(self, claim: Claim, answer: Answer, account: Account, credentials: Credentials) -> None:
        """RESULT, then what it says of others. While the ledger cannot be written both wait for it: an answer that is
        forgotten costs a person a decision."""
        now = self.outside.clock.now()
        alone = await self._surely(lambda: self._follows_the_dossier(answer, account))
        stale = answer.kind in REFUSED_CREDENTIALS and await self._surely(lambda: self._entered_since(claim))
        await self._surely(lambda: self._write_result(claim, answer, account, alone=alone, stale=stale, now=now))
        if not stale:
            await self._surely(lambda: self._note_answer(answer, account, credentials))

    async def _surely(self, write: Callable[[], _T]) -> _T:
        """Tries again until the ledger takes it; a clean stop does not wait for that. Raises its last StoreError then.

        Whoever settles the row meanwhile has the later fence: nothing is written twice.
        """
        wait = FIRST_TRY_S
        while True:
            try:
                return write()
            except StoreError:
                if self.outside.leaving():
                    raise
            await self.outside.clock.sleep(wait)
            wait = min(2 * wait, LAST_TRY_S)

    def _entered_since(self, claim: Claim) -> bool:
        """Whether somebody entered credentials after this call began: its refusal says nothing of those, even where
        they are the same, for they may have been made valid meanwhile. They are tried."""
        events = self.outside.ledger.events(space=claim.delivery.space, newest=True)
        began = max((e.id for e in events if e.kind == "intent" and e.delivery == claim.id), default=0)
        return any(event.kind == "credentials" and event.id > began for event in events)

    def _write_result(
        self, claim: Claim, answer: Answer, account: Account, *, alone: bool, stale: bool, now: float
    ) -> None:
        """The delivery and the circuit in one transaction; a fenced-off acceptance still counts as evidence.

        A `stale` answer opens no circuit.
        """
        outside = self.outside
        standing = self._circuit(account, Scope.TARGET)
        move = after_answer(
            answer,
            attempts=claim.delivery.attempts,
            earlier_unknown=self._earlier_unknown(claim),
            can_be_asked=Capability.LOOKUP in outside.target.capabilities,
            failures=standing.failures if standing else 0,
            now=now,
            timing=outside.timing,
            draw=outside.draw,
        )
        circuit = (
            None
            if stale
            else circuit_after(
                answer,
                account,
                lambda scope: self._circuit(account, scope),
                now=now,
                timing=outside.timing,
                alone=alone,
                by_person=not outside.target.capabilities,
            )
        )
        written = self._move(claim, State.SENDING, move, circuit)
        if not written and circuit is not None:  # what it says of the target holds whoever has the row now
            outside.ledger.set_circuit(circuit, actor="engine", now=outside.clock.now())
        if not written and answer.kind is AnswerKind.ACCEPTED:
            outside.ledger.evidence(claim.id, answer.reference or "", fence=claim.fence, now=outside.clock.now())

    def _note_answer(self, answer: Answer, account: Account, credentials: Credentials) -> None:
        """What an answer says of a dossier or a CLID, for the answers to come."""
        ledger = self.outside.ledger
        self._note_silence(answer, account)
        if answer.kind in REFUSED_CREDENTIALS:
            ledger.set_meta(refused_note(account.target, Scope.DOSSIER, account.dossier), credentials.mark())
        if answer.kind is AnswerKind.AUTH:
            self._suspect_clid(account, answer, credentials)

    def _follows_the_dossier(self, answer: Answer, account: Account) -> bool:
        """Whether an unknown outcome is this dossier's own trouble: the last one was its too, and not long ago.

        Nobody can tell at the first one, which stops everybody; a delivery that goes through clears the dossier.
        """
        if answer.kind is not AnswerKind.UNKNOWN:
            return False
        at, dossier = self._last_lost(account)
        return self._suspect(account) or (dossier == account.dossier and self.outside.clock.now() - at < SUSPECT_S)

    def _note_silence(self, answer: Answer, account: Account) -> None:
        """Whose outcome was the last unknown one; what goes through takes the suspicion from its dossier."""
        ledger, note, now = self.outside.ledger, lost_note(account.target), self.outside.clock.now()
        if answer.kind is AnswerKind.UNKNOWN:
            ledger.set_meta(note, f"{now} {account.dossier}")
        elif answer.kind is AnswerKind.ACCEPTED:
            if self._last_lost(account)[1] == account.dossier:
                ledger.set_meta(note, "")
            if self._suspect(account):
                ledger.close_circuit(account.target, Scope.DOSSIER, account.dossier, actor="engine", now=now)

    def _last_lost(self, account: Account) -> tuple[float, str]:
        """When the target's last unknown outcome was, and of which dossier."""
        at, _, dossier = (self.outside.ledger.get_meta(lost_note(account.target)) or "").partition(" ")
        return float(at or 0), dossier

    def _suspect(self, account: Account) -> bool:
        own = self._circuit(account, Scope.DOSSIER)
        return own is not None and own.code in OF_SILENCE

    def _suspect_clid(self, account: Account, answer: Answer, credentials: Credentials) -> None:
        """Several dossiers of one CLID refused: the CLID's circuit opens (decision 12)."""
        ledger, now = self.outside.ledger, self.outside.clock.now()
        mine = {run.dossier for run in ledger.space_runs() if run.clid == account.clid and run.target == account.target}
        refused = {
            c.id
            for c in ledger.circuits()
            if c.scope is Scope.DOSSIER and c.target == account.target and c.code not in OF_SILENCE
        }
        if len(mine & refused) > 1:
            circuit = opened(account, Scope.CLID, answer.code, None, now=now, timing=self.outside.timing)
            ledger.set_circuit(circuit, actor="engine", now=now)
            ledger.set_meta(refused_note(account.target, Scope.CLID, account.clid), credentials.mark())

    def _earlier_unknown(self, claim: Claim) -> bool:
        """Whether an earlier try of this very delivery had an unknown outcome."""
        return any(
            event.kind in {"result", "settled", "settle"} and event.args.get("state") == State.UNKNOWN
            for event in self.outside.ledger.events(delivery=claim.id, newest=True)
        )

    def _circuit(self, account: Account, scope: Scope) -> Circuit | None:
        return self.outside.ledger.circuit(account.target, scope, account.id_of(scope))
