"""A PostgreSQL server of the tests' own: made in a folder of its own, reached over a socket in it, gone afterwards.

The server refuses to run as root, so it runs as the user `postgres` there. Where PostgreSQL is not installed, tests
that need it are skipped and say so.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import pytest

WANTED = "PostgreSQL is not installed (Debian: postgresql) or the extra [postgres] is missing: not tested here"
DURABLE = ("fsync=on", "synchronous_commit=on", "full_page_writes=on")
QUICK = ("fsync=off", "full_page_writes=off")


def binary(name: str) -> Path | None:
    """A program of the newest PostgreSQL here."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    return found[-1] if found else (Path(where) if (where := shutil.which(name)) else None)


def missing() -> bool:
    """Whether tests on PostgreSQL cannot run here."""
    try:
        import procrastinate
        import psycopg
    except ImportError:
        return True
    return not (procrastinate and psycopg and binary("initdb") and binary("postgres"))


class Cluster:
    """One server. `durable` for tests that kill it."""

    def __init__(self, *, durable: bool = False) -> None:
        memory = Path("/dev/shm")
        self.place = Path(tempfile.mkdtemp(prefix="pg-", dir=None if durable or not memory.is_dir() else memory))
        self.folder = self.place / "cluster"
        self._user = "postgres" if os.getuid() == 0 else None
        if self._user:
            shutil.chown(self.place, self._user, self._user)
        self._run("initdb", "-D", str(self.folder), "-U", "postgres", "-A", "trust", "-N", "-E", "UTF8", "--locale=C")
        settings = [f"unix_socket_directories='{self.place}'", "listen_addresses=''", "max_connections=200"]
        settings += ["shared_buffers=32MB", *(DURABLE if durable else QUICK)]
        with (self.folder / "postgresql.conf").open("a") as conf:
            conf.write("\n".join(settings) + "\n")
        self._databases = 0
        self.start()

    def start(self) -> None:
        """Starts it and waits until it answers."""
        self._run("pg_ctl", "-D", str(self.folder), "-l", str(self.place / "log"), "-w", "-s", "start")

    def stop(self, mode: Literal["fast", "immediate"] = "fast") -> None:
        """Ends it; `immediate` is as a crash."""
        self._run("pg_ctl", "-D", str(self.folder), "-m", mode, "-w", "-s", "stop")

    def remove(self) -> None:
        """Ends it and deletes everything."""
        if (self.folder / "postmaster.pid").exists():
            self.stop("immediate")
        shutil.rmtree(self.place)

    def url(self, database: str = "postgres", password: str = "") -> str:
        """Its address."""
        return f"postgresql://postgres{':' + password if password else ''}@/{database}?host={self.place}"

    def database(self, template: str = "template0") -> str:
        """Makes an empty database (or a copy of another one); its name."""
        self._databases += 1
        name = f"test_{self._databases}"
        self.sql(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def sql(self, statement: str, database: str = "postgres") -> list[tuple[object, ...]]:
        """Runs one statement as the server's owner."""
        import psycopg

        with psycopg.connect(self.url(database), autocommit=True) as session:
            cursor = session.execute(statement)  # type: ignore[call-overload]
            return cursor.fetchall() if cursor.description else []

    def cut(self, database: str) -> int:
        """Ends every session of a database, as a firewall or an administrator does."""
        ended = self.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            f" WHERE datname = '{database}' AND pid <> pg_backend_pid()"
        )
        return len(ended)

    def _run(self, name: str, *arguments: str) -> None:
        program = binary(name)
        assert program is not None
        done = subprocess.run(
            [str(program), *arguments],
            cwd="/",
            user=self._user,
            group=self._user,
            extra_groups=[] if self._user else None,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode:
            log = self.place / "log"
            raise AssertionError(f"{name}: {done.stdout}\n{log.read_text()[-2000:] if log.exists() else ''}")


@contextmanager
def running(*, durable: bool = False) -> Iterator[Cluster]:
    """A server for the length of a block; skips the test where there is none."""
    if missing():
        pytest.skip(WANTED)
    cluster = Cluster(durable=durable)
    try:
        yield cluster
    finally:
        cluster.remove()
