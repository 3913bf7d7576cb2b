"""Who is told what: the troubles of a home in the words of the first line, and the engine's companion that tells them.

The companion looks from beside a working engine: it tells systemd in a line how things are, and people (by their own
command) what needs them. In system mode that command comes only from the engine's environment, which root decides:
whoever may change the shared settings must not thereby run commands as the engine's user.
"""

from __future__ import annotations

import asyncio
import json
import logging
import shlex
import socket
from collections.abc import Mapping
from datetime import UTC, datetime

from core import __version__
from core.config import Home, Notices
from core.errors import ConfigurationError, UsageError
from core.model import Arguments
from core.operations.desk import Desk
from core.operations.views import history, overview
from core.operations.views.health import Health, moment
from core.operations.views.overview import Snapshot, SpaceStatus
from core.service.systemd import Systemd
from core.sync.house import House
from core.sync.notes import NOTICE_PROBLEM, NOTICES
from core.telling.hook import run_hook
from core.telling.notices import Memory, Notice, Occasion, Trouble, look, told
from core.wording import word

log = logging.getLogger(__name__)

COMMAND = "BANQUP_PINGWIN_NOTICE_COMMAND"
HOUR = 3_600.0

WAITS = 15
"""How many times longer a connection may wait that comes back by itself than one that needs a person."""

NEWER_LOOK_S = 60.0
"""Seconds after which a home is looked at though nothing moved: time alone makes a delivery stuck."""


def hook_of(home: Home, notices: Notices, environ: Mapping[str, str]) -> tuple[str, ...]:
    """The command that tells people: of the environment, else (not in system mode) of the settings; empty for none."""
    named = environ.get(COMMAND, "").strip()
    if not named:
        return () if home.mode == "system" else notices.command
    try:
        return tuple(shlex.split(named))
    except ValueError as problem:
        raise ConfigurationError("notice_command_unreadable", name=COMMAND, why=str(problem)) from None


def set_notices(desk: Desk, notices: Notices) -> Notices:
    """Keeps who is told and of what. Raises UsageError where a command would be kept in the shared settings."""
    desk.must_write()
    if notices.command and desk.home.mode == "system":
        raise UsageError("notice_command_by_unit", name=COMMAND)
    return desk.installations.change_machine(lambda each: each.model_copy(update={"notices": notices})).notices


def troubles(desk: Desk, seen: Snapshot) -> list[Trouble]:
    """What needs a person now, by space; of each occasion that people want to be told of."""
    wanted = desk.machine.notices
    found = [trouble for space in seen.spaces for trouble in _troubles(desk, space, wanted)]
    return [each for each in found if each.occasion in wanted.events]


def _troubles(desk: Desk, status: SpaceStatus, wanted: Notices) -> list[Trouble]:
    space, name, soon = status.installation.space, status.installation.name, wanted.settle_s
    found: list[Trouble] = []
    if status.needs_attention:
        count: Arguments = {"count": status.needs_attention}
        found.append(Trouble(Occasion.NEEDS_YOU, space, name, "needs_you", count, status.needs_attention, soon))
    if status.health in {Health.NO_CONNECTION, Health.WAITING_PINGWIN, Health.WAITING_BANQUP}:
        patience = soon if status.health is Health.NO_CONNECTION else soon * WAITS
        found.append(Trouble(Occasion.CONNECTION, space, name, status.code, status.arguments, patience=patience))
    if status.waiting and status.installation.active and status.health is not Health.HELD:
        since = history.waiting_since(desk, space)
        if since is not None and desk.clock.now() - since > wanted.stuck_h * HOUR:
            about: Arguments = {"count": status.waiting, "since": moment(since)}
            found.append(Trouble(Occasion.STUCK, space, name, "doctor_waiting_stuck", about, status.waiting, soon))
    return found


def message(desk: Desk, notice: Notice, memory: Memory) -> dict[str, object]:
    """A notice as the command reads it: codes with their arguments, English sentences, no word of a document."""
    subject = _subject(notice)
    return {
        "product": "banqup-pingwin",
        "version": __version__,
        "machine": desk.machine.machine_id,
        "host": socket.gethostname(),
        "at": _iso(desk.clock.now()),
        "subject": {
            "code": notice.subject,
            "arguments": dict(subject),
            "sentence": word(notice.subject, subject).sentence,
        },
        "troubles": [_told(each, notice, memory) for each in notice.standing],
        "over": list(notice.over),
    }


def _subject(notice: Notice) -> Arguments:
    return {
        "host": socket.gethostname(),
        "spaces": len({each.space for each in notice.standing}),
        "count": sum(each.count for each in notice.standing if each.occasion is Occasion.NEEDS_YOU),
    }


def _told(trouble: Trouble, notice: Notice, memory: Memory) -> dict[str, object]:
    worded = word(trouble.code, trouble.arguments)
    return {
        "occasion": trouble.occasion,
        "space": trouble.space,
        "name": trouble.name,
        "code": trouble.code,
        "arguments": dict(trouble.arguments),
        "sentence": worded.sentence,
        "advice": worded.advice,
        "count": trouble.count,
        "since": _iso(memory.troubles[trouble.key].since),
        "new": trouble.key in notice.fresh,
    }


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")


def problem(desk: Desk) -> str | None:
    """Why the last notice could not be sent, or None."""
    return (desk.ledger.get_meta(NOTICE_PROBLEM) or None) if desk.has_ledger() else None


async def try_hook(desk: Desk) -> str | None:
    """Sends a test notice now. None where the command went well, else why not. Raises UsageError without a command."""
    desk.must_write()
    command = hook_of(desk.home, desk.machine.notices, desk.environ)
    if not command:
        raise UsageError("notice_no_command")
    trouble = Trouble(Occasion.NEEDS_YOU, "", "", "notice_test")
    notice, memory = look([trouble], Memory(), now=desk.clock.now(), again=HOUR, last=True)
    assert notice is not None, "the last look waits for nothing"
    text = json.dumps(message(desk, notice, memory))
    return await run_hook(command, text, environ=desk.environ, timeout=desk.machine.notices.timeout_s)


def summary(seen: Snapshot) -> str:
    """How things are, in one line for `systemctl status`."""
    active = sum(each.installation.active for each in seen.spaces)
    waiting = sum(each.waiting for each in seen.spaces)
    last = max((each.last_good_poll or 0.0 for each in seen.spaces), default=0.0)
    parts = [seen.worst.replace("_", " "), f"{active} active", f"{waiting} waiting", f"{seen.needs_attention} need you"]
    return ", ".join([*parts, *([f"last read {moment(last)}"] if last else [])])


class Teller:
    """The engine's companion: tells systemd and people how the home is."""

    def __init__(self, house: House, systemd: Systemd) -> None:
        self._house, self._systemd = house, systemd
        self._desk = Desk(house.home, "engine", readonly=True, environ=house.environ, clock=house.clock)
        self._desk.ledger = house.ledger
        self._looked: tuple[int, float] = (0, float("-inf"))

    async def look(self, *, last: bool = False) -> None:
        """Looks where something moved or a minute has passed; sends what is due."""
        version, at = overview.version(self._desk), self._house.clock.boot()
        if version == self._looked[0] and at - self._looked[1] < NEWER_LOOK_S and not last:
            return
        self._looked = version, at
        seen = await asyncio.to_thread(overview.snapshot, self._desk)
        self._systemd.status(summary(seen))
        await self._tell(seen, last=last)

    async def _tell(self, seen: Snapshot, *, last: bool) -> None:
        desk, ledger, now = self._desk, self._house.ledger, self._house.clock.now()
        wanted = desk.machine.notices
        command = hook_of(self._house.home, wanted, self._house.environ)
        if not command:
            return
        kept = ledger.get_meta(NOTICES)
        standing = await asyncio.to_thread(troubles, desk, seen)
        notice, memory = look(standing, Memory.of(kept), now=now, again=wanted.again_h * HOUR, last=last)
        if notice is not None:
            text = json.dumps(message(desk, notice, memory))
            # kept before: of several engines one tells, and one that dies of it must not tell at every start
            claimed = told(notice, memory, now=now, arrived=False).text()
            if not ledger.swap_meta(NOTICES, kept, claimed):
                return
            kept = claimed
            why = await run_hook(command, text, environ=self._house.environ, timeout=wanted.timeout_s)
            memory = told(notice, memory, now=now, arrived=why is None)
            if why is not None:
                log.warning("notice not sent: %s", why)
            if why != (ledger.get_meta(NOTICE_PROBLEM) or None):
                ledger.set_meta(NOTICE_PROBLEM, why or "")
        if memory.text() != kept and (memory.troubles or kept):
            ledger.swap_meta(NOTICES, kept, memory.text())
