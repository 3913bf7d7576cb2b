"""The ledger from a file to PostgreSQL, or back: copied while nobody works on it, then held against each other.

What is copied from stays as it is; which of the two counts from then on follows from whether an address is set.
"""

from __future__ import annotations

from contextlib import closing
from typing import Literal

from core.errors import ConfigurationError, StoreError, UsageError
from core.ledger.copying import Compared, Progress, compare, copy, unwatched
from core.ledger.sqlite import open_ledger
from core.ledger.store import Store
from core.operations.desk import Desk
from core.operations.running.engines import engine
from core.sync.lock import EngineLock

Where = Literal["postgres", "sqlite"]


def copy_ledger(desk: Desk, to: Where, copied: Progress = unwatched, compared: Progress = unwatched) -> Compared:
    """Copies everything into an empty ledger and compares both, telling how far each is.

    Raises UsageError while an engine runs, ConfigurationError where no database is named, StoreError where there is
    nothing to copy, the other one is not empty, or the two differ afterwards.
    """
    desk.must_write()
    if desk.database is None:
        raise ConfigurationError("copy_needs_postgres")
    running = engine(desk)
    if running.running:
        raise UsageError("copy_while_running", pid=running.pid, host=running.host)
    if to == "postgres" and not desk.home.ledger.exists():
        raise StoreError("ledger_missing", where=str(desk.home.ledger))
    server = desk.ledger
    assert isinstance(server, Store), "an address is set"
    lock = EngineLock(desk.home.engine_lock, desk.home.file_mode)
    lock.acquire(since=desk.clock.now())
    try:
        with closing(open_ledger(desk.home.ledger, file_mode=desk.home.file_mode)) as file:
            source, target = (file, server) if to == "postgres" else (server, file)
            copy(source, target, progress=copied)
            told = compare(source, target, compared)
    finally:
        lock.release()
    if told.differences:
        raise StoreError("ledger_copy_differs", first=told.differences[0], count=len(told.differences))
    return told
