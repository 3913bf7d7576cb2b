"""The three credentials of a space: API key, CLID and File ID. Never shows a secret, never puts one in an error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from pydantic import SecretStr

from core.errors import ProductError, UsageError
from core.installations import Installation
from core.operations.desk import Desk
from core.operations.running.engines import engine
from core.operations.setup.connections import TRY_SECONDS, Proof, Verdict
from core.operations.setup.enrolment import close_circuits, enrol
from core.operations.setup.meanwhile import unless_changed
from core.pingwin.target import Credentials
from core.secrets import SecretName, fingerprint, last4
from core.sync.requests import ask_engine


class CredentialField(StrEnum):
    """The three settings of the Pingwin extension."""

    API_KEY = "api_key"
    CLID = "clid"
    FILE_ID = "file_id"


SECRET_NAMES = {
    CredentialField.API_KEY: SecretName.API_KEY,
    CredentialField.CLID: SecretName.CLID,
    CredentialField.FILE_ID: SecretName.FILE_ID,
}
"""Where each is looked for. The File ID is no secret (decision 18); the installation names its dossier too."""


@dataclass(frozen=True, slots=True)
class CredentialView:
    """A credential as it may be shown: `shown` is the File ID in full, the CLID's last 4, the API key's fingerprint.

    One that is not `present` is `hidden` where another user keeps the secrets: it may be there, for the engine.
    """

    field: CredentialField
    present: bool
    source: str | None
    shown: str
    hidden: bool = False


def shape_problem(field: CredentialField, value: str) -> str | None:
    """The code of what is wrong with the shape of a value while it is typed (blank, inner spaces), or None."""
    stripped = value.strip()
    if not stripped:
        return "credential_blank"
    if any(c.isspace() for c in stripped):
        return "credential_spaces"
    # A key goes into a header or an address, which carry plain ASCII only.
    if not (stripped.isascii() and stripped.isprintable()):
        return "credential_characters"
    return "credential_long" if len(stripped) > 512 else None


def set_credentials(
    desk: Desk,
    space: str,
    values: Mapping[CredentialField, SecretStr],
    *,
    seen: Sequence[CredentialView] | None = None,
) -> list[CredentialView]:
    """Keeps credentials (those given), closes the circuits that wrong ones had opened, warns of a shared dossier.

    `seen` is what a form was filled from (`core.operations.setup.meanwhile`).
    """
    desk.must_write()
    unless_changed(desk, credentials(desk, space), None if seen is None else list(seen), space=space)
    installation = installed(desk, space)
    wanted = {field: _checked(field, value) for field, value in values.items()}
    file_id = wanted.get(CredentialField.FILE_ID)
    dossier = file_id.get_secret_value() if file_id is not None else installation.file_id
    if dossier != installation.file_id:
        installation = _change_dossier(desk, installation, dossier)
    close_circuits(desk, space)
    kept = {SECRET_NAMES[field]: value for field, value in wanted.items()}
    if dossier and desk.secret(SecretName.FILE_ID, space) is None:
        kept[SecretName.FILE_ID] = SecretStr(dossier)  # the engine reads all three from one place
    desk.secrets.store(space, kept)
    enrol(desk, installation)
    close_circuits(desk, space)
    desk.ledger.note(
        space,
        kind="credentials",
        code="credentials_changed",
        args={"fields": ", ".join(field.value for field in wanted)},
        actor=desk.actor,
        now=desk.clock.now(),
    )
    return credentials(desk, space)


def installed(desk: Desk, space: str) -> Installation:
    """The installation of a space id, else UsageError."""
    installation = desk.installations.get(space)
    if installation is None:
        raise UsageError("no_such_installation", text=space)
    return installation


def _checked(field: CredentialField, value: SecretStr) -> SecretStr:
    problem = shape_problem(field, value.get_secret_value())
    if problem is not None:
        raise UsageError(problem, field=field.value)
    return SecretStr(value.get_secret_value().strip())


def _change_dossier(desk: Desk, installation: Installation, file_id: str) -> Installation:
    """Another dossier needs its own baseline: an active space must be switched off first, a count starts over."""
    if installation.active:
        raise UsageError("dossier_change_needs_deactivation", name=installation.name, file_id=installation.file_id)
    return desk.installations.change(installation.space, lambda each: each.model_copy(update={"file_id": file_id}))


def credentials(desk: Desk, space: str) -> list[CredentialView]:
    """The three credentials as they may be shown."""
    installation = installed(desk, space)
    return [_view(desk, installation, field) for field in CredentialField]


def _view(desk: Desk, installation: Installation, field: CredentialField) -> CredentialView:
    found = desk.secrets.find(SECRET_NAMES[field], installation.space)
    if found is None and field is CredentialField.FILE_ID and installation.file_id:
        return CredentialView(field, True, "installations.json", installation.file_id)
    if found is None:
        return CredentialView(field, False, None, "", hidden=desk.secrets.hidden())
    return CredentialView(field, True, found.source, _shown(field, found.value))


def _shown(field: CredentialField, value: SecretStr) -> str:
    match field:
        case CredentialField.FILE_ID:
            return value.get_secret_value()
        case CredentialField.CLID:
            return last4(value)
        case _:
            return fingerprint(value)


def delete_credentials(desk: Desk, space: str) -> None:
    """Deletes them from `credentials.toml`; says so where another source still answers.

    The File ID stays: it names the dossier and is no secret.
    """
    desk.must_write()
    installed(desk, space)
    desk.secrets.delete(space)
    desk.ledger.note(
        space, kind="credentials", code="credentials_deleted", args={}, actor=desk.actor, now=desk.clock.now()
    )


async def try_credentials(desk: Desk, space: str, values: Mapping[CredentialField, SecretStr] | None = None) -> Verdict:
    """Tests the stored credentials, or `values` before they are stored. Says what was proven and what not."""
    installation = installed(desk, space)
    proofs = _shapes(values or {})
    missing = [field for field in CredentialField if _value(desk, installation, field, values or {}) is None]
    if missing and not values and engine(desk).running:
        return await _ask_engine(desk, space)
    proofs += [Proof("credential_missing", False, {"field": field.value}) for field in missing]
    if any(proof.passed is False for proof in proofs):
        return Verdict(tuple(proofs), desk.clock.now())
    proofs.append(Proof("credentials_shape", True))
    return Verdict((*proofs, *await _ask(desk, installation, values or {})), desk.clock.now())


async def _ask_engine(desk: Desk, space: str) -> Verdict:
    """This desk may not read the secrets: the engine, which does, is asked to test them."""
    probe = await ask_engine(desk.ledger, space, actor=desk.actor, clock=desk.clock, patience=2 * TRY_SECONDS)
    if probe is None:
        return Verdict((Proof("engine_gave_no_answer", None),), desk.clock.now())
    proofs = [Proof(probe.code, probe.reachable and probe.credentials is not False, probe.arguments)]
    if probe.reachable and probe.credentials is None:
        proofs.append(Proof("credentials_untested", None))
    return Verdict((Proof("engine_tested", True), *proofs), desk.clock.now())


def _shapes(values: Mapping[CredentialField, SecretStr]) -> list[Proof]:
    problems = ((field, shape_problem(field, value.get_secret_value())) for field, value in values.items())
    return [Proof(problem, False, {"field": field.value}) for field, problem in problems if problem is not None]


def _value(
    desk: Desk, installation: Installation, field: CredentialField, values: Mapping[CredentialField, SecretStr]
) -> SecretStr | None:
    if field in values:
        return SecretStr(values[field].get_secret_value().strip())
    stored = desk.secret(SECRET_NAMES[field], installation.space)
    if stored is None and field is CredentialField.FILE_ID and installation.file_id:
        return SecretStr(installation.file_id)
    return stored


async def _ask(
    desk: Desk, installation: Installation, values: Mapping[CredentialField, SecretStr]
) -> tuple[Proof, ...]:
    try:
        target = desk.target()
    except ProductError as missing:
        return (Proof(missing.code, False, missing.arguments),)
    api_key, clid, file_id = (_value(desk, installation, field, values) for field in CredentialField)
    assert api_key is not None and clid is not None and file_id is not None, "missing ones are reported before"
    probe = await target.probe(Credentials(api_key, clid, file_id.get_secret_value()), TRY_SECONDS)
    proofs = [Proof(probe.code, probe.reachable and probe.credentials is not False, probe.arguments)]
    if probe.reachable and probe.credentials is None:
        proofs.append(Proof("credentials_untested", None))
    if not target.confirmed:
        proofs.append(Proof("contract_unconfirmed", None, {"target": target.name}))
    return tuple(proofs)


def same_dossier(desk: Desk, space: str) -> list[Installation]:
    """Other installations that send to the same dossier: a warning.

    A File ID means a dossier of one CLID, so another CLID (where both are known) makes it another dossier.
    """
    own = installed(desk, space)
    own_clid = desk.secret(SecretName.CLID, space)
    if not own.file_id:
        return []
    others = (each for each in desk.installations.all() if each.space != space and each.file_id == own.file_id)
    return [each for each in others if _may_be_same(own_clid, desk.secret(SecretName.CLID, each.space))]


def _may_be_same(one: SecretStr | None, other: SecretStr | None) -> bool:
    return one is None or other is None or one.get_secret_value() == other.get_secret_value()
