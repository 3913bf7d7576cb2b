"""Serves a sandbox in a process of its own: `python -m core.sandbox --home DIR ...`. Prints nothing.

With `--with-parent` it ends when its standard input does, so that it never outlives the demo that started it; with
`--guard DEMO` it then also ends the engine of the demo's home, and with `--remove` that home itself.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

from core.config import Home
from core.errors import ProductError
from core.sandbox.fill import DOCUMENTS, open_world
from core.sandbox.server import serve
from core.sync.lock import EngineLock

ENGINE_SECONDS = 5.0
"""How long a forsaken engine may take to end before it is killed."""


def main() -> int:
    """Parses the arguments, fills the world and serves it until a signal or the end of the parent."""
    parser = argparse.ArgumentParser(prog="python -m core.sandbox")
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--documents", type=int, default=DOCUMENTS)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--from", dest="folder", type=Path)
    parser.add_argument("--with-parent", action="store_true")
    parser.add_argument("--guard", type=Path)
    parser.add_argument("--remove", action="store_true")
    given = parser.parse_args()
    try:
        world = open_world(given.home, documents=given.documents, seed=given.seed, folder=given.folder)
        serve(given.port, given.home, world=world, until=_parent_gone if given.with_parent else None)
    except ProductError as error:
        sys.stderr.write(f"{error.code}\n")
        return 2
    if given.guard is not None:
        end_engine(Home.locate(given.guard))
        if given.remove:
            shutil.rmtree(given.guard, ignore_errors=True)
    return 0


def _parent_gone() -> None:
    """Returns when standard input ends."""
    while sys.stdin.buffer.read(4096):
        pass


def end_engine(home: Home) -> None:
    """Ends the engine of a demo's home, politely, then for certain. Does nothing where none runs."""
    lock = EngineLock(home.engine_lock, home.file_mode)
    for number in (signal.SIGTERM, signal.SIGKILL):
        holder = lock.holder()
        if holder is None or not holder["pid"]:
            return
        with suppress(ProcessLookupError):
            os.kill(holder["pid"], number)
        deadline = time.monotonic() + ENGINE_SECONDS
        while lock.holder() is not None and time.monotonic() < deadline:
            time.sleep(0.02)


if __name__ == "__main__":
    raise SystemExit(main())
