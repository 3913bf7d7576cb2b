"""What only the real command shows: engines in the background, signals, watching, and a person at a terminal."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pexpect
import pytest

from core.sandbox.generator import generate, settle
from core.sandbox.server import SandboxServer, running_sandbox
from core.sandbox.world import World
from tests.tui.commandline import COMMAND, call, spawn
from tui.i18n import use_language

SENTINEL = "sentinel-9f3a-secret"
WAIT = 20

pytestmark = pytest.mark.processes


@pytest.fixture
def server() -> Iterator[SandboxServer]:
    use_language("en")
    world = World()
    made = generate(6, seed=3)
    settle(world, made.dossier)
    world.add(made.drafts)
    with running_sandbox(world) as running:
        yield running


@pytest.fixture
def home(server: SandboxServer, tmp_path: Path) -> Path:
    """A home that is connected, installed and active."""
    place, access = tmp_path / "home", server.access
    at = ("--home", str(place))
    banqup = f"base_url={access.banqup}\nclient_id={access.client_id}\nsecret={access.client_secret}\n"
    three = f"api_key={access.api_key}\nclid={access.clid}\nfile_id={access.file_id}\n"
    steps: tuple[tuple[tuple[str, ...], str], ...] = (
        (("connect", "banqup", "set", "--stdin"), banqup),
        (("connect", "pingwin", "set", "--contract", "sandbox", "--url", access.pingwin), ""),
        (("install", access.space, "--yes", "--own-extension-off"), ""),
        (("credentials", "set", access.space, "--stdin"), three),
        (("activate", access.space, "--yes"), ""),
    )
    for arguments, text in steps:
        outcome = call(*at, *arguments, input=text)
        assert outcome.exit_code == 0, outcome.output
    return place


def until(seen: Callable[[], Any]) -> Any:
    end = time.monotonic() + WAIT
    while time.monotonic() < end:
        if found := seen():
            return found
        time.sleep(0.05)
    raise AssertionError("it did not happen in time")


def begin(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [str(COMMAND), *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, bufsize=1
    )


def terminal(*arguments: str) -> pexpect.spawn:
    environment = {**os.environ, "TERM": "xterm", "LANG": "C.UTF-8"}
    return pexpect.spawn(str(COMMAND), list(arguments), env=environment, encoding="utf-8", timeout=WAIT)


def test_one_engine_a_home_started_asked_about_and_stopped(home: Path) -> None:
    at = ("--home", str(home))
    started = spawn(*at, "run", "--detach", "--json")
    assert started.returncode == 0, started.stderr
    pid = json.loads(started.stdout)["pid"]
    try:
        assert json.loads(spawn(*at, "status", "--json").stdout)["engine"]["pid"] == pid
        second = spawn(*at, "run")
        assert second.returncode == 2
        assert second.stderr.startswith("engine_runs") and str(pid) in second.stderr
    finally:
        stopped = spawn(*at, "stop")
    assert stopped.returncode == 0, stopped.stderr
    assert spawn(*at, "stop").returncode == 2


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_engine_in_front_ends_cleanly_at_a_signal(home: Path, number: signal.Signals) -> None:
    engine = begin("--home", str(home), "run")
    until(lambda: json.loads(call("--home", str(home), "status", "--json").stdout)["engine"]["running"])
    engine.send_signal(number)
    _out, said = engine.communicate(timeout=WAIT)
    assert engine.returncode == 0, said
    assert "Traceback" not in said


def test_watching_prints_one_line_a_change_until_it_is_interrupted(home: Path, server: SandboxServer) -> None:
    watching = [begin("--home", str(home), "queue", "--watch", *extra) for extra in (("--json",), ())]
    try:
        for process in watching:
            assert process.stderr is not None
            assert process.stderr.readline().startswith("Watching")
        [moved] = server.world.approve(count=1)
        until(lambda: spawn("--home", str(home), "run", "--once") and server.control.received()["received"] == 1)
        scripted, plain = (process.stdout for process in watching)
        assert scripted is not None and plain is not None
        changes = [json.loads(scripted.readline())]
        while changes[-1]["state"] != "confirmed":
            changes.append(json.loads(scripted.readline()))
        assert {"id", "state", "kind", "at", "amount"} <= set(changes[0])
        assert {each["number"] for each in changes} == {moved.number}
        assert moved.number in plain.readline()
    finally:
        for process in watching:
            process.send_signal(signal.SIGINT)
            _out, said = process.communicate(timeout=WAIT)
            assert process.returncode == 0, said


def test_a_sandbox_is_steered_and_inspected_from_another_terminal(tmp_path: Path) -> None:
    at = ("--home", str(tmp_path / "box"))
    sandbox = begin("sandbox", "--json", "--documents", "5", *at)
    try:
        assert sandbox.stdout is not None
        text = ""
        while not text.endswith("}\n"):
            text += sandbox.stdout.readline()
        announced = json.loads(text)
        assert announced["banqup"].startswith("http://127.0.0.1:") and announced["pingwin"]
        moved = json.loads(spawn("sandbox", "approve", "--count", "2", "--json", *at).stdout)
        assert len(moved) == 2
        assert json.loads(spawn("sandbox", *at, "received", "--json").stdout)["received"] == 0
        assert spawn("sandbox", "faults", "error-500", *at).returncode == 0
        assert "error-500" in spawn("sandbox", "faults", "--list").stdout
    finally:
        sandbox.send_signal(signal.SIGINT)
        sandbox.communicate(timeout=WAIT)
    assert sandbox.returncode == 0
    assert spawn("sandbox", "received", *at).returncode == 2


def test_secrets_are_asked_for_hidden_and_never_echoed(home: Path, server: SandboxServer) -> None:
    child = terminal("--home", str(home), "credentials", "set", server.access.space, "--no-test")
    child.expect("API Key .*: ")
    child.sendline(SENTINEL)
    child.expect("CLID .*: ")
    child.sendline("")
    child.expect("File ID .*: ")
    child.sendline("")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    said = child.before + str(child.after)
    assert SENTINEL not in said
    shown = call("--home", str(home), "credentials", "show", server.access.space).stdout
    assert SENTINEL not in shown and server.access.file_id in shown
    logs = "".join(path.read_text(errors="replace") for path in (home / "logs").glob("*") if path.is_file())
    assert SENTINEL not in logs


def test_a_typed_confirmation_takes_the_exact_name_only(home: Path, server: SandboxServer) -> None:
    name = server.access.space_name
    for typed, code in ((name.lower(), 3), (name, 0)):
        child = terminal("--home", str(home), "uninstall", server.access.space)
        child.expect("to confirm: ")
        child.sendline(typed)
        child.expect(pexpect.EOF)
        child.close()
        assert child.exitstatus == code, typed


def test_a_confirmation_is_no_unless_the_person_says_yes(home: Path, server: SandboxServer) -> None:
    for typed, code in (("", 3), ("y", 0)):
        child = terminal("--home", str(home), "deactivate", server.access.space)
        child.expect(r"\[y/N\]: ")
        child.sendline(typed)
        child.expect(pexpect.EOF)
        child.close()
        assert child.exitstatus == code, typed


def test_control_c_at_a_question_exits_3_with_a_plain_sentence(home: Path, server: SandboxServer) -> None:
    child = terminal("--home", str(home), "credentials", "set", server.access.space)
    child.expect("API Key .*: ")
    child.sendintr()
    child.expect("Interrupted before the end.")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 3


def test_a_dumb_terminal_gets_the_help_and_no_escape_codes() -> None:
    environment = {**os.environ, "TERM": "dumb"}
    child = pexpect.spawn(str(COMMAND), env=environment, encoding="utf-8", timeout=WAIT)
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 2
    assert "convert" in child.before and "\x1b" not in child.before


def test_a_demo_without_a_terminal_says_so_and_gives_the_promised_summary() -> None:
    ran = spawn("demo", "--documents", "2", "--json")
    assert ran.returncode == 0, ran.stderr
    assert ran.stderr.startswith("demo_headless: ")
    summary = json.loads(ran.stdout)
    promised = "documents delivered needs_attention unknown received received_twice invalid seconds"
    assert set(promised.split()) <= set(summary)
    assert (summary["documents"], summary["delivered"], summary["received"]) == (2, 2, 2)


def test_the_module_named_in_the_project_is_the_command() -> None:
    ran = subprocess.run([sys.executable, "-c", "from tui.cli import main; main()"], capture_output=True, timeout=WAIT)
    assert ran.returncode == 2
