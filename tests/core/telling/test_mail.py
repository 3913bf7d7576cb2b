"""A notice as an e-mail, taken by a real SMTP server on loopback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from email import message_from_bytes, policy
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from pydantic import SecretStr

from core.errors import UsageError
from core.telling.mail import MailRefusedError, Post, Tls, address, compose, send, server
from tests.core.loopback import free_port
from tests.tui.commandline import call

PASSWORD = "sentinel-mail-7731"
NAME = "Évrard & Fils\r\nBcc: all@evil.example"
NOTICE = {
    "product": "banqup-pingwin",
    "subject": {"code": "notice_new", "arguments": {"host": "books", "spaces": 2, "count": 3}, "sentence": "x"},
    "troubles": [
        {"code": "needs_you", "arguments": {"count": 3}, "name": "Bakkerij De Smet", "new": False},
        {"code": "pingwin_credentials_refused", "arguments": {}, "name": NAME, "new": True},
    ],
    "over": [],
}  # fmt: skip


class Inbox:
    """What the server took."""

    def __init__(self) -> None:
        self.envelopes: list[Any] = []
        self.refuse = ""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        if self.refuse:
            return self.refuse
        self.envelopes.append(envelope)
        return "250 taken"


@pytest.fixture
def inbox() -> Iterator[tuple[Inbox, int]]:
    taken = Inbox()

    def sign_in(server: Any, session: Any, envelope: Any, mechanism: str, given: Any) -> AuthResult:
        right = isinstance(given, LoginPassword) and given.password == PASSWORD.encode()
        return AuthResult(success=right)

    port = free_port()
    controller = Controller(taken, hostname="127.0.0.1", port=port, authenticator=sign_in, auth_require_tls=False)
    controller.start()
    yield taken, port
    controller.stop()


def test_the_notice_arrives_in_words_and_adds_no_header(inbox: tuple[Inbox, int]) -> None:
    taken, port = inbox
    arguments = ["--to", "an@firm.example", "--to", "jan@firm.example", "--from", "books@firm.example", "--tls", "none"]
    done = call(
        "--lang", "nl", "notices", "mail", "--smtp", f"127.0.0.1:{port}", *arguments, "--user", "books",
        input=json.dumps(NOTICE), env={"BANQUP_PINGWIN_SMTP_PASSWORD": PASSWORD},
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    (envelope,) = taken.envelopes
    assert envelope.rcpt_tos == ["an@firm.example", "jan@firm.example"]
    message = message_from_bytes(envelope.content, policy=policy.default)
    assert message["Bcc"] is None and message["Auto-Submitted"] == "auto-generated"
    text = message.get_content()
    assert "Évrard & Fils" in text and text.index("Évrard") < text.index("Bakkerij")
    assert "books" in message["Subject"] and PASSWORD not in envelope.content.decode()


def test_what_the_server_refuses_is_a_sentence_without_what_was_sent(inbox: tuple[Inbox, int]) -> None:
    taken, port = inbox
    post = Post("127.0.0.1", port, Tls.NONE)
    message = compose("x", ["text of the notice"], sender="a@b.example", to=["c@d.example"])
    taken.refuse = "550 text of the notice is spam"
    with pytest.raises(MailRefusedError) as raised:
        send(message, post, timeout=5)
    assert "text of the notice" not in str(raised.value) and "550" in str(raised.value)
    wrong = Post("127.0.0.1", port, Tls.NONE, "books", SecretStr("wrong-password"))
    with pytest.raises(MailRefusedError) as raised:
        send(message, wrong, timeout=5)
    assert "wrong-password" not in str(raised.value)


def test_a_server_without_encryption_gets_no_password_and_no_message(inbox: tuple[Inbox, int]) -> None:
    taken, port = inbox
    with pytest.raises(UsageError):
        Post("mail.firm.example", 25, Tls.NONE, "books", SecretStr(PASSWORD))
    message = compose("x", ["y"], sender="a@b.example", to=["c@d.example"])
    with pytest.raises(MailRefusedError):
        send(message, Post("127.0.0.1", port, Tls.STARTTLS), timeout=5)
    assert not taken.envelopes


@pytest.mark.parametrize("text", ["", "nobody", "a@b@c", "a@b\r\nBcc: x@y", "@firm.example"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        address(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("mail.be", ("mail.be", 587)),
        ("mail.be:26", ("mail.be", 26)),
        ("[::1]:26", ("::1", 26)),
        ("a:b", None),
        ("", None),
    ],
)
def test_a_server_is_a_host_and_perhaps_a_port(text: str, found: tuple[str, int] | None) -> None:
    if found is None:
        with pytest.raises(UsageError):
            server(text, Tls.STARTTLS)
    else:
        assert server(text, Tls.STARTTLS) == found


def test_what_is_no_notice_is_refused() -> None:
    arguments = ("notices", "mail", "--to", "a@b.be", "--from", "a@b.be", "--smtp", "127.0.0.1:1")
    for text in ("", "{}", "[1]", '{"product": "other"}'):
        assert call(*arguments, input=text).exit_code == 2
