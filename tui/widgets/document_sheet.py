"""One delivery as lines: why and what next, facts, findings, tries, timeline, derived and dropped values. Pure.

Everything that came from outside passes `neutral`; reports are worded in the reader's language from their codes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from core.model import Event
from core.operations.views.attempts import Attempt
from core.operations.views.overview import Detail
from tui.i18n import _, day, moment, money, seconds, worded
from tui.plain import neutral, neutral_block
from tui.widgets.spans import BLANK, Line, Span, cut, fit, wrap
from tui.words.happenings import event_sentence
from tui.words.places import in_words
from tui.words.status import delivery_face, face, kind_word
from tui.words.vat_words import payment_words, vat_line

LABEL = 14
INDENT = 2

SEVERITIES = {"error": ("✗", "x", "error"), "warning": ("▲", "!", "warning"), "info": ("·", ".", "text-muted")}
"""Glyph, ASCII glyph and tone of a finding."""


def document_lines(detail: Detail, width: int, ascii_only: bool = False) -> list[Line]:
    """The whole detail of a delivery."""
    sheet = _Sheet(width, ascii_only)
    _why(sheet, detail)
    _facts(sheet, detail)
    _findings(sheet, detail)
    _attempts(sheet, detail.attempts)
    _timeline(sheet, detail.events)
    _values(sheet, _("Derived"), detail.derived)
    if any(value["code"].startswith("vat_code_by") for value in detail.derived):
        sheet.text(_("Another VAT code for a supplier or the whole space: command “vat-codes”."), "accent")
    _values(sheet, _("Not carried over"), detail.dropped)
    return sheet.lines


class _Sheet:
    """Collects lines of one width."""

    def __init__(self, width: int, ascii_only: bool) -> None:
        self.width = width
        self.ascii_only = ascii_only
        self.ellipsis = "~" if ascii_only else "…"
        self.lines: list[Line] = []

    def title(self, text: str) -> None:
        """A heading with a line of air above it."""
        if self.lines:
            self.lines.append(BLANK)
        self.lines.append((Span(f" {text}", "strong"),))

    def pair(self, label: str, text: str, tone: str = "foreground") -> None:
        """A label and its value, wrapped under itself; nothing where there is no value."""
        if not text:
            return
        room = self.width - LABEL - INDENT - 1
        for place, part in enumerate(wrap(text, room)):
            shown = fit(label if place == 0 else "", LABEL, self.ellipsis)
            self.lines.append((Span(" " * INDENT), Span(f"{shown} ", "text-muted"), Span(part, tone)))

    def text(self, text: str, tone: str = "foreground", *, indent: int = INDENT) -> None:
        """Wrapped text."""
        self.lines += [
            (Span(" " * indent), Span(part, tone)) for part in wrap(text, self.width - indent - 1) if part.strip()
        ]


def _why(sheet: _Sheet, detail: Detail) -> None:
    why, then = worded(*detail.why), worded(*detail.next_step)
    state = delivery_face(detail.delivery)
    sheet.lines.append((Span(f" {state.mark(sheet.ascii_only)} {state.word}", state.colour),))
    sheet.text(f"{why.sentence} {why.advice}".strip())
    if then.sentence:
        sheet.text(f"{then.sentence} {then.advice}".strip(), "accent")


def _facts(sheet: _Sheet, detail: Detail) -> None:
    row = detail.delivery
    sheet.title(_("Facts"))
    kind = kind_word(row)
    sheet.pair(_("Document"), f"{kind} {neutral(row.number)}".strip())
    party = " ".join(part for part in (neutral(row.counterparty), neutral(row.vat_number)) if part)
    sheet.pair(_("Party"), party)
    sheet.pair(_("Date"), day(row.issue_date))
    sheet.pair(_("Amount"), money(row.amount, row.currency))
    sheet.pair(_("VAT"), vat_line(row))
    sheet.pair(_("Paid by"), neutral(payment_words(row.payment_reference)))
    name = neutral(detail.installation.name) if detail.installation else row.space
    sheet.pair(_("Space"), name)
    sheet.pair(_("Dossier"), neutral(row.dossier))
    sheet.pair(_("Reference"), neutral(row.reference or ""))
    sheet.pair(_("Delivered"), moment(row.delivered_at, seconds=True))
    if row.generation > 1:
        sheet.pair(_("Copy"), _("number {generation} of this document").format(generation=row.generation))
    if row.size:
        sheet.pair(
            _("e-fff file"),
            _("{size} kB, SHA-256 {sha}").format(size=-(-row.size // 1000), sha=f"{(row.sha256 or '')[:16]}…"),
        )
    sheet.pair(_("In Banqup"), neutral(row.source_id))
    sheet.pair(_("Delivery"), f"{row.id}, {_('key')} {row.key[:16]}")
    for other in detail.same_invoice:
        text = f"{neutral(other.number)}, {face(other.state).word}, {_('delivery')} {other.id}"
        sheet.pair(_("Same invoice"), text, "warning")


def _findings(sheet: _Sheet, detail: Detail) -> None:
    if not detail.findings:
        return
    sheet.title(_("Findings") + f" ({len(detail.findings)})")
    for finding in detail.findings:
        glyph, ascii_glyph, tone = SEVERITIES.get(finding.get("severity", ""), SEVERITIES["info"])
        said = worded(finding["code"], _arguments(finding))
        mark = ascii_glyph if sheet.ascii_only else glyph
        sheet.text(f"{mark} {finding.get('rule', '')}  {said.sentence}", tone)
        sheet.text(said.advice, "accent", indent=INDENT + 2)
        path = neutral(finding.get("where", ""))
        sheet.text("  ".join(part for part in (in_words(path), path) if part), "text-muted", indent=INDENT + 2)


def _arguments(item: Mapping[str, str]) -> Mapping[str, str | int | float | None]:
    try:
        found = json.loads(item.get("arguments") or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _attempts(sheet: _Sheet, attempts: Iterable[Attempt]) -> None:
    made = list(attempts)
    if not made:
        return
    sheet.title(_("Attempts") + f" ({len(made)})")
    for attempt in reversed(made):
        took = seconds(attempt.seconds) if attempt.seconds is not None else ""
        status = f"HTTP {attempt.http_status}" if attempt.http_status else ""
        who = _("by {name}").format(name=neutral(attempt.actor)) if attempt.trigger == "manual" else _("automatic")
        head = "  ".join(part for part in (moment(attempt.at, seconds=True), status, took, who) if part)
        sheet.text(head, "text-muted")
        if attempt.code:
            said = worded(attempt.code, attempt.arguments)
            sheet.text(said.sentence, indent=INDENT + 2)
        else:
            sheet.text(_("no answer yet"), indent=INDENT + 2)
        if attempt.server_text:
            sheet.text(_("The server's words:"), "text-muted", indent=INDENT + 2)
            sheet.text(neutral_block(attempt.server_text), indent=INDENT + 4)


def _timeline(sheet: _Sheet, events: Iterable[Event]) -> None:
    listed = [event for event in events if event.kind not in INTERNAL]
    if not listed:
        return
    sheet.title(_("Timeline"))
    for event in listed:
        sentence = event_sentence(event)
        who = "" if event.actor in {"", "engine"} else f" ({neutral(event.actor)})"
        time = moment(event.at, seconds=True)
        parts = wrap(sentence + who, sheet.width - INDENT - len(time) - 3)
        for place, part in enumerate(parts):
            shown = time if place == 0 else " " * len(time)
            sheet.lines.append((Span(" " * INDENT), Span(f"{shown}  ", "text-muted"), Span(part)))
        reason = str(event.args.get("reason") or "") if event.kind == "decision" else ""
        if reason:
            sheet.text(_("Reason: {reason}").format(reason=neutral(reason)), indent=INDENT + len(time) + 2)


INTERNAL = frozenset({"claim"})
"""Kinds of events that tell a support engineer which worker it was, and a bookkeeper nothing."""


def _values(sheet: _Sheet, title: str, values: Iterable[Mapping[str, str]]) -> None:
    listed = list(values)
    if not listed:
        return
    sheet.title(f"{title} ({len(listed)})")
    for value in listed:
        path = neutral(value.get("path", "")).rsplit("/", 2)
        shown = cut(
            f"{'/'.join(path[-2:])} = {neutral(value.get('value', ''))}", sheet.width - INDENT - 1, sheet.ellipsis
        )
        sheet.lines.append((Span(" " * INDENT), Span(shown)))
        sheet.text(worded(value["code"], _arguments(value)).sentence, "text-muted", indent=INDENT + 2)


def document_title(detail: Detail, width: int) -> Line:
    """The second line of the screen: which document this is."""
    row = detail.delivery
    facts = [neutral(row.number), neutral(row.counterparty), money(row.amount, row.currency)]
    return (Span(" " + _("Delivery"), "strong"), Span(cut("  " + "  ".join(f for f in facts if f), width - 12)))


def copied_facts(detail: Detail) -> str:
    """The facts as plain text, for the clipboard."""
    return "\n".join("".join(span.text for span in line).rstrip() for line in document_lines(detail, 100, True))
