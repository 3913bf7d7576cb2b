"""A dry run as lines of text: what would happen, what was noticed, and the request; for the command and the screen."""

from __future__ import annotations

from collections.abc import Mapping

from core.operations.views.dry_run import DryRun
from tui.i18n import _, day, money, worded
from tui.plain import neutral, neutral_block


def lines(found: DryRun) -> list[str]:
    """The verdict first, the request last."""
    row = found.delivery
    facts = (row.number, row.counterparty, day(row.issue_date), money(row.amount, row.currency))
    told = [neutral("  ".join(part for part in facts if part)), verdict(found)]
    told += [
        _("finding {rule}: {words}").format(rule=neutral(each["rule"]), words=_words(each)) for each in found.findings
    ]
    told += [
        f"{_('derived')} {neutral(each['path'])}: {neutral(each['value'])} ({_words(each)})" for each in found.derived
    ]
    told += [
        f"{_('not carried over')} {neutral(each['path'])}: {neutral(each['value'])} ({_words(each)})"
        for each in found.dropped
    ]
    return [*told, "", *neutral_block(found.request).splitlines()] if found.request else told


def verdict(found: DryRun) -> str:
    """Whether it would go, and what stands in its way."""
    if found.code == "dry_run_would_go":
        said = worded(found.code, found.arguments)
    else:
        because = worded(found.code, found.arguments).sentence.rstrip().removesuffix(".")
        said = worded("dry_run_not_yet" if found.request else "dry_run_would_not", {"because": because})
    return f"{said.sentence} {said.advice}".strip()


def _words(line: Mapping[str, str]) -> str:
    return neutral(line.get("message") or line.get("why") or line.get("code", ""))
