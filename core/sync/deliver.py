"""One step of the engine: settle what may have left, else take one due delivery and move it on.

The upload protocol of the engine reference, 5.3: the file is in the spool, the intent is durable before the first byte
leaves, every write carries its fence, and an outcome that cannot be established is never resent by the program.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager, suppress

from core.activity import about
from core.errors import ConfigurationError, ProductError, StoreError
from core.files import StoredFile
from core.ledger.base import Circuit, Claim, Move, Prepared, Scope
from core.model import Delivery, Direction, State
from core.pingwin.target import Capability, Credentials, Found, Upload
from core.sync.outside import Outside
from core.sync.prepare import prepare
from core.sync.result import Results
from core.sync.retry import Account, backoff
from core.sync.shares import Shares, got_place

MOST_CRASHES = 2
"""A delivery whose worker died this often while holding it is put before a person."""

PLACE_S = 0.25
"""How long another engine's upload is waited for before its place is looked for again."""

ASKED_ONCE = "asked_once"
"""A target that hung answers the question before it takes what lay in its queue: a "no" counts when it is heard twice,
a grace apart."""


class Deliverer:
    """Takes deliveries one at a time. Several go by the same `shares`.

    One of several is kept `free`: it takes nothing of a space or account that holds its share already, so that
    whoever else has work never waits for all of them.
    """

    def __init__(self, outside: Outside, worker: str, shares: Shares, *, free: bool = False) -> None:
        self.outside = outside
        self.worker = worker
        self.shares = shares
        self.free = free

    async def step(self) -> bool:
        """Settles or moves one delivery. False where nothing was due."""
        ledger, timing, now = self.outside.ledger, self.outside.timing, self.outside.clock.now()
        while self.outside.unwritten:
            ledger.let_go(self.outside.unwritten[-1], now=now)
            self.outside.unwritten.pop()
        # A worker that only slept (a closed lid) may still be sending for a whole deadline after it woke.
        unsettled = ledger.settle(self.worker, now=now, grace=timing.grace + timing.deadline, lease=timing.lease)
        if unsettled is not None:
            with self._let_go_later(unsettled):
                await self._settle(unsettled)
            return True
        claim = self._claim(now)
        if claim is None:
            return False
        if claim.delivery.crashes >= MOST_CRASHES:
            self._move(
                claim, claim.delivery.state, Move(State.PARKED, now, "worker_died", {"crashes": claim.delivery.crashes})
            )
            return True
        with self._let_go_later(claim), self.shares.of_space(claim.delivery.space):
            await (self._prepare(claim) if claim.delivery.state is State.SEEN else self._upload(claim))
        return True

    @staticmethod
    def _about(purpose: str, claim: Claim) -> AbstractContextManager[None]:
        """What the calls of a block are made for."""
        row = claim.delivery
        return about(purpose, space=row.space, source_id=row.source_id, delivery=row.id)

    def _claim(self, now: float) -> Claim | None:
        """The next delivery of those that hold less than their share; only then of anybody's."""
        ledger, lease, full = self.outside.ledger, self.outside.timing.lease, self.shares.full()
        claim = ledger.claim(self.worker, now=now, lease=lease, beside=full)
        if claim is None and full and not self.free:
            claim = ledger.claim(self.worker, now=now, lease=lease)
        return claim

    @contextmanager
    def _let_go_later(self, claim: Claim) -> Iterator[None]:
        """The ledger could not be told: the claim is given up once it can, before anything else is begun."""
        try:
            yield
        except StoreError:
            self.outside.unwritten.append(claim)
            raise

    # -- preparing ----------------------------------------------------------------------------------------------

    async def _prepare(self, claim: Claim) -> None:
        """Reads, converts, checks, for as long as it takes. Where the lease got lost on the way it is done again."""
        try:
            with self._about("prepare", claim), self._kept(claim):
                result = await prepare(self.outside, claim)
        except (StoreError, ConfigurationError) as problem:
            result = self._wait_for_us(State.SEEN, problem)
        if isinstance(result, Prepared):
            self.outside.ledger.prepared(claim, result, now=self.outside.clock.now())
        else:
            self._move(claim, State.SEEN, result)

    @contextmanager
    def _kept(self, claim: Claim) -> Iterator[None]:
        """The lease does not run out while the block works: nothing has left, so there is no reason to hurry."""
        keeping = asyncio.create_task(self._keep(claim))
        try:
            yield
        finally:
            keeping.cancel()

    async def _keep(self, claim: Claim) -> None:
        ledger, clock, lease = self.outside.ledger, self.outside.clock, self.outside.timing.lease
        kept = True
        while kept:
            await clock.sleep(lease / 3)
            with suppress(StoreError):  # it may be there again before the lease is over
                kept = ledger.keep(claim, now=clock.now(), until=clock.now() + lease)

    # -- sending ------------------------------------------------------------------------------------------------

    async def _upload(self, claim: Claim) -> None:
        """`leased` -> `sending` -> what the target answered."""
        try:
            ready = self._ready_to_send(claim)
        except (StoreError, ConfigurationError) as problem:
            ready = self._wait_for_us(State.READY, problem)
        if isinstance(ready, Move):
            self._move(claim, State.LEASED, ready)
            return
        upload, credentials, account = ready
        with self.shares.of_account(account.clid):
            await self._send(claim, upload, credentials, account)

    async def _send(self, claim: Claim, upload: Upload, credentials: Credentials, account: Account) -> None:
        """Waits for a place, looks once more whether the way is free, declares the intent, sends, records."""
        async with self._slot(account) as free:
            if not await self._declared(claim, account, free=free):
                return
            with self._about("send", claim):
                answer = await self.outside.target.send(upload, credentials, self.outside.timing.deadline)
        await Results(self.outside, self._move).record(claim, answer, account, credentials)

    def _ready_to_send(self, claim: Claim) -> tuple[Upload, Credentials, Account] | Move:
        """The file and the credentials, or where the delivery goes without them."""
        delivery, now = claim.delivery, self.outside.clock.now()
        content = self._file(delivery)
        if content is None:
            return Move(State.SEEN, now, "file_missing", kind="wait")
        run = self.outside.ledger.space_run(delivery.space)
        credentials = self.outside.credentials(delivery.space)
        installation = self.outside.installation(delivery.space)
        if run is None or credentials is None or installation is None:
            return Move(State.READY, now + self.outside.timing.poll_interval, "credentials_missing", kind="wait")
        if credentials.file_id != delivery.dossier:
            return Move(State.PARKED, now, "other_dossier", {"dossier": delivery.dossier})
        upload = Upload(
            key=delivery.key,
            filename=self._file_name(claim),
            content=content,
            sha256=delivery.sha256 or "",
            direction=delivery.direction or Direction.PURCHASE,
        )
        return upload, credentials, Account(run.target, run.clid, run.dossier)

    def _file(self, delivery: Delivery) -> StoredFile | None:
        """The file as it was prepared; None where it is gone or damaged, and must be made again."""
        try:
            return self.outside.spool.stored(delivery.space, delivery.sha256) if delivery.sha256 else None
        except StoreError as problem:
            if problem.code == "spool_damaged":
                return None
            raise

    def _wait_for_us(self, state: State, problem: ProductError) -> Move:
        """Nothing has left, and the trouble is our own (a full disk, a broken file): waits with the reason.

        A worker that ends here without a word would look as if it had died of the delivery.
        """
        wait = self.outside.timing.probe_first * self.outside.draw(0.5, 1.5)
        where = {"where": problem.where} if problem.where else {}
        return Move(state, self.outside.clock.now() + wait, problem.code, {**problem.arguments, **where}, kind="wait")

    @asynccontextmanager
    async def _slot(self, account: Account) -> AsyncIterator[bool]:
        """One of the account's places at the target; False where none came free well within the lease."""
        slots = self.shares.slots(account.clid)
        if not await got_place(slots, self.outside.timing.lease / 3):
            yield False
            return
        try:
            yield True
        finally:
            slots.release()

    def _closed_way(self, account: Account) -> bool:
        """Whether a circuit opened while this delivery waited for its place."""
        now = self.outside.clock.now()
        standing = (self._circuit(account, scope) for scope in Scope)
        return any(circuit is not None and circuit.until > now for circuit in standing)

    async def _declared(self, claim: Claim, account: Account, *, free: bool) -> bool:
        """INTENT, once the way is open and, among all engines of a shared ledger, a place of the account is free."""
        outside = self.outside
        ends = outside.clock.boot() + outside.timing.lease / 3
        while free and not self._closed_way(account):
            if self._declare(claim):
                return True
            if not outside.ledger.shared or not outside.ledger.holds(claim, State.LEASED):
                return False
            free = outside.clock.boot() < ends
            await outside.clock.sleep(min(PLACE_S, outside.timing.wake))
        self._move(claim, State.LEASED, Move(State.READY, outside.clock.now(), "circuit_open", kind="wait"))
        return False

    def _declare(self, claim: Claim) -> bool:
        """INTENT, durable before the first byte leaves; False where the lease or too much time was lost."""
        outside, timing = self.outside, self.outside.timing
        before = outside.clock.boot()
        now = outside.clock.now()
        places = outside.target.concurrency if outside.ledger.shared else 0
        if not outside.ledger.intent(claim, now=now, until=now + timing.deadline + timing.margin, at_most=places):
            return False
        if outside.clock.boot() - before > timing.margin / 2:
            self._move(
                claim, State.SENDING, Move(State.READY, outside.clock.now(), "paused_before_sending", kind="wait")
            )
            return False
        return outside.ledger.holds(claim, State.SENDING)

    # -- settling -----------------------------------------------------------------------------------------------

    async def _settle(self, claim: Claim) -> None:
        """An outcome is unknown: ask the target where it can be asked, else put it before a person."""
        outside, now = self.outside, self.outside.clock.now()
        can = outside.target.capabilities
        if Capability.LOOKUP in can:
            self._move(claim, State.UNKNOWN, await self._ask(claim))
        elif Capability.IDEMPOTENCY_KEY in can:
            self._move(claim, State.UNKNOWN, Move(State.READY, now, "same_key_again", kind="settled"))
        else:
            self._move(claim, State.UNKNOWN, Move(State.PARKED, now, "outcome_unknown", kind="settled"))

    async def _ask(self, claim: Claim) -> Move:
        outside = self.outside
        try:
            credentials = outside.credentials(claim.delivery.space)
        except ConfigurationError as problem:
            return self._ask_later(claim, problem.code)
        run = outside.ledger.space_run(claim.delivery.space)
        circuit = outside.ledger.circuit(run.target, Scope.TARGET, "") if run else None
        if circuit is not None and circuit.state == "open":
            return self._ask_later(claim, "target_waits", after=circuit.probe_at)
        if credentials is None:
            return self._ask_later(claim, "target_waits")
        with self._about("ask", claim):
            lookup = await outside.target.lookup(claim.delivery.key, credentials, outside.timing.deadline)
        now = outside.clock.now()
        if lookup.retry:
            return self._ask_later(claim, lookup.code or "target_waits")
        match lookup.found:
            case Found.YES:
                return Move(
                    State.CONFIRMED, now, "found_by_key", reference=lookup.reference, delivered_at=now, kind="settled"
                )
            case Found.NO if claim.delivery.reason != ASKED_ONCE:
                return Move(State.UNKNOWN, now + outside.timing.grace, ASKED_ONCE, kind="wait")
            case Found.NO if claim.delivery.attempts >= outside.timing.give_up_attempts:
                return Move(State.DEAD, now, "gave_up", {"attempts": claim.delivery.attempts}, kind="settled")
            case Found.NO:
                wait = backoff(outside.timing, claim.delivery.attempts, outside.draw)
                return Move(State.READY, now + wait, "not_there", kind="settled")
            case _:
                return Move(State.PARKED, now, "outcome_unknown", kind="settled")

    def _ask_later(self, claim: Claim, code: str, *, after: float | None = None) -> Move:
        """Asks again in a while; behind an open circuit, once the next probe has told whether that makes sense."""
        wait = max(1.0, backoff(self.outside.timing, max(claim.delivery.attempts, 3), self.outside.draw))
        return Move(State.UNKNOWN, max(self.outside.clock.now(), after or 0.0) + wait, code, kind="wait")

    # -- small things -------------------------------------------------------------------------------------------

    def _file_name(self, claim: Claim) -> str:
        """The name the conversion gave the file, kept with the event of its preparation."""
        prepared = [e for e in self.outside.ledger.events(delivery=claim.id, newest=True) if e.args.get("file_name")]
        return str(prepared[-1].args["file_name"]) if prepared else f"efff_{claim.delivery.key[:16]}.xml"

    def _circuit(self, account: Account, scope: Scope) -> Circuit | None:
        return self.outside.ledger.circuit(account.target, scope, account.id_of(scope))

    def _move(self, claim: Claim, held: State, move: Move, circuit: Circuit | None = None) -> bool:
        return self.outside.ledger.move(claim, held, move, now=self.outside.clock.now(), circuit=circuit)
