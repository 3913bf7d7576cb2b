"""Installations as a table: CSV or JSON by the file's suffix, out and in. No secrets, and nothing is ever activated."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from core import jsonfile
from core.errors import UsageError
from core.files import replace_file, unwritable
from core.installations import Consent, Installation, Options
from core.model import Space
from core.operations.credentials import shape_problem
from core.operations.desk import Desk
from core.operations.enrolment import enrol
from core.operations.installing import CredentialField, checked_space_id, normal_enterprise_number
from core.wording import word

COLUMNS = (
    "space",
    "name",
    "file_id",
    "enterprise_numbers",
    "own_extension_off",
    "purchase_trigger",
    "sales_trigger",
    "format",
    "vat_codes",
    "active",
    "activated_at",
    "held_by",
    "consent_by",
    "consent_at",
)
"""The columns that are written. `active` and what follows are for reading: an import never changes them.

`vat_codes` are the installation's own rules as JSON, each with what it states: [{"code": "45", "supplier": "BE..."}].
"""

LISTS = frozenset({"enterprise_numbers", "purchase_trigger", "sales_trigger"})
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a text begins that a spreadsheet would run."""

LARGEST = 16 * 2**20

Row = Mapping[str, str]


def export_installations(desk: Desk, file: Path) -> int:
    """Installations as CSV or JSON by the file's suffix; no secrets."""
    rows = [_row(each) for each in desk.installations.all()]
    match file.suffix.lower():
        case ".json":
            text = jsonfile.harmless(json.dumps(rows, indent=2, ensure_ascii=False)) + "\n"
        case ".csv":
            text = _csv(rows)
        case _:
            raise UsageError("export_suffix", where=str(file))
    try:
        replace_file(file.absolute(), text.encode("utf-8"), 0o600, prefix=".banqup-pingwin-")
    except OSError as error:
        raise unwritable(file, error) from error
    return len(rows)


def _row(installation: Installation) -> Row:
    return {
        "space": installation.space,
        "name": installation.name,
        "file_id": installation.file_id,
        "enterprise_numbers": " ".join(installation.enterprise_numbers),
        "own_extension_off": "yes" if installation.own_extension_off else "no",
        "purchase_trigger": " ".join(installation.options.purchase_trigger),
        "sales_trigger": " ".join(installation.options.sales_trigger),
        "format": installation.options.format,
        "vat_codes": _vat_codes(installation.options),
        "active": "yes" if installation.active else "no",
        "activated_at": installation.activated_at.isoformat() if installation.activated_at else "",
        "held_by": installation.held_by,
        "consent_by": installation.consent.by,
        "consent_at": installation.consent.at.isoformat(),
    }


def _vat_codes(options: Options) -> str:
    own = [rule.model_dump(mode="json", exclude_defaults=True) for rule in options.vat_codes]
    return json.dumps(own, ensure_ascii=False) if own else ""


def _csv(rows: Sequence[Row]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: f"'{text}" if text.startswith(FORMULA) else text for name, text in row.items()})
    return out.getvalue()


@dataclass(frozen=True, slots=True)
class Planned:
    """One line of a file: what it would become, and the code of what that is."""

    space: str
    code: str
    wanted: Installation | None = None
    why: str = ""


def import_installations(desk: Desk, file: Path, *, dry_run: bool) -> list[tuple[str, str]]:
    """Adds and changes installations from a file: (space, what would or did happen).

    Nothing is activated, deactivated or removed; a line that is wrong is reported and left out, the others are taken.
    """
    if not dry_run:
        desk.must_write()
    planned = [_plan(desk, row) for row in _read(file)]
    for each in planned if not dry_run else []:
        if each.wanted is not None:
            desk.installations.save(each.wanted)
            enrol(desk, each.wanted)
            note = {"file": file.name}
            now = desk.clock.now()
            desk.ledger.note(each.space, kind="installation", code=each.code, args=note, actor=desk.actor, now=now)
    return [(each.space, word(each.code, {"why": each.why}).sentence) for each in planned]


def _read(file: Path) -> list[Row]:
    try:
        raw = file.read_bytes()
    except OSError as problem:
        raise UsageError("import_unreadable", where=str(file), why=problem.strerror or "") from problem
    if len(raw) > LARGEST:
        raise UsageError("import_unreadable", where=str(file), why="too large")
    try:
        text = raw.decode("utf-8-sig")
        rows = json.loads(text) if file.suffix.lower() == ".json" else _from_csv(text)
    except (UnicodeDecodeError, ValueError, csv.Error) as problem:
        raise UsageError("import_unreadable", where=str(file), why=str(problem)[:200]) from problem
    if not isinstance(rows, list) or not all(isinstance(row, dict) and row.get("space") for row in rows):
        raise UsageError("import_no_table", where=str(file))
    return [{str(name): _text(value) for name, value in row.items() if name is not None} for row in rows]


def _from_csv(text: str) -> list[dict[str, str]]:
    """Commas or semicolons: spreadsheets set to Dutch or French write the second."""
    heading = text.split("\n", 1)[0]
    delimiter = ";" if heading.count(";") > heading.count(",") else ","
    return list(csv.DictReader(io.StringIO(text), delimiter=delimiter))


def _text(value: object) -> str:
    if isinstance(value, list):
        return json.dumps(value) if any(isinstance(each, dict) for each in value) else " ".join(map(str, value))
    text = "" if value is None else str(value).strip()
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA) else text


def _plan(desk: Desk, row: Row) -> Planned:
    space = row["space"]
    present = desk.installations.get(space)
    try:
        wanted = _merged(desk, present or _new(desk, row), row)
    except UsageError as problem:
        return Planned(space, "import_refused", why=str(problem))
    except ValidationError as problem:
        return Planned(space, "import_refused", why=problem.errors(include_input=False, include_url=False)[0]["msg"])
    if present is None:
        return Planned(space, "import_added", wanted)
    if wanted == present:
        return Planned(space, "import_unchanged")
    if present.active and wanted.file_id != present.file_id:
        return Planned(space, "import_active", why=present.file_id)
    return Planned(space, "import_changed", wanted)


def _new(desk: Desk, row: Row) -> Installation:
    checked_space_id(Space(row["space"], row.get("name", "")))
    consent = Consent(by=desk.actor, at=datetime.fromtimestamp(desk.clock.now(), UTC))
    return Installation(space=row["space"], name=row.get("name") or row["space"], consent=consent)


def _merged(desk: Desk, present: Installation, row: Row) -> Installation:
    """The installation with what the line says; a column that is missing or empty changes nothing."""
    told = {name: text for name, text in row.items() if text}
    lists = {name: tuple(told[name].replace(",", " ").replace(";", " ").split()) for name in LISTS & told.keys()}
    fields: dict[str, object] = {name: told[name] for name in ("name", "file_id") if name in told}
    if "file_id" in told and shape_problem(CredentialField.FILE_ID, told["file_id"]):
        raise UsageError("credential_spaces", field="file_id")
    if "enterprise_numbers" in lists:
        fields["enterprise_numbers"] = tuple(map(normal_enterprise_number, lists["enterprise_numbers"]))
    if "own_extension_off" in told:
        fields["own_extension_off"] = told["own_extension_off"].lower() in {"yes", "true", "1", "ja", "oui"}
    options = present.options.model_dump()
    options |= {name: lists[name] for name in ("purchase_trigger", "sales_trigger") if name in lists}
    options |= {"format": told["format"]} if "format" in told else {}
    if "vat_codes" in told:
        try:
            options["vat_codes"] = json.loads(told["vat_codes"])
        except ValueError as problem:
            raise UsageError("vat_code_rule_wrong", field="vat_codes", why=str(problem)) from problem
    fields["options"] = Options.model_validate(options)
    return Installation.model_validate({**present.model_dump(), **fields})
