"""The engine's log file: one JSON object a line, rotating, with every known secret and signed link masked."""

from __future__ import annotations

import logging
import os
import sys
from contextlib import suppress
from datetime import UTC, datetime
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path

from core import jsonfile
from core.config import Home
from core.files import unwritable
from core.redaction import REDACTOR

ROOT = "core"
MOST_BYTES = 2_000_000
FILES = 5


class JsonLines(logging.Formatter):
    """One record as one JSON object: time in UTC, level, logger, text, and the traceback as the redactor left it."""

    def format(self, record: logging.LogRecord) -> str:
        """Formats a record."""
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name.removeprefix(f"{ROOT}."),
            "text": record.getMessage(),
        }
        if record.exc_text:
            line["traceback"] = record.exc_text
        return jsonfile.line(line)


class LogFile(RotatingFileHandler):
    """A private log file. A line that a crash tore ends where the next one begins; a full disk is said once."""

    def __init__(self, file: Path, mode: int) -> None:
        self._mode = mode
        self._said = False
        super().__init__(
            file, maxBytes=MOST_BYTES, backupCount=FILES, encoding="utf-8", errors="backslashreplace", delay=True
        )

    def _open(self) -> TextIOWrapper:
        fd = os.open(self.baseFilename, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, self._mode)
        with suppress(PermissionError):  # in system mode another member of the group may own it
            os.fchmod(fd, self._mode)
        size = os.fstat(fd).st_size
        if size and os.pread(fd, 1, size - 1) != b"\n":
            os.write(fd, b"\n")
        return os.fdopen(fd, "a", encoding=self.encoding, errors=self.errors)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's own name
        """One sentence on standard error, instead of a traceback for every line that cannot be kept."""
        error = sys.exc_info()[1]
        if isinstance(error, OSError) and not self._said:
            self._said = True
            with suppress(OSError):
                sys.stderr.write(f"{unwritable(Path(self.baseFilename), error)}\n")


def log_to(home: Home, name: str = "engine.log", level: int = logging.INFO) -> None:
    """Sends the product's log to a file of the home; nothing goes to the terminal."""
    file = home.logs / name
    handler = LogFile(file, home.file_mode)
    handler.setFormatter(JsonLines())
    handler.addFilter(REDACTOR)
    logger = logging.getLogger(ROOT)
    logger.handlers[:] = [handler]
    logger.setLevel(level)
    logger.propagate = False


def log_library(name: str) -> None:
    """Lets a library's warnings into the product's log, without tracebacks: what they are of has its own line."""
    library = logging.getLogger(name)
    library.handlers[:] = logging.getLogger(ROOT).handlers
    library.addFilter(_without_traceback)
    library.setLevel(logging.WARNING)
    library.propagate = False


def _without_traceback(record: logging.LogRecord) -> bool:
    record.exc_info, record.exc_text = None, None
    return True
