"""The XML of one delivery as a foldable tree: the e-fff file, and the source as Banqup has it now."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.events import Key
from textual.widget import Widget
from textual.widgets import Input

from core.model import Delivery
from core.operations.views import xml_view
from core.operations.views.xml_view import XmlView
from tui.actions import BY_ID, Scope
from tui.i18n import _, worded
from tui.plain import neutral, neutral_block
from tui.screens.base import ConsoleScreen
from tui.widgets.entry import Entry
from tui.widgets.key_bar import KeyBar
from tui.widgets.lines import OneLine
from tui.widgets.sheet import Sheet
from tui.widgets.spans import Line, Span, between, line, wrap
from tui.widgets.xml_tree import XmlTree, value_of

VALUE_LINES = 3


class XmlScreen(ConsoleScreen[None]):
    """One of the two files of a delivery."""

    scopes: ClassVar[tuple[Scope, ...]] = (Scope.TREE,)
    guide: ClassVar[str] = "xml"
    AUTO_FOCUS: ClassVar[str | None] = "XmlTree"

    def __init__(self, delivery: Delivery) -> None:
        super().__init__()
        self._delivery = delivery
        self._source = delivery.sha256 is None
        self._view: XmlView | None = None
        self._reading = True

    def body(self) -> Iterable[Widget]:
        """A line to search, the tree (or the text of a file that has none), the value under the cursor in full."""
        field = Entry(id="filter", placeholder=_("a name or a value"))
        field.display = False
        yield field
        yield XmlTree(id="tree", classes="fill")
        yield Sheet(id="text", classes="fill")
        yield OneLine(id="reason")

    def heading(self) -> Line:
        """Which file, of which document, and where in it."""
        what = _("Source in Banqup") if self._source else _("e-fff file")
        left = (Span(f" {what}", "strong"), Span(f"  {neutral(self._delivery.number or self._delivery.source_id)}"))
        if self._reading:
            return (*left, Span("  " + _("reading ..."), "text-muted"))
        return between(left, (Span(self.query_one(XmlTree).position + " ", "text-muted"),), self.size.width)

    def key_labels(self) -> dict[str, str]:
        """The key names the file that it leads to."""
        return {"other_file": _("e-fff file") if self._source else _("Source")}

    def on_mount(self) -> None:
        """Reads it."""
        self.query_one("#text").display = False
        self._read()

    def _read(self) -> None:
        id = self._delivery.id
        self._view, self._reading = None, True
        if self._source:
            self.work("read a file", lambda: xml_view.source_view(self.app.desk, id), self._show, self._unread)
        else:
            self.stored("read a file", lambda: xml_view.efff_view(self.app.own_desk(), id), self._show, self._unread)
        self.refresh_frame()

    def _unread(self) -> None:
        """It could not be read; the line above the keys says why."""
        self._reading = False
        self.query_one(XmlTree).show(None)
        self.refresh_frame()

    def _show(self, view: XmlView) -> None:
        self._view, self._reading = view, False
        tree, sheet = self.query_one(XmlTree), self.query_one("#text", Sheet)
        tree.display, sheet.display = view.root is not None, view.root is None
        tree.show(view.root)
        if view.root is None:
            text = neutral_block(view.text)
            sheet.show(lambda width: [line(f" {part}") for part in wrap(text, width - 2)])
            said = worded(view.code, view.arguments)
            self.say(f"{said.sentence} {said.advice} {_('It is shown as text.')}", "warning")
        (tree if tree.display else sheet).focus()
        self.refresh_frame()

    def on_picker_moved(self) -> None:
        """The whole value of the line under the cursor, and where it stands."""
        node = self.query_one(XmlTree).current
        lines: list[Line] = []
        if node is not None:
            lines = [line(f" {neutral(node.path)}", "text-muted")]
            value = value_of(node) if not node.children else ""
            lines += [line(f" {part}") for part in wrap(value[:1_000], self.size.width - 2)]
        self.query_one("#reason", OneLine).show(*lines[:VALUE_LINES])
        self.query_one("#title", OneLine).show(self.heading())

    # -- keys --------------------------------------------------------------------------------------------------------

    def do_toggle(self) -> None:
        """Opens or closes."""
        self.query_one(XmlTree).toggle()

    def do_unfold(self) -> None:
        """One level in."""
        self.query_one(XmlTree).unfold()

    def do_fold(self) -> None:
        """One level out."""
        self.query_one(XmlTree).fold()

    def do_unfold_all(self) -> None:
        """Everything below."""
        self.query_one(XmlTree).unfold_all()

    def do_fold_all(self) -> None:
        """Back to the first level."""
        self.query_one(XmlTree).fold_all()

    def do_other_file(self) -> None:
        """The source, or the e-fff file."""
        if self._reading:
            return
        if self._source and self._delivery.sha256 is None:
            self.say_code("no_file_yet", {"id": self._delivery.id})
            return
        self._source = not self._source
        self.say("")
        self._read()

    def do_copy_value(self) -> None:
        """Hands the value to the terminal's clipboard (OSC 52)."""
        node = self.query_one(XmlTree).current
        if node is not None and not node.children:
            self.app.copy_to_clipboard((node.text or "").strip())
            self.say(_("Handed to your terminal's clipboard, where it allows that (OSC 52)."))

    def do_search(self) -> None:
        """The line to search in."""
        field = self.query_one("#filter", Input)
        field.display = True
        field.focus()

    def do_search_next(self) -> None:
        """The next place."""
        self._find(self.query_one("#filter", Input).value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Goes to the first place."""
        event.stop()
        event.input.display = False
        self.query_one(XmlTree).focus()
        self._find(event.value)

    def _find(self, text: str) -> None:
        if text and not self.query_one(XmlTree).find(text.strip()):
            self.say(_("Not found: {text}").format(text=neutral(text)), "warning")

    def refresh_keys(self) -> None:
        """While the search is typed, letters are text."""
        if self.focused is self.query_one("#filter", Input):
            self.query_one(KeyBar).offer((BY_ID["next"], BY_ID["back"]), {"next": _("Search")})
        else:
            super().refresh_keys()

    def do_back(self) -> None:
        """Closes the search line, else the screen."""
        field = self.query_one("#filter", Input)
        if field.display:
            field.display = False
            self.query_one(XmlTree).focus()
        else:
            super().do_back()

    def on_key(self, event: Key) -> None:
        """Space opens and closes too."""
        if event.key == "space" and self.focused is self.query_one(XmlTree):
            event.stop()
            self.do_toggle()
        else:
            super().on_key(event)
