"""A small client for the sandbox's control calls: used by `sandbox approve|received|faults`, the demo and tests.

`find` reads where the sandbox of a home listens; `Access` is what its file holds.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx

from core.errors import UsageError
from core.sandbox.records import TOKEN_HEADER

ACCESS_FILE = "sandbox.json"


@dataclass(frozen=True, slots=True)
class Access:
    """How to reach a running sandbox and the made-up credentials it accepts. Written to its home, private."""

    address: str
    pid: int
    control_token: str = field(repr=False)
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    space: str = ""
    space_name: str = ""
    api_key: str = field(default="", repr=False)
    clid: str = field(default="", repr=False)
    file_id: str = ""
    enterprise_number: str = ""

    @property
    def banqup(self) -> str:
        """Banqup's base address."""
        return self.address

    @property
    def pingwin(self) -> str:
        """Pingwin's base address."""
        return f"{self.address}/pingwin"

    def write(self, home: Path) -> None:
        """Keeps it in the home, readable by its owner only."""
        path = home / ACCESS_FILE
        fresh = home / f".{ACCESS_FILE}.new"
        fresh.unlink(missing_ok=True)
        fresh.touch(mode=0o600)
        fresh.write_text(json.dumps(asdict(self), indent=2))
        fresh.replace(path)

    @classmethod
    def read(cls, home: Path) -> Access:
        """What a sandbox wrote. Raises UsageError where none runs in this home."""
        try:
            return cls(**json.loads((home / ACCESS_FILE).read_text()))
        except (OSError, ValueError, TypeError) as error:
            raise UsageError("sandbox_not_running", where=str(home)) from error


class SandboxControl:
    """Control calls, one method each. Raises UsageError where the sandbox does not answer or refuses."""

    def __init__(self, address: str, control_token: str) -> None:
        self._client = httpx.Client(
            base_url=f"{address}/_sandbox", headers={TOKEN_HEADER: control_token}, timeout=60.0, trust_env=False
        )

    def __enter__(self) -> SandboxControl:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connection."""
        self._client.close()

    def call(self, method: str, name: str, body: dict[str, Any] | None = None) -> Any:
        """One control call; JSON out."""
        try:
            answer = self._client.request(method, f"/{name}", json=body)
        except httpx.HTTPError as error:
            raise UsageError("sandbox_unreachable", address=str(self._client.base_url.host)) from error
        if answer.is_error:
            raise UsageError("sandbox_refused", call=name, detail=_reason(answer))
        return answer.json()

    def state(self) -> dict[str, Any]:
        """Counts of everything."""
        return dict(self.call("GET", "state"))

    def documents(self) -> list[dict[str, Any]]:
        """All documents with their statuses, oldest first."""
        return list(self.call("GET", "documents")["documents"])

    def generate(self, count: int, seed: int = 0) -> list[dict[str, Any]]:
        """Adds made-up documents."""
        return list(self.call("POST", "documents", {"generate": count, "seed": seed})["documents"])

    def add_folder(self, folder: Path) -> list[dict[str, Any]]:
        """Adds the documents of a folder that the sandbox can read."""
        return list(self.call("POST", "documents", {"folder": str(folder.absolute())})["documents"])

    def approve(
        self, ids: Sequence[str] | None = None, count: int | None = None, *, days_ago: float = 0.0
    ) -> list[dict[str, Any]]:
        """Approves purchases and sends sales: those named, else the `count` oldest that wait, else all."""
        body = {"ids": ids and list(ids), "count": count, "days_ago": days_ago}
        return list(self.call("POST", "approve", body)["documents"])

    def approve_over_time(self, count: int, every: float) -> None:
        """From now on approves or sends `count` documents every so many seconds, until none waits."""
        self.call("POST", "approving", {"count": count, "every": every})

    def withdraw(self, ids: Sequence[str]) -> list[dict[str, Any]]:
        """Takes documents back below their trigger."""
        return list(self.call("POST", "withdraw", {"ids": list(ids)})["documents"])

    def touch(self, ids: Sequence[str]) -> list[dict[str, Any]]:
        """Pays documents, so that their `updatedAt` moves."""
        return list(self.call("POST", "touch", {"ids": list(ids)})["documents"])

    def set_status(self, ids: Sequence[str], member: str, level: str) -> list[dict[str, Any]]:
        """Puts documents at any level of document, delivery or pay."""
        body = {"ids": list(ids), "member": member, "level": level}
        return list(self.call("POST", "status", body)["documents"])

    def received(self) -> dict[str, Any]:
        """Received files with their counts: `received`, `received_twice`, `invalid`, `files`."""
        return dict(self.call("GET", "received"))

    def received_file(self, id_: str) -> bytes:
        """The bytes of a received file."""
        answer = self._client.get(f"/received/{id_}")
        if answer.is_error:
            raise UsageError("sandbox_refused", call="received", detail=_reason(answer))
        return answer.content

    def faults(self) -> dict[str, Any]:
        """Which faults are planned, likely and played."""
        return dict(self.call("GET", "faults"))

    def next_faults(self, *faults: str) -> dict[str, Any]:
        """Adds faults that come next."""
        return dict(self.call("POST", "faults", {"next": list(faults)}))

    def bad_weather(self, *, seed: int = 0, slow_seconds: float = 2.0) -> dict[str, Any]:
        """Faults by chance from now on, far more than a healthy network has."""
        return dict(self.call("PUT", "faults", {"bad_weather": True, "seed": seed, "slow_seconds": slow_seconds}))

    def fair_weather(self) -> dict[str, Any]:
        """No more faults."""
        return dict(self.call("DELETE", "faults"))

    def switch(self, **changes: object) -> dict[str, Any]:
        """Changes how the stand-ins behave (`records.Switches`)."""
        return dict(self.call("PUT", "switches", changes))

    def space(self, **changes: object) -> dict[str, Any]:
        """Renames a space, or withdraws the app's access with `listed=False`."""
        return dict(self.call("PUT", "space", changes))

    def dossier(self, **changes: object) -> dict[str, Any]:
        """Disables a dossier or changes its key."""
        return dict(self.call("PUT", "dossier", changes))

    def expire_tokens(self) -> None:
        """Ends every token that Banqup issued."""
        self.call("POST", "expire-tokens")

    def reset(self) -> None:
        """Forgets received files and counters."""
        self.call("POST", "reset")


def _reason(answer: httpx.Response) -> str:
    """The sandbox's own words, or the status where it has none."""
    try:
        body = answer.json()
    except ValueError:
        body = {}
    return str(body.get("detail") or body.get("error") or answer.status_code)[:200]


def find(home: Path) -> SandboxControl:
    """The control of the sandbox that runs in a home. Raises UsageError where none does."""
    access = Access.read(home)
    return SandboxControl(access.address, access.control_token)
