"""Which SQLite the ledger runs on, and what it may be trusted with.

`pysqlite3` (extra `[sqlite]`) is taken where it is installed, else the standard library's. SQLite 3.7.0 to 3.51.2 can
lose commits in WAL mode when several connections write (https://sqlite.org/wal.html#walresetbug), so WAL is used only
where that is fixed.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import sqlite3
else:
    try:
        from pysqlite3 import dbapi2 as sqlite3
    except ImportError:
        import sqlite3

from core.errors import StoreError

__all__ = ["NETWORK_FILE_SYSTEMS", "Journal", "file_system", "journal_for", "sqlite3", "store_error", "wal_safe"]

Journal = Literal["wal", "truncate"]

NETWORK_FILE_SYSTEMS = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "ncpfs", "afs", "ceph", "glusterfs", "lustre", "gpfs", "beegfs", "ocfs2"}
    | {"fuse.sshfs", "fuse.glusterfs", "fuse.s3fs", "fuse.rclone", "fuse.davfs", "davfs"}
)
"""Types on which file locks or fsync cannot be trusted; a ledger there is refused."""

MOUNTS = Path("/proc/self/mountinfo")


def wal_safe(version: tuple[int, int, int]) -> bool:
    """Whether this SQLite has the WAL-reset fix: 3.51.3, and the backports 3.50.7 and 3.44.6."""
    return version >= (3, 51, 3) or (3, 50, 7) <= version < (3, 51, 0) or (3, 44, 6) <= version < (3, 45, 0)


def journal_for(version: tuple[int, int, int], *, current: str, fresh: bool) -> Journal:
    """The journal mode to use for a file that now has mode `current`.

    Only WAL is remembered in the file, so it may come from a process with a newer SQLite: then an unsafe one refuses.
    An existing file is never switched here: that needs every other connection closed.
    """
    if current == "wal":
        if not wal_safe(version):
            raise StoreError("ledger_wal_unsafe", version=".".join(map(str, version)))
        return "wal"
    return "wal" if fresh and wal_safe(version) else "truncate"


def file_system(path: Path, mounts: str | None = None) -> str:
    """The type of the file system that holds `path`, '' where the system does not tell.

    `mounts` is the text of /proc/self/mountinfo (fields: ... mount point (5th) ... " - " type ...).
    """
    if mounts is None:
        try:
            mounts = MOUNTS.read_text("utf-8", "replace")
        except OSError:
            return ""
    place = path.absolute().resolve()
    best, kind = -1, ""
    for line in mounts.splitlines():
        left, separator, right = line.partition(" - ")
        fields = left.split(" ")
        if not separator or len(fields) < 5:
            continue
        point = fields[4].encode("latin-1", "replace").decode("unicode_escape")
        if place.is_relative_to(point) and len(point) >= best:
            best, kind = len(point), right.split(" ", 1)[0]
    return kind


_CODES = {
    "SQLITE_FULL": "ledger_disk_full",
    "SQLITE_READONLY": "ledger_read_only",
    "SQLITE_CANTOPEN": "ledger_cannot_open",
    "SQLITE_PERM": "ledger_cannot_open",
    "SQLITE_AUTH": "ledger_cannot_open",
    "SQLITE_BUSY": "ledger_busy",
    "SQLITE_LOCKED": "ledger_busy",
    "SQLITE_CORRUPT": "ledger_damaged",
    "SQLITE_NOTADB": "ledger_damaged",
    "SQLITE_IOERR": "ledger_disk_error",
}
"""Primary result codes of SQLite -> code of the sentence."""


def store_error(error: sqlite3.Error, path: Path) -> StoreError:
    """What an error of SQLite means for the person in front of it."""
    name: str = getattr(error, "sqlite_errorname", "") or ""
    primary = "_".join(name.split("_")[:2])
    return StoreError(_CODES.get(primary, "ledger_failed"), where=str(path), why=str(error) or name)
