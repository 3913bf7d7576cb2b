"""The contract fixtures (banqup-api 9.9): one file a request and its answer, each member with its label.

Shared with the stand-in's tests. `{host}` in an answer stands for the address of whoever answers.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "contract"
LABELS = {"documented", "third party", "assumption"}

SPACE = "11111111-1111-4111-8111-111111111111"
DOCUMENT = "22222222-2222-4222-8222-222222222222"
FILE = "33333333-3333-4333-8333-333333333333"


@dataclass(frozen=True)
class Fixture:
    """One exchange. `call` names the method that makes it, `expect` what comes of it."""

    name: str
    section: str
    about: str
    call: str
    request: dict[str, Any]
    answer: dict[str, Any]
    labels: dict[str, str]
    expect: dict[str, Any]

    def label(self, member: str) -> str | None:
        """The label of a member such as `answer.body.spaces[].id`: its own, or that of what it stands in."""
        while member:
            if member in self.labels:
                return self.labels[member]
            member = member[:-2] if member.endswith("[]") else member.rpartition(".")[0]
        return None

    def members(self) -> Iterator[str]:
        """Every member of the request and of the answer's body that somebody had to know or assume."""
        yield "request.path"
        for part in ("headers", "query", "form"):
            for name in self.request.get(part, {}):
                yield f"request.{part}.{name}"
        yield from _leaves("answer.body", self.answer["body"]) if "body" in self.answer else ["answer.text"]


def _leaves(where: str, value: Any) -> Iterator[str]:
    if isinstance(value, dict) and value:
        for name, inner in value.items():
            yield from _leaves(f"{where}.{name}", inner)
    elif isinstance(value, list) and value:
        for inner in value:
            yield from _leaves(f"{where}[]", inner)
    else:
        yield where


def all_fixtures() -> list[Fixture]:
    """All fixtures, by name."""
    return [Fixture(**json.loads(path.read_text("utf-8"))) for path in sorted(FOLDER.glob("*.json"))]


def fixture(name: str) -> Fixture:
    """One fixture."""
    return Fixture(**json.loads((FOLDER / f"{name}.json").read_text("utf-8")))
