"""The ledger's contract on SQLite, in both journal modes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.ledger import library
from core.ledger.sqlite import SqliteLedger, open_ledger
from tests.core.ledger.contract import LedgerContract


class TestNative(LedgerContract):
    """The mode that the gate chooses for this SQLite."""

    @pytest.fixture
    def ledger(self, tmp_path: Path) -> Iterator[SqliteLedger]:
        ledger = open_ledger(tmp_path / "ledger.db")
        yield ledger
        ledger.close()


class TestWriteAheadLog(LedgerContract):
    """WAL, as where SQLite has the WAL-reset fix; safe here with any SQLite, for one connection writes."""

    @pytest.fixture
    def ledger(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SqliteLedger]:
        monkeypatch.setattr(library, "wal_safe", lambda version: True)
        ledger = open_ledger(tmp_path / "ledger.db")
        assert ledger.read("PRAGMA journal_mode")[0][0] == "wal"
        yield ledger
        ledger.close()


class TestRollbackJournal(LedgerContract):
    """TRUNCATE, as on Debian 12."""

    @pytest.fixture
    def ledger(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SqliteLedger]:
        monkeypatch.setattr(library, "wal_safe", lambda version: False)
        ledger = open_ledger(tmp_path / "ledger.db")
        assert ledger.read("PRAGMA journal_mode")[0][0] == "truncate"
        yield ledger
        ledger.close()
