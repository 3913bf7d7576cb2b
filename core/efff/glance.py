"""Whether a PDF opens, told from a few hundred of its bytes: header, end, cross-reference table, catalogue, pages.

Only a plain PDF is told so: one classic table, not encrypted, first page found. For any other the answer is None, and
a PDF library has to look (`core.efff.pdf.examine`). Never wrong where it answers: each step leads by a number that the
file states to a place where the named object must begin.
"""

from __future__ import annotations

import re
from typing import Final, Protocol

HEAD: Final = 16
END: Final = 2048
OBJECT: Final = 1024
"""How far into an object is looked; a catalogue or page tree whose facts stand later is not plain."""

ENTRY: Final = 20
"""Bytes of one entry of a cross-reference table (ISO 32000-1, 7.5.4)."""

START: Final = re.compile(rb"startxref\s+(\d{1,10})\s+%%EOF[\0\s]*\Z")
TABLE: Final = re.compile(rb"xref[ ]?(?:\r\n|\r|\n)0 (\d{1,7})[ ]?(?:\r\n|\r|\n)")
ROOT: Final = re.compile(rb"/Root\s+(\d{1,7})\s+0\s+R\b")
PAGES: Final = re.compile(rb"/Pages\s+(\d{1,7})\s+0\s+R\b")
COUNT: Final = re.compile(rb"/Count\s+(\d{1,7})\b")
KIDS: Final = re.compile(rb"/Kids\s*\[\s*(\d{1,7})\s+0\s+R\b")
TREE: Final = re.compile(rb"/Type\s*/Pages\b")
PAGE: Final = re.compile(rb"/Type\s*/Pages?\b")
NOT_PLAIN: Final = (b"/Encrypt", b"/Prev", b"/XRefStm")


class Bytes(Protocol):
    """Bytes that can be looked at in places."""

    size: int

    def part(self, start: int, stop: int) -> bytes:
        """The bytes from `start` to before `stop`, as many of them as there are."""
        ...


class Held:
    """Bytes that are all there."""

    __slots__ = ("_content", "size")

    def __init__(self, content: bytes) -> None:
        self._content = content
        self.size = len(content)

    def part(self, start: int, stop: int) -> bytes:
        """The bytes from `start` to before `stop`, as many of them as there are."""
        return self._content[max(0, start) : stop]


def pages_of_plain_pdf(pdf: Bytes) -> int | None:
    """How many pages a plain PDF claims; None where only a library can tell."""
    end = pdf.part(pdf.size - END, pdf.size)
    started = START.search(end)
    if started is None or not pdf.part(0, HEAD).startswith(b"%PDF-1."):
        return None
    trailer = end[end.rfind(b"trailer") : started.start()] if b"trailer" in end else b""
    root = ROOT.search(trailer)
    if root is None or any(mark in trailer for mark in NOT_PLAIN):
        return None
    table = _Table(pdf, int(started[1]))
    catalogue = table.object(int(root[1]))
    pages = PAGES.search(catalogue)
    tree = table.object(int(pages[1])) if pages else b""
    count, kid = COUNT.search(tree), KIDS.search(tree)
    if count is None or kid is None or not int(count[1]) or not TREE.search(tree):
        return None
    return int(count[1]) if PAGE.search(table.object(int(kid[1]))) else None


class _Table:
    """The cross-reference table of a PDF."""

    def __init__(self, pdf: Bytes, place: int) -> None:
        self._pdf = pdf
        begun = TABLE.match(pdf.part(place, place + 40))
        self._entries = place + begun.end() if begun else 0
        self._size = int(begun[1]) if begun else 0

    def object(self, number: int) -> bytes:
        """What stands in an object, up to its end or stream; nothing where it is not where the table says."""
        if not 0 < number < self._size:
            return b""
        entry = self._pdf.part(self._entries + number * ENTRY, self._entries + (number + 1) * ENTRY)
        if entry[10:18] != b" 00000 n" or not entry[:10].isdigit():
            return b""
        text = self._pdf.part(int(entry[:10]), int(entry[:10]) + OBJECT)
        begun = re.match(rb"\s*%d\s+0\s+obj\b" % number, text)
        if begun is None:
            return b""
        stop = text.find(b"endobj")
        return text[begun.end() : stop if stop >= 0 else None]
