"""One space or dossier, however large, slow or silent, delays no other one: the real engine in simulated time."""

from __future__ import annotations

import asyncio
from pathlib import Path

from core.config import Timing
from core.ledger.base import Scope
from core.sync.result import OF_SILENCE
from core.sync.shares import Shares
from tests.benchmarks.crowd import Crowd, crowd
from tests.benchmarks.leap import LeapClock, leap
from tests.benchmarks.office import dossier_id, space_id

OTHERS = range(1, 51)
TIMING = Timing(poll_interval=300.0, wake=1.0)
PROMPT = 1.1 * TIMING.poll_interval + 2.0
"""An interval at its longest (they are spread by a tenth), and what two calls, a file and an upload take."""

HOUR = 3_600.0


async def one_each(many: Crowd, *, every: float = 1.0) -> set[str]:
    """A document in each other space, one after the other."""
    approved = set()
    for number in OTHERS:
        approved.add(many.banqup.approve(number))
        await asyncio.sleep(every)
    return approved


async def delays_of(many: Crowd, documents: set[str]) -> list[float]:
    """Seconds each of them took, once all are there."""
    async with asyncio.timeout(HOUR):
        while not documents <= (known := many.delays()).keys():  # noqa: ASYNC110 - the ledger tells nobody
            await asyncio.sleep(20.0)
    return sorted(known[each] for each in documents)


def test_space_with_ten_thousand_documents_delays_nobody(tmp_path: Path) -> None:
    async def play(clock: LeapClock) -> list[float]:
        async with crowd(clock, tmp_path, 51, timing=TIMING) as many:
            for _ in range(10_000):
                many.banqup.approve(0)
            await many.pingwin.has_taken(10)
            delays = await delays_of(many, await one_each(many))
            assert many.pingwin.taken < 2_000, "and goes on to be"
            return delays

    assert leap(play)[-1] <= PROMPT


def test_dossier_that_answers_nothing_delays_others_once_and_never_again(tmp_path: Path) -> None:
    """Its first lost answer stops everybody until a probe: nobody can tell yet whose trouble it is (decision 11)."""

    async def play(clock: LeapClock) -> tuple[list[float], list[float]]:
        async with crowd(clock, tmp_path, 51, timing=TIMING) as many:
            many.pingwin.silent = frozenset({dossier_id(0)})
            for _ in range(20):
                many.banqup.approve(0)
            first = await delays_of(many, await one_each(many))
            await asyncio.sleep(0.5 * HOUR)
            own = many.ledger.circuit(many.pingwin.name, Scope.DOSSIER, dossier_id(0))
            assert own is not None and own.state == "open" and own.code in OF_SILENCE
            later = []
            for _ in range(2):  # its probes are answered, its uploads are not
                await asyncio.sleep(HOUR)
                later += await delays_of(many, await one_each(many))
            target = many.ledger.circuit(many.pingwin.name, Scope.TARGET, "")
            assert target is None or target.state != "open"
            return first, later

    first, later = leap(play)
    assert first[-1] <= PROMPT + TIMING.deadline + 1.5 * TIMING.probe_first
    assert max(later) <= PROMPT


def test_space_that_holds_its_share_of_the_workers_is_passed_over() -> None:
    shares = Shares(workers=4, uploads=1)
    with shares.of_space("large"):
        assert shares.full() == []
        with shares.of_space("large"), shares.of_space("small"):
            assert shares.full() == ["large"]
    assert shares.full() == [], "counted by who holds it now"


def test_account_whose_uploads_hold_all_workers_but_one_is_passed_over() -> None:
    shares = Shares(workers=3, uploads=1)
    with shares.of_account("clid"), shares.of_account("clid"):
        assert shares.full() == ["clid"]
    assert shares.full() == []


def test_a_worker_alone_passes_nobody_over_for_long() -> None:
    """With one worker a share is all of it; what is passed over is still taken where nobody else has work."""
    shares = Shares(workers=1, uploads=1)
    with shares.of_space(space_id(0)):
        assert shares.full() == [space_id(0)]


async def test_places_of_one_account_are_not_those_of_another() -> None:
    shares = Shares(workers=4, uploads=1)
    async with shares.slots("one"):
        assert shares.slots("one").locked() and not shares.slots("other").locked()
