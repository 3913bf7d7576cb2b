"""Real documents, damaged as writers and networks damage them: `python -m tests.core.efff.fuzz --seconds 600`.

Each number is one mutant, the same each time. Whatever it is, `convert` and `check` give findings and raise nothing; a
file that comes out is valid by the official schema, and no text of the mutant is lost without a word. Prints the number
of each one that breaks this, and ends with 1.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from lxml import etree

from core.efff.convert import Format, check, convert
from tests.core.efff.corpus_files import DOCUMENTS, faults
from tests.core.efff.documents import document
from tests.core.efff.losses import lost

SMALL = 60_000
"""Bytes of the largest document that is damaged: what large bodies do has tests of its own."""

NUMBERS = ["0", "-0.00", "1e5", "1,00", "99999999999999999999.99", "0.000001", "NaN", "21", "6.0", "381", "380"]
DATES = ["2026-02-30", "2026-01-31+01:00", "31/01/2026", "true", "1"]
CODES = [
    "EUR",
    "eur",
    "XXX",
    "BE",
    "be",
    "EL",
    "S",
    "AE",
    "03",
    "VAT",
    "BE0477472701",
    "0477472701",
    "+++090/9337/55493+++",
]
TRICKS = ("", " ", "BE 0477.472.701", "\u2028", "😀", "\u202eabc", "=1+1", "../../x", "a" * 300, "]]&gt;", "{x}", "%s")
VALUES = (*NUMBERS, *DATES, *CODES, *TRICKS)


def documents() -> list[bytes]:
    """What mutants are made of."""
    return [path.read_bytes() for path in DOCUMENTS if path.stat().st_size < SMALL] or [document()]


def mutant(number: int, sources: list[bytes]) -> bytes:
    """One damaged document."""
    dice = random.Random(number)
    source = dice.choice(sources)
    if dice.random() < 0.2:
        return _torn(source, dice)
    root = etree.fromstring(source)
    for _ in range(dice.randint(1, 8)):
        dice.choice(DAMAGES)(root, dice)
    return etree.tostring(root, encoding=dice.choice(["UTF-8", "UTF-8", "ISO-8859-15", "UTF-16"]), xml_declaration=True)


def _torn(source: bytes, dice: random.Random) -> bytes:
    """Bytes that are gone, changed or doubled."""
    torn = bytearray(source)
    for _ in range(dice.randint(1, 6)):
        place, length = dice.randrange(len(torn)), dice.choice([0, 1, 1, 2, 5, 40, 400])
        torn[place : place + length] = dice.choice([b"", dice.randbytes(3), bytes(torn[place : place + length]) * 2])
        if not torn:
            break
    return bytes(torn)


def _element(root: etree._Element, dice: random.Random) -> etree._Element:
    return dice.choice([one for one in root.iter() if isinstance(one.tag, str) and one is not root] or [root])


def _remove(root: etree._Element, dice: random.Random) -> None:
    one = _element(root, dice)
    if one is not root:
        one.getparent().remove(one)


def _double(root: etree._Element, dice: random.Random) -> None:
    one = _element(root, dice)
    if one is not root:
        one.addnext(etree.fromstring(etree.tostring(one, with_tail=False)))


def _move(root: etree._Element, dice: random.Random) -> None:
    one, place = _element(root, dice), _element(root, dice)
    if one is not root and one not in place.iterancestors() and one is not place:
        place.append(one)


def _say(root: etree._Element, dice: random.Random) -> None:
    leaves = [one for one in root.iter() if isinstance(one.tag, str) and not len(one)]
    if leaves:
        dice.choice(leaves).text = dice.choice(VALUES)


def _mark(root: etree._Element, dice: random.Random) -> None:
    marked = [one for one in root.iter() if isinstance(one.tag, str) and one.attrib]
    if marked:
        one = dice.choice(marked)
        name = dice.choice(list(one.attrib))
        if dice.random() < 0.3:
            del one.attrib[name]
        else:
            one.set(name, dice.choice(VALUES))


def _exchange(root: etree._Element, dice: random.Random) -> None:
    """Two values change places: a date where an amount was."""
    leaves = [one for one in root.iter() if isinstance(one.tag, str) and not len(one)]
    if len(leaves) > 1:
        one, other = dice.sample(leaves, 2)
        one.text, other.text = other.text, one.text


DAMAGES: tuple[Callable[[etree._Element, random.Random], None], ...] = (
    *(_remove, _double, _move, _say, _say, _say, _mark, _exchange),
)


def broken(source: bytes) -> list[str]:
    """What a document breaks of what holds for any."""
    found: list[str] = []
    try:
        told = check(source)
        if told.invoice is None and not told.findings:
            found.append("not read, and no word why")
        for target in Format:
            conversion = convert(source, target)
            if conversion.output is None:
                if not any(one.never for one in conversion.findings):
                    found.append(f"{target.value}: no file, and no word why")
                continue
            found += [f"{target.value} invalid: {one}" for one in faults(conversion.output, target)]
            found += [f"{target.value} lost: {one}" for one in lost(source, conversion)]
    except Exception:
        found.append(traceback.format_exc(limit=-4))
    return found


def main() -> int:
    """Tries mutants until the time is over."""
    parser = argparse.ArgumentParser(prog="python -m tests.core.efff.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--first", type=int, default=0, help="the first number")
    parser.add_argument("--keep", type=Path, help="a folder for the mutants that break something")
    asked = parser.parse_args()
    sources, number, wrong = documents(), asked.first, 0
    until = time.monotonic() + asked.seconds
    while time.monotonic() < until:
        source = mutant(number, sources)
        told = broken(source)
        if told:
            wrong += 1
            print(f"{number}: " + "\n    ".join(told[:4]), flush=True)
            if asked.keep:
                (asked.keep / f"{number}.xml").write_bytes(source)
        number += 1
    print(f"{number - asked.first} mutants from {asked.first} on, {wrong} break something")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
