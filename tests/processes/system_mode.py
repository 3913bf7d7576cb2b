"""Several people and one engine on one machine, with real users: run by `test_system_mode.py` as root.

Runs in a mount namespace of its own over a copy of /etc, so that no user, group, unit or directory outlives it. The
interpreter and the source are bound to /opt, where every user may read them.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from core.sandbox.generator import generate, settle
from core.sandbox.server import SandboxServer, running_sandbox
from core.sandbox.world import World

ROOT = Path(__file__).parents[2]
OPT = Path("/opt")
COMMAND = OPT / "banqup-pingwin"
CONFIG, DATA = Path("/etc/banqup-pingwin"), Path("/var/lib/banqup-pingwin")
ENGINE = "banqup-pingwin"
SECRET = "sentinel-of-the-engine-9921"
WAIT = 60.0


def mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True)


def private_machine(scratch: Path) -> None:
    """/etc as a copy, /var/lib and /opt empty, the interpreter and the source readable for everybody."""
    shutil.copytree("/etc", scratch / "etc", symlinks=True, dirs_exist_ok=True, ignore_dangling_symlinks=True)
    mount("--make-rprivate", "/")
    mount("--bind", str(scratch / "etc"), "/etc")
    for directory in ("/var/lib", "/opt", "/home"):
        mount("-t", "tmpfs", "-o", "mode=755", "tmpfs", directory)
    for name, place in (("base", Path(sys.base_prefix)), ("venv", Path(sys.prefix)), ("src", ROOT)):
        (OPT / name).mkdir()
        mount("--bind", str(place), str(OPT / name))
    python = f"/opt/base/bin/python3.{sys.version_info.minor}"
    packages = f"/opt/venv/lib/python3.{sys.version_info.minor}/site-packages"
    (OPT / "main.py").write_text(
        f"import sys\nsys.path[:0] = ['/opt/src', {packages!r}]\nsys.argv[0] = {str(COMMAND)!r}\n"
        "from tui.cli import main\nmain()\n"
    )
    COMMAND.write_text(f'#!/bin/sh\nLD_LIBRARY_PATH=/opt/base/lib exec {python} /opt/main.py "$@"\n')
    COMMAND.chmod(0o755)


def as_user(name: str, *arguments: str, input: str | None = None) -> subprocess.CompletedProcess[str]:
    """The command as a real user, with that user's groups and nothing of ours in the environment."""
    switch = ["setpriv", f"--reuid={name}", f"--regid={name}", "--init-groups", "--reset-env"]
    return subprocess.run([*switch, str(COMMAND), *arguments], capture_output=True, text=True, input=input, cwd="/")


def well(done: subprocess.CompletedProcess[str], *codes: int) -> str:
    crashes = DATA / "logs" / "crashes.log"
    told = (done.args, done.returncode, done.stdout, done.stderr, crashes.read_text() if crashes.exists() else "")
    assert done.returncode in (codes or (0,)), told
    return done.stdout


def until(true: Callable[[], object], what: str) -> None:
    end = time.monotonic() + WAIT
    while not true():
        assert time.monotonic() < end, f"never happened: {what}"
        time.sleep(0.1)


def start_engine(manager: socket.socket, address: str) -> subprocess.Popen[bytes]:
    """The service as systemd would start it: its user, its umask, its notify socket."""
    switch = ["setpriv", f"--reuid={ENGINE}", f"--regid={ENGINE}", "--init-groups"]
    environ = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "NOTIFY_SOCKET": address, "WATCHDOG_USEC": "3000000"}
    process = subprocess.Popen([*switch, str(COMMAND), "run"], env=environ, cwd="/", umask=0o007)
    said = ""
    manager.settimeout(WAIT)
    while "READY=1" not in said:
        said += manager.recv(4096).decode()
    return process


def main(scratch: Path) -> None:
    private_machine(scratch)
    well(subprocess.run([COMMAND, "service", "install", "--yes"], capture_output=True, text=True))
    assert "ExecStart=/opt/banqup-pingwin run" in Path("/etc/systemd/system/banqup-pingwin.service").read_text()
    assert stat.S_IMODE(CONFIG.stat().st_mode) == stat.S_IMODE(DATA.stat().st_mode) == 0o2770
    for name in ("an", "jan", "piet"):
        subprocess.run(["useradd", "--no-create-home", name], check=True)
    for name in ("an", "jan"):
        subprocess.run(["usermod", "-aG", ENGINE, name], check=True)

    world = World()
    made = generate(6, seed=3)
    settle(world, made.dossier)
    world.add(made.drafts)
    with running_sandbox(world) as server:
        set_up(server)
        work_together(server, scratch)


def set_up(server: SandboxServer) -> None:
    access = server.access
    banqup = f"base_url={access.banqup}\nclient_id={access.client_id}\nsecret={access.client_secret}\n"
    three = f"api_key={access.api_key}\nclid={access.clid}\nfile_id={access.file_id}\n"
    refused = as_user("an", "connect", "banqup", "set", "--stdin", input=banqup)
    well(refused, 2)
    assert "secrets_by_engine_user" in refused.stderr, refused.stderr
    well(subprocess.run([COMMAND, "connect", "banqup", "set", "--stdin"], input=banqup, capture_output=True, text=True))
    kept = (CONFIG / "credentials.toml").stat()
    assert (stat.S_IMODE(kept.st_mode), Path(CONFIG / "credentials.toml").owner()) == (0o600, ENGINE)
    well(as_user("an", "connect", "pingwin", "set", "--contract", "sandbox", "--url", access.pingwin))
    well(as_user(ENGINE, "install", access.space, "--yes", "--own-extension-off"))
    well(as_user(ENGINE, "credentials", "set", access.space, "--stdin", input=three))
    settings = json.loads((CONFIG / "installations.json").read_text())
    settings["machine"]["1"]["timing"] |= {"poll_interval": 1.0, "wake": 0.1}
    (CONFIG / "installations.json").write_text(json.dumps(settings))


def work_together(server: SandboxServer, scratch: Path) -> None:
    space, address = server.access.space, str(scratch / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(address)
        os.chmod(address, 0o666)
        os.chmod(scratch, 0o755)
        engine = start_engine(manager, address)
        try:
            tested = as_user("an", "credentials", "test", space, "--json")  # an has no secret: the engine is asked
            codes = [proof["code"] for proof in json.loads(well(tested))["proofs"]]
            shown = as_user("an", "credentials", "show", space, "--lang", "en")
            assert "API Key: kept by another user" in well(shown) and "missing" not in shown.stdout
            assert "engine_tested" in codes and "pingwin_credentials_right" in codes, codes
            well(as_user("an", "activate", space, "--yes"))
            until(lambda: "active" in well(as_user("an", "status", "--json"), 0, 1), "the baseline")
            time.sleep(1.5)
            server.control.approve(count=4)
            until(lambda: len(delivered("jan")) == 4, "four deliveries, seen by jan")
            well(as_user("jan", "hold", space))
            well(as_user("an", "release", space))
            assert {event["actor"] for event in history("an")} >= {"an", "jan"}
            outsider = as_user("piet", "queue", "--json")
            assert outsider.returncode != 0 and not outsider.stdout.strip(), outsider
            well(as_user("jan", "stop"))  # jan may not signal the engine's process
            assert engine.wait(WAIT) == 0
        finally:
            engine.kill()
    all_is_the_groups_and_nobody_elses()
    doctor = json.loads(well(as_user("an", "doctor", "--json"), 2))
    assert {line["code"] for line in doctor if line["passed"] is False} == {"health_stopped_since"}, doctor
    before = (CONFIG / "installations.json").read_text()
    well(as_user("an", "uninstall", space, "--yes"), 2)  # the secrets are not an's to delete: nothing is changed
    assert (CONFIG / "installations.json").read_text() == before
    well(subprocess.run([COMMAND, "service", "remove", "--yes"], capture_output=True, text=True))
    assert DATA.is_dir() and CONFIG.is_dir()


def all_is_the_groups_and_nobody_elses() -> None:
    """Every path below the two directories, whoever wrote it; the secrets are the engine's alone."""
    looked_at = [CONFIG, DATA, *CONFIG.rglob("*"), *DATA.rglob("*")]
    wrong = {
        str(path): (oct(found[0]), found[1])
        for path in looked_at
        if (found := (stat.S_IMODE(path.stat().st_mode), path.group()))
        != (0o2770 if path.is_dir() else 0o600 if path.name.startswith("credentials.toml") else 0o660, ENGINE)
    }
    assert not wrong and len(looked_at) > 15, (wrong, looked_at)


def delivered(name: str) -> list[dict[str, object]]:
    return [row for row in json.loads(well(as_user(name, "queue", "--json"))) if row["state"] == "confirmed"]


def history(name: str) -> list[dict[str, object]]:
    """Who decided what, as a member of the group may read it."""
    code = "import json, sqlite3; c = sqlite3.connect('/var/lib/banqup-pingwin/ledger.db')\n"
    code += "print(json.dumps([{'actor': a} for a, in c.execute('SELECT DISTINCT actor FROM event')]))"
    switch = ["setpriv", f"--reuid={name}", f"--regid={name}", "--init-groups"]
    python = f"/opt/base/bin/python3.{sys.version_info.minor}"
    environ = {"LD_LIBRARY_PATH": "/opt/base/lib"}
    done = subprocess.run([*switch, python, "-c", code], capture_output=True, text=True, env=environ, cwd="/")
    return list(json.loads(well(done)))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
