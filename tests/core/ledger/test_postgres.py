"""The ledger's contract on PostgreSQL, and what is PostgreSQL's own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cluster import Cluster
from tests.core.ledger.contract import LedgerContract

pytest.importorskip("psycopg", reason="the extra [postgres] is missing")

from pydantic import SecretStr

from core.ledger.postgres import PostgresLedger, open_postgres


@pytest.fixture(scope="module")
def template(cluster: Cluster) -> str:
    """A database with an empty ledger."""
    name = cluster.database()
    open_postgres(SecretStr(cluster.url(name))).close()
    return name


@pytest.fixture
def database(cluster: Cluster, template: str) -> Iterator[str]:
    """A database of the test's own."""
    name = cluster.database(template)
    yield name
    cluster.sql(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def ledger(cluster: Cluster, database: str) -> Iterator[PostgresLedger]:
    """The ledger in it."""
    ledger = open_postgres(SecretStr(cluster.url(database)))
    yield ledger
    ledger.close()


class TestPostgres(LedgerContract):
    """The contract."""
