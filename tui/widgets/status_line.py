"""The first line of every screen: the state in decision 16's words, the reason, the last good poll, the counts.

It shows times, never ages, so that it is repainted when something happened and not because time passes.
"""

from __future__ import annotations

from core.model import NEEDS_PERSON, State
from core.operations.overview import Health, Snapshot, SpaceStatus
from tui.i18n import N_, _, clock_time, count, ngettext, worded
from tui.plain import neutral
from tui.status import STATES, Face, health_face, health_word
from tui.widgets.lines import Lines, Painted
from tui.widgets.spans import Line, Span, between, charset, line

NOT_SET_UP = Face("○", "o", N_("NOT SET UP"), "text-muted")

QUEUED = (State.SEEN, State.READY, State.LEASED, State.SENDING, State.UNKNOWN)


class StatusLine(Lines):
    """One line from one snapshot."""

    def __init__(self) -> None:
        super().__init__(id="status-line")
        self._snapshot: Snapshot | None = None
        self._trouble = ""

    def show(self, snapshot: Snapshot | None, trouble: str = "") -> None:
        """Takes a newer snapshot; `trouble` says why what is shown may be out of date."""
        self._snapshot = snapshot
        self._trouble = trouble
        self.sync()

    def content(self, width: int, height: int) -> list[Painted]:
        """The line."""
        ascii_only = bool(getattr(self.app, "ascii_only", False))
        return [Painted(status_spans(self._snapshot, self._trouble, width, ascii_only))]


def status_spans(snapshot: Snapshot | None, trouble: str, width: int, ascii_only: bool = False) -> Line:
    """The first line as spans: state and reason on the left, counts on the right."""
    if snapshot is None:
        return line(trouble or _("reading ..."), "error" if trouble else "text-muted")
    signs = charset(ascii_only)
    if trouble:
        stale = _("shown as of {time}").format(time=clock_time(snapshot.at))
        left: Line = (Span(f"{trouble}  ", "error"), Span(stale, "warning"))
    else:
        left = _state(snapshot, ascii_only, signs.separator)
    return between(left, _counts(snapshot, ascii_only, short=width < 100), width, signs.ellipsis)


def _state(snapshot: Snapshot, ascii_only: bool, separator: str) -> Line:
    if not snapshot.spaces:
        return (
            Span(f"{NOT_SET_UP.mark(ascii_only)} {NOT_SET_UP.word}", NOT_SET_UP.colour),
            Span("  " + _("Pingwin is installed in no space yet"), "text-muted"),
        )
    worst = worst_space(snapshot)
    face = health_face(snapshot.worst)
    head = Span(f"{face.mark(ascii_only)} {health_word(snapshot.worst, worst.installation.held_by)}", face.colour)
    parts: list[str] = []
    same = sum(1 for space in snapshot.spaces if space.health is snapshot.worst)
    if len(snapshot.spaces) > 1:
        parts.append(_("{count} of {all} spaces").format(count=same, all=len(snapshot.spaces)))
    reason = _reason(snapshot, worst)
    if reason:
        parts.append(reason)
    spans = [head]
    if parts:
        spans.append(Span("  " + f" {separator} ".join(parts)))
    poll = _last_poll(worst)
    if poll is not None:
        spans += [Span(f" {separator} " if parts else "  ", "text-muted"), poll]
    return tuple(spans)


def worst_space(snapshot: Snapshot) -> SpaceStatus:
    """The installation that the first line speaks of."""
    return next((space for space in snapshot.spaces if space.health is snapshot.worst), snapshot.spaces[0])


def _reason(snapshot: Snapshot, worst: SpaceStatus) -> str:
    """Why; a note of the engine (another version) goes before silence."""
    if worst.baseline is not None:
        return _("counting history: at least {count} so far").format(count=count(worst.baseline))
    if snapshot.worst is not Health.ACTIVE and worst.code:
        return neutral(worded(worst.code, worst.arguments).sentence)
    if snapshot.notes:
        code, arguments = snapshot.notes[0]
        return neutral(worded(code, arguments).sentence)
    return ""


def _last_poll(worst: SpaceStatus) -> Span | None:
    if worst.last_good_poll is None:
        return None
    time = clock_time(worst.last_good_poll)
    if worst.overdue:
        return Span(_("no good poll since {time}").format(time=time), "warning")
    return Span(_("polled {time}").format(time=time), "text-muted")


def _counts(snapshot: Snapshot, ascii_only: bool, *, short: bool) -> Line:
    """What needs a person, what is on its way, what arrived. In 80 columns the arrived ones have a glyph only."""
    totals = {state: sum(space.counts.get(state, 0) for space in snapshot.spaces) for state in State}
    needs = sum(totals[state] for state in NEEDS_PERSON)
    queued = sum(totals[state] for state in QUEUED)
    spans: list[Span] = []
    if needs:
        text = ngettext("{count} needs you", "{count} need you", needs).format(count=count(needs))
        spans.append(Span(f"{STATES[State.PARKED].mark(ascii_only)} {text}", "warning"))
    if queued:
        mark = STATES[State.READY].mark(ascii_only)
        spans.append(Span(f"  {mark} " + _("{count} queued").format(count=count(queued))))
    delivered = totals[State.CONFIRMED]
    mark = STATES[State.CONFIRMED].mark(ascii_only)
    if delivered and short:
        spans.append(Span(f"  {mark} {count(delivered)}", "success"))
    elif delivered:
        spans.append(Span(f"  {mark} " + _("{count} delivered").format(count=count(delivered)), "success"))
    return tuple(spans)
