"""What of an event's arguments names nobody: the one list by which a bundle is redacted and a party forgotten. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping

from core.model import Arguments

HIDDEN = "–"
"""What stands where something was taken out."""

KEPT_ARGUMENTS = frozenset(
    {"state", "rule", "was", "from", "attempts", "seconds", "count", "status", "retry_after", "generation", "kind"}
    | {"activation", "history", "during", "failures", "crashes", "last", "waiting", "fields", "target"}
    | {
        "next_delivery",
        "earlier_delivery",
        "other",
        "other_state",
        "source_format",
        "pdf",
        "came_by",
        "folder",
        "severity",
    }
)
"""Arguments of events and reasons that name no customer, person or amount. Everything else is hidden."""

REPORT = frozenset({"findings", "derived", "dropped"})
KEPT_REPORT = ("rule", "severity", "where", "path", "code", "blocks", "never")
"""What stays of each line of a conversion's report: where and what kind, never the value."""


def harmless(arguments: Mapping[str, object]) -> Arguments:
    """Arguments with everything hidden that is not known to be harmless; a report keeps its rules and places."""
    shown: dict[str, str | int | float | None] = {}
    for name, value in arguments.items():
        if name in KEPT_ARGUMENTS and isinstance(value, str | int | float | None):
            shown[name] = value
        elif name in REPORT:
            shown[name] = json.dumps([_report_line(item) for item in json.loads(str(value) or "[]")])
        elif value is not None:
            shown[name] = HIDDEN
    return shown


def _report_line(item: Mapping[str, object]) -> Mapping[str, object]:
    return {name: item[name] for name in KEPT_REPORT if name in item}
