"""Pingwin (or whatever a contract describes) over HTTP: the `Target` for uploads by a wire contract.

Every answer is a value. What surely never left is NOT_SENT, what a rule names is its class, the rest is UNKNOWN.
Nothing is retried here; the engine decides by the class (engine reference, 8).
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from functools import cached_property
from ssl import SSLContext
from urllib.parse import urlsplit

import httpx

from core.activity import Record, nobody
from core.ceiling import Ceiling, Ceilings, alone
from core.errors import ConfigurationError
from core.pingwin.contract import ErrorClass, Limits, ProbeRequest, WireContract
from core.pingwin.exchange import Broken, exchange
from core.pingwin.request import (
    PLAIN,
    Outgoing,
    build_question,
    build_upload,
    credential_problem,
    preview,
    secrets_of,
)
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
from core.pingwin.verdict import Reading, by_status, judge, matches, reference_in
from core.redaction import fingerprint
from core.web import address_problem, is_loopback


class _Limits:
    """What one account (a CLID) may send: the contract's limits hold for each of them."""

    def __init__(self, limits: Limits, ceiling: Ceiling) -> None:
        self.slots = asyncio.Semaphore(limits.concurrency)
        self.ceiling = ceiling


class HttpTarget:
    """Uploads by a wire contract. `base_url` takes the place of the contract's own, where given.

    `ceilings` says how uploads a minute are counted: of this process alone, or of several engines together.
    Raises ConfigurationError where the address is missing or not https (http only on this machine).
    """

    def __init__(
        self, contract: WireContract, base_url: str = "", record: Record = nobody, ceilings: Ceilings = alone
    ) -> None:
        self._record = record
        self._ceilings = ceilings
        self.contract = contract
        self.base_url = (base_url.strip() or contract.base_url).rstrip("/")
        if problem := address_problem(self.base_url):
            raise ConfigurationError(f"pingwin_address_{problem}", where=contract.name)
        parts = urlsplit(self.base_url)
        self._host = parts.netloc
        if contract.sandbox and not is_loopback(parts.hostname or ""):
            raise ConfigurationError("contract_only_for_sandbox", name=contract.name)
        self._accounts: dict[str, _Limits] = {}

    def __repr__(self) -> str:
        return f"HttpTarget({self.name!r})"

    @property
    def name(self) -> str:
        """Contract and host, as the ledger names it."""
        return f"{self.contract.name}@{self._host}"

    @property
    def confirmed(self) -> bool:
        """Whether the vendor has confirmed the contract."""
        return self.contract.confirmed

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What the contract declares."""
        return self.contract.capabilities

    @property
    def concurrency(self) -> int:
        """Uploads at once that the contract allows."""
        return self.contract.limits.concurrency

    @cached_property
    def _context(self) -> SSLContext:
        """The trust store, read once: a fresh connection does not need a fresh one."""
        return httpx.create_ssl_context()

    async def send(self, upload: Upload, credentials: Credentials, deadline: float) -> Answer:
        """Sends once. Waiting for our own pace counts against the deadline and proves that nothing left."""
        started = time.monotonic()
        answer = await self._send(upload, credentials, min(deadline, self.contract.timeout_s))
        return replace(answer, seconds=time.monotonic() - started)

    async def _send(self, upload: Upload, credentials: Credentials, deadline: float) -> Answer:
        limits = self.contract.limits
        if problem := credential_problem(self.contract, credentials):
            code = "pingwin_credential_missing" if problem.missing else "pingwin_credential_unusable"
            return Answer(AnswerKind.AUTH, code, {"credential": problem.credential})
        if len(upload.content) > limits.max_bytes:
            arguments = {"size": len(upload.content), "limit": limits.max_bytes}
            return Answer(AnswerKind.REFUSED, "pingwin_too_large", arguments)
        outgoing = build_upload(self.contract, self.base_url, upload, credentials)
        ends = time.monotonic() + deadline
        own = self._limits_of(fingerprint(credentials.clid))
        try:
            async with asyncio.timeout(deadline):
                await own.ceiling.acquire()
                await own.slots.acquire()
        except TimeoutError:
            return Answer(AnswerKind.THROTTLED, "pingwin_own_pace")
        try:
            reply = await exchange(outgoing, max(0.001, ends - time.monotonic()), self._context, self._record)
        finally:
            own.slots.release()
        if isinstance(reply, Broken):
            return self._broken(reply)
        return judge(self.contract, reply, secrets=secrets_of(credentials), now=time.time())

    def _limits_of(self, account: str) -> _Limits:
        if account not in self._accounts:
            limits = self.contract.limits
            ceiling = self._ceilings(f"{self.name} {account}", limits.max_per_minute)
            self._accounts[account] = _Limits(limits, ceiling)
        return self._accounts[account]

    def _broken(self, broken: Broken) -> Answer:
        arguments = {"host": self._host}
        if not broken.left:
            return Answer(AnswerKind.NOT_SENT, broken.code, arguments)
        return Answer(AnswerKind.UNKNOWN, broken.code, arguments, http_status=broken.status, lost=True)

    async def lookup(self, key: str, credentials: Credentials, deadline: float) -> Lookup:
        """Asks by key. Only an answer that the contract describes says yes or no; all else cannot be told."""
        question = self.contract.lookup
        if question is None or credential_problem(self.contract, credentials):
            return Lookup(Found.CANNOT_TELL, code="pingwin_cannot_be_asked")
        outgoing = build_question(self.contract, self.base_url, question, credentials, key)
        reply = await exchange(outgoing, min(deadline, self.contract.timeout_s), self._context, self._record)
        if isinstance(reply, Broken):
            return Lookup(Found.CANNOT_TELL, code=broken_question(reply), http_status=reply.status, retry=True)
        secrets = secrets_of(credentials)
        if matches(question.found, reply):
            reference = reference_in(question.document_id, Reading(reply), secrets)
            return Lookup(Found.YES, reference, "pingwin_found_by_key", reply.status)
        if matches(question.absent, reply):
            return Lookup(Found.NO, code="pingwin_not_there", http_status=reply.status)
        becomes, _ = by_status(reply.status)
        # trouble of the account or the server passes; anything else is an answer we do not understand
        passes = reply.status >= 500 or not reply.complete or becomes in {ErrorClass.AUTH, ErrorClass.THROTTLE}
        return Lookup(Found.CANNOT_TELL, code="pingwin_lookup_unclear", http_status=reply.status, retry=passes)

    async def probe(self, credentials: Credentials | None, deadline: float) -> Probe:
        """The contract's test request where there is one and credentials are at hand, else TLS and a HEAD."""
        started = time.monotonic()
        limit = min(deadline, self.contract.timeout_s)
        test = self.contract.test
        if test is not None and credentials is not None:
            found = await self._test(test, credentials, limit)
        else:
            found = await self._head(limit)
        return replace(found, seconds=time.monotonic() - started)

    async def _test(self, test: ProbeRequest, credentials: Credentials, limit: float) -> Probe:
        if problem := credential_problem(self.contract, credentials):
            found = await self._head(limit)
            code = "pingwin_credential_missing" if problem.missing else "pingwin_credential_unusable"
            if not found.reachable:
                return found
            return Probe(reachable=True, credentials=False, code=code, arguments={"credential": problem.credential})
        outgoing = build_question(self.contract, self.base_url, test, credentials)
        reply = await exchange(outgoing, limit, self._context, self._record)
        if isinstance(reply, Broken):
            return self._not_reached(reply)
        if reply.status in test.statuses and (test.test is None or Reading(reply).passes(test.test)):
            return Probe(reachable=True, credentials=True, code="pingwin_credentials_right")
        answer = judge(self.contract, reply, secrets=secrets_of(credentials), now=time.time())
        if answer.kind in {AnswerKind.AUTH, AnswerKind.DOSSIER}:
            return Probe(reachable=True, credentials=False, code=answer.code, arguments=answer.arguments)
        if reply.status >= 500 or answer.kind is AnswerKind.THROTTLED:
            return Probe(reachable=False, credentials=None, code="pingwin_busy", arguments=answer.arguments)
        return Probe(reachable=True, credentials=None, code="pingwin_test_unclear", arguments=answer.arguments)

    async def _head(self, limit: float) -> Probe:
        outgoing = Outgoing("HEAD", self.base_url + "/", tuple(PLAIN.items()))
        reply = await exchange(outgoing, limit, self._context, self._record)
        if isinstance(reply, Broken):
            return self._not_reached(reply)
        arguments: dict[str, str | int | float | None] = {"status": reply.status, "host": self._host, "text": ""}
        if reply.status >= 500 and reply.status != 501:  # 501: this server knows no HEAD
            return Probe(reachable=False, credentials=None, code="pingwin_busy", arguments=arguments)
        return Probe(reachable=True, credentials=None, code="pingwin_reached_only", arguments=arguments)

    def _not_reached(self, broken: Broken) -> Probe:
        return Probe(reachable=False, credentials=None, code=broken_question(broken), arguments={"host": self._host})

    def preview(self, upload: Upload, credentials: Credentials) -> RequestPreview:
        """What `send` would send, with masks."""
        return preview(self.contract, self.base_url, upload, credentials)


def broken_question(broken: Broken) -> str:
    """The words for a question without an answer: nothing was sent that could be taken."""
    return {"pingwin_no_answer": "pingwin_silent", "pingwin_connection_cut": "pingwin_unreachable"}.get(
        broken.code, broken.code
    )
