"""What the Banqup stand-in signs: tokens, download links and cursors. Opaque to the client, checkable by us."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from random import Random
from typing import Any


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def sign(key: bytes, *parts: str | int) -> str:
    """HMAC-SHA256 over the parts, in hex."""
    return hmac.new(key, "\x1f".join(map(str, parts)).encode(), hashlib.sha256).hexdigest()


def make_token(app: str, issued: int, expires: int) -> str:
    """A token in the shape of Banqup's sample JWT (banqup-api 1); its signature is random, nobody can check it."""
    head = {"kid": secrets.token_hex(8), "typ": "JWT", "alg": "ES256"}
    claims = {
        "access_token": secrets.token_hex(16),
        "app_name": "sandbox",
        "sub": app,
        "aud": "audience",
        "iss": "sandbox",
        "exp": expires,
        "iat": issued,
        "jti": secrets.token_hex(8),
    }
    parts = [_b64(json.dumps(part, separators=(",", ":")).encode()) for part in (head, claims)]
    return ".".join([*parts, _b64(secrets.token_bytes(64))])


def make_cursor(key: bytes, position: Mapping[str, Any]) -> str:
    """An opaque, signed cursor."""
    body = json.dumps(position, separators=(",", ":"), sort_keys=True).encode()
    return _b64(hmac.new(key, body, hashlib.sha256).digest()[:12] + body)


def read_cursor(key: bytes, cursor: str) -> dict[str, Any] | None:
    """The position in a cursor, or None where we did not make it."""
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    except (binascii.Error, ValueError):
        return None
    tag, body = raw[:12], raw[12:]
    if not hmac.compare_digest(tag, hmac.new(key, body, hashlib.sha256).digest()[:12]):
        return None
    position: dict[str, Any] = json.loads(body)
    return position


def scatter(seed: int, id_: str) -> float:
    """A place for a document in a random but repeatable order."""
    return Random(f"{seed}:{id_}").random()  # noqa: S311 - an order, not a secret
