"""One element of a document as the reader takes it: it knows what of it was taken, and so what was not carried over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from core.efff.base64text import Base64

NUMBERED = frozenset(
    {
        *("InvoiceLine", "CreditNoteLine", "AdditionalDocumentReference", "AllowanceCharge"),
        *("TaxSubtotal", "PaymentMeans"),
    }
)
"""Elements whose number always stands in a path, also where there is only one."""

NOTHING: Mapping[str, Any] = {}
"""What a node without attributes or children has, shared by all of them."""


class Node:
    """One element: local name, text, attributes, children in document order and by name.

    `taken` says that the reader took its value, `used` which of its attributes. `body` is the whole of a large base64
    text, of which `text` is then only the beginning.
    """

    __slots__ = (
        *("attributes", "body", "children", "index", "name", "namespace"),
        *("parent", "position", "taken", "text", "used"),
    )

    def __init__(self, name: str, namespace: str, text: str | None, parent: Node | None) -> None:
        self.name = name
        self.namespace = namespace
        self.text = text
        self.parent = parent
        self.attributes: Mapping[str, str] = NOTHING
        self.children: Sequence[Node] = ()
        self.index: Mapping[str, list[Node]] = NOTHING
        self.position = 1
        self.taken = False
        self.used: tuple[str, ...] = ()
        self.body: Base64 | None = None

    def first(self, name: str) -> Node | None:
        """The first child of that name."""
        found = self.index.get(name)
        return found[0] if found else None

    def all(self, name: str) -> list[Node]:
        """All children of that name."""
        return self.index.get(name, [])

    def value(self) -> str:
        """The text without blanks around it; marks it as taken."""
        self.taken = True
        return self.text.strip() if self.text else ""

    def take(self, *path: str) -> str:
        """The value of the first node along `path`, "" where there is none; marks it as taken."""
        node: Node | None = self
        for name in path:
            found = node.index.get(name) if node is not None else None
            if not found:
                return ""
            node = found[0]
        return node.value() if node is not None else ""

    def peek(self, *path: str) -> str:
        """The value of the first node along `path`, "" where there is none; leaves it as it is."""
        node: Node | None = self
        for name in path:
            node = node.first(name) if node is not None else None
        return (node.text or "").strip() if node is not None else ""

    def attribute(self, name: str) -> str:
        """The value of an attribute, "" where there is none; marks it as taken, unless it stands beside no value."""
        stated = self.attributes.get(name)
        if stated is None:
            return ""
        if not self.text or self.text.isspace():
            return stated.strip()
        self.used = (*self.used, name)
        return stated.strip()

    @property
    def path(self) -> str:
        """Its place, such as /Invoice/cac:InvoiceLine[2]/cbc:ID; a number stands where there can be several."""
        if self.parent is None:
            return f"/{self.name}"
        several = len(self.parent.index[self.name]) > 1 or self.name in NUMBERED
        number = f"[{self.position}]" if several else ""
        return f"{self.parent.path}/{self.namespace}{self.name}{number}"

    def all_below(self) -> Iterator[Node]:
        """This node and all below it, in document order."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(node.children))
