"""Where each credential comes from, and how to keep it out of everything that is written.

Looked for in this order (engine reference, 13): environment, file named by the environment or systemd, command,
`credentials.toml`, and the desktop's keyring where a person asked for it. A value of the space's own wins over a shared
one. Values are `SecretStr`; nothing here logs, raises or shows one, and every value found is made known to the log
filter.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pydantic import SecretStr

from core.config import Home
from core.credentials import CredentialsFile
from core.errors import ConfigurationError, UsageError
from core.keyring import open_keyring
from core.redaction import REDACTOR, Redactor, fingerprint, last4
from core.service.units import CREDSTORE

__all__ = ["REDACTOR", "Found", "Redactor", "SecretName", "Secrets", "fingerprint", "last4"]

ENVIRONMENT = "BANQUP_PINGWIN_"
COMMAND_TIMEOUT_S = 30.0
COMMAND_KEPT_S = 300.0
"""How long a command's answer is used again: a password manager is not asked for every document."""


class SecretName(StrEnum):
    """What a person enters: three of the machine's (app, database, mail server), the others a space's or shared."""

    BANQUP_SECRET = "banqup_secret"  # noqa: S105 - the name, not a value
    DATABASE_URL = "database_url"
    API_KEY = "api_key"
    CLID = "clid"
    FILE_ID = "file_id"
    SMTP_PASSWORD = "smtp_password"  # noqa: S105 - the name, not a value

    @property
    def shown(self) -> bool:
        """Whether the value may be shown in full (decision 18)."""
        return self is SecretName.FILE_ID


OF_THE_MACHINE = frozenset({SecretName.BANQUP_SECRET, SecretName.DATABASE_URL, SecretName.SMTP_PASSWORD})


@dataclass(frozen=True, slots=True)
class Found:
    """A value and which source answered, as a short label that may be shown."""

    value: SecretStr
    source: str


class Secrets:
    """The credentials of one home. Reads afresh each time (a command's answer is kept for some minutes)."""

    def __init__(self, home: Home, environ: Mapping[str, str], *, readonly: bool = False) -> None:
        self.home = home
        self._readonly = readonly
        self._environ = environ
        self._file = CredentialsFile(home.credentials, shared_home=home.mode == "system", of_engine=home.data)
        self._keyring = open_keyring(home, environ)
        self._answers: dict[str, tuple[float, SecretStr]] = {}

    def __repr__(self) -> str:
        return f"Secrets({self.home.credentials})"

    def find(self, name: SecretName, space: str | None = None) -> Found | None:
        """The value from the first source that has one, None where none does.

        Raises ConfigurationError where a source that is named does not work; a later one is not asked instead.
        """
        for owner in (space, None) if space is not None and name not in OF_THE_MACHINE else (None,):
            for found in self._sources(name, owner):
                if not name.shown:
                    REDACTOR.learn(found.value)
                return found
        return None

    def store(self, space: str | None, values: Mapping[SecretName, SecretStr]) -> None:
        """Keeps values in `credentials.toml` (or the keyring), of a space or (None) shared; others there stay."""
        self.store_all({space: values})

    def store_all(self, values: Mapping[str | None, Mapping[SecretName, SecretStr]]) -> None:
        """The same for several spaces, in one file version: atomic, locked.

        What goes into the keyring leaves the file, which would answer first.
        """
        self._must_write()
        texts = {
            space: {name.value: value.get_secret_value() for name, value in own.items()}
            for space, own in values.items()
        }
        if self._keyring is not None:
            for space, kept in texts.items():
                for entry, text in kept.items():
                    self._keyring.set(_entry(entry, space), text)
            texts = {space: dict.fromkeys(kept, "") for space, kept in texts.items()}
        self._file.change_all(texts)
        for own in values.values():
            for name, value in own.items():
                if not name.shown:
                    REDACTOR.learn(value)

    def kept(self, space: str | None, name: SecretName) -> str:
        """What is held where `store` keeps it, '' where that is nothing: to see whether it has to be written."""
        if self._keyring is not None:
            return self._keyring.get(_entry(name.value, space))
        return self._file.get(space, name.value)

    def delete(self, space: str | None) -> bool:
        """Deletes the values of a space (None: the shared ones) from where we keep them. False where none were."""
        self._must_write()
        names = [name.value for name in SecretName]
        deleted = [self._keyring.delete(_entry(name, space)) for name in names] if self._keyring is not None else []
        return self._file.remove(space, names) or any(deleted)

    def must_be_ours(self) -> None:
        """Raises where this user may not change the secrets (system mode: they are the engine's user's)."""
        self._file.must_be_ours()

    def hidden(self) -> bool:
        """Whether there are secrets that this user may not read, but the engine may."""
        kept_by_root = self.home.mode == "system" and CREDSTORE.is_dir() and not os.access(CREDSTORE, os.R_OK)
        return self._file.hidden() or (kept_by_root and "CREDENTIALS_DIRECTORY" not in self._environ)

    def _must_write(self) -> None:
        if self._readonly:
            raise UsageError("readonly")

    def forget_answers(self) -> None:
        """Asks commands again the next time: a value may have been rotated."""
        self._answers.clear()

    def _sources(self, name: SecretName, space: str | None) -> Iterator[Found]:
        """The sources that have a value, in their order; lazily, so that a command runs only when it must."""
        variable = variable_name(name, space)
        if value := self._environ.get(variable, "").strip():
            yield Found(SecretStr(value), f"environment {variable}")
        if path := self._environ.get(f"{variable}_FILE", "").strip():
            yield Found(_from_file(Path(path), f"{variable}_FILE"), f"file {variable}_FILE")
        for directory, shown in self._directories():
            entry = _entry(name.value, space)
            if "/" not in entry and (path_ := Path(directory, entry)).is_file():
                yield Found(_from_file(path_, f"{shown}/{entry}"), f"{shown}/{entry}")
        if command := self._environ.get(f"{variable}_COMMAND", "").strip():
            yield Found(self._from_command(command, f"{variable}_COMMAND"), f"command {variable}_COMMAND")
        if value := self._file.get(space, name.value).strip():
            yield Found(SecretStr(value), "credentials.toml")
        if self._keyring is not None and (value := self._keyring.get(entry := _entry(name.value, space)).strip()):
            yield Found(SecretStr(value), f"keyring {self._keyring.service}: {entry}")

    def _directories(self) -> Iterator[tuple[str, str]]:
        """Where systemd puts secrets for the engine, or (for root beside it) takes them from; and how that is named."""
        if given := self._environ.get("CREDENTIALS_DIRECTORY", "").strip():
            yield given, "$CREDENTIALS_DIRECTORY"
        elif self.home.mode == "system" and os.access(CREDSTORE, os.R_OK | os.X_OK):
            yield str(CREDSTORE), str(CREDSTORE)

    def _from_command(self, command: str, variable: str) -> SecretStr:
        kept = self._answers.get(variable)
        if kept is not None and time.monotonic() - kept[0] < COMMAND_KEPT_S:
            return kept[1]
        try:
            done = subprocess.run(  # noqa: S603 - the person's own command, without a shell
                shlex.split(command),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=COMMAND_TIMEOUT_S,
                env=dict(self._environ),
                check=False,
            )
            status: str | int = done.returncode
            value = done.stdout.decode("utf-8", "replace").strip() if done.returncode == 0 else ""
        except (OSError, ValueError, subprocess.TimeoutExpired) as error:
            status, value = type(error).__name__, ""
        if not value:
            raise ConfigurationError("secret_command_failed", name=variable, status=status)
        self._answers[variable] = (time.monotonic(), SecretStr(value))
        return self._answers[variable][1]


def _entry(name: str, space: str | None) -> str:
    """What a credential is called where a directory or a keyring holds one value an entry."""
    return name if space is None else f"{name}_{space}"


def variable_name(name: SecretName, space: str | None = None) -> str:
    """The environment variable of a credential: BANQUP_PINGWIN_API_KEY, or with the space's id appended."""
    base = f"{ENVIRONMENT}{name.value.upper()}"
    return base if space is None else f"{base}_{re.sub(r'[^A-Z0-9]', '_', space.upper())}"


def _from_file(path: Path, name: str) -> SecretStr:
    """A file's text without surrounding blanks. Its mode is the business of systemd or Docker, which made it."""
    try:
        value = path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = (os.strerror(error.errno) if isinstance(error, OSError) and error.errno else "") or "no text"
        raise ConfigurationError("secret_file_unreadable", name=name, why=why) from None
    if not value:
        raise ConfigurationError("secret_file_unreadable", name=name, why="empty")
    return SecretStr(value)
