"""e-fff 1.0 and 3.0 as data: which element stands where, how often, who needs it, and which business term it carries.

`profile.csv` is the profile, one row an element inside its parent, in the order of the file. The writer's order, the
required elements, the check of a 1.0 file (V03) and the printed table all come from it. `ubl20_codes.txt` holds the
unit, currency and MIME codes of UBL 2.0, which a 1.0 file may not leave; `profile_unused.txt` what else UBL 2.0 has.
Levels: M mandatory, W always written or needed by readers, O optional, - not in this version.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from core.efff.formats import Format

BASIC_KINDS: Final = frozenset(["text", "id", "code", "amount", "quantity", "number", "date", "flag", "binary"])
"""Kinds of elements that hold a value; every other kind is the name of a parent type."""


LETTERS: Final = re.compile(r"`([^`]+)`")
EXACT: Final = re.compile(r"`[^`]+`((, | or )`[^`]+`)*")


@dataclass(frozen=True, slots=True)
class Element:
    """One element inside a parent type.

    `kind` is what it holds: a kind of value or the type of its own children. `since` is the UBL version that has it.
    `in_2_0` and `in_2_1` are (least, most), most None for any number; `in_2_0` is None where it is not legal in 1.0.
    `attributes_1` and `attributes_3` say which attributes it carries in a file of that version, `value_1` and `value_3`
    which value; what stands there in backquotes is meant to the letter.
    """

    parent: str
    name: str
    kind: str
    since: str
    in_2_0: tuple[int, int | None] | None
    in_2_1: tuple[int, int | None]
    level_1: str
    level_3: str
    terms: tuple[str, ...]
    attributes_1: str
    attributes_3: str
    value_1: str
    value_3: str
    meaning: str

    @property
    def is_basic(self) -> bool:
        """Whether it holds a value (cbc) and no elements (cac)."""
        return self.kind in BASIC_KINDS

    def exact_values(self, target: Format) -> frozenset[str]:
        """The only values it may have in a file of that version; empty where they are not listed to the letter."""
        stated = self.value_1 if target is Format.EFFF_1 else self.value_3
        return frozenset(LETTERS.findall(stated)) if EXACT.fullmatch(stated) else frozenset()

    def times(self, target: Format) -> tuple[int, int | None]:
        """How often it may stand in a file of that version; (0, 0) where it may not."""
        return (self.in_2_0 or (0, 0)) if target is Format.EFFF_1 else self.in_2_1


@dataclass(frozen=True, slots=True)
class ParentType:
    """A type of parent: its elements by name in their order, and what must not be missing in each version."""

    elements: dict[str, Element]
    order: dict[str, int]
    required: dict[Format, frozenset[str]]


@cache
def profile() -> dict[str, ParentType]:
    """The whole profile, by parent type; a root is the type of its own name."""
    parents: dict[str, dict[str, Element]] = {}
    for element in rows():
        parents.setdefault(element.parent, {})[element.name] = element
    return {
        name: ParentType(
            elements,
            {element: place for place, element in enumerate(elements)},
            {target: frozenset(one.name for one in elements.values() if one.times(target)[0] > 0) for target in Format},
        )
        for name, elements in parents.items()
    }


@cache
def required_in(target: Format) -> dict[str, frozenset[str]]:
    """What must not be missing in a file of that version, by parent type."""
    return {name: kind.required[target] for name, kind in profile().items()}


def rows() -> Iterator[Element]:
    """The rows of the profile as they stand in the file."""
    text = files(__package__).joinpath("profile.csv").read_text("utf-8")
    for row in csv.DictReader(text.splitlines()):
        yield Element(
            parent=row["parent"],
            name=row["element"],
            kind=row["kind"],
            since=row["since"],
            in_2_0=_times(row["in_2_0"]) if row["in_2_0"] else None,
            in_2_1=_times(row["in_2_1"]),
            level_1=row["level_1"],
            level_3=row["level_3"],
            terms=tuple(row["term"].split()),
            attributes_1=row["attributes_1"],
            attributes_3=row["attributes_3"],
            value_1=row["value_1"],
            value_3=row["value_3"],
            meaning=row["meaning"],
        )


def _times(text: str) -> tuple[int, int | None]:
    least, _, most = text.partition("..")
    return int(least), None if most == "n" else int(most)


@cache
def ubl_20_codes() -> dict[str, frozenset[str]]:
    """The values that UBL 2.0 allows, by attribute: `unitCode`, `currencyID`, `mimeCode`."""
    return _lists("ubl20_codes.txt")


@cache
def unused() -> dict[str, frozenset[str]]:
    """Elements of UBL 2.0 that the profile does not use, by parent type."""
    return _lists("profile_unused.txt")


def _lists(name: str) -> dict[str, frozenset[str]]:
    found: dict[str, list[str]] = {}
    current: list[str] = []
    for line in files(__package__).joinpath(name).read_text("ascii").splitlines():
        if line.startswith("["):
            current = found.setdefault(line.strip("[]"), [])
        elif not line.startswith("#"):
            current.extend(line.split())
    return {name: frozenset(values) for name, values in found.items()}


UNIT_REPLACEMENTS: Final = {"H87": "C62", "E48": "C62", "E49": "DAY", "KMT": "KTM", "1N": ""}
"""Units of today that UBL 2.0 does not know, and what stands for them there; "" leaves the unit out (reference 8.3)."""


def unit_in_ubl_20(unit: str) -> str:
    """The unit to write in 1.0: itself, a replacement, a package code without its X, or "" (always legal)."""
    known = ubl_20_codes()["unitCode"]
    if unit in known or not unit:
        return unit
    if unit in UNIT_REPLACEMENTS:
        return UNIT_REPLACEMENTS[unit]
    package = unit[1:] if unit.startswith("X") else ""
    return package if package in known else ""
