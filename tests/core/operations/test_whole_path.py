"""The whole path through this door: connect, install, activate, deliver, decide, reconcile; against the sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from pydantic import SecretStr

from core.config import BanqupConnection, Home, PingwinTarget
from core.ledger.base import QueueQuery
from core.model import State
from core.operations import decisions, support
from core.operations.decisions import Act
from core.operations.desk import Desk
from core.operations.setup import activation, connections, installing
from core.operations.setup.installing import CredentialField
from core.operations.views import overview, request
from core.sandbox.server import SandboxServer, running_sandbox
from core.sync.engine import run


@pytest.fixture
def sandbox() -> Iterator[SandboxServer]:
    with running_sandbox() as server:
        yield server


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    home = Home(tmp_path / "home", tmp_path / "home", "single")
    made = Desk(home, "an", environ={})
    yield made
    made.close()


async def connected(desk: Desk, sandbox: SandboxServer, *, api_key: str | None = None) -> str:
    """Both connections, the installation and its credentials; returns the space."""
    access = sandbox.access
    banqup = BanqupConnection(
        base_url=access.banqup, client_id=access.client_id, calls_per_minute=6_000, download_hosts=("127.0.0.1",)
    )
    connections.set_banqup(desk, banqup, SecretStr(access.client_secret))
    connections.set_pingwin(desk, PingwinTarget(kind="http", contract="sandbox", base_url=access.pingwin))
    assert (await connections.try_banqup(desk)).ok and (await connections.try_pingwin(desk)).ok
    space = await installing.find_space(desk, access.space_name)
    proposals = await installing.propose_enterprise_numbers(desk, space.id)
    installing.install(desk, space, enterprise_numbers=[proposals[0].enterprise_number], own_extension_off=True)
    values = {
        CredentialField.API_KEY: SecretStr(api_key or access.api_key),
        CredentialField.CLID: SecretStr(access.clid),
        CredentialField.FILE_ID: SecretStr(access.file_id),
    }
    assert (await installing.try_credentials(desk, space.id, values)).ok is (api_key is None)
    installing.set_credentials(desk, space.id, values)
    return space.id


async def engine(desk: Desk) -> None:
    """One round of the engine."""
    await run(desk.home, once=True, environ={})


async def test_documents_approved_after_activation_arrive_once_and_earlier_ones_stay_history(
    desk: Desk, sandbox: SandboxServer
) -> None:
    with sandbox.control as control:
        control.generate(8, seed=3)
        control.approve(count=3)
        space = await connected(desk, sandbox)
        assert (await activation.preview(desk, space)).history == 3
        await activation.activate(desk, space)
        control.approve(count=3)
        await engine(desk)
        counts = desk.ledger.counts()[space]
        assert counts == {State.HISTORY: 3, State.CONFIRMED: 3}
        assert (control.received()["received"], control.received()["received_twice"]) == (3, 0)
        await _look_at_everything(desk, space)
        (old, *_) = overview.queue(desk, QueueQuery(states=frozenset({State.HISTORY}), history=True))
        assert decisions.decide(desk, [old.id], Act.INCLUDE)[0].done
        await engine(desk)
        assert overview.detail(desk, old.id).delivery.state is State.CONFIRMED
        assert control.received()["received"] == 4


async def _look_at_everything(desk: Desk, space: str) -> None:
    """A delivered document, seen from every side."""
    (row, *_) = overview.queue(desk, QueueQuery(states=frozenset({State.CONFIRMED})))
    seen = overview.detail(desk, row.id)
    (attempt,) = seen.attempts
    assert attempt.http_status == 201 and attempt.seconds is not None and seen.delivery.reference
    assert (overview.pdf(desk, row.id) or b"").startswith(b"%PDF")
    shown = await request.request_preview(desk, row.id)
    assert row.key[:16] in shown and desk.installations.get(space) is not None
    rows = await support.reconcile(desk, space, date(2000, 1, 1), date(2100, 1, 1))
    assert len(rows) == 8 and sum(each.state is None for each in rows) == 2
    delivered = [each for each in rows if each.state == "confirmed"]
    assert len(delivered) == 3 and all(each.vat_codes for each in delivered)
    assert desk.ledger.check() == []


async def test_wrong_credentials_stop_nothing_but_the_queue_and_right_ones_let_it_go_on(
    desk: Desk, sandbox: SandboxServer
) -> None:
    with sandbox.control as control:
        control.generate(4, seed=5)
        space = await connected(desk, sandbox, api_key="wrong-key-123")
        await activation.activate(desk, space)
        control.approve()
        await engine(desk)
        counts = desk.ledger.counts()[space]
        assert State.FAILED not in counts and State.CONFIRMED not in counts
        assert [each.code for each in desk.ledger.circuits()]
        installing.set_credentials(desk, space, {CredentialField.API_KEY: SecretStr(sandbox.access.api_key)})
        assert desk.ledger.circuits() == []
        await engine(desk)
        assert desk.ledger.counts()[space] == {State.CONFIRMED: 4}
        assert control.received()["received_twice"] == 0


async def test_the_doctor_is_content_with_a_working_installation(desk: Desk, sandbox: SandboxServer) -> None:
    sandbox.control.generate(2)
    space = await connected(desk, sandbox)
    await activation.activate(desk, space)
    failed = [line for line in await support.doctor(desk) if line.passed is False]
    assert {line.code for line in failed} == {"health_stopped_since"}
