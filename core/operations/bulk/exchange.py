"""Installations as a table: CSV or JSON by the file's suffix, out and in. No secrets in it, and one report a line."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from core import jsonfile
from core.errors import UsageError
from core.files import replace_file, unwritable
from core.installations import Consent, Installation, Options
from core.model import Arguments, Space
from core.operations.bulk import office
from core.operations.bulk.office import Change
from core.operations.bulk.templates import options_of
from core.operations.bulk.templates import templates as templates_of
from core.operations.desk import Desk
from core.operations.setup.activation import Waiting
from core.operations.setup.credentials import shape_problem
from core.operations.setup.enrolment import enrol
from core.operations.setup.installing import CredentialField, checked_space_id, normal_enterprise_number
from core.spreadsheet import cell, value_of
from core.web import clean

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
"""The columns that are written. What follows `active` is for reading: an import never changes it.

`vat_codes` are the installation's own rules as JSON, each with what it states: [{"code": "45", "supplier": "BE..."}].
"""

READ = {*COLUMNS, "template"}
"""The columns that an import knows. Others are left alone, and told: one that is misspelt would change nothing."""

SECRETS = frozenset({"api_key", "apikey", "clid", "banqup_secret", "password", "secret"})
"""Columns that may not be in a table: secrets come from their own sources."""

YES = frozenset({"yes", "true", "1", "ja", "oui", "x"})

LISTS = frozenset({"enterprise_numbers", "purchase_trigger", "sales_trigger"})
LARGEST = 16 * 2**20

Row = Mapping[str, str]


def export_installations(desk: Desk, file: Path) -> int:
    """Installations as CSV or JSON by the file's suffix; no secrets."""
    rows = [_row(each) for each in desk.installed()]
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
        writer.writerow({name: cell(text) for name, text in row.items()})
    return out.getvalue()


@dataclass(frozen=True, slots=True)
class Planned:
    """One line of a file: where it stands (the heading is line 1), what it would become, and the code of what that is.

    `wanted` is None where nothing changes; `left_out` where the line cannot be taken as it is.
    """

    line: int
    space: str
    code: str
    wanted: Installation | None = None
    arguments: Arguments = field(default_factory=dict)
    activate: bool = False
    left_out: bool = False


def import_installations(
    desk: Desk,
    file: Path,
    *,
    dry_run: bool,
    template: str = "",
    activate: bool = False,
    waiting: Waiting | None = None,
) -> list[Planned]:
    """Adds and changes installations from a file, and says what became (or would become) of each line.

    New installations begin with the options of `template`, unless their line names another one. A line that is wrong is
    reported with its number and left out, the others are taken. Nothing is deactivated or removed; with `activate`,
    lines whose column `active` says yes are activated, and what else did not change about those is not told. Once more,
    the same file changes nothing.
    """
    if not dry_run:
        desk.must_write()
    templates = {each.name: each.options for each in templates_of(desk)} | {"": options_of(desk, template)}
    seen: dict[str, int] = {}
    rows = _read(file)
    planned = [_plan(desk, line, row, templates, seen) for line, row in rows]
    if not dry_run:
        _take(desk, [each for each in planned if each.wanted is not None], file.name)
    activated = _activate(desk, planned, waiting, dry_run=dry_run) if activate else []
    decided = {each.space for each in activated}
    told = [each for each in planned if each.code != "import_unchanged" or each.space not in decided]
    return [*_unknown_columns(rows), *told, *activated]


def _unknown_columns(rows: Sequence[tuple[int, Row]]) -> list[Planned]:
    unknown = sorted({name for _, row in rows for name in row} - READ)
    arguments = {"columns": ", ".join(clean(name, 40) for name in unknown), "known": ", ".join(sorted(READ))}
    return [Planned(1, "", "import_columns_unknown", arguments=arguments)] if unknown else []


def _take(desk: Desk, planned: Sequence[Planned], file: str) -> None:
    """One version of the file of decisions for all lines; the ledger is told of each."""
    desk.installations.save_all([each.wanted for each in planned if each.wanted is not None])
    for each in planned:
        assert each.wanted is not None, "chosen so"
        enrol(desk, each.wanted)
        now = desk.clock.now()
        desk.ledger.note(
            each.space, kind="installation", code=each.code, args={"file": file}, actor=desk.actor, now=now
        )


def _activate(desk: Desk, planned: Sequence[Planned], waiting: Waiting | None, *, dry_run: bool) -> list[Planned]:
    """Activates what the file wants active and is not yet; a new line can only be judged once it is installed."""
    asked = {each.space: each.line for each in planned if each.activate and not each.left_out}
    there = {space: desk.installations.get(space) for space in asked}
    switched_off = [space for space, found in there.items() if found is not None and not found.active]
    done = office.change_all(desk, switched_off, Change.ACTIVATE, waiting=waiting, dry_run=dry_run)
    told = [
        Planned(asked[each.space], each.space, each.code, arguments=each.arguments, left_out=not each.done)
        for each in done
    ]
    unjudged = [space for space, found in there.items() if found is None]
    return told + [Planned(asked[space], space, "import_activates_later") for space in unjudged]


def _read(file: Path) -> list[tuple[int, Row]]:
    """The rows with their line numbers (of JSON: their place). Refuses a file that is no table, or holds secrets."""
    try:
        raw = file.read_bytes()
    except OSError as problem:
        raise UsageError("import_unreadable", where=str(file), why=problem.strerror or "") from problem
    if len(raw) > LARGEST:
        raise UsageError("import_unreadable", where=str(file), why="too large")
    try:
        text = raw.decode("utf-8-sig")
        rows = _from_json(text) if file.suffix.lower() == ".json" else _from_csv(text)
    except (UnicodeDecodeError, ValueError, csv.Error) as problem:
        raise UsageError("import_unreadable", where=str(file), why=str(problem)[:200]) from problem
    if not all(isinstance(row, dict) for _, row in rows) or not any("space" in row for _, row in rows):
        raise UsageError("import_no_table", where=str(file))
    named = {str(name).strip().lower() for _, row in rows for name in row if name}
    if secret := sorted(named & SECRETS):
        raise UsageError("import_secrets", where=str(file), column=secret[0])
    return [
        (line, {str(name).strip(): _text(value) for name, value in row.items() if name is not None})
        for line, row in rows
    ]


def _from_json(text: str) -> list[tuple[int, dict[str, object]]]:
    rows = json.loads(text)
    return list(enumerate(rows, 1)) if isinstance(rows, list) else []


def _from_csv(text: str) -> list[tuple[int, dict[str, object]]]:
    """Commas or semicolons: spreadsheets set to Dutch or French write the second."""
    heading = text.split("\n", 1)[0]
    delimiter = ";" if heading.count(";") > heading.count(",") else ","
    reader = csv.DictReader(io.StringIO(text), delimiter=delimiter)
    return [(reader.line_num, dict(row)) for row in reader]


def _text(value: object) -> str:
    if isinstance(value, list):
        return json.dumps(value) if any(isinstance(each, dict) for each in value) else " ".join(map(str, value))
    return "" if value is None else value_of(str(value))


def _plan(desk: Desk, line: int, row: Row, templates: Mapping[str, Options], seen: dict[str, int]) -> Planned:
    space = row.get("space", "")
    if not space:
        return Planned(line, "", "import_no_space", left_out=True)
    if space in seen:
        return Planned(line, space, "import_twice", arguments={"line": seen[space]}, left_out=True)
    seen[space] = line
    wants = row.get("active", "").lower() in YES
    present = desk.installations.get(space)
    try:
        wanted = _merged(present or _new(desk, row, templates), row)
    except UsageError as problem:
        return Planned(line, space, "import_refused", arguments={"why": str(problem)}, left_out=True)
    except ValidationError as problem:
        why = problem.errors(include_input=False, include_url=False)[0]["msg"]
        return Planned(line, space, "import_refused", arguments={"why": why}, left_out=True)
    if present is None:
        return Planned(line, space, "import_added", wanted, activate=wants)
    if wanted == present:
        return Planned(line, space, "import_unchanged", activate=wants)
    if present.active and wanted.file_id != present.file_id:
        return Planned(line, space, "import_active", arguments={"why": present.file_id}, left_out=True)
    return Planned(line, space, "import_changed", wanted, activate=wants)


def _new(desk: Desk, row: Row, templates: Mapping[str, Options]) -> Installation:
    """An installation with this person's consent, and the options of the template that its line, or the call, names."""
    checked_space_id(Space(row["space"], row.get("name", "")))
    name = row.get("template", "")
    if name not in templates:
        raise UsageError("no_such_template", name=name)
    consent = Consent(by=desk.actor, at=datetime.fromtimestamp(desk.clock.now(), UTC))
    options = templates[name]
    return Installation(space=row["space"], name=row.get("name") or row["space"], consent=consent, options=options)


def _merged(present: Installation, row: Row) -> Installation:
    """The installation with what the line says; a column that is missing or empty changes nothing."""
    told = {name: text for name, text in row.items() if text}
    lists = {name: tuple(told[name].replace(",", " ").replace(";", " ").split()) for name in LISTS & told.keys()}
    fields: dict[str, object] = {name: told[name] for name in ("name", "file_id") if name in told}
    if "file_id" in told and shape_problem(CredentialField.FILE_ID, told["file_id"]):
        raise UsageError("credential_spaces", field="file_id")
    if "enterprise_numbers" in lists:
        fields["enterprise_numbers"] = tuple(map(normal_enterprise_number, lists["enterprise_numbers"]))
    if "own_extension_off" in told:
        fields["own_extension_off"] = told["own_extension_off"].lower() in YES
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
