"""The two connections, once a machine: Banqup (address, app id, secret) and Pingwin's target (contract or folder)."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr

from core.banqup.errors import CredentialsRefused
from core.config import BanqupConnection, Machine, PingwinTarget
from core.errors import ConfigurationError, ProductError, SourceError, StoreError, UsageError
from core.model import Arguments, Space
from core.operations.desk import Desk
from core.operations.setup.enrolment import enrol_all
from core.operations.setup.meanwhile import unless_changed
from core.secrets import SecretName
from core.web import address_problem, clean

TRY_SECONDS = 30.0
"""Total time of one test, in seconds."""


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
    return desk.machine


def contracts(desk: Desk) -> list[ContractView]:
    """The contracts that ship with the product and the user's own."""
    from core.pingwin import available

    return [
        ContractView(
            name=contract.name,
            label=contract.label,
            confirmed=contract.confirmed,
            status=contract.status,
            needs_base_url=not contract.base_url,
        )
        for contract in available(desk.home.contracts)
    ]


def checked_address(address: str) -> str:
    """An address as it is kept: https (plain http only on loopback), no user name in it, no final slash."""
    problem = address_problem(address)
    if problem is not None:
        raise UsageError(f"address_{problem}", address=clean(address, 120))
    return address.strip().rstrip("/")


def address_shape(address: str) -> tuple[str, Arguments] | None:
    """What is wrong with the shape of an address while it is typed, as a message; None where it may be used."""
    problem = address_problem(address)
    return (f"address_{problem}", {"address": clean(address, 120)}) if problem is not None else None


def set_banqup(
    desk: Desk, connection: BanqupConnection, secret: SecretStr | None, *, seen: BanqupConnection | None = None
) -> Machine:
    """Keeps Banqup's address, app id and (where given) secret. Refuses plain http except on loopback.

    `seen` is what a form was filled from (`core.operations.setup.meanwhile`).
    """
    desk.must_write()
    client_id = connection.client_id.strip()
    if not client_id:
        raise UsageError("banqup_no_app_id")
    kept = connection.model_copy(update={"base_url": checked_address(connection.base_url), "client_id": client_id})
    unless_changed(desk, desk.machine.banqup, seen)
    if secret is not None:
        if not secret.get_secret_value().strip():
            raise UsageError("blank_secret")
        desk.secrets.store(None, {SecretName.BANQUP_SECRET: SecretStr(secret.get_secret_value().strip())})
    return desk.installations.change_machine(lambda each: each.model_copy(update={"banqup": kept}))


def banqup_secret_source(desk: Desk) -> str | None:
    """Which source answers for the app's secret (environment, file, command, credentials.toml, keyring), or None."""
    found = desk.secrets.find(SecretName.BANQUP_SECRET, None)
    return found.source if found else None


def set_pingwin(desk: Desk, target: PingwinTarget, *, seen: PingwinTarget | None = None) -> Machine:
    """Keeps where deliveries go, after loading the contract or trying the folder. `seen` as in `set_banqup`."""
    from core.pingwin import open_target

    desk.must_write()
    match target.kind:
        case "http":
            kept = target.model_copy(update={"base_url": _target_address(desk, target), "folder": ""})
        case "folder":
            kept = target.model_copy(update={"folder": str(_checked_folder(target.folder)), "base_url": ""})
        case _:
            raise UsageError("pingwin_no_target")
    open_target(kept, desk.home.contracts)
    unless_changed(desk, desk.machine.pingwin, seen)
    changed = desk.installations.change_machine(lambda each: each.model_copy(update={"pingwin": kept}))
    enrol_all(desk)
    return changed


def _target_address(desk: Desk, target: PingwinTarget) -> str:
    chosen = next((view for view in contracts(desk) if view.name == target.contract), None)
    if chosen is None:
        raise UsageError("no_such_contract", contract=target.contract)
    if target.base_url.strip():
        return checked_address(target.base_url)
    if chosen.needs_base_url:
        raise UsageError("pingwin_no_address", contract=chosen.name)
    return ""


def _checked_folder(text: str) -> Path:
    folder = Path(text.strip()).expanduser()
    if not text.strip() or not folder.is_absolute():
        raise UsageError("folder_not_absolute", folder=text.strip())
    try:
        folder.mkdir(mode=0o750, parents=True, exist_ok=True)
        probe = folder / ".banqup-pingwin-probe"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as problem:
        raise UsageError("folder_not_writable", folder=str(folder), problem=problem.strerror or "") from problem
    return folder


async def try_banqup(desk: Desk) -> Verdict:
    """Token, then the list of spaces; says what was proven."""
    try:
        found = await spaces(desk)
    except ConfigurationError as missing:
        proofs: tuple[Proof, ...] = (Proof(missing.code, False, missing.arguments),)
    except CredentialsRefused as refused:
        proofs = (Proof("banqup_token", False), Proof(refused.code, False, refused.arguments))
    except SourceError as failed:
        proofs = (Proof(failed.code, False, failed.arguments),)
    else:
        seen = Proof("banqup_spaces", True, {"count": len(found)}) if found else Proof("banqup_no_spaces", False)
        proofs = (Proof("banqup_token", True), seen)
    return Verdict(proofs, desk.clock.now())


async def try_pingwin(desk: Desk) -> Verdict:
    """Reachability of the target, without credentials of a dossier."""
    try:
        target = desk.target()
    except ProductError as missing:
        return Verdict((Proof(missing.code, False, missing.arguments),), desk.clock.now())
    probe = await target.probe(None, TRY_SECONDS)
    if probe.reachable and not desk.readonly and desk.has_ledger():  # what waits for its next probe need not wait
        with suppress(StoreError):  # a ledger that cannot be used says so itself
            desk.ledger.probe_now(target.name, now=desk.clock.now())
    proofs = [Proof(probe.code, probe.reachable, probe.arguments)]
    if not target.confirmed:
        proofs.append(Proof("contract_unconfirmed", None, {"target": target.name}))
    return Verdict(tuple(proofs), desk.clock.now())


async def spaces(desk: Desk) -> list[Space]:
    """The spaces that Banqup lets the app see."""
    async with desk.banqup() as source:
        return [each for each in await source.spaces() if desk.sees(each.id)]
