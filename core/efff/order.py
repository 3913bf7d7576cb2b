"""Findings in the order of the document, repeats together: what a person reads from the top to the bottom.

The order of elements is the profile's, so that a missing element has its place too. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Final, Generic, TypeVar

from core.efff.profile import profile
from core.efff.report import Finding

STEP: Final = re.compile(r"/(?:\w+:)?([^/\[]*)(?:\[(\d+)\])?")
LAST: Final = 10_000
"""The place of an element that the profile does not have: behind those it has."""

SHOWN_OF_A_KIND: Final = 3
"""How many findings of a kind are told in full before the rest is only counted."""

Place = tuple[tuple[int, int], ...]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Kind(Generic[T]):
    """Findings of one kind: those to tell in full, and the rest that is like them."""

    shown: tuple[T, ...]
    more: tuple[T, ...] = ()


def in_document_order(findings: Iterable[Finding], root: str) -> list[Finding]:
    """The findings by their place in a document of that root; those about the whole first, equals as they came."""
    return sorted(findings, key=lambda finding: place(finding.where, root))


def place(path: str, root: str) -> Place:
    """Where a path such as /Invoice/cac:InvoiceLine[2]/cbc:ID stands, comparable with other paths."""
    steps = [step for step in STEP.findall(path) if step[0]]
    if steps and steps[0][0] in (root, "*"):
        steps = steps[1:]
    found = []
    parent = root
    for name, number in steps:
        order, parent = _order(parent, name)
        found.append((order, int(number or 1)))
    return tuple(found)


@cache
def _order(parent: str, name: str) -> tuple[int, str]:
    kind = profile().get(parent)
    if kind is None or name not in kind.elements:
        return LAST, ""
    return kind.order[name], kind.elements[name].kind


def grouped(findings: Iterable[T], kind: Callable[[T], Hashable], *, shown: int = SHOWN_OF_A_KIND) -> list[Kind[T]]:
    """The findings by kind, each where its first one stands. The JSON of a report lists them all, one by one."""
    kinds: dict[Hashable, list[T]] = {}
    for finding in findings:
        kinds.setdefault(kind(finding), []).append(finding)
    return [Kind(tuple(same[:shown]), tuple(same[shown:])) for same in kinds.values()]
