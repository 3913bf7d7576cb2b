"""Cells of a table that people open in a spreadsheet or print on a terminal: shown as they are, run by nobody.

Takes any value, gives one line of text. Neither a formula nor a control, escape or direction character survives in it.
"""

from __future__ import annotations

import re
import unicodedata

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
STARTS = ("=", "+", "-", "@", "\N{FULLWIDTH EQUALS SIGN}", "\N{FULLWIDTH PLUS SIGN}", "\N{FULLWIDTH HYPHEN-MINUS}",
          "\N{FULLWIDTH COMMERCIAL AT}")  # fmt: skip
"""How a text begins that a spreadsheet would run; the wide forms count for those that fold them."""

_NUMBER = re.compile(r"-?\d+(\.\d+)?\Z")
_ACTS = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def cell(value: object) -> str:
    """The value as a cell. What begins like a formula and is no number gets an apostrophe, as people type it."""
    text = "" if value is None else str(value)
    if not (text.isascii() and text.isprintable()):
        text = "".join(map(_harmless, text))
    return f"'{text}" if text.lstrip().startswith(STARTS) and not _NUMBER.match(text) else text


def value_of(cell: str) -> str:
    """What stands in a cell that `cell` may have written."""
    text = cell.strip()
    return text[1:] if text.startswith("'") and text[1:].lstrip().startswith(STARTS) else text


def _harmless(character: str) -> str:
    if character.isspace():
        return " "
    return REPLACEMENT if unicodedata.category(character) in _ACTS else character
