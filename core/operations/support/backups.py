"""Backup and restore: the ledger and the decisions in one file, without secrets.

A restored ledger may be older than what was sent since, so a restore sends nothing by itself: what would still go out
becomes "outcome unknown", and every space is inactive until a person activates it with a new baseline.
"""

from __future__ import annotations

import fcntl
import json
import os
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from core import __version__
from core.errors import StoreError, UsageError
from core.files import fsync_directory, keep_beside, open_lock, replace_file, scratch, writing
from core.installations import Decisions, parse
from core.ledger.copying import copy
from core.ledger.library import sqlite3
from core.ledger.sqlite import open_ledger
from core.ledger.store import Store
from core.model import Arguments
from core.operations.desk import Desk
from core.operations.setup.enrolment import enrol_all
from core.secrets import SecretName
from core.sync.lock import EngineLock
from core.sync.notes import BACKUP_MADE
from core.sync.pace import SECOND

LEDGER, SETTINGS, ABOUT = "ledger.db", "installations.json", "about.json"
LARGEST_SETTINGS = 64 * 2**20
"""Bytes of settings that are read from a backup: 5,000 spaces take 2 MB."""
LARGEST_ABOUT = 64 * 2**10

RESTORED = "restored_at"
"""Ledger note: when it was put back."""

NEEDED = (SecretName.API_KEY, SecretName.CLID)
"""The secrets a space needs; a backup has none."""

BESIDE = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a ledger."""


def backup(desk: Desk, file: Path) -> None:
    """The ledger and the decisions in one file; no secrets."""
    ledger = desk.ledger
    with scratch(workplace(desk, file), ".backup-") as folder, writing(folder):
        copy, packed = folder / LEDGER, folder / "packed.zip"
        ledger.backup(str(copy))
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(ABOUT, json.dumps(_about(desk), indent=2))
            if desk.home.installations.exists():
                archive.write(desk.home.installations, SETTINGS)
            archive.write(copy, LEDGER)
        write_private(file, packed)


def workplace(desk: Desk, file: Path) -> Path:
    """Where a file is made ready: in the home, or beside the file where nothing of the home may change."""
    return file.absolute().parent if desk.readonly else desk.home.data


def write_private(file: Path, made: Path) -> None:
    """Puts a finished file in its place, readable by its owner only."""
    with writing(file):
        replace_file(file.absolute(), made.read_bytes(), 0o600, prefix=".banqup-pingwin-")


def _about(desk: Desk) -> dict[str, object]:
    return {
        "what": "banqup-pingwin backup",
        "version": __version__,
        "at": datetime.fromtimestamp(desk.clock.now(), UTC).isoformat(),
        "machine_id": desk.machine.machine_id,
        "by": desk.actor,
    }


def restore(desk: Desk, file: Path) -> Arguments:
    """Puts a backup back. Sends nothing by itself that it cannot prove unsent. Returns what happened, in numbers.

    What was here before stays beside it (`*.before-restore`). Raises UsageError where the file is no backup, an engine
    runs, or another process has the ledger open.
    """
    desk.must_write()
    desk.home.create()
    desk.close()
    with scratch(desk.home.data, ".restore-") as folder, writing(desk.home.ledger):
        ledger, settings, made_at = _unpack(file, folder)
        kept = parse(settings, file) if settings else Decisions(None, ())
        # Before it takes its place: there is never a moment in which it could send.
        outcome = _settle(desk, ledger, file, kept, made_at)
        with alone(desk):
            _put_back(desk, kept)
            _swap(desk, ledger)
    enrol_all(desk)
    missing = sum(desk.secrets.find(name, each.space) is None for each in kept.installations for name in NEEDED)
    return {"installations": len(kept.installations), **outcome, "credentials_missing": missing}


def _unpack(file: Path, folder: Path) -> tuple[Path, str, float]:
    """The ledger, the settings' text, and when it was made; by their exact names, nothing else is looked at."""
    target = folder / LEDGER
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
            if LEDGER not in names or ABOUT not in names:
                raise UsageError("no_backup", where=str(file))
            with archive.open(LEDGER) as packed, target.open("wb") as out:
                while chunk := packed.read(2**20):
                    out.write(chunk)
                out.flush()
                os.fsync(out.fileno())
            with archive.open(ABOUT) as packed:
                made_at = _made_at(packed.read(LARGEST_ABOUT))
            if SETTINGS not in names:
                return target, "", made_at
            with archive.open(SETTINGS) as packed:
                return target, packed.read(LARGEST_SETTINGS).decode("utf-8"), made_at
    except (zipfile.BadZipFile, UnicodeDecodeError, FileNotFoundError, IsADirectoryError) as problem:
        raise UsageError("no_backup", where=str(file)) from problem


def _made_at(about: bytes) -> float:
    """When a backup was made, Unix seconds; 0 where it does not say so: then everything may have moved since."""
    try:
        return datetime.fromisoformat(str(json.loads(about)["at"])).timestamp()
    except (ValueError, TypeError, KeyError):
        return 0.0


def _settle(desk: Desk, ledger: Path, file: Path, kept: Decisions, made_at: float) -> Mapping[str, int]:
    """Refuses a ledger that is damaged or newer; switches every space off, turns what would go out into questions.

    The next baseline of each space is begun here, so that its documents say that they are history by a restore.
    """
    ledger.chmod(0o600)
    now = desk.clock.now()
    try:
        copy = open_ledger(ledger)
    except StoreError as problem:
        raise UsageError("backup_broken", where=str(file), why=str(problem)) from problem
    try:
        if problems := copy.check():
            raise UsageError("backup_broken", where=str(file), why=problems[0])
        rules = {each.space: each.options.rule for each in kept.installations}
        for run in copy.space_runs():
            copy.end_activation(run.space, actor=desk.actor, now=now)
            if run.space in rules:
                copy.begin_activation(
                    run.space,
                    rules[run.space],
                    started_ns=0,
                    kind="restore",
                    requested_at=None,
                    actor=desk.actor,
                    now=now,
                )
        turned = copy.after_restore(now=now)
        copy.set_meta(RESTORED, f"{now:.0f}")
        copy.set_meta(BACKUP_MADE, str(int(made_at * SECOND)))
        total = sum(sum(states.values()) for states in copy.counts().values())
    finally:
        copy.close()
    return {"deliveries": total, "outcome_unknown": sum(turned.values())}


@contextmanager
def alone(desk: Desk) -> Iterator[None]:
    """Holds the engine's lock and the ledger for itself; raises UsageError where either is in use."""
    lock = EngineLock(desk.home.engine_lock, desk.home.file_mode)
    lock.acquire(since=desk.clock.now())
    presence = open_lock(desk.home.ledger, desk.home.file_mode, ".open")
    try:
        try:
            fcntl.flock(presence, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UsageError("ledger_in_use", where=str(desk.home.ledger)) from None
        yield
    finally:
        os.close(presence)
        lock.release()


def _swap(desk: Desk, ledger: Path) -> None:
    """The new ledger takes the old one's place in one step; the old one is kept beside it."""
    if desk.database is not None:
        _swap_on_server(desk, ledger)
        return
    here = desk.home.ledger
    ledger.chmod(desk.home.file_mode)
    _fold_in(here)
    keep_beside(here, ".before-restore")
    ledger.replace(here)
    fsync_directory(here.parent)


def _swap_on_server(desk: Desk, ledger: Path) -> None:
    """The same on PostgreSQL: in one transaction there, what was there before as a file here."""
    server, before = desk.ledger, desk.home.ledger.with_name(f"{LEDGER}.before-restore")
    assert isinstance(server, Store), "an address is set"
    before.unlink(missing_ok=True)
    server_copy = desk.home.ledger.with_name(f".{LEDGER}.copying")
    server_copy.unlink(missing_ok=True)
    desk.ledger.backup(str(server_copy))
    server_copy.replace(before)
    with closing(open_ledger(ledger)) as restored:
        copy(restored, server, instead=True)


def _fold_in(ledger: Path) -> None:
    """Brings what SQLite keeps beside a ledger into it, so that the file alone is the whole.

    One that cannot be opened gives its journals away with it: they must not be played into the new ledger.
    """
    if not ledger.exists():
        return
    try:
        connection = sqlite3.connect(ledger, isolation_level=None)
        try:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            connection.execute("SELECT count(*) FROM sqlite_master").fetchall()  # rolls back what a kill left
        finally:
            connection.close()
    except sqlite3.Error:
        for suffix in BESIDE:
            with suppress(FileNotFoundError):
                Path(f"{ledger}{suffix}").rename(f"{ledger}.before-restore{suffix}")
        return
    for suffix in BESIDE:
        Path(f"{ledger}{suffix}").unlink(missing_ok=True)


def _put_back(desk: Desk, kept: Decisions) -> None:
    """The decisions of the backup, all switched off; installations that came later go with their ledger."""
    off = {"active": False, "activated_at": None, "waiting": ""}
    installations = tuple(each.model_copy(update=off) for each in kept.installations)
    desk.installations.replace(replace(kept, installations=installations))
