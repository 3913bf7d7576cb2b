"""The desk a person sits at: where the stores are, who acts, and whether anything may be changed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from core.banqup.source import Source
from core.clock import Clock, SystemClock
from core.config import Home
from core.errors import UsageError
from core.ledger.base import Ledger
from core.pingwin.target import Target


@dataclass
class Desk:
    """What an operation needs. `actor` is the login, SSH key or a name asked once; `readonly` refuses changes."""

    home: Home
    actor: str
    readonly: bool = False
    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ), repr=False)
    clock: Clock = field(default_factory=SystemClock)

    @cached_property
    def ledger(self) -> Ledger:
        """The ledger, opened on first use (and created, unless readonly)."""
        raise NotImplementedError

    def source(self) -> Source:
        """Banqup as this machine is connected to it. Raises ConfigurationError where it is not."""
        raise NotImplementedError

    def target(self) -> Target:
        """Where deliveries go. Raises ConfigurationError where that is not set."""
        raise NotImplementedError

    def must_write(self) -> None:
        """Raises where this desk may only look."""
        if self.readonly:
            raise UsageError("readonly")

    def close(self) -> None:
        """Closes what was opened."""
        raise NotImplementedError
