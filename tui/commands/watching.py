"""`queue --watch`: one line a change, until interrupted. Asks for a version number, reads only what changed."""

from __future__ import annotations

import sys
import time

from core.ledger.records import QueueQuery
from core.model import Delivery, Event
from core.operations.views import history, overview
from tui.commands.deliveries import as_record
from tui.commands.frame import DONE, Session
from tui.commands.output import note, record, say, shortened
from tui.i18n import _, clock_time, iso, money, worded
from tui.words.status import delivery_face

LOOK = 0.5
"""Seconds between two looks at the ledger's version."""


def watch_changes(session: Session, query: QueueQuery) -> int:
    """Follows the ledger's events. Ctrl-C is how it is meant to end."""
    desk = session.desk
    try:
        after = history.newest_event(desk)
        note(_("Watching; Ctrl-C ends it."))
        seen = None
        while True:
            version = overview.version(desk)
            if version != seen:
                seen = version
                after = _print_after(session, query, after)
            time.sleep(LOOK)
    except KeyboardInterrupt:
        return DONE


def _print_after(session: Session, query: QueueQuery, after: int) -> int:
    """Prints the events behind `after` whose deliveries are in the view; returns the newest event's id."""
    while events := history.events(session.desk, after=after):
        for event in events:
            after = event.id
            row = history.delivery(session.desk, event.delivery) if event.delivery is not None else None
            if row is not None and _in_view(row, query):
                _print(session, event, row)
    sys.stdout.flush()
    return after


def _in_view(row: Delivery, query: QueueQuery) -> bool:
    wanted = (
        (not query.spaces or row.space in query.spaces)
        and (not query.states or row.state in query.states)
        and (not query.directions or row.direction in query.directions)
    )
    text = query.text.casefold()
    return wanted and (not text or text in f"{row.number} {row.counterparty} {row.vat_number} {row.amount}".casefold())


def _print(session: Session, event: Event, row: Delivery) -> None:
    if session.json:
        change = {"event": event.id, "at": iso(event.at), "kind": event.kind, "actor": event.actor, "code": event.code}
        record(as_record(row) | change)
        return
    words = worded(event.code, event.args).sentence if event.code else ""
    facts = (
        clock_time(event.at, seconds=True),
        str(row.id),
        delivery_face(row).word,
        shortened(row.number, 24),
        shortened(row.counterparty, 24),
        money(row.amount, row.currency),
        words,
    )
    say("  ".join(each for each in facts if each))
