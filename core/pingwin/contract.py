"""The wire contract: how an upload looks, as data (pingwin reference, section 4).

Frozen models of the TOML files in `contracts/`; unknown keys are refused and every cross-check is made on load.
A contract names credentials, it never holds one. Reading the files is `library.py`; acting on them `request.py` and
`verdict.py`.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from core.pingwin.target import Capability
from core.web import address_problem

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
CREDENTIALS = ("api_key", "clid", "file_id")
TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
"""What an HTTP header name may consist of."""

RESERVED_HEADERS = frozenset({"host", "content-length", "content-type", "transfer-encoding", "connection", "expect"})


class Knobs(BaseModel):
    """Base of every part of a contract: unknown keys are refused, so that a typo is noticed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _regular_expression(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from None
    return text


def _path(text: str) -> str:
    if not text.startswith("/") or "//" in text or re.search(r"[\s?#\\]", text):
        raise ValueError("a path starts with one /, has no blanks and no ? or #")
    return text


Pattern = Annotated[str, AfterValidator(_regular_expression)]
PathTemplate = Annotated[str, AfterValidator(_path)]
Status = Annotated[int, Field(ge=100, le=599)]
Statuses = Annotated[tuple[Status, ...], Field(min_length=1)]


class Place(StrEnum):
    """Where a credential travels in the request."""

    HEADER = "header"
    QUERY = "query"
    FORM = "form"
    JSON = "json"
    PATH = "path"


class Auth(Knobs):
    """One credential of the request: which one, where, under which name; `prefix` as in "Bearer "."""

    credential: Literal["api_key", "clid", "file_id"]
    place: Place = Field(alias="in")
    name: str = ""
    prefix: str = ""

    @model_validator(mode="after")
    def _named(self) -> Self:
        if self.place is Place.PATH:
            if self.name or self.prefix:
                raise ValueError("a credential in the path is placed by {" + self.credential + "}, without a name")
        elif not self.name:
            raise ValueError("name is missing")
        if self.place is Place.HEADER:
            _check_header(self.name)
        return self


def _check_header(name: str) -> None:
    if not TOKEN.fullmatch(name) or name.lower() in RESERVED_HEADERS:
        raise ValueError(f"{name!r} cannot be used as the name of a header")


class ValuePath(Knobs):
    """Where a value stands in an answer: a JSON path (`result.id`, `errors[0].text`), an XML path (`Result/Id`,
    local names, `//Id` for anywhere), or the first group of a regular expression over the text. Exactly one."""

    json_path: str | None = Field(default=None, alias="json")
    xml_path: str | None = Field(default=None, alias="xml")
    regex: Pattern | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if sum(given is not None for given in (self.json_path, self.xml_path, self.regex)) != 1:
            raise ValueError("exactly one of json, xml and regex is needed")
        return self


class BodyTest(ValuePath):
    """A test of an answer's body: the value is there, and equals a text or matches a regular expression, if given."""

    equals: str | None = None
    matches: Pattern | None = None


class Body(Knobs):
    """How the file and what goes with it travel. In a raw body, fields travel in the query."""

    kind: Literal["multipart", "form", "json", "raw"]
    file_field: str = ""
    content_type: str = "application/xml"
    encoding: Literal["none", "base64"] = "none"
    filename_field: str = ""
    direction_field: str = ""
    direction_values: dict[str, str] = Field(default_factory=lambda: {"purchase": "purchase", "sales": "sales"})
    key_field: str = ""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.kind != "raw" and not self.file_field:
            raise ValueError("file_field is missing")
        if self.kind in {"raw", "multipart"} and self.encoding != "none":
            raise ValueError(f"a {self.kind} body carries the file as it is: encoding must be none")
        if self.kind == "json" and self.encoding != "base64":
            raise ValueError("a json body carries the file in base64: encoding must be base64")
        if set(self.direction_values) != {"purchase", "sales"}:
            raise ValueError("direction_values needs a value for purchase and one for sales, nothing else")
        return self


class Success(Knobs):
    """When an answer means "taken": a status, optionally a test of the body; and where its document id stands.

    An answer whose body cannot be read as the paths need it is an unknown outcome, never a success.
    """

    statuses: Statuses = (200, 201, 202, 204)
    test: BodyTest | None = None
    document_id: ValuePath | None = None
    document_id_required: bool = False

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if any(not 200 <= status <= 299 for status in self.statuses):
            raise ValueError("a success is a 2xx status")
        if self.document_id_required and self.document_id is None:
            raise ValueError("document_id_required needs document_id")
        return self


class ErrorClass(StrEnum):
    """The classes of the pingwin reference, section 5, that an answer can have."""

    AUTH = "auth"
    DOSSIER = "dossier"
    DOCUMENT = "document"
    DUPLICATE = "duplicate"
    THROTTLE = "throttle"
    NOT_TAKEN = "not_taken"
    UNKNOWN = "unknown"


class ErrorRule(Knobs):
    """One rule: a status, a test of the body, or both -> a class. `text` takes the place of the server's own words."""

    statuses: tuple[Status, ...] = ()
    test: BodyTest | None = None
    becomes: ErrorClass = Field(alias="class")
    text: str = ""

    @model_validator(mode="after")
    def _tests_something(self) -> Self:
        if not self.statuses and self.test is None:
            raise ValueError("a rule needs statuses, a test, or both")
        return self


class MessagePaths(Knobs):
    """Where the server's own words stand, first found wins; else the text of the whole body."""

    paths: tuple[ValuePath, ...] = ()


class Limits(Knobs):
    """What the target takes: bytes of one file; from one account (a CLID) uploads a minute and uploads at once."""

    max_bytes: int = Field(default=32 * 1024 * 1024, ge=1)
    max_per_minute: int = Field(default=60, ge=1)
    concurrency: int = Field(default=1, ge=1, le=32)


class ProbeRequest(Knobs):
    """A harmless request that proves the credentials: `statuses` are those that say "these are right"."""

    method: Literal["GET", "HEAD", "POST"] = "GET"
    path_template: PathTemplate
    statuses: Statuses = (200,)
    test: BodyTest | None = None


class Match(Knobs):
    """Statuses, and a test of the body where the status alone does not prove it."""

    statuses: Statuses
    test: BodyTest | None = None


class LookupRequest(Knobs):
    """The question "do you have this key?". What matches neither `found` nor `absent` cannot be told."""

    method: Literal["GET", "POST"] = "GET"
    path_template: PathTemplate
    found: Match
    absent: Match
    document_id: ValuePath | None = None


class WireContract(Knobs):
    """One wire contract: one request and its answer. `status` is "unconfirmed", "sandbox", or "confirmed <date>, by
    <whom at the vendor>".

    It cannot say a token fetched first, a signature over the body, an upload in steps, nested JSON members, fields of a
    fixed value, or a refusal that follows a 202: these need code beside `request.py`.
    """

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")
    label: str = Field(min_length=1)
    status: str = Field(pattern=r"^(unconfirmed|sandbox|confirmed \d{4}-\d{2}-\d{2}, by \S.*)$")
    base_url: str = ""
    path_template: PathTemplate
    method: Literal["POST", "PUT"] = "POST"
    timeout_s: float = Field(default=60.0, gt=0, le=120)
    capabilities: frozenset[Capability] = frozenset()
    idempotency_header: str = ""
    auth: tuple[Auth, ...] = Field(min_length=1)
    body: Body
    success: Success = Success()
    errors: tuple[ErrorRule, ...] = ()
    message: MessagePaths = MessagePaths()
    limits: Limits = Limits()
    test: ProbeRequest | None = None
    lookup: LookupRequest | None = None

    @property
    def confirmed(self) -> bool:
        """Whether the vendor has confirmed it; False for every one that ships."""
        return self.status.startswith("confirmed ")

    @property
    def sandbox(self) -> bool:
        """Whether it is the sandbox's own, good for this machine only."""
        return self.status == "sandbox"

    @property
    def carries_key(self) -> bool:
        """Whether the request names the delivery key besides the file name."""
        return bool(self.idempotency_header or self.body.key_field or "{key}" in self.path_template)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.base_url and (problem := address_problem(self.base_url)):
            raise ValueError(f"base_url is {problem.replace('_', ' ')}: https, or http on this machine")
        if self.idempotency_header:
            _check_header(self.idempotency_header)
        self._check_credentials()
        self._check_placeholders()
        if Capability.LOOKUP in self.capabilities and self.lookup is None:
            raise ValueError("the capability lookup needs a [lookup] request")
        if Capability.IDEMPOTENCY_KEY in self.capabilities and not self.carries_key:
            raise ValueError("the capability idempotency_key needs idempotency_header, key_field or {key} in the path")
        return self

    def _check_credentials(self) -> None:
        named = [auth.credential for auth in self.auth]
        if len(set(named)) != len(named):
            raise ValueError("a credential is placed twice in auth")
        for auth in self.auth:
            if auth.place is Place.FORM and self.body.kind not in {"multipart", "form"}:
                raise ValueError(f"{auth.credential} in form needs a multipart or form body")
            if auth.place is Place.JSON and self.body.kind != "json":
                raise ValueError(f"{auth.credential} in json needs a json body")
        asked = [request for request in (self.test, self.lookup) if request is not None and request.method != "POST"]
        if asked and any(auth.place in {Place.FORM, Place.JSON} for auth in self.auth):
            raise ValueError("credentials in form or json cannot travel in a GET: use POST for test and lookup")

    def _check_placeholders(self) -> None:
        in_path = {auth.credential for auth in self.auth if auth.place is Place.PATH}
        own = {"key", "filename", "direction"}
        for where, template, allowed in (
            ("path_template", self.path_template, in_path | own),
            ("test.path_template", self.test.path_template if self.test else "", in_path),
            ("lookup.path_template", self.lookup.path_template if self.lookup else "", in_path | {"key"}),
        ):
            used = set(PLACEHOLDER.findall(template))
            if unknown := sorted(used - allowed):
                raise ValueError(f"{where}: {{{unknown[0]}}} is not known here; possible: {', '.join(sorted(allowed))}")
            if re.search(r"[{}]", PLACEHOLDER.sub("", template)):
                raise ValueError(f"{where}: a brace is left open")
        if missing := sorted(in_path - set(PLACEHOLDER.findall(self.path_template))):
            raise ValueError(f"path_template: {{{missing[0]}}} is missing, though auth says it is in the path")
        if self.lookup and self.lookup.method == "GET" and "{key}" not in self.lookup.path_template:
            raise ValueError("lookup.path_template: {key} is missing")
