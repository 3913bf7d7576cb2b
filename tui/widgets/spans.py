"""Lines of text with tones, as values: what every widget of the console is made of. No markup is ever parsed.

A `Span` is a piece of text and the name of its tone; a `Line` is a tuple of spans. Widths are terminal cells, so that
wide and combining characters keep the columns straight. Pure; imports no Textual.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from rich.cells import cell_len, chop_cells, set_cell_size

TONES = ("foreground", "text-muted", "accent", "success", "warning", "error", "strong", "key")
"""The names a span may carry: the theme variables of `tui.words.status`, and two of the console's own."""


class Span(NamedTuple):
    """A piece of a line. `tone` is one of `TONES`."""

    text: str
    tone: str = "foreground"


Line = tuple[Span, ...]

BLANK: Line = ()


@dataclass(frozen=True, slots=True)
class Charset:
    """The few signs the console draws itself, beside the glyphs of `tui.words.status`."""

    ellipsis: str
    separator: str
    cursor: str
    bar: str
    prompt: str


UNICODE = Charset(ellipsis="…", separator="·", cursor="▌", bar="─", prompt="›")
ASCII = Charset(ellipsis="~", separator="-", cursor=">", bar="-", prompt=">")


TYPED = str.maketrans("“”„«»‘’–—…→·•", '"""""\'\'--~>-*')
"""The signs of a sentence as a typewriter has them, one for one."""


def typed(spans: Line) -> Line:
    """A line whose own signs are ASCII; letters of names stay what they are."""
    return tuple(span if span.text.isascii() else span._replace(text=span.text.translate(TYPED)) for span in spans)


def charset(ascii_only: bool) -> Charset:
    """The signs that the terminal can show."""
    return ASCII if ascii_only else UNICODE


def line(text: str, tone: str = "foreground") -> Line:
    """A line of one tone."""
    return (Span(text, tone),)


def width_of(spans: Iterable[Span]) -> int:
    """The cells a line takes."""
    return sum(cell_len(span.text) for span in spans)


def fit(text: str, width: int, ellipsis: str = "…", *, right: bool = False) -> str:
    """The text in exactly `width` cells: padded, or cut with a mark that something is missing."""
    text = cut(composed(text), width, ellipsis)
    length = cell_len(text)
    return " " * (width - length) + text if right else text + " " * (width - length)


def composed(text: str) -> str:
    """Letters with their accents as one character: a loose accent takes no cell, but not every terminal knows."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def cut(text: str, width: int, ellipsis: str = "…") -> str:
    """The text in at most `width` cells; where it was longer it ends with the mark."""
    if cell_len(text) <= width:
        return text
    if width <= 1:
        return ellipsis[:width]
    return set_cell_size(text, width - 1).rstrip() + ellipsis


_BREAK = re.compile(r"(?<!«) (?![;:?!»](?:\s|$))")
"""Where a line may end: French puts a space before some signs, which stay with their word."""


def wrap(text: str, width: int, *, hanging: int = 0) -> list[str]:
    """Breaks text at spaces into lines of at most `width` cells; `hanging` indents all but the first of a paragraph."""
    width = max(width, 8)
    lines: list[str] = []
    for paragraph in text.split("\n"):
        current = ""
        indent = ""
        for word in _BREAK.split(paragraph):
            room = width - cell_len(indent)
            candidate = f"{current} {word}" if current else word
            if cell_len(candidate) <= room:
                current = candidate
                continue
            if current:
                lines.append(indent + current)
                indent = " " * hanging
            pieces = chop_cells(word, width - hanging) or [""]
            lines.extend(indent + piece for piece in pieces[:-1])
            current = pieces[-1]
        lines.append(indent + current)
    return lines


def cut_line(spans: Line, width: int, ellipsis: str = "…") -> Line:
    """A line in at most `width` cells."""
    kept: list[Span] = []
    room = width
    for span in spans:
        length = cell_len(span.text)
        if length > room:
            if room > 0:
                kept.append(span._replace(text=cut(span.text, room, ellipsis)))
            elif kept:
                last = kept[-1]
                shorter = cut(last.text + " ", cell_len(last.text), ellipsis)
                kept[-1] = last._replace(text=shorter)
            break
        kept.append(span)
        room -= length
    return tuple(kept)


def between(left: Line, right: Line, width: int, ellipsis: str = "…", *, least: int | None = None) -> Line:
    """One line with a left and a right part; the left part is cut where both do not fit.

    The right part is left out where less than `least` cells (a third of the width) would remain for the left one.
    """
    right_width = width_of(right)
    room = width - right_width - (1 if right else 0)
    if room < (width // 3 if least is None else least):
        return cut_line(left, width, ellipsis)
    shown = cut_line(left, room, ellipsis)
    return (*shown, Span(" " * (width - width_of(shown) - right_width)), *right)
