"""The first line of every screen: the state in decision 16's words, the reason, the last good poll, the counts.

It shows times, never ages, so that it is repainted when something happened and not because time passes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from core.model import NEEDS_PERSON, State
from core.operations.views.health import Health
from tui.i18n import N_, _, clock_time, count, ngettext, worded
from tui.plain import neutral
from tui.widgets.lines import Lines, Painted
from tui.widgets.spans import Line, Span, between, charset, line, width_of
from tui.words.status import STATES, Face, health_face, health_word

if TYPE_CHECKING:
    from core.operations.views.overview import Snapshot, SpaceStatus

NOT_SET_UP = Face("○", "o", N_("NOT SET UP"), "text-muted")

SHORT = {
    "demo_home": N_("sandbox: nothing goes out"),
    "health_stopped": N_("no engine runs"),
    "health_stopped_since": N_("no engine runs"),
    "health_inactive": N_("switched off"),
    "health_held": N_("nothing is sent"),
    "health_only_validated": N_("for a week nothing is fully approved"),
}
"""What the first line says in words that fit, beside the counts too; the whole sentence stands elsewhere."""

QUEUED = (State.SEEN, State.READY, State.LEASED, State.SENDING, State.UNKNOWN)


class StatusLine(Lines):
    """One line from one snapshot."""

    def __init__(self) -> None:
        super().__init__(id="status-line")
        self._snapshot: Snapshot | None = None
        self._trouble = ""
        self._untold: tuple[Snapshot | None, int, str] = (None, 0, "")

    def show(self, snapshot: Snapshot | None, trouble: str = "") -> None:
        """Takes a newer snapshot; `trouble` says why what is shown may be out of date."""
        if snapshot is not self._snapshot or trouble != self._trouble:
            self._snapshot, self._trouble = snapshot, trouble
            self.sync()

    def untold(self, snapshot: Snapshot | None, width: int) -> str:
        """What the line had no room for (`whole_reason`), worked out once a snapshot."""
        known, of, text = self._untold
        if known is not snapshot or of != width:
            text = whole_reason(snapshot, width)
            self._untold = (snapshot, width, text)
        return text

    def content(self, width: int, height: int) -> list[Painted]:
        """The line."""
        ascii_only = bool(getattr(self.app, "ascii_only", False))
        return [Painted(status_spans(self._snapshot, self._trouble, width, ascii_only))]


def status_spans(snapshot: Snapshot | None, trouble: str, width: int, ascii_only: bool = False) -> Line:
    """The first line as spans: state and reason on the left; last good poll and counts on the right.

    Where both do not fit, the counts lose their words first, then the reason is cut; a narrow line keeps the state and
    what needs a person.
    """
    if snapshot is None:
        return line(trouble or _("reading ..."), "error" if trouble else "text-muted")
    signs = charset(ascii_only)
    if trouble:
        stale = _("shown as of {time}").format(time=clock_time(snapshot.at))
        left: Line = (Span(f"{trouble}  ", "error"), Span(stale, "warning"))
    else:
        left = _state(snapshot, ascii_only, signs.separator)
    poll = _last_poll(snapshot)
    rights = [_spaced([poll, *_counts(snapshot, ascii_only, words)]) for words in (3, 2, 1, 0)]
    whole = next((each for each in rights if width_of(left) + width_of(each) < width), None)
    if whole is not None:
        return between(left, whole, width, signs.ellipsis, least=0)
    counts = _counts(snapshot, ascii_only, 0)
    shorter = [rights[-1], *(_spaced(counts[:kept]) for kept in range(len(counts), 0, -1)), ()]
    head = width_of(left[:1]) + 1
    right = next(each for each in shorter if not each or head + width_of(each) + 2 < width)
    return between(left, right, width, signs.ellipsis, least=head)


def whole_reason(snapshot: Snapshot | None, width: int) -> str:
    """What is wrong with the whole, else why nothing moves, and what to do, where the first line does not say it."""
    if snapshot is None or not snapshot.spaces:
        return ""
    coded = [(code, arguments) for code, arguments in snapshot.notes if code not in SHORT]
    worst = worst_space(snapshot)
    if worst.code and snapshot.worst not in (Health.ACTIVE, Health.INACTIVE, Health.HELD):
        coded.append((worst.code, worst.arguments))
    shown = "".join(span.text for span in status_spans(snapshot, "", width))
    said = (worded(code, arguments) for code, arguments in coded)
    return next((neutral(f"{each.sentence} {each.advice}".strip()) for each in said if each.sentence not in shown), "")


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
    return (head, Span("  " + f" {separator} ".join(parts))) if parts else (head,)


def worst_space(snapshot: Snapshot) -> SpaceStatus:
    """The installation that the first line speaks of."""
    return next((space for space in snapshot.spaces if space.health is snapshot.worst), snapshot.spaces[0])


def _reason(snapshot: Snapshot, worst: SpaceStatus) -> str:
    """Why; a note of the engine (another version) goes before silence."""
    if worst.baseline is not None and snapshot.worst is Health.ACTIVE:
        return _("counting history: at least {count} so far").format(count=count(worst.baseline))
    if worst.code in SHORT:
        return _(SHORT[worst.code])
    if snapshot.worst is not Health.ACTIVE and worst.code:
        return neutral(worded(worst.code, worst.arguments).sentence)
    if snapshot.notes:
        code, arguments = snapshot.notes[0]
        return _(SHORT[code]) if code in SHORT else neutral(worded(code, arguments).sentence)
    return ""


def _spaced(groups: Sequence[Span | None]) -> Line:
    """The groups that there are, two cells apart."""
    there = [group for group in groups if group is not None]
    return tuple(group._replace(text=f"  {group.text}" if place else group.text) for place, group in enumerate(there))


def _last_poll(snapshot: Snapshot) -> Span | None:
    """Of several spaces the oldest one counts."""
    polled = [space for space in snapshot.spaces if space.last_good_poll is not None]
    if not polled:
        return None
    oldest = min(polled, key=lambda space: space.last_good_poll or 0.0)
    time = clock_time(oldest.last_good_poll)
    if any(space.overdue for space in polled):
        return Span(_("no good poll since {time}").format(time=time), "warning")
    return Span(_("polled {time}").format(time=time), "text-muted")


def _counts(snapshot: Snapshot, ascii_only: bool, words: int) -> list[Span]:
    totals = {state: sum(space.counts.get(state, 0) for space in snapshot.spaces) for state in State}
    needs = sum(totals[state] for state in NEEDS_PERSON)
    counted = (
        (State.PARKED, needs, ngettext("{count} needs you", "{count} need you", needs), "warning"),
        (State.READY, sum(totals[state] for state in QUEUED), _("{count} queued"), "foreground"),
        (State.CONFIRMED, totals[State.CONFIRMED], _("{count} delivered"), "success"),
    )
    return [
        Span(
            f"{STATES[state].mark(ascii_only)} " + (text if place < words else "{count}").format(count=count(number)),
            tone,
        )
        for place, (state, number, text, tone) in enumerate(counted)
        if number
    ]
