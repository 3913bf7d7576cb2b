"""The two connections, once a machine: Banqup (address, app id, secret) and Pingwin's target (contract or folder)."""

from __future__ import annotations

from dataclasses import dataclass, field

from pydantic import SecretStr

from core.config import BanqupConnection, Machine, PingwinTarget
from core.model import Arguments, Space
from core.operations.desk import Desk


@dataclass(frozen=True, slots=True)
class Proof:
    """One line of a test: what was tried, whether it passed (None: it could not be tested), and the words for it."""

    code: str
    passed: bool | None
    arguments: Arguments = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a test proved and what not. `ok` is False where a line failed."""

    proofs: tuple[Proof, ...]
    at: float

    @property
    def ok(self) -> bool:
        """No line failed."""
        return all(proof.passed is not False for proof in self.proofs)


@dataclass(frozen=True, slots=True)
class ContractView:
    """A wire contract that can be chosen. `confirmed` is False for every one that ships (pingwin reference, 4)."""

    name: str
    label: str
    confirmed: bool
    status: str
    needs_base_url: bool


def machine(desk: Desk) -> Machine:
    """The machine's settings."""
    raise NotImplementedError


def contracts(desk: Desk) -> list[ContractView]:
    """The contracts that ship with the product and the user's own."""
    raise NotImplementedError


def set_banqup(desk: Desk, connection: BanqupConnection, secret: SecretStr | None) -> Machine:
    """Keeps Banqup's address, app id and (where given) secret. Refuses plain http except on loopback."""
    raise NotImplementedError


def banqup_secret_source(desk: Desk) -> str | None:
    """Which source answers for the app's secret (environment, file, command, credentials.toml), or None."""
    raise NotImplementedError


def set_pingwin(desk: Desk, target: PingwinTarget) -> Machine:
    """Keeps where deliveries go, after loading the contract or trying the folder."""
    raise NotImplementedError


async def try_banqup(desk: Desk) -> Verdict:
    """Token, then the list of spaces; says what was proven."""
    raise NotImplementedError


async def try_pingwin(desk: Desk) -> Verdict:
    """Reachability of the target, without credentials of a dossier."""
    raise NotImplementedError


async def spaces(desk: Desk) -> list[Space]:
    """The spaces that Banqup lets the app see."""
    raise NotImplementedError
