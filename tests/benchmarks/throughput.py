"""Deliveries a second from end to end against the sandbox, with 1, 2 and 4 workers, on SQLite and on PostgreSQL.

The sandbox has a process of its own on the same machine and really checks what it takes, so that it, not the engine,
may be what is slow.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.benchmarks.sandboxed import site
from tests.benchmarks.table import Row
from tests.cluster import Cluster, missing


def measure(folder: Path, *, tiny: bool = False) -> list[Row]:
    """One row a store and number of workers; the ratio is to one worker of the same store."""
    documents, workers = (4, (1, 2)) if tiny else (80, (1, 2, 4))
    cluster = None if missing() else Cluster(durable=True)
    try:
        rows = []
        for store in ("SQLite", "PostgreSQL"):
            if store == "PostgreSQL" and cluster is None:
                rows.append(Row("throughput", "PostgreSQL is not installed here", "not measured"))
                continue
            alone = 0.0
            for number in workers:
                url = cluster.url(cluster.database()) if cluster is not None and store == "PostgreSQL" else ""
                with site(folder / f"{store}-{number}", documents, workers=number, database=url) as at:
                    rate = documents / asyncio.run(at.deliver(documents))
                alone = alone or rate
                name = f"{store}, {number} worker{'s' if number > 1 else ''}"
                rows.append(Row("throughput", name, f"{rate:.1f} deliveries/s", rate / alone))
        return rows
    finally:
        if cluster is not None:
            cluster.remove()
