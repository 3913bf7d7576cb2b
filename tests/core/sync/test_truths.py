"""What becomes of one document by what the target is and what happens to it: the table, played against real servers.

The engine, the ledger, the sandbox and the folder are the real ones. A crash is the end of the engine's tasks at the
call, before or after its bytes; SIGKILL at any moment is `tests/processes`.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest

from core.clock import SystemClock
from core.config import Home, PingwinTarget
from core.efff.convert import Format, VatOverride
from core.model import FINAL, NEEDS_PERSON, Delivery, State
from core.operations.decisions import Act, decide, permission
from core.operations.desk import Desk
from core.operations.setup import connections
from core.operations.views import overview
from core.pingwin import open_target
from core.pingwin.target import Answer, Credentials, Upload
from core.sandbox.server import SandboxServer, running_sandbox
from core.sync import converting
from core.sync.converting import Converted, Files
from core.sync.engine import Engine
from core.sync.house import House, Makers
from core.sync.outside import Convert
from tests.core.sync.homes import QUICK, activated, rows, wait_for
from tui.actions import ACTIONS

TIMING = QUICK.model_copy(
    update={"lease": 2.0, "deadline": 1.0, "margin": 0.3, "grace": 0.2, "backoff_cap": 0.2, "wake": 0.05}
    | {"probe_first": 0.2, "probe_cap": 0.4, "poll_interval": 0.3}
)


class Truth(StrEnum):
    """What a target can be relied on for."""

    KEY = "honours the key"
    ASKED = "can be asked"
    NEITHER = "neither"
    FOLDER = "a folder"


@dataclass(frozen=True)
class Becomes:
    """Who settles it, what the target has in the end, and how many uploads that took (None: a folder counts none)."""

    by: str
    accepted: int
    uploads: int | None = None


def engine(accepted: int = 1, uploads: int | None = 1) -> Becomes:
    """It arrives without anybody."""
    return Becomes("engine", accepted, uploads)


def person(reason: str, accepted: int, uploads: int | None = 1) -> Becomes:
    """It waits for a person, for this reason."""
    return Becomes(reason, accepted, uploads)


UNKNOWN = "outcome_unknown"
FOLDER_COUNTS_NONE = engine(uploads=None)
FOLDER_NEVER_WRITTEN = person(UNKNOWN, 0, None)
"""Before its first note a folder cannot tell a file that never came from one that was taken away."""

TABLE: dict[str, dict[Truth, Becomes]] = {
    "nothing goes wrong": {
        Truth.KEY: engine(), Truth.ASKED: engine(), Truth.NEITHER: engine(), Truth.FOLDER: FOLDER_COUNTS_NONE,
    },
    "refused": dict.fromkeys((Truth.KEY, Truth.ASKED, Truth.NEITHER), person("pingwin_document_refused", 0))
    | {Truth.FOLDER: person("pingwin_folder_other_file", 1, None)},
    "throttled": dict.fromkeys((Truth.KEY, Truth.ASKED, Truth.NEITHER), engine(uploads=2)),
    "not reached": dict.fromkeys((Truth.FOLDER,), FOLDER_COUNTS_NONE),
    "answer lost, not taken": {
        Truth.KEY: engine(uploads=2), Truth.ASKED: engine(uploads=2), Truth.NEITHER: person(UNKNOWN, 0),
    },
    "answer lost, taken": {
        Truth.KEY: engine(uploads=2), Truth.ASKED: engine(), Truth.NEITHER: person(UNKNOWN, 1),
        Truth.FOLDER: FOLDER_COUNTS_NONE,
    },
    "answer comes late": {
        Truth.KEY: engine(uploads=2), Truth.ASKED: engine(), Truth.NEITHER: person(UNKNOWN, 1),
    },
    "5xx, not taken": {
        Truth.KEY: engine(uploads=2), Truth.ASKED: engine(uploads=2), Truth.NEITHER: person(UNKNOWN, 0),
    },
    "5xx, taken": {Truth.KEY: engine(uploads=2), Truth.ASKED: engine(), Truth.NEITHER: person(UNKNOWN, 1)},
    "answer that nobody can read": {
        Truth.KEY: engine(uploads=2), Truth.ASKED: engine(), Truth.NEITHER: person(UNKNOWN, 1),
    },
    "409 at the first try": dict.fromkeys((Truth.KEY, Truth.ASKED, Truth.NEITHER), person("already_there", 0)),
    "crash before the call": {
        Truth.KEY: engine(), Truth.ASKED: engine(), Truth.NEITHER: person(UNKNOWN, 0, 0),
        Truth.FOLDER: FOLDER_NEVER_WRITTEN,
    },
    "crash after the call": {
        Truth.KEY: engine(uploads=2), Truth.ASKED: engine(), Truth.NEITHER: person(UNKNOWN, 1),
        Truth.FOLDER: FOLDER_COUNTS_NONE,
    },
    "crash after the call, and the file is taken away at once": {Truth.FOLDER: engine(accepted=0, uploads=None)},
    "crash after the call, then an upgrade that writes other bytes": {
        Truth.KEY: engine(uploads=2), Truth.ASKED: engine(), Truth.NEITHER: person(UNKNOWN, 1),
        Truth.FOLDER: FOLDER_COUNTS_NONE,
    },
    "crash before the call, then an upgrade, and the file is gone": {
        Truth.KEY: engine(), Truth.ASKED: engine(), Truth.NEITHER: person(UNKNOWN, 0, 0),
        Truth.FOLDER: FOLDER_NEVER_WRITTEN,
    },
    "answer lost, the search shows it late": {Truth.ASKED: engine()},
    "answer lost, the question fails once": {Truth.ASKED: engine()},
    "answer lost, the question is refused (405)": {Truth.ASKED: person(UNKNOWN, 1)},
}  # fmt: skip
"""What happens -> what becomes of it, by the target's truth; a combination that does not exist is not listed."""

FAULTS = {
    "refused": ["upload-refused"],
    "throttled": ["upload-limit"],
    "answer lost, not taken": ["upload-lost-request"],
    "answer lost, taken": ["upload-lost-answer"],
    "answer comes late": ["upload-slow"],
    "5xx, not taken": ["upload-503-before"],
    "5xx, taken": ["upload-500-after"],
    "answer that nobody can read": ["upload-unreadable"],
    "409 at the first try": ["upload-duplicate"],
    "answer lost, the search shows it late": ["upload-lost-answer"],
    "answer lost, the question fails once": ["upload-lost-answer", "lookup-500"],
    "answer lost, the question is refused (405)": ["upload-lost-answer"],
}
"""What the sandbox is told to do."""

SWITCHES: dict[str, dict[str, Any]] = {
    "answer lost, the search shows it late": {"search_lag": 0.15},
    "answer lost, the question is refused (405)": {"lookup": False},
}


class Died(BaseException):
    """The engine's process ends here."""


@dataclass
class Stage:
    """One home over one target, and the document of one case."""

    truth: Truth
    sandbox: SandboxServer
    desk: Desk
    folder: Path

    def accepted(self) -> int:
        """Files that the target has taken."""
        if self.truth is Truth.FOLDER:
            return len(list(self.folder.rglob("*.xml")))
        return int(self.sandbox.control.received()["received"])

    def uploads(self) -> int | None:
        """Uploads that reached it, whatever became of them."""
        if self.truth is Truth.FOLDER:
            return None
        return int(self.sandbox.control.state()["requests"].get("upload", 0))

    def row(self) -> Delivery | None:
        """The delivery of the case."""
        return next(iter(rows(self.desk).values()), None)

    def at_rest(self) -> bool:
        """Whether nothing more happens by itself."""
        row = self.row()
        return row is not None and row.state in FINAL | NEEDS_PERSON

    def work(self, *, dies: str = "", writes: str = "", until: Callable[[], bool] | None = None) -> None:
        """An engine works until the case is at rest, or dies `before` or `after` its first call."""
        asyncio.run(self._work(dies, writes, until or self.at_rest))

    async def _work(self, dies: str, writes: str, until: Callable[[], bool]) -> None:
        makers = Makers(
            target=lambda settings, contracts: Dying(open_target(settings, contracts), dies),  # type: ignore[arg-type, return-value]
            convert=upgraded(writes),
        )
        house = House(self.desk.home, self.desk.ledger, SystemClock(), {}, makers)
        running = asyncio.create_task(Engine(house).forever())
        try:
            if dies:
                with pytest.raises(BaseExceptionGroup) as ended:
                    await asyncio.wait_for(running, 30)
                assert ended.group_contains(Died)
            else:
                await asyncio.to_thread(wait_for, until, "at rest", seconds=15)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            await house.close()


class Dying:
    """A target whose caller dies at its call."""

    def __init__(self, target: Any, moment: str) -> None:
        self._target, self._moment = target, moment

    def __getattr__(self, name: str) -> Any:
        return getattr(self._target, name)

    async def send(self, upload: Upload, credentials: Credentials, deadline: float) -> Answer:
        """Dies before the first byte, or once the answer is here and nobody knows it."""
        if self._moment == "before":
            raise Died
        answer: Answer = await self._target.send(upload, credentials, deadline)
        if self._moment == "after":
            raise Died
        return answer


def upgraded(comment: str) -> Convert:
    """The conversion of another release: the same invoice in other bytes."""

    def convert(files: Files, target: Format, key: str, /, *, vat_overrides: tuple[VatOverride, ...] = ()) -> Converted:
        made = converting.convert(files, target, key, vat_overrides=vat_overrides)
        if made.file is not None:
            made.file.write_bytes(made.file.read_bytes() + comment.encode())
        return made

    return convert


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxServer]:
    with running_sandbox() as server:
        server.control.generate(6, seed=999)  # the dossier's number is proposed from documents
        yield server


@pytest.fixture(scope="module")
def homes(sandbox: SandboxServer, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Truth], Path]:
    """An active home for each truth, made once."""
    made: dict[Truth, Path] = {}

    def home(truth: Truth) -> Path:
        if truth not in made:
            made[truth] = tmp_path_factory.mktemp(truth.name) / "home"
            contract = {Truth.KEY: "sandbox-idempotent", Truth.NEITHER: "a-multipart"}.get(truth, "sandbox")
            activated(made[truth], sandbox, timing=TIMING, contract=contract).close()
        return made[truth]

    return home


@pytest.fixture
def stage(truth: Truth, sandbox: SandboxServer, homes: Callable[[Truth], Path], tmp_path: Path) -> Iterator[Stage]:
    control = sandbox.control
    home = homes(truth)
    control.fair_weather()
    control.switch(idempotency=truth is Truth.KEY, lookup=True, search_lag=0.0, refuse_duplicates=False)
    control.reset()
    shutil.copytree(home, tmp_path / "home", copy_function=shutil.copy2)
    desk = Desk(Home.locate(tmp_path / "home"), "An")
    folder = tmp_path / "pingwin"
    folder.mkdir()
    if truth is Truth.FOLDER:
        connections.set_pingwin(desk, PingwinTarget(kind="folder", folder=str(folder)))
    (document,) = control.generate(1, seed=len(control.documents()))
    control.approve([document["id"]])
    yield Stage(truth, sandbox, desk, folder)
    control.withdraw([document["id"]])
    desk.close()


@pytest.mark.parametrize(
    ("what", "truth", "becomes"),
    [
        pytest.param(what, truth, becomes, id=f"{truth.value}: {what}")
        for what, by_truth in TABLE.items()
        for truth, becomes in by_truth.items()
    ],
)
def test_what_becomes_of_a_document(stage: Stage, what: str, truth: Truth, becomes: Becomes) -> None:
    play(stage, what)
    row = stage.row()
    assert row is not None
    arrived = row.state is State.CONFIRMED
    assert ("engine" if arrived else row.reason) == becomes.by
    assert (stage.accepted(), stage.uploads()) == (becomes.accepted, becomes.uploads)
    if becomes.by == UNKNOWN:
        a_person_decides(stage, row)
    assert stage.desk.ledger.check() == []


def play(stage: Stage, what: str) -> None:
    """One line of the table happens."""
    control = stage.sandbox.control
    control.switch(**SWITCHES.get(what, {}))
    if what in FAULTS and stage.truth is not Truth.FOLDER:
        control.next_faults(*FAULTS[what])
    match what.split(" ")[:3]:
        case ["crash", "before", _]:
            stage.work(dies="before")
            if "gone" in what:
                shutil.rmtree(stage.desk.home.spool)
        case ["crash", "after", _]:
            stage.work(dies="after")
            if "taken away" in what:
                assert stage.accepted() == 1
                next(stage.folder.rglob("*.xml")).unlink()
        case ["not", "reached"]:
            meanwhile(stage, lambda: None)
        case ["answer", "lost,", "taken"] if stage.truth is Truth.FOLDER:
            stage.work(dies="after")
        case ["refused"] if stage.truth is Truth.FOLDER:
            meanwhile(stage, lambda: another_file_in_the_way(stage))
        case _:
            pass
    stage.work(writes="<!-- another release -->" if "upgrade" in what else "")


def meanwhile(stage: Stage, happens: Callable[[], None]) -> None:
    """The folder's share is away; the delivery waits."""
    away = stage.folder.rename(stage.folder.with_name("away"))
    stage.work(until=lambda: (row := stage.row()) is not None and row.reason == "pingwin_folder_missing")
    away.rename(stage.folder)
    happens()


def another_file_in_the_way(stage: Stage) -> None:
    """Somebody else's file has the name already."""
    row = stage.row()
    assert row is not None and row.direction is not None
    said = [event.args["file_name"] for event in stage.desk.ledger.events(delivery=row.id) if "file_name" in event.args]
    path = stage.folder / row.direction.value / str(said[0])
    path.parent.mkdir()
    path.write_text("<Invoice/>")


def a_person_decides(stage: Stage, row: Delivery) -> None:
    """Both answers are one key away, with what is known beside them; each leads to one copy at the target."""
    keys = {action.act: action.key for action in ACTIONS if action.act is not None}
    for act in (Act.RESEND, Act.MARK_DELIVERED):
        assert permission(row, act).allowed and len(keys[act]) == 1
    assert permission(row, Act.RESEND).twice, "it says beforehand that it may arrive twice"
    told = overview.detail(stage.desk, row.id)
    assert told.attempts and told.attempts[-1].at and told.attempts[-1].code, "when it left, and what came back"
    answer = Act.MARK_DELIVERED if stage.accepted() else Act.RESEND
    assert decide(stage.desk, [row.id], answer, reason="looked in Pingwin")[0].done
    stage.work()
    settled = stage.row()
    assert settled is not None and settled.state is State.CONFIRMED and stage.accepted() == 1


@pytest.mark.parametrize("truth", [Truth.NEITHER])
def test_409_after_an_unknown_outcome_says_that_it_had_arrived(stage: Stage, truth: Truth) -> None:
    stage.sandbox.control.switch(refuse_duplicates=True)
    stage.sandbox.control.next_faults("upload-lost-answer")
    stage.work()
    row = stage.row()
    assert row is not None and row.reason == UNKNOWN
    decide(stage.desk, [row.id], Act.RESEND)
    stage.work()
    settled = stage.row()
    assert settled is not None and settled.state is State.CONFIRMED and (stage.accepted(), stage.uploads()) == (1, 2)


def test_every_truth_meets_every_fault_that_it_can_meet() -> None:
    """Of a folder nothing is throttled, late, or asked over a wire; of the others nothing is listed for one alone."""
    http = {Truth.KEY, Truth.ASKED, Truth.NEITHER}
    for what, by_truth in TABLE.items():
        of_one = len(by_truth) == 1
        assert of_one or set(by_truth) >= http, what
