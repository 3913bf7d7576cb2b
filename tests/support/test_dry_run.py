"""A dry run shows what would go out, up to the very request, and sends nothing; of any document, whatever its state."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from core.errors import UsageError
from core.model import State
from core.operations.desk import Desk
from core.operations.views import dry_run, request
from core.sandbox.server import SandboxServer, running_sandbox
from tests.core.sync.homes import rows
from tests.support.homes import lived_in, state_of

pytestmark = pytest.mark.processes


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxServer]:
    with running_sandbox() as server:
        yield server


@pytest.fixture(scope="module")
def lived(sandbox: SandboxServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    desk = lived_in(tmp_path_factory.mktemp("dry") / "home", sandbox)
    desk.close()
    looking = Desk(desk.home, "support", readonly=True)
    yield looking
    looking.close()


@pytest.mark.parametrize("state", [State.HISTORY, State.CONFIRMED, State.FAILED])
def test_a_delivery_in_any_state_is_tried_and_nothing_moves(state: State, lived: Desk, sandbox: SandboxServer) -> None:
    row = next(row for row in rows(lived).values() if row.state is state)
    before, version = state_of(lived.home, sandbox), lived.ledger.version()
    found = asyncio.run(dry_run.dry_run(lived, str(row.id)))
    assert found.code == "dry_run_would_go" and found.size > 1_000
    assert found.request.startswith("POST ") and found.file_name in found.request
    assert found.delivery.vat_breakdown and found.derived
    for secret in (sandbox.access.api_key, sandbox.access.clid, sandbox.access.client_secret):
        assert secret not in found.request
    assert state_of(lived.home, sandbox) == before and lived.ledger.version() == version


def test_it_is_the_request_that_was_sent(lived: Desk) -> None:
    row = next(row for row in rows(lived).values() if row.state is State.CONFIRMED)
    tried = asyncio.run(dry_run.dry_run_of(lived, row))
    assert tried.request == asyncio.run(request.request_preview(lived, row.id))


def test_a_document_below_its_trigger_shows_what_follows_and_why_it_does_not_go_now(
    lived: Desk, sandbox: SandboxServer
) -> None:
    waiting = next(each for each in sandbox.control.documents() if not each["at_trigger"])
    before = state_of(lived.home, sandbox)
    found = asyncio.run(dry_run.dry_run(lived, waiting["id"]))
    assert found.code == "reconcile_not_at_trigger"
    assert found.delivery.number == waiting["number"]
    assert found.request.startswith("POST ") and found.size > 1_000 and found.derived
    assert state_of(lived.home, sandbox) == before


def test_what_nobody_knows_is_said(lived: Desk) -> None:
    with pytest.raises(UsageError) as refused:
        asyncio.run(dry_run.dry_run(lived, "3f2a7c10-0000-4000-8000-00000000dead"))
    assert refused.value.code == "no_such_delivery"
