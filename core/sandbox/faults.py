"""What can be made to go wrong in the stand-ins (banqup-api 9.8, pingwin 5): seeded, scripted or by chance, bounded.

A plan is asked at each point of a request; it answers with the fault to play there, or None. It never decides how a
fault looks: that is the stand-in's work.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random
from threading import RLock


class Point(StrEnum):
    """The moments at which something can go wrong."""

    TOKEN = "token"  # noqa: S105 - the token endpoint
    SPACES = "spaces"
    LIST = "list"
    DOCUMENT = "document"
    FILE = "file"
    DOWNLOAD = "download"
    UPLOAD = "upload"
    LOOKUP = "lookup"


class Fault(StrEnum):
    """Everything that can be injected. Banqup first, then Pingwin (`upload-...`, `lookup-...`)."""

    TOKEN_EXPIRED = "token-expired"  # noqa: S105
    UNAUTHORIZED = "unauthorized"
    TOKEN_BARE = "token-bare"  # noqa: S105
    SPACE_FORBIDDEN = "space-forbidden"
    SPACES_EMPTY = "spaces-empty"
    DOCUMENT_MISSING = "document-missing"
    FILE_MISSING = "file-missing"
    LIMIT_SECONDS = "limit-seconds"
    LIMIT_DATE = "limit-date"
    LIMIT_BARE = "limit-bare"
    ERROR_500 = "error-500"
    ERROR_502 = "error-502"
    ERROR_503 = "error-503"
    RESET = "reset"
    SLOW = "slow"
    HTML = "html"
    TRUNCATED = "truncated"
    EMPTY_PAGE = "empty-page"
    REPEATED_CURSOR = "repeated-cursor"
    UNKNOWN_CURSOR = "unknown-cursor"
    FILE_NOT_READY = "file-not-ready"
    FILE_INFECTED = "file-infected"
    FILE_DELETED = "file-deleted"
    LINK_EXPIRED = "link-expired"
    SIZE_WRONG = "size-wrong"
    UPLOAD_500_BEFORE = "upload-500-before"
    UPLOAD_503_BEFORE = "upload-503-before"
    UPLOAD_500_AFTER = "upload-500-after"
    UPLOAD_LOST_REQUEST = "upload-lost-request"
    UPLOAD_LOST_ANSWER = "upload-lost-answer"
    UPLOAD_SLOW = "upload-slow"
    UPLOAD_LIMIT = "upload-limit"
    UPLOAD_DUPLICATE = "upload-duplicate"
    UPLOAD_REFUSED = "upload-refused"
    UPLOAD_UNREADABLE = "upload-unreadable"
    UPLOAD_UNAUTHORIZED = "upload-unauthorized"
    UPLOAD_DISABLED = "upload-disabled"
    LOOKUP_500 = "lookup-500"
    LOOKUP_SLOW = "lookup-slow"


_READS = frozenset({Point.SPACES, Point.LIST, Point.DOCUMENT, Point.FILE})
_BANQUP = _READS | {Point.TOKEN}
_IN_SPACE = frozenset({Point.LIST, Point.DOCUMENT, Point.FILE})

PLACES: Mapping[Fault, frozenset[Point]] = {
    Fault.TOKEN_EXPIRED: _READS,
    Fault.UNAUTHORIZED: _BANQUP,
    Fault.TOKEN_BARE: frozenset({Point.TOKEN}),
    Fault.SPACE_FORBIDDEN: _IN_SPACE,
    Fault.SPACES_EMPTY: frozenset({Point.SPACES}),
    Fault.DOCUMENT_MISSING: frozenset({Point.DOCUMENT}),
    Fault.FILE_MISSING: frozenset({Point.FILE}),
    Fault.LIMIT_SECONDS: _BANQUP,
    Fault.LIMIT_DATE: _BANQUP,
    Fault.LIMIT_BARE: _BANQUP,
    Fault.ERROR_500: _BANQUP | {Point.DOWNLOAD},
    Fault.ERROR_502: _BANQUP | {Point.DOWNLOAD},
    Fault.ERROR_503: _BANQUP | {Point.DOWNLOAD},
    Fault.RESET: _BANQUP | {Point.DOWNLOAD},
    Fault.SLOW: _BANQUP | {Point.DOWNLOAD},
    Fault.HTML: _BANQUP,
    Fault.TRUNCATED: _BANQUP | {Point.DOWNLOAD},
    Fault.EMPTY_PAGE: frozenset({Point.LIST}),
    Fault.REPEATED_CURSOR: frozenset({Point.LIST}),
    Fault.UNKNOWN_CURSOR: frozenset({Point.LIST}),
    Fault.FILE_NOT_READY: frozenset({Point.FILE}),
    Fault.FILE_INFECTED: frozenset({Point.FILE}),
    Fault.FILE_DELETED: frozenset({Point.FILE}),
    Fault.LINK_EXPIRED: frozenset({Point.DOWNLOAD}),
    Fault.SIZE_WRONG: frozenset({Point.FILE}),
    Fault.LOOKUP_500: frozenset({Point.LOOKUP}),
    Fault.LOOKUP_SLOW: frozenset({Point.LOOKUP}),
} | {fault: frozenset({Point.UPLOAD}) for fault in Fault if fault.startswith("upload-")}
"""Where each fault can happen."""

BAD_WEATHER: Mapping[Fault, float] = {
    Fault.TOKEN_EXPIRED: 0.04,
    Fault.LIMIT_SECONDS: 0.03,
    Fault.ERROR_500: 0.03,
    Fault.ERROR_503: 0.03,
    Fault.RESET: 0.02,
    Fault.SLOW: 0.03,
    Fault.LINK_EXPIRED: 0.04,
    Fault.UPLOAD_LOST_ANSWER: 0.08,
    Fault.UPLOAD_500_AFTER: 0.04,
    Fault.UPLOAD_500_BEFORE: 0.04,
    Fault.UPLOAD_LIMIT: 0.04,
    Fault.UPLOAD_SLOW: 0.03,
    Fault.UPLOAD_UNREADABLE: 0.02,
    Fault.LOOKUP_500: 0.05,
}
"""The chances of `demo --faults`: far above a healthy network's."""


@dataclass
class FaultPlan:
    """Which faults come: `script` first (the first one that fits the point), then by `chances` a request.

    At most `budget` faults come by chance, and at most `per_subject` for one document or file, so that every run ends.
    `slow_seconds` is the length of a slow answer, `retry_after` the seconds that a 429 names.
    """

    seed: int = 0
    chances: Mapping[Fault, float] = field(default_factory=dict)
    script: Iterable[Fault] = ()
    budget: int = 500
    per_subject: int = 3
    slow_seconds: float = 2.0
    retry_after: int = 1

    def __post_init__(self) -> None:
        self._lock = RLock()
        self._random = Random(self.seed)  # noqa: S311 - a repeatable run is wanted
        self._script = deque(self.script)
        self._chance_spent = 0
        self._spent: Counter[str] = Counter()
        self.played: Counter[Fault] = Counter()

    def next_(self, *faults: Fault) -> None:
        """Adds faults to the script: each comes once, at the first point where it fits."""
        with self._lock:
            self._script.extend(faults)

    @property
    def scripted(self) -> tuple[Fault, ...]:
        """What the script still holds."""
        with self._lock:
            return tuple(self._script)

    def clear(self) -> None:
        """Fair weather from now on."""
        with self._lock:
            self._script.clear()
            self.chances = {}

    def draw(self, point: Point, subject: str = "") -> Fault | None:
        """The fault to play at this point for this subject (a document, file or key), if any; it is then spent."""
        with self._lock:
            fault = self._scripted(point) or self._chanced(point, subject)
            if fault is not None:
                self.played[fault] += 1
            return fault

    def _scripted(self, point: Point) -> Fault | None:
        for fault in self._script:
            if point in PLACES[fault]:
                self._script.remove(fault)
                return fault
        return None

    def _chanced(self, point: Point, subject: str) -> Fault | None:
        fitting = [(fault, chance) for fault, chance in self.chances.items() if point in PLACES[fault]]
        draw = self._random.random()
        for fault, chance in fitting:
            draw -= chance
            if draw < 0:
                if self._chance_spent >= self.budget or (subject and self._spent[subject] >= self.per_subject):
                    return None
                self._chance_spent += 1
                self._spent[subject] += 1
                return fault
        return None
