"""`activity`: every request, file and change of state in order, as it happens where asked, and one of them whole."""

from __future__ import annotations

import asyncio
import sys
import time
from dataclasses import asdict

from core.operations.desk import Desk
from core.operations.views import activity as activities
from core.operations.views import overview
from core.operations.views.activity import Happening, Wanted
from tui.commands.frame import ATTENTION, DONE, Session, command, json_option, option, space_argument, with_session
from tui.commands.output import document, note, record, say
from tui.i18n import N_, _, iso, moment, worded
from tui.plain import neutral, neutral_block
from tui.words.happenings import purpose_word, words

LOOK = 0.5
"""Seconds between two looks."""

FOLLOWED = 500
"""Lines that are looked at again for what is new: more than a busy engine writes between two looks."""


@command(
    "activity",
    help=N_(
        """Show every request, file and change of state in order: what was called, what came back, how long it took.

        The recorder is always on and keeps the newest. No credential is ever in it, and nothing of a document.
        --show prints one line of it whole; --replay sends an upload once more, to a sandbox alone."""
    ),
)
@space_argument
@option("--document", "wanted", metavar="ID", help=N_("Only what concerns this delivery."))
@option("--failed", is_flag=True, help=N_("Only what went wrong."))
@option("--text", default="", metavar="TEXT", help=N_("Only lines with this in them."))
@option("--limit", default=100, type=int, metavar="N", help=N_("At most so many lines, the newest."))
@option("--follow", is_flag=True, help=N_("Go on printing until interrupted."))
@option("--show", metavar="LINE", help=N_("One request whole, by the name at the end of its line."))
@option("--replay", metavar="LINE", help=N_("Send an upload once more, to the sandbox."))
@json_option
@with_session
def activity(
    session: Session,
    /,
    *,
    space: str | None,
    wanted: str | None,
    failed: bool,
    text: str,
    limit: int,
    follow: bool,
    show: str | None,
    replay: str | None,
) -> int:
    """The activity, or one line of it."""
    desk = session.desk
    if show:
        return _show(session, activities.happening(desk, show))
    if replay:
        return _replay(session, activities.happening(desk, replay))
    chosen = session.installation(space).space if space or session.space_option else None
    delivery = overview.find(desk, wanted).id if wanted else None
    asked = Wanted(space=chosen, delivery=delivery, failed=failed, text=text)
    found = activities.happenings(desk, asked, max(limit, 1))
    if session.json and not follow:
        document([as_record(each) for each in found])
        return DONE
    for each in found:
        _print(session, each)
    return _follow(session, desk, asked, {each.id for each in found}) if follow else DONE


def as_record(each: Happening) -> dict[str, object]:
    """A line as scripts read it."""
    common: dict[str, object] = {
        "id": each.id,
        "at": iso(each.at),
        "who": each.who,
        "failed": each.failed,
        "space": each.space or None,
        "delivery": each.delivery,
    }
    if each.entry is not None:
        entry = asdict(each.entry)
        return common | {name: entry[name] for name in _REQUEST} | {"seconds": each.entry.seconds}
    event = each.event
    if event is None:
        return common
    message = worded(event.code, event.args).sentence if event.code else None
    return common | {"kind": "change", "event": event.kind, "code": event.code, "message": message}


_REQUEST = ("kind", "method", "address", "status", "trouble", "sent", "received", "purpose", "source_id")


def _print(session: Session, each: Happening) -> None:
    if session.json:
        record(as_record(each))
        return
    made_for = purpose_word(each.entry.purpose) if each.entry else ""
    number = f"#{each.delivery}" if each.delivery is not None else ""
    parts = (moment(each.at, seconds=True), neutral(each.who), made_for, number, words(each), f"[{each.id}]")
    say("  ".join(part for part in parts if part))


def _follow(session: Session, desk: Desk, asked: Wanted, seen: set[str]) -> int:
    """Prints what is new; Ctrl-C is how it is meant to end."""
    note(_("Watching; Ctrl-C ends it."))
    stamp = None
    try:
        while True:
            now = activities.stamp(desk)
            if now != stamp:
                stamp = now
                found = activities.happenings(desk, asked, FOLLOWED)
                for each in found:
                    if each.id not in seen:
                        _print(session, each)
                seen = {each.id for each in found} | seen
                sys.stdout.flush()
            time.sleep(LOOK)
    except KeyboardInterrupt:
        return DONE


def _show(session: Session, each: Happening) -> int:
    text = asyncio.run(activities.whole(session.desk, each)) if each.entry is not None else words(each)
    if session.json:
        document(as_record(each) | {"whole": text})
    else:
        say(neutral_block(text))
    return DONE


def _replay(session: Session, each: Happening) -> int:
    session.must_write()
    answer = asyncio.run(activities.replay(session.desk, each))
    said = worded(answer.code, answer.arguments)
    if session.json:
        document({"code": answer.code, "message": said.sentence, "http_status": answer.http_status})
    else:
        say(f"{answer.http_status or ''} {said.sentence}".strip())
    return DONE if answer.http_status is not None and 200 <= answer.http_status <= 299 else ATTENTION
