"""How an installation is, as one line of a table or one JSON object: the same wherever spaces are listed."""

from __future__ import annotations

from core.operations.views.overview import SpaceStatus
from tui.i18n import _, clock_time, count, iso, moment, worded
from tui.words.status import health_word


def OFFICE() -> tuple[str, ...]:  # noqa: N802 - a table's heading, in the language of the moment
    """The columns that say how a space is."""
    return _("state"), _("last good poll"), _("queued"), _("needs you"), _("last delivered")


def office_cells(status: SpaceStatus, delivered: float | None) -> tuple[str, ...]:
    """Those columns of one installation."""
    polled = clock_time(status.last_good_poll) or "-"
    return (
        health_word(status.health, status.installation.held_by),
        polled + (_(", overdue") if status.overdue else ""),
        count(status.waiting),
        count(status.needs_attention),
        moment(delivered) if delivered else "-",
    )


def office_record(status: SpaceStatus, delivered: float | None) -> dict[str, object]:
    """One installation as JSON."""
    installation = status.installation
    return {
        "space": installation.space,
        "name": installation.name,
        "file_id": installation.file_id,
        "state": status.health,
        "code": status.code,
        "message": worded(status.code, status.arguments).sentence,
        "active": installation.active,
        "held_by": installation.held_by or None,
        "last_good_poll": iso(status.last_good_poll),
        "overdue": status.overdue,
        "waiting": status.waiting,
        "needs_attention": status.needs_attention,
        "last_delivered": iso(delivered),
    }
