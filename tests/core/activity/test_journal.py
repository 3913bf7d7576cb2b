"""The recorder's file: bounded, whole after a kill, written by several processes, and never in the way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from core.activity.entry import Entry, about, placed
from core.activity.journal import FILES, NAME, Journal, entries

WRITER = """
import sys
from pathlib import Path
from core.activity.entry import Entry
from core.activity.journal import Journal
journal = Journal(Path(sys.argv[1]), sys.argv[2], most_bytes=int(sys.argv[4]))
for number in range(int(sys.argv[3])):
    journal.record(Entry(float(number), "request", "GET", f"https://banqup.example/{sys.argv[2]}/{number}", status=200))
    if number == 0:
        print("begun", flush=True)
"""


def entry(number: int = 1, **more: object) -> Entry:
    return Entry(float(number), "request", "GET", f"https://banqup.example/{number}", status=200, **more)  # type: ignore[arg-type]


def start(directory: Path, who: str, count: int, most_bytes: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, str(directory), who, str(count), str(most_bytes)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_entries_come_back_newest_first_with_who_made_them(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "an")
    journal.record(entry(1))
    journal.record(entry(2, who="engine"))
    found = list(entries(tmp_path))
    assert [(each.at, each.who, each.status) for each in found] == [(2.0, "engine", 200), (1.0, "an", 200)]
    assert len({each.id for each in found}) == 2
    assert (tmp_path / NAME).stat().st_mode & 0o777 == 0o600


def test_what_a_call_is_made_for_is_said_once_around_it() -> None:
    with about("send", space="s", source_id="d", delivery=7):
        assert placed(entry()).delivery == 7
        with about("ask", space="s"):
            assert (placed(entry()).purpose, placed(entry()).delivery) == ("ask", None)
    assert placed(entry()).purpose == ""


def test_it_never_grows_beyond_its_files(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "engine", most_bytes=2_000)
    for number in range(200):
        journal.record(entry(number))
    sizes = [file.stat().st_size for file in tmp_path.glob(f"{NAME}*") if file.suffix != ".lock"]
    assert len(sizes) == FILES and max(sizes) <= 2_000
    kept = [each.at for each in entries(tmp_path)]
    assert kept == sorted(kept, reverse=True) and kept[0] == 199.0


def test_lines_of_several_processes_never_mix_also_while_the_file_rotates(tmp_path: Path) -> None:
    writers = [start(tmp_path, who, 300, 30_000) for who in ("one", "two", "three")]
    for writer in writers:
        assert writer.wait(60) == 0
        assert writer.stdout is not None
        writer.stdout.close()
    for file in tmp_path.glob(f"{NAME}*"):
        if file.suffix != ".lock":
            assert all(line.startswith(b"{") and line.endswith(b"}") for line in file.read_bytes().splitlines())
    newest = {who: max(each.at for each in entries(tmp_path) if each.who == who) for who in ("one", "two", "three")}
    assert max(newest.values()) == 299.0


def test_what_was_recorded_before_a_kill_is_there_afterwards(tmp_path: Path) -> None:
    writer = start(tmp_path, "engine", 10_000_000, 1_000_000)
    assert writer.stdout is not None and writer.stdout.readline() == "begun\n"
    os.kill(writer.pid, signal.SIGKILL)
    writer.wait(10)
    writer.stdout.close()
    before = len(list(entries(tmp_path)))
    assert before >= 1
    Journal(tmp_path, "engine").record(entry())
    assert len(list(entries(tmp_path))) == before + 1


def test_a_line_torn_by_a_power_cut_costs_itself_alone(tmp_path: Path) -> None:
    Journal(tmp_path, "engine").record(entry(1))
    with (tmp_path / NAME).open("ab") as file:
        file.write(b'{"at": 2.0, "kind": "requ')
    Journal(tmp_path, "engine").record(entry(3))
    assert [each.at for each in entries(tmp_path)] == [3.0, 1.0]


@pytest.mark.skipif(os.geteuid() == 0 and not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_disk_that_refuses_stops_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / NAME).symlink_to("/dev/full")
    journal = Journal(tmp_path, "engine")
    journal.record(entry(1))
    journal.record(entry(2))
    assert [record.message for record in caplog.records] == ["activity is not recorded: No space left on device"]
