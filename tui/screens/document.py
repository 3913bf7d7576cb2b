"""The detail of one delivery: everything about it, its files saved, and the decisions a person may take on it."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.widget import Widget

from core.errors import UsageError
from core.model import Delivery
from core.operations.desk import Desk
from core.operations.views import overview
from core.operations.views.overview import Detail, Snapshot
from tui.actions import Scope
from tui.commands.files_out import Outputs
from tui.handover import scp_line
from tui.i18n import _
from tui.plain import neutral_block
from tui.screens.acting import ActingScreen
from tui.widgets.document_sheet import copied_facts, document_lines, document_title
from tui.widgets.sheet import Sheet
from tui.widgets.spans import Line, Span, line, wrap

if TYPE_CHECKING:
    from core.operations.views.dry_run import DryRun


class DocumentScreen(ActingScreen[None]):
    """Everything about one delivery."""

    scopes: ClassVar[tuple[Scope, ...]] = (Scope.DELIVERY, Scope.DOCUMENT)
    guide: ClassVar[str] = "document"
    AUTO_FOCUS: ClassVar[str | None] = "Sheet"

    def __init__(self, delivery: int) -> None:
        super().__init__()
        self._delivery = delivery
        self._detail: Detail | None = None
        self._request: str | None = None
        self._scp = ""

    def body(self) -> Iterable[Widget]:
        """One sheet."""
        yield Sheet(id="detail", classes="fill")

    def heading(self) -> Line:
        """Which document."""
        if self._detail is None:
            return line(" " + _("reading ..."), "text-muted")
        return document_title(self._detail, self.size.width)

    def on_mount(self) -> None:
        """Reads it."""
        self._read()

    def follow(self, snapshot: Snapshot) -> None:
        """Something moved: perhaps this one."""
        super().follow(snapshot)
        self._read()

    def _read(self) -> None:
        self.stored("read a delivery", lambda: overview.detail(self.app.own_desk(), self._delivery), self._show)

    def _show(self, detail: Detail) -> None:
        if detail == self._detail:
            return
        self._detail = detail
        ascii_only = self.app.ascii_only
        self.query_one(Sheet).show(lambda width: document_lines(detail, width, ascii_only))
        self.refresh_frame()

    def chosen(self) -> tuple[Delivery, ...]:
        """This one."""
        return (self._detail.delivery,) if self._detail is not None else ()

    # -- keys --------------------------------------------------------------------------------------------------------

    def do_tree(self) -> None:
        """Its files as a tree."""
        if self._detail is not None:
            self.app.open_xml(self._detail.delivery)

    def do_save_xml(self) -> None:
        """Saves the e-fff file."""
        self._save(overview.efff, "xml")

    def do_save_pdf(self) -> None:
        """Saves the PDF inside it."""
        self._save(overview.pdf, "pdf")

    def _save(self, read: Callable[[Desk, int], bytes | None], suffix: str) -> None:
        if self._detail is None:
            return
        row = self._detail.delivery
        name = "".join(c if c.isalnum() or c in "-_." else "-" for c in row.number or row.source_id)[:60]

        def save() -> Path:
            content = read(self.app.own_desk(), row.id)
            if content is None:
                raise UsageError("no_file_yet", id=row.id)
            return Outputs(Path.cwd(), replace=False).write(f"{name or row.id}.{suffix}", content)

        self.stored("save a file", save, self._saved)

    def _saved(self, file: Path) -> None:
        """Where it is, and over SSH how it comes to the person's own computer."""
        said = _("Saved: {path}").format(path=file)
        self._scp = scp_line(file, self.app.desk.environ, getpass.getuser())
        if self._scp:
            said += "\n" + _("On your computer (c copies the line):") + f"\n{self._scp}"
        self.say(said, "success")

    def do_activity(self) -> None:
        """Every request and change of this delivery."""
        from tui.screens.activity import ActivityScreen

        self.app.push_screen(ActivityScreen(self._delivery))

    def do_dry_run(self) -> None:
        """Fetches, converts and checks it again, and shows the request; sends nothing."""
        if self._detail is not None:
            row = self._detail.delivery
            self.say(_("Fetching, converting, checking ..."))

            async def tried() -> DryRun:
                from core.operations.views.dry_run import dry_run_of  # brings the converter, which looking needs not

                return await dry_run_of(self.app.desk, row)

            self.work("dry run", tried, self._show_dry_run)

    def _show_dry_run(self, found: DryRun) -> None:
        from tui.screens.dry_run import DryRunScreen

        self.say("")
        self.app.push_screen(DryRunScreen(found))

    def do_copy(self) -> None:
        """Hands the `scp` line of the file saved just now, else the facts, to the terminal's clipboard (OSC 52)."""
        if self._detail is not None:
            self.app.copy_to_clipboard(self._scp or copied_facts(self._detail))
            self._scp = ""
            self.say(_("Handed to your terminal's clipboard, where it allows that (OSC 52)."))

    def do_preview(self) -> None:
        """Shows the request, or the detail again."""
        if self._request is not None and self._detail is not None:
            self._request, detail = None, self._detail
            self._detail = None
            self._show(detail)
            return

        async def made() -> str:
            from core.operations.views.request import request_preview

            return await request_preview(self.app.desk, self._delivery)

        self.work("show the request", made, self._show_request)

    def do_back(self) -> None:
        """From the request to the detail, from there to where one came from."""
        if self._request is not None:
            self.do_preview()
            self.say("")
        else:
            super().do_back()

    def _show_request(self, text: str) -> None:
        self._request = text
        safe = neutral_block(text)
        self.query_one(Sheet).show(lambda width: [(Span(f" {part}"),) for part in wrap(safe, width - 2)])
        self.say(_("The request as it goes to Pingwin, secrets masked. esc: back to the detail."))
