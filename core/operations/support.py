"""What support and accountants ask for: doctor, reconcile, backup and restore, export and import, bundle."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from core.model import Arguments
from core.operations.desk import Desk


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the doctor: passes (True), fails (False) or cannot be told (None)."""

    code: str
    passed: bool | None
    arguments: Arguments = field(default_factory=dict)
    space: str | None = None


@dataclass(frozen=True, slots=True)
class Reconciled:
    """One document of a period: Banqup's side against the ledger's. `state` is None where the ledger has no row."""

    source_id: str
    direction: str
    number: str
    party: str
    issue_date: str
    amount: str
    currency: str
    banqup_status: str
    state: str | None
    reason: str | None
    reference: str | None
    vat_codes: tuple[tuple[str, str, str], ...] = ()


async def doctor(desk: Desk) -> list[Line]:
    """Checks this machine and each installation."""
    raise NotImplementedError


async def reconcile(desk: Desk, space: str, start: date, end: date) -> list[Reconciled]:
    """Banqup's list against the ledger, by issue date. `vat_codes` are (code, taxable, VAT) from the e-fff file."""
    raise NotImplementedError


def backup(desk: Desk, file: Path) -> None:
    """The ledger and the decisions in one file; no secrets."""
    raise NotImplementedError


def restore(desk: Desk, file: Path) -> Arguments:
    """Puts a backup back. Sends nothing by itself that it cannot prove unsent. Returns what happened, in numbers."""
    raise NotImplementedError


def export_installations(desk: Desk, file: Path) -> int:
    """Installations as CSV or JSON by the file's suffix; no secrets."""
    raise NotImplementedError


def import_installations(desk: Desk, file: Path, *, dry_run: bool) -> list[tuple[str, str]]:
    """Adds and changes installations from a file: (space, what would or did happen)."""
    raise NotImplementedError


def bundle(desk: Desk, space: str, out: Path) -> list[str]:
    """A redacted archive about one space; returns the list of what is in it."""
    raise NotImplementedError
