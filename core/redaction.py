"""Keeps secrets out of logs: known values, signed links and authorization headers are masked; and what may be shown.

`REDACTOR` is the process's one filter; put it on every log handler, and use `clean` on any text before it leaves.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
import traceback
from bisect import insort
from collections.abc import Collection
from operator import neg
from urllib.parse import quote

from pydantic import SecretStr

MASK = "•••"
SHORTEST = 4
"""Shorter values are not masked: they would blot out ordinary text."""

_QUERY = re.compile(r"(?P<place>\b[a-z][a-z0-9+.-]*://[^\s?#\"'<>]*\?)[^\s#\"'<>]*", re.IGNORECASE)
_PASSWORD = re.compile(r"(?P<place>\b[a-z][a-z0-9+.-]*://[^\s:/@?#]*:)(?!•)[^\s@/]+(?=@)", re.IGNORECASE)
_AUTHORIZATION = re.compile(
    r"(?P<scheme>\b(?:Bearer|Basic)\s+)(?!•)[A-Za-z0-9._~+/=-]{4,}"
    r"|(?P<field>[\"']?\b(?:access_token|refresh_token|client_secret|api[_-]?key|password)[\"']?\s*[:=]\s*[\"']?)"
    r"(?!•)[^\s\"',;&}]+",
    re.IGNORECASE,
)
_COUNTRY = re.compile(r"\A[A-Za-z]{2}")
_OWN = frozenset({"name", "levelname", "pathname", "filename", "module", "funcName", "threadName", "processName"})


class Redactor(logging.Filter):
    """Masks every value it has learnt, the password and query of every URL (signed links), authorization headers."""

    def __init__(self) -> None:
        super().__init__()
        self._known: set[str] = set()
        self._lengths: dict[str, list[int]] = {}
        """How long the values of each beginning are, the longest first: one look-up a length, however many values."""

    def __repr__(self) -> str:
        return f"Redactor({len(self._known)} values)"

    def learn(self, value: SecretStr) -> None:
        """Masks this value from now on, also as it looks in a URL or in JSON."""
        plain = value.get_secret_value()
        if len(plain) < SHORTEST or plain in self._known:
            return
        forms = {plain, quote(plain, safe=""), quote(plain), json.dumps(plain)[1:-1], repr(plain)[1:-1]}
        for form in forms:
            lengths = self._lengths.setdefault(form[:SHORTEST], [])
            if len(form) not in lengths:
                insort(lengths, len(form), key=neg)
        self._known |= forms

    def clean(self, text: str) -> str:
        """The text with everything secret in it masked."""
        text = self._without_known(text)
        text = _QUERY.sub(lambda found: found["place"] + MASK, text)
        text = _PASSWORD.sub(lambda found: found["place"] + MASK, text)
        return _AUTHORIZATION.sub(lambda found: (found["scheme"] or found["field"]) + MASK, text)

    def _without_known(self, text: str) -> str:
        """Masks what was learnt, the longest first. By beginnings: a pattern of 5,000 keys takes hours to be made."""
        kept, taken, at = list[str](), 0, 0
        while self._known and at <= len(text) - SHORTEST:
            lengths = self._lengths.get(text[at : at + SHORTEST], ())
            found = next((length for length in lengths if text[at : at + length] in self._known), 0)
            if found:
                kept += text[taken:at], MASK
                taken = at + found
            at += found or 1
        return "".join(kept) + text[taken:]

    def filter(self, record: logging.LogRecord) -> bool:
        """Cleans a record in place: message, traceback and whatever text was bound to it. Lets every record pass."""
        try:
            message = record.getMessage()
        except (TypeError, ValueError, KeyError):  # a wrong format: the arguments are not worth the risk
            message = str(record.msg)
        record.msg, record.args = self.clean(message), ()
        if record.exc_info and record.exc_info[0] is not None:
            record.exc_text = self.clean("".join(traceback.format_exception(*record.exc_info)).rstrip())
            record.exc_info = None
        elif record.exc_text:
            record.exc_text = self.clean(record.exc_text)
        if record.stack_info:
            record.stack_info = self.clean(record.stack_info)
        for name, value in list(record.__dict__.items()):
            if isinstance(value, str) and name not in _OWN and name not in {"msg", "exc_text", "stack_info"}:
                record.__dict__[name] = self.clean(value)
        return True


VAT_DIGITS = 8
"""Digits from which a number is looked for however it is parted."""


def naming(names: Collection[str]) -> re.Pattern[str]:
    """Any of these names and VAT numbers, also as JSON writes them and with a number's dots; nothing where none is.

    Those shorter than `SHORTEST` are left alone.
    """
    spelled = {re.escape(form) for name in names if len(name) >= SHORTEST for form in (name, json.dumps(name)[1:-1])}
    numbers = {_COUNTRY.sub("", "".join(c for c in name if c.isalnum())) for name in names}
    spelled |= {r"[.\s-]?".join(each) for each in numbers if sum(map(str.isdecimal, each)) >= VAT_DIGITS}
    longest_first = sorted(spelled, key=lambda form: (-len(form), form))
    return re.compile("|".join(longest_first) if spelled else r"(?!)", re.IGNORECASE)


REDACTOR = Redactor()
"""The filter of this process."""


def fingerprint(secret: SecretStr) -> str:
    """Names an API key without telling it: the first 8 hexadecimal digits of its SHA-256."""
    return hashlib.sha256(secret.get_secret_value().encode()).hexdigest()[:8]


def last4(secret: SecretStr) -> str:
    """The last 4 characters, as a CLID is shown; nothing of a value so short that they would give it away."""
    value = secret.get_secret_value()
    return f"…{value[-4:]}" if len(value) >= 2 * SHORTEST else "…"
