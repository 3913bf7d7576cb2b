"""What an answer means: a contract, a status and a body -> one class. Pure.

Order: the contract's own error rules, its success rule, then `BY_STATUS` (decision 10). What is left after the body
left us is an unknown outcome: never a success, never a refusal.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lxml import etree

from core.pingwin.contract import BodyTest, ErrorClass, Match, ValuePath, WireContract
from core.pingwin.target import Answer, AnswerKind
from core.web import clean, retry_after

TEXT_LIMIT = 500
"""Characters kept of a server's own words."""

TESTED = 64 * 1024
"""Characters of a body that a regular expression is run over."""

KINDS: dict[ErrorClass, tuple[AnswerKind, str]] = {
    ErrorClass.AUTH: (AnswerKind.AUTH, "pingwin_credentials_refused"),
    ErrorClass.DOSSIER: (AnswerKind.DOSSIER, "pingwin_dossier_refused"),
    ErrorClass.DOCUMENT: (AnswerKind.REFUSED, "pingwin_document_refused"),
    ErrorClass.DUPLICATE: (AnswerKind.ALREADY_THERE, "pingwin_already_there"),
    ErrorClass.THROTTLE: (AnswerKind.THROTTLED, "pingwin_throttled"),
    ErrorClass.NOT_TAKEN: (AnswerKind.THROTTLED, "pingwin_not_taken"),
    ErrorClass.UNKNOWN: (AnswerKind.UNKNOWN, "pingwin_outcome_unclear"),
}
"""Class of the contract -> kind of answer and its sentence."""

BY_STATUS: tuple[tuple[range, ErrorClass, str], ...] = (
    (range(401, 402), ErrorClass.AUTH, ""),
    (range(403, 404), ErrorClass.AUTH, ""),
    (range(404, 405), ErrorClass.DOSSIER, ""),
    (range(409, 410), ErrorClass.DUPLICATE, ""),
    (range(429, 430), ErrorClass.THROTTLE, ""),
    (range(400, 500), ErrorClass.DOCUMENT, ""),
    (range(200, 300), ErrorClass.UNKNOWN, "pingwin_answer_unreadable"),
    (range(300, 400), ErrorClass.UNKNOWN, "pingwin_redirected"),
    (range(500, 600), ErrorClass.UNKNOWN, "pingwin_server_error"),
)
"""What a status means where the contract does not say; first match. 5xx is unknown, 503 too (engine 5.3 rule 5)."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back. `complete` is False where the body was cut short."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    complete: bool = True


class Reading:
    """An answer's body, read once as text, JSON and XML as far as it is that."""

    def __init__(self, reply: Reply) -> None:
        self.text = reply.body.decode("utf-8", "replace")
        self.empty = not reply.body.strip()
        self._json: object = None
        self.is_json = self._read_json()
        self._xml = _parse_xml(reply.body)

    def _read_json(self) -> bool:
        try:
            self._json = json.loads(self.text)
        except (ValueError, RecursionError):
            return False
        return True

    def readable(self, path: ValuePath) -> bool:
        """Whether the body is of the kind that the path needs."""
        if path.json_path is not None:
            return self.is_json
        return self._xml is not None if path.xml_path is not None else True

    def value(self, path: ValuePath) -> str | None:
        """The value at a path as text (`true`, `false`, numbers as written), or None where there is none."""
        if path.json_path is not None:
            return _text(_in_json(self._json, path.json_path)) if self.is_json else None
        if path.xml_path is not None:
            return _in_xml(self._xml, path.xml_path)
        found = re.search(path.regex or "", self.text[:TESTED])
        if found is None:
            return None
        return found.group(1) if found.re.groups and found.group(1) is not None else found.group(0)

    def passes(self, test: BodyTest) -> bool:
        """Whether the body passes a test."""
        value = self.value(test)
        if value is None:
            return False
        if test.equals is not None and value != test.equals:
            return False
        return test.matches is None or re.search(test.matches, value[:TESTED]) is not None


def judge(contract: WireContract, reply: Reply, *, secrets: Sequence[str], now: float) -> Answer:
    """The answer to an upload. `now` is our clock in Unix seconds, for a Retry-After that is a date."""
    reading = Reading(reply)
    words = server_text(contract, reading, secrets)
    for rule in contract.errors:
        if (not rule.statuses or reply.status in rule.statuses) and (rule.test is None or reading.passes(rule.test)):
            kind, code = KINDS[rule.becomes]
            return _answer(kind, code, contract, reply, reading, rule.text or words, now, secrets)
    if _succeeds(contract, reply, reading):
        return _answer(AnswerKind.ACCEPTED, "pingwin_accepted", contract, reply, reading, words, now, secrets)
    becomes, special = by_status(reply.status)
    kind, code = KINDS[becomes]
    return _answer(kind, special or code, contract, reply, reading, words, now, secrets)


def by_status(status: int) -> tuple[ErrorClass, str]:
    """The class of a status and its special sentence, without a contract's rules."""
    return next(
        ((becomes, code) for statuses, becomes, code in BY_STATUS if status in statuses), (ErrorClass.UNKNOWN, "")
    )


def matches(match: Match, reply: Reply) -> bool:
    """Whether an answer to a question is the one described."""
    return reply.status in match.statuses and (match.test is None or Reading(reply).passes(match.test))


def reference_in(path: ValuePath | None, reading: Reading, secrets: Sequence[str]) -> str | None:
    """The target's own name for what it took, cut to 120 characters."""
    value = reading.value(path) if path is not None else None
    return clean(value, 120, secrets) or None if value else None


def server_text(contract: WireContract, reading: Reading, secrets: Sequence[str]) -> str:
    """The server's own words: from the contract's message paths, else the whole body without its tags."""
    for path in contract.message.paths:
        if value := reading.value(path):
            return clean(value, TEXT_LIMIT, secrets)
    plain = reading.text
    if plain.lstrip()[:1] == "<":
        plain = re.sub(r"<(script|style)\b.*?</\1>|<[^>]*>", " ", plain[:TESTED], flags=re.DOTALL | re.IGNORECASE)
    return clean(plain, TEXT_LIMIT, secrets)


def _succeeds(contract: WireContract, reply: Reply, reading: Reading) -> bool:
    success = contract.success
    if reply.status not in success.statuses or not reply.complete:
        return False
    if success.test is not None and not reading.passes(success.test):
        return False
    if success.document_id is None:
        return True
    if success.document_id_required:
        return reading.value(success.document_id) not in {None, ""}
    return reading.empty or reading.readable(success.document_id)


def _answer(
    kind: AnswerKind,
    code: str,
    contract: WireContract,
    reply: Reply,
    reading: Reading,
    words: str,
    now: float,
    secrets: Sequence[str],
) -> Answer:
    taken = kind in {AnswerKind.ACCEPTED, AnswerKind.ALREADY_THERE}
    if kind is AnswerKind.REFUSED and not words:
        code = "pingwin_document_refused_silently"
    return Answer(
        kind=kind,
        code=code,
        arguments={"status": reply.status, "text": words},
        http_status=reply.status,
        reference=reference_in(contract.success.document_id, reading, secrets) if taken else None,
        server_text=words,
        retry_after=retry_after(reply.headers.get("retry-after"), now),
    )


# -- paths -----------------------------------------------------------------------------------------------------------


def _in_json(value: object, path: str) -> object:
    """Walks `a.b[0].c`; a leading `$.` is allowed. None where the path ends early."""
    for step in re.findall(r"[^.\[\]]+", path.removeprefix("$")):
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def _parse_xml(body: bytes) -> etree._Element | None:
    if body.lstrip()[:1] != b"<":
        return None
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    # an answer with a DTD is no answer we read
    return None if root.getroottree().docinfo.internalDTD is not None else root


def _in_xml(root: etree._Element | None, path: str) -> str | None:
    """The text at a path of local names below the root (`Result/Id`), or anywhere (`//Id`)."""
    if root is None:
        return None
    steps = [f"*[local-name()='{step}']" for step in path.strip("/").split("/") if re.fullmatch(r"[\w.-]+", step)]
    if not steps:
        return None
    found = root.xpath(("//" if path.startswith("//") else "./") + "/".join(steps))
    if not isinstance(found, list) or not found or not isinstance(found[0], etree._Element):
        return None
    return "".join(text for text in found[0].itertext() if isinstance(text, str)).strip()
