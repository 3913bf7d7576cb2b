"""The sheet a document is written on: elements as text, ordered by the profile, with a record of what had no place.

A part is (name, its XML). Groups sort their parts by `core.efff.profile`, leave out what is empty, and report a
required element that is missing (V03). Base64 bodies are kept apart and joined in at the end, so that they are neither
escaped, re-encoded nor copied with every group around them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from core.efff.base64text import Base64
from core.efff.formats import Format
from core.efff.invoice import VatCategory
from core.efff.profile import profile, required_in, ubl_20_codes
from core.efff.report import Derived, Dropped, Finding, Severity
from core.model import Arguments

Part = tuple[str, str]

SPECIAL = re.compile('[&<>"\r\t\n\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]')
ILLEGAL = dict.fromkeys((*range(9), 11, 12, *range(14, 32), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF))
TEXT = {**ILLEGAL, ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;", ord("\r"): "&#13;"}
ATTRIBUTE = {**TEXT, ord('"'): "&quot;", ord("\t"): "&#9;", ord("\n"): "&#10;"}

BODY = re.compile("\x00([0-9]+)\x00")
"""Stands in the text for a base64 body; no document can hold it, for NUL is illegal in XML and is removed."""

MONEY_DECIMALS = 2


class Sheet:
    """Writes one document for `target`, in `currency`. `categories` are the VAT categories written so far."""

    def __init__(self, target: Format, currency: str) -> None:
        self.target = target
        self.is_1 = target is Format.EFFF_1
        self._currency = _attributes({"currencyID": currency})
        self.derived: list[Derived] = []
        self.dropped: list[Dropped] = []
        self.findings: list[Finding] = []
        self._types = profile()
        self._required = required_in(target)
        self._bodies: list[str | Base64] = []
        self.categories: dict[tuple[VatCategory, str], Part | None] = {}

    def leaf(self, name: str, value: str, /, **attributes: str) -> Part | None:
        """A value; nothing where it is empty. Attributes without a value are left out."""
        text = _text(value.strip())
        return (name, f"<cbc:{name}{_attributes(attributes)}>{text}</cbc:{name}>") if text else None

    def leaves(self, name: str, values: Iterable[str]) -> list[Part | None]:
        """The same element once for each value."""
        return [self.leaf(name, value) for value in values]

    def day(self, name: str, value: date | None) -> Part | None:
        """A date."""
        return self.leaf(name, value.isoformat()) if value else None

    def flag(self, name: str, value: bool) -> Part | None:
        """Yes or no, spelled out: UBL 2.0 knows no 0 and 1."""
        return self.leaf(name, "true" if value else "false")

    def number(self, name: str, value: Decimal | None, /, decimals: int = 0, **attributes: str) -> Part | None:
        """A number with at least so many decimals; more where it has them, never an exponent."""
        if value is None:
            return None
        return name, f"<cbc:{name}{_attributes(attributes)}>{plain(value, decimals)}</cbc:{name}>"

    def amount(self, name: str, value: Decimal | None, currency: str = "") -> Part | None:
        """An amount in the document's currency, or in another one that is named."""
        if value is None:
            return None
        mark = _attributes({"currencyID": currency}) if currency else self._currency
        return name, f"<cbc:{name}{mark}>{plain(value, MONEY_DECIMALS)}</cbc:{name}>"

    def body(self, name: str, base64: str | Base64, /, **attributes: str) -> Part | None:
        """A base64 body, carried as it is."""
        if not base64:
            return None
        self._bodies.append(base64)
        return name, f"<cbc:{name}{_attributes(attributes)}>\x00{len(self._bodies) - 1}\x00</cbc:{name}>"

    def group(self, name: str, parent: str, parts: Iterable[Part | None], where: str = "") -> Part | None:
        """An aggregate of a parent type of the profile; nothing where it has no content. `where` is its path."""
        inside = self.ordered(parent, parts, where or f"cac:{name}")
        return (name, f"<cac:{name}>{inside}</cac:{name}>") if inside else None

    def ordered(self, parent: str, parts: Iterable[Part | None], where: str) -> str:
        """The parts in the profile's order, one a line; a required one that is missing is a finding."""
        kind = self._types[parent]
        present = [part for part in parts if part is not None]
        if not present:
            return ""
        order = kind.order
        if len(present) > 1:
            present.sort(key=lambda part: order[part[0]])
        required = self._required[parent]
        missing = required.difference([name for name, _ in present]) if required else required
        for name in sorted(missing, key=order.__getitem__):
            prefix = "cbc:" if kind.elements[name].is_basic else "cac:"
            self.fault("required_value_missing", f"{where}/{prefix}{name}".lstrip("/"), element=name)
        return "\n" + "\n".join([text for _, text in present]) + "\n"

    def drop(
        self, path: str, value: str | Decimal | date | None, code: str = "not_in_this_version", /, **more: str
    ) -> None:
        """Says that a value is not carried over, or not in the place it came from; nothing where there is none."""
        if value is not None and value != "":
            shown = plain(value) if isinstance(value, Decimal) else str(value)
            self.dropped.append(Dropped(path, shown, code, more))

    def derive(self, path: str, value: str, code: str, /, **more: str | int) -> None:
        """Says that a value was worked out."""
        self.derived.append(Derived(path, value, code, more))

    def fault(self, code: str, where: str, /, **more: str) -> None:
        """Says that the output has a fault of form that nobody may override (V03, decision 8)."""
        arguments: Arguments = more
        self.findings.append(Finding("V03", Severity.ERROR, where, code, arguments, blocks=True, never=True))

    def document(self, root: str, namespace: str, inside: str) -> bytes:
        """The whole document in UTF-8, the bodies in their places."""
        head = (
            f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{namespace}{root}-2"'
            f' xmlns:cac="{namespace}CommonAggregateComponents-2"'
            f' xmlns:cbc="{namespace}CommonBasicComponents-2">'
        )
        pieces = BODY.split(f"{head}{inside}</{root}>\n")
        return b"".join(
            _body(self._bodies[int(piece)]) if place % 2 else piece.encode("utf-8")
            for place, piece in enumerate(pieces)
        )

    def knows(self, attribute: str, value: str) -> bool:
        """Whether the target's UBL version knows a unit, currency or MIME code."""
        return not self.is_1 or value in ubl_20_codes()[attribute]


def plain(value: Decimal, decimals: int = 0) -> str:
    """A number without exponent, with at least `decimals` decimals and no zeros beyond them."""
    whole, _, fraction = format(value, "f").partition(".")
    fraction = fraction.rstrip("0").ljust(decimals, "0")
    return f"{whole}.{fraction}" if fraction else whole


def _text(value: str) -> str:
    return value.translate(TEXT) if SPECIAL.search(value) else value


def _attributes(attributes: dict[str, str]) -> str:
    if not attributes:
        return ""
    return "".join(
        f' {name}="{value.translate(ATTRIBUTE) if SPECIAL.search(value) else value}"'
        for name, value in attributes.items()
        if value
    )


def _body(base64: str | Base64) -> bytes | memoryview:
    """A body as bytes; one with other signs than base64's is escaped like any text."""
    if isinstance(base64, Base64):
        return base64.view
    if base64.isascii() and not ("<" in base64 or "&" in base64 or ">" in base64):
        return base64.encode("ascii")
    return _text(base64).encode("utf-8")
