"""Every place that opens a file for writing is known here, with the test that tears its writes.

Who writes through `core/files.py` (`replace_file`, `write_aside`) is whole by that. A new place of its own fails here
until it has such a test, or goes through there.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = sorted(path for room in ("core", "tui") for path in (ROOT / room).rglob("*.py"))

CRASH = "tests/processes/test_crash_points.py"
OPENING, JOURNAL = "tests/core/ledger/test_opening.py", "tests/core/activity/test_journal.py"
TORN = {
    "core/files.py": (CRASH, "test_decisions_are_the_old_or_the_new"),
    "core/spool.py": (CRASH, "test_a_finished_file_moves_into_the_spool_whole_or_not_at_all"),
    "core/pingwin/folder.py": (CRASH, "test_a_delivery_into_a_folder_appears_whole_and_once"),
    "core/pingwin/receipts.py": (CRASH, "test_a_delivery_into_a_folder_appears_whole_and_once"),
    "core/operations/support/backups.py": (CRASH, "test_a_restore_is_done_or_not_and_can_send_nothing_in_between"),
    "core/operations/support/bundles.py": (CRASH, "test_what_is_written_for_people_is_the_old_or_the_new"),
    "core/sync/lock.py": (CRASH, "test_a_torn_text_in_the_engines_lock_keeps_nobody_out"),
    "core/logs.py": (CRASH, "test_a_torn_line_in_the_log_swallows_no_other"),
    "core/activity/journal.py": (JOURNAL, "test_a_line_torn_by_a_power_cut_costs_itself_alone"),
    "tui/commands/files_out.py": (CRASH, "test_a_converted_file_is_whole_or_not_there"),
    "core/ledger/opening.py": (OPENING, "test_a_migration_that_fails_leaves_the_ledger_as_it_was"),
}
"""Who writes what must survive, and the test that ends the write at each of its steps."""

HARMLESS = {
    "core/banqup/download.py": "a file of a scratch folder, read once and gone",
    "core/sync/converting.py": "a file of a scratch folder; the spool forces it to disk before it gets its name",
    "core/operations/running/detached.py": "engine.out, sandbox.out: what they say before their logs are open",
    "core/operations/setup/connections.py": "an empty probe in the target folder, taken away at once",
    "tui/crashes.py": "crashes.log: lines added, read by people",
    "tui/commands/crash.py": "crashes.log: lines added, read by people",
    "tui/cli.py": "/dev/null",
}
"""Who writes what may be torn, and why."""

MADE_UP = re.compile(r"core/sandbox/")
"""The stand-ins keep made-up data only."""

OPENERS = {"write_text", "write_bytes", "mkstemp", "mkdtemp", "NamedTemporaryFile", "symlink_to", "hardlink_to"}
FLAGS = {"O_WRONLY", "O_RDWR", "O_APPEND", "O_CREAT"}


def writes(tree: ast.AST) -> Iterator[int]:
    """Lines where a module opens something for writing by itself."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        constants = {each.value for each in ast.walk(node) if isinstance(each, ast.Constant)}
        flags = {each.attr for each in ast.walk(node) if isinstance(each, ast.Attribute)} & FLAGS
        opens = name in {"open", "fdopen", "ZipFile"} and any(
            isinstance(mode, str) and re.fullmatch(r"[rwax]b?\+?b?", mode) and mode.strip("b") != "r"
            for mode in constants
        )
        if name in OPENERS or opens or (name == "open" and flags):
            yield node.lineno


def writers() -> set[str]:
    found = {str(path.relative_to(ROOT)) for path in SOURCES if any(writes(ast.parse(path.read_text("utf-8"))))}
    return {path for path in found if not MADE_UP.match(path)}


def test_every_writer_has_a_test_that_tears_its_writes() -> None:
    assert writers() - TORN.keys() - HARMLESS.keys() == set(), "give it a crash test, and name it here"


def test_no_writer_is_named_that_is_none() -> None:
    assert not (TORN.keys() | HARMLESS.keys()) - writers()


def test_the_tests_that_are_named_exist() -> None:
    for path, (file, test) in TORN.items():
        assert f"def {test}(" in (ROOT / file).read_text("utf-8"), path
