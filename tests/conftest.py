"""What every test may use: the corpus where it is present, and an environment of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster import Cluster, running

CORPUS = Path(os.environ.get("BANQUP_PINGWIN_CORPUS", Path(__file__).parents[1] / ".." / "shared" / "corpus")).resolve()


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The shared corpus of real documents; a test that needs it skips where the folder is absent."""
    if not CORPUS.is_dir():
        pytest.skip(f"no corpus at {CORPUS}: set BANQUP_PINGWIN_CORPUS to run this test")
    return CORPUS


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test reads or writes the developer's own configuration, locale or colours."""
    for name in list(os.environ):
        ours = name.startswith(("BANQUP_PINGWIN_", "XDG_", "LC_")) or name in {
            "LANG",
            "LANGUAGE",
            "NO_COLOR",
            "DATABASE_URL",
        }
        if ours and name != "BANQUP_PINGWIN_CORPUS":
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("TZ", "UTC")


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL server of the session's own; a test that needs it skips where PostgreSQL is not installed."""
    with running() as cluster:
        yield cluster
