"""A unit file with this machine's paths in it: pure, from the templates beside this file.

Everything that comes from outside is quoted as systemd reads it: blanks, quotes and `%` in a path are text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
NAME = "banqup-pingwin.service"
TEMPLATES = {"system": HERE / NAME, "user": HERE / "banqup-pingwin-user.service"}

ACCOUNT = "banqup-pingwin"
"""The service's own user, and the group of the people who work with it."""

CREDSTORE = Path("/etc/credstore/banqup-pingwin")
"""Where root puts the secrets that systemd hands over, a file each."""


@dataclass(frozen=True, slots=True)
class Unit:
    """What is this machine's own in a unit file. `command` is the installed program, with options before `run`."""

    kind: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    credentials: Sequence[str] = ()
    writable: Sequence[Path] = ()


def text(unit: Unit) -> str:
    """The unit file."""
    loads = [f"LoadCredential={name}:{CREDSTORE / name}" for name in sorted(unit.credentials)]
    values = {
        "command": " ".join(map(quoted, unit.command)),
        "user": ACCOUNT,
        "group": ACCOUNT,
        "credstore": str(CREDSTORE),
        "writable": " ".join(quoted(f"-{path}") for path in unit.writable),
        "environment": "\n".join(
            f"Environment={quoted(f'{name}={value}')}" for name, value in unit.environment.items()
        ),
        "credentials": "\n".join(loads) or f"#LoadCredential=banqup_secret:{CREDSTORE / 'banqup_secret'}",
    }
    template = TEMPLATES[unit.kind].read_text("utf-8")
    for name, value in values.items():
        template = template.replace(f"{{{name}}}", value)
    return "\n".join(line.rstrip() for line in template.splitlines()) + "\n"


def quoted(word: str) -> str:
    """One word of a unit file (systemd.syntax(7)): specifiers and variables are text, control characters refused."""
    if any(not c.isprintable() for c in word):
        raise ValueError("a control character cannot stand in a unit file")
    plain = word.replace("%", "%%").replace("$", "$$")
    if not any(c in " \t\"'\\;" for c in plain):
        return plain
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'
