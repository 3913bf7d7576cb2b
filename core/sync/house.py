"""The engine's view of its home: what people decided, the secrets, and the connections made from them.

Watches the files; an edit is applied without a restart. Hands out a `Workshop` while source and target are set.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

from pydantic import SecretStr

from core.activity import Record, nobody
from core.activity.journal import Journal
from core.banqup.client import BanqupClient
from core.banqup.source import Source
from core.ceiling import Ceilings, alone
from core.clock import Clock
from core.config import Home, Machine, PingwinTarget, spool_folder
from core.errors import ConfigurationError
from core.installations import Installation, Installations
from core.ledger.base import Claim, Ledger
from core.pingwin import open_target
from core.pingwin.target import Credentials, Target
from core.redaction import fingerprint
from core.secrets import Found, SecretName, Secrets
from core.spool import Spool
from core.sync.converting import convert
from core.sync.notes import OWNER
from core.sync.outside import Convert, Outside, SourcePause
from core.sync.retry import Draw
from core.sync.shared_ceiling import SharedCeiling
from core.sync.shares import Shares

log = logging.getLogger(__name__)

ENGINE = "engine"
"""Who the engine's calls are made by."""

MEGABYTE = 1024 * 1024
ACCOUNT_S = 300.0
"""How long it is believed to which dossier credentials that no file of ours holds belong."""

REFUSED_S = 60.0
"""How long a source of secrets that does not work is not asked again."""

JUMP = 5.0
"""Seconds by which wall clock and boot clock may differ between two looks before claiming pauses (5.3 rule 7)."""


class ClosingSource(Source, Protocol):
    """A source that holds connections."""

    async def aclose(self) -> None:
        """Closes them."""
        ...


@dataclass(frozen=True, slots=True)
class Workshop:
    """Everything a worker needs, for as long as the settings stay as they are."""

    outside: Outside
    shares: Shares
    source: ClosingSource


def _banqup(machine: Machine, secret: SecretStr, record: Record = nobody, ceilings: Ceilings = alone) -> ClosingSource:
    largest = _largest_file(machine)
    return BanqupClient(machine.banqup, secret, max_file_bytes=largest, record=record, ceilings=ceilings)


@dataclass(frozen=True, slots=True)
class Makers:
    """How a house makes what it works with: the real things, or those of a test."""

    source: Callable[[Machine, SecretStr], ClosingSource] = _banqup
    target: Callable[[PingwinTarget, Path], Target] = open_target
    convert: Convert = convert
    draw: Draw = random.uniform


def _real(record: Record, ledger: Ledger, clock: Clock) -> Makers:
    """The real things, every call of theirs recorded, and counted together with those of other engines."""
    ceilings: Ceilings = partial(SharedCeiling, ledger, clock) if ledger.shared else alone
    return Makers(
        source=partial(_banqup, record=record, ceilings=ceilings),
        target=partial(open_target, record=record, ceilings=ceilings),
    )


class House:
    """The home of a running engine."""

    def __init__(
        self, home: Home, ledger: Ledger, clock: Clock, environ: Mapping[str, str], makers: Makers | None = None
    ) -> None:
        self.home, self.ledger, self.clock, self.environ = home, ledger, clock, environ
        self.journal = Journal(home.logs, ENGINE, home.file_mode)
        self.makers = makers or _real(self.journal.record, ledger, clock)
        self.installations = Installations(home.installations, home.file_mode)
        self.machine: Machine = self.installations.machine()
        self.spool = Spool(spool_folder(home, self.machine), home.file_mode)
        self.problem: ConfigurationError | None = None
        self._secrets = Secrets(home, environ)
        self._workshop: Workshop | None = None
        self._made_from: object = None
        self._retired: list[ClosingSource] = []
        self._stamp: tuple[object, ...] | None = None
        self._refused: dict[str, tuple[float, ConfigurationError]] = {}
        self._accounts: dict[str, tuple[float, tuple[str, str, str]]] = {}
        self._pause = SourcePause()
        self._unwritten: list[Claim] = []
        self.leaving: Callable[[], bool] = lambda: False
        self._offset = clock.now() - clock.boot()
        self._steady_at = 0.0

    def refresh(self) -> bool:
        """Applies what changed in the files since the last look. True where anything did.

        Source and target are made anew only where their settings moved; work under way keeps those it began with.
        """
        stamp = tuple(_stamp(path) for path in self._watched())
        if stamp == self._stamp:
            return False
        if self._stamp is None or stamp[1:] != self._stamp[1:]:
            self._accounts.clear()
        self._stamp = stamp
        self.machine = self.installations.machine()
        self._secrets = Secrets(self.home, self.environ)
        self._refused.clear()
        try:
            secret = self._secrets.find(SecretName.BANQUP_SECRET, None)
            made_from = self.machine, secret and secret.value.get_secret_value(), stamp[2:]
            if made_from == self._made_from:
                return True
            self._retire()
            self._workshop, self._made_from = self._open(secret), made_from
        except ConfigurationError as problem:  # nothing is sent until it is mended, which is noticed
            self._retire()
            self.problem = problem
        return True

    def _retire(self) -> None:
        """Takes no more work with what was made from earlier settings."""
        self._pause = SourcePause()
        if self._workshop is not None:
            self._retired.append(self._workshop.source)
        self._workshop, self._made_from, self.problem = None, None, None
        self._accounts.clear()

    async def close(self) -> None:
        """Closes the connections."""
        current = [self._workshop.source] if self._workshop is not None else []
        for source in (*self._retired, *current):
            await source.aclose()
        self.journal.close()

    def _watched(self) -> list[Path]:
        """The files whose change is applied without a restart."""
        contracts = sorted(self.home.contracts.glob("*.toml")) if self.home.contracts.is_dir() else []
        return [self.home.installations, self.home.credentials, *contracts]

    def workshop(self) -> Workshop | None:
        """Source and target, or None while they are not (or wrongly) set; `problem` then says why."""
        return self._workshop

    def installed(self) -> list[Installation]:
        """All installations as last read whole."""
        return self.installations.all()

    def installation(self, space: str) -> Installation | None:
        """One installation."""
        return self.installations.get(space)

    def credentials(self, space: str) -> Credentials | None:
        """The three values, or None where one is missing.

        Raises ConfigurationError where a source of them does not work; it is then left alone for a minute.
        """
        refused = self._refused.get(space)
        if refused is not None and self.clock.boot() < refused[0]:
            raise refused[1]
        try:
            api_key, clid, file_id = (
                self._secrets.find(name, space) for name in (SecretName.API_KEY, SecretName.CLID, SecretName.FILE_ID)
            )
        except ConfigurationError as problem:
            self._refused[space] = (self.clock.boot() + REFUSED_S, problem)
            log.warning("credentials of %s: %s", space, problem)
            raise
        if api_key is None or clid is None or file_id is None:
            return None
        return Credentials(api_key.value, clid.value, file_id.value.get_secret_value())

    def account(self, space: str) -> tuple[str, str, str] | None:
        """Target, fingerprint of the CLID and dossier of a space, or None where they are not set or cannot be read.

        Asked for every space at every look: an answer counts for some minutes, unless a file changes.
        """
        kept = self._accounts.get(space)
        if kept is not None and self.clock.boot() < kept[0]:
            return kept[1]
        try:
            credentials = self.credentials(space)
        except ConfigurationError:  # said where it is needed: with each delivery that waits for it
            return None
        if credentials is None or self._workshop is None:
            return None
        account = self._workshop.outside.target.name, fingerprint(credentials.clid), credentials.file_id
        self._accounts[space] = self.clock.boot() + ACCOUNT_S * self.makers.draw(0.5, 1.0), account
        return account

    def steady(self) -> bool:
        """False for the length of a lease after the wall clock jumped against the clock that never does."""
        offset = self.clock.now() - self.clock.boot()
        if abs(offset - self._offset) > JUMP:
            self._steady_at = self.clock.boot() + self.machine.timing.lease
        self._offset = offset
        return self.clock.boot() >= self._steady_at

    def _open(self, secret: Found | None) -> Workshop:
        if not self.machine.banqup.base_url or secret is None:
            raise ConfigurationError("banqup_not_connected")
        if self.ledger.shared and self.refuse_another() is None:
            self.ledger.set_meta(OWNER, self.machine.machine_id)
        source = self.makers.source(self.machine, secret.value)
        target = self.makers.target(self.machine.pingwin, self.home.contracts)
        outside = Outside(
            source=source,
            target=target,
            installation=self.installation,
            credentials=self.credentials,
            convert=self.makers.convert,
            spool=self.spool,
            ledger=self.ledger,
            clock=self.clock,
            timing=self.machine.timing,
            draw=self.makers.draw,
            pause=self._pause,
            unwritten=self._unwritten,
            leaving=lambda: self.leaving(),
        )
        return Workshop(outside, Shares(self.machine.workers, target.concurrency), source)

    def refuse_another(self) -> str | None:
        """Whose decisions a shared ledger follows so far (an id of a machine's settings, None at first).

        Raises ConfigurationError where they are not ours: they would switch each other's spaces off.
        """
        known = self.ledger.get_meta(OWNER) if self.ledger.shared else None
        if known not in (None, self.machine.machine_id):
            raise ConfigurationError("ledger_of_another_home", where=self.ledger.place)
        return known


def _largest_file(machine: Machine) -> int:
    """Bytes of the largest file that is read: one grows by a third inside its XML; the invoice comes to it."""
    return machine.attachment_limit_mb * MEGABYTE * 4 // 3 + MEGABYTE


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size
