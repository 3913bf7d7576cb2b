"""Brings the ledger in step with what people decided: where each space sends, whether it runs or is held, its trigger.

Reads the installations as they stand; what has to read Banqup's list (a count, a baseline) is begun as a task. A
decision is read after the ledger's count of endings, so that one that was taken back meanwhile is never carried out.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine

from core.installations import Installation
from core.ledger.base import Activation, SpaceRun
from core.model import State, delivery_key
from core.sync import baseline
from core.sync.house import House, Workshop

Begin = Callable[[str, str, Coroutine[None, None, None]], None]
"""Starts a task of a kind for a space, unless the same is under way or has to wait."""

ReadList = Callable[[Workshop, SpaceRun, Activation], Awaitable[None]]
"""One poll by an activation's trigger."""

LOOKS = 10
"""Looks at the ledger in a poll interval while no file changes; a changed file is looked at at once."""


class Follower:
    """Follows the decisions of one house."""

    def __init__(self, house: House, begin: Begin, read_list: ReadList) -> None:
        self.house, self._begin, self._read_list = house, begin, read_list
        self._look_at = 0.0

    def round(self, workshop: Workshop, *, changed: bool) -> None:
        """Looks at every space, where a file has changed or it is time again."""
        now, timing = self.house.clock.boot(), self.house.machine.timing
        if not changed and now < self._look_at:
            return
        self._look_at = now + timing.poll_interval / LOOKS
        for installation in self.house.installed():
            self._enrol(installation)
            self._follow(workshop, installation.space)
        self._end_leftover()

    # -- where it sends --------------------------------------------------------------------------------------------

    def _enrol(self, installation: Installation) -> None:
        """Tells the ledger where a space sends."""
        ledger, space = self.house.ledger, installation.space
        account = self.house.account(space)
        run = ledger.space_run(space)
        target, clid, dossier = account or ("", "", installation.file_id)
        other_dossier = run is not None and bool(run.dossier) and bool(dossier) and run.dossier != dossier
        if other_dossier and self._runs(run):
            ledger.end_activation(space, actor="engine", now=self.house.clock.now())
        if run is None or (account is not None and (run.target, run.clid, run.dossier) != account):
            ledger.enrol(space, target=target, clid=clid, dossier=dossier, now=self.house.clock.now())
        if other_dossier and self._runs(run):
            self._begin_for_dossier(installation)

    @staticmethod
    def _runs(run: SpaceRun | None) -> bool:
        return run is not None and run.running

    def _begin_for_dossier(self, installation: Installation) -> None:
        """A running space got another dossier by a hand edit: a baseline is due for it, and what waits moves over."""
        ledger, space, now = self.house.ledger, installation.space, self.house.clock.now()
        run = ledger.space_run(space)
        assert run is not None, "enrolled just now"
        ledger.readdress(
            space,
            key=lambda source_id, generation: delivery_key(run.clid, run.dossier, space, source_id, generation),
            states={State.SEEN, State.READY, State.LEASED},
            now=now,
        )
        ledger.begin_activation(
            space,
            installation.options.rule,
            started_ns=0,
            kind="dossier",
            requested_at=now,
            actor="engine",
            now=now,
            endings=ledger.endings(space),
        )

    # -- whether it runs -------------------------------------------------------------------------------------------

    def _follow(self, workshop: Workshop, space: str) -> None:
        """Brings the ledger's activation in step with the decision; which is read last, for it may change meanwhile."""
        ledger = self.house.ledger
        newest, run = ledger.activation(space), ledger.space_run(space)
        installation = self.house.installation(space)
        if installation is None:
            return
        if run is not None and run.held != bool(installation.held_by):
            held_by = installation.held_by
            ledger.hold(space, bool(held_by), actor=held_by or "engine", now=self.house.clock.now())
        if not installation.active:
            if _goes_on(newest, run):
                ledger.end_activation(space, actor="engine", now=self.house.clock.now(), seen=newest)
            elif self._to_count(newest):
                self._begin("baseline", space, self._count(workshop, space))
        elif newest is not None and newest.completed_at is not None and run is not None and run.running:
            if newest.rule != installation.options.rule:
                self._begin("baseline", space, self._change_rule(workshop, run, newest))
        elif self.house.account(space) is not None:
            self._begin("baseline", space, self._take(workshop, space))

    def _to_count(self, newest: Activation | None) -> bool:
        """Whether an installed space that was never active still has to be counted, or counted again."""
        if newest is None:
            return True
        if newest.ended_at is not None or newest.completed_at is not None:
            return False
        last = self.house.ledger.get_meta(f"counted:{newest.space}")
        return last is None or self.house.clock.now() - float(last) >= self.house.machine.timing.poll_interval

    def _end_leftover(self) -> None:
        """Spaces that run although nothing is installed there any more stop."""
        ledger = self.house.ledger
        for run in ledger.space_runs():
            newest = ledger.activation(run.space) if run.running else None
            if newest is not None and self.house.installation(run.space) is None:
                ledger.end_activation(run.space, actor="engine", now=self.house.clock.now(), seen=newest)

    # -- tasks -----------------------------------------------------------------------------------------------------

    async def _count(self, workshop: Workshop, space: str) -> None:
        ledger, clock, installation = self.house.ledger, self.house.clock, self.house.installation(space)
        if installation is None or installation.active:
            return
        await baseline.count(ledger, workshop.source, space, installation.options.rule, clock=clock)
        ledger.set_meta(f"counted:{space}", str(clock.now()))

    async def _take(self, workshop: Workshop, space: str, kind: str | None = None) -> None:
        """Carries out the decision to be active, as it stands now: it may have waited for its turn."""
        endings = self.house.ledger.endings(space)
        installation = self.house.installation(space)
        if installation is None or not installation.active:
            return
        now = self.house.clock.now()
        decided = installation.activated_at.timestamp() if installation.activated_at is not None else now
        moment, under_way = decided, None
        newest = self.house.ledger.activation(space)
        if kind is not None:
            moment = now
        elif newest is not None and newest.requested_at is not None and newest.requested_at >= decided:
            # the decision was carried out before: what ended since begins now, what is under way goes on
            moment, under_way = (now, None) if newest.ended_at is not None else (newest.requested_at, newest.kind)
        await baseline.take(
            self.house.ledger,
            workshop.source,
            space,
            installation.options.rule,
            clock=self.house.clock,
            actor="engine",
            requested_at=moment,
            kind=kind or under_way,
            endings=endings,
        )

    async def _change_rule(self, workshop: Workshop, run: SpaceRun, newest: Activation) -> None:
        """Another trigger: what was due under the old one is found first, then a baseline is taken (decision 3)."""
        await self._read_list(workshop, run, newest)
        await self._take(workshop, run.space, kind="rule")


def _goes_on(newest: Activation | None, run: SpaceRun | None) -> bool:
    """Whether a space that is switched off still runs, or is still on its way there."""
    under_way = newest is not None and newest.requested_at is not None and newest.ended_at is None
    return under_way or (run is not None and run.running)
