"""JSON values as Banqup writes them -> instants, dates, amounts. Pure; what cannot be read is None, never a guess."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

NANOSECONDS = 1_000_000_000

_STAMP = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?\s*(?:([Zz])|([+-])(\d\d):?(\d\d)?)?"
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def nanoseconds(value: object) -> int | None:
    """An ISO 8601 instant as integer nanoseconds of Unix time, up to 9 fractional digits; None where unreadable.

    Without a zone it is UTC. [assumption]
    """
    found = _STAMP.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        return None
    year, month, day, hour, minute, second, fraction, _, sign, off_hours, off_minutes = found.groups()
    try:
        moment = datetime(int(year), int(month), int(day), int(hour), int(minute), int(second or 0), tzinfo=UTC)
        if sign:
            offset = timedelta(hours=int(off_hours), minutes=int(off_minutes or 0))
            moment = moment - offset if sign == "+" else moment + offset
    except (ValueError, OverflowError):
        return None
    whole = (moment - _EPOCH) // timedelta(seconds=1)
    return whole * NANOSECONDS + int((fraction or "0")[:9].ljust(9, "0"))


def iso(at_ns: int) -> str:
    """Nanoseconds as ISO 8601 in UTC, without a fraction where there is none."""
    whole, rest = divmod(at_ns, NANOSECONDS)
    moment = (_EPOCH + timedelta(seconds=whole)).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{moment}.{rest:09d}".rstrip("0").rstrip(".") + "Z" if rest else f"{moment}Z"


def date_in(value: object) -> date | None:
    """The date that an ISO 8601 text begins with."""
    try:
        return date.fromisoformat(value[:10]) if isinstance(value, str) else None
    except ValueError:
        return None


def amount_in(totals: Mapping[str, Any], *members: str) -> Decimal | None:
    """The first of the members that holds an amount. Amounts are strings [documented]; a number is read as written."""
    for member in members:
        value = totals.get(member)
        if isinstance(value, (str, int, float)) and not isinstance(value, bool):
            try:
                amount = Decimal(str(value).strip())
            except InvalidOperation:
                continue
            # a text of a few characters must not become a number of a million digits
            if amount.is_finite() and -20 < amount.adjusted() < 20:
                return amount
    return None


def number_in(value: object) -> float | None:
    """A finite number, also where it is written as a text."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if abs(number) < 1e15 else None


def size_in(value: object) -> int | None:
    """A number of bytes."""
    number = number_in(value)
    return int(number) if number is not None and number >= 0 else None
