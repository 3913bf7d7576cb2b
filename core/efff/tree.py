"""XML bytes -> a plain tree of nodes, or the finding that says why not. The only place that parses a document.

No DTD, no entities, no network: a DOCTYPE is refused in the prolog, before the parser could expand anything. Encodings
other than UTF-8 are decoded here, so that the parser never chooses one. Size, number of elements and depth are limited.
"""

from __future__ import annotations

import binascii
import codecs
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from lxml import etree

from core.efff.base64text import Base64, base64_at
from core.efff.node import Node
from core.efff.report import Finding, Severity

UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
CAC = f"{{{UBL}CommonAggregateComponents-2}}"
CBC = f"{{{UBL}CommonBasicComponents-2}}"

MAX_BYTES = 75_000_000
"""The largest document read: a 50 MB attachment in base64 and the invoice around it (decision 28)."""

MAX_MARKUP = 1_000_000
"""How many elements and attributes a document may have, about 15,000 lines; more would take the engine's memory."""

MAX_ATTRIBUTES = 256
"""How many attributes an element may have; those of UBL have fewer than 20, and listing n of them takes n² steps."""

CROWDED = re.compile(rb"""<[^\s<>/]+(?:\s+[^\s=<>"']+\s*=\s*(?:"[^"<]*"|'[^'<]*')){%d}""" % (MAX_ATTRIBUTES + 1))

MAX_DEPTH = 100
"""How deep elements may nest; UBL documents stay below 20."""

ENCODINGS = re.compile(
    r"(us-)?ascii|utf-?8|utf-?16(-?[bl]e)?|utf-?32(-?[bl]e)?|iso-?8859-?\d+|latin-?\d+|(windows|cp)-?125\d"
)
DECLARATION = re.compile(rb"""<\?xml\s[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["'][^>]*?\?>""")
PROLOG_PART = re.compile(rb"\s+|<\?.*?\?>|<!--.*?-->", re.DOTALL)

BODY_NAME = "EmbeddedDocumentBinaryObject"
BODY_ELEMENT = BODY_NAME.encode()
LARGE_BODY = 4096
"""Characters of base64 from which a body is not given to the parser."""

MARK = secrets.token_bytes(16).replace(b"%", b"") + b"%06d"
"""What stands for a large body inside the parser; no document can know it."""

KINDS_OF_FILE = (
    (b"%PDF-", "file_is_pdf"),
    (b"PK\x03\x04", "file_is_zip"),
    (b"<html", "file_is_html"),
    (b"<!doctype html", "file_is_html"),
)
"""What people hand over instead of an XML, by its first bytes in lower case where they are letters."""


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed document: its root, the root's namespace, and the encoding it came in (lower case)."""

    root: Node
    namespace: str
    encoding: str


def parse(source: bytes) -> Document | Finding:
    """Parses `source`. Whatever is wrong with it is the finding (V01, V24); nothing is raised."""
    text = source[3:] if source.startswith(codecs.BOM_UTF8) else source
    refusal = _refusal(text)
    if refusal is not None:
        return refusal
    decoded = _as_utf8(text)
    if isinstance(decoded, Finding):
        return decoded
    text, encoding = decoded
    if _has_doctype(text):
        return broken("xml_has_doctype")
    short, bodies = without_bodies(text)
    if short.count(b'"') + short.count(b"'") > 2 * MAX_ATTRIBUTES and CROWDED.search(short):
        return broken("xml_too_crowded", limit=MAX_ATTRIBUTES)
    found = _tree(short, bodies)
    if found is None:  # a stand-in came to stand elsewhere than in an attachment
        found = _tree(text, {})
    if isinstance(found, Finding):
        return found
    assert found is not None  # without stand-ins there is nothing to miss
    node, namespace = found
    return Document(node, namespace, encoding)


def _tree(text: bytes, bodies: dict[str, Base64]) -> tuple[Node, str] | Finding | None:
    """The nodes and the root's namespace; None where not every stand-in was an attachment's whole text."""
    try:
        root = etree.fromstring(text, _parser())
    except etree.XMLSyntaxError as error:
        return broken("xml_not_well_formed", line=error.lineno or 0, reason=_plain(error.msg or ""))
    except (ValueError, LookupError) as error:
        return broken("xml_not_well_formed", line=0, reason=_plain(str(error)))
    left = dict(bodies)
    node = _build(root, None, 1, left)
    if node is None:
        return broken("xml_too_deep", limit=MAX_DEPTH)
    return None if left else (node, etree.QName(root).namespace or "")


def parsed(source: bytes) -> etree._Element:
    """The element tree of a document that `parse` has taken before, for a schema to look at.

    Large bodies are short valid ones there: whether they are base64 at all, V21 tells.
    """
    text = _as_utf8(source.removeprefix(codecs.BOM_UTF8))
    assert not isinstance(text, Finding)
    return etree.fromstring(without_bodies(text[0])[0], _parser())


def without_bodies(text: bytes) -> tuple[bytes, dict[str, Base64]]:
    """The document with a short base64 text in the place of each large one, and which stands for which.

    Only a text of nothing but base64 is taken out, so that the parser still sees all that could be wrong. Line breaks
    stay, and with them the numbers of lines.
    """
    bodies: dict[str, Base64] = {}
    pieces: list[bytes] = []
    kept = place = 0
    while (place := text.find(BODY_ELEMENT, place)) >= 0:
        start = text.find(b">", place) + 1
        stop = text.find(b"<", start)
        place += len(BODY_ELEMENT)
        if not start or stop - start < LARGE_BODY:
            continue
        body = base64_at(text, start, stop)
        if body is not None:
            mark = binascii.b2a_base64(MARK % len(bodies), newline=False)
            bodies[mark.decode("ascii")] = body
            breaks = text.count(b"\n", start, stop) if body.blanks else 0
            pieces += [text[kept:start], mark, b"\n" * breaks]
            kept = place = stop
    return (b"".join((*pieces, text[kept:])), bodies) if bodies else (text, bodies)


def broken(code: str, rule: str = "V01", /, **arguments: str | int) -> Finding:
    """A document that cannot be read at all, which nobody may override."""
    return Finding(rule, Severity.ERROR, "/", code, arguments, blocks=True, never=True)


def _refusal(text: bytes) -> Finding | None:
    """What can be said without parsing: empty, too large, another kind of file."""
    if not text or text.isspace():
        return broken("file_is_empty")
    if len(text) > MAX_BYTES:
        return broken("document_too_large", "V24", megabytes=len(text) // 1_000_000, limit=MAX_BYTES // 1_000_000)
    if len(text) > MAX_MARKUP and _marks(text) > MAX_MARKUP:
        return broken("document_too_long", "V24", limit=MAX_MARKUP)
    start = text[:200].lstrip().lower()
    for magic, code in KINDS_OF_FILE:
        if start.startswith(magic.lower()):
            return broken(code)
    if not start.lstrip(b"\xff\xfe\x00").startswith(b"<"):
        return broken("file_is_not_xml")
    return None


def _marks(text: bytes) -> int:
    """At least as many as there are elements and attributes; a body in base64 has none."""
    return text.count(b"<") // 2 + text.count(b'"') // 2 + text.count(b"'") // 2


def _as_utf8(text: bytes) -> tuple[bytes, str] | Finding:
    """The document in UTF-8 without an XML declaration that says otherwise, and the name of its encoding."""
    declared = DECLARATION.match(text)
    encoding = declared[1].decode("ascii").lower() if declared else "utf-8"
    for mark, name in ((codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32")):
        if text.startswith(mark):
            encoding = name
            break
    else:
        if text.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            encoding = "utf-16"
        elif text[:2] in (b"<\x00", b"\x00<"):
            encoding = "utf-16-le" if text[0] else "utf-16-be"
    if encoding in ("utf-8", "utf8", "us-ascii", "ascii"):
        return text, "utf-8"
    if not ENCODINGS.fullmatch(encoding):
        return broken("xml_encoding_unknown", encoding=encoding)
    try:
        characters = text.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return broken("xml_encoding_wrong", encoding=encoding)
    return characters.lstrip("\ufeff").encode("utf-8", "replace"), encoding


def _has_doctype(text: bytes) -> bool:
    """Whether the prolog holds a document type declaration. What cannot be followed is left to the parser."""
    position = 0
    while part := PROLOG_PART.match(text, position):
        position = part.end()
    return text[position : position + 9].upper() == b"<!DOCTYPE"


def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=True,
        remove_comments=True,
        remove_pis=True,
        remove_blank_text=True,
        encoding="utf-8",
    )


def _plain(message: str) -> str:
    """A parser's message in one short line."""
    return " ".join(message.split())[:200]


_names: dict[str, tuple[str, str]] = {}


def _split(tag: str) -> tuple[str, str]:
    """A tag -> (local name, prefix to show it with); names outside UBL keep their namespace and so match nothing."""
    known = _names.get(tag)
    if known is None:
        if tag.startswith(CAC):
            known = (tag[len(CAC) :], "cac:")
        elif tag.startswith(CBC):
            known = (tag[len(CBC) :], "cbc:")
        else:
            known = (tag, "")
        if len(_names) < 5000:
            _names[tag] = known
    return known


def _build(element: etree._Element, parent: Node | None, depth: int, bodies: dict[str, Base64]) -> Node | None:
    """The node of an element with all below it; None where it is nested too deep. Takes `bodies` to their places."""
    if depth > MAX_DEPTH:
        return None
    tag = str(element.tag)
    name, namespace = _split(tag) if parent is not None else (tag.rpartition("}")[2], "")
    node = Node(name, namespace, element.text, parent)
    attributes = element.items()
    if attributes:
        node.attributes = dict(cast("Sequence[tuple[str, str]]", attributes))
    if len(element):
        index: dict[str, list[Node]] = {}
        children: list[Node] = []
        between: list[str] = []
        node.index, node.children = index, children
        for child in element:
            below = _build(child, node, depth + 1, bodies)
            if below is None:
                return None
            children.append(below)
            siblings = index.get(below.name)
            if siblings is None:
                index[below.name] = [below]
            else:
                siblings.append(below)
                below.position = len(siblings)
            if tail := child.tail:
                between.append(tail)
        if between:
            node.text = "".join((node.text or "", *between))
    elif bodies and name == BODY_NAME and node.text is not None:
        node.body = bodies.pop(node.text.strip(), None)
        if node.body is not None:
            node.text = node.body.beginning
    return node
