"""The profile as a table that somebody else could implement from: one section a parent, one row an element.

Made from `profile.csv` alone, so that what is printed is what is written and checked. Data here, its looks elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from core.efff.formats import Format
from core.efff.profile import Element, profile

ROOTS: Final = {Format.EFFF_1: ("Invoice",), Format.EFFF_3: ("Invoice", "CreditNote")}
LEVELS: Final = {"M": "mandatory", "W": "always written, or needed by readers", "O": "optional"}
"""What the level of a row means; elements that a version does not have are not listed for it."""


@dataclass(frozen=True, slots=True)
class Row:
    """One element of a parent, as an implementer needs it; rows come in the order of the file.

    `holds` is the kind of value, or the section that says what stands inside. `times` is how often, as `0..1`, `1..n`.
    """

    element: str
    times: str
    level: str
    holds: str
    attributes: str
    value: str
    meaning: str
    terms: str


@dataclass(frozen=True, slots=True)
class Section:
    """A parent: its name, every place where it stands (paths in a file), and its elements."""

    name: str
    places: tuple[str, ...]
    rows: tuple[Row, ...]


def sections(target: Format) -> list[Section]:
    """The whole profile of one version, each section after the one that first leads to it."""
    places: dict[str, list[str]] = {}
    for root in ROOTS[target]:
        for path, kind in _parents(root, f"/{root}", target, ()):
            if path not in places.setdefault(kind, []):
                places[kind].append(path)
    types = profile()
    return [
        Section(
            kind, tuple(found), tuple(_row(one, target) for one in types[kind].elements.values() if _has(one, target))
        )
        for kind, found in places.items()
    ]


def _parents(kind: str, path: str, target: Format, above: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Each parent with its path; one inside itself (a party's party) is not walked again."""
    yield path, kind
    for element in profile()[kind].elements.values():
        if not element.is_basic and _has(element, target) and element.kind not in above:
            yield from _parents(element.kind, f"{path}/cac:{element.name}", target, (*above, kind))


def _has(element: Element, target: Format) -> bool:
    return element.times(target)[1] != 0 and _level(element, target) != "-"


def _level(element: Element, target: Format) -> str:
    return element.level_1 if target is Format.EFFF_1 else element.level_3


def _row(element: Element, target: Format) -> Row:
    least, most = element.times(target)
    return Row(
        element=f"{'cbc' if element.is_basic else 'cac'}:{element.name}",
        times=f"{least}..{'n' if most is None else most}",
        level=_level(element, target),
        holds=element.kind,
        attributes=element.attributes_1 if target is Format.EFFF_1 else element.attributes_3,
        value=element.value_1 if target is Format.EFFF_1 else element.value_3,
        meaning=element.meaning,
        terms=" ".join(element.terms),
    )
