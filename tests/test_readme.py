"""The README is true: its commands exist, its two blocks stand alone, its pictures are there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


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
    answer = subprocess.run(
        [sys.executable, "-m", "tui.cli", *words, "--help"], capture_output=True, text=True, cwd=ROOT
    )
    assert answer.returncode == 0, answer.stderr


def test_pictures_are_there() -> None:
    for picture in re.findall(r"!\[.*?\]\((.*?)\)", README):
        assert (ROOT / picture).is_file()


def test_every_picture_is_shown() -> None:
    shown = set(re.findall(r"\(screenshots/(.*?)\.svg\)", README))
    assert shown == {picture.stem for picture in (ROOT / "screenshots").glob("*.svg")}


def test_files_named_in_the_map_exist() -> None:
    for path in re.findall(r"`((?:core|tui|tests)/[\w./]+)`", README):
        assert (ROOT / path).exists(), path
