"""Which period is reconciled: a usual one, or two days."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import ClassVar

from textual.widget import Widget
from textual.widgets import Input

from tui.actions import Scope
from tui.i18n import N_, _, day
from tui.plain import neutral
from tui.screens.form import FormScreen
from tui.widgets.entry import Entry
from tui.widgets.menu import Choice, Menu
from tui.widgets.spans import Line, Span

Period = tuple[date, date]
"""First and last day, both included."""

PERIODS = {
    "quarter": N_("This quarter"),
    "last_quarter": N_("Last quarter"),
    "month": N_("This month"),
    "last_month": N_("Last month"),
    "year": N_("This year"),
    "last_year": N_("Last year"),
}
MONTHS = {"month": 1, "quarter": 3, "year": 12}


def period(name: str, today: date) -> Period:
    """The days of a named period."""
    months = MONTHS[name.removeprefix("last_")]
    first = today.replace(month=(today.month - 1) // months * months + 1, day=1)
    if name.startswith("last_"):
        first = _months_later(first, -months)
    return first, _months_later(first, months) - timedelta(days=1)


def _months_later(first: date, months: int) -> date:
    years, month = divmod(first.month - 1 + months, 12)
    return first.replace(year=first.year + years, month=month + 1)


class PeriodScreen(FormScreen):
    """Which period."""

    scopes: ClassVar[tuple[Scope, ...]] = (Scope.LIST,)
    guide: ClassVar[str] = "reconcile"
    AUTO_FOCUS: ClassVar[str | None] = "Menu"

    def __init__(self, space: str) -> None:
        super().__init__()
        self._space = space
        self._periods: dict[str, Period] = {}

    def about(self) -> Line:
        """Of which space."""
        return (Span("  " + neutral(self.app.space_names().get(self._space, ""))),)

    def content(self) -> Iterable[Widget]:
        """The usual periods, and one's own."""
        today = datetime.fromtimestamp(self.app.desk.clock.now(), UTC).astimezone().date()
        self._periods = {name: period(name, today) for name in PERIODS}
        yield Menu(
            [
                Choice(name, _(text), f"{day(self._periods[name][0])} - {day(self._periods[name][1])}")
                for name, text in PERIODS.items()
            ],
            id="periods",
            column=24,
        )
        yield Entry(id="days", classes="above", placeholder=_("or two days: 2026-07-01 2026-09-30"))

    def picked(self, choice: str) -> None:
        """A usual period."""
        self._open(self._periods[choice])

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """One's own period."""
        event.stop()
        try:
            first, last = map(date.fromisoformat, event.value.split())
        except ValueError:
            self.say(_("Two days, the first and the last, as 2026-07-01 2026-09-30."), "warning")
            return
        self._open((min(first, last), max(first, last)))

    def _open(self, days: Period) -> None:
        from tui.screens.reconcile import ReconcileScreen

        self.app.push_screen(ReconcileScreen(self._space, days))
