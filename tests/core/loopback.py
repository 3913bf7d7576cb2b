"""A real HTTP/1.1 server on loopback for tests: answers as told, also wrongly, and remembers what it was asked."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
import struct
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from email.utils import formatdate
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Asked:
    """A request as it arrived."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(urlsplit(self.target).query).items()}

    @property
    def form(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.body.decode(), keep_blank_values=True).items()}


@dataclass(frozen=True)
class Reply:
    """An answer. `cut_after` resets the connection after so many body bytes; `trickle` sends one byte each so often."""

    status: int = 200
    body: bytes | str | dict[str, Any] | list[Any] = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    dated: bool = True
    cut_after: int | None = None
    trickle: float | None = None
    length: int | None = None

    @property
    def bytes(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        return (self.body if isinstance(self.body, str) else json.dumps(self.body)).encode()


class Silence:
    """No answer: the connection stays open until the client gives up."""


class Reset:
    """No answer: the connection is reset once the request is read."""


Answer = Reply | Silence | Reset
Script = Callable[[Asked], Answer | Awaitable[Answer]]


class Loopback:
    """`async with Loopback(script) as server`: `server.url`, and everything that was `asked`.

    `before_body` is answered once the head is read, without reading the body.
    """

    def __init__(self, script: Script, *, before_body: Answer | None = None, tls: ssl.SSLContext | None = None) -> None:
        self._script = script
        self._before_body = before_body
        self._tls = tls
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()
        self.asked: list[Asked] = []
        self.connections = 0
        self.gone = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._tls)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        for task in list(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}"

    def paths(self) -> list[str]:
        """Methods and paths, in the order they were asked."""
        return [f"{asked.method} {asked.path}" for asked in self.asked]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        self.connections += 1
        try:
            while await self._answer(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError):
            self.gone.set()
        finally:
            self._open.discard(task)
            with suppress(ConnectionError):
                writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, target, _ = head[0].split(" ", 2)
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
        if isinstance(self._before_body, Reply):
            await self._write(writer, method, self._before_body)
            return False
        if isinstance(self._before_body, Reset):
            reset(writer)
            return False
        if self._before_body is not None:
            await asyncio.Event().wait()
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        asked = Asked(method, target, headers, body)
        self.asked.append(asked)
        told = self._script(asked)
        answer = told if isinstance(told, (Reply, Silence, Reset)) else await told
        if isinstance(answer, Reset):
            reset(writer)
            return False
        if isinstance(answer, Silence):
            await reader.read()  # until the client goes
            self.gone.set()
            return False
        return await self._write(writer, method, answer)

    async def _write(self, writer: asyncio.StreamWriter, method: str, reply: Reply) -> bool:
        content = reply.bytes
        length = reply.length if reply.length is not None else len(content)
        lines = [f"HTTP/1.1 {reply.status} Told", f"Content-Length: {length}"]
        if reply.dated and "Date" not in reply.headers:
            lines.append(f"Date: {formatdate(usegmt=True)}")
        lines += [f"{name}: {value}" for name, value in reply.headers.items()]
        writer.write(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))
        if method == "HEAD":
            content = b""
        if reply.cut_after is not None:
            writer.write(content[: reply.cut_after])
            await writer.drain()
            reset(writer)
            return False
        if reply.trickle is not None:
            for byte in content:
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(reply.trickle)
            return True
        writer.write(content)
        await writer.drain()
        return len(content) == length or method == "HEAD"


def reset(writer: asyncio.StreamWriter) -> None:
    """Ends the connection hard, so that the other side sees a reset."""
    peer = writer.get_extra_info("socket")
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def in_turn(*answers: Answer) -> Script:
    """Each answer once; the last one for ever."""
    left = list(answers)

    def script(asked: Asked) -> Answer:
        return left.pop(0) if len(left) > 1 else left[0]

    return script
