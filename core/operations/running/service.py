"""The engine as a service of this machine: the unit with real paths, the account, the shared directories.

In system mode root installs it, for several people and one engine (decision 21); in user mode a person does, and is
told whether it survives logging out. What is done is told line by line; a dry run tells the same and does nothing.
"""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from core.config import SYSTEM_CONFIG, SYSTEM_DATA
from core.errors import StoreError, UsageError
from core.files import replace_file, unwritable
from core.keyring import asked_for
from core.model import Arguments
from core.operations.desk import Desk
from core.operations.running.telling import COMMAND as NOTICE_COMMAND
from core.service.units import ACCOUNT, CREDSTORE, NAME, Unit, text

PROGRAM = "banqup-pingwin"
SYSTEM_UNITS = Path("/etc/systemd/system")
RUNNING_SYSTEMD = Path("/run/systemd/system")
LINGERING = Path("/var/lib/systemd/linger")
HIDDEN_FROM_SERVICES = ("/home", "/root", "/tmp", "/var/tmp", "/run/user")  # noqa: S108 - named, not written to
"""Where the unit's sandbox (ProtectHome, PrivateTmp) lets the service see nothing."""


@dataclass(frozen=True, slots=True)
class Step:
    """One line of what is (or would be) done, or what a person should know."""

    code: str
    arguments: Arguments = field(default_factory=dict)


def unit_text(desk: Desk, *, user: bool, notice_command: str = "") -> str:
    """The unit file for this machine. Raises UsageError where the installed program cannot be found or started."""
    program = _program()
    environment = {NOTICE_COMMAND: notice_command} if notice_command else {}
    if user:
        options = ("--home", str(desk.home.data)) if desk.home.mode == "single" else ()
        return text(Unit("user", (program, *options), environment))
    if program.startswith(tuple(f"{place}/" for place in HIDDEN_FROM_SERVICES)):
        raise UsageError("service_program_hidden", path=program)
    folder = desk.machine.pingwin.folder
    writable = (Path(folder),) if folder else ()
    return text(Unit("system", (program,), environment, _credentials(), writable))


def install(
    desk: Desk, *, user: bool, notice_command: str = "", start: bool = False, dry_run: bool = False
) -> list[Step]:
    """Writes the unit and what it needs. Raises UsageError where root is needed, or another home was named."""
    desk.must_write()
    if asked_for(desk.environ):
        raise UsageError("keyring_without_desktop")
    if not user and desk.home.mode == "single":
        raise UsageError("service_own_home")
    if not user and os.geteuid() != 0 and not dry_run:
        raise UsageError("service_needs_root")
    wanted = unit_text(desk, user=user, notice_command=notice_command)
    steps = list(_account(dry_run=dry_run)) if not user else []
    place = _place(desk, user=user)
    steps.append(Step("service_unit", {"path": str(place)}))
    if not dry_run:
        _write(place, wanted)
    steps += _manager(user=user, start=start, dry_run=dry_run)
    return [*steps, *(_lingering() if user else _next_steps())]


def remove(desk: Desk, *, user: bool) -> list[Step]:
    """Stops the service and removes its unit; accounts, settings and ledger stay."""
    desk.must_write()
    place = _place(desk, user=user)
    if not place.exists():
        raise UsageError("service_not_installed", path=str(place))
    if RUNNING_SYSTEMD.is_dir():
        _systemctl("disable", "--now", NAME, user=user)
    try:
        place.unlink()
    except OSError as problem:
        raise unwritable(place, problem) from problem
    if RUNNING_SYSTEMD.is_dir():
        _systemctl("daemon-reload", user=user)
    return [Step("service_removed", {"path": str(place)})]


def installed_unit(desk: Desk) -> Path | None:
    """The unit file that starts this home's engine, or None."""
    place = _place(desk, user=desk.home.mode != "system")
    return place if place.exists() else None


def lingers() -> bool:
    """Whether this user's services go on without a login."""
    return (LINGERING / _login()).exists()


def _place(desk: Desk, *, user: bool) -> Path:
    if not user:
        return SYSTEM_UNITS / NAME
    configured = desk.environ.get("XDG_CONFIG_HOME") or "~/.config"
    return Path(configured).expanduser() / "systemd" / "user" / NAME


def _program() -> str:
    """The installed command: the one that runs now, else the one on the path."""
    here = Path(sys.argv[0]).absolute()
    found = str(here) if here.name == PROGRAM and os.access(here, os.X_OK) else shutil.which(PROGRAM)
    beside = Path(sys.executable).with_name(PROGRAM)
    if found is None and os.access(beside, os.X_OK):
        found = str(beside)
    if found is None:
        raise UsageError("service_no_program")
    return found


def _credentials() -> list[str]:
    """The names of the secrets that root has put beside; none where this user may not look."""
    with suppress(OSError):
        return [path.name for path in CREDSTORE.iterdir() if path.is_file() and path.name.isascii()]
    return []


def _account(*, dry_run: bool) -> Iterator[Step]:
    """The group of the people, the user of the engine, and the two directories they share."""
    if not _known(grp.getgrnam):
        yield Step("service_group", {"name": ACCOUNT})
        if not dry_run:
            _call("groupadd", "--system", ACCOUNT)
    if not _known(pwd.getpwnam):
        yield Step("service_user", {"name": ACCOUNT})
        shell = shutil.which("nologin", path="/usr/sbin:/sbin") or "/bin/false"
        about = ("--gid", ACCOUNT, "--home-dir", str(SYSTEM_DATA), "--no-create-home", "--shell", shell)
        if not dry_run:
            _call("useradd", "--system", *about, ACCOUNT)
    for directory, owner in ((SYSTEM_CONFIG, "root"), (SYSTEM_DATA, ACCOUNT), (CREDSTORE, "")):
        if not directory.is_dir():
            yield Step("service_directory", {"path": str(directory)})
            if not dry_run:
                _make(directory, owner)


def _make(directory: Path, owner: str) -> None:
    """A directory of the group; without an owner root's own."""
    try:
        directory.mkdir(mode=0o700, parents=True)
        if owner:
            shutil.chown(directory, owner, ACCOUNT)
            directory.chmod(0o2770)
    except OSError as problem:
        raise StoreError("folder_not_made", where=str(directory), why=problem.strerror or "") from problem


def _known(find: object) -> bool:
    try:
        find(ACCOUNT)  # type: ignore[operator]
    except KeyError:
        return False
    return True


def _write(place: Path, content: str) -> None:
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        replace_file(place, content.encode(), 0o644, prefix=".banqup-pingwin-")
    except OSError as problem:
        raise unwritable(place, problem) from problem


def _manager(*, user: bool, start: bool, dry_run: bool) -> Iterator[Step]:
    """Tells the service manager, where one runs."""
    mine = "--user " if user else ""
    if not RUNNING_SYSTEMD.is_dir():
        yield Step("service_no_systemd")
        return
    if not dry_run:
        _systemctl("daemon-reload", user=user)
    if start:
        yield Step("service_started")
        if not dry_run:
            _systemctl("enable", NAME, user=user)
            _systemctl("restart", NAME, user=user)  # one that runs already has neither the new unit nor new secrets
    else:
        yield Step("service_start_it", {"command": f"systemctl {mine}enable --now {PROGRAM}"})


def _systemctl(*arguments: str, user: bool) -> None:
    _call("systemctl", *(("--user",) if user else ()), *arguments)


def _call(*command: str) -> None:
    """A tool of the system; its own words are the reason where it fails."""
    path = shutil.which(command[0], path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if path is None:
        raise UsageError("service_tool_missing", tool=command[0])
    done = subprocess.run([path, *command[1:]], capture_output=True, text=True, check=False)  # noqa: S603 - fixed words
    if done.returncode != 0:
        said = " ".join(done.stderr.split())[-200:]
        raise UsageError("service_tool_failed", tool=command[0], status=done.returncode, why=said)


def _lingering() -> Sequence[Step]:
    return [Step("service_lingers" if lingers() else "service_ends_at_logout", {"name": _login()})]


def _next_steps() -> Sequence[Step]:
    return [
        Step("service_members", {"name": ACCOUNT}),
        Step("service_secrets", {"name": ACCOUNT, "path": str(CREDSTORE)}),
    ]


def _login() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())
