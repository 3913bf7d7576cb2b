"""A person's command gets the notice and nothing secret; whatever it does, the engine goes on."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from pathlib import Path

from core.telling.hook import run_hook

TEXT = json.dumps({"product": "banqup-pingwin"})


def script(directory: Path, body: str) -> list[str]:
    file = directory / "hook.py"
    file.write_text(f"import json, os, sys, time\n{body}\n")
    return [sys.executable, str(file)]


async def test_the_command_reads_the_notice_and_sees_no_secret_of_ours(tmp_path: Path) -> None:
    seen = tmp_path / "seen.json"
    command = script(
        tmp_path,
        f"open({str(seen)!r}, 'w').write(json.dumps([sys.stdin.read(), dict(os.environ), sys.argv]))",
    )
    environ = {**os.environ, "BANQUP_PINGWIN_API_KEY": "sentinel-1", "BANQUP_PINGWIN_HOME": "/h"}
    environ |= {"NOTIFY_SOCKET": "/run/x", "BANQUP_PINGWIN_SMTP_PASSWORD_FILE": "/p"}
    assert await run_hook(command, TEXT, environ=environ, timeout=10) is None
    text, environment, arguments = json.loads(seen.read_text())
    assert text == TEXT and "sentinel-1" not in json.dumps([environment, arguments])
    assert environment["BANQUP_PINGWIN_HOME"] == "/h" and "BANQUP_PINGWIN_SMTP_PASSWORD_FILE" in environment
    assert "NOTIFY_SOCKET" not in environment


async def test_a_command_that_fails_says_why_in_a_few_words(tmp_path: Path) -> None:
    command = script(tmp_path, "sys.stderr.write('no \\x1b[2J route ' + 'x' * 9000); sys.exit(3)")
    why = await run_hook(command, TEXT, environ=os.environ, timeout=10)
    assert why is not None and why.startswith("3: ") and len(why) < 250 and "\x1b" not in why


async def test_a_command_that_does_not_end_is_ended_with_all_it_started(tmp_path: Path) -> None:
    mark = tmp_path / "pid"
    body = f"os.system('sleep 60 & echo $! > {mark}')\ntime.sleep(60)"
    why = await run_hook(script(tmp_path, body), TEXT, environ=os.environ, timeout=1.0)
    assert why == "no end after 1 s"
    started = Path(f"/proc/{mark.read_text().strip()}/stat")
    end = time.monotonic() + 10
    while started.exists() and started.read_text().split()[2] != "Z":
        assert time.monotonic() < end, "what the command started still runs"
        await asyncio.sleep(0.02)


async def test_a_command_that_is_not_there_or_reads_nothing_stops_nobody(tmp_path: Path) -> None:
    assert await run_hook(["/nowhere/at-all"], TEXT, environ=os.environ, timeout=5) == "No such file or directory"
    deaf = script(tmp_path, "sys.stdin.close()")
    assert await run_hook(deaf, "x" * 1_000_000, environ=os.environ, timeout=10) is None
