"""The engine as a person sees it: does it run, since when, start it, stop it."""

from __future__ import annotations

from dataclasses import dataclass

from core.operations.desk import Desk


@dataclass(frozen=True, slots=True)
class EngineState:
    """Who holds the engine lock. `version` is named in the first line where it is another one than ours."""

    running: bool
    pid: int | None = None
    host: str = ""
    since: float | None = None
    version: str = ""


def engine(desk: Desk) -> EngineState:
    """Asks the lock, not a pid file."""
    raise NotImplementedError


def start(desk: Desk) -> EngineState:
    """Starts a detached engine for this home and waits until it holds the lock."""
    raise NotImplementedError


def stop(desk: Desk, *, timeout: float = 30.0) -> EngineState:
    """Asks the engine to end cleanly and waits for it."""
    raise NotImplementedError


def poke(desk: Desk, space: str | None = None) -> None:
    """Asks for a poll now."""
    raise NotImplementedError
