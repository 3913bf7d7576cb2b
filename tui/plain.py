"""Makes text that came from outside safe to put on a terminal.

Party names, file names and the words of a server are runtime text: none of it may move the cursor, change colours,
set the window's title, reorder what stands around it or break a line. Takes any string, gives one line (or a block).
"""

from __future__ import annotations

import unicodedata

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_SPACES = frozenset("\t\n\r\v\f\N{NEXT LINE}\N{LINE SEPARATOR}\N{PARAGRAPH SEPARATOR}")
_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Control and escape characters, bidirectional and invisible formatting, lone surrogates, line separators."""


def neutral(text: str) -> str:
    """The text as one harmless line: line breaks and tabs become spaces, other controls a replacement character."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_neutral_character, text))


def neutral_block(text: str) -> str:
    """The same for text of several lines, whose line breaks are kept."""
    return "\n".join(neutral(line) for line in text.splitlines())


def _neutral_character(character: str) -> str:
    if character in _SPACES:
        return " "
    return REPLACEMENT if unicodedata.category(character) in _UNSAFE else character
