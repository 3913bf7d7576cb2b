"""An office of any size on this disk: installations, credentials and a ledger whose spaces all run.

What the benchmarks of many spaces stand on. The decisions go through the same files as a person's.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from pathlib import Path

from pydantic import SecretStr

from core.banqup.source import Page
from core.config import BanqupConnection, Home, Machine, PingwinTarget, Timing
from core.credentials import render
from core.files import replace_file
from core.installations import Consent, Decisions, Installation, Installations
from core.ledger.rows import rule_to
from core.ledger.store import Store
from core.model import Document, Rule, SourceFile, Space
from core.redaction import fingerprint

CLID = "CL-OFFICE"
NUMBER = "0403170701"


def space_id(number: int) -> str:
    """The space's id."""
    return f"00000000-0000-4000-8000-{number:012d}"


def dossier_id(number: int) -> str:
    """Its dossier's File ID."""
    return str(100_000 + number)


def decided(folder: Path, spaces: int, *, timing: Timing, calls_per_minute: int = 60, now: float) -> Home:
    """A home in which so many spaces are installed and active, with one CLID and an API key a dossier."""
    home = Home.locate(folder)
    home.create()
    at = datetime.fromtimestamp(now, UTC)
    machine = Machine(
        timing=timing,
        banqup=BanqupConnection(
            base_url="http://127.0.0.1:9", client_id="benchmark", calls_per_minute=calls_per_minute
        ),
        pingwin=PingwinTarget(kind="folder", folder=str(folder / "pingwin")),
    )
    installed = tuple(
        Installation(
            space=space_id(each),
            name=f"Company {each:05d}",
            consent=Consent(by="benchmark", at=at),
            enterprise_numbers=(NUMBER,),
            file_id=dossier_id(each),
            active=True,
            activated_at=at,
        )
        for each in range(spaces)
    )
    Installations(home.installations).replace(Decisions(machine, installed))
    secrets: dict[str | None, dict[str, str]] = {None: {"banqup_secret": "benchmark", "clid": CLID}}
    secrets |= {space_id(each): {"api_key": f"key-{each}"} for each in range(spaces)}
    secrets = {space: {**values, "file_id": dossier_id(int(space[-12:]))} if space else values
               for space, values in secrets.items()}  # fmt: skip
    replace_file(home.credentials, render(secrets).encode(), 0o600, prefix=".credentials-")
    return home


RUN = """INSERT INTO space_run(
  space, running, target, clid, dossier, watermark_ns, next_poll, last_sweep, last_good_poll)
VALUES(:space, 1, :target, :clid, :dossier, :mark, :next, :now, :now)"""

ACTIVATED = """INSERT INTO activation(space, kind, requested_at, rule, started_ns, completed_at)
VALUES(:space, 'activation', :now, :rule, :mark, :now)"""


def running(
    ledger: Store, spaces: int, *, target: str, now: float, interval: float, moved: float | None = None
) -> None:
    """Every space runs, polled a moment ago, its next polls spread over the interval; something `moved` there then.

    As the engine leaves them, in one transaction: 5,000 spaces by its own way take minutes on a slow disk.
    """
    common = {"target": target, "clid": fingerprint(SecretStr(CLID)), "now": now, "rule": rule_to(Rule()),
              "mark": int((now if moved is None else moved) * 1e9)}  # fmt: skip
    with ledger.write() as tx:
        for each in range(spaces):
            own = {"space": space_id(each), "dossier": dossier_id(each), "next": now + interval * (each + 1) / spaces}
            tx.run(RUN, {**common, **own})
            tx.run(ACTIVATED, {**common, **own})


class Nobody:
    """A source that is never asked."""

    async def spaces(self) -> list[Space]:
        """No spaces."""
        return []

    async def scan(self, space: str, since_ns: int | None = None) -> AsyncGenerator[Page, None]:
        """An empty list."""
        yield Page((), clock_ns=0)

    async def document(self, space: str, document_id: str) -> Document:
        """No document."""
        raise NotImplementedError

    async def download(self, space: str, file: SourceFile, into: Path) -> None:
        """No file."""
        raise NotImplementedError

    async def aclose(self) -> None:
        """Nothing is open."""
