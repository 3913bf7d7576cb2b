"""The certificate behind an https address: until when it holds. Asked by the doctor, before anybody is refused.

Takes an address; gives the certificate's end (Unix seconds) or why it is not accepted. Sends no request.
"""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx


@dataclass(frozen=True, slots=True)
class Certificate:
    """What the handshake showed: the host, the last second it is valid (Unix), or why it is not accepted."""

    host: str
    ends_at: float | None
    why: str = ""


async def certificate(address: str, timeout: float) -> Certificate | None:
    """The certificate of a server, judged as a delivery would. None where there is none: not https, or not reached."""
    parts = urlsplit(address)
    if parts.scheme != "https" or not parts.hostname:
        return None
    host, context = parts.hostname, httpx.create_ssl_context()
    try:
        async with asyncio.timeout(timeout):
            _, writer = await asyncio.open_connection(host, parts.port or 443, ssl=context, server_hostname=host)
    except ssl.SSLCertVerificationError as refused:
        return Certificate(host, None, refused.verify_message)
    except (OSError, TimeoutError):
        return None
    shown = writer.get_extra_info("ssl_object").getpeercert() or {}
    writer.transport.abort()
    return Certificate(host, float(ssl.cert_time_to_seconds(str(shown["notAfter"]))))
