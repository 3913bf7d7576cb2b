"""Each test of the terminal begins in English, whatever the one before it left."""

from __future__ import annotations

import pytest

from tui.i18n import use_language


@pytest.fixture(autouse=True)
def in_english() -> None:
    use_language("en")
