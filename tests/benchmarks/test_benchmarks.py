"""Each benchmark runs, in a form so small that its figures say nothing."""

from __future__ import annotations

import math
from importlib import import_module
from pathlib import Path

import pytest

from tests.benchmarks.__main__ import SUBJECTS
from tests.benchmarks.table import HEADINGS, shown


@pytest.mark.parametrize("subject", SUBJECTS)
def test_benchmark_measures_something(tmp_path: Path, subject: str) -> None:
    rows = import_module(f"tests.benchmarks.{subject}").measure(tmp_path, tiny=True)
    assert rows and all(row.what and row.value for row in rows)
    assert all(row.ratio is None or (row.ratio > 0 and math.isfinite(row.ratio)) for row in rows)
    assert shown(rows).count("\n") == len(rows) and shown(rows).startswith(HEADINGS[0])
