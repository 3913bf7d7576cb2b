"""How the converter fares with documents nobody here has seen: `python -m tests.core.efff.survey FOLDER [--each]`.

Takes every UBL invoice and credit note below a folder through both formats: is the output valid by the official schema
(of the corpus), `ok` by our rules, does reading it back give the same invoice, and is any text of the source nowhere?
Prints one table, the findings by code, and whatever is wrong by document; exit 1 where anything crashed, was invalid
or got lost.
"""

from __future__ import annotations

import argparse
import sys
import traceback
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from pathlib import Path

from core.efff.convert import Conversion, Format, convert
from core.efff.invoice import Invoice
from core.efff.reader import read
from tests.core.efff.corpus_files import faults
from tests.core.efff.losses import lost
from tests.core.efff.meaning import meaning

MARKS = (b"schema:xsd:Invoice-2", b"schema:xsd:CreditNote-2")
FAULTS = ("crash", "invalid", "lost")
COLUMNS = ("documents", "converts", "valid", "same", "ok", *FAULTS)


@dataclass
class Tally:
    """The figures of one format; `told` has what is wrong by document, `codes` how many documents have a finding."""

    counts: Counter[str] = field(default_factory=Counter)
    codes: Counter[tuple[str, str, bool]] = field(default_factory=Counter)
    told: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))


def documents(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file that begins like a UBL invoice or credit note, by its path below the folder."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with path.open("rb") as file:
                start = file.read(8000)
            if any(mark in start for mark in MARKS) and b"<xs:schema" not in start and b"<xsd:schema" not in start:
                yield path.relative_to(folder).as_posix(), path.read_bytes()


def survey(source: bytes, name: str, target: Format, tally: Tally) -> None:
    """One document through one format."""
    tally.counts["documents"] += 1
    try:
        conversion = convert(source, target)
        tally.codes.update({(one.rule, one.code, one.blocks) for one in conversion.findings if one.severity != "info"})
        if conversion.output is None:
            tally.told[name].append(f"not converted: {[(one.rule, one.code) for one in conversion.findings]}")
            return
        tally.counts["converts"] += 1
        tally.counts["ok"] += conversion.ok
        wrong = {"invalid": faults(conversion.output, target), "lost": lost(source, conversion)}
        for kind, found in wrong.items():
            tally.counts[kind] += bool(found)
            tally.told[name] += [f"{kind}: {one}" for one in found]
        tally.counts["valid"] += not wrong["invalid"]
        _compare(source, conversion, name, target, tally)
    except Exception:
        tally.counts["crash"] += 1
        tally.told[name].append(f"crash: {traceback.format_exc(limit=-3)}")


def _compare(source: bytes, conversion: Conversion, name: str, target: Format, tally: Tally) -> None:
    """Whether the output reads as the source does."""
    assert conversion.output is not None
    before, after = read(source).invoice, read(conversion.output).invoice
    assert before is not None and after is not None
    stated, found = meaning(before, target), meaning(after, target)
    tally.counts["same"] += stated == found
    for term in fields(Invoice):
        old, new = getattr(stated, term.name), getattr(found, term.name)
        if term.compare and old != new:
            tally.told[name].append(f"other {term.name}: {old!r} -> {new!r}")


def main() -> int:
    """Prints the survey."""
    parser = argparse.ArgumentParser(prog="python -m tests.core.efff.survey", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--each", action="store_true", help="also what differs or is not converted, by document")
    asked = parser.parse_args()
    tallies = {target: Tally() for target in Format}
    for name, source in documents(asked.folder):
        for target, tally in tallies.items():
            survey(source, name, target, tally)
    print(f"{'':12}" + "".join(f"{column:>10}" for column in COLUMNS))
    for target, tally in tallies.items():
        print(f"{target.value:12}" + "".join(f"{tally.counts[column]:>10}" for column in COLUMNS))
    for target, tally in tallies.items():
        print(f"\n{target.value}: findings by number of documents (* holds the document back)")
        for (rule, code, blocks), count in sorted(tally.codes.items(), key=lambda one: (-one[1], one[0])):
            print(f"{count:>6} {'*' if blocks else ' '} {rule:16} {code}")
        for name, told in tally.told.items():
            shown = [one for one in told if asked.each or one.startswith(FAULTS)]
            print(*(f"{name}: {one}" for one in shown), sep="\n", end="\n" if shown else "")
    return int(any(tally.counts[kind] for tally in tallies.values() for kind in FAULTS))


if __name__ == "__main__":
    sys.exit(main())
