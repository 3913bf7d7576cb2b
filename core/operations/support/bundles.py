"""One redacted archive about one space: what support needs, and nothing that names a customer or an amount.

Takes a desk and a space; writes a ZIP of text files and an excerpt of the ledger that the same store opens again.
Party names, VAT numbers, amounts, the words of answers and people's names are taken out; document numbers, dates,
states, codes and times stay, since the case is found by them. Whoever asks for it keeps names or amounts in.
"""

from __future__ import annotations

import asyncio
import json
import platform
import tempfile
import zipfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from core import __version__, jsonfile
from core.activity import journal
from core.config import Home
from core.errors import UsageError
from core.files import scratch, writing
from core.installations import Installation
from core.ledger.harmless import HIDDEN, harmless
from core.ledger.library import sqlite3
from core.ledger.narrowed import whole
from core.ledger.rows import DELIVERY, delivery, searchable
from core.ledger.terms import terms_of
from core.model import Arguments
from core.operations.desk import Desk
from core.operations.running.engines import engine
from core.operations.setup.credentials import installed
from core.operations.support.backups import workplace, write_private
from core.operations.support.checks import doctor
from core.operations.support.lines import Line
from core.pingwin import library
from core.redaction import naming
from core.sync.notes import BUNDLED
from core.wording import word

LEDGER, SETTINGS, LIST = "ledger.db", "installations.json", "CONTENTS.txt"
TOLD_BY_DOCTOR = frozenset(
    {"mode", "wanted", "version", "kind", "since", "again", "at", "field", "source", "term", "engine", "ours", "host"}
)
"""Arguments of the doctor's lines whose text names no customer, person or place."""

LOG_LINES = 2_000

EXTRACTED = frozenset({LEDGER, SETTINGS})
"""What every bundle has and a console needs."""

ACTIVITY = "logs/activity.jsonl"
"""Where the console of an opened bundle looks for it."""

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
    "UPDATE doc SET invoice_key = NULL, source_hash = NULL, newer_hash = NULL",
)
"""What makes a copy of the ledger an excerpt about one space."""

WITHOUT_NAMES = "UPDATE doc SET counterparty = '', vat = ''"
WITHOUT_AMOUNTS = "UPDATE doc SET amount = NULL, payment_reference = '', vat_breakdown = '[]'"


@dataclass(frozen=True, slots=True)
class Kept:
    """What a person asked to keep in: the names and VAT numbers of parties, the amounts."""

    names: bool = False
    amounts: bool = False


async def bundle(desk: Desk, space: str, out: Path, kept: Kept = Kept()) -> list[str]:
    """A redacted archive about one space; returns the list of what is in it."""
    examined = _examined(await doctor(desk), space)
    return await asyncio.to_thread(_pack, desk, installed(desk, space), out, kept, examined)


def _pack(desk: Desk, installation: Installation, out: Path, kept: Kept, examined: bytes) -> list[str]:
    space = installation.space
    with scratch(workplace(desk, out), ".bundle-") as folder, writing(folder):
        excerpt, packed = folder / LEDGER, folder / "packed.zip"
        whole(desk.ledger).backup(str(excerpt))
        names = _names(desk, installation, excerpt)
        _redact(excerpt, space, kept)
        parts: dict[str, bytes] = {
            SETTINGS: _settings(desk, installation, kept),
            "about.json": _json(_about(desk)),
            "doctor.json": examined,
            "findings.jsonl": _findings(excerpt),
            "events.jsonl": _events(excerpt),
            ACTIVITY: _activity(desk, space, names),
            "engine.log": _log(desk, names),
            "target.json": _json(desk.machine.pingwin.model_dump(mode="json") | {"folder": ""}),
            "contract.toml": _contract(desk),
            LEDGER: excerpt.read_bytes(),
        }
        listed = [f"{name}  {len(content)} bytes  {word(_CONTENTS[name]).sentence}" for name, content in parts.items()]
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(LIST, "\n".join([*_heading(kept), *listed]) + "\n")
            for name, content in parts.items():
                archive.writestr(name, content)
        write_private(out, packed)
    return listed


_CONTENTS = {
    SETTINGS: "bundle_settings",
    "about.json": "bundle_about",
    "events.jsonl": "bundle_events",
    "doctor.json": "bundle_doctor",
    "findings.jsonl": "bundle_findings",
    ACTIVITY: "bundle_activity",
    "engine.log": "bundle_log",
    "target.json": "bundle_target",
    "contract.toml": "bundle_contract",
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
                (into / ACTIVITY).parent.mkdir(mode=0o700)
                for name in EXTRACTED | ({ACTIVITY} & set(archive.namelist())):  # nothing in it can choose a path
                    (into / name).write_bytes(archive.read(name))
                    (into / name).chmod(0o600)
        except (zipfile.BadZipFile, OSError) as problem:
            raise UsageError("no_bundle", where=str(file)) from problem
        yield Home(into, into, "single")


# -- the ledger ------------------------------------------------------------------------------------------------------


def _redact(ledger: Path, space: str, kept: Kept) -> None:
    """Turns a copy of the ledger into the excerpt, and leaves nothing of the rest in its free pages."""
    connection = sqlite3.connect(ledger, isolation_level=None)
    connection.row_factory = sqlite3.Row
    try:
        (unchanging,) = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'event_kept_u'").fetchone()
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("BEGIN")
        connection.execute("DROP TRIGGER event_kept_u")
        taken_out = () if kept.names else (WITHOUT_NAMES,), () if kept.amounts else (WITHOUT_AMOUNTS,)
        for statement in (*ONE_SPACE, *taken_out[0], *taken_out[1]):
            connection.execute(statement, {"space": space} if ":space" in statement else {})
        _redact_column(connection, "event", "args")
        _redact_column(connection, "doc", "reason_args")
        _redact_column(connection, "space_run", "poll_args", key="space")
        people = connection.execute("SELECT DISTINCT actor FROM event WHERE actor <> 'engine' ORDER BY actor")
        for number, row in enumerate(people.fetchall(), start=1):
            connection.execute("UPDATE event SET actor = ? WHERE actor = ?", (f"person {number}", row["actor"]))
        connection.execute(unchanging)
        _index(connection)
        connection.execute("INSERT INTO meta VALUES(?, ?)", (BUNDLED, "" if kept.names else "names"))
        connection.execute("COMMIT")
        connection.execute("VACUUM")
    finally:
        connection.close()


def _index(connection: sqlite3.Connection) -> None:
    """The excerpt is found by what was left in it, as the ledger would be."""
    for row in map(delivery, connection.execute(f"SELECT {DELIVERY} FROM doc").fetchall()):  # noqa: S608
        amount = f"{row.amount:f}" if row.amount is not None else ""
        text = searchable([row.number, row.counterparty, row.vat_number, amount, row.source_id])
        connection.execute("UPDATE doc SET search = ? WHERE id = ?", (text, row.id))
        connection.executemany("INSERT INTO term VALUES(?, ?)", [(term, row.id) for term in sorted(terms_of(row))])


def _redact_column(connection: sqlite3.Connection, table: str, column: str, *, key: str = "id") -> None:
    for row in connection.execute(f"SELECT {key} AS k, {column} AS v FROM {table} WHERE {column} <> '{{}}'").fetchall():  # noqa: S608
        text = json.dumps(harmless(json.loads(row["v"])), sort_keys=True, ensure_ascii=False)
        connection.execute(f"UPDATE {table} SET {column} = ? WHERE {key} = ?", (text, row["k"]))  # noqa: S608


# -- the texts -------------------------------------------------------------------------------------------------------


def _heading(kept: Kept) -> list[str]:
    codes = ["bundle_heading"]
    codes += ["bundle_with_names"] if kept.names else []
    codes += ["bundle_with_amounts"] if kept.amounts else []
    return [word(code).sentence for code in codes]


def _examined(lines: Sequence[Line], space: str) -> bytes:
    """The doctor's lines of the machine and of this space; of other spaces nothing."""
    shown = [
        {"code": line.code, "passed": line.passed, "grave": line.grave, "arguments": _figures(line.arguments)}
        for line in lines
        if line.space in {None, space}
    ]
    return _json(shown)


def _figures(arguments: Arguments) -> Arguments:
    """Figures, and texts that are known to name nobody."""
    return {
        name: value if name in TOLD_BY_DOCTOR or not isinstance(value, str) else HIDDEN
        for name, value in arguments.items()
        if value is not None
    }


def _findings(excerpt: Path) -> bytes:
    """What the checks found, a line a finding: delivery, rule, severity, place; no value."""
    connection = sqlite3.connect(excerpt)
    connection.row_factory = sqlite3.Row
    try:
        rows = connection.execute("SELECT doc, args FROM event WHERE args LIKE '%\"findings\"%' ORDER BY id").fetchall()
    finally:
        connection.close()
    newest = {row["doc"]: json.loads(row["args"]).get("findings") for row in rows}
    found = ({"delivery": doc, **each} for doc, told in newest.items() for each in json.loads(told or "[]"))
    return "".join(jsonfile.line(each) + "\n" for each in found).encode()


def _activity(desk: Desk, space: str, names: Collection[str]) -> bytes:
    """The requests of this space and of no space, oldest first, without what servers answered and who asked."""
    mine = [entry for entry in journal.entries(desk.home.logs) if entry.space in {"", space}][:LOG_LINES]
    pattern = naming(names)
    shown = (
        asdict(replace(each, answer=HIDDEN if each.answer else "", who=each.who if each.who == "engine" else "person"))
        for each in reversed(mine)
    )
    return "".join(f"{pattern.sub(HIDDEN, jsonfile.line(each))}\n" for each in shown).encode()


def _contract(desk: Desk) -> bytes:
    """The wire contract as it is read; empty where deliveries go to a folder."""
    target = desk.machine.pingwin
    place = library.place(target.contract, desk.home.contracts) if target.kind == "http" else None
    return place.read_bytes() if place is not None else b""


def _settings(desk: Desk, installation: Installation, kept: Kept) -> bytes:
    """The one installation without names, in the form that the settings store reads."""
    short = f"space {installation.space[:8]}"
    shown = installation.model_dump(mode="json")
    shown |= {
        "name": installation.name if kept.names else short,
        "enterprise_numbers": [number if kept.names else _masked(number) for number in installation.enterprise_numbers],
        "held_by": "person" if installation.held_by else "",
        "consent": {**shown["consent"], "by": "person"},
    }
    machine = desk.machine.model_dump(mode="json")
    machine["banqup"]["client_id"] = HIDDEN if machine["banqup"]["client_id"] else ""
    machine["pingwin"]["folder"] = HIDDEN if machine["pingwin"]["folder"] else ""
    machine["notices"]["command"] = [HIDDEN] if machine["notices"]["command"] else []
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
    return frozenset({*settings, *(row[0] for row in rows)})


def _log(desk: Desk, names: Collection[str]) -> bytes:
    """The last lines of the engine's log, with every known name masked."""
    try:
        lines = (desk.home.logs / "engine.log").read_text("utf-8", "replace").splitlines()[-LOG_LINES:]
    except OSError:
        return b""
    pattern = naming(names)
    return "".join(f"{pattern.sub(HIDDEN, line)}\n" for line in lines).encode()


def _json(content: object) -> bytes:
    text = json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False, default=str)
    return jsonfile.harmless(text).encode()
