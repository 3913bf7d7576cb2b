"""A target that hangs and thaws: what lay in its queue is taken late, and must not come a second time."""

from __future__ import annotations

import re
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from core.config import PingwinTarget
from core.model import State
from core.operations.setup import connections
from core.sandbox.server import running_sandbox
from tests.core.sync.homes import QUICK, activated, engine, rows, states, wait_for

pytestmark = pytest.mark.processes
TIMING = QUICK.model_copy(update={"lease": 2.5, "deadline": 1.5, "margin": 0.5, "grace": 0.8})


@dataclass
class Freezer:
    """A target that answers nothing while it is frozen. Thawed, it takes an upload a moment after it answers."""

    thawed: threading.Event = field(default_factory=threading.Event)
    came: Counter[str] = field(default_factory=Counter)
    taken: Counter[str] = field(default_factory=Counter)
    moment: float = 0.4


def serve(freezer: Freezer) -> ThreadingHTTPServer:
    class Requests(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            freezer.came["upload"] += 1
            freezer.thawed.wait(60)
            time.sleep(freezer.moment)
            freezer.taken[self.headers["X-Delivery-Key"]] += 1
            assert body
            self.tell(201, b'{"id": "1"}')

        def do_GET(self) -> None:
            if found := re.search("by-key/(.+)$", self.path):
                freezer.came["question"] += 1
                freezer.thawed.wait(60)
                there = freezer.taken[found[1]] > 0
                self.tell(200 if there else 404, b'{"id": "1"}' if there else b'{"error": "NO_SUCH_DOCUMENT"}')
                return
            freezer.thawed.wait(60)
            self.tell(200, b"{}")

        do_HEAD = do_GET  # noqa: N815 - the library's names

        def tell(self, status: int, body: bytes) -> None:
            try:
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            except OSError:  # nobody waits for the answer any more
                pass

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Requests)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


@pytest.fixture
def freezer() -> Iterator[tuple[Freezer, str]]:
    frozen = Freezer()
    server = serve(frozen)
    yield frozen, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_an_upload_in_the_queue_of_a_hanging_target_is_not_sent_again_when_it_thaws(
    freezer: tuple[Freezer, str], tmp_path: Path
) -> None:
    """The question overtakes the upload: a target that has just thawed says no and takes it a moment later."""
    frozen, address = freezer
    with running_sandbox() as sandbox:
        sandbox.control.generate(1, seed=4)
        desk = activated(tmp_path, sandbox, timing=TIMING)
        connections.set_pingwin(desk, PingwinTarget(kind="http", contract="sandbox", base_url=address))
        sandbox.control.approve()
        first = engine(desk)
        wait_for(lambda: frozen.came["upload"], "the upload reached the target")
        first.kill()
        first.wait(10)
        second = engine(desk)
        try:
            wait_for(lambda: frozen.came["question"], "the target is asked")
            frozen.thawed.set()
            wait_for(lambda: rows(desk) and states(desk) == {State.CONFIRMED}, f"confirmed: {rows(desk)}")
        finally:
            second.terminate()
            second.wait(20)
        assert list(frozen.taken.values()) == [1], "taken once, whatever the target said while it thawed"
        assert desk.ledger.check() == []
        desk.close()
