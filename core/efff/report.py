"""What reading, checking and converting have to say: findings, what was derived, what was dropped.

Codes and arguments only; `core.wording.efff` words them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from core.model import Arguments
from core.wording import word


class Severity(StrEnum):
    """How bad a finding is."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Finding:
    """One result of a check. `rule` is V01 to V84 (or an official id); `where` is an element path; `code` words it.

    A finding that `blocks` parks the delivery; `never` marks those that nobody may override (V01-V03, V20, V37).
    """

    rule: str
    severity: Severity
    where: str
    code: str
    arguments: Arguments = field(default_factory=dict)
    blocks: bool = False
    never: bool = False

    @property
    def message(self) -> str:
        """The sentence in English; front ends word `code` themselves in other languages."""
        return word(self.code, self.arguments).sentence


@dataclass(frozen=True, slots=True)
class Derived:
    """A value that the source does not state and that was worked out: where it went, what, and why."""

    path: str
    value: str
    code: str
    arguments: Arguments = field(default_factory=dict)

    @property
    def why(self) -> str:
        """The reason in English."""
        return word(self.code, self.arguments).sentence


@dataclass(frozen=True, slots=True)
class Dropped:
    """A value of the source that the target format cannot hold (or that was not carried over), with its path."""

    path: str
    value: str
    code: str
    arguments: Arguments = field(default_factory=dict)

    @property
    def why(self) -> str:
        """The reason in English."""
        return word(self.code, self.arguments).sentence


@dataclass(frozen=True, slots=True)
class PdfVerdict:
    """Whether bytes are a PDF that a person can open. `code` is worded by `core.wording.efff_rules`.

    `restricted`: encrypted, yet opens without a password (the author restricts printing or copying).
    """

    ok: bool
    code: str | None = None
    pages: int = 0
    restricted: bool = False
