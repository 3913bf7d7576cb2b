"""A scan reads the list to its end, whatever the pages look like (banqup-api 9.4)."""

from __future__ import annotations

import logging

import pytest

from core.banqup import client as banqup_client
from core.banqup.client import BadAnswer, BanqupClient, RequestRefused
from core.banqup.source import Page
from core.banqup.values import nanoseconds
from tests.core.banqup.fixtures import DOCUMENT, SPACE
from tests.core.banqup.support import DOCUMENTS, ONE, Clock, FakeBanqup, connect, entry, page
from tests.core.loopback import Answer, Asked, Loopback, Reply

INVALID = Reply(400, {"error": "INVALID_CURSOR", "title": "Invalid Request Format"})


def pages(**by_cursor: Answer) -> FakeBanqup:
    """A list whose pages are told by cursor; `first` has none."""
    return FakeBanqup({DOCUMENTS: lambda asked: by_cursor[asked.query.get("cursor", "first")]})


async def read(client: BanqupClient, since_ns: int | None = None) -> list[Page]:
    return [page async for page in client.scan(SPACE, since_ns)]


def ids(scanned: list[Page]) -> list[list[str]]:
    return [[document.id for document in page.documents] for page in scanned]


async def test_pages_follow_each_other_by_the_cursor_as_it_was_given() -> None:
    server_pages = pages(first=page(entry("a"), cursor="p/2=&?"), **{"p/2=&?": page(entry("b"))})
    async with Loopback(server_pages) as server, connect(server, page_size=2) as client:
        scanned = await read(client)
    assert ids(scanned) == [["a"], ["b"]]
    assert server.asked[1].query == {"limit": "2"}
    assert server.asked[2].query == {"limit": "2", "cursor": "p/2=&?"}


async def test_the_date_hint_is_sent_and_what_comes_anyway_is_not_dropped() -> None:
    async with Loopback(pages(first=page(entry("old", "2020-01-01T00:00:00Z")))) as server, connect(server) as client:
        scanned = await read(client, nanoseconds("2026-02-27T09:00:00.5Z"))
    assert server.asked[1].query["updatedSince"] == "2026-02-27T09:00:00.5Z"
    assert ids(scanned) == [["old"]]


async def test_an_empty_page_with_a_cursor_does_not_end_the_scan() -> None:
    async with Loopback(pages(first=page(cursor="c"), c=page(entry("a")))) as server, connect(server) as client:
        assert ids(await read(client)) == [[], ["a"]]


async def test_a_document_on_two_pages_counts_again_only_when_it_is_later() -> None:
    server_pages = pages(
        first=page(entry("same", "2026-02-27T09:00:00.9Z"), entry("moved", "2026-02-27T09:00:00.9Z"), cursor="c"),
        c=page(entry("moved", "2026-02-27T09:00:00.95Z"), entry("same", "2026-02-27T09:00:00.9Z"), cursor="d"),
        d=page(entry("moved", "2026-02-27T09:00:00.9Z")),
    )
    async with Loopback(server_pages) as server, connect(server) as client:
        assert ids(await read(client)) == [["same", "moved"], ["moved"], []]


async def test_twice_on_one_page_leaves_the_later_one() -> None:
    twice = page(entry("a", "2026-02-27T09:00:00Z", category="OLD"), entry("a", "2026-02-27T09:00:01Z", category="NEW"))
    async with Loopback(pages(first=twice)) as server, connect(server) as client:
        (only,) = await read(client)
    assert [document.category for document in only.documents] == ["NEW"]


async def test_a_document_without_a_time_is_never_held_back() -> None:
    timeless = {"id": "a", "folder": "SALES"}
    async with Loopback(pages(first=page(timeless, cursor="c"), c=page(timeless))) as server, connect(server) as client:
        assert ids(await read(client)) == [["a"], ["a"]]


async def test_unknown_folders_are_counted_page_by_page() -> None:
    server_pages = pages(
        first=page(entry("a"), entry("x", folder="RECEIPTS"), cursor="c"), c=page(entry("y", folder=""))
    )
    async with Loopback(server_pages) as server, connect(server) as client:
        assert [(len(p.documents), p.ignored) for p in await read(client)] == [(1, 1), (0, 1)]


@pytest.mark.parametrize("cursors", [("c", "c"), ("c", "d", "c")])
async def test_a_cursor_that_was_followed_before_fails_the_scan(cursors: tuple[str, ...]) -> None:
    chain = dict(zip(("first", *cursors[:-1]), cursors, strict=True))
    server_pages = pages(**{at: page(entry(at), cursor=following) for at, following in chain.items()})
    async with Loopback(server_pages) as server, connect(server) as client:
        with pytest.raises(BadAnswer) as raised:
            await read(client)
    assert raised.value.code == "banqup_list_goes_round"
    assert len(server.asked) == 1 + len(cursors)


async def test_a_list_that_never_ends_fails_the_scan(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(banqup_client, "MAX_PAGES", 7)
    endless = FakeBanqup({DOCUMENTS: lambda asked: page(cursor=f"{asked.query.get('cursor', '')}x")})
    async with Loopback(endless) as server, connect(server) as client:
        with pytest.raises(BadAnswer) as raised:
            await read(client)
    assert raised.value.code == "banqup_list_endless"
    assert len(server.asked) == 1 + 7


async def test_a_cursor_that_banqup_forgot_starts_the_scan_over_once() -> None:
    forgotten = iter([True])

    def script(asked: Asked) -> Reply:
        if "cursor" not in asked.query:
            return page(entry("a"), cursor="c")
        return INVALID if next(forgotten, False) else page(entry("b"))

    async with Loopback(FakeBanqup({DOCUMENTS: script})) as server, connect(server) as client:
        assert ids(await read(client)) == [["a"], [], ["b"]]
    assert [asked.query.get("cursor") for asked in server.asked[1:]] == [None, "c", None, "c"]


async def test_a_cursor_forgotten_twice_fails_the_scan() -> None:
    async with Loopback(pages(first=page(cursor="c"), c=INVALID)) as server, connect(server) as client:
        with pytest.raises(RequestRefused) as raised:
            await read(client)
    assert raised.value.error == "INVALID_CURSOR"
    assert len(server.asked) == 1 + 4


async def test_the_clock_of_a_page_is_banqups() -> None:
    dated = Reply(body={"documents": []}, headers={"Date": "Fri, 27 Feb 2026 09:30:00 GMT"})
    async with Loopback(pages(first=dated)) as server, connect(server) as client:
        (only,) = await read(client)
    assert only.clock_ns == nanoseconds("2026-02-27T09:30:00Z")


async def test_without_a_date_our_own_clock_is_used_with_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    clock = Clock()
    async with (
        Loopback(pages(first=Reply(body={"documents": []}, dated=False))) as server,
        connect(server, clock) as client,
    ):
        (only,) = await read(client)
    assert only.clock_ns == int(clock.at * 1_000_000_000)
    assert "no Date" in caplog.text


async def test_a_scan_can_be_left_in_the_middle() -> None:
    async with (
        Loopback(pages(first=page(entry("a"), cursor="c"), c=page(entry("b")))) as server,
        connect(server) as client,
    ):
        scan = client.scan(SPACE)
        await anext(scan)
        await scan.aclose()
    assert len(server.asked) == 2


async def test_another_document_than_the_one_asked_for_is_an_error() -> None:
    async with Loopback(FakeBanqup({ONE: Reply(body=entry("other"))})) as server, connect(server) as client:
        with pytest.raises(BadAnswer) as raised:
            await client.document(SPACE, DOCUMENT)
    assert raised.value.code == "banqup_other_document"
