"""The engine's log file: one JSON object a line, rotating, with every known secret and signed link masked."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler

from core.config import Home
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
        return json.dumps(line, ensure_ascii=False)


def log_to(home: Home, name: str = "engine.log", level: int = logging.INFO) -> None:
    """Sends the product's log to a file of the home; nothing goes to the terminal."""
    file = home.logs / name
    handler = RotatingFileHandler(file, maxBytes=MOST_BYTES, backupCount=FILES, encoding="utf-8", delay=True)
    handler.setFormatter(JsonLines())
    handler.addFilter(REDACTOR)
    logger = logging.getLogger(ROOT)
    logger.handlers[:] = [handler]
    logger.setLevel(level)
    logger.propagate = False
