"""The token, the pauses, the errors: every case of banqup-api 9.2 and 9.7 against a real server."""

from __future__ import annotations

import asyncio
import logging
from email.utils import formatdate

import pytest
from pydantic import SecretStr

from core.banqup.client import (
    BadAnswer,
    BanqupClient,
    CredentialsRefused,
    Forbidden,
    NotFound,
    RequestRefused,
    SpaceGone,
    Throttled,
    Unavailable,
)
from core.banqup.errors import SourceError
from core.config import BanqupConnection
from core.errors import ConfigurationError
from tests.core.banqup.fixtures import DOCUMENT, SPACE
from tests.core.banqup.support import DOCUMENTS, ONE, SECRET, SPACES, TOKEN_PATH, Clock, FakeBanqup, connect
from tests.core.loopback import Asked, Loopback, Reply, Reset, Silence, free_port, in_turn

NONE = Reply(body={"spaces": []})


def bearer(asked: Asked) -> str:
    return asked.headers.get("authorization", "").removeprefix("Bearer ")


# -- token -------------------------------------------------------------------------------------------------------------


async def test_one_token_serves_many_calls() -> None:
    banqup = FakeBanqup({SPACES: NONE})
    async with Loopback(banqup) as server, connect(server) as client:
        for _ in range(3):
            await client.spaces()
    assert banqup.tokens == 1
    token_call = server.asked[0]
    assert token_call.form == {"grant_type": "client_credentials", "client_id": "app-7", "client_secret": SECRET}
    assert "authorization" not in token_call.headers


async def test_a_token_is_renewed_half_a_minute_before_it_ends() -> None:
    banqup, clock = FakeBanqup({SPACES: NONE}), Clock()
    async with Loopback(banqup) as server, connect(server, clock) as client:
        await client.spaces()
        clock.pass_(269)
        await client.spaces()
        assert banqup.tokens == 1
        clock.pass_(2)
        await client.spaces()
        assert banqup.tokens == 2


async def test_a_token_that_says_nothing_of_its_life_is_taken_to_last_five_minutes() -> None:
    banqup, clock = FakeBanqup({SPACES: NONE}), Clock()
    banqup.grant = lambda n: Reply(body=f"opaque-{n}")
    async with Loopback(banqup) as server, connect(server, clock) as client:
        await client.spaces()
        clock.pass_(269)
        await client.spaces()
        assert banqup.tokens == 1
        clock.pass_(2)
        await client.spaces()
    assert bearer(server.asked[-1]) == "opaque-2"


async def test_a_token_that_lasts_seconds_is_still_used() -> None:
    banqup, clock = FakeBanqup({SPACES: NONE}), Clock()
    banqup.grant = lambda n: Reply(body={"access_token": f"t{n}", "expires_in": 10})
    async with Loopback(banqup) as server, connect(server, clock) as client:
        await client.spaces()
        clock.pass_(4)
        await client.spaces()
    assert banqup.tokens == 1


async def test_our_own_wrong_clock_does_not_make_a_good_token_look_ended() -> None:
    banqup, clock = FakeBanqup({SPACES: NONE}), Clock()
    clock.at += 7 * 86_400  # our clock runs a week ahead of Banqup's
    told = {"Date": "Fri, 27 Feb 2026 09:30:00 GMT"}
    banqup.grant = lambda n: Reply(body={"access_token": "t", "expires_at": "2026-02-27T09:40:00.000Z"}, headers=told)
    async with Loopback(banqup) as server, connect(server, clock) as client:
        await client.spaces()
        clock.pass_(500)
        await client.spaces()
    assert banqup.tokens == 1


async def test_a_401_renews_the_token_once_and_the_call_succeeds() -> None:
    def spaces(asked: Asked) -> Reply:
        return NONE if bearer(asked) == "sentinel-token-2" else Reply(401)

    banqup = FakeBanqup({SPACES: spaces})
    async with Loopback(banqup) as server, connect(server) as client:
        assert await client.spaces() == []
    assert banqup.tokens == 2


async def test_a_second_401_stops_the_connection_as_credentials() -> None:
    banqup = FakeBanqup({SPACES: Reply(401, {"title": "Unauthorized"})})
    async with Loopback(banqup) as server, connect(server) as client:
        with pytest.raises(CredentialsRefused) as raised:
            await client.spaces()
    assert raised.value.code == "banqup_token_refused"
    assert banqup.tokens == 2
    assert server.paths().count(f"GET {SPACES}") == 2


@pytest.mark.parametrize("status", [400, 401, 403])
async def test_a_wrong_secret_is_credentials_and_is_not_tried_again(status: int) -> None:
    banqup = FakeBanqup()
    banqup.grant = lambda n: Reply(status, {"error": "invalid_client", "error_description": f"bad secret {SECRET}"})
    async with Loopback(banqup) as server, connect(server) as client:
        with pytest.raises(CredentialsRefused) as raised:
            await client.spaces()
    assert raised.value.code == "banqup_secret_refused"
    assert SECRET not in str(raised.value) + repr(raised.value.arguments)
    assert banqup.tokens == 1


async def test_concurrent_callers_share_one_renewal() -> None:
    banqup = FakeBanqup({SPACES: NONE})
    async with Loopback(banqup) as server, connect(server) as client:
        await asyncio.gather(*(client.spaces() for _ in range(20)))
    assert banqup.tokens == 1


async def test_concurrent_callers_share_one_renewal_after_a_401() -> None:
    def spaces(asked: Asked) -> Reply:
        return Reply(401) if bearer(asked) == "sentinel-token-1" else NONE

    banqup = FakeBanqup({SPACES: spaces})
    async with Loopback(banqup) as server, connect(server) as client:
        await asyncio.gather(*(client.spaces() for _ in range(20)))
    assert banqup.tokens == 2


async def test_concurrent_callers_share_the_failure_of_a_renewal() -> None:
    banqup = FakeBanqup()
    banqup.grant = lambda n: Reply(503)
    async with Loopback(banqup) as server, connect(server) as client:
        came = await asyncio.gather(*(client.spaces() for _ in range(10)), return_exceptions=True)
    assert {type(failure) for failure in came} == {Unavailable}
    assert banqup.tokens == 1


async def test_a_caller_that_gives_up_does_not_take_the_renewal_from_the_others() -> None:
    banqup = FakeBanqup({SPACES: NONE})
    asked_for_token, gate = asyncio.Event(), asyncio.Event()

    async def script(asked: Asked) -> Reply:
        if asked.path == TOKEN_PATH:
            asked_for_token.set()
            await gate.wait()
        answer = banqup(asked)
        assert isinstance(answer, Reply)
        return answer

    async with Loopback(script) as server, connect(server) as client:
        first, second = asyncio.create_task(client.spaces()), asyncio.create_task(client.spaces())
        async with asyncio.timeout(5):
            await asked_for_token.wait()
        first.cancel()
        gate.set()
        assert await second == []
    assert banqup.tokens == 1


@pytest.mark.parametrize(
    ("answer", "kind", "code"),
    [
        (Reply(200, "<html>sign in</html>"), BadAnswer, "banqup_token_unreadable"),
        (Reply(404), BadAnswer, "banqup_token_path_wrong"),
        (Reply(500), Unavailable, "banqup_server_error"),
        (Reply(429, headers={"Retry-After": "9"}), Throttled, "banqup_throttled"),
        (Reset(), Unavailable, "banqup_connection_cut"),
    ],
)
async def test_trouble_at_the_sign_in_has_its_class(answer: Reply, kind: type[SourceError], code: str) -> None:
    banqup = FakeBanqup()
    banqup.grant = lambda n: answer
    async with Loopback(banqup) as server, connect(server) as client:
        with pytest.raises(kind) as raised:
            await client.spaces()
    assert raised.value.code == code


# -- errors ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "kind", "code"),
    [
        (Reply(400, {"title": "Bad"}), RequestRefused, "banqup_request_refused"),
        (Reply(406, {"title": "Bad"}), RequestRefused, "banqup_request_refused"),
        (Reply(415, {"title": "Bad"}), RequestRefused, "banqup_request_refused"),
        (Reply(418, "teapot"), RequestRefused, "banqup_request_refused"),
        (Reply(403, {"title": "No"}), Forbidden, "banqup_forbidden"),
        (Reply(404, {"title": "No"}), SpaceGone, "banqup_space_gone"),
        (Reply(500, "<html>oops</html>"), Unavailable, "banqup_server_error"),
        (Reply(502, b""), Unavailable, "banqup_server_error"),
        (Reply(503, '{"tit'), Unavailable, "banqup_server_error"),
        (Reply(504), Unavailable, "banqup_server_error"),
        (Reply(302, headers={"Location": "https://elsewhere.example/"}), BadAnswer, "banqup_redirected"),
        (Reply(200, "<html>captive portal</html>"), BadAnswer, "banqup_answer_unreadable"),
        (Reply(200, b""), BadAnswer, "banqup_answer_unreadable"),
        (Reply(200, '{"documents": [{"id": "a"'), BadAnswer, "banqup_answer_unreadable"),
        (Reply(200, b"[" * 200_000), BadAnswer, "banqup_answer_unreadable"),
        (Reply(200, b'{"documents"', length=500, cut_after=12), Unavailable, "banqup_connection_cut"),
        (Reset(), Unavailable, "banqup_connection_cut"),
    ],
)
async def test_every_trouble_with_a_list_has_its_class(answer: Reply, kind: type[SourceError], code: str) -> None:
    async with Loopback(FakeBanqup({DOCUMENTS: answer})) as server, connect(server) as client:
        with pytest.raises(kind) as raised:
            [page async for page in client.scan(SPACE)]
    assert type(raised.value) is kind
    assert raised.value.code == code
    assert server.paths().count(f"GET {DOCUMENTS}") == 1, "nothing is retried inside"


async def test_no_server_at_all_is_unreachable() -> None:
    connection = BanqupConnection(base_url=f"http://127.0.0.1:{free_port()}", client_id="a", timeout_s=5)
    async with BanqupClient(connection, SecretStr(SECRET)) as client:
        with pytest.raises(Unavailable) as raised:
            await client.spaces()
    assert raised.value.code == "banqup_unreachable"


async def test_an_answer_that_does_not_come_ends_at_the_time_out() -> None:
    async with Loopback(FakeBanqup({SPACES: Silence()})) as server, connect(server, timeout_s=0.2) as client:
        with pytest.raises(Unavailable) as raised:
            await client.spaces()
    assert raised.value.code == "banqup_silent"


async def test_an_answer_that_trickles_ends_at_the_time_out_too() -> None:
    slow = Reply(200, {"spaces": [{"id": "x" * 50}]}, trickle=0.05)
    async with Loopback(FakeBanqup({SPACES: slow})) as server, connect(server, timeout_s=0.3) as client:
        with pytest.raises(Unavailable) as raised:
            await client.spaces()
    assert raised.value.code == "banqup_silent"


async def test_a_problem_is_kept_with_what_support_needs() -> None:
    problem = {"title": "Invalid", "detail": "x" * 500, "requestId": "req-1", "error": "BAD_REQUEST", "timestamp": 5}
    async with Loopback(FakeBanqup({ONE: Reply(400, problem)})) as server, connect(server) as client:
        with pytest.raises(RequestRefused) as raised:
            await client.document(SPACE, DOCUMENT)
    arguments = raised.value.arguments
    assert arguments["title"] == "Invalid"
    assert arguments["request_id"] == "req-1"
    assert len(str(arguments["detail"])) == 200
    assert "Invalid" in str(raised.value)
    assert raised.value.error == "BAD_REQUEST"


async def test_a_5xx_that_says_when_to_come_back_is_believed() -> None:
    answer = Reply(503, headers={"Retry-After": "33"})
    async with Loopback(FakeBanqup({SPACES: answer})) as server, connect(server) as client:
        with pytest.raises(Unavailable) as raised:
            await client.spaces()
    assert raised.value.retry_after == 33


async def test_a_document_that_is_gone_is_not_found() -> None:
    async with Loopback(FakeBanqup()) as server, connect(server) as client:
        with pytest.raises(NotFound) as raised:
            await client.document(SPACE, DOCUMENT)
    assert raised.value.code == "banqup_document_not_found"
    assert raised.value.where == DOCUMENT
    assert not isinstance(raised.value, SpaceGone)


# -- throttling --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "wait"),
    [
        ("7", 7.0),
        ("0", 0.0),
        ("999999999", 86_400.0),
        (formatdate(1_772_184_600 + 40, usegmt=True), 40.0),
        ("soon", 5.0),
        (None, 5.0),
    ],
)
async def test_a_429_tells_how_long_to_wait(told: str | None, wait: float) -> None:
    headers = {"Date": formatdate(1_772_184_600, usegmt=True)} | ({"Retry-After": told} if told else {})
    async with (
        Loopback(FakeBanqup({SPACES: Reply(429, headers=headers)})) as server,
        connect(server, Clock()) as client,
    ):
        with pytest.raises(Throttled) as raised:
            await client.spaces()
    assert raised.value.retry_after == pytest.approx(wait)


async def test_a_429_pauses_every_call_of_the_client_without_waiting() -> None:
    banqup, clock = FakeBanqup({SPACES: in_turn(Reply(429, headers={"Retry-After": "60"}), NONE)}), Clock()  # type: ignore[dict-item]
    async with Loopback(banqup) as server, connect(server, clock) as client:
        with pytest.raises(Throttled):
            await client.spaces()
        calls = len(server.asked)
        clock.pass_(20)
        with pytest.raises(Throttled) as raised:
            await client.document(SPACE, DOCUMENT)
        assert raised.value.code == "banqup_paused"
        assert raised.value.retry_after == pytest.approx(40)
        assert len(server.asked) == calls, "nothing was asked during the pause"
        clock.pass_(41)
        assert await client.spaces() == []


async def test_a_429_without_a_time_waits_longer_each_time() -> None:
    clock = Clock()
    waits = []
    async with Loopback(FakeBanqup({SPACES: Reply(429)})) as server, connect(server, clock) as client:
        for _ in range(4):
            with pytest.raises(Throttled) as raised:
                await client.spaces()
            waits.append(raised.value.retry_after)
            clock.pass_((raised.value.retry_after or 0) + 1)
    assert waits == [5, 10, 20, 40]


async def test_calls_are_paced_by_our_own_ceiling() -> None:
    banqup = FakeBanqup({SPACES: NONE})
    async with Loopback(banqup) as server, connect(server, calls_per_minute=3) as client:
        await client.spaces()
        await client.spaces()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await client.spaces()
    assert len(server.asked) == 3


# -- what may not leak, and addresses ----------------------------------------------------------------------------------


async def test_no_secret_reaches_a_log_an_error_or_a_repr(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    echo = f"you sent {SECRET} and Bearer sentinel-token-1 and client_secret={SECRET} https://x.example/?sig=SENTINEL"
    banqup = FakeBanqup(
        {SPACES: Reply(500, echo), DOCUMENTS: Reply(403, {"title": echo, "detail": echo}), ONE: Reply(200, echo)}
    )
    async with Loopback(banqup) as server, connect(server) as client:
        shown = [repr(client), repr(vars(client))]
        for call in (client.spaces(), client.scan(SPACE).__anext__(), client.document(SPACE, DOCUMENT)):
            with pytest.raises(SourceError) as raised:
                await call
            shown += [str(raised.value), repr(raised.value), repr(raised.value.arguments)]
    everything = "\n".join([*shown, caplog.text])
    for sentinel in (SECRET, "sentinel-token-1", "SENTINEL"):
        assert sentinel not in everything
    assert "you sent" in caplog.text, "the redacted beginning is kept for support"


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("", "banqup_address_missing"),
        ("api.example.com", "banqup_address_malformed"),
        ("ftp://api.example.com", "banqup_address_malformed"),
        ("https://user:pw@api.example.com", "banqup_address_malformed"),
        ("https://api.example.com/?a=b", "banqup_address_malformed"),
        ("https://api.example.com:99999", "banqup_address_malformed"),
        ("http://api.example.com", "banqup_address_not_https"),
        ("http://127.0.0.1.example.com", "banqup_address_not_https"),
    ],
)
def test_only_https_is_accepted_except_on_this_machine(address: str, code: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        BanqupClient(BanqupConnection(base_url=address, client_id="a"), SecretStr("s"))
    assert raised.value.code == code


async def test_a_cookie_that_banqup_sets_is_not_sent_back() -> None:
    answer = Reply(body={"spaces": []}, headers={"Set-Cookie": "track=1"})
    async with Loopback(FakeBanqup({SPACES: answer})) as server, connect(server) as client:
        await client.spaces()
        await client.spaces()
    assert all("cookie" not in asked.headers for asked in server.asked)
