"""`credentials.toml`: the private file of secrets, 0600, replaced atomically, never overwritten while it is broken.

Shared values stand at the top, those of a space in a table of its own:

    banqup_secret = "..."

    [spaces."6f1c..."]
    api_key = "..."
    clid = "..."
    file_id = "..."

No error raised here carries a value or a line of the file.
"""

from __future__ import annotations

import json
import os
import pwd
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

from core.errors import ConfigurationError, UsageError
from core.files import locked, refuse_wider, replace_file, sweep, unwritable

MODE = 0o600
PREFIX = ".credentials-"
HEADING = (
    "# Credentials of banqup-pingwin. Keep this file private (chmod 600). Written by: banqup-pingwin credentials set\n"
)

Values = dict[str | None, dict[str, str]]
"""By space; None for the shared ones."""

_PLACE = re.compile(r"\(at line (\d+), column (\d+)\)")


class CredentialsFile:
    """The file. In a shared home one who may not read it simply has no credentials (decision 21).

    There it is the engine's user's alone, who owns the directory `of_engine`: root writes it for that user.
    """

    def __init__(self, path: Path, *, shared_home: bool = False, of_engine: Path | None = None) -> None:
        self.path = path
        self.shared_home = shared_home
        self._of_engine = of_engine or path.parent
        self._parsed: tuple[tuple[int, int, int], Values] | None = None

    def read(self) -> Values:
        """All values; empty where there is no file. Raises ConfigurationError where it is open to others or broken."""
        return {space: dict(values) for space, values in self._current().items()}

    def get(self, space: str | None, name: str) -> str:
        """One value, '' where there is none. The file is parsed again only when it is another one than before."""
        return self._current().get(space, {}).get(name, "")

    def _current(self) -> Values:
        try:
            refuse_wider(self.path, MODE, own=not self._elsewhere())
            status = self.path.stat()
            stamp = status.st_ino, status.st_mtime_ns, status.st_size
            if self._parsed is None or self._parsed[0] != stamp:
                self._parsed = stamp, parse(self.path.read_bytes(), self.path)
            return self._parsed[1]
        except FileNotFoundError:
            return {}
        except PermissionError:
            if self.shared_home:
                return {}
            raise ConfigurationError("file_of_another_user", where=str(self.path)) from None
        except OSError as error:
            raise ConfigurationError("file_not_read", where=str(self.path), why=error.strerror or "") from None

    def change(self, space: str | None, values: Mapping[str, str]) -> None:
        """Sets some values of a space, or shared ones."""
        self.change_all({space: values})

    def change_all(self, values: Mapping[str | None, Mapping[str, str]]) -> None:
        """Sets some values of several spaces (None: shared ones), in one file version. A blank one is taken out."""
        for name, value in ((name, value) for own in values.values() for name, value in own.items()):
            if any(
                "\ud800" <= c <= "\udfff" for c in value
            ):  # no text: it could not be written, and the error would tell
                raise ConfigurationError("credentials_invalid", where=str(self.path), field=name)
        self.must_be_ours()
        with locked(self.path, MODE):
            kept = self.read()
            for space, own in values.items():
                kept[space] = {name: value for name, value in {**kept.get(space, {}), **own}.items() if value}
            self._write(kept)

    def remove(self, space: str | None, names: Sequence[str]) -> bool:
        """Deletes these values of a space, or shared ones. False where there were none."""
        self.must_be_ours()
        with locked(self.path, MODE):
            kept = self.read()
            had = kept.get(space, {})
            left = {name: value for name, value in had.items() if name not in names}
            if left == had:
                return False
            kept[space] = left
            self._write(kept)
            return True

    def _write(self, values: Values) -> None:
        try:
            sweep(self.path.parent, PREFIX)
            replace_file(self.path, render(values).encode(), MODE, prefix=PREFIX)
            self._hand_over()
        except OSError as error:
            raise unwritable(self.path, error) from None

    def must_be_ours(self) -> None:
        """Raises where the file would be somebody else's than the engine's user: the engine could not read it."""
        owner = self._engine_user()
        if owner is not None and os.geteuid() not in {0, owner}:
            raise UsageError("secrets_by_engine_user", name=_login(owner))

    def _hand_over(self) -> None:
        """What root wrote belongs to the engine's user, like the lock beside it."""
        owner = self._engine_user()
        if owner is not None and os.geteuid() == 0:
            for path in (self.path, self.path.with_name(f"{self.path.name}.lock")):
                os.chown(path, owner, -1)

    def _engine_user(self) -> int | None:
        return self._of_engine.stat().st_uid if self.shared_home and self._of_engine.is_dir() else None

    def hidden(self) -> bool:
        """Whether there are secrets here that this user may not read: the engine's, in a shared home."""
        return self.shared_home and self.path.exists() and not os.access(self.path, os.R_OK)

    def _elsewhere(self) -> bool:
        """Whether, in a shared home, the file is another's private one: not readable, or the engine's, read by root."""
        if not self.shared_home:
            return False
        readable = os.access(self.path, os.R_OK)
        return not readable or (os.geteuid() == 0 and self.path.stat().st_uid == self._engine_user())


def _login(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


def parse(raw: bytes, path: Path) -> Values:
    """The values in a TOML text. Raises ConfigurationError with line and column, or with the field that is no text."""
    try:
        tables = tomllib.loads(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        line, column = raw.count(b"\n", 0, error.start) + 1, error.start - raw.rfind(b"\n", 0, error.start)
        raise ConfigurationError("credentials_broken", where=str(path), line=line, column=column) from None
    except tomllib.TOMLDecodeError as error:
        line, column = _place(str(error), raw)
        raise ConfigurationError("credentials_broken", where=str(path), line=line, column=column) from None
    spaces = tables.pop("spaces", {})
    if not isinstance(spaces, dict):
        raise ConfigurationError("credentials_invalid", where=str(path), field="spaces")
    found: Values = {None: tables, **spaces}
    for space, values in found.items():
        for name, value in values.items() if isinstance(values, dict) else [("", None)]:
            if not isinstance(value, str):
                field = ".".join(part for part in (space, name) if part)
                raise ConfigurationError("credentials_invalid", where=str(path), field=field)
    return found


def render(values: Values) -> str:
    """The file's text: shared values, then a table a space, in order."""
    lines = [HEADING]
    lines += [f"{_key(name)} = {_text(value)}\n" for name, value in sorted(values.get(None, {}).items())]
    for space in sorted(space for space in values if space is not None and values[space]):
        lines.append(f"\n[spaces.{_text(space)}]\n")
        lines += [f"{_key(name)} = {_text(value)}\n" for name, value in sorted(values[space].items())]
    return "".join(lines)


def _place(message: str, raw: bytes) -> tuple[int, int]:
    found = _PLACE.search(message)
    if found is not None:
        return int(found[1]), int(found[2])
    lines = raw.decode("utf-8", "replace").split("\n")
    return len(lines), len(lines[-1]) + 1  # "(at end of document)"


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _text(name)


def _text(value: str) -> str:
    """A TOML basic string: JSON's escapes, and DEL, which JSON lets through."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
