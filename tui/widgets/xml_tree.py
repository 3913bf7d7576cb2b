"""An XML document as a foldable tree: one line an element, opened as one goes. Never holds more lines than are open.

What stands in the document is shown as text whatever it is; the body of an attachment is told by its size.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from tui.i18n import _, count
from tui.plain import neutral
from tui.widgets.lines import Painted
from tui.widgets.picker import Picker
from tui.widgets.spans import Line, Span

if TYPE_CHECKING:
    from core.operations.views.xml_view import Node

SHOWN = 400
"""Characters of a value in its line; the line is cut to the window anyway."""

OPENED_AT_FIRST = 12
"""A group with at most so many lines below it is open from the start, so that the head of an invoice is readable."""


class Row(NamedTuple):
    """An element that is seen, and how deep it stands."""

    node: Node
    depth: int


class XmlTree(Picker):
    """The tree. `show` takes a document's root."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._root: Node | None = None
        self._open: set[int] = set()
        self._rows: list[Row] = []

    def show(self, root: Node | None) -> None:
        """Another document, its first level open."""
        self._root = root
        self._open = {id(root)} if root is not None else set()
        if root is not None:
            self._open |= {id(child) for child in root.children if 0 < _below(child) <= OPENED_AT_FIRST}
        self.cursor = self.top = 0
        self._rebuild()

    @property
    def line_count(self) -> int:
        """The elements that are open to view."""
        return len(self._rows)

    @property
    def current(self) -> Node | None:
        """The element under the cursor."""
        return self._rows[self.cursor].node if self._rows else None

    @property
    def position(self) -> str:
        """Where the cursor stands."""
        return f"{count(self.cursor + 1)} / {count(len(self._rows))}" if self._rows else ""

    # -- opening and closing -----------------------------------------------------------------------------------------

    def toggle(self) -> None:
        """Opens or closes the element under the cursor."""
        node = self.current
        if node is None or not node.children:
            return
        self._open ^= {id(node)}
        here, row = self.cursor + 1, self._rows[self.cursor]
        if id(node) in self._open:
            self._rows[here:here] = list(self._visible(row))[1:]
        else:
            below = enumerate(self._rows[here:], here)
            end = next((place for place, other in below if other.depth <= row.depth), len(self._rows))
            del self._rows[here:end]
        self._changed()

    def unfold(self) -> None:
        """Opens it; where it is open, goes to the first one below it."""
        node = self.current
        if node is None or not node.children:
            return
        if id(node) in self._open:
            self.action_move("down")
        else:
            self.toggle()

    def fold(self) -> None:
        """Closes it; where it is closed (or a value), goes to the one it belongs to."""
        node = self.current
        if node is None:
            return
        if node.children and id(node) in self._open:
            self.toggle()
        elif node.parent is not None:
            self._go_to(node.parent)

    def unfold_all(self) -> None:
        """Opens the element under the cursor with everything below it."""
        if self.current is not None:
            self._open |= {id(node) for node in _walk(self.current) if node.children}
            self._rebuild()

    def fold_all(self) -> None:
        """Closes everything but the first level."""
        if self._root is not None:
            self._open = {id(self._root)}
            self.cursor = self.top = 0
            self._rebuild()

    def find(self, text: str) -> bool:
        """Goes to the next element that has this text in its name, value or attributes; False where there is none."""
        wanted = text.casefold()
        if self._root is None or not wanted:
            return False
        nodes = list(_walk(self._root))
        current = self.current
        here = next((place for place, node in enumerate(nodes) if node is current), 0)
        for node in (*nodes[here + 1 :], *nodes[: here + 1]):
            if wanted in _said(node).casefold():
                above = node.parent
                while above is not None:
                    self._open.add(id(above))
                    above = above.parent
                self._rebuild()
                self._go_to(node)
                return True
        return False

    def _go_to(self, node: Node) -> None:
        for place, row in enumerate(self._rows):
            if row.node is node:
                self.go(place)
                return

    def _rebuild(self) -> None:
        self._rows = list(self._visible(Row(self._root, 0))) if self._root is not None else []
        self._changed()

    def _changed(self) -> None:
        self.cursor = max(0, min(self.cursor, len(self._rows) - 1))
        self.reveal()
        self.sync()
        self.post_message(self.Moved(self))

    def _visible(self, top: Row) -> Iterator[Row]:
        waiting = [top]
        while waiting:
            row = waiting.pop()
            yield row
            if id(row.node) in self._open:
                waiting.extend(Row(child, row.depth + 1) for child in reversed(row.node.children))

    # -- painting ----------------------------------------------------------------------------------------------------

    def content(self, width: int, height: int) -> list[Painted]:
        """The visible lines; the others are never made."""
        shown = range(self.top, min(self.top + height, len(self._rows)))
        return [Painted(self._line(self._rows[line]), line == self.cursor and self.has_focus) for line in shown]

    def _line(self, row: Row) -> Line:
        node = row.node
        sign = "  " if not node.children else "- " if id(node) in self._open else "+ "
        spans = [Span(f" {'  ' * row.depth}"), Span(sign, "accent"), Span(name_of(node), "text-muted")]
        if node.children:
            if id(node) not in self._open:
                spans.append(Span(f" ({count(len(node.children))})", "text-muted"))
        else:
            spans.append(Span(f"  {value_of(node)[:SHOWN]}"))
        attributes = "".join(f"  {_local(name)}={neutral(value[:SHOWN])}" for name, value in node.attributes.items())
        return (*spans, Span(attributes, "text-muted"))

    def watch_has_focus(self, has_focus: bool) -> None:
        """The cursor line lights up and fades with the focus."""
        super().watch_has_focus(has_focus)
        self.sync()


def name_of(node: Node) -> str:
    """The name as UBL people know it; of another vocabulary the local name."""
    return neutral(f"{node.namespace}{_local(node.name)}")


def value_of(node: Node) -> str:
    """The value as one harmless line; of an attachment its size."""
    if node.body is not None:
        return _("(attachment, {size} kB of base64)").format(size=count(max(1, len(node.body) // 1000)))
    return neutral((node.text or "").strip())


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def _said(node: Node) -> str:
    return " ".join((name_of(node), "" if node.body else node.text or "", *node.attributes.values()))


def _walk(node: Node) -> Iterator[Node]:
    waiting = [node]
    while waiting:
        found = waiting.pop()
        yield found
        waiting.extend(reversed(found.children))


def _below(node: Node) -> int:
    """How many elements stand below, counted no further than it matters."""
    number = -1
    for _node in _walk(node):
        number += 1
        if number > OPENED_AT_FIRST:
            break
    return number
