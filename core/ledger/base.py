"""What happened: the contract of the ledger that every store must pass (`tests/core/ledger/contract`).

The ledger knows deliveries, not formats. Each method is one short transaction with its `event` rows; none talks to the
network. Methods are synchronous: they take about a millisecond. Times are arguments (`now`, Unix seconds).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Protocol

from core.ledger.asking import Asking
from core.ledger.records import (
    Activation,
    Circuit,
    Claim,
    Decision,
    Discovery,
    Finding,
    Move,
    Prepared,
    Present,
    QueueQuery,
    Scope,
    SpaceRun,
)
from core.ledger.retaining import Retaining
from core.ledger.sharing import Sharing
from core.model import Arguments, Delivery, Rule, State

__all__ = [
    "Activation",
    "Circuit",
    "Claim",
    "Decision",
    "Discovery",
    "Finding",
    "Ledger",
    "Move",
    "Prepared",
    "Present",
    "QueueQuery",
    "Scope",
    "SpaceRun",
]


class Ledger(Asking, Sharing, Retaining, Protocol):
    """The store of what happened."""

    def close(self) -> None:
        """Closes; marks the shutdown clean."""
        ...

    def version(self) -> int:
        """A number that moves whenever anybody changed the ledger; cheap, for readers that refresh."""
        ...

    def check(self) -> list[str]:
        """Integrity problems, empty when sound: the file, `cnt` against GROUP BY, events against rows."""
        ...

    # -- spaces ------------------------------------------------------------------------------------------------------

    def enrol(self, space: str, *, target: str, clid: str, dossier: str, now: float) -> None:
        """Adds a space or updates where it sends; running, held and polling state stay."""
        ...

    def space_runs(self) -> list[SpaceRun]:
        """All spaces the ledger knows."""
        ...

    def space_run(self, space: str) -> SpaceRun | None:
        """One space."""
        ...

    def hold(self, space: str, held: bool, *, actor: str, now: float) -> None:
        """Holds or releases uploads of a space, all of them; polling and settling go on."""
        ...

    # -- activation --------------------------------------------------------------------------------------------------

    def begin_activation(
        self,
        space: str,
        rule: Rule,
        *,
        started_ns: int,
        kind: str,
        requested_at: float | None,
        actor: str,
        now: float,
        endings: int | None = None,
    ) -> Activation:
        """Opens an activation row (counting only while `requested_at` is None); a running one of the space is kept.

        With `endings` (what `endings` told before the decision was read): where the space was switched off since, the
        decision is out of date, and what is returned has ended.
        """
        ...

    def endings(self, space: str) -> int:
        """How often the space was switched off: a decision read before it was counted again may be out of date."""
        ...

    def activation(self, space: str) -> Activation | None:
        """The newest activation of a space."""
        ...

    def newest_activations(self) -> dict[str, Activation]:
        """The newest activation of every space, at once: 5,000 spaces are looked at every few seconds."""
        ...

    def activations(self, space: str) -> list[Activation]:
        """All activations of a space, newest first."""
        ...

    def restart_scan(self, activation: int, *, started_ns: int) -> None:
        """Moves `started_ns` of an uncompleted activation to the source's clock of its last full pass."""
        ...

    def record_baseline(
        self,
        activation: int,
        discoveries: Sequence[Discovery],
        not_yet: Sequence[str],
        *,
        now: float,
        requested: bool | None = None,
    ) -> int | None:
        """Writes what a baseline page found (existing rows stay, unless it names them), and what is not eligible yet.

        Returns how many rows are new; None, and nothing is written, where the activation has ended or is complete, or
        where it was judged as `requested` or not and is the other by now.
        """
        ...

    def not_yet(self, activation: int, source_ids: Sequence[str]) -> frozenset[str]:
        """Which of these documents an earlier pass of the baseline saw not eligible."""
        ...

    def request_activation(
        self, activation: int, *, requested_at: float, actor: str, endings: int | None = None
    ) -> None:
        """Turns counting into the baseline of a requested activation; `endings` as in `begin_activation`."""
        ...

    def complete_activation(self, activation: int, *, watermark_ns: int | None, now: float) -> Activation:
        """Ends the baseline: counts, watermark, `running`, event; `not_yet` goes, save a restore's. One transaction."""
        ...

    def end_activation(self, space: str, *, actor: str, now: float, seen: Activation | None = None) -> None:
        """Deactivates: `running` off, `ended_at`; every row keeps its state.

        With `seen`, only while that is still the newest activation: somebody may have switched the space on since.
        """
        ...

    def waiting(self, space: str) -> int:
        """How many deliveries would still go out by themselves if the space ran (seen, ready, leased)."""
        ...

    def discard_waiting(self, space: str, *, actor: str, now: float) -> int:
        """Discards them; the choice of the person who reactivates. Returns how many."""
        ...

    def readdress(
        self,
        space: str,
        *,
        key: Callable[[str, int], str],
        states: Collection[State],
        actor: str = "engine",
        now: float,
    ) -> int:
        """Gives rows of another dossier the space's present one, with new keys (5.2: the space gets another dossier).

        `key(source_id, generation)` makes the key. Only rows in `states` move; a prepared one is prepared again.
        """
        ...

    # -- polling -----------------------------------------------------------------------------------------------------

    def due_polls(self, now: float, limit: int | None = None) -> list[SpaceRun]:
        """Running spaces whose next poll is due, oldest first; at most `limit` of them."""
        ...

    def known(self, space: str, source_ids: Sequence[str]) -> dict[str, Delivery]:
        """The newest generation's row of each of these documents, for the space's present dossier."""
        ...

    def record_poll(
        self,
        space: str,
        discoveries: Sequence[Discovery],
        *,
        watermark_ns: int | None,
        next_poll: float,
        swept: bool,
        now: float,
        activation: int | None = None,
        only_validated: int | None = None,
    ) -> int:
        """Rows and watermark of one scan in one transaction, after its last page. Returns how many rows are new.

        The watermark never moves back. Writes nothing but the space's times where `discoveries` is empty, and nothing
        at all where `activation`, by which the scan was judged, has ended meanwhile. `only_validated` as in `SpaceRun`,
        None where this scan does not tell.
        """
        ...

    def poll_failed(self, space: str, code: str, args: Arguments, *, next_poll: float, now: float) -> None:
        """Notes a poll that failed. One event per streak; the last good rows stay."""
        ...

    def poll_now(self, space: str) -> None:
        """Makes the next poll due at once (a person asked, or Banqup sent a hint)."""
        ...

    # -- delivering: SETTLE, PICK + CLAIM, INTENT, RESULT (engine reference, 4.3) --------------------------------------

    def settle(self, worker: str, *, now: float, grace: float, lease: float) -> Claim | None:
        """Takes one row whose bytes may have left and whose time has come.

        A row found `sending` had its worker die: it becomes `unknown` and None is returned after the write, as when
        nothing is due; an `unknown` row is leased and returned, to be asked about or parked.
        """
        ...

    def claim(self, worker: str, *, now: float, lease: float, beside: Collection[str] = ()) -> Claim | None:
        """The space first (round robin over those that may run), then its oldest due `seen`, `ready` or `leased` row.

        A `ready` row becomes `leased`; a `seen` row stays `seen`, held by its lease. Spaces and CLIDs (fingerprints) in
        `beside` are passed over.
        """
        ...

    def prepared(self, claim: Claim, found: Prepared, *, now: float) -> Delivery | None:
        """`seen` -> `ready`, or `parked` (`possible_duplicate`) where another document holds the same invoice key.

        None where the lease was lost. An earlier decision of a person to send this delivery overrides the duplicate.
        """
        ...

    def keep(self, claim: Claim, *, now: float, until: float) -> bool:
        """Moves the end of a `seen` row's lease while its document is read and converted. False: it is lost."""
        ...

    def let_go(self, claim: Claim, *, now: float) -> None:
        """Gives up a claim of which nothing could be written: its worker lives, so nobody shall think it died of it.

        Free at once; one whose bytes may have left is settled when its time comes, as ever.
        """
        ...

    def intent(self, claim: Claim, *, now: float, until: float, at_most: int = 0) -> bool:
        """Commits `sending` before the first byte leaves, with a new lease end. False: send nothing.

        The lease is lost, the space was stopped (the row went back), or `at_most` uploads of the account, of all
        engines together, may be under way already (the row is still held); 0 is no limit.
        """
        ...

    def holds(self, claim: Claim, state: State) -> bool:
        """Whether the row still carries this claim's fence in this state (read again after any gap in time)."""
        ...

    def move(self, claim: Claim, held: State, move: Move, *, now: float, circuit: Circuit | None = None) -> bool:
        """RESULT: moves a held row on, with its event and, where given, the circuit, in one transaction.

        False where fence or state no longer match: nothing is written but an event `fenced`.
        """
        ...

    def evidence(self, delivery: int, reference: str, *, fence: int, now: float) -> bool:
        """A fenced-off worker did receive an acceptance: confirms a row in `unknown` or `parked` by it (5.3 rule 6)."""
        ...

    def due_spaces(self, now: float) -> list[str]:
        """The spaces in which `settle` or `claim` may find something, the one that waits longest first."""
        ...

    def next_due(self) -> float:
        """The earliest time at which `settle`, `claim` or a poll may find something."""
        ...

    # -- circuits ----------------------------------------------------------------------------------------------------

    def circuits(self) -> list[Circuit]:
        """All circuits that are open or cooling."""
        ...

    def circuit(self, target: str, scope: Scope, id: str) -> Circuit | None:
        """One circuit."""
        ...

    def set_circuit(self, circuit: Circuit, *, actor: str, now: float) -> None:
        """Writes a circuit (open, cooling, or with a later probe)."""
        ...

    def close_circuit(self, target: str, scope: Scope, id: str, *, actor: str, now: float) -> None:
        """Closes a circuit; its spaces run again."""
        ...

    def probed(self, circuit: Circuit, *, well: bool, probe_at: float, now: float) -> bool:
        """What a probe of an open circuit said: closes it, or sets the next probe. False where it moved meanwhile.

        One closed by a probe keeps (in `probes`) how often it has opened since the last delivery that went through.
        """
        ...

    def probe_now(self, target: str, *, now: float) -> bool:
        """Makes the next probe of a target's open circuit due at once. False where it is not open."""
        ...

    # -- people ------------------------------------------------------------------------------------------------------

    def decide(self, decision: Decision, *, now: float) -> Delivery | None:
        """Writes a person's decision: WHERE id and state, fence + 1, event. None where the state moved meanwhile.

        With `generation`, the row stays and a next-generation row is made in `state`; that row is returned. With
        `alone`, the row passes the hold of its space from now on, by itself; None where the space is not held.
        """
        ...

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
        """Appends an event of its own (installed, credentials changed, tested, requested)."""
        ...

    # -- files -------------------------------------------------------------------------------------------------------

    def files_named(self, *, delivered_since: float | None = None) -> frozenset[str]:
        """The sha256 of every spool file a row still names.

        With `delivered_since` (Unix seconds), rows that came to rest before it name their file no longer (retention).
        """
        ...

    def backup(self, path: str) -> None:
        """Copies the whole ledger into a new file, consistently."""
        ...

    def after_restore(self, *, now: float) -> Mapping[State, int]:
        """After a restore: every row the engine would still send becomes `unknown` (engine reference, 14)."""
        ...
