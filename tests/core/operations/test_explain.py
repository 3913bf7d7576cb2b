"""Why a delivery or an installation is as it is, what comes next, what a person can do: for every state and reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import pytest

from core.config import Timing
from core.ledger.base import Activation, Circuit, Scope, SpaceRun
from core.model import IN_FLIGHT, NEEDS_PERSON, NEVER, Delivery, Direction, Rule, State
from core.operations.decisions import MARKED_BY_PERSON, NEVER_OVERRIDDEN, UNKNOWN_OUTCOMES, permissions, situation
from core.operations.views import explain, health
from core.operations.views.health import Facts, Health
from core.wording import messages
from tests.core.operations.fakes import NOW, FakeDesk, set_up
from tui import i18n
from tui.i18n import worded

LATER = NOW + 170
RUN = SpaceRun("s", True, False, "t", "c", "d", last_good_poll=NOW)
DONE = Activation(1, "s", NOW, Rule(), 1, NOW, None, 0)
ROW = Delivery(
    1, "s", "doc", "d", 0, State.SEEN, Direction.PURCHASE, "380", "F1", "Molens", "BE0477472701", None, None, "EUR",
    None, {}, 0.0, 0, "k",
)  # fmt: skip


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    yield
    i18n.use_language("en")


@pytest.fixture
def running(desk: FakeDesk) -> Facts:
    """An active space whose engine runs, with nothing in its way."""
    installed = set_up(desk).model_copy(update={"active": True})
    return Facts(installed, RUN, DONE, (), engine_running=True, connected=True, now=NOW, timing=Timing())


def circuit(scope: Scope, id: str, code: str, until: float = NEVER) -> Circuit:
    return Circuit("t", scope, id, "open", code, 1, until, NOW + 60, since=NOW - 60)


def conditions(running: Facts) -> dict[str, Facts]:
    """Every condition an installation can be in, by its name."""
    idle = running.installation.model_copy(update={"active": False})
    held = running.installation.model_copy(update={"held_by": "An"})
    bare = idle.model_copy(update={"file_id": ""})
    circuits = {
        f"circuit {scope} {code}": replace(running, circuits=(circuit(scope, id, code),))
        for scope, id in ((Scope.TARGET, ""), (Scope.CLID, "c"), (Scope.DOSSIER, "d"))
        for code in ("pingwin_server_error", "pingwin_credentials_refused", "pingwin_dossier_unknown", "never heard of")
    }
    polls = {
        f"poll {code}": replace(running, run=replace(RUN, poll_code=code, poll_failures=2, next_poll=LATER))
        for code in sorted(health.LASTING_POLL_CODES | {"banqup_unreachable", "banqup_throttled", "never heard of"})
    }
    return {
        "running": running,
        "counting": replace(running, activation=replace(DONE, completed_at=None)),
        "not set up": replace(running, installation=bare),
        "inactive": replace(running, installation=idle),
        "stopped": replace(running, engine_running=False),
        "held": replace(running, installation=held),
        "not connected": replace(running, connected=False),
        "engine cannot": replace(running, engine_problem=("banqup_no_secret", {})),
        **circuits,
        **polls,
    }


def in_all_languages(code: str, arguments: object) -> dict[str, str]:
    found = {}
    for language in i18n.LANGUAGES:
        i18n.use_language(language)
        said = worded(code, arguments)  # type: ignore[arg-type]
        found[language] = f"{said.sentence} {said.advice}".strip()
    return found


def test_every_state_and_reason_says_why_in_four_languages() -> None:
    """Any code of the product may stand as a reason, and one of a newer version as well."""
    for state, reason in product(State, [None, *messages(), "of_a_newer_version"]):
        row = replace(ROW, state=state, reason=reason, reason_args={"rule": "V11"}, reference="PW-1", delivered_at=NOW)
        code, arguments = explain.why(row)
        assert code in messages(), (state, reason)
        assert worded(code, arguments).sentence, (state, reason)
    for state in State:
        for code in (f"why_{state.value}", f"why_{state.value}_reason"):
            said = in_all_languages(code, {"reason": "x", "at": "10:00", "reference": "PW-1"})
            assert len(set(said.values())) == 4, said


def test_every_state_in_every_condition_says_what_comes_next_in_four_languages(running: Facts) -> None:
    reasons = [None, *sorted(UNKNOWN_OUTCOMES), *sorted(NEVER_OVERRIDDEN), "possible_duplicate", MARKED_BY_PERSON]
    met: set[str] = set()
    for state, reason, due in product(State, reasons, (0.0, LATER, NEVER)):
        for name, facts in {**conditions(running), "not installed": None}.items():
            row = replace(ROW, state=state, reason=reason, reason_args={"rule": reason} if reason else {}, due_at=due)
            code, arguments = explain.next_step(row, facts)
            assert code in messages(), (state, reason, name)
            if code in met:
                continue
            met.add(code)
            said = in_all_languages(code, {**arguments, "name": "An", "since": "9:00", "again": "10:00"})
            assert len(set(said.values())) == 4, said
            assert all("–" not in text for text in said.values()), (code, said)
    assert met >= set(explain.NEXT.values()) | set(explain.HELD.values()) | set(explain.MOVING.values())


def test_what_waits_for_a_person_always_offers_something() -> None:
    for state in NEEDS_PERSON:
        for reason in (None, *UNKNOWN_OUTCOMES, *NEVER_OVERRIDDEN, "possible_duplicate"):
            row = replace(ROW, state=state, reason=reason, reason_args={"rule": reason or ""})
            assert any(each.allowed for each in permissions(row)), (state, reason, situation(row))


def test_every_condition_of_an_installation_has_words_and_what_to_do(running: Facts) -> None:
    met: set[Health] = set()
    for name, facts in conditions(running).items():
        judged = health.judge(facts)
        met.add(judged.health)
        said = in_all_languages(judged.code, judged.arguments)
        assert judged.code in messages(), name
        assert len(set(said.values())) == 4, (name, said)
        if judged.health not in {Health.ACTIVE, Health.HELD}:
            i18n.use_language("en")
            waits_by_itself = judged.health in {Health.WAITING_BANQUP, Health.WAITING_PINGWIN}
            advice = worded(judged.code, judged.arguments).advice
            assert advice or waits_by_itself, f"{name}: {judged.code} does not say what to do"
    assert met == set(Health)


def test_what_a_killed_engine_held_says_until_when(running: Facts) -> None:
    stopped = replace(running, engine_running=False)
    for state in IN_FLIGHT:
        row = replace(ROW, state=state, due_at=LATER)
        code, arguments = explain.next_step(row, stopped)
        assert code.endswith("_at") and arguments["at"] == health.moment(LATER)
        assert explain.next_step(replace(row, due_at=NOW - 1), stopped)[0] == code.removesuffix("_at")
    code, arguments = explain.next_step(replace(ROW, state=State.LEASED, due_at=LATER), running)
    assert code == "next_sending_at" and arguments["at"], "another engine runs already"
