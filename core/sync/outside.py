"""What one engine step works with: the source, the target, and what people decided about a space.

Built from a home for the real engine (`engine.py`), or from parts by the tests and the simulation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from core.banqup.errors import CredentialsRefused, Throttled, Unavailable
from core.banqup.source import Source
from core.clock import Clock
from core.config import Timing
from core.efff.convert import Format, VatOverride
from core.errors import SourceError
from core.installations import Installation
from core.ledger.base import Claim, Ledger
from core.pingwin.target import Credentials, Target
from core.spool import Spool
from core.sync.converting import Converted, Files
from core.sync.retry import Draw


class Convert(Protocol):
    """The files of a document, format, delivery key; an installation's own VAT codes where it has any."""

    def __call__(
        self, files: Files, target: Format, key: str, /, *, vat_overrides: tuple[VatOverride, ...] = ()
    ) -> Converted:
        """Converts; whatever is wrong with the document is a finding."""
        ...


OF_BANQUP = (CredentialsRefused, Throttled, Unavailable)
"""Troubles of the whole connection; any other one is a space's or a document's own, and the others go on."""


@dataclass(slots=True)
class Pause:
    """How long something waits, and how often in a row it failed."""

    until: float = 0.0
    failures: int = 0

    def failed(self, trouble: SourceError, *, now: float, timing: Timing, draw: Draw) -> None:
        """Notes a failure: waits as long as Banqup said, else twice as long each time with jitter, capped."""
        self.failures += 1
        said = getattr(trouble, "retry_after", None)
        grown = min(timing.probe_cap, timing.backoff_base * 2.0 ** min(self.failures, 20)) * draw(0.5, 1.0)
        self.until = max(self.until, now + (said if said is not None else grown))


@dataclass(slots=True)
class SourcePause:
    """While Banqup cannot answer, everything that needs it waits together instead of asking one by one.

    What one space alone meets (its list fails, or never ends) is its own: the others go on. Two spaces without an
    answer to anybody between them, or an answer about the credentials, are the connection's.
    """

    whole: Pause = field(default_factory=Pause)
    _own: dict[str, Pause] = field(default_factory=dict)
    _silent: set[str] = field(default_factory=set)

    def failed(self, trouble: SourceError, space: str, *, now: float, timing: Timing, draw: Draw) -> float:
        """Notes what a space met; returns until when it waits."""
        self._silent.add(space)
        everybody = not isinstance(trouble, Unavailable) or len(self._silent) > 1
        pause = self.whole if everybody else self._own.setdefault(space, Pause())
        pause.failed(trouble, now=now, timing=timing, draw=draw)
        return self.until(space)

    def succeeded(self, space: str) -> None:
        """Banqup answers again."""
        self.whole = Pause()
        self._silent.clear()
        self._own.pop(space, None)

    def until(self, space: str) -> float:
        """Until when a space asks nothing."""
        own = self._own.get(space)
        return max(self.whole.until, own.until if own is not None else 0.0)


@dataclass(frozen=True, slots=True)
class Outside:
    """Everything around the ledger. `draw` is `random.uniform` or a seeded one."""

    source: Source
    target: Target
    installation: Callable[[str], Installation | None]
    credentials: Callable[[str], Credentials | None]
    convert: Convert
    spool: Spool
    ledger: Ledger
    clock: Clock
    timing: Timing
    draw: Draw
    pause: SourcePause = field(default_factory=SourcePause)
    unwritten: list[Claim] = field(default_factory=list)
    """Claims of which nothing could be written, for the ledger was away."""
    leaving: Callable[[], bool] = lambda: False
    """Whether the engine is being stopped: nothing waits for a ledger that is away."""
