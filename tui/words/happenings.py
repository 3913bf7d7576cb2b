"""One line of the activity in words: the same for the command and the screen."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from core.activity.entry import Entry
from core.model import Event
from core.operations.views.activity import Happening
from tui.i18n import N_, _, count, worded
from tui.plain import neutral

PURPOSES = {
    "poll": N_("poll"),
    "baseline": N_("baseline"),
    "prepare": N_("fetch"),
    "send": N_("send"),
    "ask": N_("ask"),
    "probe": N_("probe"),
    "find": N_("search"),
    "reconcile": N_("reconcile"),
    "dry_run": N_("dry run"),
    "replay": N_("replay"),
}
"""What a call was made for."""


def purpose_word(purpose: str) -> str:
    """What a call was made for; empty where that was not said (a test by a person, say)."""
    return _(PURPOSES[purpose]) if purpose in PURPOSES else neutral(purpose)


def outcome(each: Happening) -> str:
    """How a request ended: its status, or what broke it."""
    entry = each.entry
    if entry is None:
        return ""
    return neutral(" ".join(str(part) for part in (entry.status, entry.trouble) if part)) or "ok"


def place(entry: Entry, *, whole: bool = False) -> str:
    """Where a call went: host and path, without the scheme; a file by its name."""
    if whole or entry.kind != "request":
        return neutral(unquote(entry.address))
    parts = urlsplit(entry.address)
    query = f"?{parts.query}" if parts.query else ""
    return neutral(unquote(f"{parts.netloc}{parts.path}{query}"))


EVENT_KINDS = {
    "discovered": N_("Found in Banqup"),
    "prepared": N_("Read, checked and converted"),
    "intent": N_("Upload begins"),
    "result": N_("Upload answered"),
    "decision": N_("A person decided"),
    "wait": N_("Waits"),
    "settle": N_("Outcome being established"),
    "settled": N_("Outcome established"),
    "claim": N_("Taken up by the engine"),
    "fenced": N_("A late answer of an earlier try, noted"),
}
"""Sentences for events that carry no code of their own, by kind."""


def event_sentence(event: Event) -> str:
    """An event in words: its code's sentence, else what its kind says, else its kind."""
    kind = EVENT_KINDS.get(event.kind)
    said = worded(event.code, event.args).sentence if event.code else ""
    if not said:
        return _(kind) if kind else event.kind.replace("_", " ")
    return said


def words(each: Happening) -> str:
    """What happened, without its time: `GET 200 12 ms host/path`, or the sentence of a change."""
    if each.entry is not None:
        entry = each.entry
        parts = (entry.method, outcome(each), f"{entry.seconds * 1000:.0f} ms", size(entry), place(entry))
        return "  ".join(part for part in parts if part)
    return event_sentence(each.event) if each.event is not None else ""


def size(entry: Entry) -> str:
    """Bytes out and in."""
    if not entry.sent:
        return _("{bytes} B").format(bytes=count(entry.received))
    return _("{sent} B out, {bytes} B in").format(sent=count(entry.sent), bytes=count(entry.received))
