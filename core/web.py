"""What both HTTP edges (Banqup, Pingwin) share: addresses that may be called, waits, and texts safe to keep.

Pure functions. Importing this module also silences the HTTP libraries' own log lines below WARNING, because they
print whole addresses and headers, and with them signed links and credentials.
"""

from __future__ import annotations

import ipaddress
import logging
import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC
from email.utils import parsedate_to_datetime
from urllib.parse import quote, quote_plus, urlsplit

DAY = 86_400.0

_CHATTY = ("httpx", "httpcore.connection", "httpcore.http11", "httpcore.http2", "httpcore.proxy", "httpcore.socks")


class _OnlyWarnings(logging.Filter):
    """Lets warnings pass; everything below would print addresses and headers in full."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.levelno >= logging.WARNING


for _name in _CHATTY:
    logging.getLogger(_name).addFilter(_OnlyWarnings())


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine itself, without asking a name server."""
    bare = host.strip("[]").rstrip(".").lower()
    if bare == "localhost" or bare.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(bare).is_loopback
    except ValueError:
        return False


def address_problem(address: str) -> str | None:
    """What is wrong with a base address: `missing`, `malformed`, `not_https`; None where it may be used.

    HTTPS only, plain HTTP on loopback (banqup-api 1, pingwin 4). A user name, query or fragment has no place in it.
    """
    if not address.strip():
        return "missing"
    try:
        parts = urlsplit(address.strip())
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "malformed"
    strange = parts.username is not None or parts.password is not None or parts.query or parts.fragment
    if parts.scheme not in {"http", "https"} or not host or strange or re.search(r"[\s\\]", address.strip()):
        return "malformed"
    return "not_https" if parts.scheme == "http" and not is_loopback(host) else None


def http_date(text: str | None) -> float | None:
    """An HTTP date as Unix seconds; None where it is missing or cannot be read."""
    if not text:
        return None
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def retry_after(text: str | None, now: float) -> float | None:
    """Seconds that `Retry-After` asks for: a number or an HTTP date; at most a day, None where it is unreadable.

    `now` is the answering server's clock where it sent a Date header, else ours (Unix seconds).
    """
    if not text:
        return None
    bare = text.strip()
    if re.fullmatch(r"\d{1,12}(\.\d+)?", bare):
        return min(float(bare), DAY)
    at = http_date(bare)
    return None if at is None else min(max(at - now, 0.0), DAY)


_LINK = re.compile(r"(https?://[^\s\"'<>?#]+)[?#][^\s\"'<>]*", re.IGNORECASE)
_JWT = re.compile(r"\beyJ[\w-]{6,}(?:\.[\w-]+)*")
_BEARER = re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{6,}")
_PAIR = re.compile(
    r"(?i)\b((?:client_?secret|access_?token|refresh_?token|api_?key|x-api-key|password|sig|signature|x-goog-\w+)"
    r"[\"']?\s*[:=]\s*[\"']?)[^\s\"'&,;}<]+"
)

MASK = "•••"
"""What stands in the place of a secret."""


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """Takes out what must not be kept: the given secrets in any spelling, tokens, and the query of every link."""
    text = mask_values(text, secrets)
    text = _LINK.sub(rf"\1?{MASK}", text)
    text = _JWT.sub(MASK, text)
    text = _BEARER.sub(rf"\1 {MASK}", text)
    return _PAIR.sub(rf"\1{MASK}", text)


def mask_values(text: str, secrets: Iterable[str]) -> str:
    """The text without these values, however they are spelled in it."""
    for secret in sorted({secret for secret in secrets if secret}, key=len, reverse=True):
        for spelling in {secret, quote(secret, safe=""), quote_plus(secret)}:
            pattern = re.escape(spelling)
            if len(spelling) < 6:  # a short one only where it stands alone, or a text would be all holes
                pattern = rf"(?<![A-Za-z0-9]){pattern}(?![A-Za-z0-9])"
            text = re.sub(pattern, MASK, text, flags=re.IGNORECASE)
    return text


def clean(text: str, limit: int, secrets: Iterable[str] = ()) -> str:
    """A server's own words, fit to be kept and shown: redacted, on one line, no control characters, at most `limit`."""
    plain = "".join(_visible(character) for character in redact(text[: 64 * limit], secrets))
    line = " ".join(plain.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def _visible(character: str) -> str:
    """The character itself, a blank for what separates, nothing for what is invisible or steers a terminal."""
    category = unicodedata.category(character)
    if category in {"Zl", "Zp", "Zs"} or character in "\t\n\r":
        return " "
    return "" if category[0] == "C" else character


def causes(error: BaseException | None) -> list[BaseException]:
    """An exception and what it came from."""
    chain: list[BaseException] = []
    while error is not None and error not in chain:
        chain.append(error)
        error = error.__cause__ or error.__context__
    return chain
