"""How tests drive the console: a home with made-up deliveries, waiting on conditions, pictures of what is seen."""

from __future__ import annotations

import atexit
import json
import os
import re
import shutil
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from textual.events import Paste
from textual.pilot import Pilot

from core import __version__
from core.config import PingwinTarget
from core.ledger.base import Claim, Discovery, Finding, Move, Prepared
from core.model import NEVER, Direction, Rule, State, invoice_key
from core.sync.lock import EngineLock
from tests.core.operations.fakes import NOW, OTHER, OWN, SPACE, FakeDesk, make_desk, set_up
from tui.app import BanqupConsole

DEADLINE = 15.0
TERMINAL = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "TZ": "UTC"}


async def wait_for(pilot: Pilot[Any], condition: Callable[[], object], what: str, deadline: float = DEADLINE) -> None:
    """Waits until something is so; says what was on the screen where it never came."""
    end = time.monotonic() + deadline
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not within {deadline} s\n{text_of(pilot.app)}")
        await pilot.pause(0.02)


async def screen(pilot: Pilot[Any], name: str, deadline: float = DEADLINE) -> Any:
    """Waits for a screen by its class name and returns it."""
    await wait_for(pilot, lambda: type(pilot.app.screen).__name__ == name, name, deadline)
    await pilot.pause()
    return pilot.app.screen


async def enter(pilot: Pilot[Any], *values: str) -> None:
    """Pastes each value into the field that has the focus, as people do with long ones, and presses enter."""
    for value in values:
        assert pilot.app.focused is not None
        pilot.app.focused.post_message(Paste(value))
        await pilot.press("enter")


def text_of(app: Any) -> str:
    """What is on the screen, as plain text."""
    lines = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in lines)


@asynccontextmanager
async def console(
    desk: FakeDesk | Any, *, size: tuple[int, int] = (80, 24), ascii_only: bool = False, **options: Any
) -> AsyncIterator[Pilot[int]]:
    """A running console over a desk."""
    app = BanqupConsole(desk, ascii_only=ascii_only, **options)
    async with app.run_test(size=size, notifications=True) as pilot:
        await wait_for(pilot, lambda: app.snapshot is not None or app.trouble, "the first snapshot")
        await pilot.pause()
        yield pilot


# -- a home with deliveries ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Made:
    """A made-up document."""

    number: str
    party: str
    vat: str
    day: int
    amount: str
    direction: Direction = Direction.PURCHASE
    type: str = "380"


DOCUMENTS = (
    Made("F2026-0417", "Molens van Brabant NV", "BE0477472701", 2, "1210.00"),
    Made("2026/00913", "Zuivelhandel De Koe", "BE0403019261", 3, "486.15"),
    Made("VF-1021", "Café De Zwaan", "BE0110050557", 3, "92.40", Direction.SALES),
    Made("INV-88213", "Elektriciteit Jansen & Zn. BV", "BE0150010104", 4, "3025.00"),
    Made("C-2026-7", "Molens van Brabant NV", "BE0477472701", 5, "-121.00", Direction.PURCHASE, "381"),
    Made("F2026-0418", "Molens van Brabant NV", "BE0477472701", 6, "640.09"),
    Made("VF-1022", "Hôtel-Restaurant L'Érable SA", "BE0150030393", 6, "1875.50", Direction.SALES),
    Made("20260611", "Water-Link", "BE0110040461", 7, "54.71"),
    Made("VF-1023", "Kinderopvang 't Zonneke vzw", "BE0150050585", 7, "210.00", Direction.SALES),
    Made("F2026-0419", "Molens van Brabant NV", "BE0477472701", 8, "77.00"),
    Made("AF-3310", "Verpakkingen Du Nord SPRL", "BE0110010173", 9, "18240.00"),
    Made("VF-1024", "Bedrijfsfeesten Joris & Co", "BE0150040489", 9, "560.00", Direction.SALES),
)

REPORT = {
    "findings": json.dumps(
        [
            {
                "rule": "V40",
                "severity": "warning",
                "where": "/Invoice/PaymentMeans",
                "code": "iban_wrong",
                "arguments": {"account": "BE00 0000 0000 0000"},
            }
        ]
    ),
    "derived": json.dumps(
        [{"path": "/Invoice/TaxTotal/cbc:TaxPointDate", "value": "2026-09-02", "code": "tax_point_is_issue_date"}]
    ),
    "dropped": "[]",
}


class HeldEngine:
    """An engine lock that says what a picture may show."""

    def __init__(self, desk: FakeDesk) -> None:
        desk.home.create()
        self.lock = EngineLock(desk.home.engine_lock)
        self.lock.acquire(since=NOW - 7_200)
        holder = {"host": "server", "pid": 4711, "since": NOW - 7_200, "version": __version__}
        descriptor = os.open(desk.home.engine_lock, os.O_RDWR)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps(holder).encode(), 0)
        os.close(descriptor)

    def release(self) -> None:
        """The engine ends."""
        self.lock.release()


def empty_desk(directory: Path, **environ: str) -> FakeDesk:
    """A desk at a home where nothing is set up, on a terminal of many colours."""
    return make_desk(directory, environ={**TERMINAL, **environ})


@cache
def _template() -> Path:
    """The office's home, made once and copied for each test."""
    directory = Path(mkdtemp(prefix="console-office-"))
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    desk = empty_desk(directory)
    set_up(desk, SPACE)
    set_up(desk, OTHER, file_id="D2")
    target = PingwinTarget(kind="http", contract="a-multipart", base_url="https://pingwin.example")
    desk.installations.save_machine(desk.machine.model_copy(update={"pingwin": target}))
    run_spaces(desk)
    fill(desk)
    desk.close()
    return directory


def office(directory: Path, **environ: str) -> FakeDesk:
    """A desk with two spaces, both active, and a delivery in every state that a person meets."""
    shutil.copytree(_template(), directory, dirs_exist_ok=True)
    return empty_desk(directory, **environ)


def run_spaces(desk: FakeDesk) -> None:
    """Switches both spaces on; the first has two documents from before."""
    ledger, now = desk.ledger, desk.clock.now()
    old = [
        discovery(Made(f"OLD-{n}", "Molens van Brabant NV", "BE0477472701", 1, "10.00"), State.HISTORY) for n in (1, 2)
    ]
    changed = {"active": True, "activated_at": datetime(2026, 9, 21, 12, tzinfo=UTC)}
    for space, history in ((SPACE.id, old), (OTHER.id, [])):
        begun = ledger.begin_activation(
            space, Rule(), started_ns=500, kind="activation", requested_at=now, actor="an", now=now
        )
        ledger.record_baseline(begun.id, history, [], now=now)
        ledger.complete_activation(begun.id, watermark_ns=500, now=now)
        ledger.record_poll(space, [], watermark_ns=600, next_poll=now + 300, swept=False, now=now + 600)
        desk.installations.change(space, lambda each: each.model_copy(update=changed))


def discovery(made: Made, state: State = State.SEEN) -> Discovery:
    """What a poll says of a made-up document."""
    return Discovery(
        Finding.NEW,
        f"doc-{made.number}",
        state,
        reason="baseline" if state is State.HISTORY else None,
        key=f"{made.number:x<64}"[:64],
        direction=made.direction,
        document_type=made.type,
        number=made.number,
        counterparty=made.party,
        vat_number=made.vat,
        issue_date=date(2026, 9, made.day),
        amount=Decimal(made.amount),
        currency="EUR",
        updated_ns=1_000,
        content_hash=f"meta-{made.number}:files",
    )


def preparation(made: Made) -> Prepared:
    """What preparing it found."""
    return Prepared(
        direction=made.direction,
        document_type=made.type,
        number=made.number,
        counterparty=made.party,
        vat_number=made.vat,
        issue_date=date(2026, 9, made.day),
        amount=Decimal(made.amount),
        currency="EUR",
        invoice_key=invoice_key(
            dossier="D1",
            direction=made.direction,
            supplier=made.vat,
            number=made.number,
            document_type=made.type,
            issue_date=date(2026, 9, made.day),
            total=Decimal(made.amount),
        ),
        updated_ns=2_000,
        content_hash=f"meta-{made.number}:files",
        sha256="9f2c" * 16,
        size=48_200,
        report=REPORT,
    )


def fill(desk: FakeDesk) -> None:
    """Twelve deliveries: delivered, on their way, and one for each reason that needs a person."""
    for place, made in enumerate(DOCUMENTS):
        at = NOW + 60 * place
        desk.ledger.record_poll(
            SPACE.id, [discovery(made)], watermark_ns=2_000, next_poll=at + 300, swept=False, now=at
        )
        ENDINGS[place](desk, made, at)


def _prepare(desk: FakeDesk, made: Made, at: float) -> Claim:
    claim = desk.ledger.claim("w1", now=at, lease=60.0)
    assert claim is not None
    desk.ledger.prepared(claim, preparation(made), now=at + 1)
    return claim


def _delivered(desk: FakeDesk, made: Made, at: float) -> None:
    _prepare(desk, made, at)
    claim = desk.ledger.claim("w1", now=at + 2, lease=60.0)
    assert claim is not None and desk.ledger.intent(claim, now=at + 2, until=at + 60)
    desk.ledger.move(
        claim,
        State.SENDING,
        Move(
            State.CONFIRMED,
            NEVER,
            code="pingwin_accepted",
            args={"seconds": 0.4, "server_text": '{"id": "PW-0007", "status": "received"}'},
            reference=f"PW-{claim.id:06}",
            delivered_at=at + 3,
            http_status=201,
        ),
        now=at + 3,
    )


def _ending(state: State, code: str, **args: Any) -> Callable[[FakeDesk, Made, float], None]:
    def end(desk: FakeDesk, made: Made, at: float) -> None:
        claim = desk.ledger.claim("w1", now=at, lease=60.0)
        assert claim is not None
        desk.ledger.move(claim, State.SEEN, Move(state, NEVER, code=code, args=args), now=at + 1)

    return end


def _ready(desk: FakeDesk, made: Made, at: float) -> None:
    _prepare(desk, made, at)
    claim = desk.ledger.claim("w1", now=at + 2, lease=60.0)
    assert claim is not None
    desk.ledger.move(claim, State.LEASED, Move(State.READY, at + 9_000, kind="wait"), now=at + 3)


def _refused(desk: FakeDesk, made: Made, at: float) -> None:
    _prepare(desk, made, at)
    claim = desk.ledger.claim("w1", now=at + 2, lease=60.0)
    assert claim is not None and desk.ledger.intent(claim, now=at + 2, until=at + 60)
    words = '{"error": "Unknown supplier [bold]0150010104[/bold]"}'
    move = Move(
        State.FAILED,
        NEVER,
        code="pingwin_document_refused",
        args={"status": 422, "text": "Unknown supplier", "server_text": words, "seconds": 0.2},
        counted=True,
        http_status=422,
    )
    desk.ledger.move(claim, State.SENDING, move, now=at + 3)


ENDINGS: tuple[Callable[[FakeDesk, Made, float], None], ...] = (
    _delivered,
    _delivered,
    _ending(State.PARKED, "outcome_unknown"),
    _refused,
    _delivered,
    _ending(State.PARKED, "possible_duplicate", other=3, other_number="F2026-0417", other_state="confirmed"),
    _delivered,
    _delivered,
    _ending(State.DISCARDED, "discarded"),
    _ready,
    _ending(State.PARKED, "not_this_dossier", own=OWN.enterprise_number),
    _ready,
)


# -- pictures --------------------------------------------------------------------------------------------------------


def picture(app: Any) -> str:
    """The screen as SVG without what differs from run to run."""
    svg: str = app.export_screenshot()
    svg = re.sub(r"@font-face\s*\{[^}]*\}\s*", "", svg)
    svg = re.sub(r"terminal-\d+-", "t-", svg)
    return svg.replace("Fira Code", "DejaVu Sans Mono, Menlo, Consolas")
