"""The two schemas say the same: a column, an index or a step that is made in one store is made in the other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.ledger.schema import scripts
from core.ledger.sqlite import open_ledger
from core.ledger.store import Store
from tests.cluster import Cluster

TYPES = {"INTEGER": "bigint", "REAL": "double precision", "TEXT": "text"}


@pytest.fixture
def stores(cluster: Cluster, tmp_path: Path) -> Iterator[tuple[Store, Store]]:
    from pydantic import SecretStr

    from core.ledger.postgres import open_postgres

    file = open_ledger(tmp_path / "ledger.db")
    server = open_postgres(SecretStr(cluster.url(cluster.database())))
    yield file, server
    file.close()
    server.close()


def tables_of_sqlite(store: Store) -> dict[str, dict[str, tuple[str, bool]]]:
    names = [row["name"] for row in store.read("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return {
        name: {
            row["name"]: (TYPES[row["type"]], bool(row["notnull"] or row["pk"]))
            for row in store.read(f"PRAGMA table_xinfo({name})")
        }
        for name in names
        if not name.startswith("sqlite_")
    }


def tables_of_postgres(store: Store) -> dict[str, dict[str, tuple[str, bool]]]:
    found: dict[str, dict[str, tuple[str, bool]]] = {}
    for row in store.read(
        "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns"
        " WHERE table_schema = current_schema()"
    ):
        found.setdefault(row["table_name"], {})[row["column_name"]] = (row["data_type"], row["is_nullable"] == "NO")
    return found


def test_each_step_of_the_schema_stands_in_both_stores() -> None:
    assert [(step.version, step.name) for step in scripts()] == [
        (step.version, step.name) for step in scripts("postgres")
    ]


def test_both_stores_have_the_same_columns(stores: tuple[Store, Store]) -> None:
    assert tables_of_sqlite(stores[0]) == tables_of_postgres(stores[1])


def test_both_stores_have_the_same_indexes_and_defaults(stores: tuple[Store, Store]) -> None:
    file, server = stores
    named = {
        row["name"] for row in file.read("SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
    }
    made = {
        row["indexname"] for row in server.read("SELECT indexname FROM pg_indexes WHERE schemaname = current_schema()")
    }
    assert named == {name for name in made if not name.endswith(("_pkey", "_key"))}
    for table in tables_of_sqlite(file):
        kept = {
            row["name"]: row["dflt_value"]
            for row in file.read(f"PRAGMA table_info({table})")
            if row["dflt_value"] is not None
        }
        given = {
            row["column_name"]: str(row["column_default"]).partition("::")[0].replace("'9000000000000000000'", "9e18")
            for row in server.read(
                "SELECT column_name, column_default FROM information_schema.columns"
                " WHERE table_schema = current_schema() AND table_name = ? AND column_default IS NOT NULL",
                (table,),
            )
        }
        assert kept == given, table


def test_text_is_compared_by_code_point(stores: tuple[Store, Store]) -> None:
    loose = stores[1].read(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema()"
        " AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C'"
    )
    assert loose == [], "prefixes are looked up as ranges"
