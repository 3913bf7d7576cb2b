"""The extension in a space: install with consent, enterprise numbers, the three credentials, uninstall."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from pydantic import SecretStr

from core.installations import Installation
from core.model import Space
from core.operations.connections import Verdict
from core.operations.desk import Desk


class CredentialField(StrEnum):
    """The three settings of the Pingwin extension."""

    API_KEY = "api_key"
    CLID = "clid"
    FILE_ID = "file_id"


@dataclass(frozen=True, slots=True)
class CredentialView:
    """A credential as it may be shown: `shown` is the File ID in full, the CLID's last 4, the API key's fingerprint."""

    field: CredentialField
    present: bool
    source: str | None
    shown: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """An enterprise number that occurs as a party in the space's documents, with how often and under which name."""

    enterprise_number: str
    name: str
    documents: int


def installations(desk: Desk) -> list[Installation]:
    """All installations, by name."""
    raise NotImplementedError


def find(desk: Desk, text: str) -> Installation:
    """The installation meant by a UUID, a unique prefix of 4 or more characters, or an exact name, else UsageError."""
    raise NotImplementedError


async def find_space(desk: Desk, text: str) -> Space:
    """The same among all spaces that Banqup shows."""
    raise NotImplementedError


async def propose_enterprise_numbers(desk: Desk, space: str) -> list[Proposal]:
    """Numbers proposed from the space's documents, most frequent first."""
    raise NotImplementedError


def install(desk: Desk, space: Space, *, enterprise_numbers: Sequence[str], own_extension_off: bool) -> Installation:
    """Installs with the actor's consent. Not active. Checks and normalises the enterprise numbers."""
    raise NotImplementedError


def set_enterprise_numbers(desk: Desk, space: str, numbers: Sequence[str]) -> Installation:
    """Changes the dossier's enterprise numbers."""
    raise NotImplementedError


def uninstall(desk: Desk, space: str) -> None:
    """Deactivates, forgets credentials and installation; the ledger keeps the keys, so nothing is sent again."""
    raise NotImplementedError


def set_credentials(desk: Desk, space: str, values: Mapping[CredentialField, SecretStr]) -> list[CredentialView]:
    """Keeps credentials (those given), closes the circuits that wrong ones had opened, warns of a shared dossier."""
    raise NotImplementedError


def credentials(desk: Desk, space: str) -> list[CredentialView]:
    """The three credentials as they may be shown."""
    raise NotImplementedError


def delete_credentials(desk: Desk, space: str) -> None:
    """Deletes them from `credentials.toml`; says so where another source still answers."""
    raise NotImplementedError


async def try_credentials(desk: Desk, space: str, values: Mapping[CredentialField, SecretStr] | None = None) -> Verdict:
    """Tests the stored credentials, or `values` before they are stored. Says what was proven and what not."""
    raise NotImplementedError


def shape_problem(field: CredentialField, value: str) -> str | None:
    """The code of what is wrong with the shape of a value while it is typed (blank, inner spaces), or None."""
    raise NotImplementedError


def same_dossier(desk: Desk, space: str) -> list[Installation]:
    """Other installations that send to the same dossier: a warning."""
    raise NotImplementedError
