"""The ledger on SQLite: one file, any number of processes on one machine.

Opens it (`open_ledger`) and puts the rooms together: activating, polling, delivering, circuits, deciding, reading,
checking. Each of them is a few statements over `store.Store`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from core.ledger.activating import Activating
from core.ledger.base import Ledger
from core.ledger.checking import Checking
from core.ledger.circuits import Circuits
from core.ledger.deciding import Deciding
from core.ledger.delivering import Delivering
from core.ledger.opening import look, set_up
from core.ledger.polling import Polling
from core.ledger.reading import Reading
from core.ledger.schema import Script, scripts

__all__ = ["SqliteLedger", "open_ledger"]


class SqliteLedger(Activating, Polling, Delivering, Circuits, Deciding, Reading, Checking, Ledger):
    """The ledger over one connection; several threads may share it."""


def open_ledger(
    path: Path,
    *,
    readonly: bool = False,
    file_mode: int = 0o600,
    steps: Sequence[Script] | None = None,
) -> SqliteLedger:
    """Opens a ledger, making it where there is none (unless `readonly`).

    `steps` is another schema, for tests of migrations.
    Raises StoreError (unusable, newer, network file system) and ConfigurationError (open to too many people).
    """
    schema = tuple(steps or scripts())
    if readonly:
        connection = look(path, ours=schema[-1].version)
        return SqliteLedger(path, connection, lock=-1, presence=-1, schema=schema[-1].version, readonly=True)
    connection, lock, presence = set_up(path, mode=file_mode, steps=schema)
    return SqliteLedger(path, connection, lock=lock, presence=presence, schema=schema[-1].version, readonly=False)
