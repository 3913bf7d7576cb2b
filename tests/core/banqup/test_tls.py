"""Banqup over TLS: nothing is told to a server that nobody vouches for, the secret least of all."""

from __future__ import annotations

import ssl
from pathlib import Path

import httpx
import pytest

from core.banqup import session
from core.banqup.errors import SourceError
from tests.core.banqup.support import SPACES, FakeBanqup, connect
from tests.core.loopback import Loopback, Reply

BANQUP = {SPACES: Reply(body={"spaces": []})}


async def test_a_server_with_an_unknown_certificate_is_told_nothing(tls: ssl.SSLContext) -> None:
    async with Loopback(FakeBanqup(BANQUP), tls=tls) as server, connect(server) as client:
        with pytest.raises(SourceError) as raised:
            await client.spaces()
    assert raised.value.code == "banqup_tls" and server.asked == []


async def test_a_certificate_of_an_authority_of_ones_own_is_accepted(
    tls: ssl.SSLContext, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    monkeypatch.setattr(session, "_trust", httpx.create_ssl_context)  # read once a process
    async with Loopback(FakeBanqup(BANQUP), tls=tls) as server, connect(server) as client:
        assert list(await client.spaces()) == []
