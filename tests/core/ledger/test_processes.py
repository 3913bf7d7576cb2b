"""The ledger under several real processes: no row claimed twice, and nothing acknowledged lost by `kill -9`."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from pydantic import SecretStr

from core.errors import StoreError
from core.ledger.base import QueueQuery
from core.ledger.sqlite import SqliteLedger, open_ledger
from core.model import State
from tests.cluster import Cluster
from tests.core.ledger.makers import (
    GRACE,
    LEASE,
    OTHER,
    SPACE,
    activate,
    confirmed,
    delivered,
    found,
    poll,
    preparation,
)

pytestmark = pytest.mark.processes
fork = multiprocessing.get_context("fork")


Open = Callable[..., SqliteLedger]
"""Opens the ledger of the test, on either store."""


@pytest.fixture(params=["sqlite", "postgres"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Open:
    if request.param == "sqlite":
        return partial(open_ledger, tmp_path / "ledger.db")
    cluster: Cluster = request.getfixturevalue("cluster")
    from core.ledger.postgres import open_postgres

    return partial(open_postgres, SecretStr(cluster.url(cluster.database())))  # type: ignore[return-value]


def _work(opened: Open, worker: str, told: int) -> None:
    """Delivers until nothing is due; tells each id that it was allowed to send, as the target would count it."""
    ledger = opened()
    while (held := ledger.claim(worker, now=100.0, lease=LEASE)) is not None:
        if held.delivery.state is State.SEEN:
            ledger.prepared(held, preparation(held.delivery.number), now=100.0)
        elif ledger.intent(held, now=100.0, until=190.0):
            os.write(told, held.id.to_bytes(4, "big"))
            assert ledger.move(held, State.SENDING, confirmed(100.0), now=100.0)
    ledger.close()


def _ids(fd: int) -> list[int]:
    raw = b""
    while chunk := os.read(fd, 65_536):
        raw += chunk
    os.close(fd)
    return [int.from_bytes(raw[n : n + 4], "big") for n in range(0, len(raw) // 4 * 4, 4)]


def _stop_in_the_middle(path: Path) -> None:
    """Has the ledger for itself, and is stopped there (Ctrl-Z)."""
    with open_ledger(path).alone():
        os.kill(os.getpid(), signal.SIGSTOP)


def test_a_stopped_process_that_has_the_ledger_is_said_and_waited_for_no_longer_than_patience(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    ledger = open_ledger(path)
    ledger.patience = 0.3
    activate(ledger)
    stopped = fork.Process(target=_stop_in_the_middle, args=(path,))
    stopped.start()
    assert stopped.pid is not None
    os.waitid(os.P_PID, stopped.pid, os.WSTOPPED | os.WNOWAIT)
    for _ in range(3):
        with pytest.raises(StoreError) as held:
            poll(ledger, found("F1"), now=10.0)
        assert held.value.code == "ledger_held"
    assert ledger.counts() == {}, "reading goes on"
    os.kill(stopped.pid, signal.SIGCONT)
    stopped.join(10)
    ledger.patience = 10.0
    poll(ledger, found("F1"), now=11.0)
    assert ledger.counts()[SPACE] == {State.SEEN: 1}
    other = open_ledger(path)  # and what was waited for in vain is given back
    other.patience = 10.0
    poll(other, found("F2"), now=12.0)
    other.close()
    ledger.close()


def test_several_processes_never_claim_one_row_twice(opened: Open) -> None:
    ledger = opened()
    for space in (SPACE, OTHER):
        activate(ledger, space)
        poll(ledger, *(found(f"F{n}", space) for n in range(60)), space=space)
    reading, writing = os.pipe()
    workers = [fork.Process(target=_work, args=(opened, f"w{n}", writing)) for n in range(4)]
    for worker in workers:
        worker.start()
    os.close(writing)
    sent = _ids(reading)
    for worker in workers:
        worker.join(60)
        assert worker.exitcode == 0
    assert len(sent) == 120 and max(Counter(sent).values()) == 1
    assert ledger.counts() == {SPACE: {State.CONFIRMED: 60}, OTHER: {State.CONFIRMED: 60}}
    assert ledger.check() == []
    ledger.close()


def test_threads_share_one_ledger(opened: Open) -> None:
    ledger = opened()
    activate(ledger)
    poll(ledger, *(found(f"F{n}") for n in range(40)))
    claimed: list[int] = []

    def work(worker: str) -> None:
        while (held := ledger.claim(worker, now=100.0, lease=LEASE)) is not None:
            claimed.append(held.id)

    threads = [threading.Thread(target=work, args=(f"t{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(claimed) == len(set(claimed)) == 40
    ledger.close()


def _endless(opened: Open, told: int, round_: int) -> None:
    """Delivers one document after the other; tells each one after its confirmation was committed."""
    ledger = opened()
    for n in range(10_000):
        os.write(told, delivered(ledger, f"R{round_}-{n}", 1_000.0 * round_ + n).to_bytes(4, "big"))


def test_twenty_kills_lose_nothing_acknowledged_and_leave_a_sound_ledger(opened: Open) -> None:
    ledger = opened()
    activate(ledger)
    ledger.close()
    moment = random.Random(11)
    acknowledged: list[int] = []
    for round_ in range(20):
        reading, writing = os.pipe()
        worker = fork.Process(target=_endless, args=(opened, writing, round_ + 1))
        worker.start()
        os.close(writing)
        first = os.read(reading, 4)
        time.sleep(moment.uniform(0, 0.03))  # the moment of the kill is the point
        assert worker.pid is not None
        os.kill(worker.pid, signal.SIGKILL)
        worker.join(10)
        acknowledged += [int.from_bytes(first, "big"), *_ids(reading)]
        _clear(opened, 1_000_000.0 * (round_ + 1))
    ledger = opened()
    assert ledger.check() == []
    for delivery in acknowledged:
        row = ledger.delivery(delivery)
        assert row is not None and row.state is State.CONFIRMED
    lost_worker = ledger.total(QueueQuery(states=frozenset({State.UNKNOWN, State.FAILED})))
    assert lost_worker <= 20, "each kill leaves at most one row whose outcome is not known"
    ledger.close()


def _clear(opened: Open, now: float) -> None:
    """Puts aside what a killed worker held, so that the next one begins with nothing due."""
    ledger = opened()
    while ledger.settle("s", now=now, grace=GRACE, lease=LEASE) is not None:
        pass
    with ledger.write() as tx:
        for row in tx.run("SELECT id, space, fence FROM doc WHERE state IN ('seen','ready','leased')").fetchall():
            tx.run("UPDATE doc SET state = 'failed' WHERE id = ?", (row["id"],))
            tx.event(row["space"], "result", "x", at=now, delivery=row["id"], state=State.FAILED, fence=row["fence"])
            tx.touch(row["space"])
    ledger.close()


def test_a_reader_in_another_process_sees_the_version_move(opened: Open) -> None:
    engine = opened()
    activate(engine)
    console = opened(readonly=True)
    before = console.version()
    assert console.version() == before
    poll(engine, found("F1"))
    assert console.version() > before
    assert console.total(QueueQuery()) == 1
    console.close()
    engine.close()
