"""`python -m core.sync --home DIR [--once | --workers N]`: the engine without the command line around it."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from core.config import Home
from core.errors import ProductError
from core.logs import log_to
from core.operations.running.telling import Teller
from core.sync.engine import run


def main() -> int:
    """Runs the engine; exit 0 after a clean stop, 2 where it cannot run."""
    parser = argparse.ArgumentParser(prog="python -m core.sync", description="the engine of banqup-pingwin")
    parser.add_argument("--home", type=Path)
    parser.add_argument("--once", action="store_true")
    parser.add_argument("--workers", type=int, help="one of several engines over a ledger on PostgreSQL")
    arguments = parser.parse_args()
    home = Home.locate(arguments.home)
    try:
        home.create()
        log_to(home)
        if arguments.workers:
            from core.sync import workers  # needs the extra [postgres]

            asyncio.run(workers.run(home, workers=arguments.workers, waiting=_say, beside=Teller))
        else:
            asyncio.run(run(home, once=arguments.once, beside=Teller))
    except ProductError as error:
        _say(error)
        return 2
    return 0


def _say(error: ProductError) -> None:
    sys.stderr.write(f"{error.code}: {error}\n")


if __name__ == "__main__":
    sys.exit(main())
