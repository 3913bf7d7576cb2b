"""What surrounds the deliveries: activations and their baselines, polls, probes of open circuits, the spool's cleaning.

One `round` looks at what is due and starts it; baselines and polls run beside each other, one of a kind a space.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Coroutine
from dataclasses import replace
from datetime import datetime

from core.banqup.errors import CredentialsRefused, Forbidden, NotFound, SpaceGone
from core.errors import SourceError
from core.installations import Installation
from core.ledger.base import Activation, Scope, SpaceRun
from core.model import NEVER
from core.sync import baseline, poll
from core.sync.house import House, Workshop
from core.sync.notes import ENGINE_PROBLEM
from core.sync.requests import REQUEST, answer_request
from core.sync.retry import next_probe

log = logging.getLogger(__name__)

AT_ONCE = 4
"""Polls and baselines that run beside each other."""
DAY = 86_400.0
LASTING = (CredentialsRefused, Forbidden, SpaceGone)
"""Troubles of a connection that do not pass by themselves: the first line says NO CONNECTION."""


class Supervisor:
    """Keeps the spaces of one house going."""

    def __init__(self, house: House) -> None:
        self.house = house
        self._under_way: dict[tuple[str, str], asyncio.Task[None]] = {}
        self._places = asyncio.Semaphore(AT_ONCE)
        self._cleaned_at = 0.0
        self._spaces: tuple[float, frozenset[str]] = (0.0, frozenset())

    async def round(self, *, everything: bool = False) -> None:
        """Looks once at all that may be due. With `everything`, every active space is polled, due or not."""
        if self.house.refresh():
            self._tell_problem()
        self._collect_finished()
        if self.house.ledger.get_meta(REQUEST):
            self._begin("request", "", answer_request(self.house))
        workshop = self.house.workshop()
        if workshop is None:
            return
        installed = self.house.installed()
        self._enrol(installed)
        for installation in installed:
            self._follow(workshop, installation)
        for run in self._leftover(installed):
            self.house.ledger.end_activation(run.space, actor="engine", now=self.house.clock.now())
        if everything:
            await self.finish()
        now = NEVER if everything else self.house.clock.now()
        for run in self.house.ledger.due_polls(now):
            self._begin("poll", run.space, self._poll(workshop, run))
        for circuit in self.house.ledger.circuits():
            if circuit.probe_at is not None and circuit.probe_at <= self.house.clock.now():
                self._begin(
                    "probe",
                    f"{circuit.target}/{circuit.scope}/{circuit.id}",
                    self._probe(workshop, circuit.scope, circuit.id),
                )
        self._clean()

    async def finish(self, *, cancel: bool = False) -> None:
        """Waits for what is under way, or (at a stop) lets go of it: baselines and polls begin again as they were."""
        tasks = list(self._under_way.values())
        if cancel:
            for task in tasks:
                task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._collect_finished()

    def _tell_problem(self) -> None:
        """Why this engine cannot work, for the first line: only it knows its own environment."""
        problem = self.house.problem
        told = json.dumps({"code": problem.code, "arguments": dict(problem.arguments)}) if problem else ""
        if told != (self.house.ledger.get_meta(ENGINE_PROBLEM) or ""):
            self.house.ledger.set_meta(ENGINE_PROBLEM, told)

    # -- activations ---------------------------------------------------------------------------------------------

    def _enrol(self, installed: list[Installation]) -> None:
        """Tells the ledger where each space sends."""
        for installation in installed:
            account = self.house.account(installation.space)
            run = self.house.ledger.space_run(installation.space)
            target, clid, dossier = account or ("", "", installation.file_id)
            if run is not None and run.dossier and dossier and run.dossier != dossier:
                self._change_dossier(run)
            if run is None or (account is not None and (run.target, run.clid, run.dossier) != account):
                self.house.ledger.enrol(
                    installation.space, target=target, clid=clid, dossier=dossier, now=self.house.clock.now()
                )

    def _change_dossier(self, run: SpaceRun) -> None:
        """Another dossier, by a hand edit perhaps: counting and running end here, and a baseline is taken for it."""
        newest = self.house.ledger.activation(run.space)
        if newest is not None and newest.ended_at is None:
            self.house.ledger.end_activation(run.space, actor="engine", now=self.house.clock.now())

    def _follow(self, workshop: Workshop, installation: Installation) -> None:
        """Brings the ledger's activation in step with the decision."""
        ledger, space = self.house.ledger, installation.space
        newest, run = ledger.activation(space), ledger.space_run(space)
        if not installation.active:
            if run is not None and run.running:
                ledger.end_activation(space, actor="engine", now=self.house.clock.now())
            elif self._to_count(newest):
                self._begin("baseline", space, self._count(workshop, installation))
            return
        if run is not None and run.running and newest is not None and newest.completed_at is not None:
            rule = installation.options.rule
            if newest.rule != rule:
                self._begin("baseline", space, self._change_rule(workshop, installation, run, newest))
            return
        if self.house.account(space) is not None:
            self._begin("baseline", space, self._take(workshop, installation))

    def _to_count(self, newest: Activation | None) -> bool:
        """Whether an installed space that was never active still has to be counted, or counted again."""
        if newest is None:
            return True
        if newest.ended_at is not None or newest.completed_at is not None:
            return False
        last = self.house.ledger.get_meta(f"counted:{newest.space}")
        return last is None or self.house.clock.now() - float(last) >= self.house.machine.timing.poll_interval

    def _leftover(self, installed: list[Installation]) -> list[SpaceRun]:
        """Spaces that run although nothing is installed there any more."""
        spaces = {installation.space for installation in installed}
        return [run for run in self.house.ledger.space_runs() if run.running and run.space not in spaces]

    async def _count(self, workshop: Workshop, installation: Installation) -> None:
        ledger, clock = self.house.ledger, self.house.clock
        await baseline.count(ledger, workshop.source, installation.space, installation.options.rule, clock=clock)
        ledger.set_meta(f"counted:{installation.space}", str(clock.now()))

    async def _take(self, workshop: Workshop, installation: Installation, kind: str | None = None) -> None:
        requested = installation.activated_at
        await baseline.take(
            self.house.ledger,
            workshop.source,
            installation.space,
            installation.options.rule,
            clock=self.house.clock,
            actor="engine",
            requested_at=requested.timestamp() if isinstance(requested, datetime) else self.house.clock.now(),
            kind=kind,
        )

    async def _change_rule(
        self, workshop: Workshop, installation: Installation, run: SpaceRun, newest: Activation
    ) -> None:
        """Another trigger: what was due under the old one is found first, then a baseline is taken (decision 3)."""
        await self._read_list(workshop, run, newest)
        await self._take(workshop, installation, kind="rule")

    # -- polls ---------------------------------------------------------------------------------------------------

    async def _poll(self, workshop: Workshop, run: SpaceRun) -> None:
        activation = self.house.ledger.activation(run.space)
        if activation is None or activation.completed_at is None:
            return
        await self._read_list(workshop, run, activation)

    async def _read_list(self, workshop: Workshop, run: SpaceRun, activation: Activation) -> None:
        now = self.house.clock.now()
        found = await poll.poll(
            self.house.ledger,
            workshop.source,
            run,
            activation,
            now=now,
            timing=self.house.machine.timing,
            draw=workshop.outside.draw,
        )
        workshop.outside.pause.succeeded()
        if found == 0:
            await self._still_listed(workshop, run.space)

    async def _still_listed(self, workshop: Workshop, space: str) -> None:
        """Nothing new: an app that lost its access sees the same. Asked once a poll interval for all spaces."""
        now = self.house.clock.now()
        asked_at, listed = self._spaces
        if now - asked_at >= self.house.machine.timing.poll_interval:
            listed = frozenset(space.id for space in await workshop.source.spaces())
            self._spaces = (now, listed)
        if space not in listed:
            raise SpaceGone("access_withdrawn")

    # -- probes and cleaning --------------------------------------------------------------------------------------

    async def _probe(self, workshop: Workshop, scope: Scope, id: str) -> None:
        """A harmless question to what is closed; a good answer closes the circuit, else the next probe is later."""
        ledger, target, now = self.house.ledger, workshop.outside.target, self.house.clock.now()
        circuit = ledger.circuit(target.name, scope, id)
        if circuit is None or circuit.state != "open":
            return
        space = next(
            (run.space for run in ledger.space_runs() if scope is Scope.TARGET or id in (run.clid, run.dossier)), None
        )
        credentials = self.house.credentials(space) if space is not None else None
        probe = await target.probe(credentials, self.house.machine.timing.deadline)
        well = probe.reachable if scope is Scope.TARGET else probe.credentials is True
        if well:
            ledger.close_circuit(target.name, scope, id, actor="engine", now=now)
        else:
            later = now + next_probe(circuit, self.house.machine.timing)
            ledger.set_circuit(replace(circuit, probe_at=later, probes=circuit.probes + 1), actor="engine", now=now)

    def _clean(self) -> None:
        now = self.house.clock.now()
        if now - self._cleaned_at >= DAY:
            self._cleaned_at = now
            kept = self.house.ledger.files_named(delivered_since=now - self.house.machine.spool_days * DAY)
            self.house.spool.collect(kept, now=now)

    # -- tasks ---------------------------------------------------------------------------------------------------

    def _begin(self, kind: str, name: str, work: Coroutine[None, None, None]) -> None:
        """Starts something unless the same is under way."""
        if (kind, name) in self._under_way:
            work.close()
            return
        self._under_way[kind, name] = asyncio.create_task(self._guarded(kind, name, work))

    async def _guarded(self, kind: str, name: str, work: Coroutine[None, None, None]) -> None:
        """The edge of a poll or baseline: Banqup's trouble is noted with the space and tried again later."""
        async with self._places:
            try:
                await work
            except SourceError as trouble:
                self._troubled(kind, name, trouble)
            except Exception:
                log.exception("%s of %s failed", kind, name)

    def _troubled(self, kind: str, space: str, trouble: SourceError) -> None:
        house, now = self.house, self.house.clock.now()
        workshop = house.workshop()
        if workshop is not None and not isinstance(trouble, NotFound):
            workshop.outside.pause.failed(trouble, now=now, timing=house.machine.timing, draw=workshop.outside.draw)
        pause = workshop.outside.pause.until if workshop is not None else now
        wait = house.machine.timing.poll_interval if isinstance(trouble, LASTING) else max(1.0, pause - now)
        house.ledger.poll_failed(space, trouble.code, trouble.arguments, next_poll=now + wait, now=now)
        log.warning("%s of %s: %s", kind, space, trouble.code)

    def _collect_finished(self) -> None:
        self._under_way = {key: task for key, task in self._under_way.items() if not task.done()}
