"""The command line as a whole: help, languages, exit codes, what it imports, and how errors become words."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import click
import pytest

from core.errors import ConfigurationError, SourceError, StoreError, UsageError
from tests.tui.commandline import call, spawn
from tui import cli
from tui.commands import COMMANDS, SECTIONS, status
from tui.commands.frame import Command
from tui.i18n import use_language

NAMED = """
demo sandbox convert check connect spaces install uninstall credentials activate deactivate hold release queue document
retry resend discard mark-delivered include run stop reconcile installations backup restore status doctor bundle
"""
"""The commands of the published list: scripts rely on these names."""

HEAVY = ("textual", "rich", "httpx", "lxml", "tinydb", "starlette", "uvicorn", "typst", "pydantic")


@pytest.fixture(autouse=True)
def english() -> None:
    use_language("en")


def imported_by(*arguments: str) -> set[str]:
    """Which heavy modules a call of the command line has imported when it ends."""
    program = (
        "import sys\n"
        "from tui.cli import root\n"
        "try:\n"
        f"    root.main({list(arguments)!r})\n"
        "except SystemExit:\n"
        "    pass\n"
        f"sys.stderr.write('IMPORTED ' + ' '.join(name for name in {HEAVY!r} if name in sys.modules))\n"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    return set(ran.stderr.rpartition("IMPORTED ")[2].split())


def test_every_command_that_people_rely_on_is_there() -> None:
    assert set(NAMED.split()) <= set(COMMANDS)
    assert {entry.section for entry in COMMANDS.values()} == set(SECTIONS)


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["--lang", "nl", "--help"]])
def test_help_and_version_import_nothing_heavy(arguments: list[str]) -> None:
    assert imported_by(*arguments) == set()


def test_no_command_imports_the_console(tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "from importlib import import_module\n"
        "from tui.commands import COMMANDS\n"
        "for entry in COMMANDS.values():\n"
        "    import_module('tui.commands.' + entry.module)\n"
        "print('textual' in sys.modules)\n"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert ran.stdout.strip() == "False", ran.stderr
    for arguments in (["status"], ["queue", "--json"], ["convert", "--help"]):
        assert "textual" not in imported_by("--home", str(tmp_path), *arguments)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_explains_itself_and_its_options(name: str) -> None:
    command = cli.root.get_command(click.Context(cli.root), name)
    assert command is not None and command.help
    for each in [command, *getattr(command, "commands", {}).values()]:
        assert isinstance(each, (Command, click.Group))
        options = [option for option in each.params if isinstance(option, click.Option) and not option.hidden]
        assert all(option.help for option in options), each.name


def test_without_a_terminal_the_help_is_printed_and_the_exit_code_is_2() -> None:
    ran = spawn()
    assert ran.returncode == 2
    assert "convert" in ran.stdout and "\x1b" not in ran.stdout
    assert ran.stderr.startswith("no_terminal: ")


def test_version_names_the_product() -> None:
    ran = spawn("--version")
    assert ran.returncode == 0
    assert ran.stdout.startswith("banqup-pingwin 0.")


@pytest.mark.parametrize(
    "arguments", [["nonsense"], ["convert"], ["status", "--nonsense"], ["--lang", "xx", "status"], ["connect"]]
)
def test_wrong_usage_exits_2_with_words_on_standard_error(arguments: list[str]) -> None:
    outcome = call(*arguments)
    assert outcome.exit_code == 2
    assert outcome.stderr
    assert "Traceback" not in outcome.output


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError("readonly"), 2),
        (ConfigurationError("banqup_no_address"), 2),
        (SourceError("banqup_unreachable"), 1),
        (StoreError("file_not_written", path="x", problem="y"), 3),
        (KeyboardInterrupt(), 3),
        (click.Abort(), 3),
    ],
)
def test_each_kind_of_error_has_its_exit_code(
    error: BaseException, code: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fail(*_arguments: object, **_named: object) -> None:
        raise error

    monkeypatch.setattr(status.overview, "snapshot", fail)
    outcome = call("--home", str(tmp_path), "status", "--json")
    assert outcome.exit_code == code
    assert outcome.stdout == ""
    assert outcome.stderr.strip()


def test_an_interruption_is_a_plain_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def interrupt(*_arguments: object, **_named: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(status.overview, "snapshot", interrupt)
    outcome = call("--home", str(tmp_path), "status")
    assert outcome.stderr.strip() == "interrupted: Interrupted before the end."


def test_an_unexpected_error_is_recorded_without_its_values(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def fail(*_arguments: object, **_named: object) -> None:
        secret = "sentinel-5d1c"
        raise RuntimeError(f"the key is {secret}")

    monkeypatch.setattr(status.overview, "snapshot", fail)
    outcome = call("--home", str(tmp_path), "status")
    assert outcome.exit_code == 3
    assert "RuntimeError" in outcome.stderr and "Traceback" not in outcome.stderr
    log = (tmp_path / "logs" / "crashes.log").read_text()
    assert "RuntimeError" in log and "in fail" in log
    assert "sentinel-5d1c" not in log + outcome.output


def test_a_diagnostic_for_a_script_carries_its_code_and_arguments(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text("<a/>")
    (tmp_path / "b.xml").write_text("<b/>")
    pdf = tmp_path / "p.pdf"
    pdf.write_bytes(b"%PDF-1.4")
    outcome = call("convert", str(tmp_path), "--out", str(tmp_path / "out"), "--pdf", str(pdf), "--json")
    assert outcome.exit_code == 2
    assert outcome.stderr.startswith("option_only_alone: --pdf is possible with one file only")
    assert json.loads(outcome.stderr.rpartition("arguments: ")[2]) == {"option": "--pdf", "count": 2}


def test_global_options_are_understood_after_the_command_too(tmp_path: Path) -> None:
    before = call("--home", str(tmp_path), "status", "--json")
    after = call("status", "--json", "--home", str(tmp_path))
    assert json.loads(before.stdout) == json.loads(after.stdout)
    assert call("stop", "--readonly", "--home", str(tmp_path)).stderr.startswith("readonly: ")


def test_readonly_refuses_every_change_before_anything_is_asked(tmp_path: Path) -> None:
    for arguments in (
        ["connect", "banqup", "set"],
        ["install", "x"],
        ["uninstall", "x", "--yes"],
        ["credentials", "set", "x"],
        ["activate", "x"],
        ["deactivate", "x", "--yes"],
        ["hold", "x"],
        ["retry", "1", "--yes"],
        ["run", "--once"],
        ["stop"],
        ["demo"],
    ):
        outcome = call("--home", str(tmp_path / "none"), "--readonly", *arguments)
        assert outcome.stderr.startswith("readonly: "), arguments
        assert outcome.exit_code == 2
    assert not (tmp_path / "none").exists()


def test_the_help_speaks_the_language_asked_for() -> None:
    for language, word in (("nl", "Gebruik:"), ("fr", "Utilisation"), ("de", "Aufruf:"), ("en", "Usage:")):
        ran = spawn("--lang", language, "convert", "--help")
        assert ran.stdout.startswith(word), language
    ran = spawn("status", "--help", env={"LANG": "fr_BE.UTF-8"})
    assert ran.stdout.startswith("Utilisation")


def test_a_reader_that_goes_away_is_no_crash(tmp_path: Path) -> None:
    ran = subprocess.run(
        f"{sys.executable} -c \"from tui.cli import main; main()\" --help | head -1",
        shell=True, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert "Traceback" not in ran.stderr
