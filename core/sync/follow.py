"""Brings the ledger in step with what people decided: where each space sends, whether it runs or is held, its trigger.

Reads the installations as they stand; what has to read Banqup's list (a count, a baseline) is begun as a task. A
decision is read after the ledger's count of endings, so that one that was taken back meanwhile is never carried out.
A look asks the ledger once for all spaces, and then only for those that are not in step: an office has thousands.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Coroutine, Mapping

from core.installations import Installation
from core.ledger.base import Activation, SpaceRun
from core.model import State, delivery_key
from core.sync import baseline, pace
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
        self.stretch = 1.0
        """By how much the ceiling of calls lengthens every poll interval, as of the last look."""

    def round(self, workshop: Workshop, *, changed: bool, moved: Collection[str] = ()) -> None:
        """Looks at every space, where a file has changed or it is time again; else only at those that `moved`."""
        ledger, machine, now = self.house.ledger, self.house.machine, self.house.clock.boot()
        spaces = moved
        if changed or now >= self._look_at:
            self._look_at = now + machine.timing.poll_interval / LOOKS
            runs, newest = {run.space: run for run in ledger.space_runs()}, ledger.newest_activations()
            calls = machine.banqup.calls_per_minute
            self.stretch = pace.stretch(runs.values(), machine.timing, calls, self.house.clock.now())
            spaces = [
                each.space
                for each in self.house.installed()
                if not self._in_step(each, runs.get(each.space), newest.get(each.space))
            ]
            self._end_leftover(runs, newest)
        for space in spaces:
            installation = self.house.installation(space)
            if installation is not None:
                self._enrol(installation)
                self._follow(workshop, space)

    def _in_step(self, installation: Installation, run: SpaceRun | None, newest: Activation | None) -> bool:
        """Whether the ledger says already what was decided."""
        account = self.house.account(installation.space)
        if run is None or (account is not None and (run.target, run.clid, run.dossier) != account):
            return False
        if run.held != bool(installation.held_by):
            return False
        if not installation.active:
            return not _goes_on(newest, run) and not self._to_count(newest)
        complete = newest is not None and newest.completed_at is not None and run.running
        return complete and newest is not None and newest.rule == installation.options.rule

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
        rest = self.house.machine.timing.poll_interval * pace.QUIET * self.stretch
        return last is None or self.house.clock.now() - float(last) >= rest

    def _end_leftover(self, runs: Mapping[str, SpaceRun], newest: Mapping[str, Activation]) -> None:
        """Spaces that run although nothing is installed there any more stop."""
        for space, run in runs.items():
            if run.running and space in newest and self.house.installation(space) is None:
                now = self.house.clock.now()
                self.house.ledger.end_activation(space, actor="engine", now=now, seen=newest[space])

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
