"""A notice as an e-mail: plain text over SMTP, by the standard library.

Takes addresses, a server and lines of text; the password is a `SecretStr` and never sent over a plain connection.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, make_msgid
from enum import StrEnum

from pydantic import SecretStr

from core.errors import SourceError, UsageError
from core.web import is_loopback


class Tls(StrEnum):
    """How the connection is protected: upgraded after the greeting (RFC 3207), from its first byte, or not."""

    STARTTLS = "starttls"
    IMPLICIT = "implicit"
    NONE = "none"


ONE_LINE = {ord("\r"): " ", ord("\n"): " "}
PORTS = {Tls.STARTTLS: 587, Tls.IMPLICIT: 465, Tls.NONE: 25}


@dataclass(frozen=True, slots=True)
class Post:
    """A mail server and how to sign in. Raises UsageError where a password would travel in the open."""

    host: str
    port: int
    tls: Tls = Tls.STARTTLS
    user: str = ""
    password: SecretStr | None = None

    def __post_init__(self) -> None:
        if self.password is not None and self.tls is Tls.NONE and not is_loopback(self.host):
            raise UsageError("mail_plain_password")


class MailRefusedError(SourceError):
    """The server did not take the message."""


def server(text: str, tls: Tls) -> tuple[str, int]:
    """`host`, `host:port` or `[address]:port`; without a port the usual one. Raises UsageError."""
    host, _, port = text.rpartition(":") if text.rpartition(":")[2].isdecimal() else (text, "", "")
    bare = host.strip("[]")
    nonsense = any(c.isspace() for c in bare) or (":" in bare and not host.startswith("["))
    if not bare or nonsense or (port and not 0 < int(port) < 65_536):
        raise UsageError("mail_server_wrong", server=text)
    return bare, int(port) if port else PORTS[tls]


def compose(subject: str, lines: Sequence[str], *, sender: str, to: Sequence[str]) -> EmailMessage:
    """One message. Texts are put on one line each: nothing in them can add a header or another recipient."""
    message = EmailMessage(policy=SMTP)
    message["Subject"] = " ".join(subject.split())
    message["From"] = address(sender)
    message["To"] = [address(each) for each in to]
    message["Date"] = formatdate(localtime=True)
    message["Message-ID"] = make_msgid(domain=address(sender).domain)
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday answer comes back
    message.set_content("".join(f"{line.translate(ONE_LINE)}\n" for line in lines))
    return message


def address(text: str) -> Address:
    """An address, or UsageError."""
    try:
        found = Address(addr_spec=text.strip())
    except (ValueError, IndexError, AttributeError, MessageError):
        raise UsageError("mail_address_wrong", address=text) from None
    if not found.username or not found.domain:
        raise UsageError("mail_address_wrong", address=text)
    return found


def send(message: EmailMessage, post: Post, *, timeout: float) -> None:
    """Sends it. Raises MailRefusedError with the server's reason, never with what was sent."""
    try:
        with _connected(post, timeout) as client:
            if post.user and post.password is not None:
                client.login(post.user, post.password.get_secret_value())
            client.send_message(message)
    except (smtplib.SMTPException, OSError, UnicodeError) as problem:
        raise MailRefusedError("mail_refused", host=post.host, why=_reason(problem)) from None


def _connected(post: Post, timeout: float) -> smtplib.SMTP:
    trusted = ssl.create_default_context()
    if post.tls is Tls.IMPLICIT:
        return smtplib.SMTP_SSL(post.host, post.port, timeout=timeout, context=trusted)
    client = smtplib.SMTP(post.host, post.port, timeout=timeout)
    if post.tls is Tls.STARTTLS:
        try:
            client.starttls(context=trusted)
        except BaseException:
            client.close()
            raise
    return client


def _reason(problem: Exception) -> str:
    """The kind and the server's code: its text may repeat what was sent."""
    code = getattr(problem, "smtp_code", None)
    return f"{type(problem).__name__} {code}" if code else getattr(problem, "strerror", None) or type(problem).__name__
