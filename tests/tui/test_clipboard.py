"""A copied text reaches the clipboard also through tmux and screen."""

from __future__ import annotations

import base64
import re
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from tui.clipboard import PIECE, sequences

TEXT = "scp -P 2222 'an@10.0.0.1:/home/an/Café.xml' . " * 20


def taken(sequence: str) -> str:
    """The text of an OSC 52 sequence."""
    found = re.fullmatch(r"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07", sequence)
    assert found
    return base64.b64decode(found[1]).decode()


def test_a_terminal_gets_the_text_as_it_is() -> None:
    (only,) = sequences(TEXT, {})
    assert taken(only) == TEXT


def test_tmux_gets_it_for_itself_and_once_wrapped_for_the_terminal_around_it() -> None:
    own, wrapped = sequences(TEXT, {"TMUX": "/tmp/tmux-0/default,1,0"})
    assert taken(own) == TEXT
    inner = re.fullmatch(r"\x1bPtmux;(.*)\x1b\\", wrapped, re.S)
    assert inner and taken(inner[1].replace("\x1b\x1b", "\x1b")) == TEXT


def test_screen_hands_it_on_in_pieces_that_fit() -> None:
    (wrapped,) = sequences(TEXT, {"STY": "1.pts-0.office"})
    pieces = re.findall(r"\x1bP(.*?)\x1b\\", wrapped, re.S)
    assert all(len(piece) <= PIECE for piece in pieces)
    assert taken("".join(pieces)) == TEXT


@pytest.mark.terminal
@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
def test_a_real_tmux_with_set_clipboard_on_holds_the_text(tmp_path: Path) -> None:
    file = tmp_path / "written"
    file.write_text("".join(sequences(TEXT, {"TMUX": "yes"})))
    tmux = ["tmux", "-f", "/dev/null", "-S", str(tmp_path / "socket")]
    command = f"sleep 0.5; cat {file}; sleep 60"
    subprocess.run(
        [*tmux, "new-session", "-d", command, ";", "set", "-g", "set-clipboard", "on"], check=True, timeout=20
    )
    try:
        end = time.monotonic() + 20
        shown = ""
        while shown != TEXT and time.monotonic() < end:
            shown = subprocess.run([*tmux, "show-buffer"], capture_output=True, text=True, timeout=20).stdout
            time.sleep(0.1)
        assert shown == TEXT
    finally:
        subprocess.run([*tmux, "kill-server"], check=False, timeout=20)
