"""A line of the doctor, and how a check that cannot be made becomes one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from core.errors import ConfigurationError, ProductError, StoreError
from core.model import Arguments
from core.operations.desk import Desk


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the doctor: passes (True), fails (False) or cannot be told (None).

    `grave` marks a failure with which nothing is read or sent: monitoring tells it from the others.
    """

    code: str
    passed: bool | None
    arguments: Arguments = field(default_factory=dict)
    space: str | None = None
    grave: bool = False


Check = Callable[[Desk], Iterable[Line]]


def guarded(check: Check, desk: Desk) -> list[Line]:
    """A check that cannot be made to its end is a failed line behind those it made, never the end of the doctor."""
    lines: list[Line] = []
    try:
        lines.extend(check(desk))
    except ProductError as problem:
        lines.append(failed(problem))
    except OSError as problem:
        where = str(problem.filename or "")
        arguments: Arguments = {"where": where, "why": problem.strerror or type(problem).__name__}
        lines.append(Line("doctor_os", False, arguments, grave=True))
    return lines


def failed(problem: ProductError, space: str | None = None) -> Line:
    """An error as a line; a store or a setting that cannot be used stops everything, one installation only itself."""
    grave = isinstance(problem, ConfigurationError | StoreError) and space is None
    return Line(problem.code, False, {**problem.arguments, "where": problem.where}, space, grave)
