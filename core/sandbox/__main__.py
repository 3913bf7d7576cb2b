"""Serves a sandbox in a process of its own: `python -m core.sandbox --home DIR ...`. Prints nothing.

With `--with-parent` it ends when its standard input does, so that it never outlives the demo that started it.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from core.errors import ProductError
from core.sandbox.fill import DOCUMENTS, open_world
from core.sandbox.server import serve


def main() -> int:
    """Parses the arguments, fills the world and serves it until a signal or the end of the parent."""
    parser = argparse.ArgumentParser(prog="python -m core.sandbox")
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--documents", type=int, default=DOCUMENTS)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--from", dest="folder", type=Path)
    parser.add_argument("--faults", action="store_true")
    parser.add_argument("--with-parent", action="store_true")
    given = parser.parse_args()
    try:
        world = open_world(
            given.home, documents=given.documents, seed=given.seed, folder=given.folder, faults=given.faults
        )
        serve(given.port, given.home, world=world, until=_parent_gone if given.with_parent else None)
    except ProductError as error:
        sys.stderr.write(f"{error.code}\n")
        return 2
    return 0


def _parent_gone() -> None:
    """Returns when standard input ends."""
    while sys.stdin.buffer.read(4096):
        pass


if __name__ == "__main__":
    raise SystemExit(main())
