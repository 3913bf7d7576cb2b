"""What a person sees: health in the words of the first line; a delivery with its tries, reason and next step."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from core.config import Timing
from core.errors import UsageError
from core.ledger.base import Circuit, Discovery, Finding, Move, QueueQuery, Scope
from core.model import NEVER, Delivery, State
from core.operations.setup import activation
from core.operations.views import explain, health, overview, request
from core.operations.views.health import Health
from core.sync.lock import EngineLock
from core.wording import messages
from tests.core.operations.fakes import NOW, OTHER, SENTINEL, SPACE, FakeDesk, set_up, stand


@pytest.fixture
def engine_runs(desk: FakeDesk) -> Iterator[None]:
    desk.home.create()
    lock = EngineLock(desk.home.engine_lock)
    lock.acquire(since=NOW)
    yield
    lock.release()


async def active(desk: FakeDesk) -> None:
    """An active space whose baseline is complete."""
    set_up(desk)
    await activation.activate(desk, SPACE.id)
    now = desk.clock.now()
    desk.ledger.record_poll(SPACE.id, [], watermark_ns=int(now * 1e9), next_poll=now + 300, swept=False, now=now)


@pytest.fixture
async def running(desk: FakeDesk) -> FakeDesk:
    await active(desk)
    return desk


def status(desk: FakeDesk) -> overview.SpaceStatus:
    (only,) = overview.snapshot(desk, space=SPACE.id).spaces
    assert only.code in messages(), only.code
    return only


def circuit(desk: FakeDesk, scope: Scope, code: str, *, until: float = NEVER) -> None:
    run = desk.ledger.space_run(SPACE.id)
    assert run is not None
    id = {Scope.TARGET: "", Scope.CLID: run.clid, Scope.DOSSIER: run.dossier}[scope]
    state = "open" if until == NEVER else "cooling"
    desk.ledger.set_circuit(
        Circuit(run.target, scope, id, state, code, 1, until, NOW + 60, since=NOW), actor="engine", now=NOW
    )


def test_an_empty_home_is_inactive(desk: FakeDesk) -> None:
    assert overview.snapshot(desk).worst is Health.INACTIVE


def test_an_installed_space_says_whether_it_is_set_up(desk: FakeDesk) -> None:
    set_up(desk)
    assert (status(desk).health, status(desk).code) == (Health.INACTIVE, "health_inactive")


async def test_active_without_an_engine_is_stopped(running: FakeDesk) -> None:
    assert status(running).health is Health.STOPPED


async def test_active_with_an_engine_is_active(running: FakeDesk, engine_runs: None) -> None:
    assert (status(running).health, status(running).code) == (Health.ACTIVE, "health_active")
    assert status(running).baseline is None


async def test_active_where_nobody_approves_offers_the_other_trigger(running: FakeDesk, engine_runs: None) -> None:
    def swept(count: int | None) -> overview.SpaceStatus:
        running.ledger.record_poll(
            SPACE.id, [], watermark_ns=1, next_poll=NOW, swept=True, now=NOW, only_validated=count
        )
        return status(running)

    told = swept(3)
    assert (told.health, told.code, told.arguments) == (Health.ACTIVE, "health_only_validated", {"count": 3})
    assert swept(None).code == "health_only_validated"
    assert swept(0).code == "health_active"


async def test_while_the_baseline_is_taken_the_count_is_shown(desk: FakeDesk, engine_runs: None) -> None:
    set_up(desk)
    await activation.activate(desk, SPACE.id)
    run = desk.ledger.begin_activation(
        SPACE.id, status(desk).installation.options.rule, started_ns=1, kind="activation", requested_at=NOW,
        actor="an", now=NOW,
    )  # fmt: skip
    desk.ledger.record_baseline(run.id, [Discovery(Finding.NEW, "h", State.HISTORY, key="h")], [], now=NOW)
    assert (status(desk).code, status(desk).baseline) == ("health_baseline", 1)


@pytest.mark.parametrize(
    ("scope", "code", "expected"),
    [
        (Scope.DOSSIER, "pingwin_credentials_refused", Health.NO_CONNECTION),
        (Scope.CLID, "pingwin_credentials_refused", Health.NO_CONNECTION),
        (Scope.DOSSIER, "pingwin_dossier_refused", Health.WAITING_PINGWIN),
        (Scope.TARGET, "pingwin_server_error", Health.WAITING_PINGWIN),
    ],
)
async def test_a_circuit_decides_the_first_line(
    running: FakeDesk, engine_runs: None, scope: Scope, code: str, expected: Health
) -> None:
    circuit(running, scope, code)
    assert status(running).health is expected


async def test_a_pause_that_is_over_is_no_wait(running: FakeDesk, engine_runs: None) -> None:
    circuit(running, Scope.CLID, "pingwin_throttled", until=NOW + 10)
    assert (status(running).health, status(running).code) == (Health.WAITING_PINGWIN, "pingwin_throttled")
    running.clock.at += 11  # type: ignore[attr-defined]
    assert status(running).health is Health.ACTIVE


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("banqup_secret_refused", Health.NO_CONNECTION),
        ("banqup_forbidden", Health.NO_CONNECTION),
        ("access_withdrawn", Health.NO_CONNECTION),
        ("banqup_unreachable", Health.WAITING_BANQUP),
        ("banqup_throttled", Health.WAITING_BANQUP),
    ],
)
async def test_a_failed_poll_decides_the_first_line(
    running: FakeDesk, engine_runs: None, code: str, expected: Health
) -> None:
    running.ledger.poll_failed(SPACE.id, code, {}, next_poll=NOW + 60, now=NOW)
    assert status(running).health is expected


async def test_a_hold_names_who_holds(running: FakeDesk, engine_runs: None) -> None:
    activation.hold(running, SPACE.id)
    assert (status(running).health, status(running).arguments) == (Health.HELD, {"name": "an"})


async def test_of_several_spaces_the_worst_is_shown(running: FakeDesk, engine_runs: None) -> None:
    set_up(running, OTHER, file_id="D2")
    assert overview.snapshot(running).worst is Health.INACTIVE
    running.ledger.poll_failed(SPACE.id, "banqup_forbidden", {}, next_poll=NOW, now=NOW)
    assert overview.snapshot(running).worst is Health.NO_CONNECTION


def test_severity_names_every_health_once() -> None:
    assert set(health.SEVERITY) == set(Health) and len(health.SEVERITY) == len(Health)


async def test_a_poll_is_overdue_after_two_intervals_and_a_minute(running: FakeDesk, engine_runs: None) -> None:
    longest = 2 * Timing().poll_interval * 1.1 + 60
    running.clock.at = NOW + longest - 1  # type: ignore[attr-defined]
    assert not status(running).overdue
    running.clock.at = NOW + longest + 1  # type: ignore[attr-defined]
    assert status(running).overdue


async def test_the_version_moves_with_ledger_settings_and_engine(running: FakeDesk) -> None:
    seen = {overview.version(running)}
    running.ledger.set_meta("x", "y")
    seen.add(overview.version(running))
    activation.hold(running, SPACE.id)
    seen.add(overview.version(running))
    lock = EngineLock(running.home.engine_lock)
    lock.acquire(since=NOW)
    seen.add(overview.version(running))
    lock.release()
    assert len(seen) == 4


# -- one delivery ------------------------------------------------------------------------------------------------------


def found(desk: FakeDesk, name: str = "doc-a", **facts: object) -> Delivery:
    discovery = Discovery(Finding.NEW, name, State.SEEN, key=f"key-{name}", **facts)  # type: ignore[arg-type]
    desk.ledger.record_poll(SPACE.id, [discovery], watermark_ns=1, next_poll=NOW, swept=False, now=NOW)
    return desk.ledger.known(SPACE.id, [name])[name]


def tried(desk: FakeDesk, row: Delivery, move: Move) -> None:
    """One attempt as a worker makes it."""
    stand(desk, row.id, State.READY, due_at=NOW, sha256="f" * 64)
    claim = desk.ledger.claim("worker", now=NOW, lease=100)
    assert claim is not None
    assert desk.ledger.intent(claim, now=NOW, until=NOW + 90)
    assert desk.ledger.move(claim, State.SENDING, move, now=NOW + 2)


async def test_an_attempt_is_its_intent_joined_with_its_result(running: FakeDesk) -> None:
    row = found(running)
    refused = Move(
        State.FAILED, NOW, "pingwin_document_refused", {"server_text": "no VAT", "seconds": 1.5}, counted=True,
        http_status=422,
    )  # fmt: skip
    tried(running, row, refused)
    seen = overview.detail(running, row.id)
    (attempt,) = seen.attempts
    assert (attempt.at, attempt.ended_at, attempt.seconds) == (NOW, NOW + 2, 1.5)
    assert (attempt.code, attempt.http_status, attempt.server_text) == ("pingwin_document_refused", 422, "no VAT")
    assert (attempt.trigger, attempt.actor) == ("automatic", "engine")
    assert seen.why[0] == "pingwin_document_refused" and seen.next_step[0] == "next_failed"


async def test_an_attempt_without_an_answer_is_shown_with_what_settled_it(running: FakeDesk) -> None:
    row = found(running)
    stand(running, row.id, State.READY, due_at=NOW, sha256="f" * 64)
    claim = running.ledger.claim("worker", now=NOW, lease=100)
    assert claim is not None and running.ledger.intent(claim, now=NOW, until=NOW + 90)
    assert running.ledger.settle("worker", now=NOW + 100, grace=0, lease=10) is None
    (attempt,) = overview.detail(running, row.id).attempts
    assert attempt.ended_at == NOW + 100 and attempt.http_status is None


async def test_the_report_of_the_last_preparation_is_worded(running: FakeDesk) -> None:
    row = found(running)
    claim = running.ledger.claim("worker", now=NOW, lease=100)
    assert claim is not None
    finding = {"rule": "V36", "severity": "error", "where": "/x", "code": "direction_unclear",
               "arguments": {"folder": "sales"}, "blocks": True}  # fmt: skip
    derived = {"path": "cbc:Name", "value": "03", "code": "no_such_code", "arguments": {}}
    report = {"findings": json.dumps([finding]), "derived": json.dumps([derived]), "dropped": "not json"}
    move = Move(State.PARKED, NOW, "direction_unclear", {"rule": "V36", "folder": "sales"}, report=report)
    assert running.ledger.move(claim, State.SEEN, move, now=NOW)
    seen = overview.detail(running, row.id)
    assert seen.findings[0]["rule"] == "V36" and "sales" in seen.findings[0]["message"]
    assert seen.derived[0]["value"] == "03" and seen.dropped == ()
    assert seen.next_step[0] == "next_asked"


@pytest.mark.parametrize("state", State)
async def test_every_state_has_a_reason_and_a_next_step_in_words(running: FakeDesk, state: State) -> None:
    for reason in (None, "something_new"):
        row = stand(running, found(running).id, state, reason=reason, delivered_at=NOW)
        for facts_known in (True, False):
            if not facts_known:
                code, _ = explain.next_step(row, None)
            else:
                code, _ = overview.detail(running, row.id).next_step
            assert code in messages(), code
        assert explain.why(row)[0] in messages()


async def test_what_is_in_the_way_of_a_waiting_delivery_is_said(running: FakeDesk) -> None:
    row = stand(running, found(running).id, State.READY, due_at=NOW)
    said = lambda: overview.detail(running, row.id).next_step[0]  # noqa: E731
    assert said() == "next_stopped"
    lock = EngineLock(running.home.engine_lock)
    lock.acquire(since=NOW)
    try:
        assert said() == "next_send"
        stand(running, row.id, State.READY, due_at=NOW + 90)
        assert said() == "next_send_at"
        circuit(running, Scope.TARGET, "pingwin_server_error")
        assert said() == "next_circuit"
        activation.hold(running, SPACE.id)
        assert said() == "next_held"
        activation.deactivate(running, SPACE.id)
        assert said() == "next_inactive"
    finally:
        lock.release()


async def test_a_delivery_is_found_by_id_prefix_source_or_number(running: FakeDesk) -> None:
    row = found(running, "aaaa-1", number="2026-118")
    found(running, "aaaa-2", number="2026-119")
    for text in (str(row.id), "aaaa-1", "key-aaaa-1", "2026-118", " 2026-118 "):
        assert overview.find(running, text) == row
    with pytest.raises(UsageError) as raised:
        overview.find(running, "aaaa")
    assert raised.value.code == "ambiguous"
    for text in ("zzzz", "", "99999"):
        with pytest.raises(UsageError):
            overview.find(running, text)


async def test_the_queue_is_read_by_window(running: FakeDesk) -> None:
    rows = [found(running, f"doc-{number:03}") for number in range(5)]
    query = QueueQuery(spaces=(SPACE.id,))
    assert overview.queue_total(running, query) == 5
    assert len(overview.queue(running, query, 3, 10)) == 2
    shown = overview.queue(running, query)
    assert overview.queue_position(running, query, rows[2].id) == [row.id for row in shown].index(rows[2].id)


EFFF = f"""<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
 xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
 xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
 <cbc:UBLVersionID>2.0</cbc:UBLVersionID><cbc:ID>2026-1</cbc:ID>
 <cac:AdditionalDocumentReference><cbc:ID>2026-1</cbc:ID><cac:Attachment>
 <cbc:EmbeddedDocumentBinaryObject mimeCode="application/pdf" filename="a.pdf">{
    base64.b64encode(b"%PDF-1.7 hello").decode()
}</cbc:EmbeddedDocumentBinaryObject></cac:Attachment></cac:AdditionalDocumentReference>
 <cac:TaxTotal><cbc:TaxAmount currencyID="EUR">21.00</cbc:TaxAmount><cac:TaxSubtotal>
 <cbc:TaxableAmount currencyID="EUR">100.00</cbc:TaxableAmount><cbc:TaxAmount currencyID="EUR">21.00</cbc:TaxAmount>
 <cac:TaxCategory><cbc:ID>S</cbc:ID><cbc:Name>03</cbc:Name><cbc:Percent>21</cbc:Percent>
 <cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:TaxCategory></cac:TaxSubtotal></cac:TaxTotal>
</Invoice>""".encode()


async def test_file_pdf_and_request_of_a_delivery_can_be_looked_at(running: FakeDesk) -> None:
    row = found(running)
    assert overview.efff(running, row.id) is None and overview.pdf(running, row.id) is None
    with pytest.raises(UsageError) as raised:
        await request.request_preview(running, row.id)
    assert raised.value.code == "no_file_yet"
    sha256, size = running.spool.put(SPACE.id, EFFF)
    stand(running, row.id, State.READY, sha256=sha256, size=size)
    assert overview.efff(running, row.id) == EFFF
    assert overview.pdf(running, row.id) == b"%PDF-1.7 hello"
    shown = await request.request_preview(running, row.id)
    assert shown.startswith("POST https://") and row.key[:8] in shown and SENTINEL not in shown


async def test_an_engine_of_another_version_is_named(running: FakeDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    other = replace(overview.engine(running), running=True, version="9.9")
    monkeypatch.setattr(overview, "engine", lambda _: other)
    assert overview.snapshot(running).notes[0][0] == "engine_other_version"


async def test_a_settings_file_broken_by_hand_is_a_note_and_the_last_good_one_counts(running: FakeDesk) -> None:
    overview.snapshot(running)
    running.home.installations.write_text("{ broken")
    seen = overview.snapshot(running)
    assert [each.installation.space for each in seen.spaces] == [SPACE.id]
    assert seen.notes[0][0] in messages()
