"""The engine holds no document: its peak, as the kernel counts it, does not follow the size of what it brings."""

from __future__ import annotations

import sys

import pytest

from tests.benchmarks.holding import held

pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the peak is read from /proc"),
]


def test_a_document_of_twelve_megabytes_costs_the_engine_less_than_holding_it_once() -> None:
    small, large = held(0.01, 9)
    assert large.size > 12_000_000
    assert large.engine - small.engine < 0.5 * large.size, (small, large)
    assert large.converter > large.size, "it was converted beside the engine"
