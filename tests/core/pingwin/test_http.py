"""What a POST may meet on a real network, each with its class; and nothing leaves twice (pingwin 5, engine 5.3)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from core.pingwin.exchange import Broken, exchange
from core.pingwin.http import HttpTarget
from core.pingwin.request import build_upload
from core.pingwin.target import Answer as Came
from core.pingwin.target import AnswerKind, Credentials, Found
from core.wording.pingwin import MESSAGES
from tests.core.loopback import Answer, Asked, Loopback, Reply, Reset, Silence, free_port, in_turn
from tests.core.pingwin.support import API_KEY, CLID, CREDENTIALS, KEY, XML, contract, upload

OK = Reply(201, {"id": "PW-1"})
DEADLINE = 5.0


async def send_to(answer: Answer, *, deadline: float = DEADLINE, **changes: Any) -> tuple[Came, Loopback]:
    async with Loopback(in_turn(answer)) as server:
        came = await HttpTarget(contract(**changes), server.url).send(upload(), CREDENTIALS, deadline)
    assert came.code in MESSAGES
    return came, server


@pytest.mark.parametrize("name", ["a-multipart", "b-form", "c-json", "d-raw", "sandbox"])
async def test_every_profile_delivers_and_takes_the_reference(name: str) -> None:
    async with Loopback(in_turn(OK)) as server:
        came = await HttpTarget(contract(name), server.url).send(upload(), CREDENTIALS, DEADLINE)
    assert came.kind is AnswerKind.ACCEPTED
    assert came.reference == "PW-1"
    assert came.seconds > 0
    assert len(server.asked) == 1


# -- surely not sent --------------------------------------------------------------------------------------------------


async def test_a_refused_connection_is_not_sent() -> None:
    target = HttpTarget(contract(), f"http://127.0.0.1:{free_port()}")
    came = await target.send(upload(), CREDENTIALS, DEADLINE)
    assert (came.kind, came.code) == (AnswerKind.NOT_SENT, "pingwin_unreachable")
    assert not came.lost


async def test_a_name_that_is_not_known_is_not_sent() -> None:
    came = await HttpTarget(contract(), "https://no-such-host.invalid").send(upload(), CREDENTIALS, DEADLINE)
    assert came.kind is AnswerKind.NOT_SENT
    assert came.code in {"pingwin_name_unknown", "pingwin_unreachable", "pingwin_proxy", "pingwin_connect_timeout"}


@asynccontextmanager
async def listener(says: bytes) -> AsyncIterator[int]:
    """Accepts connections and says this to everyone, whatever they want; says nothing where it is empty."""
    ended = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        if says:
            writer.write(says)
            await writer.drain()
        await ended.wait()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        ended.set()
        server.close()


async def test_a_failed_handshake_is_not_sent() -> None:
    async with listener(b"HTTP/1.1 400 Bad Request\r\n\r\n") as port:
        target = HttpTarget(contract(), f"https://127.0.0.1:{port}")
        came = await target.send(upload(), CREDENTIALS, DEADLINE)
    assert (came.kind, came.code) == (AnswerKind.NOT_SENT, "pingwin_tls")


async def test_a_handshake_that_hangs_is_not_sent() -> None:
    async with listener(b"") as port:
        target = HttpTarget(contract(), f"https://127.0.0.1:{port}")
        came = await target.send(upload(), CREDENTIALS, 0.3)
    assert (came.kind, came.code) == (AnswerKind.NOT_SENT, "pingwin_connect_timeout")


async def test_a_proxy_that_does_not_answer_means_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{free_port()}")
    came = await HttpTarget(contract(), "https://pingwin.example").send(upload(), CREDENTIALS, DEADLINE)
    assert came.kind is AnswerKind.NOT_SENT


async def test_a_proxy_that_refuses_the_tunnel_has_seen_no_document(monkeypatch: pytest.MonkeyPatch) -> None:
    async with Loopback(in_turn(Reply(403))) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        came = await HttpTarget(contract(), "https://pingwin.example").send(upload(), CREDENTIALS, DEADLINE)
    assert (came.kind, came.code) == (AnswerKind.NOT_SENT, "pingwin_proxy")
    assert [asked.method for asked in proxy.asked] == ["CONNECT"]


async def test_a_proxy_that_drops_the_tunnel_has_seen_no_document(monkeypatch: pytest.MonkeyPatch) -> None:
    async with Loopback(in_turn(Reset())) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        came = await HttpTarget(contract(), "https://pingwin.example").send(upload(), CREDENTIALS, DEADLINE)
    assert came.kind is AnswerKind.NOT_SENT


async def test_a_proxy_of_the_environment_is_not_used_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")
    came, _ = await send_to(OK)
    assert came.kind is AnswerKind.ACCEPTED


@pytest.mark.parametrize(
    ("credentials", "code"),
    [
        (Credentials(SecretStr(""), SecretStr("c"), "f"), "pingwin_credential_missing"),
        (Credentials(SecretStr("k\r\nX-Evil: 1"), SecretStr("c"), "f"), "pingwin_credential_unusable"),
    ],
)
async def test_a_credential_that_cannot_be_sent_never_reaches_the_network(credentials: Credentials, code: str) -> None:
    async with Loopback(in_turn(OK)) as server:
        came = await HttpTarget(contract(), server.url).send(upload(), credentials, DEADLINE)
    assert (came.kind, came.code) == (AnswerKind.AUTH, code)
    assert server.connections == 0


async def test_a_file_above_the_contracts_limit_never_reaches_the_network() -> None:
    came, server = await send_to(OK, limits={"max_bytes": len(XML) - 1})
    assert (came.kind, came.code) == (AnswerKind.REFUSED, "pingwin_too_large")
    assert server.connections == 0


# -- unknown: the body had left ---------------------------------------------------------------------------------------


async def test_a_lost_answer_is_unknown_and_nothing_is_sent_again() -> None:
    came, server = await send_to(Reset())
    assert (came.kind, came.code, came.lost) == (AnswerKind.UNKNOWN, "pingwin_connection_cut", True)
    assert len(server.asked) == 1
    assert server.connections == 1


async def test_silence_ends_at_the_deadline_as_unknown() -> None:
    came, server = await send_to(Silence(), deadline=0.3)
    assert (came.kind, came.code, came.lost) == (AnswerKind.UNKNOWN, "pingwin_no_answer", True)
    assert len(server.asked) == 1


async def test_a_process_frozen_longer_than_its_deadline_sends_no_body_when_it_goes_on() -> None:
    """As a stopped worker: it asked for the connection in time, and wakes up long after others may have the row."""
    clock = iter((0.0, DEADLINE + 1.0))
    async with Loopback(in_turn(OK)) as server:
        outgoing = build_upload(contract(), server.url, upload(), CREDENTIALS)
        broken = await exchange(outgoing, DEADLINE, httpx.create_ssl_context(), boot=lambda: next(clock))
        assert isinstance(broken, Broken) and not broken.left
        assert not any(asked.body for asked in server.asked)


async def test_an_answer_that_trickles_is_bounded_by_the_total_deadline() -> None:
    came, _ = await send_to(Reply(201, {"id": "x" * 200}, trickle=0.02), deadline=0.4)
    assert (came.kind, came.lost) == (AnswerKind.UNKNOWN, True)
    assert came.http_status == 201


async def test_a_server_that_never_reads_the_body_is_unknown_after_the_deadline() -> None:
    big = b"<a>" + b"x" * 8_000_000 + b"</a>"
    async with Loopback(in_turn(OK), before_body=Silence()) as server:
        came = await HttpTarget(contract(), server.url).send(upload(big), CREDENTIALS, 0.4)
    assert came.kind is AnswerKind.UNKNOWN


async def test_a_connection_that_breaks_while_the_body_leaves_is_unknown() -> None:
    big = b"<a>" + b"x" * 8_000_000 + b"</a>"
    async with Loopback(in_turn(OK), before_body=Reset()) as server:
        came = await HttpTarget(contract(), server.url).send(upload(big), CREDENTIALS, DEADLINE)
    assert (came.kind, came.lost) == (AnswerKind.UNKNOWN, True)


async def test_a_2xx_whose_body_is_cut_is_unknown() -> None:
    came, _ = await send_to(Reply(201, {"id": "PW-1"}, cut_after=4))
    assert (came.kind, came.http_status) == (AnswerKind.UNKNOWN, 201)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_a_5xx_on_the_upload_is_unknown_and_not_refused(status: int) -> None:
    came, server = await send_to(Reply(status, "oops", headers={"Retry-After": "5"}))
    assert (came.kind, came.code) == (AnswerKind.UNKNOWN, "pingwin_server_error")
    assert came.server_text == "oops"
    assert len(server.asked) == 1


async def test_a_redirect_is_not_followed_and_is_unknown() -> None:
    async with Loopback(in_turn(OK)) as other:
        came, server = await send_to(Reply(307, headers={"Location": f"{other.url}/documents"}))
    assert (came.kind, came.code) == (AnswerKind.UNKNOWN, "pingwin_redirected")
    assert other.asked == []
    assert len(server.asked) == 1


async def test_an_endless_answer_is_read_up_to_a_limit() -> None:
    came, _ = await send_to(Reply(200, b"x" * 2_000_000))
    assert came.kind is AnswerKind.UNKNOWN


# -- definite answers -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "kind", "code"),
    [
        (Reply(401, {"message": "invalid key"}), AnswerKind.AUTH, "pingwin_credentials_refused"),
        (Reply(403), AnswerKind.AUTH, "pingwin_credentials_refused"),
        (Reply(404), AnswerKind.DOSSIER, "pingwin_dossier_refused"),
        (Reply(409, {"id": "PW-9"}), AnswerKind.ALREADY_THERE, "pingwin_already_there"),
        (Reply(422, {"message": "no VAT number"}), AnswerKind.REFUSED, "pingwin_document_refused"),
        (Reply(429, headers={"Retry-After": "30"}), AnswerKind.THROTTLED, "pingwin_throttled"),
    ],
)
async def test_a_definite_answer_has_its_class(reply: Reply, kind: AnswerKind, code: str) -> None:
    came, server = await send_to(reply)
    assert (came.kind, came.code) == (kind, code)
    assert came.http_status == reply.status
    assert not came.lost
    assert len(server.asked) == 1


async def test_a_refusal_counts_although_its_body_is_cut() -> None:
    came, _ = await send_to(Reply(422, {"message": "no VAT number"}, cut_after=5))
    assert came.kind is AnswerKind.REFUSED


async def test_a_refusal_before_the_body_was_read_counts() -> None:
    big = b"<a>" + b"x" * 4_000_000 + b"</a>"
    async with Loopback(in_turn(OK), before_body=Reply(413, {"message": "too large"})) as server:
        came = await HttpTarget(contract(), server.url).send(upload(big), CREDENTIALS, DEADLINE)
    # the answer may be lost in the reset that follows; it is never taken for a success or for "not sent"
    assert came.kind in {AnswerKind.REFUSED, AnswerKind.UNKNOWN}


async def test_each_upload_has_a_connection_of_its_own() -> None:
    async with Loopback(in_turn(OK)) as server:
        target = HttpTarget(contract(), server.url)
        for _ in range(3):
            assert (await target.send(upload(), CREDENTIALS, DEADLINE)).kind is AnswerKind.ACCEPTED
    assert server.connections == 3


async def test_no_more_uploads_at_once_than_the_contract_allows() -> None:
    at_once = most = 0

    async def script(asked: Asked) -> Reply:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0.02)
        at_once -= 1
        return OK

    async with Loopback(script) as server:
        target = HttpTarget(contract(limits={"concurrency": 2, "max_per_minute": 600}), server.url)
        await asyncio.gather(*(target.send(upload(), CREDENTIALS, DEADLINE) for _ in range(8)))
    assert most == 2


async def test_waiting_for_our_own_pace_sends_nothing_and_says_so() -> None:
    async with Loopback(in_turn(OK)) as server:
        target = HttpTarget(contract(limits={"max_per_minute": 1}), server.url)
        await target.send(upload(), CREDENTIALS, DEADLINE)
        came = await target.send(upload(), CREDENTIALS, 0.1)
    assert (came.kind, came.code) == (AnswerKind.THROTTLED, "pingwin_own_pace")
    assert len(server.asked) == 1


async def test_a_cancelled_upload_ends_at_once_and_frees_its_place() -> None:
    arrived = asyncio.Event()

    def script(asked: Asked) -> Silence:
        arrived.set()
        return Silence()

    async with Loopback(script) as server:
        target = HttpTarget(contract(), server.url)
        sending = asyncio.create_task(target.send(upload(), CREDENTIALS, DEADLINE))
        async with asyncio.timeout(DEADLINE):
            await arrived.wait()
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        came = await target.send(upload(), CREDENTIALS, 0.2)
    assert came.kind is AnswerKind.UNKNOWN


# -- asking by key ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "found", "retry", "reference"),
    [
        (Reply(200, {"id": "PW-5"}), Found.YES, False, "PW-5"),
        (Reply(404, {"error": "NO_SUCH_DOCUMENT"}), Found.NO, False, None),
        (Reply(404, {"error": "NOT_FOUND"}), Found.CANNOT_TELL, False, None),
        (Reply(404, "<html>no such page</html>"), Found.CANNOT_TELL, False, None),
        (Reply(401), Found.CANNOT_TELL, True, None),
        (Reply(429), Found.CANNOT_TELL, True, None),
        (Reply(503), Found.CANNOT_TELL, True, None),
        (Reset(), Found.CANNOT_TELL, True, None),
        (Silence(), Found.CANNOT_TELL, True, None),
    ],
)
async def test_only_a_described_answer_says_yes_or_no(
    answer: Answer, found: Found, retry: bool, reference: str | None
) -> None:
    async with Loopback(in_turn(answer)) as server:
        came = await HttpTarget(contract("sandbox"), server.url).lookup(KEY, CREDENTIALS, 0.3)
    assert (came.found, came.retry, came.reference) == (found, retry, reference)
    assert came.code in MESSAGES
    assert server.asked[0].path == f"/documents/by-key/{KEY}"
    assert server.asked[0].headers["x-api-key"] == API_KEY


async def test_a_target_that_is_not_there_cannot_say_no() -> None:
    target = HttpTarget(contract("sandbox"), f"http://127.0.0.1:{free_port()}")
    came = await target.lookup(KEY, CREDENTIALS, DEADLINE)
    assert (came.found, came.retry) == (Found.CANNOT_TELL, True)


async def test_a_contract_without_a_question_cannot_be_asked() -> None:
    came = await HttpTarget(contract(), "https://pingwin.example").lookup(KEY, CREDENTIALS, DEADLINE)
    assert (came.found, came.retry) == (Found.CANNOT_TELL, False)


# -- testing the connection -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "reachable", "credentials", "code"),
    [
        (Reply(200, {}), True, True, "pingwin_credentials_right"),
        (Reply(401), True, False, "pingwin_credentials_refused"),
        (Reply(404), True, False, "pingwin_dossier_refused"),
        (Reply(418), True, None, "pingwin_test_unclear"),
        (Reply(302, headers={"Location": "/login"}), True, None, "pingwin_test_unclear"),
        (Reply(503), False, None, "pingwin_busy"),
        (Reply(429), False, None, "pingwin_busy"),
        (Reset(), False, None, "pingwin_unreachable"),
        (Silence(), False, None, "pingwin_silent"),
    ],
)
async def test_a_test_request_says_what_it_proved(
    answer: Answer, reachable: bool, credentials: bool | None, code: str
) -> None:
    async with Loopback(in_turn(answer)) as server:
        probe = await HttpTarget(contract("sandbox"), server.url).probe(CREDENTIALS, 0.4)
    assert (probe.reachable, probe.credentials, probe.code) == (reachable, credentials, code)
    assert [(asked.method, asked.path, asked.body) for asked in server.asked] == [("GET", "/dossier", b"")]


@pytest.mark.parametrize(
    ("answer", "reachable", "code"),
    [
        (Reply(200), True, "pingwin_reached_only"),
        (Reply(404), True, "pingwin_reached_only"),
        (Reply(405), True, "pingwin_reached_only"),
        (Reply(501), True, "pingwin_reached_only"),
        (Reply(503), False, "pingwin_busy"),
    ],
)
async def test_without_a_test_request_a_head_proves_that_somebody_answers_and_no_more(
    answer: Answer, reachable: bool, code: str
) -> None:
    async with Loopback(in_turn(answer)) as server:
        probe = await HttpTarget(contract(), server.url).probe(CREDENTIALS, DEADLINE)
    assert (probe.reachable, probe.credentials, probe.code) == (reachable, None, code)
    (asked,) = server.asked
    assert asked.method == "HEAD"
    assert API_KEY not in repr(asked)
    assert CLID not in repr(asked)


async def test_without_credentials_the_test_request_is_not_made() -> None:
    async with Loopback(in_turn(Reply(200))) as server:
        probe = await HttpTarget(contract("sandbox"), server.url).probe(None, DEADLINE)
    assert (probe.reachable, probe.credentials) == (True, None)
    assert server.asked[0].method == "HEAD"


async def test_a_missing_credential_is_said_without_asking_with_it() -> None:
    async with Loopback(in_turn(Reply(200))) as server:
        empty = Credentials(SecretStr(""), SecretStr("c"), "f")
        probe = await HttpTarget(contract("sandbox"), server.url).probe(empty, DEADLINE)
    assert (probe.reachable, probe.credentials, probe.code) == (True, False, "pingwin_credential_missing")
    assert [asked.method for asked in server.asked] == ["HEAD"]


# -- nothing leaks ----------------------------------------------------------------------------------------------------

IN_ADDRESS = [
    {"credential": "api_key", "in": "query", "name": "apikey"},
    {"credential": "clid", "in": "path"},
]

ECHO = f"bad key {API_KEY} of {CLID}"


@contextmanager
def everything_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    with caplog.at_level(logging.DEBUG):
        for name in ("httpx", "httpcore", "httpcore.http11", "httpcore.connection", "core"):
            caplog.set_level(logging.DEBUG, logger=name)
        yield


@pytest.mark.parametrize("answer", [Reply(401, ECHO), Reply(500, ECHO), Reply(422, {"message": ECHO}), Reset(), OK])
async def test_no_credential_reaches_a_log_an_answer_or_a_repr(
    answer: Answer, caplog: pytest.LogCaptureFixture
) -> None:
    with everything_logged(caplog):
        async with Loopback(in_turn(answer)) as server:
            target = HttpTarget(contract(auth=IN_ADDRESS, path_template="/{clid}/documents"), server.url)
            came = await target.send(upload(), CREDENTIALS, DEADLINE)
            probe = await target.probe(CREDENTIALS, DEADLINE)
            shown = repr([came, probe, target, vars(target), target.preview(upload(), CREDENTIALS), CREDENTIALS])
        if not isinstance(answer, Reset):
            assert API_KEY in server.asked[0].target, "it did travel"
    assert API_KEY not in shown + caplog.text
    assert CLID not in shown + caplog.text


async def test_the_time_of_a_call_is_told() -> None:
    came, _ = await send_to(Reply(201, {"id": "1"}, trickle=0.01))
    assert 0.05 < came.seconds < DEADLINE
    assert replace(came, seconds=0).kind is AnswerKind.ACCEPTED
