"""What the real engine leaves in its activity: every call, what it was for, and no secret in any form."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import core
from core.activity.client import address
from core.activity.journal import Journal, entries
from core.errors import UsageError
from core.model import State
from core.operations.desk import Desk
from core.operations.views import activity
from core.operations.views.activity import Wanted
from core.sandbox.server import SandboxServer, running_sandbox
from tests.core.sync.homes import activated, engine, rows

pytestmark = pytest.mark.processes


@pytest.fixture
def sandbox() -> Iterator[SandboxServer]:
    with running_sandbox() as server:
        yield server


def delivered(folder: Path, sandbox: SandboxServer, count: int = 2) -> Desk:
    """A home whose engine has been once around."""
    sandbox.control.generate(count + 1, seed=5)
    desk = activated(folder, sandbox)
    sandbox.control.approve(count=count)
    process = engine(desk, "--once")
    assert process.wait(60) == 0
    assert process.stderr is not None
    process.stderr.close()
    return desk


def test_every_call_of_the_engine_is_recorded_with_what_it_was_for(sandbox: SandboxServer, tmp_path: Path) -> None:
    desk = delivered(tmp_path, sandbox)
    found = [each for each in entries(desk.home.logs) if each.who == "engine"]
    assert {each.purpose for each in found} == {"poll", "prepare", "send"}
    sent = [each for each in found if each.purpose == "send"]
    assert {each.delivery for each in sent} == {row.id for row in rows(desk).values() if row.state is State.CONFIRMED}
    assert all(each.status == 201 and each.sent > 1_000 and each.seconds > 0 for each in sent)
    fetched = [each for each in found if each.purpose == "prepare"]
    assert any("/signed/" in each.address and each.received > 1_000 for each in fetched)
    assert {each.who for each in entries(desk.home.logs)} == {"engine", "tester"}, (
        "the person's own calls are there too"
    )
    desk.close()


def test_requests_and_changes_of_a_delivery_stand_in_one_line_of_time(sandbox: SandboxServer, tmp_path: Path) -> None:
    desk = delivered(tmp_path, sandbox)
    row = next(row for row in rows(desk).values() if row.state is State.CONFIRMED)
    lines = activity.happenings(desk, Wanted(delivery=row.id))
    told = [each.entry.purpose if each.entry else each.event.kind if each.event else "" for each in lines]
    assert told.index("found") < told.index("prepare") < told.index("prepared") < told.index("intent")
    assert told.index("intent") < told.index("send") < told.index("result")
    assert activity.happenings(desk, Wanted(delivery=row.id, failed=True)) == []
    desk.close()


def test_a_refused_upload_is_shown_whole_and_replayed_in_the_sandbox(sandbox: SandboxServer, tmp_path: Path) -> None:
    sandbox.control.generate(2, seed=5)
    desk = activated(tmp_path, sandbox)
    sandbox.control.next_faults("upload-refused")
    sandbox.control.approve(count=1)
    process = engine(desk, "--once")
    assert process.wait(60) == 0
    (failed,) = [each for each in activity.happenings(desk, Wanted(failed=True)) if each.entry]
    text = asyncio.run(activity.whole(desk, failed))
    assert "HTTP 400" in text and "the period is closed" in text
    assert "multipart/form-data" in text and "Invoice" in text
    for secret in (sandbox.access.api_key, sandbox.access.clid):
        assert secret not in text
    before = sandbox.control.received()["received"]
    answer = asyncio.run(activity.replay(desk, failed))
    assert answer.http_status == 201
    assert sandbox.control.received()["received"] == before + 1
    assert rows(desk)[next(iter(rows(desk)))].state is State.FAILED, "the ledger is not told"
    desk.close()


def test_nothing_is_replayed_to_a_real_target(sandbox: SandboxServer, tmp_path: Path) -> None:
    desk = delivered(tmp_path, sandbox, 1)
    sent = next(
        each for each in activity.happenings(desk, Wanted(text="POST")) if each.entry and each.entry.purpose == "send"
    )
    real = desk.machine.pingwin.model_copy(update={"contract": "a-multipart"})
    desk.installations.change_machine(lambda machine: machine.model_copy(update={"pingwin": real}))
    with pytest.raises(UsageError) as refused:
        asyncio.run(activity.replay(desk, sent))
    assert refused.value.code == "activity_no_sandbox"
    desk.close()


def test_no_secret_is_in_the_recorders_files(sandbox: SandboxServer, tmp_path: Path) -> None:
    desk = delivered(tmp_path, sandbox, 1)
    sandbox.control.expire_tokens()
    sandbox.control.approve(count=1)
    assert engine(desk, "--once").wait(60) == 0
    kept = b"".join(file.read_bytes() for file in desk.home.logs.glob("activity.jsonl*"))
    access = sandbox.access
    for secret in (access.client_secret, access.api_key, access.clid):
        assert secret.encode() not in kept
    assert b"eyJ" not in kept and b"sig=" not in kept.replace("sig=•••".encode(), b"")
    assert b"Authorization" not in kept.replace('"authorization": "•••"'.encode(), b"")
    row = next(iter(rows(desk).values()))
    assert row.counterparty.encode() not in kept, "nothing of a document is kept"
    desk.close()


def test_an_address_keeps_nothing_that_could_be_a_secret() -> None:
    assert address("https://user:word@host/a?limit=50&cursor=abc&sig=x") == "https://host/a?limit=50&cursor=•••&sig=•••"
    assert address("https://host/c%2Fl/F1/up", ("c/l",)) == "https://host/•••/F1/up"


def test_one_client_makes_every_call_to_the_outside() -> None:
    """What passes by it would not be recorded."""
    root = Path(core.__file__).parent
    makers = {
        str(file.relative_to(root))
        for file in root.rglob("*.py")
        if re.search(r"httpx\.(AsyncClient|Client|get|post|request|stream)\(", file.read_text())
    }
    assert {name for name in makers if not name.startswith("sandbox/")} == set()


def test_recording_costs_a_fraction_of_what_it_records(sandbox: SandboxServer, tmp_path: Path) -> None:
    """Measured as a ratio in one run: a line against the call it tells of, to a server on this very machine."""
    desk = delivered(tmp_path / "home", sandbox)
    found = list(entries(desk.home.logs))
    journal = Journal(tmp_path, "engine")
    started = time.process_time()
    for each in 10 * found:
        journal.record(each)
    line = (time.process_time() - started) / (10 * len(found))
    call = sum(each.seconds for each in found) / len(found)
    assert line < call / 10, f"{1e6 * line:.0f} of {1e6 * call:.0f} µs"
    desk.close()
