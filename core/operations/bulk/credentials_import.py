"""Credentials of many dossiers from one private text: not in a table, not in an argument, and no value is shown.

The text is TOML, as in `credentials.toml`: shared values on top (one CLID for all dossiers of an office), then a table
a space, under the space's id or, where only one installation has it, the File ID of its dossier:

    clid = "..."

    [spaces."12345"]
    api_key = "..."
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr

from core.credentials import MODE, parse
from core.errors import UsageError
from core.files import refuse_wider
from core.installations import Installation
from core.model import Arguments
from core.operations.desk import Desk
from core.operations.setup.credentials import SECRET_NAMES, CredentialField, shape_problem
from core.operations.setup.enrolment import close_circuits, enrol
from core.secrets import SecretName

Texts = Mapping[str | None, Mapping[str, str]]
"""By table; None for the shared values on top."""


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one table (`named`, as in the file; empty for the shared values): done, or the code of why not."""

    named: str
    space: str
    done: bool
    code: str
    arguments: Arguments = field(default_factory=dict)


def read_credentials(file: Path) -> Texts:
    """The tables of a file. Raises ConfigurationError where others may read it, or it is no such text."""
    refuse_wider(file, MODE)
    try:
        return parse(file.read_bytes(), file)
    except OSError as problem:
        raise UsageError("import_unreadable", where=str(file), why=problem.strerror or "") from problem


def parsed_credentials(text: str) -> Texts:
    """The tables of a text from standard input."""
    return parse(text.encode("utf-8", "surrogateescape"), Path("-"))


def import_credentials(desk: Desk, tables: Texts, *, dry_run: bool) -> list[Told]:
    """Keeps what the tables say, in one version of `credentials.toml`; a table that is wrong is told and left out."""
    if not dry_run:
        desk.must_write()
    kept: dict[str | None, Mapping[SecretName, SecretStr]] = {}
    told = []
    for named, values in tables.items():
        try:
            installation = None if named is None else _meant(desk, named)
            own = _checked(desk, installation, values)
        except UsageError as refused:
            told.append(Told(named or "", "", False, refused.code, refused.arguments))
            continue
        space = None if installation is None else installation.space
        changed = {name: value for name, value in own.items() if _differs(desk, space, name, value)}
        if changed:
            kept[space] = changed
        if own or named is not None:
            code = "credentials_kept" if changed else "import_unchanged"
            told.append(
                Told(named or "", space or "", True, code, {"fields": ", ".join(each.value for each in changed)})
            )
    if kept and not dry_run:
        desk.secrets.store_all(kept)
        _tell(desk, kept)
    return told


def _meant(desk: Desk, named: str) -> Installation:
    """The installation by its space's id, or by a File ID that only one of them has."""
    exact = desk.installations.get(named)
    if exact is not None:
        return exact
    of_dossier = [each for each in desk.installations.all() if each.file_id == named]
    if len(of_dossier) > 1:
        raise UsageError("ambiguous", text=named, names=", ".join(each.name for each in of_dossier[:8]))
    if not of_dossier:
        raise UsageError("no_such_installation", text=named)
    return of_dossier[0]


def _checked(desk: Desk, installation: Installation | None, values: Mapping[str, str]) -> dict[SecretName, SecretStr]:
    """The values by name. The File ID of the installation comes along: the engine reads all three from here."""
    known = {each.value: each for each in CredentialField}
    unknown = sorted(set(values) - set(known))
    if unknown:
        raise UsageError("credential_unknown", field=unknown[0])
    for name, value in values.items():
        if problem := shape_problem(known[name], value):
            raise UsageError(problem, field=name)
    found = {SECRET_NAMES[known[name]]: SecretStr(value.strip()) for name, value in values.items()}
    if installation is not None:
        file_id = found.get(SecretName.FILE_ID)
        if file_id is not None and file_id.get_secret_value() != installation.file_id:
            raise UsageError("credential_other_dossier", name=installation.name, file_id=installation.file_id or "-")
        if installation.file_id:
            found[SecretName.FILE_ID] = SecretStr(installation.file_id)
    return found


def _differs(desk: Desk, space: str | None, name: SecretName, value: SecretStr) -> bool:
    return desk.secrets.kept(space, name) != value.get_secret_value()


def _tell(desk: Desk, kept: Mapping[str | None, Mapping[SecretName, SecretStr]]) -> None:
    """The ledger hears where each space sends now; circuits that wrong credentials had opened close."""
    shared = None in kept
    for installation in desk.installations.all():
        if shared or installation.space in kept:
            enrol(desk, installation)
            close_circuits(desk, installation.space)
    for space, values in kept.items():
        fields, now = {"fields": ", ".join(each.value for each in values)}, desk.clock.now()
        desk.ledger.note(
            space or "", kind="credentials", code="credentials_changed", args=fields, actor=desk.actor, now=now
        )
