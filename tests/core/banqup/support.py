"""A Banqup of a few lines on loopback, and a client for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import SecretStr

from core.banqup.client import BanqupClient
from core.config import BanqupConnection
from tests.core.banqup.fixtures import DOCUMENT, FILE, SPACE
from tests.core.loopback import Answer, Asked, Loopback, Reply

TOKEN_PATH = "/oauth2/client_credential/gettoken"
SPACES = "/entitystore/v1/spaces"
DOCUMENTS = f"/datastore/documents/transaction/v2/spaces/{SPACE}/documents"
ONE = f"{DOCUMENTS}/{DOCUMENT}"
FILES = f"/datastore/documents/transaction/v1/spaces/{SPACE}/files/{FILE}"
SIGNED = f"/signed/{FILE}"

SECRET = "sentinel-client-secret-9f3"

Told = Answer | Callable[[Asked], Answer]


class Clock:
    """A clock that a test moves on."""

    def __init__(self) -> None:
        self.at = 1_772_184_600.0
        self.ran = 100.0

    def now(self) -> float:
        return self.at

    def boot(self) -> float:
        return self.ran

    async def sleep(self, seconds: float) -> None:
        self.pass_(seconds)

    def pass_(self, seconds: float) -> None:
        self.at += seconds
        self.ran += seconds


class FakeBanqup:
    """Answers by path; the token call gives `token-1`, `token-2` and so on, and any of them is good."""

    def __init__(self, routes: Mapping[str, Told] | None = None) -> None:
        self.routes = dict(routes or {})
        self.tokens = 0
        self.grant: Callable[[int], Answer] = lambda n: Reply(
            body={"access_token": f"sentinel-token-{n}", "token_type": "Bearer", "expires_in": 300}
        )

    def __call__(self, asked: Asked) -> Answer:
        if asked.path == TOKEN_PATH:
            self.tokens += 1
            return self.grant(self.tokens)
        told = self.routes.get(asked.path, Reply(404, {"title": "Not Found"}))
        return told(asked) if callable(told) else told


def connect(server: Loopback, clock: Clock | None = None, *, limit: int = 1 << 20, **settings: Any) -> BanqupClient:
    """A client of the server."""
    connection = BanqupConnection(
        base_url=server.url, client_id="app-7", **{"calls_per_minute": 6000, "timeout_s": 5.0, **settings}
    )
    return BanqupClient(connection, SecretStr(SECRET), clock=clock, max_file_bytes=limit)


def entry(id_: str = DOCUMENT, updated: str = "2026-02-27T09:00:00Z", **members: Any) -> dict[str, Any]:
    """A list entry."""
    return {
        "id": id_,
        "folder": "PURCHASES",
        "status": {"document": "VALIDATED"},
        "timestamps": {"updatedAt": updated},
        **members,
    }


def page(*documents: dict[str, Any], cursor: str | None = None) -> Reply:
    """A page of the list."""
    return Reply(body={"documents": list(documents), "nextCursor": cursor})
