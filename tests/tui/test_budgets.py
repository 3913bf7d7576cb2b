"""What the console may cost: bytes on the line, processor time, memory, with a queue of 100,000, at 80x24.

Bytes are asserted as they are: they do not depend on the machine. Processor time is asserted against what an empty
Textual app needs to start (`unit`), measured in the same run on the same machine: on a quiet machine of 2026 that is
0.2 s, so 10 ms for a key press are a twentieth of it and 0.5 % of four seconds are a tenth. A busy machine slows both
alike; of several measurements the least counts, for nothing makes a program quicker than it is.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from core.ledger.base import QueueQuery
from core.model import State
from tests.core.ledger.many import fill_many
from tests.core.operations.fakes import SPACE, FakeDesk, stand
from tests.tui.console import empty_desk, office
from tests.tui.pty_console import PROGRAM, Terminal, console_in_pty, in_pty

pytestmark = pytest.mark.terminal

EMPTY = """
from textual.app import App
from textual.widgets import Static
class Empty(App):
    ENABLE_COMMAND_PALETTE = False
    def compose(self):
        yield Static("F2026- Needs you")
Empty().run(mouse=False)
"""
COMMAND = (
    "import sys\nfrom tui.cli import main\nsys.argv = ['banqup-pingwin', '--readonly', '--home', sys.argv[1]]\nmain()\n"
)
"""The real command. `--readonly`, so that it starts no engine."""

MANY = 100_000
KEY_BYTES = 1_024
LINE_BYTES = 250
"""A line that changed where it stands: its state in glyph, word and colour."""

MOVED_BYTES = 640
"""A line that goes to another group: the lines it passes, two headings, the counts of the first line."""

SCROLL_BYTES = 384
"""A line of a text that scrolls: the terminal moves the others itself."""

PAGE_BYTES = 2_048
"""A page or an end of the queue: up to 17 rows that are all different, so up to 1,300 characters are new. What is over
a kilobyte is those characters: each row also costs two moves, and each colour is sent once for all rows."""

OTHER_KEYS = {"/": 1_024, "\x1b": 2_560, ":": 5_120, "?": 4_608}
"""Bytes of the keys that show another screen or part of one, by what they cost: the text of the palette and of the help
is a screen of its own (1,900 cells); `/` and the way back pay only for cells that look different."""

START_BYTES = 8_192
"""The first picture: 1,920 cells and their colours. It was 19 kB when each piece carried its whole style."""

ROUNDS = 8
"""Measurements at most: a busy machine needs several until one is undisturbed."""

MEGABYTE = 1_024
SLOW_LINE = 8_192
"""Bytes a second of a line of 64 kbit/s."""

PAINT_AIM, PAINT_LIMIT = 1.5, 2.2
"""First useful paint, in starts of an empty Textual app: 1.3 to 1.6 was measured on a busy machine. The limit is what
a return of the settings' models or of the clients to the start would break."""

GROWTH_LIMIT = 1.5
"""First paint on 100,000 deliveries, in those on 1,000; reading all of them would be several times that. The aim of 1.2
is measured by `tests.benchmarks` with nothing beside it: among other tests one and the same start differs by half."""


@pytest.fixture(scope="module", autouse=True)
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Modules are compiled once, as pip does when it installs: else each start would compile ours, and only ours."""
    changed = {"PYTHONPYCACHEPREFIX": str(tmp_path_factory.mktemp("compiled")), "PYTHONDONTWRITEBYTECODE": ""}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in changed.items():
            patch.setenv(name, value)
        yield


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeDesk]:
    """An office with 100,000 more deliveries."""
    desk = office(tmp_path_factory.mktemp("many"))
    fill_many(desk.store, MANY, space=SPACE.id, dossier="D1")
    yield desk
    desk.close()


@pytest.fixture(scope="module")
def unit(many: FakeDesk) -> float:
    """Seconds of processor time that an empty Textual app needs to its first paint."""
    return min(start(EMPTY, many.home.data) for _ in range(4))


def painted(terminal: Terminal) -> bool:
    return "F2026-" in terminal.text and "Needs you" in terminal.text


def start(program: str, home: Path) -> float:
    """Seconds of processor time until rows are on the screen."""
    with console_in_pty(home, program=program) as terminal:
        terminal.until(lambda: painted(terminal), "the first paint", 60)
        return terminal.worked


def shown(terminal: Terminal) -> None:
    terminal.until(lambda: painted(terminal) and "reading" not in terminal.screen.display[0], "the queue", 60)
    terminal.settle()


def test_a_key_press_costs_at_most_a_kilobyte_and_ten_milliseconds(many: FakeDesk, unit: float) -> None:
    with console_in_pty(many.home.data) as terminal:
        shown(terminal)
        assert terminal.press("j") <= KEY_BYTES and terminal.press("k") <= KEY_BYTES
        spent = []
        for key in "jkjk":
            before = terminal.cpu()
            assert terminal.press(key * 20) <= KEY_BYTES * 20
            spent.append((terminal.cpu() - before) / 20)
        assert min(spent) <= unit / 20, (spent, unit)


def test_a_text_that_scrolls_by_a_line_costs_that_line(many: FakeDesk) -> None:
    with console_in_pty(many.home.data) as terminal:
        shown(terminal)
        terminal.press("jj\r")
        terminal.until(lambda: "Facts" in terminal.text and "PgDn" in terminal.text, "the detail")
        for key in "jjk":
            assert 0 < terminal.press(key) <= SCROLL_BYTES, key


def test_one_changed_line_costs_at_most_250_bytes(many: FakeDesk) -> None:
    with console_in_pty(many.home.data) as terminal:
        shown(terminal)
        row = many.ledger.window(QueueQuery(), 1, 1)[0]
        for state, budget in ((State.DEAD, LINE_BYTES), (State.FAILED, LINE_BYTES), (State.CONFIRMED, MOVED_BYTES)):
            before = len(terminal.raw)
            stand(many, row.id, state, reason="outcome_unknown")
            terminal.until(lambda before=before: len(terminal.raw) > before, "the change")
            terminal.settle(1.0)
            assert len(terminal.raw) - before <= budget, state
        stand(many, row.id, row.state, reason=row.reason)


def test_a_page_and_the_ends_of_the_queue_cost_about_a_screen(many: FakeDesk) -> None:
    with console_in_pty(many.home.data) as terminal:
        shown(terminal)
        for key in ("\x1b[6~", "\x1b[5~", "G", "k", "g"):
            assert terminal.press(key) <= PAGE_BYTES, key
        terminal.press("G")
        assert "F2026-0000004" in terminal.text  # the oldest of those that are done


def test_other_keys_send_only_the_cells_that_look_different(many: FakeDesk) -> None:
    with console_in_pty(many.home.data) as terminal:
        shown(terminal)
        assert len(terminal.raw) <= START_BYTES
        for opening in ("/", ":", "?"):
            assert terminal.press(opening) <= OTHER_KEYS[opening], opening
            assert terminal.press("\x1b") <= OTHER_KEYS["\x1b"], opening


def test_redraw_sends_the_whole_screen_again(many: FakeDesk) -> None:
    with console_in_pty(many.home.data) as terminal:
        shown(terminal)
        before = terminal.text
        terminal.screen.reset()
        assert "F2026-" not in terminal.text
        terminal.press("l")
        assert terminal.text == before


def test_a_locale_without_utf_8_gets_signs_of_ascii_only(many: FakeDesk) -> None:
    plain = {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "1"}
    with console_in_pty(many.home.data, program=COMMAND, environ=plain) as terminal:
        shown(terminal)
        assert not set("…─·▲✓○►✗∅●") & set(terminal.text), terminal.text


def test_memory_stays_under_eighty_megabytes(many: FakeDesk) -> None:
    with console_in_pty(many.home.data) as terminal:
        shown(terminal)
        for key in ("G", "\x1b[5~" * 5, "g", "/zwaan\r", "\x1b"):
            terminal.press(key)
        lines = Path(f"/proc/{terminal.pid}/status").read_text().splitlines()
        most = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
        assert most <= 80 * MEGABYTE, f"{most} kB"


def test_an_idle_console_sends_nothing_and_hardly_works(many: FakeDesk, unit: float) -> None:
    with console_in_pty(many.home.data) as terminal:
        shown(terminal)
        spent = []
        while len(spent) < ROUNDS and (not spent or min(spent) > unit / 10):
            before, worked = len(terminal.raw), terminal.cpu()
            terminal.read(4.0)
            assert len(terminal.raw) == before
            spent.append(terminal.cpu() - worked)
        assert min(spent) <= unit / 10, (spent, unit)


def test_ten_changes_a_second_cost_at_most_three_kilobytes_a_second(many: FakeDesk) -> None:
    with console_in_pty(many.home.data) as terminal:
        shown(terminal)
        rows = many.ledger.window(QueueQuery(), 0, 12)
        before, began = len(terminal.raw), time.monotonic()
        for turn in range(30):
            row = rows[turn % 10]
            stand(many, row.id, State.DEAD if turn % 20 < 10 else State.FAILED, reason="outcome_unknown")
            terminal.read(max(0.0, began + (turn + 1) / 10 - time.monotonic()))
        seconds = time.monotonic() - began
        terminal.settle()
        assert 0 < len(terminal.raw) - before <= 3_072 * seconds


def test_first_paint_is_near_that_of_an_empty_app_and_does_not_grow_with_the_queue(
    many: FakeDesk, unit: float, tmp_path: Path
) -> None:
    few = office(tmp_path)
    fill_many(few.store, 1_000, space=SPACE.id, dossier="D1")
    few.close()
    small, large = start(COMMAND, few.home.data), start(COMMAND, many.home.data)
    for _ in range(ROUNDS):
        small = min(small, start(COMMAND, few.home.data))
        large = min(large, start(COMMAND, many.home.data))
        if large <= small * GROWTH_LIMIT and large <= unit * PAINT_LIMIT:
            break
    assert large <= small * GROWTH_LIMIT, (large, small)
    assert large <= unit * PAINT_LIMIT, (large, unit, "aim", PAINT_AIM)


def test_a_slow_line_keeps_up_with_a_person(many: FakeDesk) -> None:
    with console_in_pty(many.home.data) as terminal:
        shown(terminal)
        row = many.ledger.window(QueueQuery(), 0, 1)[0]
        taken = 0
        for turn in range(40):  # four seconds at 64 kbit/s, five keys a second, with changes in between
            if turn % 2:
                os.write(terminal.master, b"j" if turn % 20 < 10 else b"k")
            if turn % 10 == 0:
                stand(many, row.id, State.DEAD if turn % 20 else State.FAILED, reason="outcome_unknown")
            time.sleep(0.1)
            with suppress(BlockingIOError):
                os.set_blocking(terminal.master, False)
                taken += len(os.read(terminal.master, SLOW_LINE // 10))
        os.set_blocking(terminal.master, True)
        before = len(terminal.raw)
        terminal.settle()
        left = len(terminal.raw) - before
        assert taken > 0 and left <= SLOW_LINE, (taken, left)


# -- terminals within terminals, and lines that end -------------------------------------------------------------------


def test_a_closed_terminal_ends_the_console_and_leaves_the_ledger_alone(tmp_path: Path) -> None:
    desk = office(tmp_path)
    before = [(row.id, row.state) for row in desk.ledger.window(QueueQuery(), 0, 50)]
    with console_in_pty(desk.home.data) as terminal:
        terminal.until(lambda: "Needs you (4)" in terminal.text, "the queue")
        os.write(terminal.master, b"D")
        terminal.until(lambda: "n, enter, esc" in terminal.text, "a question that nobody answers")
        os.close(terminal.master)
        end = time.monotonic() + 30
        while os.waitpid(terminal.pid, os.WNOHANG) == (0, 0):
            assert time.monotonic() < end, "the console outlives its terminal"
            time.sleep(0.05)
    assert [(row.id, row.state) for row in desk.ledger.window(QueueQuery(), 0, 50)] == before
    assert desk.store.check() == []


@pytest.mark.skipif(shutil.which("tmux") is None, reason="no tmux here: .ci/run installs it")
def test_it_works_in_tmux(tmp_path: Path) -> None:
    desk = office(tmp_path)
    tmux = ("tmux", "-u", "-S", str(tmp_path / "socket"), "-f", "/dev/null")
    program = tmp_path / "console.py"
    program.write_text(PROGRAM)
    command = f"PYTHONPATH={Path.cwd()} {sys.executable} {program} {desk.home.data}"
    with in_pty(*tmux, "new-session", command) as terminal:
        try:
            terminal.until(lambda: "Needs you (4)" in terminal.text, "the queue", 60)
            os.write(terminal.master, b"G")
            terminal.until(lambda: "F2026-0417" in terminal.text, "the last row")
            os.write(terminal.master, b":order\r")
            terminal.until(lambda: "newest first" in terminal.text, "the palette's action")
        finally:
            subprocess.run([*tmux, "kill-server"], check=False, capture_output=True)


@pytest.mark.skipif(shutil.which("screen") is None, reason="no GNU screen here: .ci/run installs it")
def test_it_works_in_gnu_screen(tmp_path: Path) -> None:
    desk = office(tmp_path)
    program = tmp_path / "console.py"
    program.write_text(PROGRAM)
    environ = {"SCREENDIR": str(tmp_path / "sockets"), "PYTHONPATH": str(Path.cwd()), "LC_ALL": "C.UTF-8"}
    (tmp_path / "sockets").mkdir(mode=0o700)
    with in_pty(
        "screen", "-U", "-c", "/dev/null", sys.executable, str(program), str(desk.home.data), environ=environ
    ) as terminal:
        terminal.until(lambda: "Needs you (4)" in terminal.text, "the queue", 60)
        os.write(terminal.master, b"q")
        terminal.until(lambda: terminal.ended or "terminating" in terminal.text, "the end", 30)


def test_terminals_of_all_sizes_are_made_use_of(tmp_path: Path) -> None:
    desk = empty_desk(tmp_path)
    office(tmp_path)
    for size, there, absent in (
        ((80, 24), "Amount", "too small"),
        ((60, 16), "Amount", "too small"),
        ((50, 12), "too small", "Amount"),
        ((200, 50), "Timeline", "too small"),
    ):
        with console_in_pty(desk.home.data, size=size) as terminal:
            terminal.until(lambda there=there: there in terminal.text, f"{there} at {size}")
            terminal.settle()
            assert absent not in terminal.text
            os.write(terminal.master, b"q")
            assert terminal.wait() == 0
