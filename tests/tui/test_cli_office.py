"""An office on the command line: what lists of many spaces say of each, and one screenful of all of them."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from core.config import Timing
from core.ledger.sqlite import open_ledger
from tests.benchmarks.office import decided, running, space_id
from tests.core.ledger.many import fill_many
from tests.tui.commandline import call
from tui.i18n import use_language

COLUMNS = {"state", "last_good_poll", "waiting", "needs_attention", "last_delivered"}


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """Thirty active spaces; no engine runs."""
    use_language("en")
    home = decided(tmp_path, 30, timing=Timing(), now=time.time())
    ledger = open_ledger(home.ledger)
    running(ledger, 30, target="office", now=time.time(), interval=300.0)
    fill_many(ledger, 10, space=space_id(3), dossier="100003")
    ledger.close()
    return tmp_path


def test_status_of_many_spaces_is_one_screenful(office: Path) -> None:
    told = call("--home", str(office), "status").stdout
    assert "STOPPED: 30" in told and "installations list" in told
    assert len(told.splitlines()) < 24


@pytest.mark.parametrize("command", [("installations", "list"), ("status",)])
def test_each_list_tells_how_a_space_is(office: Path, command: tuple[str, ...]) -> None:
    told = json.loads(call("--home", str(office), *command, "--json").stdout)
    spaces = told["installations"] if isinstance(told, dict) else told
    assert len(spaces) == 30 and all(each.keys() >= COLUMNS for each in spaces)
    busy = next(each for each in spaces if each["space"] == space_id(3))
    assert busy["last_delivered"] is not None and busy["waiting"] == 1
    assert [each["space"] for each in spaces if each["last_delivered"]] == [space_id(3)]


def test_a_selection_is_decided_on_at_once(office: Path) -> None:
    held = json.loads(
        call("--home", str(office), "installations", "hold", "--text", "Company 0001", "--yes", "--json").stdout
    )
    assert held["done"] == 10
    listed = json.loads(call("--home", str(office), "installations", "list", "--json").stdout)
    assert sum(each["held_by"] is not None for each in listed) == 10
