"""Hostile values in every text field of a document, through the whole path: they change nothing but what is displayed.

A document for each kind of payload carries it in every text field of its XML and of Banqup's metadata. It goes from the
sandbox through the engine to the ledger, the target, the screens, the commands, the exports, the logs and the bundle.
"""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from core.config import PingwinTarget
from core.model import Delivery, State
from core.operations.desk import Desk
from core.operations.setup import connections
from core.sandbox.generator import generate, settle
from core.sandbox.records import Draft, DraftFile
from core.sandbox.server import running_sandbox
from core.sandbox.world import World
from core.wording import messages
from tests.core.sync.homes import activated, engine, rows
from tests.tui.commandline import call
from tests.tui.pty_console import console_in_pty

pytestmark = pytest.mark.processes

PAYLOADS = {
    "escape": "\x1b]0;owned\x07\x1b[31mRED\x1b[2J",
    "c1": "\x9b31mC1\x9d0;owned\x9c",
    "markup": "[bold red]MARK[/] [@click=app.quit]x[/]",
    "html": "<script>alert(1)</script>&lt;b&gt;",
    "formula": '=HYPERLINK("http://127.0.0.1/x","x")',
    "formula2": "@SUM(1+1)*cmd|' /C calc'!A0",
    "direction": "\u202eevil\u2066hidden\u200b\ufeff",
    "path": "../../../../tmp/owned/..\\owned.xml",
    "lines": "first\nX-Injected: yes\r\n\tthird",
    "format": "{__class__} {0} %s %n ${HOME} `id`",
    "long": "A" * 1_000_000,
}
ACTING = {"Cc", "Cf", "Cs", "Zl", "Zp"}
TYPED = re.compile(
    r"(Amount|Date|Time|Quantity|Percent|Code|Rate|Indicator|Numeric|BinaryObject|CompanyID|EndpointID|CustomizationID"
    r"|ProfileID|UUID|VersionID)$"
)
"""Elements whose values are no free text: anything else in them is another kind of test."""


def allowed_in_xml(text: str) -> str:
    """The payload without what XML itself forbids."""
    return re.sub("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", text)


def poison_xml(content: bytes, payload: str, number: str) -> tuple[bytes, set[str]]:
    """Every text of the document replaced by the payload; the fields it stands in."""
    root = etree.fromstring(content)
    fields: set[str] = set()
    said = allowed_in_xml(payload)
    for element in root.iter(etree.Element):
        name = etree.QName(element).localname
        for attribute in ("filename", "name", "languageID"):
            if attribute in element.attrib:
                element.set(attribute, said.replace("\n", " "))
                fields.add(f"@{attribute}")
        parent = element.getparent()
        within = etree.QName(parent).localname if parent is not None else ""
        if len(element) or not (element.text or "").strip() or TYPED.search(name) or within in {"TaxScheme"}:
            continue
        if name == "ID" and within in {"TaxCategory", "ClassifiedTaxCategory", "InvoiceLine", "CreditNoteLine"}:
            continue
        element.text = f"{said}{number}" if parent is root and name == "ID" else said
        fields.add(f"{within}/{name}")
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True), fields


def poison(value: Any, payload: str) -> Any:
    """Every text of Banqup's metadata, too; amounts, dates and codes stay."""
    if isinstance(value, dict):
        return {name: poison(each, payload) for name, each in value.items()}
    if isinstance(value, list):
        return [poison(each, payload) for each in value]
    free = isinstance(value, str) and not re.fullmatch(r"[-+0-9.,:TZ]+|[A-Z]{2,3}[0-9]*|[A-Z_]+", value)
    return payload if free else value


@dataclass
class Poisoned:
    """The home, what it holds, and the fields that the payloads stood in."""

    desk: Desk
    rows: dict[str, Delivery]
    fields: set[str]
    received: list[dict[str, Any]]

    def states(self) -> list[State]:
        return [row.state for row in self.rows.values()]


def drafts() -> tuple[list[Draft], set[str]]:
    made, fields = [], set()
    sound = [draft for draft in generate(40, seed=21).drafts if draft.category == "INVOICE" and draft.folder != "SALES"]
    for number, (draft, payload) in enumerate(zip(sound, PAYLOADS.values(), strict=False)):
        files = []
        for file in draft.files:
            if file.kind == "PDF":
                files.append(replace(file, filename=f"{payload[:200]}.pdf"))
                continue
            content, found = poison_xml(file.content, payload, str(number))
            fields |= found
            files.append(DraftFile(file.kind, f"{payload[:200]}.xml", file.content_type, content))
        metadata = poison(dict(draft.metadata), payload[:200_000])
        made.append(replace(draft, files=tuple(files), metadata=metadata))
    assert len(made) == len(PAYLOADS)
    return made, fields


def gone_its_way(place: Path, *, folder: bool) -> Iterator[Poisoned]:
    """Everything has gone its way once, to Pingwin or into a folder."""
    world = World()
    settle(world, generate(1, seed=21).dossier)
    made, fields = drafts()
    world.add(made)
    with running_sandbox(world) as sandbox:
        desk = activated(place / "home", sandbox)
        if folder:
            (place / "tree").mkdir()
            template = "{direction}/{filename}"
            target = PingwinTarget(kind="folder", folder=str(place / "tree"), folder_template=template)
            connections.set_pingwin(desk, target)
        sandbox.control.approve()
        process = engine(desk, "--once")
        assert process.wait(120) == 0, process.stderr and process.stderr.read()
        yield Poisoned(desk, rows(desk), fields, sandbox.control.received()["files"])
        desk.close()


@pytest.fixture(scope="module")
def poisoned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Poisoned]:
    yield from gone_its_way(tmp_path_factory.mktemp("hostile"), folder=False)


def acting(text: str, *, lines: bool = True) -> set[str]:
    """The characters of a text that a terminal would act on; the ends of lines are our own."""
    return {c for c in text if unicodedata.category(c) in ACTING and not (lines and c == "\n")}


def test_payloads_stood_in_every_text_field(poisoned: Poisoned) -> None:
    assert len(poisoned.fields) >= 15, sorted(poisoned.fields)
    assert {"Invoice/ID", "PartyLegalEntity/RegistrationName", "Item/Name"} <= poisoned.fields


def test_every_hostile_document_ends_somewhere_with_a_reason_that_can_be_read(poisoned: Poisoned) -> None:
    assert len(poisoned.rows) == len(PAYLOADS)
    ended = {State.CONFIRMED, State.PARKED, State.FAILED}
    assert {row.state for row in poisoned.rows.values()} <= ended
    assert all(row.state is State.CONFIRMED or row.reason in messages() for row in poisoned.rows.values())
    assert sum(row.state is State.CONFIRMED for row in poisoned.rows.values()) >= len(PAYLOADS) // 2
    assert poisoned.desk.ledger.check() == []


def outside_or_acting(place: Path) -> list[Path]:
    """Files below a place whose names act on a terminal; nothing may lie where a document's path pointed."""
    assert not Path("/tmp/owned").exists()
    names = [path.relative_to(place) for path in place.rglob("*") if path.is_file()]
    assert names
    return [name for name in names if ".." in name.parts or acting(str(name), lines=False)]


def test_no_file_of_the_home_gets_a_name_that_acts(poisoned: Poisoned) -> None:
    assert not outside_or_acting(poisoned.desk.home.data.parent)
    for each in poisoned.received:
        assert re.fullmatch(r"efff_[\w.-]{1,115}", each["filename"], re.ASCII), each["filename"]


def test_no_file_of_the_folder_target_leaves_it_or_gets_a_name_that_acts(tmp_path: Path) -> None:
    for gone in gone_its_way(tmp_path, folder=True):
        assert set(gone.states()) == {State.CONFIRMED}
        arrived = list((tmp_path / "tree").rglob("*.xml"))
        assert len(arrived) == len(PAYLOADS)
        assert {path.parent for path in arrived} == {tmp_path / "tree" / "purchase"}
        assert all(re.fullmatch(r"efff_[\w.-]{1,115}", path.name, re.ASCII) for path in arrived)
        assert not outside_or_acting(tmp_path)


COMMANDS = [
    ["queue"],
    ["status"],
    ["doctor"],
    ["activity"],
    ["find", "MARK"],
    ["reconcile", "SPACE", "--from", "2020-01-01", "--to", "2030-12-31"],
    ["reconcile", "SPACE", "--from", "2020-01-01", "--to", "2030-12-31", "--csv"],
]


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("json_too", [False, True], ids=["text", "json"])
def test_no_command_prints_anything_that_acts(poisoned: Poisoned, arguments: list[str], json_too: bool) -> None:
    (installation,) = poisoned.desk.installations.all()
    if json_too and "--csv" in arguments:
        return
    called = [installation.space if each == "SPACE" else each for each in arguments] + ["--json"] * json_too
    said = call("--home", str(poisoned.desk.home.data), *called)
    assert said.exit_code in (0, 1, 2), said.output  # the doctor finds what this machine lacks
    assert not said.exception or isinstance(said.exception, SystemExit)
    assert not acting(said.stdout + said.stderr)
    if json_too:
        json.loads(said.stdout)
        assert said.stdout.isascii()
    if "--csv" in arguments:
        cells = [cell for line in csv.reader(io.StringIO(said.stdout)) for cell in line]
        assert any("HYPERLINK" in cell for cell in cells)
        assert not [cell for cell in cells if cell.lstrip()[:1] in {"=", "@", "+"}]


def test_no_document_shows_anything_that_acts(poisoned: Poisoned) -> None:
    for row in poisoned.rows.values():
        for more in ([], ["--json"]):
            said = call("--home", str(poisoned.desk.home.data), "document", str(row.id), *more)
            assert said.exit_code in (0, 1), said.stderr
            assert not acting(said.stdout + said.stderr), (row.id, more)


def test_installation_named_by_banqup_is_exported_as_text(poisoned: Poisoned, tmp_path: Path) -> None:
    desk = poisoned.desk
    (installation,) = desk.installations.all()
    named = installation.name
    try:
        for payload in ("=cmd|' /C calc'!A0", "\x1b]0;owned\x07", "\u202eevil"):
            desk.installations.change(installation.space, lambda each, p=payload: each.model_copy(update={"name": p}))
            file = tmp_path / "all.csv"
            said = call("--home", str(desk.home.data), "installations", "export", str(file), "--force")
            assert said.exit_code == 0, said.stderr
            (line,) = csv.DictReader(io.StringIO(file.read_text("utf-8")))
            assert line["name"][:1] != "=" and not acting(file.read_text("utf-8"))
            for command in (["status"], ["spaces"], ["queue"], ["status", "--json"]):
                shown = call("--home", str(desk.home.data), *command)
                assert not acting(shown.stdout + shown.stderr), command
    finally:
        desk.installations.change(installation.space, lambda each: each.model_copy(update={"name": named}))


def test_no_screen_lets_a_value_act(poisoned: Poisoned) -> None:
    """Raw bytes of the console while it walks through every document: none of the payloads' sequences is among them."""
    with console_in_pty(poisoned.desk.home.data) as terminal:
        terminal.until(lambda: "MARK" in terminal.text, "the queue")
        for _ in range(len(PAYLOADS)):
            for keys in ("\r", "\x1b", "j"):
                terminal.press(keys, quiet=0.1)
        shown = bytes(terminal.raw)
        seen = terminal.text
    for bad in ("\x1b]0;owned", "\x1b[31mRED", "\x9b31m", "\x9d0;", "\u202e", "\u2066", "\u200b", "\x1b]0;"):
        assert bad.encode() not in shown, repr(bad)
    assert "Traceback" not in seen
    assert re.search(rb"\[bold red\]MARK|HYPERLINK|alert\(1\)", shown), "markup is shown as the text it is"


def test_log_is_lines_of_json_without_anything_that_acts(poisoned: Poisoned) -> None:
    for log in poisoned.desk.home.logs.glob("*.log"):
        text = log.read_text("utf-8")
        assert not acting(text), log
        if log.name == "engine.log":
            assert all(json.loads(line)["text"] for line in text.splitlines())


def test_bundle_of_hostile_documents_opens_and_names_nothing_outside(poisoned: Poisoned, tmp_path: Path) -> None:
    (installation,) = poisoned.desk.installations.all()
    file = tmp_path / "bundle.zip"
    said = call("--home", str(poisoned.desk.home.data), "bundle", installation.space, "--out", str(file))
    assert said.exit_code in (0, 1) and file.exists(), said.stderr
    with zipfile.ZipFile(file) as archive:
        names = archive.namelist()
    assert not [name for name in names if name.startswith("/") or ".." in name or acting(name)]
    shown = call("--bundle", str(file), "queue")
    assert shown.exit_code in (0, 1), shown.stderr
    assert not acting(shown.stdout + shown.stderr)
