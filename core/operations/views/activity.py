"""What happened, in order: every request and file from the recorder, every change of state from the ledger.

Reads both and sets them in one line of time. Nothing is changed, except by `replay`, which only a sandbox allows.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urlsplit

from core.activity import about, journal
from core.activity.entry import Entry
from core.errors import UsageError
from core.ledger.terms import fold
from core.model import NEEDS_PERSON, Arguments, Event, State
from core.operations.desk import Desk
from core.operations.setup.enrolment import stored_credentials
from core.operations.views import request
from core.web import is_loopback

TROUBLED = NEEDS_PERSON | {State.UNKNOWN}
"""States that something went wrong on the way to."""

WENT_WELL = frozenset({"poll_works_again"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines: of one space, of one delivery, only what failed, with this text in them."""

    space: str | None = None
    delivery: int | None = None
    failed: bool = False
    text: str = ""


@dataclass(frozen=True, slots=True)
class Happening:
    """One line: a request or file (`entry`), or a change (`event`). `id` names it: `e12` is event 12."""

    at: float
    id: str
    who: str
    failed: bool
    space: str
    delivery: int | None
    entry: Entry | None = None
    event: Event | None = None


@dataclass(frozen=True, slots=True)
class Replayed:
    """What the sandbox answered."""

    code: str
    arguments: Arguments
    http_status: int | None


def happenings(desk: Desk, wanted: Wanted, limit: int = 200) -> list[Happening]:
    """The last lines that are wanted, oldest first."""
    source_id = _source_id(desk, wanted.delivery)
    mine = (each for each in _requests(desk) if _is_wanted(each, wanted, source_id))
    found = [*islice(mine, limit), *_changes(desk, wanted, limit)]
    return sorted(found, key=lambda each: (each.at, each.event is not None))[-limit:]


def happening(desk: Desk, id: str) -> Happening:
    """One line by its id. Raises UsageError where it is not kept (any more)."""
    if id[:1] == "e" and id[1:].isdecimal():
        found = desk.ledger.events(after=int(id[1:]) - 1, limit=1)
        if found and found[0].id == int(id[1:]):
            return _change(found[0])
    else:
        for each in _requests(desk):
            if each.id == id:
                return each
    raise UsageError("no_such_activity", id=id)


def stamp(desk: Desk) -> int:
    """Moves whenever there may be another line; cheap."""
    ledger = desk.ledger.version() if desk.has_ledger() else 0
    return hash((journal.stamp(desk.home.logs), ledger))


def _requests(desk: Desk) -> Iterator[Happening]:
    for entry in journal.entries(desk.home.logs):
        yield Happening(entry.at, entry.id, entry.who, entry.failed, entry.space, entry.delivery, entry=entry)


def _changes(desk: Desk, wanted: Wanted, limit: int) -> list[Happening]:
    if not desk.has_ledger():
        return []
    asked = limit if not (wanted.failed or wanted.text) else 20 * limit
    events = desk.ledger.events(delivery=wanted.delivery, space=wanted.space, limit=asked, newest=True)
    return [each for each in map(_change, events) if _is_wanted(each, wanted, None)]


def _change(event: Event) -> Happening:
    state = event.args.get("state")
    troubled = state in {each.value for each in TROUBLED} and event.kind not in {"decision", "claim"}
    poll = event.kind == "poll" and event.code not in WENT_WELL
    return Happening(event.at, f"e{event.id}", event.actor, troubled or poll, event.space, event.delivery, event=event)


def _is_wanted(each: Happening, wanted: Wanted, source_id: str | None) -> bool:
    if wanted.failed and not each.failed:
        return False
    if wanted.space and each.space not in {wanted.space, ""}:
        return False
    if wanted.delivery is not None and each.delivery != wanted.delivery:
        entry = each.entry
        if entry is None or not source_id or source_id not in (entry.source_id, *entry.address.split("/")):
            return False
    return not wanted.text or fold(wanted.text) in fold(_text(each))


def _text(each: Happening) -> str:
    """Everything of a line that may be looked for."""
    if each.entry is not None:
        entry = each.entry
        return f"{entry.method} {entry.address} {entry.status} {entry.trouble} {entry.purpose} {each.who} {each.id}"
    event = each.event
    return f"{event.kind} {event.code} {event.http_status} {each.who} {each.id}" if event else ""


def _source_id(desk: Desk, delivery: int | None) -> str | None:
    row = desk.ledger.delivery(delivery) if delivery is not None and desk.has_ledger() else None
    return row.source_id if row else None


# -- a request, whole; and once more in the sandbox ------------------------------------------------------------------


async def whole(desk: Desk, each: Happening) -> str:
    """A request with its headers and answer, as text; of an upload the request is made again, with masks.

    What was sent is never kept: the same file and contract give the same bytes.
    """
    entry = each.entry
    if entry is None:
        raise UsageError("activity_no_request", id=each.id)
    head = [f"{entry.method} {entry.address}", *(f"{name}: {value}" for name, value in entry.headers.items())]
    if entry.purpose == "send" and entry.delivery is not None and desk.has_ledger():
        with suppress(UsageError):  # the file has left the spool; what was recorded is all there is
            head = [await request.request_preview(desk, entry.delivery)]
    answer = [" ".join(part for part in (f"HTTP {entry.status}" if entry.status else "", entry.trouble) if part)]
    answer += [f"{name}: {value}" for name, value in entry.answer_headers.items()]
    return "\n".join([*head, "", *answer, *(["", entry.answer] if entry.answer else [])])


async def replay(desk: Desk, each: Happening) -> Replayed:
    """Sends a delivery's request once more, to a sandbox on this machine alone; the ledger is not told.

    Raises UsageError where it is no upload, or the target is not a sandbox's.
    """
    desk.must_write()
    entry = each.entry
    if entry is None or entry.purpose not in {"send", "replay"} or entry.delivery is None:
        raise UsageError("activity_no_upload", id=each.id)
    host = urlsplit(desk.machine.pingwin.base_url).hostname or ""
    if not (desk.machine.demo or desk.machine.pingwin.contract.startswith("sandbox")) or not is_loopback(host):
        raise UsageError("activity_no_sandbox", id=each.id)
    row, upload = request.upload_of(desk, entry.delivery)
    installation = desk.installations.get(row.space)
    credentials = stored_credentials(desk, installation) if installation else None
    if credentials is None:
        raise UsageError("credentials_missing", space=row.space)
    with about("replay", space=row.space, source_id=row.source_id, delivery=row.id):
        answer = await desk.target().send(upload, credentials, desk.machine.timing.deadline)
    return Replayed(answer.code, answer.arguments, answer.http_status)
