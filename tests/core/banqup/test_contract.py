"""The client does what the shared contract fixtures say, and every member of them has its label (banqup-api 9.9)."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from pydantic import SecretStr

from core.banqup import client as banqup
from core.banqup.client import BanqupClient
from core.banqup.wire import read_grant, read_listing
from core.config import BanqupConnection
from core.errors import SourceError
from core.model import Direction, SourceFile
from tests.core.banqup.fixtures import DOCUMENT, FILE, LABELS, SPACE, Fixture, all_fixtures, fixture
from tests.core.banqup.support import SIGNED, TOKEN_PATH, Clock
from tests.core.loopback import Asked, Loopback, Reply

FIXTURES = {found.name: found for found in all_fixtures()}


@pytest.mark.parametrize("name", FIXTURES)
def test_every_member_of_a_fixture_is_labelled(name: str) -> None:
    found = FIXTURES[name]
    unlabelled = [member for member in found.members() if found.label(member) not in LABELS]
    assert not unlabelled


def stand_in(found: Fixture, server: list[Loopback]) -> Reply:
    """The fixture's answer, with the server's own address in it."""
    answer = found.answer
    body = answer.get("text", answer.get("body"))
    if isinstance(body, dict) and "downloadUrl" in body:
        body = {**body, "downloadUrl": body["downloadUrl"].replace("{host}", server[0].url)}
    return Reply(answer["status"], body, answer["headers"])


async def make_call(client: BanqupClient, call: str) -> object:
    match call:
        case "spaces":
            return await client.spaces()
        case "scan":
            return [page async for page in client.scan(SPACE)]
        case "document":
            return await client.document(SPACE, DOCUMENT)
        case "file":
            with tempfile.TemporaryDirectory() as folder:
                await client.download(SPACE, SourceFile(FILE), Path(folder, FILE))
                return Path(folder, FILE).read_bytes()
        case _:
            return await client.spaces()


@pytest.mark.parametrize(
    "name", [name for name, found in FIXTURES.items() if "cursor" not in found.request.get("query", {})]
)
async def test_the_client_asks_as_the_fixture_says_and_understands_the_answer(name: str) -> None:
    found = FIXTURES[name]
    servers: list[Loopback] = []

    def script(asked: Asked) -> Reply:
        if found.call == "token" and asked.path == found.request["path"]:
            return stand_in(found, servers)
        if asked.path == TOKEN_PATH:
            return Reply(body={"access_token": "sample-token"})
        if asked.path == SIGNED:
            return Reply(body=found.expect.get("content", ""))
        if asked.path != found.request["path"]:
            return Reply(body={"spaces": []})
        return Reply(body={"documents": []}) if "cursor" in asked.query else stand_in(found, servers)

    connection = {"client_id": "sample-app", "timeout_s": 5.0}
    async with Loopback(script) as server:
        servers.append(server)
        async with BanqupClient(
            BanqupConnection(base_url=server.url, **connection), SecretStr("sample-secret"), clock=Clock()
        ) as client:
            if error := found.expect.get("error"):
                with pytest.raises(getattr(banqup, error)) as raised:
                    await make_call(client, found.call)
                assert type(raised.value).__name__ == error
                assert raised.value.code == found.expect["code"]
                if "retry_after" in found.expect:
                    assert raised.value.retry_after == pytest.approx(found.expect["retry_after"])
            else:
                came = await make_call(client, found.call)
                check_result(found, came)
        asked = next(asked for asked in server.asked if asked.path == found.request["path"])
    assert asked.method == found.request["method"]
    assert asked.query == found.request.get("query", {})
    assert found.request["headers"].items() <= dict(asked.headers).items()
    if "form" in found.request:
        assert asked.form == found.request["form"]


def check_result(found: Fixture, came: object) -> None:
    match found.call:
        case "spaces":
            assert isinstance(came, list)
            assert [space.id for space in came] == found.expect["ids"]
        case "scan":
            assert isinstance(came, list)
            assert [document.id for document in came[0].documents] == found.expect["ids"]
        case "file":
            assert came == found.expect["content"].encode()
        case _:
            pass


@pytest.mark.parametrize("name", ["token-object", "token-bare"])
def test_a_token_is_read_from_both_documented_forms(name: str) -> None:
    import json

    found = fixture(name)
    text = found.answer.get("text") or json.dumps(found.answer["body"])
    grant = read_grant(text, now=1_772_184_600.0)
    assert grant.lifetime == pytest.approx(found.expect["lifetime"])


def test_the_last_page_ends_the_list_and_counts_what_it_ignores() -> None:
    listing = read_listing(FIXTURES["list-last-page"].answer["body"], SPACE)
    assert [document.id for document in listing.documents] == FIXTURES["list-last-page"].expect["ids"]
    assert listing.ignored == 1
    assert listing.next_cursor is None
    assert listing.documents[0].direction is Direction.SALES


def test_a_fixture_for_every_class_of_error_that_banqup_itself_answers() -> None:
    covered = {found.expect.get("error") for found in FIXTURES.values()}
    assert {
        "CredentialsRefused",
        "Forbidden",
        "NotFound",
        "SpaceGone",
        "Throttled",
        "RequestRefused",
        "NotReady",
    } <= covered
    assert all(issubclass(getattr(banqup, name), SourceError) for name in covered if name)
