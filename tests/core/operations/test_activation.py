"""Activating keeps what was there as history, asks about what waits, and switching off stops at once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from core.banqup.errors import Unavailable
from core.errors import SourceError, UsageError
from core.ledger.base import Discovery, Finding
from core.model import State
from core.operations.setup import activation, installing
from core.operations.setup.installing import CredentialField
from core.operations.views import overview
from core.sync.lock import EngineLock
from core.wording import messages
from tests.core.operations.fakes import OTHER, SPACE, FakeDesk, connect, make_desk, purchase, set_up


def waits(desk: FakeDesk, name: str = "waits") -> None:
    """A delivery that would still go out."""
    now = desk.clock.now()
    found = Discovery(Finding.NEW, name, State.SEEN, key=f"key-{name}")
    desk.ledger.record_poll(SPACE.id, [found], watermark_ns=1, next_poll=now, swept=False, now=now)


async def test_the_preview_counts_history_and_changes_nothing_that_can_be_seen(desk: FakeDesk) -> None:
    desk.fake_source.documents = [purchase(1), purchase(2), purchase(3, status="VALIDATED")]
    set_up(desk)
    seen: list[int] = []
    found = await activation.preview(desk, SPACE.id, progress=seen.append)
    assert (found.history, found.complete, found.waiting, found.obstacles) == (2, True, 0, ())
    assert seen and not installing.find(desk, SPACE.id).active
    run = desk.ledger.space_run(SPACE.id)
    assert run is not None and not run.running


async def test_counting_is_left_to_the_engine_where_one_runs(desk: FakeDesk) -> None:
    desk.fake_source.documents = [purchase(1)]
    set_up(desk)
    lock = EngineLock(desk.home.engine_lock)
    lock.acquire(since=desk.clock.now())
    try:
        found = await activation.preview(desk, SPACE.id)
        assert not found.complete and desk.fake_source.scans == 0
    finally:
        lock.release()


async def test_trouble_with_banqup_is_a_warning_of_the_preview(desk: FakeDesk) -> None:
    set_up(desk)
    desk.fake_source.trouble = Unavailable("banqup_unreachable")
    found = await activation.preview(desk, SPACE.id)
    assert ("banqup_unreachable", {}) in found.warnings and not found.complete


async def test_what_is_missing_keeps_from_activating_and_is_named(desk: FakeDesk) -> None:
    installing.install(desk, SPACE, enterprise_numbers=[], own_extension_off=False)
    found = await activation.preview(desk, SPACE.id)
    assert set(found.obstacles) == {
        "missing_api_key",
        "missing_clid",
        "missing_file_id",
        "enterprise_numbers_missing",
        "pingwin_no_target",
        "banqup_not_connected",
    }
    assert all(code in messages() for code in found.obstacles)
    assert [code for code, _ in found.warnings] == ["own_extension_on"]
    with pytest.raises(UsageError) as raised:
        await activation.activate(desk, SPACE.id)
    assert raised.value.code == "cannot_activate"
    assert "The API key is missing. The CLID is missing." in str(raised.value)
    assert not installing.find(desk, SPACE.id).active


async def test_a_document_approved_before_activation_stays_history(desk: FakeDesk) -> None:
    desk.fake_source.documents = [purchase(1), purchase(2, status="VALIDATED")]
    set_up(desk)
    done = await activation.activate(desk, SPACE.id)
    assert done.active and done.activated_at is not None
    run, newest = desk.ledger.space_run(SPACE.id), desk.ledger.activation(SPACE.id)
    assert run is not None and run.running
    assert newest is not None and newest.requested_at == done.activated_at.timestamp()
    assert desk.ledger.counts()[SPACE.id] == {State.HISTORY: 1}


async def test_with_an_engine_running_activating_only_records_the_decision(desk: FakeDesk) -> None:
    set_up(desk)
    lock = EngineLock(desk.home.engine_lock)
    lock.acquire(since=desk.clock.now())
    try:
        assert (await activation.activate(desk, SPACE.id)).active
    finally:
        lock.release()
    assert desk.fake_source.scans == 0
    run = desk.ledger.space_run(SPACE.id)
    assert run is not None and not run.running


async def test_an_interrupted_baseline_is_finished_by_activating_again(desk: FakeDesk) -> None:
    desk.fake_source.documents = [purchase(1)]
    set_up(desk)
    desk.fake_source.trouble = Unavailable("banqup_unreachable")
    with pytest.raises(SourceError):
        await activation.activate(desk, SPACE.id)
    decided = installing.find(desk, SPACE.id)
    assert decided.active
    desk.fake_source.trouble = None
    assert await activation.activate(desk, SPACE.id) == decided
    run = desk.ledger.space_run(SPACE.id)
    assert run is not None and run.running


async def test_reactivating_asks_what_to_do_with_what_waits(desk: FakeDesk) -> None:
    set_up(desk)
    await activation.activate(desk, SPACE.id)
    waits(desk)
    activation.deactivate(desk, SPACE.id)
    with pytest.raises(UsageError) as raised:
        await activation.activate(desk, SPACE.id)
    assert raised.value.code == "waiting_not_chosen" and raised.value.arguments["count"] == 1
    assert not installing.find(desk, SPACE.id).active
    kept = await activation.activate(desk, SPACE.id, waiting="send")
    assert kept.waiting == "send" and desk.ledger.waiting(SPACE.id) == 1


async def test_discarding_what_waits_is_recorded_with_who(desk: FakeDesk) -> None:
    set_up(desk)
    await activation.activate(desk, SPACE.id)
    waits(desk)
    activation.deactivate(desk, SPACE.id)
    await activation.activate(desk.also(actor="jan"), SPACE.id, waiting="discard")
    row = overview.find(desk, "waits")
    assert row.state is State.DISCARDED
    assert desk.ledger.events(delivery=row.id)[-1].actor == "jan"


async def test_what_was_approved_while_inactive_is_history(desk: FakeDesk) -> None:
    desk.fake_source.documents = [purchase(1, status="VALIDATED")]
    set_up(desk)
    await activation.activate(desk, SPACE.id)
    activation.deactivate(desk, SPACE.id)
    desk.fake_source.documents = [replace(purchase(1), updated_ns=int(desk.clock.now() * 1e9))]
    desk.clock.at += 60  # type: ignore[attr-defined]
    await activation.activate(desk, SPACE.id)
    assert overview.find(desk, "doc-0001").state is State.HISTORY


async def test_deactivating_stops_in_the_ledger_at_once_and_keeps_the_queue(desk: FakeDesk) -> None:
    set_up(desk)
    await activation.activate(desk, SPACE.id)
    waits(desk)
    off = activation.deactivate(desk, SPACE.id)
    run = desk.ledger.space_run(SPACE.id)
    assert not off.active and run is not None and not run.running
    assert desk.ledger.claim("worker", now=desk.clock.now() + 9, lease=60) is None
    assert desk.ledger.waiting(SPACE.id) == 1
    with pytest.raises(UsageError):
        activation.deactivate(desk, SPACE.id)


async def test_a_hold_pauses_uploads_without_making_history(desk: FakeDesk) -> None:
    set_up(desk)
    await activation.activate(desk, SPACE.id)
    waits(desk)
    assert activation.hold(desk, SPACE.id).held_by == "an"
    assert desk.ledger.claim("worker", now=desk.clock.now() + 9, lease=60) is None
    with pytest.raises(UsageError) as raised:
        activation.hold(desk.also(actor="jan"), SPACE.id)
    assert raised.value.arguments["by"] == "an"
    assert activation.release(desk, SPACE.id).held_by == ""
    assert desk.ledger.claim("worker", now=desk.clock.now() + 9, lease=60) is not None
    with pytest.raises(UsageError):
        activation.release(desk, SPACE.id)


def test_an_inactive_space_cannot_be_held(desk: FakeDesk) -> None:
    set_up(desk)
    with pytest.raises(UsageError) as raised:
        activation.hold(desk, SPACE.id)
    assert raised.value.code == "not_active"


async def test_the_same_dossier_in_two_spaces_is_warned_about(desk: FakeDesk) -> None:
    set_up(desk)
    set_up(desk, OTHER)
    warnings = dict((await activation.preview(desk, SPACE.id)).warnings)
    assert warnings["same_dossier"] == {"name": OTHER.name}


async def test_what_waits_goes_to_the_dossier_that_the_space_now_has(desk: FakeDesk) -> None:
    set_up(desk)
    await activation.activate(desk, SPACE.id)
    waits(desk)
    activation.deactivate(desk, SPACE.id)
    old = overview.find(desk, "waits")
    installing.set_credentials(desk, SPACE.id, {CredentialField.FILE_ID: SecretStr("D2")})
    await activation.activate(desk, SPACE.id, waiting="send")
    row = overview.find(desk, "waits")
    assert (row.dossier, row.state) == ("D2", State.SEEN) and row.key != old.key


def test_nothing_is_activated_in_a_space_without_installation(desk: FakeDesk) -> None:
    connect(desk)
    with pytest.raises(UsageError):
        activation.deactivate(desk, SPACE.id)


async def test_credentials_from_the_environment_alone_are_enough(tmp_path: Path) -> None:
    environ = {"BANQUP_PINGWIN_API_KEY": "k-12345", "BANQUP_PINGWIN_CLID": "c-12345", "BANQUP_PINGWIN_FILE_ID": "D8"}
    desk = make_desk(tmp_path, environ=environ)
    connect(desk)
    installing.install(desk, SPACE, enterprise_numbers=["0477472701"], own_extension_off=True)
    assert (await activation.preview(desk, SPACE.id)).complete
    assert (await activation.activate(desk, SPACE.id)).file_id == "D8"
    run = desk.ledger.space_run(SPACE.id)
    assert run is not None and run.running and run.dossier == "D8"
    desk.close()
