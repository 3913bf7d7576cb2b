"""The live queue: what needs a person first, then what moves, then what is done; a filter line; the reason in words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual.events import Key, Resize, ScreenResume
from textual.widget import Widget
from textual.widgets import Input

from core.ledger.records import QueueQuery
from core.model import NEEDS_PERSON
from tui.actions import BY_ID, Scope
from tui.i18n import _, count, ngettext
from tui.plain import neutral
from tui.queue_view import ORDERS, Wanted, empty_text, read_window
from tui.screens.beside import BesideScreen
from tui.widgets.entry import Entry
from tui.widgets.key_bar import KeyBar
from tui.widgets.lines import OneLine
from tui.widgets.queue_table import QueueTable, Window
from tui.widgets.reason import reason_lines
from tui.widgets.spans import Line, Span, between

if TYPE_CHECKING:
    from core.operations.views.overview import Snapshot


class QueueScreen(BesideScreen):
    """The queue of one space or of all."""

    scopes: ClassVar[tuple[Scope, ...]] = (Scope.QUEUE, Scope.DELIVERY)
    reads_rows: ClassVar[bool] = True
    guide: ClassVar[str] = "queue"
    AUTO_FOCUS: ClassVar[str | None] = "QueueTable"

    def __init__(self) -> None:
        super().__init__()
        self._text = ""
        self._attention = self._history = False
        self._sort = ORDERS[0][0]
        self._again: bool | None = None
        self._seen = False

    def body(self) -> Iterable[Widget]:
        """The table, and the reason of the row under the cursor."""
        yield QueueTable(id="queue")
        yield OneLine(id="reason")

    def heading(self) -> Line:
        """What the view shows, and how much that is."""
        table = self.query_one(QueueTable)
        parts = [self.app.space_name() or _("All spaces")]
        if self._attention:
            parts.append(_("only what needs you"))
        if self._history:
            parts.append(_("with history"))
        if self._text:
            parts.append(_("filter: {text}").format(text=self._text))
        left = (Span(" " + _("Queue"), "strong"), Span("  " + "  ".join(neutral(part) for part in parts)))
        total = table.window.total
        right = ngettext("{count} delivery", "{count} deliveries", total).format(count=count(total))
        if table.marked:
            right = _("{count} marked").format(count=len(table.marked)) + "  " + right
        return between(left, (Span(right + " ", "text-muted"),), self.size.width)

    def refresh_keys(self) -> None:
        """While the filter is typed, letters are text: only its own two keys are offered."""
        if self.filtering:
            labels = {"next": _("To the table"), "back": _("Show everything")}
            self.query_one(KeyBar).offer((BY_ID["next"], BY_ID["back"]), labels)
        else:
            super().refresh_keys()

    # -- reading -----------------------------------------------------------------------------------------------------

    def query_now(self) -> QueueQuery:
        """The view that is asked for."""
        return QueueQuery(
            spaces=(self.app.space,) if self.app.space else (),
            states=NEEDS_PERSON if self._attention else frozenset(),
            text=self._text,
            sort=self._sort,
            history=self._history,
        )

    def read(self, *, stay: bool = True) -> None:
        """Reads what is visible; a request that comes while one runs is remembered (convention 5)."""
        table = self.query_one(QueueTable)
        offset, limit = table.wanted()
        self._read(offset if stay else 0, limit, table.held if stay else None, stay=stay)

    def _read(self, offset: int, limit: int, held: int | None, *, stay: bool) -> None:
        wanted = Wanted(self.query_now(), offset, limit, held)
        started = self.stored(
            "read the queue",
            lambda: read_window(self.app.own_desk(), wanted),
            lambda window: self._show(window, stay),
        )
        if not started:
            self._again = stay and self._again is not False

    def _show(self, window: Window, stay: bool) -> None:
        table = self.query_one(QueueTable)
        self._seen = True
        table.empty_text = (
            "" if window.total else empty_text(self.app.desk, self.app.snapshot, bool(self._text or self._attention))
        )
        table.space_names = self.app.space_names()
        if not stay:
            table.cursor = table.top = 0
        self.keep_marked(window.rows)
        table.show(window, stay=stay)
        self.app.paint()
        self.refresh_frame()
        self.call_after_refresh(self.app.opened)
        if self._again is not None:
            stay_then, self._again = self._again, None
            self.read(stay=stay_then)

    def on_mount(self) -> None:
        """The first rows."""
        self.read()

    def follow(self, snapshot: Snapshot) -> None:
        """Something moved: first line at once, rows as soon as they are read."""
        super().follow(snapshot)
        self.read()

    def on_screen_resume(self, event: ScreenResume) -> None:
        """Comes up to date when it is seen again; the first time the rows are being read already."""
        if self._seen:
            self.read()

    def on_queue_table_window_wanted(self, message: QueueTable.WindowWanted) -> None:
        """The table scrolled to rows that were not read."""
        self._read(message.offset, message.limit, message.held, stay=True)

    def on_resize(self, event: Resize) -> None:
        """The reason wraps to the new width."""
        if self.standing:
            self._show_reason()

    def on_picker_moved(self) -> None:
        """Another row: its reason, its keys; nothing of a row that is still being read."""
        table = self.query_one(QueueTable)
        if table.current is None and table.window.total:
            return
        self._show_reason()
        self.refresh_frame()

    def _show_reason(self) -> None:
        current = self.query_one(QueueTable).current
        self.query_one("#reason", OneLine).show(*reason_lines(current, self.size.width - 2, self.app.ascii_only))

    # -- keys --------------------------------------------------------------------------------------------------------

    def do_open(self) -> None:
        """Everything about the delivery under the cursor."""
        current = self.query_one(QueueTable).current
        if current is not None:
            self.app.open_document(current.id)

    @property
    def filtering(self) -> bool:
        """Whether the filter is being typed."""
        return isinstance(self.focused, Input)

    def do_filter(self) -> None:
        """The filter line, over the title: nothing else moves. It is made when it is first asked for."""
        if not self.query("#filter"):
            self.mount(Entry(id="filter", placeholder=_("number, party, VAT number, amount")))
        field = self.query_one("#filter", Input)
        field.value = self._text
        field.visible = True
        self.set_focus(field)  # at once: what is typed behind the key belongs to the field

    def _close_filter(self) -> None:
        """Back into the table; the title says what is looked for."""
        for field in self.query("#filter"):
            field.visible = False
        self.query_one(QueueTable).focus()

    def do_history(self) -> None:
        """Shows or hides what was there before activation."""
        self._history = not self._history
        self.read(stay=False)

    def do_attention(self) -> None:
        """Only what needs a person, or everything."""
        self._attention = not self._attention
        self.read(stay=False)

    def do_sort(self) -> None:
        """The next order; what was under the cursor stays under it."""
        orders = [sort for sort, _name in ORDERS]
        self._sort = orders[(orders.index(self._sort) + 1) % len(orders)]
        self.read()

    def do_next_group(self) -> None:
        """The first row of the next group; from the filter line, back into the table."""
        if self.filtering:
            self._close_filter()
        else:
            self.query_one(QueueTable).next_group()

    def do_poll(self) -> None:
        """Asks Banqup now."""
        from core.operations.running import engines

        space = self.app.space
        self.stored(
            "poll",
            lambda: engines.poke(self.app.own_desk(), space),
            lambda _none: self.say(_("Asked: the engine looks in Banqup now.")),
        )

    def do_manage(self) -> None:
        """The installation of the row's space."""
        current = self.query_one(QueueTable).current
        self.app.manage(self.app.space or (current.space if current else None))

    def do_back(self) -> None:
        """Back to everything; then to where one came from."""
        if self.stop_bulk():
            return
        table = self.query_one(QueueTable)
        if self.filtering or self._text or self._attention:
            self._text, self._attention = "", False
            self._close_filter()
            self.read(stay=True)
        elif table.marked:
            self.unmark()
        else:
            super().do_back()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Filters while it is typed."""
        if event.input.id == "filter" and event.value != self._text:
            self._text = event.value
            self.read(stay=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Back into the table with the filter as it is."""
        if event.input.id == "filter":
            self._close_filter()

    def on_key(self, event: Key) -> None:
        """Down leaves the filter line."""
        if event.key == "down" and self.filtering:
            event.stop()
            self._close_filter()
