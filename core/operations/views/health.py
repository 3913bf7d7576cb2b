"""How one space is, in the words of the first line (decision 16): pure, from what the stores and the lock say.

Takes frozen values and the time; gives a health with the code of its reason. Reads nothing itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from core.ledger.records import Activation, Circuit, Scope, SpaceRun
from core.model import NEVER, Arguments, State
from core.wording import messages

if TYPE_CHECKING:
    from core.config import Timing
    from core.installations import Installation


class Health(StrEnum):
    """The words of the first line (decision 16), best first; of several spaces the worst one is shown."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    HELD = "held"
    WAITING_PINGWIN = "waiting_pingwin"
    WAITING_BANQUP = "waiting_banqup"
    NO_CONNECTION = "no_connection"
    STOPPED = "stopped"


SEVERITY = (
    Health.STOPPED,
    Health.NO_CONNECTION,
    Health.WAITING_PINGWIN,
    Health.WAITING_BANQUP,
    Health.HELD,
    Health.INACTIVE,
    Health.ACTIVE,
)
"""Worst first: the order in which a space's health is looked for, and the worst of several is found."""

LASTING_POLL_CODES = frozenset(
    {"banqup_secret_refused", "banqup_token_refused", "banqup_forbidden", "banqup_space_gone", "access_withdrawn"}
)
"""Why polling fails until a person does something; any other reason passes by itself."""

AUTH_CODES = "pingwin_credential"
"""How the codes begin by which Pingwin's side says that a credential is wrong or missing."""

OVERDUE_SLACK = 60.0
"""Seconds over two poll intervals after which the last good poll is overdue."""

NO_ARGUMENTS: Mapping[str, str | int | float | None] = {}


@dataclass(frozen=True, slots=True)
class Facts:
    """What the health of one space follows from. `stretch`: by how much the ceiling of calls lengthens intervals."""

    installation: Installation
    run: SpaceRun | None
    activation: Activation | None
    circuits: Sequence[Circuit]
    engine_running: bool
    connected: bool
    now: float
    timing: Timing
    engine_problem: tuple[str, Arguments] | None = None
    last_ran: float | None = None
    stretch: float = 1.0


@dataclass(frozen=True, slots=True)
class Judged:
    """A health with the code of its reason."""

    health: Health
    code: str
    arguments: Arguments


def judge(facts: Facts) -> Judged:
    """The worst thing that is true of a space."""
    installation, run = facts.installation, facts.run
    if not installation.active:
        code = "health_inactive" if installation.file_id else "health_not_set_up"
        return Judged(Health.INACTIVE, "health_restored" if restored(facts.activation) else code, NO_ARGUMENTS)
    if not facts.engine_running:
        return Judged(Health.STOPPED, *stopped(facts.last_ran))
    return (
        _no_connection(facts)
        or _waiting_for_pingwin(facts)
        or _waiting_for_banqup(facts)
        or _held(installation, run)
        or _active(facts)
    )


def restored(activation: Activation | None) -> bool:
    """Whether the ledger came from a backup and the space was not activated here since."""
    return activation is not None and activation.kind == "restore" and activation.requested_at is None


def unread(facts: Facts) -> Judged | None:
    """Why nothing new of an active space is read now, whatever Pingwin says; None where it is read."""
    judged = judge(replace(facts, circuits=()))
    return judged if judged.health in {Health.STOPPED, Health.NO_CONNECTION, Health.WAITING_BANQUP} else None


def stopped(last_ran: float | None) -> tuple[str, Arguments]:
    """How it is said that nothing runs: since when, where that is known."""
    if last_ran is None:
        return "health_stopped", NO_ARGUMENTS
    return "health_stopped_since", {"since": moment(last_ran)}


def ways(run: SpaceRun) -> tuple[tuple[str, Scope, str], ...]:
    """The circuits a space stands behind: of its target, its CLID, its dossier."""
    ids = {Scope.TARGET: "", Scope.CLID: run.clid, Scope.DOSSIER: run.dossier}
    return tuple((run.target, scope, id) for scope, id in ids.items())


def in_the_way(run: SpaceRun | None, circuits: Sequence[Circuit]) -> list[Circuit]:
    """The circuits that stop a space."""
    behind = ways(run) if run is not None else ()
    return [each for each in circuits if each.state != "closed" and (each.target, each.scope, each.id) in behind]


def waiting_for_a_person(run: SpaceRun | None, circuits: Sequence[Circuit]) -> list[Circuit]:
    """Those of them that no probe closes: a person decides about an unknown outcome first."""
    return [each for each in in_the_way(run, circuits) if each.state == "open" and each.probe_at is None]


def is_auth(circuit: Circuit) -> bool:
    """Whether credentials were refused: then only a person can help."""
    return circuit.scope is not Scope.TARGET and (circuit.code or "").startswith(AUTH_CODES)


def _no_connection(facts: Facts) -> Judged | None:
    if facts.engine_problem is not None:
        return Judged(Health.NO_CONNECTION, *facts.engine_problem)
    if not facts.connected:
        return Judged(Health.NO_CONNECTION, "banqup_not_connected", NO_ARGUMENTS)
    if facts.run is not None and facts.run.poll_code in LASTING_POLL_CODES:
        return Judged(Health.NO_CONNECTION, facts.run.poll_code, facts.run.poll_args)
    refused = [each for each in in_the_way(facts.run, facts.circuits) if is_auth(each)]
    return _of_circuit(Health.NO_CONNECTION, refused[0]) if refused else None


def _waiting_for_pingwin(facts: Facts) -> Judged | None:
    standing = [each for each in in_the_way(facts.run, facts.circuits) if each.until > facts.now]
    return _of_circuit(Health.WAITING_PINGWIN, standing[0]) if standing else None


def _of_circuit(health: Health, circuit: Circuit) -> Judged:
    """What opened the circuit says it best; a code that this version has no words for becomes a plain wait."""
    code = circuit.code if circuit.code in messages() else "health_pingwin_waits"
    return Judged(health, code or "health_pingwin_waits", circuit_arguments(circuit))


def circuit_arguments(circuit: Circuit) -> Arguments:
    """A circuit as a sentence needs it: since when, when it is asked again, which dossier."""
    again = circuit.until if circuit.until < NEVER else circuit.probe_at
    return {
        "since": moment(circuit.since) if circuit.since else None,
        "again": moment(again) if again is not None and again < NEVER else None,
        "dossier": circuit.id if circuit.scope is Scope.DOSSIER else None,
    }


def _waiting_for_banqup(facts: Facts) -> Judged | None:
    run = facts.run
    if run is None or run.poll_code is None:
        return None
    again = moment(run.next_poll) if 0 < run.next_poll < NEVER else None
    code = run.poll_code if run.poll_code in messages() else "health_banqup_waits"
    return Judged(Health.WAITING_BANQUP, code, {**run.poll_args, "failures": run.poll_failures, "again": again})


def _held(installation: Installation, run: SpaceRun | None) -> Judged | None:
    if not installation.held_by and not (run is not None and run.held):
        return None
    return Judged(Health.HELD, "health_held", {"name": installation.held_by or None})


def _active(facts: Facts) -> Judged:
    activation = facts.activation
    if activation is None or activation.completed_at is None or activation.ended_at is not None:
        return Judged(Health.ACTIVE, "health_baseline", NO_ARGUMENTS)
    if facts.run is not None and facts.run.only_validated:
        return Judged(Health.ACTIVE, "health_only_validated", {"count": facts.run.only_validated})
    since = facts.installation.activated_at
    return Judged(Health.ACTIVE, "health_active", {"since": moment(since.timestamp()) if since else None})


def overdue(facts: Facts) -> bool:
    """Whether the last good poll is older than two intervals and a minute; a quiet space has longer intervals.

    A busy space is asked more often, which is a bonus and no promise.
    """
    run, activation = facts.run, facts.activation
    if run is None or not run.running or not facts.installation.active:
        return False
    last = run.last_good_poll or (activation.completed_at if activation is not None else None)
    from core.sync.pace import interval

    moved = (None, run.watermark_ns)  # as if nothing were known, and as it is
    longest = max(interval(facts.timing, each, facts.now, lambda _, high: high, facts.stretch) for each in moved)
    return last is not None and facts.now - last > 2 * longest + OVERDUE_SLACK


def counted_so_far(facts: Facts, counts: Mapping[State, int]) -> int | None:
    """History documents counted while a scan goes on that will be (or is) the baseline, else None."""
    activation = facts.activation
    going = activation is not None and activation.completed_at is None and activation.ended_at is None
    going = going and (facts.engine_running or not restored(activation))
    return counts.get(State.HISTORY, 0) if going else None


def worst(healths: Sequence[Health]) -> Health:
    """Of several spaces the worst one; INACTIVE where there is none."""
    return min(healths, key=SEVERITY.index, default=Health.INACTIVE)


def moment(at: float) -> str:
    """A time as a person reads it, in the machine's time zone, to the minute."""
    return datetime.fromtimestamp(at).astimezone().strftime("%Y-%m-%d %H:%M")
