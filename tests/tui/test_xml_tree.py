"""A delivery's XML as a tree: by keys alone, lazily, harmless whatever is in it, quick where it is large."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from core.ledger.base import QueueQuery
from core.model import Delivery
from core.operations.views import overview, xml_view
from tests.core.operations.fakes import stand
from tests.tui.console import console, office, screen, text_of, wait_for
from tui.handover import scp_line
from tui.screens.xml import XmlScreen
from tui.widgets.xml_tree import XmlTree

INVOICE = (
    b'<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"'
    b' xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"'
    b' xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2">'
    b"<cbc:ID>F-1</cbc:ID><cbc:Note>[bold]\xc2\x9b31m&#x202e;evil[/]</cbc:Note>%b</Invoice>"
)
LINE = (
    b'<cac:InvoiceLine><cbc:ID>%d</cbc:ID><cbc:InvoicedQuantity unitCode="C62">1</cbc:InvoicedQuantity>'
    b'<cbc:LineExtensionAmount currencyID="EUR">10.00</cbc:LineExtensionAmount>'
    b"<cac:Item><cbc:Name>Hops %d</cbc:Name></cac:Item></cac:InvoiceLine>"
)


def with_lines(number: int) -> bytes:
    return INVOICE.replace(b"%b", b"".join(LINE.replace(b"%d", b"%d" % place) for place in range(1, number + 1)))


async def opened(pilot: Pilot[int], content: bytes) -> XmlTree:
    """The tree over a file, as if it came out of the spool."""
    pilot.app.push_screen(XmlScreen(_row(pilot)))
    shown: Any = await screen(pilot, "XmlScreen")
    await wait_for(pilot, lambda: "e-fff" in text_of(pilot.app) and shown._view is not None, "the file")
    shown._show(xml_view.opened(content))
    await pilot.pause()
    tree: XmlTree = shown.query_one(XmlTree)
    return tree


def _row(pilot: Pilot[int]) -> Delivery:
    desk: Any = pilot.app.desk  # type: ignore[attr-defined]
    row = next(row for row in overview.queue(desk, QueueQuery()) if row.sha256)
    sha256, size = desk.spool.put(row.space, with_lines(1))
    return stand(desk, row.id, row.state, sha256=sha256, size=size)


async def test_tree_opens_and_closes_by_keys_and_shows_path_and_value(tmp_path: Path) -> None:
    desk = office(tmp_path)
    async with console(desk) as pilot:
        tree = await opened(pilot, with_lines(3))
        assert "cbc:ID  F-1" in text_of(pilot.app)
        await pilot.press("w")
        assert tree.line_count == 6 and "+ cac:InvoiceLine (4)" in text_of(pilot.app)
        await pilot.press("G", "enter", "right", "down")
        assert "cbc:InvoicedQuantity  1  unitCode=C62" in text_of(pilot.app)
        assert "/Invoice/cac:InvoiceLine[3]/cbc:InvoicedQuantity" in text_of(pilot.app)
        await pilot.press("left", "left")
        assert tree.line_count == 6
        await pilot.press("slash", *"hops 2", "enter")
        assert tree.current is not None and tree.current.text == "Hops 2"
        await pilot.press("escape")
        await screen(pilot, "QueueScreen")
    desk.close()


async def test_source_is_asked_of_banqup_and_the_key_leads_back(tmp_path: Path) -> None:
    desk = office(tmp_path)
    async with console(desk) as pilot:
        await opened(pilot, with_lines(1))
        await pilot.press("o")
        await wait_for(pilot, lambda: "Source in Banqup" in text_of(pilot.app), "the source")
        await pilot.press("o")
        await wait_for(pilot, lambda: "cbc:ID  F-1" in text_of(pilot.app), "the e-fff file again")
    desk.close()


async def test_hostile_text_is_shown_and_does_nothing(tmp_path: Path) -> None:
    desk = office(tmp_path)
    async with console(desk) as pilot:
        await opened(pilot, with_lines(1))
        shown = text_of(pilot.app)
        assert "[bold]" in shown and "\x9b" not in shown and "\u202e" not in shown
    desk.close()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "shown as text"),
        (b"%PDF-1.7 no xml", "shown as text"),
        (b"<Invoice><open>", "shown as text"),
    ],
)
async def test_file_that_cannot_be_read_says_why_and_is_shown_as_text(
    content: bytes, words: str, tmp_path: Path
) -> None:
    desk = office(tmp_path)
    async with console(desk) as pilot:
        await opened(pilot, content)
        shown = text_of(pilot.app)
        assert " ".join(words.split()) in " ".join(shown.split()) and content[:12].decode() in shown
    desk.close()


async def test_large_document_is_as_quick_as_a_small_one_while_it_is_closed(tmp_path: Path) -> None:
    """Lines are made for what is seen: a key in 20,000 lines costs no more than a few times one in 20."""
    desk = office(tmp_path)
    async with console(desk, size=(80, 24)) as pilot:

        async def pressing(lines: int) -> float:
            tree = await opened(pilot, with_lines(lines))
            await pilot.press("w", "G")
            began = time.process_time()
            await pilot.press("enter", "left", "up", "enter", "left", "down")
            assert tree.line_count == lines + 3
            return time.process_time() - began

        small = min([await pressing(20) for _ in range(2)])
        assert await pressing(5_000) < 5 * small
    desk.close()


@pytest.mark.parametrize(
    ("connection", "line"),
    [
        ("", ""),
        ("192.0.2.7 50022 198.51.100.4 22", "scp an@198.51.100.4:/home/an/F-1.xml ."),
        ("192.0.2.7 50022 198.51.100.4 2222", "scp -P 2222 an@198.51.100.4:/home/an/F-1.xml ."),
        ("2001:db8::7 50022 2001:db8::4 22", "scp 'an@[2001:db8::4]:/home/an/F-1.xml' ."),
    ],
)
def test_saved_file_comes_with_the_line_that_fetches_it(connection: str, line: str) -> None:
    assert scp_line(Path("/home/an/F-1.xml"), {"SSH_CONNECTION": connection}, "an") == line


def test_name_with_blanks_is_quoted_for_the_shell() -> None:
    line = scp_line(Path("/home/an/my file.pdf"), {"SSH_CONNECTION": "192.0.2.7 1 198.51.100.4 22"}, "an")
    assert line == "scp 'an@198.51.100.4:/home/an/my file.pdf' ."
