"""Files come through signed links that carry no token, go nowhere else, and are as long as Banqup says (9.6)."""

from __future__ import annotations

import logging
import tempfile
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from core.banqup.client import (
    BadAnswer,
    BanqupClient,
    FileRefused,
    Incomplete,
    NotFound,
    NotReady,
    Throttled,
    Unavailable,
)
from core.banqup.download import allowed_hosts
from core.config import BanqupConnection
from core.errors import ConfigurationError, SourceError
from core.model import SourceFile
from tests.core.banqup.fixtures import FILE, SPACE
from tests.core.banqup.support import FILES, SIGNED, SPACES, FakeBanqup, connect
from tests.core.loopback import Answer, Asked, Loopback, Reply, Reset, Silence

XML = b"<?xml version='1.0'?><Invoice/>"
SIG = "?expires=1&sig=SENTINELSIGNATURE"


def store(signed: Answer | None = None, *, link: str | None = None, **details: Any) -> FakeBanqup:
    """File details that point to the same host, and what lies there."""

    def file(asked: Asked) -> Reply:
        own = f"http://{asked.headers['host']}{SIGNED}{SIG}"
        return Reply(body={"id": FILE, "status": "AVAILABLE", "downloadUrl": own if link is None else link, **details})

    return FakeBanqup({FILES: file, SIGNED: signed or Reply(body=XML), "/else": Reply(body=XML)})


async def download(client: BanqupClient, size: int | None = None) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        into = Path(folder, FILE)
        await client.download(SPACE, SourceFile(FILE, size=size), into)
        return into.read_bytes()


async def test_the_bytes_come_without_token_and_cookies() -> None:
    banqup = store(Reply(body=XML, headers={"Set-Cookie": "a=b"}), fileSize=len(XML))
    async with Loopback(banqup) as server, connect(server) as client:
        assert await download(client) == XML
        assert await download(client) == XML
    signed = [asked for asked in server.asked if asked.path == SIGNED]
    assert len(signed) == 2
    for asked in signed:
        assert "authorization" not in asked.headers
        assert "cookie" not in asked.headers
    assert all("authorization" in asked.headers for asked in server.asked if asked.path == FILES)


async def test_a_link_is_asked_for_each_time_and_never_kept() -> None:
    async with Loopback(store()) as server, connect(server) as client:
        await download(client)
        await download(client)
        assert "SENTINELSIGNATURE" not in repr(vars(client)) + repr(vars(client._downloads)) + repr(
            vars(client._session)
        )
    assert [asked.path for asked in server.asked].count(FILES) == 2


@pytest.mark.parametrize("status", [400, 403])
async def test_an_expired_link_is_replaced_once(status: int) -> None:
    answers = iter([Reply(status), Reply(body=XML)])
    banqup = store()
    banqup.routes[SIGNED] = lambda asked: next(answers)
    async with Loopback(banqup) as server, connect(server) as client:
        assert await download(client) == XML
    assert [asked.path for asked in server.asked].count(FILES) == 2


async def test_a_link_that_is_refused_twice_is_transient() -> None:
    async with Loopback(store(Reply(403))) as server, connect(server) as client:
        with pytest.raises(Unavailable) as raised:
            await download(client)
    assert raised.value.code == "banqup_link_expired"
    assert [asked.path for asked in server.asked].count(SIGNED) == 2


@pytest.mark.parametrize(
    ("details", "kind", "code"),
    [
        ({"status": "AWAITING_UPLOAD"}, NotReady, "banqup_file_not_ready"),
        ({"status": "SCANNING", "downloadUrl": None}, NotReady, "banqup_file_not_ready"),
        ({"status": "INFECTED"}, FileRefused, "banqup_file_infected"),
        ({"status": "DELETED"}, FileRefused, "banqup_file_deleted"),
        ({"downloadUrl": None}, BadAnswer, "banqup_file_without_link"),
    ],
)
async def test_a_file_that_cannot_be_had_says_why_and_is_not_fetched(
    details: dict[str, Any], kind: type[SourceError], code: str
) -> None:
    async with Loopback(store(**details)) as server, connect(server) as client:
        with pytest.raises(kind) as raised:
            await download(client)
    assert raised.value.code == code
    assert raised.value.where == FILE
    assert SIGNED not in [asked.path for asked in server.asked]


async def test_an_unknown_status_with_a_link_is_fetched() -> None:
    async with Loopback(store(status="ARCHIVED")) as server, connect(server) as client:
        assert await download(client) == XML


async def test_a_file_that_is_gone_is_not_found() -> None:
    async with Loopback(FakeBanqup()) as server, connect(server) as client:
        with pytest.raises(NotFound) as raised:
            await download(client)
    assert raised.value.code == "banqup_file_not_found"


@pytest.mark.parametrize(
    ("signed", "kind", "code"),
    [
        (Reply(404), NotFound, "banqup_file_not_found"),
        (Reply(429), Throttled, "banqup_storage_throttled"),
        (Reply(500), Unavailable, "banqup_storage_error"),
        (Reply(418), BadAnswer, "banqup_storage_refused"),
        (Reset(), Unavailable, "banqup_connection_cut"),
        (Reply(body=XML, cut_after=5), Unavailable, "banqup_connection_cut"),
        (Reply(body=XML[:9]), Incomplete, "banqup_file_size_differs"),
        (Reply(body=b"\n<!DOCTYPE html><html>log in</html>"), Incomplete, "banqup_file_is_a_page"),
    ],
)
async def test_trouble_at_the_store_has_its_class(signed: Answer, kind: type[SourceError], code: str) -> None:
    async with Loopback(store(signed, fileSize=len(XML))) as server, connect(server) as client:
        with pytest.raises(kind) as raised:
            await download(client)
    assert raised.value.code == code


async def test_a_busy_store_does_not_pause_the_calls_to_banqup() -> None:
    banqup = store(Reply(429, headers={"Retry-After": "60"}))
    banqup.routes[SPACES] = Reply(body={"spaces": []})
    async with Loopback(banqup) as server, connect(server) as client:
        with pytest.raises(Throttled) as raised:
            await download(client)
        assert raised.value.retry_after == 60
        assert await client.spaces() == []


async def test_the_size_of_the_details_wins_over_the_size_of_the_list() -> None:
    async with Loopback(store(fileSize=len(XML))) as server, connect(server) as client:
        assert await download(client, size=1) == XML
    async with Loopback(store()) as server, connect(server) as client:
        with pytest.raises(Incomplete):
            await download(client, size=1)


@pytest.mark.parametrize("headers", [{}, {"Content-Type": "text/plain"}])
async def test_the_size_limit_ends_the_download(headers: dict[str, str]) -> None:
    big = Reply(body=b"x" * 5000, headers=headers)
    async with Loopback(store(big)) as server, connect(server, limit=4999) as client:
        with pytest.raises(FileRefused) as raised:
            await download(client)
    assert raised.value.code == "banqup_file_too_large"


async def test_a_download_has_an_end_in_time() -> None:
    async with Loopback(store(Silence())) as server, connect(server, timeout_s=0.2) as client:
        with pytest.raises(Unavailable) as raised:
            await download(client)
    assert raised.value.code == "banqup_silent"


UNSAFE = [
    "http://storage.googleapis.com/f?sig=SENTINEL",
    "https://evil.example/f?sig=SENTINEL",
    "https://storage.googleapis.com.evil.example/f?sig=SENTINEL",
    "https://storage.googleapis.com:8443/f?sig=SENTINEL",
    "https://storage.googleapis.com@evil.example/f?sig=SENTINEL",
    "https://user:pw@storage.googleapis.com/f?sig=SENTINEL",
    "http://127.0.0.1:1/f?sig=SENTINEL",
    "http://169.254.169.254/latest?sig=SENTINEL",
    "file:///etc/passwd",
    "ftp://storage.googleapis.com/f",
    "//storage.googleapis.com/f",
    "not a link",
    "https://[broken",
]


@pytest.mark.parametrize("link", UNSAFE)
async def test_a_link_to_a_place_that_is_not_allowed_is_not_followed(link: str) -> None:
    async with Loopback(store(link=link)) as server, connect(server) as client:
        with pytest.raises(FileRefused) as raised:
            await download(client)
    assert raised.value.code == "banqup_link_unsafe"
    assert "SENTINEL" not in str(raised.value) + repr(raised.value.arguments)


async def test_a_redirect_on_the_same_host_is_followed() -> None:
    async with Loopback(store(Reply(302, headers={"Location": "/else"}))) as server, connect(server) as client:
        assert await download(client) == XML


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "https://storage.googleapis.com/x", "", SIGNED, "https://[broken"]
)
async def test_a_redirect_elsewhere_or_without_end_is_not_followed(target: str) -> None:
    async with Loopback(store(Reply(302, headers={"Location": target}))) as server, connect(server) as client:
        with pytest.raises(FileRefused) as raised:
            await download(client)
    assert raised.value.code == "banqup_link_unsafe"
    assert len(server.asked) <= 6


def test_allowed_hosts_are_exact_and_on_their_port() -> None:
    connection = BanqupConnection(
        base_url="https://api.example.com/x", download_hosts=("Storage.Example.com", "s:8443")
    )
    assert allowed_hosts(connection) == {("api.example.com", 443), ("storage.example.com", 443), ("s", 8443)}


@pytest.mark.parametrize("host", ["", "https://a.example", "a b", "user@a.example", "a.example/path"])
def test_a_download_host_that_is_no_host_is_refused(host: str) -> None:
    with pytest.raises(ConfigurationError):
        BanqupClient(BanqupConnection(base_url="https://api.example.com", download_hosts=(host,)), SecretStr("s"))


@pytest.mark.parametrize("signed", [Reply(403), Reply(500), Reset(), Reply(body=XML)])
async def test_no_part_of_a_signed_link_reaches_a_log_or_an_error(
    signed: Answer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    shown = ""
    async with Loopback(store(signed)) as server, connect(server) as client:
        try:
            await download(client)
        except SourceError as error:
            shown = str(error) + repr(error) + repr(error.arguments)
    assert "SENTINELSIGNATURE" not in shown + caplog.text
    assert "sentinel-token" not in caplog.text
