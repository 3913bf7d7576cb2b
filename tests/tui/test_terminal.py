"""What the console costs on a line, what a crash shows, and what terminals without colour get: in a pseudo terminal."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path

import pytest

from core.ledger.base import QueueQuery
from core.model import NEVER, State
from tests.core.operations.fakes import SENTINEL, SPACE, FakeDesk, stand
from tests.tui.console import Made, discovery, office
from tests.tui.pty_console import PROGRAM, Terminal, console_in_pty

pytestmark = pytest.mark.terminal

IDLE_SECONDS = 2.0
LINE_BUDGET = 250
KEY_BUDGET = 1_024
STATUS_BUDGET = 200


@pytest.fixture
def desk(tmp_path: Path) -> FakeDesk:
    return office(tmp_path)


def shown(terminal: Terminal, text: str) -> None:
    """Waits for a text and for the state of the whole, which comes a moment after the rows."""
    terminal.until(lambda: text in terminal.text and "reading" not in terminal.screen.display[0], text)
    terminal.settle()


def ready(terminal: Terminal) -> None:
    shown(terminal, "Needs you (4)")


def test_idle_console_sends_nothing(desk: FakeDesk) -> None:
    with console_in_pty(desk.home.data) as terminal:
        ready(terminal)
        assert terminal.read(IDLE_SECONDS) == 0


def test_changed_row_costs_one_line(desk: FakeDesk) -> None:
    rows = desk.ledger.window(QueueQuery(), 0, 50)
    row = next(each for each in rows if each.state is State.FAILED)
    with console_in_pty(desk.home.data) as terminal:
        ready(terminal)
        before = len(terminal.raw)
        stand(desk, row.id, State.DEAD, reason="outcome_unknown")
        terminal.until(lambda: "gave up" in terminal.text, "the changed row")
        terminal.settle()
        sent = len(terminal.raw) - before
        assert sent <= LINE_BUDGET + STATUS_BUDGET, sent


def test_key_press_costs_at_most_a_kilobyte_also_over_many_rows(desk: FakeDesk) -> None:
    many = [discovery(Made(f"M-{n}", "Molens", "BE0477472701", 1, "10.00"), State.PARKED) for n in range(2_000)]
    desk.ledger.record_poll(SPACE.id, many, watermark_ns=3_000, next_poll=NEVER, swept=False, now=desk.clock.now())
    with console_in_pty(desk.home.data) as terminal:
        shown(terminal, "Needs you (2,004)")
        assert terminal.press("j") <= KEY_BUDGET
        assert terminal.press("k") <= KEY_BUDGET
        keys = 40
        assert terminal.press("j" * keys) <= KEY_BUDGET * keys


def test_question_opens_and_closes_within_its_budget(desk: FakeDesk) -> None:
    with console_in_pty(desk.home.data) as terminal:
        ready(terminal)
        assert terminal.press("D") <= 9_000
        assert "Do not send" in terminal.text
        assert terminal.press("n") <= 9_000


def test_resizing_and_leaving(desk: FakeDesk) -> None:
    with console_in_pty(desk.home.data) as terminal:
        ready(terminal)
        import fcntl
        import struct
        import termios

        terminal.screen.resize(16, 60)
        fcntl.ioctl(terminal.master, termios.TIOCSWINSZ, struct.pack("HHHH", 16, 60, 0, 0))
        os.kill(terminal.pid, signal.SIGWINCH)
        terminal.until(lambda: "Quit" in terminal.text.splitlines()[15], "the smaller screen")
        os.write(terminal.master, b"q")
        assert terminal.wait() == 0


CRASHING = PROGRAM.replace(
    "from tui.app import BanqupConsole\n",
    "from tui.app import BanqupConsole\n"
    "def boom(self):\n"
    "    api_key = open(sys.argv[1] + '/credentials.toml').read()\n"
    "    raise RuntimeError(api_key)\n"
    "BanqupConsole.do_help = boom\n",
)


def test_crash_shows_and_records_no_secret(desk: FakeDesk) -> None:
    assert SENTINEL in desk.home.credentials.read_text()
    with console_in_pty(desk.home.data, program=CRASHING) as terminal:
        ready(terminal)
        os.write(terminal.master, b"?")
        assert terminal.wait() == 1
        shown = terminal.raw.decode(errors="replace")
    assert SENTINEL not in shown and "RuntimeError" in shown
    record = (desk.home.logs / "crashes.log").read_text()
    assert SENTINEL not in record and "RuntimeError" in record and "boom" in record


def test_stored_secrets_are_on_no_screen(desk: FakeDesk) -> None:
    with console_in_pty(desk.home.data) as terminal:
        ready(terminal)
        for keys in ("m", "c", "\x1b", "\x1b", "4", "\r", "\x1b", "2", "?"):
            terminal.press(keys, quiet=0.15)
        assert SENTINEL not in terminal.raw.decode(errors="replace")


def test_no_color_sends_no_colour_and_stays_readable(desk: FakeDesk) -> None:
    with console_in_pty(desk.home.data, environ={"NO_COLOR": "1"}) as terminal:
        ready(terminal)
        coloured = re.findall(rb"\x1b\[[0-9;]*(?:3[0-7]|4[0-7]|[34]8;[25])[0-9;]*m", bytes(terminal.raw))
        assert not coloured
        assert b"\x1b[7m" in terminal.raw or re.search(rb"\x1b\[[0-9;]*7[;m]", bytes(terminal.raw))


def test_terminal_of_sixteen_colours_gets_no_others(desk: FakeDesk) -> None:
    with console_in_pty(desk.home.data, environ={"TERM": "linux", "COLORTERM": ""}) as terminal:
        ready(terminal)
        assert not re.findall(rb"\x1b\[[0-9;]*[34]8;2;", bytes(terminal.raw))


def test_each_step_through_rows_of_all_kinds_stays_within_its_budget(desk: FakeDesk) -> None:
    with console_in_pty(desk.home.data) as terminal:
        ready(terminal)
        terminal.until(lambda: "no engine runs" in terminal.text, "what keeps the queue from moving")
        while terminal.read(1.0):  # what comes late, comes once and by itself
            pass
        costs = [terminal.press("j", quiet=0.15) for _ in range(8)]
        assert max(costs) <= KEY_BUDGET, costs


def test_a_secret_typed_in_a_burst_lands_in_its_own_field(tmp_path: Path) -> None:
    """A paste, or a line that catches up, brings text, tab and text at once: the secret must never be readable."""
    home = tmp_path / "home"
    with console_in_pty(home) as terminal:
        terminal.until(lambda: "How do you want to begin?" in terminal.text, "the welcome")
        terminal.press("\x1b[B\r")
        terminal.until(lambda: "App secret" in terminal.text, "the connection to Banqup")
        terminal.press(f"https://banqup.example\tmy-app\t{SENTINEL}\t")
        terminal.until(lambda: "my-app" in terminal.text, "the app id")
        assert SENTINEL not in terminal.text
        assert "•" * len(SENTINEL) in terminal.text


def test_what_is_typed_in_a_burst_behind_the_filter_or_the_palette_acts_on_nothing_else(desk: FakeDesk) -> None:
    """Over a slow line keys come together: the letters of a search must not be keys of the queue."""
    with console_in_pty(desk.home.data) as terminal:
        ready(terminal)
        os.write(terminal.master, b"/DSA\r")
        terminal.until(lambda: "filter: DSA" in terminal.text, "the filter")
        os.write(terminal.master, b"\x1b")
        terminal.until(lambda: "Needs you (4)" in terminal.text, "everything again")
        terminal.settle()
        os.write(terminal.master, b":order\r")
        terminal.until(lambda: "newest first" in terminal.text, "what the palette did")
