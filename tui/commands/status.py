"""`status`: one screenful. Exit 0 where all is well, 1 where something needs attention."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from core.model import State
from core.operations.bulk import office
from core.operations.bulk.office import WELL, View
from core.operations.views import overview
from core.operations.views.overview import Snapshot, SpaceStatus
from tui.commands.frame import ATTENTION, DONE, Session, command, json_option, option, space_argument, with_session
from tui.commands.output import document, fact, say
from tui.i18n import N_, _, clock_time, count, iso, moment, ngettext, worded
from tui.plain import neutral
from tui.words.status import STATES, health_word

ONE_SCREEN = 5
"""Spaces that are told one by one; of more only the worst are."""


@command("status", help=N_("Show in one screenful whether all is well. Exit code 0: healthy; 1: needs attention."))
@space_argument
@option("--brief", is_flag=True, help=N_("One line, and only where something needs a person; for a login script."))
@json_option
@with_session
def status(session: Session, /, *, space: str | None, brief: bool) -> int:
    """The state of the whole, or of one space."""
    if brief and not session.desk.home.installations.exists():
        return DONE  # nobody has set anything up for this user: a login stays silent
    chosen = session.installation(space).space if space or session.space_option else None
    seen = overview.snapshot(session.desk, space=chosen)
    if brief:
        _tell_briefly(seen)
    else:
        ledger = session.desk.ledger.place if session.desk.has_ledger() else None
        delivered = office.last_delivered(session.desk, [each.installation.space for each in seen.spaces])
        document(_record(seen, delivered, ledger)) if session.json else _tell(seen, delivered)
        if session.desk.database is not None and not session.json:
            fact(_("Ledger"), ledger)
    return DONE if is_well(seen) else ATTENTION


def _tell_briefly(seen: Snapshot) -> None:
    """The worst there is and what needs a person, on one line."""
    if is_well(seen):
        return
    worst = next((space for space in seen.spaces if space.health is seen.worst), None)
    parts = [worded(worst.code, worst.arguments).sentence] if worst and worst.health not in WELL else []
    if seen.needs_attention:
        text = ngettext("{count} delivery needs you.", "{count} deliveries need you.", seen.needs_attention)
        parts.append(text.format(count=count(seen.needs_attention)))
    if not parts:
        parts.append(_("Banqup has not been read for too long."))
    say("banqup-pingwin: " + neutral(" ".join(parts)))


def is_well(seen: Snapshot) -> bool:
    """Whether nothing needs a person."""
    late = any(space.overdue for space in seen.spaces if space.installation.active)
    return seen.needs_attention == 0 and all(space.health in WELL for space in seen.spaces) and not late


def _record(seen: Snapshot, delivered: Mapping[str, float], ledger: str | None) -> dict[str, object]:
    return {
        "engine": {
            "running": seen.engine.running,
            "pid": seen.engine.pid,
            "since": iso(seen.engine.since),
            "version": seen.engine.version or None,
        },
        "installations": [_space_record(space, delivered.get(space.installation.space)) for space in seen.spaces],
        "ledger": ledger,
        "needs_attention": seen.needs_attention,
        "worst": seen.worst,
        "notes": [
            {"code": code, "arguments": dict(arguments), "message": worded(code, arguments).sentence}
            for code, arguments in seen.notes
        ],
    }


def _space_record(space: SpaceStatus, delivered: float | None) -> dict[str, object]:
    message = worded(space.code, space.arguments)
    return {
        "space": space.installation.space,
        "name": space.installation.name,
        "state": space.health,
        "last_good_poll": iso(space.last_good_poll),
        "counts": {state.value: space.counts.get(state, 0) for state in State if space.counts.get(state, 0)},
        "active": space.installation.active,
        "code": space.code,
        "arguments": dict(space.arguments),
        "message": message.sentence,
        "advice": message.advice,
        "overdue": space.overdue,
        "waiting": space.waiting,
        "needs_attention": space.needs_attention,
        "baseline": space.baseline,
        "last_delivered": iso(delivered),
    }


def _tell(seen: Snapshot, delivered: Mapping[str, float]) -> None:
    if seen.engine.running:
        fact(_("Engine"), _("running since {time}").format(time=moment(seen.engine.since)))
    else:
        fact(_("Engine"), _("not running"))
    for code, arguments in seen.notes:
        say(worded(code, arguments).sentence)
    text = ngettext("{count} delivery needs you.", "{count} deliveries need you.", seen.needs_attention)
    say(text.format(count=count(seen.needs_attention)))
    if not seen.spaces:
        say(_("The extension is not installed in any space. Next: banqup-pingwin install SPACE"))
    shown = seen.spaces
    if len(shown) > ONE_SCREEN:
        healths = Counter(health_word(each.health, each.installation.held_by) for each in shown)
        for word, number in healths.most_common():
            say(f"{word}: {count(number)}")
        shown = tuple(each for each in office.select(shown, View(attention=True)))[:ONE_SCREEN]
        say(_("All of them: banqup-pingwin installations list"))
    for space in shown:
        _tell_space(space, delivered.get(space.installation.space))


def _tell_space(space: SpaceStatus, delivered: float | None) -> None:
    word = health_word(space.health, space.installation.held_by)
    message = worded(space.code, space.arguments)
    say(f"{neutral(space.installation.name)}: {word}. {message.sentence} {message.advice}".rstrip())
    if space.last_good_poll is not None:
        late = _(", overdue") if space.overdue else ""
        say(_("  last good poll {time}{late}").format(time=clock_time(space.last_good_poll), late=late))
    if delivered is not None:
        say(_("  last delivered {time}").format(time=moment(delivered)))
    if space.baseline is not None:
        say(_("  counting what stays history: at least {count} so far").format(count=count(space.baseline)))
    for state in State:
        if space.counts.get(state):
            say(f"  {STATES[state].word}: {count(space.counts[state])}")
