"""The base64 text of an attachment as it stands in the source: a view of the source's bytes, carried over uncopied.

Large bodies are never parsed, decoded and encoded again only to be carried over; what must be looked at inside (the
head and the end of a PDF) is decoded where it stands. One fast pass says whether the text is base64 at all.
"""

from __future__ import annotations

import binascii
import string
from typing import Final

BLANKS: Final = b" \t\r\n"
ALPHABET: Final = (string.ascii_letters + string.digits + "+/").encode()
CHUNK: Final = 1 << 14
"""How much of a body is looked at in one go: little enough to stay in the cache, and no second copy of it."""

CLOSES: Final = {2: b"AQgw", 3: b"AEIMQUYcgkosw048"}
"""The letters that can close a text, by how many letters its last group has: of others the schema takes none."""

SHOWN: Final = 480
"""Characters of a body that stand for it where a value is shown."""


class Base64:
    """Base64 text inside other bytes. Only letters of base64, blanks, and padding at the end (see `base64_at`)."""

    __slots__ = ("_blanks", "_padding", "_view")

    def __init__(self, content: bytes | memoryview, blanks: int, padding: int) -> None:
        self._view = memoryview(content)
        self._blanks = blanks
        self._padding = padding

    def __len__(self) -> int:
        return len(self._view)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Base64) and self._view == other._view

    def __hash__(self) -> int:
        return hash((len(self), self._view[:SHOWN].tobytes()))

    def __repr__(self) -> str:
        return f"Base64({len(self)} characters)"

    def __reduce__(self) -> tuple[type[Base64], tuple[bytes, int, int]]:
        return Base64, (self._view.tobytes(), self._blanks, self._padding)

    @property
    def blanks(self) -> int:
        """How many blanks and line breaks stand in the text."""
        return self._blanks

    @property
    def view(self) -> memoryview:
        """The text itself."""
        return self._view

    @property
    def beginning(self) -> str:
        """What stands for the text where it is shown."""
        return self._view[:SHOWN].tobytes().decode("ascii")

    @property
    def fault(self) -> str | None:
        """What V21 says: nothing, `base64_padding_repaired` or `base64_broken`."""
        letters = len(self) - self._blanks - self._padding
        if letters % 4 == 1:
            return "base64_broken"
        if (letters + self._padding) % 4 or self._padding > 2 or not _closes(letters, self._end()):
            return "base64_padding_repaired"
        return None

    def decoded(self) -> bytes:
        """The file inside; missing padding is repaired, and what is no base64 gives no bytes."""
        return decode(self._view)

    def window(self) -> Window | None:
        """The file inside, to be looked at in places; None where the text has faults."""
        if self.fault is not None:
            return None
        return Window(self._bare() if self._blanks else self._view, self._padding)

    def _end(self) -> bytes:
        """Its last letters."""
        for stop in range(len(self), 0, -SHOWN):
            if letters := self._view[max(0, stop - SHOWN) : stop].tobytes().translate(None, BLANKS + b"="):
                return letters
        return b""

    def _bare(self) -> memoryview:
        """The text without blanks."""
        bare = bytearray()
        for place in range(0, len(self), CHUNK):
            bare += self._view[place : place + CHUNK].tobytes().translate(None, BLANKS)
        return memoryview(bare)


class Window:
    """The bytes inside a faultless base64 text, decoded only where somebody looks."""

    __slots__ = ("_bare", "size")

    def __init__(self, bare: memoryview, padding: int) -> None:
        self._bare = bare
        self.size = len(bare) // 4 * 3 - padding

    def part(self, start: int, stop: int) -> bytes:
        """The bytes from `start` to before `stop`, as many of them as there are."""
        start, stop = max(0, start), min(stop, self.size)
        if start >= stop:
            return b""
        group = start // 3
        decoded = binascii.a2b_base64(self._bare[group * 4 : -(-stop // 3) * 4])
        return decoded[start - group * 3 : stop - group * 3]


def base64_at(source: bytes, start: int, stop: int) -> Base64 | None:
    """The text of `source` from `start` to before `stop`, or None where it is no base64 by its letters."""
    view = memoryview(source)[start:stop]
    others = b"".join(
        source[place : min(place + CHUNK, stop)].translate(None, ALPHABET) for place in range(start, stop, CHUNK)
    )
    padding = others.count(b"=")
    blanks = len(others) - padding
    if others.translate(None, BLANKS + b"=") or (padding and not _ends_with_it(view, padding)):
        return None
    return Base64(view, blanks, padding)


def fault_of(text: str | Base64) -> str | None:
    """What V21 says of a text that stands where base64 should: nothing, or as `Base64.fault`."""
    if isinstance(text, Base64):
        return text.fault
    bare = text.encode("ascii", "replace").translate(None, BLANKS)
    letters = bare.rstrip(b"=")
    if letters.translate(None, ALPHABET) or len(letters) % 4 == 1:
        return "base64_broken"
    whole = len(bare) % 4 == 0 and len(bare) - len(letters) <= 2
    return None if whole and _closes(len(letters), letters) else "base64_padding_repaired"


def padded(text: str | Base64) -> str:
    """The same text with the padding that it lacks, and no bits in its last letter that belong to no byte."""
    view = text.view.tobytes() if isinstance(text, Base64) else text.encode("ascii", "replace")
    letters = view.translate(None, BLANKS).rstrip(b"=")
    if not _closes(len(letters), letters):
        kept = len(letters) // 4 * 4
        letters = letters[:kept] + binascii.b2a_base64(decode(letters[kept:]), newline=False).rstrip(b"=")
    return (letters + b"=" * (-len(letters) % 4)).decode("ascii")


def _closes(count: int, letters: bytes) -> bool:
    """Whether a text of `count` letters that ends with these has no bits left over."""
    return count % 4 < 2 or letters[-1] in CLOSES[count % 4]


def _ends_with_it(view: memoryview, padding: int) -> bool:
    """Whether all padding stands at the end, blanks aside."""
    if padding > SHOWN:
        return False
    end = view[-CHUNK:].tobytes().translate(None, BLANKS)
    return end.endswith(b"=" * padding)


def decode(text: bytes | memoryview) -> bytes:
    """The bytes inside a base64 text; missing padding is repaired, and what is no base64 gives no bytes."""
    try:
        return binascii.a2b_base64(text)
    except binascii.Error:
        bare = b"".join(bytes(text).split()).rstrip(b"=")
        try:
            return binascii.a2b_base64(bare + b"=" * (-len(bare) % 4))
        except (binascii.Error, ValueError):
            return b""
