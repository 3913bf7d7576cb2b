"""A folder tree as the target: one XML a delivery, complete from the moment it can be seen, never overwriting.

Written aside, fsynced, then given its name by a hard link, which fails where the name is taken. Because the accounting
program may take files away at once, `receipts.py` notes what appeared; so an unclear outcome can be asked about.
"""

from __future__ import annotations

import asyncio
import errno
import hashlib
import os
import re
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from core.activity.entry import Entry, Record, nobody, placed
from core.errors import ConfigurationError
from core.files import fsync_directory, move_new, pieces
from core.pingwin.contract import PLACEHOLDER
from core.pingwin.receipts import Receipts
from core.pingwin.target import (
    Answer,
    AnswerKind,
    Capability,
    Credentials,
    Found,
    Lookup,
    Probe,
    RequestPreview,
    Upload,
)

DEFAULT_TEMPLATE = "{direction}/{filename}"
PLACEHOLDERS = frozenset({"direction", "file_id", "filename"})
SHOWN = 4_000

TROUBLES: dict[int, str] = {
    errno.ENOSPC: "pingwin_folder_full",
    errno.EDQUOT: "pingwin_folder_full",
    errno.EACCES: "pingwin_folder_not_writable",
    errno.EPERM: "pingwin_folder_not_writable",
    errno.EROFS: "pingwin_folder_read_only",
    errno.ENOENT: "pingwin_folder_missing",
    errno.ENOTDIR: "pingwin_folder_missing",
    errno.ESTALE: "pingwin_folder_missing",
    errno.ENODEV: "pingwin_folder_missing",
    errno.EHOSTDOWN: "pingwin_folder_missing",
    errno.ENAMETOOLONG: "pingwin_folder_name_too_long",
}
"""What the operating system said -> our sentence; anything else is `folder_trouble` with its words."""

NO_LINKS = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})
"""What file systems without hard links answer."""


@dataclass
class _Job:
    """One write in a thread. `linking` is set just before the name appears; `abandoned` keeps it from appearing."""

    upload: Upload
    path: Path
    relative: str
    lock: threading.Lock = field(default_factory=threading.Lock)
    linking: bool = False
    abandoned: bool = False

    def may_link(self) -> bool:
        """Whether the name may still appear; from then on the outcome is unclear until it is known."""
        with self.lock:
            self.linking = not self.abandoned
            return self.linking

    def abandon(self) -> bool:
        """Gives up; True where the name has surely not appeared and will not."""
        with self.lock:
            self.abandoned = True
            return not self.linking


class FolderTarget:
    """Puts deliveries into a folder. `template` names the file below `root` by {direction}, {file_id}, {filename}.

    The root itself is never made: an unmounted share must not turn into a local folder.
    Raises ConfigurationError where the template or the root cannot be used.
    """

    def __init__(self, root: Path, template: str = DEFAULT_TEMPLATE, record: Record = nobody) -> None:
        if not root.is_absolute():
            raise ConfigurationError("pingwin_folder_not_absolute", where=str(root))
        check_template(template)
        self.root = root
        self.template = template
        self._receipts = Receipts(root)
        self._record = record

    def __repr__(self) -> str:
        return f"FolderTarget({str(self.root)!r})"

    @property
    def name(self) -> str:
        """The folder, as the ledger names it."""
        return f"folder:{self.root}"

    @property
    def confirmed(self) -> bool:
        """Always: a folder needs no interface of anybody's."""
        return True

    @property
    def capabilities(self) -> frozenset[Capability]:
        """It can be asked: the notes and the files tell."""
        return frozenset({Capability.LOOKUP})

    @property
    def concurrency(self) -> int:
        """One at a time, so that files appear in the order of the queue."""
        return 1

    async def send(self, upload: Upload, credentials: Credentials, deadline: float) -> Answer:
        """Writes the file. A share that hangs ends at the deadline: NOT_SENT while the name cannot have appeared."""
        started = time.monotonic()
        relative = place(self.template, upload, credentials.file_id)
        job = _Job(upload, self.root / relative, relative)
        try:
            async with asyncio.timeout(deadline):
                answer = await asyncio.to_thread(self._write, job)
        except TimeoutError:
            kind, code = (
                (AnswerKind.NOT_SENT, "pingwin_folder_silent")
                if job.abandon()
                else (AnswerKind.UNKNOWN, "pingwin_folder_unclear")
            )
            answer = Answer(kind, code, self._where(job), lost=kind is AnswerKind.UNKNOWN)
        except asyncio.CancelledError:
            job.abandon()
            raise
        answer = replace(answer, seconds=time.monotonic() - started)
        self._record(_written_down(job, answer))
        return answer

    def _write(self, job: _Job) -> Answer:
        aside = job.path.with_name(f".{job.upload.key[:16]}.part")
        try:
            self._make_folders(job.path.parent)
            if job.path.exists():
                return self._taken(job)
            _write_aside(aside, pieces(job.upload.content))
            self._receipts.begin(job.upload.key, job.relative, job.upload.sha256)
            if not job.may_link():
                raise TimeoutError(errno.ETIMEDOUT, "given up")  # nobody waits for it any more
        except OSError as error:
            _remove(aside)
            return self._not_written(job, error)
        try:
            _give_name(aside, job.path)
        except FileExistsError:
            _remove(aside)
            return self._taken(job)
        except OSError as error:
            _remove(aside)
            if error.errno in TROUBLES:
                return self._not_written(job, error)
            return Answer(AnswerKind.UNKNOWN, "pingwin_folder_unclear", self._where(job, error))
        return self._written(job, aside)

    def _written(self, job: _Job, aside: Path) -> Answer:
        """The name has appeared; what may fail now is only whether that survives a crash of the machine."""
        try:
            fsync_directory(job.path.parent)
            self._receipts.done(job.upload.key)
        except OSError as error:
            return Answer(AnswerKind.UNKNOWN, "pingwin_folder_unclear", self._where(job, error))
        _remove(aside)
        return Answer(AnswerKind.ACCEPTED, "pingwin_folder_written", self._where(job), reference=job.relative)

    def _taken(self, job: _Job) -> Answer:
        """The name is there already: the same content is this very delivery, another content is in the way."""
        try:
            same = _sha256(job.path) == job.upload.sha256
        except OSError as error:
            return self._not_written(job, error)
        if same:
            with suppress(OSError):
                self._receipts.begin(job.upload.key, job.relative, job.upload.sha256)
                self._receipts.done(job.upload.key)
            return Answer(
                AnswerKind.ALREADY_THERE, "pingwin_folder_already_there", self._where(job), reference=job.relative
            )
        return Answer(AnswerKind.REFUSED, "pingwin_folder_other_file", self._where(job))

    def _not_written(self, job: _Job, error: OSError) -> Answer:
        code = TROUBLES.get(error.errno or 0, "pingwin_folder_trouble")
        kind = AnswerKind.REFUSED if code == "pingwin_folder_name_too_long" else AnswerKind.NOT_SENT
        return Answer(kind, code, self._where(job, error))

    def _where(self, job: _Job, error: OSError | None = None) -> dict[str, str | int | float | None]:
        where: dict[str, str | int | float | None] = {"folder": str(self.root), "file": job.relative}
        return {**where, "why": error.strerror or type(error).__name__} if error else where

    def _make_folders(self, folder: Path) -> None:
        """Makes the folders below the root, each as open as its parent; the root must be there."""
        if not self.root.is_dir():
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        if folder.is_dir():
            return
        self._make_folders(folder.parent)
        with suppress(FileExistsError):
            folder.mkdir()
            with suppress(OSError):
                folder.chmod(folder.parent.stat().st_mode & 0o7777)
            fsync_directory(folder.parent)

    async def lookup(self, key: str, credentials: Credentials, deadline: float) -> Lookup:
        """Whether a delivery appeared here: by the file with its very content, else by the notes."""
        try:
            async with asyncio.timeout(deadline):
                return await asyncio.to_thread(self._find, key)
        except TimeoutError:
            return Lookup(Found.CANNOT_TELL, code="pingwin_folder_silent", retry=True)

    def _find(self, key: str) -> Lookup:
        try:
            if not self.root.is_dir() or not self._receipts.exist:
                # without the notes, a file that is not there may have been taken away
                return Lookup(Found.CANNOT_TELL, code="pingwin_folder_missing", retry=not self.root.is_dir())
            receipt = self._receipts.find(key)
            if receipt is None:
                return Lookup(Found.NO, code="pingwin_folder_never_written")
            path = self.root / receipt.path
            if receipt.done or (path.is_file() and _sha256(path) == receipt.sha256):
                return Lookup(Found.YES, receipt.path, "pingwin_folder_written")
        except OSError as error:
            return Lookup(Found.CANNOT_TELL, code=TROUBLES.get(error.errno or 0, "pingwin_folder_trouble"), retry=True)
        return Lookup(Found.CANNOT_TELL, code="pingwin_folder_unclear")

    async def probe(self, credentials: Credentials | None, deadline: float) -> Probe:
        """Writes and removes an empty, hidden file. A folder knows no credentials."""
        started = time.monotonic()
        try:
            async with asyncio.timeout(deadline):
                found = await asyncio.to_thread(self._try)
        except TimeoutError:
            found = Probe(
                reachable=False, credentials=None, code="pingwin_folder_silent", arguments={"folder": str(self.root)}
            )
        return replace(found, seconds=time.monotonic() - started)

    def _try(self) -> Probe:
        aside = self.root / f".banqup-pingwin-{os.getpid()}.part"
        arguments: dict[str, str | int | float | None] = {"folder": str(self.root)}
        try:
            self._make_folders(self.root)
            _write_aside(aside, ())
        except OSError as error:
            arguments["why"] = error.strerror or type(error).__name__
            code = TROUBLES.get(error.errno or 0, "pingwin_folder_trouble")
            return Probe(reachable=False, credentials=None, code=code, arguments=arguments)
        finally:
            _remove(aside)
        return Probe(reachable=True, credentials=None, code="pingwin_folder_ready", arguments=arguments)

    def preview(self, upload: Upload, credentials: Credentials) -> RequestPreview:
        """The file that would be written."""
        start = next(pieces(upload.content), b"")[: SHOWN * 4].decode("utf-8", "replace")
        cut = start if len(upload.content) <= SHOWN else f"{start[:SHOWN]}\n… ({len(upload.content)} bytes)"
        where = self.root / place(self.template, upload, credentials.file_id)
        return RequestPreview("WRITE", str(where), (), cut)


def check_template(template: str) -> None:
    """Raises ConfigurationError unless the template stays below the root and its last part is {filename}."""
    parts = template.split("/")
    unknown = set(PLACEHOLDER.findall(template)) - PLACEHOLDERS
    left_open = re.search(r"[{}]", PLACEHOLDER.sub("", template)) is not None
    strange = any(part in {"", ".", ".."} or re.search(r"[\\\x00-\x1f\x7f]", part) for part in parts)
    if unknown or left_open or strange or "{filename}" not in parts[-1]:
        raise ConfigurationError("pingwin_folder_template_wrong", template=template)


def place(template: str, upload: Upload, file_id: str) -> str:
    """Where a delivery goes, below the root. No value can name another folder, hide the file or leave the tree."""
    values = {"direction": upload.direction.value, "file_id": file_id, "filename": upload.filename}
    return PLACEHOLDER.sub(lambda found: _harmless(values[found[1]]), template)


def _harmless(value: str) -> str:
    """One part of a path: separators, wildcards, quotes and control characters become _, leading dots go."""
    return re.sub(r"[^\w .,()+=@&'-]", "_", value).strip(" .") or "_"


def _write_aside(path: Path, content: Iterable[bytes]) -> None:
    """Writes a hidden file and forces it to disk; as readable as its folder, so that the other program may read it."""
    _remove(path)  # what an earlier crash left
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(fd, "wb") as file:
        with suppress(OSError):  # some shares know no modes
            os.fchmod(file.fileno(), path.parent.stat().st_mode & 0o666)
        file.writelines(content)
        file.flush()
        os.fsync(file.fileno())


def _give_name(aside: Path, path: Path) -> None:
    """Gives the finished file its name. Raises FileExistsError where the name is taken; never replaces anything."""
    try:
        os.link(aside, path)
    except OSError as error:
        if _linked(aside):  # a network share may lose the answer to a link that it made
            return
        if error.errno not in NO_LINKS:
            raise
        move_new(aside, path)


def _linked(aside: Path) -> bool:
    try:
        return aside.stat().st_nlink == 2
    except OSError:
        return False


def _remove(path: Path) -> None:
    with suppress(OSError):
        path.unlink()


def _written_down(job: _Job, answer: Answer) -> Entry:
    """A file written, or not, as the activity keeps it."""
    written = answer.kind is AnswerKind.ACCEPTED
    return placed(
        Entry(
            at=time.time() - answer.seconds,
            kind="file",
            method="WRITE",
            address=job.relative,
            seconds=round(answer.seconds, 4),
            sent=len(job.upload.content),
            trouble="" if written else answer.code,
        )
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
