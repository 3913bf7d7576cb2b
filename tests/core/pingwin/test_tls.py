"""Over TLS: an unknown certificate means not sent; with a known one, the very moment the body leaves still decides."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from core.pingwin.http import HttpTarget
from core.pingwin.target import AnswerKind
from tests.core.loopback import Loopback, Reply, Reset, in_turn
from tests.core.pingwin.support import CREDENTIALS, contract, upload


async def test_a_certificate_that_nobody_vouches_for_means_not_sent(tls: ssl.SSLContext) -> None:
    async with Loopback(in_turn(Reply(201, {"id": "1"})), tls=tls) as server:
        came = await HttpTarget(contract(), server.url).send(upload(), CREDENTIALS, 5.0)
    assert (came.kind, came.code) == (AnswerKind.NOT_SENT, "pingwin_tls")
    assert server.asked == []


@pytest.mark.parametrize(
    ("answer", "kind", "lost"),
    [(Reply(201, {"id": "1"}), AnswerKind.ACCEPTED, False), (Reset(), AnswerKind.UNKNOWN, True)],
)
async def test_with_a_known_certificate_the_answer_decides(
    answer: Reply | Reset,
    kind: AnswerKind,
    lost: bool,
    tls: ssl.SSLContext,
    certificate: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    async with Loopback(in_turn(answer), tls=tls) as server:
        target = HttpTarget(contract(), server.url)
        came = await target.send(upload(), CREDENTIALS, 5.0)
        probe = await target.probe(None, 5.0) if kind is AnswerKind.ACCEPTED else None
    assert (came.kind, came.lost) == (kind, lost)
    assert len(server.asked) == (2 if probe else 1)
    assert probe is None or probe.code == "pingwin_reached_only"
