"""Which store a home's ledger is on, and opening it: a file of the home, or PostgreSQL where an address is given.

The address is a secret (it holds a password) and comes from where the other secrets come from, or from DATABASE_URL.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from core.errors import ConfigurationError, StoreError
from core.keyring import asked_for
from core.ledger.schema import Migrating, unwatched

if TYPE_CHECKING:
    from core.clock import Clock
    from core.home import Home
    from core.ledger.base import Ledger
    from core.secrets import Found

# Settings and secrets are read only where an address may be named: a console over a file opens without them.

PLAIN = "DATABASE_URL"
"""What hosting platforms call the address of a program's database."""

SCHEMES = ("postgresql://", "postgres://")

MEASURED_S = 10.0
"""How long the distance between the server's clock and ours is believed."""

QUICK_S = 1.0
"""An answer that took longer says too little about the moment it was given."""


def database(home: Home, environ: Mapping[str, str]) -> Found | None:
    """The address of the ledger's database and which source named it; None for a ledger in a file.

    A demo's home never has one. Raises ConfigurationError for an address that is not PostgreSQL's.
    """
    if not _may_be_named(home, environ):
        return None
    from pydantic import SecretStr

    from core.redaction import REDACTOR
    from core.secrets import Found, SecretName, Secrets

    found = Secrets(home, environ).find(SecretName.DATABASE_URL)
    plain = environ.get(PLAIN, "").strip()
    if found is None and plain.startswith(SCHEMES):
        found = Found(SecretStr(plain), f"environment {PLAIN}")
    if found is None or _demo(home):
        return None
    if not found.value.get_secret_value().startswith(SCHEMES):
        raise ConfigurationError("ledger_url_unreadable", where=found.source)
    REDACTOR.learn(found.value)
    return found


def open_store(
    home: Home,
    environ: Mapping[str, str],
    *,
    readonly: bool = False,
    role: str = "console",
    migrating: Migrating = unwatched,
) -> Ledger:
    """Opens the ledger of a home, making it where there is none (unless `readonly`).

    `role` is what PostgreSQL's own list of sessions calls this one; `migrating` is told how far it is while a file of
    an earlier version is brought up to date. Raises StoreError and ConfigurationError.
    """
    found = database(home, environ)
    if found is None:
        from core.ledger.sqlite import open_ledger

        return open_ledger(home.ledger, readonly=readonly, file_mode=home.file_mode, migrating=migrating)
    try:
        from core.ledger.postgres import open_postgres
    except ImportError as missing:
        raise ConfigurationError("ledger_without_postgres") from missing
    return open_postgres(found.value, readonly=readonly, role=role)


def _may_be_named(home: Home, environ: Mapping[str, str]) -> bool:
    """Whether any source of an address is there at all."""
    if asked_for(environ) or any(
        name.startswith(f"BANQUP_PINGWIN_{PLAIN}") or name in {PLAIN, "CREDENTIALS_DIRECTORY"} for name in environ
    ):
        return True
    with suppress(OSError):
        return b"database_url" in home.credentials.read_bytes()
    return False


def _demo(home: Home) -> bool:
    from core.installations import Installations

    return Installations(home.installations, home.file_mode).machine().demo


class LedgerClock:
    """The clock by which leases count: the ledger's server's where it has one, carried on by our boot clock."""

    def __init__(self, own: Clock, ledger: Ledger) -> None:
        self._own, self._ledger = own, ledger
        self._ahead: float | None = None
        self._look_at = 0.0

    def now(self) -> float:
        """Unix time in seconds; what was measured last goes on while the server does not answer."""
        if self._own.boot() >= self._look_at:
            self._measure()
        return self._own.now() if self._ahead is None else self._own.boot() + self._ahead

    def boot(self) -> float:
        """Seconds on our clock that never jumps."""
        return self._own.boot()

    async def sleep(self, seconds: float) -> None:
        """Waits."""
        await self._own.sleep(seconds)

    def _measure(self) -> None:
        before = self._own.boot()
        self._look_at = before + QUICK_S
        try:
            said = self._ledger.server_time()
        except StoreError:
            return
        after = self._own.boot()
        if said is not None and after - before <= QUICK_S:
            self._ahead = said - (before + after) / 2
        if said is None or after - before <= QUICK_S:
            self._look_at = after + MEASURED_S
