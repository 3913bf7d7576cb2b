"""What people decided: one `Machine` and one `Installation` a space, in a hand-editable TinyDB file.

Takes and gives frozen models; every change is one locked, atomic, fsynced file version. Holds no secret, counter,
watermark or lease: what changes by itself belongs to the ledger. A file broken by hand is reported with line and
column, and never overwritten; readers go on with the last good version.
"""

from __future__ import annotations

import hashlib
import json
import socket
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import Field, ValidationError, field_validator
from tinydb import TinyDB, where
from tinydb.storages import Storage

from core import jsonfile
from core.config import Machine, Settings
from core.efff.vat_table import CODES
from core.errors import ConfigurationError, UsageError
from core.files import locked, refuse_wider, replace_file, sweep, unwritable
from core.model import Rule

PREFIX = ".installations-"
"""Begins the name of an unfinished file version."""

SCHEMA = 1

_T = TypeVar("_T", bound=Settings)


class Consent(Settings):
    """Who agreed that documents of the space are used, and when."""

    by: str
    at: datetime


class VatCode(Settings):
    """A person's own rule for the Belgian VAT code of documents that state none: it goes before the table's.

    What is left empty fits anything; `core.efff.vat.VatOverride`, which this becomes, says what the fields mean.
    """

    code: str
    supplier: str = ""
    category: str = ""
    rate: Decimal | None = Field(default=None, ge=0, le=100)
    exemption: str = ""

    @field_validator("code")
    @classmethod
    def _known(cls, code: str) -> str:
        if code not in CODES:
            raise ValueError(f"there is no Belgian VAT code {code}")
        return code


class Options(Settings):
    """What an installation sends and how. `vat_codes` are the installation's own rules, the first that fits counts."""

    purchase_trigger: tuple[str, ...] = ("FULLY_APPROVED",)
    sales_trigger: tuple[str, ...] = ("SENT", "DELIVERED")
    format: Literal["e-fff-1.0", "e-fff-3.0"] = "e-fff-1.0"
    vat_codes: tuple[VatCode, ...] = ()

    @property
    def rule(self) -> Rule:
        """The trigger as the engine uses it."""
        return Rule(frozenset(self.purchase_trigger), frozenset(self.sales_trigger))


class Installation(Settings):
    """The Pingwin extension in one space. `file_id` names the dossier; the other two credentials are secrets.

    `activated_at` is the decision; the ledger's activation row says when its baseline was complete.
    `waiting` says what the person chose for deliveries that still waited at the last activation.
    """

    space: str
    name: str
    consent: Consent
    enterprise_numbers: tuple[str, ...] = ()
    own_extension_off: bool = False
    file_id: str = ""
    active: bool = False
    activated_at: datetime | None = None
    waiting: Literal["", "send", "discard"] = ""
    held_by: str = ""
    options: Options = Field(default_factory=Options)


class Template(Settings):
    """Options under a name, for new installations to begin with. Changing it changes no installation."""

    name: str = Field(min_length=1, max_length=60)
    options: Options


@dataclass(frozen=True, slots=True)
class Decisions:
    """Everything in the file, checked. `machine` is None until it was saved once."""

    machine: Machine | None
    installations: tuple[Installation, ...]
    templates: tuple[Template, ...] = ()


class SettingsStorage(Storage):
    """TinyDB's storage: whole file versions, each replacing the last one atomically; the one before stays as `.bak`.

    TinyDB's own storage writes in place and keeps the file open: a crash tears it, and an editor that replaces the file
    makes later updates vanish (engine reference, 3.2).
    """

    def __init__(self, path: Path, file_mode: int = 0o600) -> None:
        self.path, self.file_mode = path, file_mode

    def read(self) -> dict[str, dict[str, Any]] | None:
        """The parsed file, None where there is none. Raises ConfigurationError where it is broken."""
        text = read_text(self.path, self.file_mode)
        if not text:
            return None
        parse(text, self.path)
        tables: dict[str, dict[str, Any]] = json.loads(text)
        return tables

    def write(self, data: Mapping[str, Mapping[Any, Any]]) -> None:
        """One file version. A value that JSON cannot hold raises before anything is touched."""
        text = jsonfile.harmless(json.dumps(data, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False))
        try:
            replace_file(self.path, text.encode(), self.file_mode, prefix=PREFIX, keep_previous=True)
        except OSError as error:
            raise unwritable(self.path, error) from error


class Installations:
    """The file of decisions. Reads are cached until the file is another one; changes are made under its lock."""

    def __init__(self, path: Path, file_mode: int = 0o600, *, readonly: bool = False) -> None:
        self.path = path
        self.file_mode = file_mode
        self.readonly = readonly
        self.problem: ConfigurationError | None = None
        self._seen: tuple[int, int, int] | None = None
        self._good: Decisions | None = None
        self._indexed: Decisions | None = None
        self._by_space: dict[str, Installation] = {}

    def machine(self) -> Machine:
        """The machine's settings; defaults, with an id that stays the same, until they were saved."""
        return self._decisions().machine or self._first_machine()

    def all(self) -> list[Installation]:
        """All installations, by name."""
        return sorted(self._decisions().installations, key=lambda one: (one.name.casefold(), one.space))

    def get(self, space: str) -> Installation | None:
        """The installation in a space."""
        decisions = self._decisions()
        if self._indexed is not decisions:
            self._by_space, self._indexed = {one.space: one for one in decisions.installations}, decisions
        return self._by_space.get(space)

    def save(self, installation: Installation) -> None:
        """Adds or replaces the installation of a space."""
        with self.edit() as db:
            _put(db, "installations", installation, where("space") == installation.space)

    def save_machine(self, machine: Machine) -> None:
        """Replaces the machine's settings."""
        with self.edit() as db:
            _put(db, "machine", machine, None)

    def replace(self, decisions: Decisions) -> None:
        """Puts other decisions in the place of all there are, in one file version. Without a machine this one stays."""
        with self.edit() as db:
            _write(db, replace(decisions, machine=decisions.machine or self._read_again().machine))

    def save_all(self, installations: Collection[Installation]) -> None:
        """Adds or replaces the installations of several spaces, in one file version."""
        with self.edit() as db:
            kept = self._read_again()
            saved = {one.space: one for one in (*kept.installations, *installations)}
            _write(db, replace(kept, installations=tuple(saved.values())))

    def change_all(self, changes: Mapping[str, Mapping[str, object]]) -> list[Installation]:
        """Changes fields of several installations in one file version; returns them. Those that are gone stay gone."""
        with self.edit() as db:
            kept = self._read_again()
            rows = [one.model_copy(update=dict(changes.get(one.space, {}))) for one in kept.installations]
            if tuple(rows) != kept.installations:
                _write(db, replace(kept, installations=tuple(rows)))
            return [one for one in rows if one.space in changes]

    def templates(self) -> list[Template]:
        """The named option sets, by name."""
        return sorted(self._decisions().templates, key=lambda one: one.name.casefold())

    def save_template(self, template: Template) -> None:
        """Adds or replaces a named option set."""
        with self.edit() as db:
            _put(db, "templates", template, where("name") == template.name)

    def remove_template(self, name: str) -> bool:
        """Forgets a named option set. False where there was none."""
        with self.edit() as db:
            return bool(db.table("templates").remove(where("name") == name))

    def remove(self, space: str) -> bool:
        """Forgets the installation in a space. False where there was none."""
        with self.edit() as db:
            table = db.table("installations")
            return table.contains(where("space") == space) and bool(table.remove(where("space") == space))

    def change(self, space: str, fn: Callable[[Installation], Installation]) -> Installation:
        """Changes an installation by what stands in the file now. Raises UsageError where there is none."""
        with self.edit() as db:
            found = next((one for one in self._read_again().installations if one.space == space), None)
            if found is None:
                raise UsageError("installation_unknown", space=space)
            changed = fn(found)
            if changed != found:
                _put(db, "installations", changed, where("space") == space)
            return changed

    def change_machine(self, fn: Callable[[Machine], Machine]) -> Machine:
        """Changes the machine's settings by what stands in the file now."""
        with self.edit() as db:
            found = self._read_again().machine
            changed = fn(found or self._first_machine())
            if changed != found:
                _put(db, "machine", changed, None)
            return changed

    @contextmanager
    def edit(self) -> Iterator[TinyDB]:
        """The file under its lock, opened fresh. One decision is one TinyDB call: two calls are two file versions."""
        if self.readonly:
            raise UsageError("readonly")
        with locked(self.path, self.file_mode):
            sweep(self.path.parent, PREFIX)
            self._read_again()
            with TinyDB(self.path, self.file_mode, storage=SettingsStorage) as db:
                yield db

    def stamp(self) -> tuple[int, int, int] | None:
        """Moves whenever the file is another one: inode, modification time in ns, size. None where there is none."""
        try:
            status = self.path.stat()
        except FileNotFoundError:
            return None
        return status.st_ino, status.st_mtime_ns, status.st_size

    def _decisions(self) -> Decisions:
        """The checked file, from the cache while it is the same one. With a `problem`: the last good version."""
        stamp = self.stamp()
        if self._good is not None and stamp == self._seen:
            return self._good
        try:
            self._good = self._read_again()
            self.problem = None
        except ConfigurationError as problem:
            self.problem = problem
            if self._good is None:
                raise
        self._seen = stamp
        return self._good

    def _read_again(self) -> Decisions:
        text = read_text(self.path, self.file_mode)
        return parse(text, self.path) if text else Decisions(None, ())

    def _first_machine(self) -> Machine:
        """Defaults. The id follows from host and path, so that every process names the same one before it is saved."""
        named = f"{socket.gethostname()}:{self.path.absolute()}".encode()
        return Machine(machine_id=hashlib.sha256(named).hexdigest()[:32])


def read_text(path: Path, file_mode: int) -> str:
    """The file's text, '' where there is none. Raises ConfigurationError where others may read it."""
    try:
        raw = path.read_bytes()
        refuse_wider(path, file_mode)
        if not raw.strip():
            raise _broken(path, 1, 1, "the file is empty")
        return raw.decode("utf-8-sig")
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        line, column = before.count(b"\n") + 1, error.start - before.rfind(b"\n")
        raise _broken(path, line, column, "no UTF-8") from error
    except OSError as error:
        raise ConfigurationError("file_not_read", where=str(path), why=error.strerror or "") from error


def parse(text: str, path: Path) -> Decisions:
    """Checks the whole text. Raises ConfigurationError with line and column of the first mistake."""
    try:
        tables = jsonfile.load(text)
    except json.JSONDecodeError as error:
        raise _broken(path, error.lineno, error.colno, error.msg) from error
    except jsonfile.RepeatedKeyError as error:
        raise _broken(path, *jsonfile.place_of_key(text, str(error)), f"{error} stands there twice") from error
    if not isinstance(tables, dict) or not all(isinstance(table, dict) for table in tables.values()):
        raise _broken(path, 1, 1, "tables of documents are expected")
    unknown = sorted(set(tables) - {"machine", "installations", "templates", "_default"})
    if unknown:
        raise _broken(path, *jsonfile.place(text, unknown[:1]), f"there is no table {unknown[0]}")
    for table, rows in tables.items():
        for id in rows:
            if not id.isdecimal():
                raise _broken(path, *jsonfile.place(text, [table, id]), f"{id} is no document number")
    machines = [_model(Machine, text, path, "machine", id, row) for id, row in tables.get("machine", {}).items()]
    if machines and machines[0].schema_version > SCHEMA:
        raise ConfigurationError("settings_newer", where=str(path))
    found: dict[str, Installation] = {}
    for id, row in tables.get("installations", {}).items():
        one = _model(Installation, text, path, "installations", id, row)
        if one.space in found:
            raise _invalid(text, path, ["installations", id, "space"], "the space stands there twice")
        found[one.space] = one
    templates = [_model(Template, text, path, "templates", id, row) for id, row in tables.get("templates", {}).items()]
    return Decisions(machines[0] if machines else None, tuple(found.values()), tuple(templates))


def _model(kind: type[_T], text: str, path: Path, table: str, id: str, row: object) -> _T:
    try:
        return kind.model_validate(row)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise _invalid(text, path, [table, id, *first["loc"]], first["msg"]) from None


def _broken(path: Path, line: int, column: int, why: str) -> ConfigurationError:
    return ConfigurationError("settings_broken", where=str(path), line=line, column=column, why=why)


def _invalid(text: str, path: Path, place: list[str | int], why: str) -> ConfigurationError:
    line, column = jsonfile.place(text, place)
    field = ".".join(map(str, place))
    return ConfigurationError("settings_invalid", where=str(path), line=line, column=column, field=field, why=why)


def _write(db: TinyDB, decisions: Decisions) -> None:
    """One file version with exactly these decisions."""
    tables: dict[str, Sequence[Settings]] = {
        "machine": [decisions.machine] if decisions.machine else [],
        "installations": decisions.installations,
    }
    if decisions.templates:
        tables["templates"] = decisions.templates
    db.storage.write(
        {
            name: {str(number): each.model_dump(mode="json") for number, each in enumerate(rows, start=1)}
            for name, rows in tables.items()
        }
    )


def _put(db: TinyDB, name: str, model: Settings, condition: Any) -> None:
    """Replaces a document's fields, or inserts it: one file version either way."""
    table = db.table(name)
    fields = model.model_dump(mode="json")
    known = len(table) if condition is None else table.count(condition)
    if known:
        table.update(fields, condition)
    else:
        table.insert(fields)
