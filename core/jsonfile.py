"""JSON that people meet: where in a hand-edited text a mistake stands, and text that can act on no terminal. Pure."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from typing import Any

_BLANK = " \t\r\n"
_DECODER = json.JSONDecoder()


def line(value: object) -> str:
    """A value as one line, readable, and harmless wherever it is printed."""
    return harmless(json.dumps(value, ensure_ascii=False, default=str))


def harmless(text: str) -> str:
    """A JSON text whose control, invisible and direction characters are written as escapes: the same value."""
    if text.isascii() and "\x7f" not in text:
        return text
    return "".join(json.dumps(c)[1:-1] if _acts(c) else c for c in text)


def _acts(character: str) -> bool:
    """Whether a character steers what is shown around it. Line breaks that JSON's layout may have stay."""
    return character not in "\n\t" and unicodedata.category(character) in {"Cc", "Cf", "Zl", "Zp"}


class RepeatedKeyError(ValueError):
    """A key that stands twice in one object: one of the two would be lost without a word."""


def load(text: str) -> Any:
    """Parses strictly: no repeated key, no NaN. Raises JSONDecodeError (with line and column) or RepeatedKeyError."""
    return json.loads(text, object_pairs_hook=_once, parse_constant=_refuse)


def place(text: str, path: Sequence[str | int]) -> tuple[int, int]:
    """Line and column (from 1) of the value at `path`, or of the innermost part of it that there is."""
    offset = _skip(text, 0)
    for part in path:
        inner = _member(text, offset, part)
        if inner is None:
            break
        offset = inner
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def place_of_key(text: str, key: str) -> tuple[int, int]:
    """Line and column of the last place where `key` is written."""
    offset = max(text.rfind(json.dumps(key)), text.rfind(json.dumps(key, ensure_ascii=False)), 0)
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise RepeatedKeyError(key)
        found[key] = value
    return found


def _refuse(name: str) -> Any:
    raise RepeatedKeyError(name)


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in _BLANK:
        at += 1
    return at


def _member(text: str, at: int, part: str | int) -> int | None:
    """Where the member `part` of the object or array at `at` begins. The text is known to parse."""
    if text[at : at + 1] not in {"{", "["}:
        return None
    keyed = text[at] == "{"
    at, n = _skip(text, at + 1), 0
    while text[at] not in "}]":
        name: str | int = n
        if keyed:
            name, at = _DECODER.raw_decode(text, at)
            at = _skip(text, _skip(text, at) + 1)
        if str(name) == str(part):
            return at
        _, at = _DECODER.raw_decode(text, at)
        at, n = _skip(text, at), n + 1
        if text[at] == ",":
            at = _skip(text, at + 1)
    return None
