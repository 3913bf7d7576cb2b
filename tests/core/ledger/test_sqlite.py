"""The ledger's contract on SQLite, in both journal modes; the gate chooses between them, and so do these tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.ledger import library
from core.ledger.sqlite import SqliteLedger, open_ledger
from tests.core.ledger.contract import LedgerContract


class OnSqlite(LedgerContract):
    """The contract on a fresh file whose journal is `mode`."""

    mode: str

    @pytest.fixture
    def ledger(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SqliteLedger]:
        monkeypatch.setattr(library, "wal_safe", lambda version: self.mode == "wal")
        ledger = open_ledger(tmp_path / "ledger.db")
        assert ledger.read("PRAGMA journal_mode")[0][0] == self.mode
        assert ledger.read("PRAGMA synchronous")[0][0] == 2, "FULL: a commit that is rolled back is a second sending"
        yield ledger
        ledger.close()


class TestWriteAheadLog(OnSqlite):
    """WAL, as where SQLite has the WAL-reset fix; harmless here without it, for one connection writes."""

    mode = "wal"


class TestRollbackJournal(OnSqlite):
    """TRUNCATE, as on Debian 12."""

    mode = "truncate"
