"""The engine tells systemd what it must know, and no longer says that it is alive once its loop hangs."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.clock import SystemClock
from core.config import Home
from core.ledger.sqlite import open_ledger
from core.service.systemd import Systemd
from core.sync.engine import Engine
from core.sync.house import House

WAIT = 20.0
WATCHED = {"WATCHDOG_USEC": "600000"}


class Manager:
    """The receiving end of NOTIFY_SOCKET."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.said: list[str] = []
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        self._socket.settimeout(0.05)

    def hears(self, true: Callable[[list[str]], object]) -> bool:
        end = time.monotonic() + WAIT
        while not true(self.said):
            if time.monotonic() > end:
                return False
            self.listen()
        return True

    def listen(self) -> None:
        with contextlib.suppress(TimeoutError):
            self.said += self._socket.recv(4096).decode().splitlines()

    def quiet_for(self, seconds: float) -> bool:
        """Whether nothing is said for so long, after what was said already."""
        while self._anything():
            pass
        before, end = len(self.said), time.monotonic() + seconds
        while time.monotonic() < end:
            self.listen()
        return len(self.said) == before

    def _anything(self) -> bool:
        before = len(self.said)
        self.listen()
        return len(self.said) > before


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[Manager]:
    made = Manager(tmp_path / "notify")
    yield made
    made._socket.close()


@pytest.fixture
def engine(manager: Manager, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The real engine's process in an empty home, as systemd would start it, with a watchdog of 0.6 s."""
    environ = os.environ | WATCHED | {"NOTIFY_SOCKET": str(manager.path)}
    command = [sys.executable, "-m", "core.sync", "--home", str(tmp_path / "home")]
    process = subprocess.Popen(command, env=environ)
    yield process
    process.kill()
    process.wait()


@pytest.mark.processes
def test_a_service_says_ready_alive_how_it_is_and_that_it_ends(
    manager: Manager, engine: subprocess.Popen[bytes]
) -> None:
    assert manager.hears(lambda said: "READY=1" in said and f"MAINPID={engine.pid}" in said)
    assert manager.hears(lambda said: said.count("WATCHDOG=1") > 2)
    assert manager.hears(lambda said: any(line.startswith("STATUS=inactive, 0 active") for line in said))
    engine.send_signal(signal.SIGTERM)
    assert engine.wait(WAIT) == 0
    assert manager.hears(lambda said: "STOPPING=1" in said)


@pytest.mark.processes
def test_the_watchdog_is_not_answered_while_the_engine_hangs(manager: Manager, engine: subprocess.Popen[bytes]) -> None:
    assert manager.hears(lambda said: "WATCHDOG=1" in said)
    engine.send_signal(signal.SIGSTOP)
    assert manager.quiet_for(1.5)
    engine.send_signal(signal.SIGCONT)
    heard = manager.said.count("WATCHDOG=1")
    assert manager.hears(lambda said: said.count("WATCHDOG=1") > heard)


async def test_a_round_that_never_ends_leaves_the_watchdog_unanswered(manager: Manager, tmp_path: Path) -> None:
    home = Home.locate(tmp_path / "home")
    home.create()
    ledger, clock = open_ledger(home.ledger), SystemClock()
    engine = Engine(House(home, ledger, clock, {}), Systemd(WATCHED | {"NOTIFY_SOCKET": str(manager.path)}, clock.boot))
    entered = asyncio.Event()

    async def hang(**_: object) -> None:
        entered.set()
        await asyncio.Event().wait()

    engine.supervisor.round = hang  # type: ignore[assignment]
    task = asyncio.create_task(engine.forever())
    await asyncio.wait_for(entered.wait(), WAIT)
    assert await asyncio.to_thread(manager.quiet_for, 0.8)
    assert "WATCHDOG=1" not in manager.said
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    ledger.close()


def test_nothing_is_said_without_a_manager_and_a_manager_that_is_gone_stops_nobody(tmp_path: Path) -> None:
    for address in ("", str(tmp_path / "nobody"), "no-address"):
        systemd = Systemd({"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "1000"}, lambda: 1.0)
        systemd.ready()
        systemd.alive()
        systemd.status("x")
        systemd.stopping()


def test_a_watchdog_meant_for_another_process_is_not_answered(manager: Manager) -> None:
    environ = {"NOTIFY_SOCKET": str(manager.path), "WATCHDOG_USEC": "1000", "WATCHDOG_PID": "1"}
    Systemd(environ, lambda: 1.0).alive()
    assert manager.quiet_for(0.2) and not manager.said


def test_a_status_is_one_line_and_said_once(manager: Manager) -> None:
    systemd = Systemd({"NOTIFY_SOCKET": str(manager.path)}, lambda: 1.0)
    systemd.status("two\nREADY=1")
    systemd.status("two\nREADY=1")
    assert manager.hears(lambda said: said == ["STATUS=two READY=1"])
    assert manager.quiet_for(0.2)
