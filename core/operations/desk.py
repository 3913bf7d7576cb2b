"""The desk a person sits at: where the stores are, who acts, and whether anything may be changed.

Opens each store on first use, so that a command that needs only the settings touches nothing else. A read-only desk
opens the ledger read-only and never makes a file or a directory.
"""

from __future__ import annotations

import os
import pwd
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from core.clock import Clock, SystemClock
from core.errors import ConfigurationError, UsageError
from core.home import Home
from core.ledger.schema import Migrating, unwatched

if TYPE_CHECKING:
    from pydantic import SecretStr

    from core.activity.entry import Entry
    from core.activity.journal import Journal
    from core.banqup.source import Source
    from core.config import Machine
    from core.installations import Installation, Installations
    from core.ledger.base import Ledger
    from core.pingwin.target import Target
    from core.secrets import Found, SecretName, Secrets
    from core.spool import Spool
    from core.tls import Certificate

# Stores, settings and the two connections are imported where they are opened: who asks for one pays for one.

ACTOR_NAMES = ("BANQUP_PINGWIN_ACTOR", "SUDO_USER", "LOGNAME", "USER")
"""Where the actor's name is looked for. An SSH key can set the first one (`environment=` in authorized_keys)."""


def who(environ: Mapping[str, str]) -> str:
    """The name that decisions are recorded under: SSH key or person named, who called sudo, the login."""
    for name in ACTOR_NAMES:
        shown = "".join(c for c in environ.get(name, "") if c.isprintable()).strip()
        if shown:
            return shown[:80]
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a container may run under a number without a name
        return f"uid {os.getuid()}"


@dataclass
class Desk:
    """What an operation needs. `actor` is the login, SSH key or a name asked once; `readonly` refuses changes.

    `space` narrows the desk to one space: nothing of another one can be seen or changed at it.
    `migrating` is told how far it is while a ledger of an earlier version is brought up to date.
    """

    home: Home
    actor: str
    readonly: bool = False
    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ), repr=False)
    clock: Clock = field(default_factory=SystemClock)
    space: str | None = None
    migrating: Migrating = unwatched

    @cached_property
    def ledger(self) -> Ledger:
        """The ledger, opened on first use (and created, unless readonly)."""
        from core.stores import open_store

        if self.readonly:
            if not self.has_ledger():
                raise ConfigurationError("no_ledger_yet", where=str(self.home.ledger))
        else:
            self.home.create()
        found = open_store(self.home, self.environ, readonly=self.readonly, migrating=self.migrating)
        if self.space is None:
            return found
        from core.ledger.narrowed import narrowed

        return narrowed(found, self.space)

    @cached_property
    def installations(self) -> Installations:
        """What people decided."""
        from core.installations import Installations

        if not self.readonly:
            self.home.create()
        return Installations(self.home.installations, self.home.file_mode, readonly=self.readonly)

    def installed(self) -> list[Installation]:
        """The installations that this desk is about, by name."""
        return [each for each in self.installations.all() if self.sees(each.space)]

    def sees(self, space: str) -> bool:
        """Whether a space is any business of this desk."""
        return self.space in (None, space)

    @cached_property
    def secrets(self) -> Secrets:
        """Where each credential comes from."""
        from core.secrets import Secrets

        if not self.readonly:
            self.home.create()
        return Secrets(self.home, self.environ, readonly=self.readonly)

    @cached_property
    def spool(self) -> Spool:
        """The e-fff files."""
        from core.config import spool_folder
        from core.spool import Spool

        return Spool(spool_folder(self.home, self.machine), self.home.file_mode)

    @cached_property
    def journal(self) -> Journal | None:
        """Where this desk's calls are recorded; a read-only desk makes no file."""
        from core.activity.journal import Journal

        return None if self.readonly else Journal(self.home.logs, self.actor, self.home.file_mode)

    def record(self, entry: Entry) -> None:
        """Keeps one call of this desk in the activity."""
        if self.journal is not None:
            self.journal.record(entry)

    @property
    def machine(self) -> Machine:
        """The machine's settings as they stand now."""
        return self.installations.machine()

    def has_ledger(self) -> bool:
        """Whether there is a ledger to look at (a read-only desk makes none)."""
        return not self.readonly or self.home.ledger.exists() or self.database is not None

    @cached_property
    def database(self) -> Found | None:
        """The address of the ledger's database and where it was named; None for a ledger in a file of the home."""
        from core.stores import database

        return database(self.home, self.environ)

    def source(self) -> Source:
        """Banqup as this machine is connected to it. Raises ConfigurationError where it is not."""
        from core.banqup.client import BanqupClient
        from core.secrets import SecretName

        connection = self.machine.banqup
        if not connection.base_url:
            raise ConfigurationError("banqup_no_address")
        if not connection.client_id:
            raise ConfigurationError("banqup_no_app_id")
        secret = self.secret(SecretName.BANQUP_SECRET)
        if secret is None:
            hidden = self.secrets.hidden()
            raise ConfigurationError("banqup_secret_with_engine" if hidden else "banqup_no_secret")
        return BanqupClient(connection, secret, record=self.record)

    @asynccontextmanager
    async def banqup(self) -> AsyncIterator[Source]:
        """`source()` for the length of a block; its connections are closed afterwards."""
        source = self.source()
        try:
            yield source
        finally:
            close = getattr(source, "aclose", None)  # a client over HTTP has one, a source of a test need not
            if close is not None:
                await close()

    def target(self) -> Target:
        """Where deliveries go. Raises ConfigurationError where that is not set."""
        from core.pingwin import open_target

        settings = self.machine.pingwin
        if not settings.kind:
            raise ConfigurationError("pingwin_no_target")
        return open_target(settings, self.home.contracts, self.record)

    async def certificate(self, address: str, timeout: float) -> Certificate | None:
        """The certificate behind an https address; None where there is none to judge."""
        from core.tls import certificate

        return await certificate(address, timeout)

    def secret(self, name: SecretName, space: str | None = None) -> SecretStr | None:
        """A secret's value from the first source that has it, or None."""
        found = self.secrets.find(name, space)
        return found.value if found else None

    def must_write(self) -> None:
        """Raises where this desk may only look."""
        if self.readonly:
            raise UsageError("readonly")

    def close(self) -> None:
        """Closes what was opened."""
        ledger = self.__dict__.pop("ledger", None)
        if ledger is not None:
            ledger.close()
        journal = self.__dict__.pop("journal", None)
        if journal is not None:
            journal.close()
