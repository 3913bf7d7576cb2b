"""A desk at an empty home for every test of this room."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.core.operations.fakes import FakeDesk, make_desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[FakeDesk]:
    made = make_desk(tmp_path)
    yield made
    made.close()
