"""The README is true: its commands exist, its two blocks stand alone, its pictures are there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
COMMAND = (sys.executable, "-c", "from tui.cli import main; main()")
"""The installed command, by whichever interpreter runs the tests."""


def block(heading: str) -> str:
    """The fenced sh block under a heading."""
    section = README.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    blocks = re.findall(r"^```sh\n(.*?)^```$", section, re.S | re.M)
    assert len(blocks) == 1, f"{heading} has {len(blocks)} sh blocks"
    return blocks[0]


def test_the_two_commands_set_up_everything_themselves() -> None:
    for heading in ("Try it", "Test it"):
        command = block(heading)
        assert command.startswith("python3 -m venv .venv && .venv/bin/pip install")
        assert subprocess.run(["sh", "-n", "-c", command], check=False).returncode == 0


def test_other_blocks_say_that_they_are_shown_only() -> None:
    fences = re.findall(r"(.*)\n```(console|sh)\n", README)
    assert all(language == "sh" or before.startswith("<!-- shown only") for before, language in fences)


@pytest.mark.parametrize(
    "line", sorted(set(re.findall(r"^\$ banqup-pingwin (\w[\w ]*?)(?: [\"-]|  |$| \w+\.xml)", README, re.M)))
)
def test_commands_shown_exist(line: str) -> None:
    words = line.split()
    answer = subprocess.run([*COMMAND, *words, "--help"], capture_output=True, text=True)
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.startswith("Usage: "), line


@pytest.mark.parametrize("line", re.findall(r"^\$ banqup-pingwin (.*--.*?)(?:  |$)", README, re.M))
def test_options_shown_exist(line: str) -> None:
    words = re.match(r"[a-z -]*?(?= --| \"| [A-Z]| [a-z]+\.)", line)
    assert words is not None, line
    shown = subprocess.run([*COMMAND, *words.group().split(), "--help"], capture_output=True, text=True)
    for option in re.findall(r"--[a-z-]+", line):
        assert option in shown.stdout, option


def test_the_lines_of_a_backup_and_its_move_do_what_they_say(tmp_path: Path) -> None:
    lines = re.findall(r"^```sh\n(banqup-pingwin .*?)^```$", README, re.S | re.M)
    assert len(lines) == 1
    (tmp_path / "bin").mkdir()
    command = tmp_path / "bin" / "banqup-pingwin"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -c "from tui.cli import main; main()" "$@"\n')
    command.chmod(0o755)
    environ = {**os.environ, "PATH": f"{command.parent}:{os.environ['PATH']}"}
    done = subprocess.run(["sh", "-euc", lines[0]], cwd=tmp_path, env=environ, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "books.zip").exists() and (tmp_path / "moved" / "ledger.db").exists()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_there_for_each_shell(shell: str) -> None:
    assert f"{shell}_source" in README
    program = COMMAND[-1].replace("main()", "sys.argv = ['banqup-pingwin']; main()")
    environ = {**os.environ, "_BANQUP_PINGWIN_COMPLETE": f"{shell}_source"}
    told = subprocess.run([sys.executable, "-c", f"import sys; {program}"], env=environ, capture_output=True, text=True)
    assert "_BANQUP_PINGWIN_COMPLETE=" in told.stdout, told.stderr


def test_pictures_are_there() -> None:
    for picture in re.findall(r"!\[.*?\]\((.*?)\)", README):
        assert (ROOT / picture).is_file()


def test_every_picture_is_shown() -> None:
    shown = set(re.findall(r"\(screenshots/(.*?)\.svg\)", README))
    assert shown == {picture.stem for picture in (ROOT / "screenshots").glob("*.svg")}


def test_files_named_in_the_map_exist() -> None:
    for path in re.findall(r"`((?:core|tui|tests)/[\w./]+)`", README):
        assert (ROOT / path).exists(), path
