"""Both stand-ins on one loopback port: Banqup at the root, Pingwin under `/pingwin`, control under `/_sandbox`.

`running_sandbox` serves from a thread (tests), `serve` from the foreground (the command). Prints nothing.
"""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import Mount, Route
from uvicorn.protocols.http.h11_impl import H11Protocol

from core.errors import UsageError
from core.pingwin.contract import WireContract
from core.sandbox.answers import http_date
from core.sandbox.banqup import BanqupSandbox, not_found
from core.sandbox.control import Control
from core.sandbox.control_client import ACCESS_FILE, Access, SandboxControl
from core.sandbox.pingwin import PingwinSandbox
from core.sandbox.world import World

HOST = "127.0.0.1"
START_DEADLINE = 10.0
Asgi = Callable[[Any, Any, Any], Awaitable[None]]


class CuttableProtocol(H11Protocol):
    """HTTP whose requests carry their transport in their state, so that a fault can cut the connection."""

    def connection_made(self, transport: Any) -> None:
        """Puts the transport of this connection where the request will find it."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


class TidyServer(uvicorn.Server):
    """Ends on a signal and returns, instead of dying of the signal afterwards: what follows still has to tidy up."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Takes SIGINT and SIGTERM for the length of the run; only the main thread may."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


class DateHeader:
    """Stamps every answer with the world's clock, which may differ from ours, or leaves the header out."""

    def __init__(self, app: Asgi, world: World) -> None:
        self._app, self._world = app, world

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Passes the request on."""

        async def stamped(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start" and self._world.switches.date_header:
                stamp = http_date(self._world.now_ns()).encode()
                message = {**message, "headers": [*message.get("headers", ()), (b"date", stamp)]}
            await send(message)

        await self._app(scope, receive, stamped)


def application(world: World, contract: WireContract | None = None) -> Starlette:
    """Both stand-ins and their control as one application; `contract` is spoken beside the sandbox's own."""
    banqup = BanqupSandbox(world)
    pingwin = PingwinSandbox(world, contract)
    app = Starlette(
        routes=[
            Mount("/_sandbox", routes=Control(world, banqup).routes()),
            Route("/pingwin", pingwin.greeting, methods=["GET", "HEAD"]),
            Mount("/pingwin", routes=pingwin.routes()),
            *banqup.routes(),
        ],
        exception_handlers={HTTPException: not_found},
        middleware=[Middleware(DateHeader, world=world)],
    )
    app.state.world = world
    return app


class SandboxServer:
    """A sandbox on a loopback port; port 0 picks a free one."""

    def __init__(self, world: World, port: int = 0, contract: WireContract | None = None) -> None:
        self.world = world
        self._socket = _listen(port)
        self.port: int = self._socket.getsockname()[1]
        config = uvicorn.Config(
            application(world, contract),
            http=CuttableProtocol,
            log_config=None,
            log_level="critical",
            access_log=False,
            lifespan="off",
            ws="none",
            date_header=False,
            server_header=False,
            timeout_graceful_shutdown=1,
        )
        self._server = TidyServer(config)
        self._thread: threading.Thread | None = None

    @property
    def address(self) -> str:
        """The address of both."""
        return f"http://{HOST}:{self.port}"

    @property
    def access(self) -> Access:
        """How to reach it, with the credentials of the first space and dossier."""
        world, dossier = self.world, self.world.dossier
        return Access(
            address=self.address,
            pid=os.getpid(),
            control_token=world.control_token,
            client_id=world.client_id,
            client_secret=world.client_secret,
            space=world.space,
            space_name=world.spaces[world.space].name,
            api_key=dossier.api_key,
            clid=dossier.clid,
            file_id=dossier.file_id,
            enterprise_number=dossier.enterprise_number,
        )

    @cached_property
    def control(self) -> SandboxControl:
        """A client for the control calls, closed with the server."""
        return SandboxControl(self.address, self.world.control_token)

    def start(self) -> None:
        """Serves from a thread and returns once it answers."""
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), daemon=True, name="sandbox")
        self._thread.start()
        deadline = time.monotonic() + START_DEADLINE
        while not self._server.started:
            if time.monotonic() > deadline or not self._thread.is_alive():
                raise UsageError("sandbox_no_start", port=self.port)
            time.sleep(0.005)

    def stop(self) -> None:
        """Ends the thread; requests that hang are cut after a second."""
        self.control.close()
        self._server.should_exit = True
        if self._thread is not None:
            self._thread.join(START_DEADLINE)
        self._socket.close()

    def run(self) -> None:
        """Serves in the foreground until a signal ends it."""
        try:
            self._server.run([self._socket])
        finally:
            self._socket.close()

    def end(self) -> None:
        """Asks a foreground run to end; from any thread."""
        self._server.should_exit = True


def _listen(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except (OSError, OverflowError) as error:
        listener.close()
        raise UsageError("sandbox_port_taken", port=port) from error
    listener.listen(128)
    return listener


@contextmanager
def running_sandbox(
    world: World | None = None, *, port: int = 0, home: Path | None = None, contract: WireContract | None = None
) -> Iterator[SandboxServer]:
    """A sandbox in a thread, for the length of a `with`; `.world` may be changed while it runs."""
    own = world or World(home)
    server = SandboxServer(own, port, contract)
    server.start()
    try:
        yield server
    finally:
        server.stop()
        if world is None:
            own.close()


def serve(
    port: int,
    home: Path,
    *,
    world: World | None = None,
    ready: Callable[[Access], None] | None = None,
    until: Callable[[], None] | None = None,
    contract: WireContract | None = None,
) -> None:
    """Runs the sandbox of a home in the foreground until a signal, or until `until` returns (asked in a thread).

    Its access file is there while it runs; `ready` is called once with what stands in it.
    """
    own = world or World(home)
    server = SandboxServer(own, port, contract)
    if until is not None:
        threading.Thread(target=_end_after, args=(server, until), daemon=True, name="sandbox-until").start()
    try:
        server.access.write(home)
        if ready is not None:
            ready(server.access)
        server.run()
    finally:
        (home / ACCESS_FILE).unlink(missing_ok=True)
        own.close()


def _end_after(server: SandboxServer, until: Callable[[], None]) -> None:
    until()
    server.end()
