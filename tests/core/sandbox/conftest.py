"""A running sandbox with made-up documents, and a client's plain HTTP calls to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from core.sandbox.fill import open_world
from core.sandbox.server import SandboxServer, running_sandbox

LIST = "/datastore/documents/transaction/v2/spaces/{}/documents"
FILE = "/datastore/documents/transaction/v1/spaces/{}/files/{}"
TOKEN = "/oauth2/client_credential/gettoken"


@dataclass
class Caller:
    """Calls the sandbox as any client would; names and paths are this test's own reading of the reference."""

    server: SandboxServer
    http: httpx.Client
    token: str = ""

    @property
    def space(self) -> str:
        return self.server.world.space

    def sign_in(self, secret: str | None = None) -> httpx.Response:
        access = self.server.access
        form = {
            "grant_type": "client_credentials",
            "client_id": access.client_id,
            "client_secret": secret or access.client_secret,
        }
        answer = self.http.post(TOKEN, data=form)
        if answer.status_code == 200 and answer.headers["content-type"] == "application/json":
            self.token = answer.json()["access_token"]
        return answer

    def get(self, path: str, **params: Any) -> httpx.Response:
        return self.http.get(path, params=params, headers={"Authorization": f"Bearer {self.token}"})

    def pages(self, **params: Any) -> Iterator[list[dict[str, Any]]]:
        """The list, page by page, to its end."""
        cursor = None
        for _ in range(1000):
            more = {"cursor": cursor} if cursor else {}
            body = self.get(LIST.format(self.space), **params, **more).json()
            yield body["documents"]
            cursor = body["nextCursor"]
            if not cursor:
                return
        raise AssertionError("the list does not end")

    def documents(self, **params: Any) -> list[dict[str, Any]]:
        return [document for page in self.pages(**params) for document in page]

    def file(self, id_: str) -> httpx.Response:
        return self.get(FILE.format(self.space, id_))

    def upload(
        self, content: bytes, *, key: str = "", name: str = "efff.xml", direction: str = "purchase", **changed: str
    ) -> httpx.Response:
        access = self.server.access
        headers = {"X-Api-Key": access.api_key, "X-Clid": access.clid, "X-File-Id": access.file_id}
        headers |= {"X-Delivery-Key": key} if key else {}
        headers |= {name.title().replace("_", "-"): value for name, value in changed.items()}
        files = {"file": (name, content, "application/xml")}
        return self.http.post("/pingwin/documents", headers=headers, files=files, data={"type": direction})

    def lookup(self, key: str) -> httpx.Response:
        access = self.server.access
        headers = {"X-Api-Key": access.api_key, "X-Clid": access.clid, "X-File-Id": access.file_id}
        return self.http.get(f"/pingwin/documents/by-key/{key}", headers=headers)


@pytest.fixture
def caller() -> Iterator[Caller]:
    """A signed-in caller of a fresh sandbox with twelve documents."""
    with running_sandbox(open_world(documents=12)) as server, httpx.Client(base_url=server.address) as http:
        caller = Caller(server, http)
        caller.sign_in()
        yield caller
