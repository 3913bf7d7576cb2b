"""One redacted archive about one space: what support needs, and nothing that names a customer or an amount.

Takes a desk and a space; writes a ZIP of text files and an excerpt of the ledger that the same store opens again.
Party names, VAT numbers, amounts, the words of answers and people's names are taken out; document numbers, dates,
states, codes and times stay, since the case is found by them.
"""

from __future__ import annotations

import json
import platform
import re
import tempfile
import zipfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from core import __version__, jsonfile
from core.config import Home
from core.errors import UsageError
from core.files import scratch, writing
from core.installations import Installation
from core.ledger.library import sqlite3
from core.model import Arguments
from core.operations.credentials import installed
from core.operations.desk import Desk
from core.operations.engines import engine
from core.operations.support_backup import write_private
from core.wording import word

LEDGER, SETTINGS, LIST = "ledger.db", "installations.json", "CONTENTS.txt"
HIDDEN = "–"
"""What stands where something was taken out."""

KEPT_ARGUMENTS = frozenset(
    {"state", "rule", "was", "from", "attempts", "seconds", "count", "status", "retry_after", "generation", "kind"}
    | {"activation", "history", "during", "failures", "crashes", "last", "waiting", "fields", "target"}
    | {"next_delivery", "earlier_delivery", "other", "other_state", "source_format", "pdf", "folder", "severity"}
)
"""Arguments of events and reasons that name no customer, person or amount. Everything else is hidden."""

KEPT_REPORT = ("rule", "severity", "where", "path", "code", "blocks", "never")
"""What stays of each line of a conversion's report: where and what kind, never the value."""

LOG_LINES = 2_000
SHORTEST_NAME = 4
"""Shorter ones would blot out ordinary text."""

EXTRACTED = frozenset({LEDGER, SETTINGS})

ONE_SPACE = (
    "DELETE FROM not_yet",
    "DELETE FROM term",
    "DELETE FROM event WHERE space NOT IN (:space, '')",
    "DELETE FROM doc WHERE space <> :space",
    "DELETE FROM activation WHERE space <> :space",
    "DELETE FROM space_run WHERE space <> :space",
    "DELETE FROM circuit WHERE id <> '' AND id NOT IN (SELECT clid FROM space_run UNION SELECT dossier FROM space_run)",
    "DELETE FROM cnt WHERE space <> :space",
    "DELETE FROM meta WHERE k NOT IN ('schema_version', 'clean', 'restored_at', 'backup_made_at')",
    "UPDATE doc SET counterparty = '', vat = '', amount = NULL, invoice_key = NULL, source_hash = NULL,"
    " payment_reference = '', vat_breakdown = '[]',"
    " search = lower(number) || char(10) || lower(source_id)",
)
"""What makes a copy of the ledger an excerpt about one space."""


def bundle(desk: Desk, space: str, out: Path) -> list[str]:
    """A redacted archive about one space; returns the list of what is in it."""
    installation = installed(desk, space)
    ledger = desk.ledger
    with scratch(desk.home.data, ".bundle-") as folder, writing(folder):
        excerpt, packed = folder / LEDGER, folder / "packed.zip"
        ledger.backup(str(excerpt))
        names = _names(desk, installation, excerpt)
        _redact(excerpt, space)
        parts: dict[str, bytes] = {
            SETTINGS: _settings(desk, installation),
            "about.json": _json(_about(desk)),
            "events.jsonl": _events(excerpt),
            "engine.log": _log(desk, names),
            "contract.json": _json(desk.machine.pingwin.model_dump(mode="json")),
            LEDGER: excerpt.read_bytes(),
        }
        listed = [f"{name}  {len(content)} bytes  {word(_CONTENTS[name]).sentence}" for name, content in parts.items()]
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(LIST, "\n".join([word("bundle_heading").sentence, *listed]) + "\n")
            for name, content in parts.items():
                archive.writestr(name, content)
        write_private(out, packed)
    return listed


_CONTENTS = {
    SETTINGS: "bundle_settings",
    "about.json": "bundle_about",
    "events.jsonl": "bundle_events",
    "engine.log": "bundle_log",
    "contract.json": "bundle_contract",
    LEDGER: "bundle_ledger",
}
"""File -> the code that says what is in it."""


@contextmanager
def opened_bundle(file: Path) -> Iterator[Home]:
    """A bundle unpacked into a directory of its own, for the length of a block; a read-only desk there shows it.

    Raises UsageError where the file is no bundle.
    """
    with tempfile.TemporaryDirectory(prefix="banqup-pingwin-") as directory:
        into = Path(directory)
        try:
            with zipfile.ZipFile(file) as archive:
                if not set(archive.namelist()) >= EXTRACTED | {LIST}:
                    raise UsageError("no_bundle", where=str(file))
                for name in EXTRACTED:  # by exact name: nothing in the archive can choose a path
                    (into / name).write_bytes(archive.read(name))
                    (into / name).chmod(0o600)
        except (zipfile.BadZipFile, OSError) as problem:
            raise UsageError("no_bundle", where=str(file)) from problem
        yield Home(into, into, "single")


# -- the ledger ------------------------------------------------------------------------------------------------------


def _redact(ledger: Path, space: str) -> None:
    """Turns a copy of the ledger into the excerpt, and leaves nothing of the rest in its free pages."""
    connection = sqlite3.connect(ledger, isolation_level=None)
    connection.row_factory = sqlite3.Row
    try:
        (kept,) = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'event_kept_u'").fetchone()
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("BEGIN")
        connection.execute("DROP TRIGGER event_kept_u")
        for statement in ONE_SPACE:
            connection.execute(statement, {"space": space} if ":space" in statement else {})
        _redact_column(connection, "event", "args")
        _redact_column(connection, "doc", "reason_args")
        _redact_column(connection, "space_run", "poll_args", key="space")
        people = connection.execute("SELECT DISTINCT actor FROM event WHERE actor <> 'engine' ORDER BY actor")
        for number, row in enumerate(people.fetchall(), start=1):
            connection.execute("UPDATE event SET actor = ? WHERE actor = ?", (f"person {number}", row["actor"]))
        connection.execute(kept)
        connection.execute("COMMIT")
        connection.execute("VACUUM")
    finally:
        connection.close()


def _redact_column(connection: sqlite3.Connection, table: str, column: str, *, key: str = "id") -> None:
    for row in connection.execute(f"SELECT {key} AS k, {column} AS v FROM {table} WHERE {column} <> '{{}}'").fetchall():  # noqa: S608
        text = json.dumps(_hidden(json.loads(row["v"])), sort_keys=True, ensure_ascii=False)
        connection.execute(f"UPDATE {table} SET {column} = ? WHERE {key} = ?", (text, row["k"]))  # noqa: S608


def _hidden(arguments: Mapping[str, object]) -> Arguments:
    """Arguments with everything hidden that is not known to be harmless; a report keeps its rules and places."""
    shown: dict[str, str | int | float | None] = {}
    for name, value in arguments.items():
        if name in KEPT_ARGUMENTS and isinstance(value, str | int | float | None):
            shown[name] = value
        elif name in {"findings", "derived", "dropped"}:
            shown[name] = json.dumps([_report_line(item) for item in json.loads(str(value) or "[]")])
        elif value is not None:
            shown[name] = HIDDEN
    return shown


def _report_line(item: Mapping[str, object]) -> Mapping[str, object]:
    return {name: item[name] for name in KEPT_REPORT if name in item}


# -- the texts -------------------------------------------------------------------------------------------------------


def _settings(desk: Desk, installation: Installation) -> bytes:
    """The one installation without names, in the form that the settings store reads."""
    short = f"space {installation.space[:8]}"
    shown = installation.model_dump(mode="json")
    shown |= {
        "name": short,
        "enterprise_numbers": [_masked(number) for number in installation.enterprise_numbers],
        "held_by": "person" if installation.held_by else "",
        "consent": {**shown["consent"], "by": "person"},
    }
    machine = desk.machine.model_dump(mode="json")
    machine["banqup"]["client_id"] = HIDDEN if machine["banqup"]["client_id"] else ""
    machine["pingwin"]["folder"] = HIDDEN if machine["pingwin"]["folder"] else ""
    return _json({"machine": {"1": machine}, "installations": {"1": shown}})


def _masked(number: str) -> str:
    """An enterprise number by its last three characters, enough to compare."""
    return "•" * max(len(number) - 3, 0) + number[-3:]


def _about(desk: Desk) -> Mapping[str, object]:
    return {
        "version": __version__,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()}",
        "sqlite": sqlite3.sqlite_version,
        "at": datetime.fromtimestamp(desk.clock.now(), UTC).isoformat(),
        "home": desk.home.mode,
        "engine": asdict(engine(desk)) | {"host": HIDDEN},
        "machine_id": desk.machine.machine_id,
    }


def _events(excerpt: Path) -> bytes:
    """The excerpt's history as JSON lines, for reading without the product."""
    connection = sqlite3.connect(excerpt)
    connection.row_factory = sqlite3.Row
    try:
        rows = connection.execute("SELECT * FROM event ORDER BY id").fetchall()
    finally:
        connection.close()
    return "".join(jsonfile.line(dict(row)) + "\n" for row in rows).encode()


def _names(desk: Desk, installation: Installation, ledger: Path) -> frozenset[str]:
    """What the log may not name: companies and numbers of the settings and of the documents."""
    connection = sqlite3.connect(ledger)
    try:
        rows = connection.execute("SELECT DISTINCT counterparty FROM doc UNION SELECT DISTINCT vat FROM doc").fetchall()
    finally:
        connection.close()
    settings = {*(each.name for each in desk.installations.all()), *installation.enterprise_numbers}
    return frozenset(name for name in {*settings, *(row[0] for row in rows)} if len(name) >= SHORTEST_NAME)


def _log(desk: Desk, names: Collection[str]) -> bytes:
    """The last lines of the engine's log, with every known name masked."""
    try:
        lines = (desk.home.logs / "engine.log").read_text("utf-8", "replace").splitlines()[-LOG_LINES:]
    except OSError:
        return b""
    pattern = re.compile("|".join(re.escape(name) for name in sorted(names, key=len, reverse=True)))
    return "".join(f"{pattern.sub(HIDDEN, line) if names else line}\n" for line in lines).encode()


def _json(content: object) -> bytes:
    text = json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False, default=str)
    return jsonfile.harmless(text).encode()
