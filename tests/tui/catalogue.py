"""Which texts there are to translate: those marked in `tui`, every message of `core.wording`, and click's own."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from core.wording import messages
from core.wording.acts import ACTS
from tui.commands.frame import paragraphs

PACKAGE = Path(__file__).parents[2] / "tui"
MARKERS = {"_": 1, "N_": 1, "ngettext": 2}

CLICK = (
    "Usage:", "Options", "Commands", "Show this message and exit.", "Missing argument", "Missing option",
    "Missing parameter", "Missing command.", "No such option: {name}", "No such option {name!r}.",
    "No such command {name!r}.",
    "Invalid value: {message}", "Invalid value for {param_hint}: {message}",
    "{name} {filename!r} does not exist.", "Error: {message}", "default: {default}", "required",
)  # fmt: skip
"""Texts of the command line library that a person meets; it looks them up in our catalogue."""


def marked(file: Path) -> Iterator[tuple[str, ...]]:
    """The texts that a module marks: one, or singular and plural."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKERS):
            continue
        texts = [each.value for each in node.args[: MARKERS[node.func.id]] if isinstance(each, ast.Constant)]
        if texts and all(isinstance(text, str) for text in texts):
            help_text = node.func.id == "N_"  # looked up by paragraph; a text shown at once is looked up as it is
            yield tuple(paragraphs(text) if help_text and "\n" in text else text for text in texts)


def all_texts() -> dict[tuple[str, ...], str]:
    """Every text to translate, with where it stands."""
    found: dict[tuple[str, ...], str] = {}
    found.update({(text,): f"act {act}" for act, text in ACTS.items()})
    for file in sorted(PACKAGE.rglob("*.py")):
        for texts in marked(file):
            found.setdefault(texts, str(file.relative_to(PACKAGE.parent)))
    for code, message in messages().items():
        for text in (message.sentence, message.advice):
            if text:
                found.setdefault((text,), f"core/wording: {code}")
    for text in CLICK:
        found.setdefault((text,), "click")
    return found
