"""The body of an upload, made piece by piece while it is sent: a document of 20 MB is never held, however it travels.

The same upload gives the same bytes each time. Its length is counted beforehand, so that nothing goes chunked.
"""

from __future__ import annotations

import binascii
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Self
from urllib.parse import quote_plus, urlencode

from core.files import Content, pieces
from core.pingwin.contract import Body as Described
from core.pingwin.target import Upload


@dataclass(frozen=True, slots=True)
class Body:
    """What a request carries. `pieces` makes it anew at each call; `size` in bytes."""

    pieces: Callable[[], Iterator[bytes]]
    size: int

    @classmethod
    def made(cls, parts: Callable[[], Iterator[bytes]]) -> Self:
        """A body of pieces, which are counted by making them once."""
        return cls(parts, sum(map(len, parts())))

    @classmethod
    def of(cls, *parts: Content) -> Self:
        """A body of contents one after another."""
        return cls(lambda: chain.from_iterable(map(pieces, parts)), sum(map(len, parts)))

    def beginning(self, size: int) -> bytes:
        """Its first bytes."""
        start = bytearray()
        for piece in self.pieces():
            start += piece
            if len(start) >= size:
                break
        return bytes(start[:size])


NOTHING = Body.of()


def body_of(described: Described, fields: dict[str, str], upload: Upload) -> tuple[str, Body]:
    """Content type and body, as the contract describes them; fields first, then the file."""
    return _KINDS[described.kind](described, fields, upload)


def _multipart(described: Described, fields: dict[str, str], upload: Upload) -> tuple[str, Body]:
    """RFC 7578. The boundary comes from the content, so the same upload is the same bytes."""
    boundary = f"banqup-pingwin-{upload.sha256[:32]}"
    while _occurs(boundary.encode(), upload.content):
        boundary += "-"
    lines: list[bytes] = []
    for name, value in fields.items():
        lines += [
            f"--{boundary}".encode(),
            f'Content-Disposition: form-data; name="{_quoted(name)}"'.encode(),
            b"",
            value.encode(),
        ]
    named = f'name="{_quoted(described.file_field)}"; filename="{_quoted(upload.filename)}"'
    lines += [
        f"--{boundary}".encode(),
        f"Content-Disposition: form-data; {named}".encode(),
        f"Content-Type: {described.content_type}".encode(),
        b"",
        b"",
    ]
    end = f"\r\n--{boundary}--\r\n".encode()
    return f"multipart/form-data; boundary={boundary}", Body.of(b"\r\n".join(lines), upload.content, end)


def _occurs(text: bytes, content: Content) -> bool:
    """Whether a text stands in a content, also across two pieces."""
    end = b""
    for piece in pieces(content):
        if text in end + piece:
            return True
        end = piece[-len(text) :]
    return False


def _quoted(text: str) -> str:
    """A name inside quotes, as browsers escape it (WHATWG form encoding)."""
    return text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def _form(described: Described, fields: dict[str, str], upload: Upload) -> tuple[str, Body]:
    others = {name: value for name, value in fields.items() if name != described.file_field}
    start = f"{urlencode(others)}&" if others else ""
    start += f"{quote_plus(described.file_field)}="
    parts = _quoted_base64 if described.encoding == "base64" else _quoted_text
    body = Body.made(lambda: chain((start.encode(),), parts(upload.content)))
    return "application/x-www-form-urlencoded", body


def _quoted_text(content: Content) -> Iterator[bytes]:
    return (quote_plus(piece).encode() for piece in pieces(content))


def _quoted_base64(content: Content) -> Iterator[bytes]:
    for piece in _in_base64(content):
        yield piece.replace(b"+", b"%2B").replace(b"/", b"%2F").replace(b"=", b"%3D")


def _json(described: Described, fields: dict[str, str], upload: Upload) -> tuple[str, Body]:
    members = {name: value for name, value in fields.items() if name != described.file_field}
    start, end = json.dumps({**members, described.file_field: ""}, ensure_ascii=False).encode()[:-2], b'"}'
    return "application/json", Body.made(lambda: chain((start,), _in_base64(upload.content), (end,)))


def _in_base64(content: Content) -> Iterator[bytes]:
    return (binascii.b2a_base64(piece, newline=False) for piece in pieces(content))


def _raw(described: Described, fields: dict[str, str], upload: Upload) -> tuple[str, Body]:
    return described.content_type, Body.of(upload.content)


_KINDS: dict[str, Callable[[Described, dict[str, str], Upload], tuple[str, Body]]] = {
    "multipart": _multipart,
    "form": _form,
    "json": _json,
    "raw": _raw,
}
