"""The doctor: this machine and each installation, one line a check; a line passes or says what to do.

Changes nothing but a small file that measures the disk. Each check is a function from the desk to its lines; those of
the machine are in `machine.py`, what can be repaired in `repairs.py`.
"""

from __future__ import annotations

from collections.abc import Iterable

from core.errors import ProductError
from core.installations import Installation
from core.ledger.records import QueueQuery
from core.model import Arguments
from core.operations.desk import Desk
from core.operations.running.engines import engine
from core.operations.setup.connections import TRY_SECONDS, Verdict, try_banqup, try_pingwin
from core.operations.setup.credentials import credentials, same_dossier, try_credentials
from core.operations.support.lines import Line, failed, guarded
from core.operations.support.machine import FURTHEST_CLOCK_S, MACHINE
from core.operations.views import history, overview
from core.operations.views.health import Health, moment
from core.operations.views.overview import SpaceStatus
from core.secrets import SecretName

MOST_TESTED = 50
"""Installations whose credentials are tried in one run; a thousand of them would flood the target."""

DAY = 86_400.0
CERTIFICATE_DAYS = 14
"""A certificate that ends sooner is a failed line: whoever renews it needs the time."""


async def doctor(desk: Desk) -> list[Line]:
    """Checks this machine and each installation."""
    lines = _each_once([line for check in MACHINE for line in guarded(check, desk)])
    if any(line.code == "folder_too_open" for line in lines):  # nothing opens in a home that others may look into
        return [line for line in lines if line.grave or line.code != "folder_too_open"]
    lines += await _banqup(desk)
    lines += _from_verdict(await try_pingwin(desk))
    lines += await _certificates(desk)
    try:
        spaces = overview.snapshot(desk).spaces
    except ProductError as problem:  # a ledger that cannot be opened has its line above; nothing is known without it
        return [*lines, *([] if problem.code in {line.code for line in lines} else [failed(problem)])]
    for number, status in enumerate(spaces):
        installation = status.installation
        try:
            lines += await _installation(desk, status, test=number < MOST_TESTED)
        except ProductError as problem:  # a source of secrets that does not work must not hide the other installations
            lines.append(failed(problem, installation.space))
    return lines


def _each_once(lines: list[Line]) -> list[Line]:
    """A ledger that cannot be reached keeps several checks from their work; one line says so."""
    return [line for number, line in enumerate(lines) if line not in lines[:number]]


# -- the two sides ---------------------------------------------------------------------------------------------------


def _from_verdict(verdict: Verdict, space: str | None = None) -> list[Line]:
    return [Line(proof.code, proof.passed, proof.arguments, space) for proof in verdict.proofs]


async def _banqup(desk: Desk) -> list[Line]:
    if desk.secrets.hidden():  # a person beside the engine: only the engine can sign in
        return [Line("doctor_secret_hidden", None, {"field": SecretName.BANQUP_SECRET.value})]
    verdict = await try_banqup(desk)
    lines = _from_verdict(verdict)
    return [*lines, await _clock(desk)] if verdict.ok else lines


async def _certificates(desk: Desk) -> list[Line]:
    """Until when the certificates of the two sides hold; nothing of addresses on this machine."""
    try:
        machine = desk.machine
    except ProductError:  # it has its line
        return []
    lines: list[Line] = []
    for address in dict.fromkeys((machine.banqup.base_url, machine.pingwin.base_url)):
        found = await desk.certificate(address, TRY_SECONDS) if address else None
        if found is None:  # not https, or not reached: that has its line
            continue
        if found.ends_at is None:
            lines.append(Line("tls_refused", False, {"host": found.host, "why": found.why}))
            continue
        days = int((found.ends_at - desk.clock.now()) // DAY)
        good = days >= CERTIFICATE_DAYS
        lines.append(Line("tls_good" if good else "tls_ends_soon", good, {"host": found.host, "days": days}))
    return lines


async def _clock(desk: Desk) -> Line:
    """Our clock against the Date of Banqup's answers; a space's list is the answer we can ask for."""
    spaces = [each.space for each in desk.installed()]
    if not spaces:
        return Line("doctor_clock_unmeasured", None)
    try:
        async with desk.banqup() as source:
            async for page in source.scan(spaces[0], int(desk.clock.now() * 1e9)):
                off = abs(desk.clock.now() - page.clock_ns / 1e9)
                good = off <= FURTHEST_CLOCK_S
                return Line("doctor_clock" if good else "doctor_clock_off", good, {"seconds": round(off)})
    except ProductError as problem:
        return Line(problem.code, False, problem.arguments, spaces[0])
    return Line("doctor_clock_unmeasured", None)


# -- each installation -----------------------------------------------------------------------------------------------


async def _installation(desk: Desk, status: SpaceStatus, *, test: bool) -> list[Line]:
    installation, space = status.installation, status.installation.space
    lines = [*_credentials(desk, installation)]
    nobody_to_ask = desk.secrets.hidden() and not engine(desk).running
    if test and not nobody_to_ask and not any(line.passed is False for line in lines):
        lines += _from_verdict(await try_credentials(desk, space), space)
    if not installation.enterprise_numbers:
        lines.append(Line("enterprise_numbers_missing", False, {}, space))
    if not installation.own_extension_off:
        lines.append(Line("own_extension_on", None, {"name": installation.name}, space))
    lines += [Line("same_dossier", None, {"name": each.name}, space) for each in same_dossier(desk, space)]
    lines += _polling(status)
    return [*lines, *_queue(desk, status)] if desk.has_ledger() else lines


def _credentials(desk: Desk, installation: Installation) -> Iterable[Line]:
    for view in credentials(desk, installation.space):
        if view.present:
            arguments = {"field": view.field.value, "source": view.source}
            yield Line("doctor_credential", True, arguments, installation.space)
        elif view.hidden:
            yield Line("doctor_secret_hidden", None, {"field": view.field.value}, installation.space)
        else:
            failed = False if installation.active else None
            yield Line("credential_missing", failed, {"field": view.field.value}, installation.space)


def _polling(status: SpaceStatus) -> Iterable[Line]:
    installation = status.installation
    good = status.health in {Health.ACTIVE, Health.HELD}
    passed = None if status.health is Health.INACTIVE else good
    yield Line(status.code, passed, status.arguments, installation.space)
    if installation.active:
        last: Arguments = {"at": moment(status.last_good_poll) if status.last_good_poll else None}
        code = "doctor_poll_overdue" if status.overdue else "doctor_poll"
        yield Line(code, not status.overdue, last, installation.space)


def _queue(desk: Desk, status: SpaceStatus) -> Iterable[Line]:
    space = status.installation.space
    waiting = QueueQuery(spaces=(space,), states=history.WAITING)
    oldest = history.waiting_since(desk, space)
    if oldest is not None:
        stuck = status.installation.active and desk.clock.now() - oldest > desk.machine.notices.stuck_h * 3_600
        code = "doctor_waiting_stuck" if stuck else "doctor_waiting"
        count: Arguments = {"count": desk.ledger.total(waiting), "since": moment(oldest)}
        yield Line(code, not stuck, count, space)
    if status.needs_attention:
        yield Line("doctor_needs_person", False, {"count": status.needs_attention}, space)
