"""What surrounds the deliveries: activations and their baselines, polls, probes of open circuits, the spool's cleaning.

One `round` looks at what is due and starts it; baselines and polls run beside each other, one of a kind a space. Each
kind has its own places, so that a large space being counted delays nobody's poll.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Coroutine
from functools import partial

from core.activity import about
from core.banqup.errors import CredentialsRefused, SpaceGone
from core.errors import ConfigurationError, ProductError, SourceError
from core.ledger.base import Activation, Scope, SpaceRun
from core.model import NEVER
from core.pingwin.target import Credentials
from core.sync import pace, poll
from core.sync.follow import Follower
from core.sync.house import ENGINE, House, Workshop
from core.sync.notes import ENGINE_PROBLEM, refused_note
from core.sync.outside import OF_BANQUP
from core.sync.requests import REQUEST, answer_request
from core.sync.retry import DOSSIER_SILENT, next_probe

log = logging.getLogger(__name__)

BESIDE = {"baseline": 4, "probe": 4, "request": 2}
"""Tasks of a kind that run beside each other; polls as many as the ceiling of calls is worth (`pace.at_once`)."""
DAY = 86_400.0
YEAR = 365.25 * DAY
AT_ONCE_ERASED = 20
"""Deliveries whose party is erased in one round: nothing else waits for it."""
LISTED_ANEW = 10
"""How often in a poll interval the list of spaces is read at most, however many spaces doubt that they are in it."""
OWN_TROUBLE_S = 10.0
"""How long something rests that failed by our own trouble."""


class Supervisor:
    """Keeps the spaces of one house going."""

    def __init__(self, house: House) -> None:
        self.house = house
        self._under_way: dict[tuple[str, str], asyncio.Task[None]] = {}
        self._places = {kind: asyncio.Semaphore(places) for kind, places in BESIDE.items()}
        self._ahead = 0
        self._set_pace()
        self._resting: dict[tuple[str, str], float] = {}
        self._follower = Follower(house, self._begin, self._read_list)
        self._cleaned_at = 0.0
        self._erased_at = 0.0
        self._spaces: tuple[float, frozenset[str]] = (0.0, frozenset())

    async def round(self, *, everything: bool = False, polls: bool = True) -> None:
        """Looks once at all that may be due. With `everything`, every active space is polled, due or not.

        Without `polls` somebody else sees to those (`workers.py`).
        """
        changed = self.house.refresh()
        if changed:
            self._resting.clear()
            self._tell_problem()
            self._set_pace()
        counted = self._collect_finished()
        if self.house.ledger.get_meta(REQUEST):
            self._begin("request", "", answer_request(self.house))
        workshop = self.house.workshop()
        if workshop is None:
            return
        self._follower.round(workshop, changed=changed or everything, moved=counted)
        if everything:
            await self.finish()
        for run in self._due_polls(workshop, everything=everything) if polls else ():
            self._begin("poll", run.space, self._poll(workshop, run))
        for circuit in self.house.ledger.circuits():
            if circuit.probe_at is not None and circuit.probe_at <= self.house.clock.now():
                self._begin(
                    "probe",
                    f"{circuit.target}/{circuit.scope}/{circuit.id}",
                    self._probe(workshop, circuit.scope, circuit.id),
                )
        self._clean()

    async def poll(self, workshop: Workshop, run: SpaceRun) -> None:
        """One poll of a space, to its end; nothing where one is under way or has failed a moment ago."""
        self._begin("poll", run.space, self._poll(workshop, run))
        under_way = self._under_way.get(("poll", run.space))
        if under_way is not None:
            await under_way
            self._collect_finished()

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

    # -- polls ---------------------------------------------------------------------------------------------------

    def _set_pace(self) -> None:
        """As many polls at once as the ceiling of calls can use."""
        machine = self.house.machine
        places = pace.at_once(machine.banqup.calls_per_minute)
        if self._ahead != (ahead := places + int(2 * machine.timing.wake * machine.banqup.calls_per_minute / 60)):
            self._ahead, self._places["poll"] = ahead, asyncio.Semaphore(places)

    def _due_polls(self, workshop: Workshop, *, everything: bool) -> list[SpaceRun]:
        """Those whose time has come, oldest first: what can be begun before the next look, not all of 5,000.

        While Banqup answers nobody, only what a person asked for.
        """
        if everything:
            return self.house.ledger.due_polls(NEVER)
        now = self.house.clock.now()
        asked_for = 0.0
        until = asked_for if workshop.outside.pause.whole.until > now else now
        return self.house.ledger.due_polls(until, self._ahead)

    async def _poll(self, workshop: Workshop, run: SpaceRun) -> None:
        activation = self.house.ledger.activation(run.space)
        if activation is None or activation.completed_at is None:
            return
        await self._read_list(workshop, run, activation)

    async def _read_list(self, workshop: Workshop, run: SpaceRun, activation: Activation) -> None:
        await poll.poll(
            self.house.ledger,
            workshop.source,
            run,
            activation,
            now=self.house.clock.now(),
            timing=self.house.machine.timing,
            draw=workshop.outside.draw,
            stretch=self._follower.stretch,
            when_nothing_is_new=partial(self._still_listed, workshop, run.space),
        )
        workshop.outside.pause.succeeded(run.space)

    async def _still_listed(self, workshop: Workshop, space: str) -> None:
        """Nothing new: an app that lost its access sees the same. Spaces polled at about the same time ask together."""
        now = self.house.clock.now()
        asked_at, listed = self._spaces
        if now - asked_at >= self.house.machine.timing.poll_interval / LISTED_ANEW:
            listed = frozenset(space.id for space in await workshop.source.spaces())
            self._spaces = (now, listed)
        if space not in listed:
            raise SpaceGone("access_withdrawn")

    # -- probes and cleaning --------------------------------------------------------------------------------------

    async def _probe(self, workshop: Workshop, scope: Scope, id: str) -> None:
        """A harmless question to what is closed; a good answer closes the circuit, else the next probe is later."""
        ledger, target = self.house.ledger, workshop.outside.target
        circuit = ledger.circuit(target.name, scope, id)
        if circuit is None or circuit.state != "open":
            return
        space = next(
            (run.space for run in ledger.space_runs() if scope is Scope.TARGET or id in (run.clid, run.dossier)), None
        )
        credentials = self._credentials(space)
        probe = await target.probe(credentials, self.house.machine.timing.deadline)
        well = probe.reachable if scope is Scope.TARGET else probe.credentials is True
        if circuit.code == DOSSIER_SILENT:
            well = probe.reachable and probe.credentials is not False
        elif scope is not Scope.TARGET and probe.reachable and probe.credentials is None:
            well = self._others(target.name, scope, id, credentials)
        now = self.house.clock.now()
        ledger.probed(circuit, well=well, probe_at=now + next_probe(circuit, self.house.machine.timing), now=now)

    def _others(self, target: str, scope: Scope, id: str, credentials: Credentials | None) -> bool:
        """Whether the credentials are others than those that were refused: worth a try where none can be tested."""
        refused = self.house.ledger.get_meta(refused_note(target, scope, id))
        return bool(refused) and credentials is not None and refused != credentials.mark()

    def _credentials(self, space: str | None) -> Credentials | None:
        """What a probe asks with; None also where they cannot be read, which each waiting delivery says."""
        try:
            return self.house.credentials(space) if space is not None else None
        except ConfigurationError:
            return None

    def _clean(self) -> None:
        now = self.house.clock.now()
        if now - self._cleaned_at >= DAY:
            self._cleaned_at = now
            kept = self.house.ledger.files_named(delivered_since=now - self.house.machine.spool_days * DAY)
            self.house.spool.collect(kept, now=now)
        if now - self._erased_at >= DAY and not self._erase_old(now):
            self._erased_at = now

    def _erase_old(self, now: float) -> int:
        """Erases whom documents were with once the term of the books is over, a few a round. Returns how many."""
        before = now - self.house.machine.ledger_years * YEAR
        expired = self.house.ledger.expired(before, AT_ONCE_ERASED)
        return self.house.ledger.erase(expired, code="erased_by_age", actor=ENGINE, now=now) if expired else 0

    # -- tasks ---------------------------------------------------------------------------------------------------

    def _begin(self, kind: str, name: str, work: Coroutine[None, None, None]) -> None:
        """Starts something unless the same is under way, or has failed a moment ago."""
        if (kind, name) in self._under_way or self.house.clock.boot() < self._resting.get((kind, name), 0.0):
            work.close()
            return
        self._under_way[kind, name] = asyncio.create_task(self._guarded(kind, name, work))

    async def _guarded(self, kind: str, name: str, work: Coroutine[None, None, None]) -> None:
        """The edge of a poll or baseline: Banqup's trouble is noted with the space and tried again later."""
        async with self._places[kind]:
            try:
                try:
                    with about(kind, space="" if kind == "probe" else name):
                        await work
                except SourceError as trouble:
                    wait = self._troubled(kind, name, trouble)
                    if kind == "baseline":  # a poll's next time stands in the ledger, where a person can move it
                        self._rest(kind, name, wait)
            except ProductError as problem:  # our own disk, say
                log.warning("%s of %s: %s", kind, name, problem)
                self._rest(kind, name, min(OWN_TROUBLE_S, self.house.machine.timing.probe_first))
            except Exception:
                log.exception("%s of %s failed", kind, name)
                self._rest(kind, name, min(OWN_TROUBLE_S, self.house.machine.timing.probe_first))

    def _rest(self, kind: str, name: str, seconds: float) -> None:
        """Keeps what failed from being tried at every round: Banqup would be asked twice a second."""
        self._resting[kind, name] = self.house.clock.boot() + seconds

    def _troubled(self, kind: str, space: str, trouble: SourceError) -> float:
        """Notes Banqup's trouble with the space; returns the seconds to wait."""
        house, now = self.house, self.house.clock.now()
        timing, workshop = house.machine.timing, house.workshop()
        wait = timing.poll_interval
        if workshop is not None and isinstance(trouble, OF_BANQUP):
            until = workshop.outside.pause.failed(trouble, space, now=now, timing=timing, draw=workshop.outside.draw)
            if not isinstance(trouble, CredentialsRefused):
                wait = max(1.0, until - now)
        house.ledger.poll_failed(space, trouble.code, trouble.arguments, next_poll=now + wait, now=now)
        log.warning("%s of %s: %s", kind, space, trouble.code)
        return wait

    def _collect_finished(self) -> list[str]:
        """Forgets finished tasks. Returns the spaces whose baseline was among them: more may be possible there now."""
        finished = [key for key, task in self._under_way.items() if task.done()]
        for key in finished:
            del self._under_way[key]
        return [space for kind, space in finished if kind == "baseline"]
