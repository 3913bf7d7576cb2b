"""The part of the ledger's contract that is about several engines: whose clock counts, who leads, who is there, what
they note for each other."""

from __future__ import annotations

from typing import Protocol

from core.ledger.records import Present


class Sharing(Protocol):
    """A ledger that one machine has for itself, or several share."""

    @property
    def place(self) -> str:
        """Where it is, as it may be shown: a path, or an address without its password."""
        ...

    @property
    def software(self) -> str:
        """What keeps it, with its version: `SQLite 3.51.0`, `PostgreSQL 15.4`."""
        ...

    @property
    def shared(self) -> bool:
        """Whether several machines may work on it: then its server's clock counts, and engines ask who leads."""
        ...

    def lead(self) -> bool:
        """Whether this one looks after the spaces (decisions, polls, probes): one at a time; delivering may all."""
        ...

    def book(self, name: str, calls: int, per_minute: int) -> float:
        """Books calls of a ceiling that all engines of a shared ledger keep together.

        Returns the seconds until they may be made: a minute's worth at once, then one after the other.
        """
        ...

    def server_time(self) -> float | None:
        """The clock of a shared ledger's server (Unix seconds)."""
        ...

    def engines(self) -> list[Present]:
        """The engines that have a shared ledger open, longest first. An engine on a file shows in its lock instead."""
        ...

    def get_meta(self, name: str) -> str | None:
        """A single remembered value."""
        ...

    def set_meta(self, name: str, value: str) -> None:
        """Remembers a single value (machine-wide notes of the engine: version, pid, requests)."""
        ...

    def swap_meta(self, name: str, was: str | None, value: str) -> bool:
        """Remembers a value in the place of `was` (None: of nothing). False, and nothing is written, where it moved."""
        ...
