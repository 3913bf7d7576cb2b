"""What of a source is nowhere: each text and attribute that is neither in the output nor told as dropped or derived."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from core.efff.base64text import padded
from core.efff.convert import Conversion
from core.efff.node import Node
from core.efff.reader import PROJECT, Reading, read

NUMBER = re.compile(r"\[[0-9]+\]")

FLAGS = {"1": "true", "0": "false"}

SPELLED_OTHERWISE = {"0208": "BE:CBE", "9925": "BE:CBE", "9956": "BE:CBE", "UBL.BE": "eFFF", "KBO": "BE:CBE"}
"""Schemes that e-fff writes in its own way (reference 6), and the reference under which a program names itself."""


def values(node: Node) -> Iterator[tuple[str, str]]:
    """Each text and attribute of the source with its path; what a schema is found by is no value."""
    for one in node.all_below():
        if one.text and one.text.strip():
            yield one.path, one.text.strip()
        for name, value in one.attributes.items():
            if value.strip() and not name.startswith("{http://www.w3.org/2001/XMLSchema-instance}"):
                yield f"{one.path}/@{name}", value.strip()


def lost(source: bytes, conversion: Conversion) -> list[tuple[str, str]]:
    """What of the source is nowhere: not in the output, not dropped, not derived."""
    output = etree.fromstring(conversion.output, etree.XMLParser(huge_tree=True))
    written = {text.strip() for one in output.iter() if one.text and (text := one.text)}
    written |= {value.strip() for one in output.iter() for value in one.attrib.values()}
    whole = "\n".join(written)
    letters = set(map(_letters, written))
    alike = {_alike(line) for line in (*written, *whole.splitlines())}
    told = {NUMBER.sub("", one.path) for one in (*conversion.dropped, *conversion.derived)}
    elsewhere = {(_last(one.path), one.value) for one in conversion.dropped}
    elsewhere |= {(_last(one.path), one.arguments.get("stated")) for one in conversion.derived}
    reading = read(source)
    root = reading.root
    assert root is not None
    return [
        (path, value)
        for path, value in values(root)
        if NUMBER.sub("", path) not in told
        and (_last(path), value) not in elsewhere  # the same value at another place is told once
        and SPELLED_OTHERWISE.get(value, value) not in written
        and not (path.endswith("Indicator") and FLAGS.get(value) in written)
        and not (len(value) >= 3 and value in whole)
        and _alike(value) not in alike
        and _letters(value) not in letters  # a number of a company or account, written without its dots
        and not _is_nothing(path, value)
        and padded(value) not in written  # base64 that is closed off as the schema demands it
        and not (path.endswith("/@currencyID") and value in reading.currencies)  # no value of its own
        and not _beside_its_street(path, value, root, whole)
        and not _is_of_the_project(path, value, reading, written)
    ]


def _is_of_the_project(path: str, value: str, reading: Reading, written: set[str]) -> bool:
    """That a reference is the project's is said otherwise in a 3.0 invoice: by the element."""
    project = reading.invoice.references.project if reading.invoice else ""
    return path.endswith("cbc:DocumentTypeCode") and value == PROJECT and bool(project) and project in written


def _beside_its_street(path: str, value: str, root: Node, whole: str) -> bool:
    """A house number is written in one line with its street."""
    above, _, name = path.rpartition("/")
    streets = {one.text for one in root.all_below() if one.path == f"{above}/cbc:StreetName"}
    return name == "cbc:BuildingNumber" and any(f"{street} {value}" in whole for street in streets)


def _last(path: str) -> str:
    return path.rpartition("/")[2]


def _alike(value: str) -> str:
    """A value in the spelling it shares with the output's: 84 and 84.00, BE 0477.472.701 and 0477472701."""
    if re.fullmatch(r"[+-]?[0-9]*\.[0-9]+", value):
        value = value.rstrip("0").rstrip(".").removesuffix("-0")
    value = re.sub(r"(?<=\w)-(?=\w)", "", value)
    return re.sub(r"[^\w-]", "", value).upper().removeprefix("BE").lstrip("0")


def _letters(value: str) -> str:
    return re.sub(r"\W", "", value).upper()


def _is_nothing(path: str, value: str) -> bool:
    """Totals of 0 and a copy indicator that says no are left out: absent means the same."""
    if path.endswith("CopyIndicator"):
        return value in ("false", "0")
    return path.endswith("Amount") and not _alike(value).strip("-")
