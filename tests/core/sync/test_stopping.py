"""An engine ends cleanly from the moment others see it run."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest

from core.config import Home
from core.sync.engine import run
from core.sync.lock import EngineLock

WAIT = 60


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_an_engine_that_is_stopped_while_it_starts_ends_cleanly(
    number: signal.Signals, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class SeenAndStopped(EngineLock):
        def acquire(self, *, since: float) -> None:
            super().acquire(since=since)
            os.kill(os.getpid(), number)

    monkeypatch.setattr("core.sync.engine.EngineLock", SeenAndStopped)
    home = Home.locate(tmp_path / "home")
    await asyncio.wait_for(run(home, environ={}), WAIT)
    assert EngineLock(home.engine_lock, home.file_mode).holder() is None
