"""Banqup's list of a period against the ledger. Sums, what came twice, what is not settled, what went over."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.message import Message
from textual.widget import Widget

from core.operations.support import reconciliation
from core.operations.support.reconciliation import Reconciled
from tui.actions import Scope
from tui.commands.files_out import Outputs
from tui.i18n import _, count, day, money, ngettext, worded
from tui.plain import neutral
from tui.screens.base import ConsoleScreen
from tui.screens.period import Period
from tui.widgets.lines import Paragraph
from tui.widgets.menu import Choice, Menu
from tui.widgets.spans import Line, Span, cut, fit
from tui.words import reconciled as words

if TYPE_CHECKING:
    from core.operations.views.dry_run import DryRun

NUMBER, PARTY, STATE, AMOUNT = 11, 15, 20, 16
"""Cells of a document's line at 80 columns; each total's amount stands above theirs."""

COLUMN = 10 + 2 + NUMBER + 2 + PARTY + 2
"""Where the fate of a document begins."""


class Read(Message):
    """So many documents of Banqup's list were read."""

    def __init__(self, documents: int) -> None:
        super().__init__()
        self.documents = documents

    def can_replace(self, message: Message) -> bool:
        """Only the newest count matters."""
        return isinstance(message, Read)


class ReconcileScreen(ConsoleScreen[None]):
    """Sums first, then what came twice, what is not settled and what went over. Leaving it stops the reading."""

    scopes: ClassVar[tuple[Scope, ...]] = (Scope.RECONCILE,)
    guide: ClassVar[str] = "reconcile"
    AUTO_FOCUS: ClassVar[str | None] = "Menu"

    def __init__(self, space: str, days: Period) -> None:
        super().__init__()
        self._space = space
        self._days = days
        self._rows: list[Reconciled] | None = None
        self._dossier: str | None = None
        self._open_only = False
        self._lines: dict[str, Reconciled | str] = {}

    def body(self) -> Iterable[Widget]:
        """The list, and the line under the cursor whole."""
        yield Menu(id="lines", column=COLUMN, classes="fill")
        yield Paragraph(id="whole-line")

    def heading(self) -> Line:
        """What is compared, and what of it is shown."""
        parts = [self.app.space_names().get(self._space, ""), f"{day(self._days[0])} - {day(self._days[1])}"]
        if self._dossier is not None:
            parts.append(_("dossier {file_id}").format(file_id=self._dossier))
        if self._open_only:
            parts.append(_("open ones only"))
        return (Span(" " + _("Reconcile"), "strong"), Span("  " + "  ".join(map(neutral, parts))))

    def on_mount(self) -> None:
        """Reads Banqup's list, then the ledger."""
        self.say(_("Reading Banqup's list ... esc stops."))
        self.work("reconcile", self._compare, self._known)

    async def _compare(self) -> list[Reconciled]:
        documents = await reconciliation.listed(self.app.desk, self._space, self._tell)
        return await self.app.in_background(
            lambda: reconciliation.compared(self.app.own_desk(), self._space, documents, *self._days)
        )

    def _tell(self, documents: int) -> None:
        self.post_message(Read(documents))

    def on_read(self, message: Read) -> None:
        """How far the reading has come."""
        if self._rows is None:
            text = _("Reading Banqup's list: {count} documents so far ... esc stops.")
            self.say(text.format(count=count(message.documents)))

    def _known(self, rows: list[Reconciled]) -> None:
        self._rows = rows
        self._show()
        self.say(worded("reconcile_in_bundle").sentence if reconciliation.from_bundle(self.app.desk) else "")

    # -- what is shown -----------------------------------------------------------------------------------------------

    @property
    def _within(self) -> list[Reconciled]:
        return [row for row in self._rows or () if self._dossier is None or row.dossier == self._dossier]

    def _show(self) -> None:
        rows = self._within
        self._lines = {}
        pending = [row for row in rows if not words.settled(row)]
        rest = [row for row in rows if words.settled(row)]
        choices = [] if self._open_only else [*self._sums(rows), *self._dossiers(), *self._doubles(rows)]
        choices += self._group(_("Not settled"), pending)
        if not self._open_only:
            choices += self._group(_("Went over"), [row for row in rest if row.went_over])
            choices += self._group(_("Stays out"), [row for row in rest if not row.went_over])
        self.query_one(Menu).offer(choices or [Choice("", self._nothing(rows), enabled=False)])
        self._tell_line()
        self.refresh_frame()

    def _nothing(self, rows: list[Reconciled]) -> str:
        if rows and self._open_only:
            return _("Nothing is open: every document of this period is settled.")
        return _("Nothing in this period.")

    def _sums(self, rows: list[Reconciled]) -> list[Choice]:
        lines = [(*sum_line(total), "foreground", words.total_sentence(total)) for total in words.totals(rows)]
        return self._titled(_counted(rows), lines)

    def _dossiers(self) -> list[Choice]:
        """What went where, once it is more than one place."""
        counted: dict[str, int] = {}
        for row in self._rows or ():
            if row.went_over:
                counted[row.dossier] = counted.get(row.dossier, 0) + 1
        if len(counted) < 2:
            return []
        choices = [Choice("", _("Went to several dossiers"), heading=True)]
        for file_id, number in sorted(counted.items()):
            documents = ngettext("{count} document", "{count} documents", number).format(count=count(number))
            id = f"dossier:{file_id}"
            self._lines[id] = _("enter: only what went there, esc: all again")
            choices.append(Choice(id, _("dossier {file_id}").format(file_id=neutral(file_id)), documents))
        return choices

    def _doubles(self, rows: list[Reconciled]) -> list[Choice]:
        said = [(copies[0], words.double_sentence(copies)) for copies in reconciliation.doubles(rows)]
        lines = [(f"{neutral(row.number)}  {neutral(row.party)}", text, "warning", text) for row, text in said]
        return self._titled(_("Went over more than once"), lines)

    def _titled(self, title: str, lines: list[tuple[str, str, str, str]]) -> list[Choice]:
        """Lines that are read only, under a title: left, right, tone, whole."""
        if not lines:
            return []
        choices = [Choice("", title, heading=True)]
        for place, (left, right, tone, whole) in enumerate(lines):
            id = f"{title}:{place}"
            self._lines[id] = whole
            choices.append(Choice(id, left, right, tone))
        return choices

    def _group(self, title: str, rows: list[Reconciled]) -> list[Choice]:
        if not rows:
            return []
        heading = f"{title} ({count(len(rows))})"
        return [Choice("", heading, heading=True), *(self._choice(row) for row in rows)]

    def _choice(self, row: Reconciled) -> Choice:
        id = f"{row.source_id}:{row.delivery or ''}"
        self._lines[id] = row
        state, _why = words.state_and_why(row)
        left = f"{words.day_of(row):<10}  {fit(neutral(row.number), NUMBER)}  {cut(neutral(row.party), PARTY)}"
        right = _fate(state, _amount(row))
        return Choice(id, left, right, "foreground" if words.settled(row) else "warning")

    def on_picker_moved(self) -> None:
        """Another line."""
        self._tell_line()

    def _tell_line(self) -> None:
        chosen = self.query_one(Menu).chosen
        found = self._lines.get(chosen.id) if chosen else None
        self.query_one("#whole-line", Paragraph).show(
            found if isinstance(found, str) else _whole(found) if found else ""
        )

    # -- keys --------------------------------------------------------------------------------------------------------

    def on_menu_picked(self, event: Menu.Picked) -> None:
        """Enter is the menu's own key."""
        self.do_reconciled()

    def do_reconciled(self) -> None:
        """Everything about a document; of a dossier only what went there."""
        chosen = self.query_one(Menu).chosen
        if chosen is None:
            return
        found = self._lines.get(chosen.id)
        if chosen.id.startswith("dossier:"):
            self._dossier = chosen.id.removeprefix("dossier:")
            self._show()
        elif isinstance(found, Reconciled) and found.delivery is not None:
            self.app.open_document(found.delivery)
        elif isinstance(found, Reconciled):
            self._try(found.source_id)

    def _try(self, document: str) -> None:
        """What would become of a document that only Banqup knows."""
        self.say(_("Only Banqup knows it: trying what would become of it ..."))

        async def tried() -> DryRun:
            from core.operations.views.dry_run import dry_run  # brings the converter, which comparing needs not

            return await dry_run(self.app.desk, document, self._space)

        self.work("dry run", tried, self._show_dry_run)

    def _show_dry_run(self, found: DryRun) -> None:
        from tui.screens.dry_run import DryRunScreen

        self.say("")
        self.app.push_screen(DryRunScreen(found))

    def do_not_settled(self) -> None:
        """Only what is not settled, or everything again."""
        self._open_only = not self._open_only
        self._show()

    def do_save_csv(self) -> None:
        """Saves what is compared as CSV."""
        if self._rows is None:
            return
        rows = self._within
        name = f"reconcile-{self._space[:8]}-{self._days[0]}-{self._days[1]}.csv"

        def save() -> Path:
            return Outputs(Path.cwd(), replace=False).write(name, words.csv_text(rows).encode())

        self.stored("save a file", save, lambda file: self.say(_("Saved: {path}").format(path=file), "success"))

    def do_back(self) -> None:
        """All dossiers again; then to the periods, which stops the reading."""
        if self._dossier is not None or self._open_only:
            self._dossier, self._open_only = None, False
            self._show()
        else:
            super().do_back()


def _fate(said: str, amount: str) -> str:
    """Words and an amount in the columns that all lines have."""
    return fit(said, STATE) + fit(amount, AMOUNT, right=True)


def _amount(row: Reconciled) -> str:
    return money(words.decimal(row.amount), row.currency) if row.amount else ""


def sum_line(total: words.Total) -> tuple[str, str]:
    """A total in the columns of the documents below it; a VAT code's stands under that of its side."""
    documents = ngettext("{count} document", "{count} documents", total.documents).format(count=count(total.documents))
    amount = money(total.taxable, total.currency) if total.known else ""
    if not total.code:
        return words.side(total), _fate(documents, amount)
    vat = _("VAT code {code}, VAT {vat}").format(code=neutral(total.code)[:20], vat=money(total.vat))
    return "  " + vat, _fate(documents, amount)


def _whole(row: Reconciled) -> str:
    state, why = words.state_and_why(row)
    reference = neutral(row.reference or "")
    said = (words.direction_of(row.direction), neutral(row.number), neutral(row.party), _amount(row), state, reference)
    return ", ".join(part for part in (*said, why) if part)


def _counted(rows: list[Reconciled]) -> str:
    open_rows = sum(not words.settled(row) for row in rows)
    text = ngettext("{count} document, {open} not settled.", "{count} documents, {open} not settled.", len(rows))
    return text.format(count=count(len(rows)), open=count(open_rows))
