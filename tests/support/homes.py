"""A stranger's machine as support meets it: a home that has lived, over a sandbox, and what of it must not change."""

from __future__ import annotations

import hashlib
from pathlib import Path

from core.home import Home
from core.model import Space
from core.operations.desk import Desk
from core.operations.setup import installing
from core.sandbox.server import SandboxServer
from tests.core.sync.homes import activated, engine

OTHER = Space("0ab1c2d3-0000-4000-8000-00000000beef", "Geheime Klant NV")


def lived_in(folder: Path, sandbox: SandboxServer) -> Desk:
    """History, deliveries, a refused one; and another customer's space beside it."""
    sandbox.control.generate(9, seed=5)
    sandbox.control.approve(count=2)
    desk = activated(folder, sandbox)
    sandbox.control.next_faults("upload-refused")
    sandbox.control.approve(count=3)
    once(desk)
    installing.install(desk, OTHER, enterprise_numbers=["0403019261"], own_extension_off=True)
    return desk


def once(desk: Desk) -> None:
    """The engine, once around."""
    process = engine(desk, "--once")
    assert process.wait(60) == 0
    assert process.stderr is not None
    process.stderr.close()


def state_of(home: Home, sandbox: SandboxServer) -> dict[str, object]:
    """Every file of the home by content, and what the sandbox holds: equal before and after is unchanged."""
    files = {
        str(file.relative_to(home.config)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(home.config.rglob("*"))
        if file.is_file()
    }
    return {"files": files, "received": sandbox.control.received(), "documents": sandbox.control.documents()}
