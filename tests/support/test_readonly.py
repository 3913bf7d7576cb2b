"""`--readonly` and `--space`: every command and every key is tried; nothing changes, and nobody else is seen."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import pytest
from textual.pilot import Pilot

from core.errors import UsageError
from core.model import State
from core.operations import decisions
from core.operations.decisions import Act
from core.operations.desk import Desk
from core.operations.setup import installing
from core.operations.views import overview
from core.sandbox.server import SandboxServer, running_sandbox
from tests.core.sync.homes import rows
from tests.support.homes import OTHER, lived_in, state_of
from tests.tui.commandline import call
from tests.tui.console import console, text_of
from tui.actions import ACTIONS, Scope, in_scope
from tui.app import BanqupConsole
from tui.cli import root
from tui.commands import COMMANDS
from tui.widgets.confirm_bar import ConfirmBar

pytestmark = pytest.mark.processes

READS = {
    "profile": [], "connect banqup test": [], "connect banqup show": [], "connect pingwin test": [],
    "connect pingwin show": [], "spaces": [], "credentials test": ["SPACE"], "credentials show": ["SPACE"],
    "status": [], "queue": ["--history"], "find": ["nooit gezien"], "document": ["ROW"], "activity": [],
    "reconcile": ["SPACE", "--from", "2026-01-01", "--to", "2027-12-31"], "doctor": [], "notices show": [],
    "notices mail": ["--to", "a@b.example"], "service show": [], "check": ["OUT/none.xml"],
    "convert": ["OUT/none.xml", "--out", "OUT"], "installations export": ["OUT/list.csv"],
    "keys": [], "templates list": [], "installations list": [], "contract check": ["a-multipart"],
    "sandbox received": [], "bundle": ["SPACE", "--out", "OUT/b.zip"], "backup": ["OUT/backup.zip"],
}  # fmt: skip
"""Commands that only look, with arguments. They may work or refuse; they change nothing."""

CHANGES = {
    "demo": ["--headless"], "sandbox": [], "connect banqup set": ["--url", "https://x.example", "--app-id", "a"],
    "connect pingwin set": ["--folder", "OUT"], "install": ["SPACE", "--yes"], "uninstall": ["SPACE", "--yes"],
    "credentials set": ["SPACE", "--stdin"], "credentials delete": ["SPACE", "--yes"],
    "vat-codes": ["SPACE", "--set", "45", "--category", "S"], "activate": ["SPACE", "--yes"],
    "deactivate": ["SPACE", "--yes"], "retry": ["ROW", "--yes"], "resend": ["ROW", "--yes"],
    "discard": ["ROW", "--yes"], "mark-delivered": ["ROW", "--yes"], "include": ["ROW", "--yes"],
    "undo": ["ROW", "--yes"], "hold": ["SPACE"], "release": ["SPACE"], "run": ["--once"], "stop": [],
    "notices set": ["--command", "true"], "notices test": [], "service install": ["--yes"],
    "service remove": ["--yes"], "installations import": ["OUT/list.csv", "--yes"],
    "installations hold": ["SPACE"], "installations release": ["SPACE"],
    "installations activate": ["SPACE", "--yes"], "installations deactivate": ["SPACE", "--yes"],
    "credentials import": ["OUT/list.csv"], "templates save": ["Retail", "--from", "SPACE"],
    "templates delete": ["Retail"], "contract new": ["ours", "--like", "a-multipart"],
    "ledger copy": ["--to", "sqlite"], "sandbox stop": [], "forget": ["BE0403019261", "--yes"],
    "triggers": ["SPACE", "--purchases", "validated", "--yes"],
    "restore": ["OUT/backup.zip", "--yes"], "sandbox approve": [], "sandbox faults": ["--clear"],
}  # fmt: skip
"""Commands that change something: all are refused, and nothing changes."""


def leaves(command: click.Command, name: str = "") -> Iterator[str]:
    """The names of all commands that can be called."""
    if isinstance(command, click.Group):
        context = click.Context(command)
        for each in command.list_commands(context):
            found = command.get_command(context, each)
            assert found is not None
            yield from leaves(found, f"{name} {each}".strip())
        if name and command.invoke_without_command:
            yield name
    else:
        yield name


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxServer]:
    with running_sandbox() as server:
        yield server


@pytest.fixture(scope="module")
def lived(sandbox: SandboxServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    desk = lived_in(tmp_path_factory.mktemp("stranger") / "home", sandbox)
    desk.close()
    yield desk


def arguments(given: list[str], desk: Desk, out: Path) -> list[str]:
    """The placeholders of the tables, filled in."""
    row = next(row for row in rows(desk).values() if row.state is State.FAILED)
    space = next(each.space for each in desk.installed() if each.space != OTHER.id)
    desk.close()
    return [each.replace("ROW", str(row.id)).replace("SPACE", space).replace("OUT", str(out)) for each in given]


def test_every_command_is_either_one_that_looks_or_one_that_changes() -> None:
    assert set(leaves(root)) == READS.keys() | CHANGES.keys()
    assert not READS.keys() & CHANGES.keys()
    assert {name.split()[0] for name in leaves(root)} == set(COMMANDS)


def test_support_packs_its_space_from_a_readonly_view_and_nothing_of_another(
    lived: Desk, sandbox: SandboxServer, tmp_path: Path
) -> None:
    space = next(each.space for each in lived.installed() if each.space != OTHER.id)
    lived.close()
    before, out = state_of(lived.home, sandbox), tmp_path / "case.zip"
    result = call("--home", str(lived.home.config), "--readonly", "--space", space, "bundle", "--out", str(out))
    assert result.exit_code == 0, result.output
    assert state_of(lived.home, sandbox) == before
    with zipfile.ZipFile(out) as archive:
        members = [archive.read(name) for name in archive.namelist()]
    assert len(members) > 5 and not any(word.encode() in each for word in (OTHER.id, OTHER.name) for each in members)


def test_a_readonly_view_can_be_backed_up(lived: Desk, sandbox: SandboxServer, tmp_path: Path) -> None:
    lived.close()
    before, out = state_of(lived.home, sandbox), tmp_path / "backup.zip"
    result = call("--home", str(lived.home.config), "--readonly", "backup", str(out))
    assert result.exit_code == 0 and zipfile.is_zipfile(out), result.output
    assert state_of(lived.home, sandbox) == before


@pytest.mark.parametrize("name", [*READS, *CHANGES])
def test_no_command_changes_anything_under_readonly(
    name: str, lived: Desk, sandbox: SandboxServer, tmp_path: Path
) -> None:
    given = arguments({**READS, **CHANGES}[name], lived, tmp_path)
    (tmp_path / "list.csv").write_text("space\n")
    (tmp_path / "backup.zip").write_bytes(b"")
    before = state_of(lived.home, sandbox)
    result = call("--home", str(lived.home.config), "--readonly", *name.split(), *given, input="x\n" * 9)
    assert state_of(lived.home, sandbox) == before, result.output
    if name in CHANGES:
        assert result.exit_code == 2 and "readonly" in result.stderr, result.output


KEYS = sorted({key for action in ACTIONS for key in action.key.split(",") if action.id not in {"quit", "back"}})


async def visited(pilot: Pilot[int]) -> None:
    """Presses every key of the registry, and says yes to whatever is asked."""
    for key in KEYS:
        await pilot.press(key)
        if any(bar.open for bar in pilot.app.screen.query(ConfirmBar)):
            await pilot.press("y", "enter")
    await pilot.pause(0.2)


SCREENS = ("queue", "document", "spaces", "manage", "credentials", "machine", "launcher", "find", "activity")


@pytest.mark.parametrize("name", SCREENS)
async def test_no_key_changes_anything_in_the_readonly_console(name: str, lived: Desk, sandbox: SandboxServer) -> None:
    space = next(each.space for each in lived.installed() if each.space != OTHER.id)
    row = next(row for row in rows(lived).values() if row.state is State.FAILED)
    lived.close()
    before = state_of(lived.home, sandbox)
    desk = replace(lived, readonly=True)
    async with console(desk) as pilot:
        app: Any = pilot.app
        assert isinstance(app, BanqupConsole)
        opens = {
            "document": lambda: app.open_document(row.id),
            "manage": lambda: app.manage(space),
            "credentials": lambda: app.open_credentials(space),
            "spaces": app.do_spaces,
            "machine": app.do_connections,
            "launcher": app.do_launcher,
            "find": app.do_find,
            "activity": app.do_activity,
        }
        opens.get(name, lambda: None)()
        await pilot.pause()
        await visited(pilot)
    desk.close()
    assert state_of(lived.home, sandbox) == before


@pytest.mark.parametrize("scope", list(Scope))
def test_no_changing_key_is_live_in_the_readonly_console(scope: Scope) -> None:
    from tui.situation import Situation, footer, refusal

    looking = Situation(readonly=True)
    changing = [action for action in in_scope(scope) if action.changes]
    assert all((found := refusal(action, looking)) is not None and found.code == "readonly" for action in changing)
    assert not [action for action in footer((scope, Scope.EVERYWHERE), looking) if action.changes]


# -- one space ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", READS)
def test_no_command_shows_another_space(name: str, lived: Desk, tmp_path: Path) -> None:
    given = arguments(READS[name], lived, tmp_path)
    space = next(each.space for each in lived.installed() if each.space != OTHER.id)
    result = call("--home", str(lived.home.config), "--readonly", "--space", space, *name.split(), *given)
    assert OTHER.name not in result.output and OTHER.id not in result.output
    made = tmp_path / "list.csv"
    assert not made.exists() or OTHER.name not in made.read_text()


def test_a_desk_of_one_space_neither_sees_nor_decides_on_another(lived: Desk) -> None:
    row = next(iter(rows(lived).values()))
    narrow = replace(lived, space=OTHER.id)
    try:
        assert rows(narrow) == {} and narrow.ledger.counts() == {}
        assert {event.space for event in narrow.ledger.events(after=0)} <= {OTHER.id, ""}
        assert [each.installation.space for each in overview.snapshot(narrow).spaces] == [OTHER.id]
        assert decisions.decide(narrow, [row.id], Act.RETRY)[0].code == "no_such_delivery"
        with pytest.raises(UsageError):
            overview.detail(narrow, row.id)
        with pytest.raises(UsageError):
            installing.find(narrow, row.space)
        with pytest.raises(UsageError):
            narrow.ledger.backup("/tmp/never")
    finally:
        narrow.close()
        lived.close()


async def test_the_console_of_one_space_shows_nobody_else(lived: Desk) -> None:
    space = next(each.space for each in lived.installed() if each.space != OTHER.id)
    narrow = replace(lived, readonly=True, space=space)
    async with console(narrow, space=space) as pilot:
        for key in ("2", "a", "1", "3", "4", "5"):
            await pilot.press(key)
            await pilot.pause(0.1)
            assert OTHER.name not in text_of(pilot.app), key
    narrow.close()
