"""The processes of the simulated machine: the real engine, killed and frozen at any point, and what it reaches through.

Every call of the ledger is a point at which the process may lose its turn, be frozen beyond its lease, or die: before
the call, and after it where it wrote. Between the last look at the lease and the first byte of an upload there is none.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from core.config import Home
from core.efff.convert import Conversion, Format, PdfOrigin, SourceFormat
from core.efff.invoice import Invoice, Totals
from core.efff.party import Party
from core.errors import ProductError, StoreError
from core.ledger.sqlite import SqliteLedger
from core.spool import Spool
from core.sync.converting import OverBytes, converted
from core.sync.engine import Engine
from core.sync.house import House, Makers
from tests.simulation.banqup import DOSSIER_NUMBER, Banqup, BanqupDoor
from tests.simulation.pingwin import Pingwin, PingwinDoor
from tests.simulation.schedule import Actor, Crash, Machine, Schedule

READS = frozenset(
    {"version", "check", "get_meta", "space_runs", "space_run", "activation", "activations", "endings", "not_yet"}
    | {"waiting", "due_polls", "known", "holds", "next_due", "circuits", "circuit", "counts", "total", "window"}
    | {"position", "delivery", "by_key", "same_invoice", "events", "files_named"}
)


@dataclass
class Weather:
    """Chances per point, zero once the storm is over. `frozen_at_intent`: of being frozen between the intent and the
    last look before the first byte. `disk_full` while the disk is."""

    turn: float = 0.0
    crash: float = 0.0
    freeze: float = 0.0
    frozen_at_intent: float = 0.0
    disk_full: bool = False


@dataclass
class World:
    """What the processes share."""

    dice: random.Random
    schedule: Schedule
    weather: Weather
    home: Home
    banqup: Banqup
    pingwin: Pingwin
    ledger: SqliteLedger
    release: int = 1
    """The version of the product: its conversion writes other bytes."""
    interrupted: int = 0
    """How often a process died or was frozen, or the machine slept."""

    @property
    def machine(self) -> Machine:
        return self.schedule.machine


class Life:
    """One life of a process. Once dead, it reaches nothing any more."""

    def __init__(self, world: World, actor: Actor) -> None:
        self.world, self.actor = world, actor
        self.dead = False

    def point(self, *, intended: bool = False) -> None:
        """The process may be interrupted here."""
        world = self.world
        if self.dead:
            raise Crash
        draw, weather = world.dice.random(), world.weather
        freeze = weather.frozen_at_intent if intended else weather.freeze
        if draw < weather.crash:
            self.die()
        elif draw < weather.crash + freeze:
            world.interrupted += 1
            self.actor.wait(world.dice.choice([15.0, 400.0, 900.0] if intended else [15.0, 70.0, 150.0, 400.0]))
        elif draw < weather.crash + freeze + weather.turn:
            self.actor.wait(0.0)

    def die(self) -> None:
        """SIGKILL."""
        self.dead = True
        self.world.interrupted += 1
        raise Crash


class LedgerDoor:
    """The ledger as one process reaches it; a full disk refuses what it writes."""

    def __init__(self, world: World, life: Life) -> None:
        self._world, self._life = world, life

    def __getattr__(self, name: str) -> Any:
        world, life, writes = self._world, self._life, name not in READS

        def call(*args: Any, **kwargs: Any) -> Any:
            life.point()
            if writes and world.weather.disk_full and world.dice.random() < 0.7:
                raise StoreError("ledger_disk_full", where="simulated")
            result = getattr(world.ledger, name)(*args, **kwargs)
            if writes:
                life.point(intended=name == "intent")
            return result

        self.__dict__[name] = call
        return call


class FullableSpool(Spool):
    """The real spool on a disk that may be full, in a process that may die before and after a write."""

    world: World
    life: Life

    def take(self, space: str, file: Path) -> tuple[str, int]:
        self.life.point()
        if self.world.weather.disk_full and self.world.dice.random() < 0.7:
            raise StoreError("disk_full", where="simulated")
        kept = super().take(space, file)
        self.life.point()
        return kept


def door_to(world: World, life: Life) -> tuple[LedgerDoor, FullableSpool]:
    """Ledger and spool for one life."""
    spool = FullableSpool(world.home.spool, 0o600)
    spool.world, spool.life = world, life
    return LedgerDoor(world, life), spool


class EngineProcess:
    """`Engine.forever`, started again whenever it has died."""

    def __init__(self, world: World, name: str, engine: type[Engine] = Engine) -> None:
        self.world, self.engine_class = world, engine
        self.actor = world.schedule.actor(name)
        self.life: Life | None = None
        self.engine: Engine | None = None
        self.wanted = True
        self.lives = 0
        self.actor.begin(self._body)

    def kill(self, *, back: bool = True) -> None:
        """The process dies at its next point; `back` False: and stays away."""
        self.wanted = back
        if self.life is not None:
            self.life.dead = True
            self.world.interrupted += 1

    def _body(self) -> None:
        while True:
            if self.wanted:
                self._live()
            self.actor.wait(self.world.dice.uniform(1.0, 90.0))

    def _live(self) -> None:
        world = self.world
        self.life = life = Life(world, self.actor)
        self.lives += 1
        try:
            self.actor.complete(self._run(life))
        except (Crash, BaseExceptionGroup):
            if not life.dead:
                raise
        except ProductError:
            pass  # it ends with a sentence, as the command does, and is started again
        finally:
            self.life = None

    async def _run(self, life: Life) -> None:
        world = self.world
        release = world.release
        ledger, spool = door_to(world, life)
        makers = Makers(
            source=lambda machine, secret: BanqupDoor(world.banqup, life),
            target=lambda settings, contracts: PingwinDoor(world.pingwin, life),
            convert=partial(converted, by=converter(release)),
            draw=world.dice.uniform,
        )
        house = House(world.home, ledger, world.machine, {}, makers)  # type: ignore[arg-type]
        house.spool = spool
        self.engine = self.engine_class(house)
        await self.engine.forever()


def converter(release: int) -> OverBytes:
    """A conversion that costs nothing: the bytes carry the document's id and version, and the release that wrote."""

    def convert(xml: bytes, target: Format, pdf: bytes | None, key: str, /, **_: object) -> Conversion:
        said = xml.decode().removeprefix("<Invoice>").removesuffix("</Invoice>")
        id, version = said.split(":")
        us = Party(legal_name="Ons", vat_number=f"BE{DOSSIER_NUMBER}")
        them = Party(legal_name="Zij", vat_number="BE0403019261")
        sales = id.startswith("s")
        amount = str(121 if version == "1" else 121 + int(version))
        invoice = Invoice(
            number=f"N-{id}",
            type_code="381" if id.startswith("c") else "380",
            issue_date=date(2026, 11, 1),
            currency="EUR",
            supplier=us if sales else them,
            customer=them if sales else us,
            totals=Totals(tax_inclusive=Decimal(amount), payable=Decimal(amount)),
        )
        output = f"<Efff release='{release}'>{said}</Efff>".encode()
        return Conversion(
            output, f"efff_{id}.xml", target, SourceFormat.PEPPOL, invoice, (), (), (), PdfOrigin.RENDERED
        )

    return convert
