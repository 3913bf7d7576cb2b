"""Ten things customers say, each staged for real against the sandbox and answered in the console in at most ten keys.

The customer's words are pasted (one key); everything else is counted key by key.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfWriter
from textual.events import Paste
from textual.pilot import Pilot

from core.home import Home
from core.model import Delivery, State
from core.operations import decisions, support
from core.operations.decisions import Act
from core.operations.desk import Desk
from core.sandbox.generator import generate
from core.sandbox.records import PURCHASES, Draft
from core.sandbox.server import SandboxServer, running_sandbox
from tests.core.sync.homes import activated, engine, rows
from tests.support.homes import once
from tests.tui.console import console, text_of, wait_for

pytestmark = pytest.mark.processes
MOST_KEYS = 10
PATIENCE = 60.0


@pytest.fixture
def sandbox() -> Iterator[SandboxServer]:
    with running_sandbox() as server:
        server.control.generate(6, seed=5)
        yield server


class Support:
    """A support engineer at the console: counts the keys, reads the screen."""

    def __init__(self, pilot: Pilot[int]) -> None:
        self.pilot = pilot
        self.keys = 0

    async def press(self, *keys: str) -> None:
        """Presses keys."""
        self.keys += len(keys)
        assert self.keys <= MOST_KEYS, "too many keys"
        await self.pilot.press(*keys)

    async def ask(self, words: str) -> None:
        """`f`, the customer's words, enter."""
        await self.press("f")
        await wait_for(self.pilot, lambda: type(self.pilot.app.screen).__name__ == "FindScreen", "the field")
        await self.pilot.pause()
        await self.paste(words)
        await self.press("enter")

    async def paste(self, words: str) -> None:
        """Hands the customer's words to the field that has the focus."""
        assert self.pilot.app.focused is not None
        self.keys += 1
        self.pilot.app.focused.post_message(Paste(words))
        await self.pilot.pause()

    async def reads(self, *texts: str) -> None:
        """Waits until all of these are on the screen."""
        await wait_for(self.pilot, lambda: all(text in self.screen for text in texts), f"{texts}", PATIENCE)

    @property
    def screen(self) -> str:
        """What is on the screen, lines joined, blanks once."""
        return " ".join(text_of(self.pilot.app).split())


@asynccontextmanager
async def at_the_console(desk: Desk) -> AsyncIterator[Support]:
    """The read-only console, as support opens it on a stranger's machine."""
    looking = Desk(desk.home, "support", readonly=True)
    async with console(looking) as pilot:
        yield Support(pilot)
    looking.close()


def only(desk: Desk, state: State) -> Delivery:
    """The delivery in this state."""
    (row,) = [row for row in rows(desk).values() if row.state is state]
    return row


def a_purchase() -> Draft:
    """An invoice of a supplier with its PDF beside it."""
    drafts = (draft for seed in range(50, 90) for draft in generate(3, seed=seed).drafts)
    return next(d for d in drafts if d.folder == PURCHASES and any(each.kind == "PDF" for each in d.files))


def encrypted(pdf: bytes) -> bytes:
    """The PDF as a supplier protects it with a password."""
    writer, out = PdfWriter(clone_from=BytesIO(pdf)), BytesIO()
    writer.encrypt("4711")
    writer.write(out)
    return out.getvalue()


def sent(folder: Path, sandbox: SandboxServer, *faults: str) -> Desk:
    """A home whose engine sent one document, which met these faults."""
    desk = activated(folder, sandbox)
    if faults:
        sandbox.control.next_faults(*faults)
    sandbox.control.approve(count=1)
    once(desk)
    return desk


async def staged(function: Any, *arguments: Any) -> Any:
    """Stages in a thread: what it calls runs event loops of its own."""
    return await asyncio.to_thread(function, *arguments)


async def test_it_did_not_arrive(sandbox: SandboxServer, tmp_path: Path) -> None:
    """Because it was approved before the activation."""
    await staged(sandbox.control.approve, None, 1)
    desk = await staged(activated, tmp_path, sandbox)
    old = only(desk, State.HISTORY)
    async with at_the_console(desk) as help:
        await help.ask(old.number)
        await help.reads(f"{old.number} stays history", "before the activation", "Include it to send it after all.")
    desk.close()


async def test_it_came_twice(sandbox: SandboxServer, tmp_path: Path) -> None:
    """The supplier sent it by Peppol, the customer uploaded it as well, and a person let both go over."""
    desk = await staged(activated, tmp_path, sandbox)
    draft = a_purchase()
    first, second = sandbox.world.add([draft, replace(draft, source="upload")])
    for each in (first, second):
        await staged(sandbox.control.approve, [each.id])
        await staged(once, desk)
    async with at_the_console(desk) as help:
        await help.ask(first.number)
        await help.reads(
            f"{first.number} came into Banqup 2 times", "(peppol) → PW-000001", "(upload) → –", "held back"
        )
    decisions.decide(desk, [only(desk, State.PARKED).id], Act.RESEND, reason="the customer wanted it")
    await staged(once, desk)
    async with at_the_console(desk) as help:
        await help.ask(first.number)
        await help.reads(f"{first.number} is in Pingwin 2 times, as different documents of Banqup")
        await help.reads("(peppol) → PW-000001", "(upload) → PW-000002", first.id[:8], second.id[:8])
    desk.close()


async def test_a_person_sent_it_twice(sandbox: SandboxServer, tmp_path: Path) -> None:
    desk = await staged(sent, tmp_path, sandbox)
    row = only(desk, State.CONFIRMED)
    decisions.decide(desk, [row.id], Act.RESEND, reason="lost in Pingwin")
    await staged(once, desk)
    async with at_the_console(desk) as help:
        await help.ask(row.number)
        await help.reads("is in Pingwin 2 times because a person sent it again", row.source_id[:8], "PW-000002")
        await help.press("enter")
        await help.reads("Reference")
        await help.press("5")
        await help.reads("Activity", "tester", "Decided to send a second time")
    desk.close()


async def test_it_went_to_the_wrong_dossier(sandbox: SandboxServer, tmp_path: Path) -> None:
    """The File ID lists what went there."""
    desk = await staged(sent, tmp_path, sandbox)
    row = only(desk, State.CONFIRMED)
    async with at_the_console(desk) as help:
        await help.ask(sandbox.access.file_id)
        await help.reads(f"One document went to dossier {sandbox.access.file_id}", "correct the File ID", row.number)
    desk.close()


async def test_nothing_since_tuesday(sandbox: SandboxServer, tmp_path: Path) -> None:
    """No engine runs: the first line says so before any key is pressed, and a waiting document says it too."""
    desk = await staged(activated, tmp_path, sandbox)
    (document,) = await staged(sandbox.control.approve, None, 1)
    async with at_the_console(desk) as help:
        await help.reads("STOPPED")
        await help.ask(document["number"])
        await help.reads(f"{document['number']} is approved or sent in Banqup and was not read yet: Nothing ran since")
    desk.close()


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "is cut off": lambda pdf: pdf[: len(pdf) // 2],
    "asks for a password": encrypted,
}


@pytest.mark.parametrize("said", DAMAGES)
async def test_the_pdf_cannot_be_read(sandbox: SandboxServer, tmp_path: Path, said: str) -> None:
    """A page was drawn instead, and the document says why."""
    desk = await staged(activated, tmp_path, sandbox)
    draft = a_purchase()
    files = [replace(each, content=DAMAGES[said](each.content)) if each.kind == "PDF" else each for each in draft.files]
    (document,) = sandbox.world.add([replace(draft, files=tuple(files))])
    await staged(sandbox.control.approve, [document.id])
    await staged(once, desk)
    async with at_the_console(desk) as help:
        await help.ask(document.number)
        await help.reads(
            f"{document.number} was delivered", f"Its check found: The PDF that came with the invoice {said}"
        )
        await help.press("enter")
        await help.press("pagedown")
        await help.reads(said)
    desk.close()


async def test_the_key_was_replaced(sandbox: SandboxServer, tmp_path: Path) -> None:
    """Pingwin refuses the API key: the first line says so, and the activity shows the refusal whole."""
    desk = await staged(activated, tmp_path, sandbox)
    sandbox.control.dossier(api_key="another-key-4711-another")
    await staged(sandbox.control.approve, None, 1)
    process = engine(desk)
    try:
        async with at_the_console(desk) as help:
            await help.reads("NO CONNECTION")
            await help.press("5")
            await help.reads("Activity")
            await help.press("slash")
            await help.paste("401")
            await help.press("enter")
            await help.reads("filter: 401", "engine: GET 401")
            await help.press("enter")
            await help.reads("A request, secrets masked", "HTTP 401", "•••")
    finally:
        process.terminate()
        await staged(process.wait, 20)
        assert process.stderr is not None
        process.stderr.close()
    desk.close()


async def test_it_waits_for_approval(sandbox: SandboxServer, tmp_path: Path) -> None:
    desk = await staged(activated, tmp_path, sandbox)
    document = next(each for each in sandbox.control.documents() if not each["at_trigger"])
    async with at_the_console(desk) as help:
        await help.ask(document["number"])
        await help.reads(f"{document['number']} ", "in Banqup", "follows by itself")
        await help.press("enter")
        await help.reads("Dry run: nothing was sent", "It would not go")
    desk.close()


async def test_we_moved_to_a_new_server(sandbox: SandboxServer, tmp_path: Path) -> None:
    """The backup knows what was delivered; nothing is sent twice, and what is missing is said."""
    desk = await staged(sent, tmp_path / "old", sandbox)
    row = only(desk, State.CONFIRMED)
    support.backup(desk, tmp_path / "backup.zip")
    desk.close()
    new = Desk(Home.locate(tmp_path / "new"), "an")
    support.restore(new, tmp_path / "backup.zip")
    async with at_the_console(new) as help:
        await help.reads("INACTIVE", "Restored from a backup")
        await help.ask(row.number)
        await help.reads(f"{row.number} was delivered to dossier", str(row.reference))
    new.close()


async def test_the_vat_code_is_wrong(sandbox: SandboxServer, tmp_path: Path) -> None:
    """The document says which code went out, and from what it was derived."""
    desk = await staged(sent, tmp_path, sandbox)
    row = only(desk, State.CONFIRMED)
    code = row.vat_breakdown[0][0]
    async with at_the_console(desk) as help:
        await help.ask(row.number)
        await help.reads("was delivered")
        await help.press("enter")
        await help.reads("VAT", f"{code}: ")
        await help.press("end")
        await help.reads("Belgian VAT code", "command “vat-codes”")
    desk.close()


async def test_pingwin_refused_it(sandbox: SandboxServer, tmp_path: Path) -> None:
    """Pingwin's own words stand in the sentence."""
    desk = await staged(sent, tmp_path, sandbox, "upload-refused")
    row = only(desk, State.FAILED)
    async with at_the_console(desk) as help:
        await help.ask(row.number)
        await help.reads(f"{row.number} was rejected: Pingwin refused the document", "the period is closed")
    desk.close()
