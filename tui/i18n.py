"""The four languages of both faces: translations, worded messages, and amounts and dates as the reader writes them.

Message ids are the English texts. Catalogues are `locale/<language>/LC_MESSAGES/banqup_pingwin.mo`; a text without a
translation is shown in English, never as a gap. The language is chosen once a process and may be changed (tests do).

After editing a `.po` file: `pybabel compile -d tui/locale -D banqup_pingwin`. `tests/tui/catalogue.py` lists all texts.
"""

from __future__ import annotations

import gettext
import os
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, tzinfo
from decimal import ROUND_HALF_EVEN, Context, Decimal
from pathlib import Path

from core.model import Arguments
from core.wording import Worded, word
from tui.plain import neutral

DOMAIN = "banqup_pingwin"
LOCALE_DIRECTORY = Path(__file__).parent / "locale"
LANGUAGES = ("en", "nl", "fr", "de")
REGIONS = {"en": "en_GB", "nl": "nl_BE", "fr": "fr_BE", "de": "de_BE"}
"""The regional conventions for amounts and dates: the books are Belgian, whatever the language."""

SEPARATORS = {"en": (",", "."), "nl": (".", ","), "fr": (" ", ","), "de": (".", ",")}
"""Signs for thousands and decimals as Babel has them for `REGIONS` (a test asks it): loading its tables would make up
an eighth of the console's first paint. French groups with a narrow space, which old terminals draw as a box."""

_NUMERIC = "{0:%d/%m/}{0.year:04}"
_DATES = {"en": _NUMERIC, "nl": _NUMERIC, "fr": _NUMERIC, "de": _NUMERIC.replace("/", ".")}
"""Always ten characters, so that a column of dates lines up and a screen of 80 columns holds it."""

CENT = Decimal("0.01")
_EXACT = Context(prec=60)


class _Chosen:
    """The language of this process and its catalogue."""

    language = "en"
    catalogue: gettext.NullTranslations = gettext.NullTranslations()


def detect(environ: Mapping[str, str] = os.environ) -> str:
    """The language the environment asks for (LANGUAGE, LC_ALL, LC_MESSAGES, LANG), English where it is none of ours."""
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        for wanted in environ.get(name, "").split(":"):
            language = wanted.split("_")[0].split(".")[0].lower()
            if language in LANGUAGES:
                return language
        if name != "LANGUAGE" and environ.get(name):
            return "en"
    return "en"


def use_language(language: str | None = None) -> str:
    """Chooses the language of all texts from here on; None asks the environment. Returns the language chosen."""
    chosen = language if language in LANGUAGES else detect()
    _Chosen.language = chosen
    _Chosen.catalogue = gettext.translation(DOMAIN, LOCALE_DIRECTORY, languages=[chosen], fallback=True)
    return chosen


def language() -> str:
    """The language in use."""
    return _Chosen.language


def _(text: str) -> str:
    """The text in the language in use. The empty text stays empty."""
    return _Chosen.catalogue.gettext(text) if text else text


def ngettext(singular: str, plural: str, count: int) -> str:
    """The form of a text that fits a count; the caller fills in `{count}`."""
    return _Chosen.catalogue.ngettext(singular, plural, count)


def N_(text: str) -> str:  # noqa: N802 - the customary name of the gettext marker
    """Marks a text for translation that is translated only when it is shown."""
    return text


def worded(code: str, arguments: Arguments | None = None) -> Worded:
    """A message code as a sentence and advice in the language in use; its arguments are made harmless first."""
    safe = {name: _argument(name, value) for name, value in (arguments or {}).items()}
    return word(code, safe, _)


_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d)")
"""How the core writes a time of day in an argument (`core.operations.health.moment`)."""


_NUMBER = re.compile(r"-?\d+\.\d+")
_AMOUNTS = frozenset(
    {
        *("added", "allowances", "amount", "base", "charges", "exclusive", "expected", "gap", "inclusive", "lines"),
        *(
            "net",
            "payable",
            "percent",
            "prepaid",
            "price",
            "quantity",
            "rate",
            "rounding",
            "stated",
            "taxable",
            "total",
            "vat",
        ),
    }
)
"""Arguments that are amounts, rates and quantities where they look like numbers (`core.efff.rules`)."""
_DAYS = frozenset({"date", "due", "issued"})
"""Arguments that are days where they look like them."""
_LISTS = frozenset({"copies"})
"""Arguments of our own making in which moments stand among other words."""


def _argument(name: str, value: str | int | float | None) -> str | int | float | None:
    """An argument made harmless; an amount, a day and a moment as the reader writes them."""
    if not isinstance(value, str):
        return value
    if name in _AMOUNTS and _NUMBER.fullmatch(value):
        return _separated(f"{Decimal(value):,f}")
    if name in _DAYS and _DAY.fullmatch(value):
        return day(date.fromisoformat(value))
    if name in _LISTS or _MOMENT.fullmatch(value):
        return _MOMENT.sub(lambda found: f"{day(date.fromisoformat(found[1]))} {found[2]}", neutral(value))
    return neutral(value)


def money(amount: Decimal | None, currency: str = "") -> str:
    """An amount as the reader writes it, with the currency's code behind it; empty where it is not known."""
    if amount is None:
        return ""
    cents = amount.quantize(CENT, ROUND_HALF_EVEN, _EXACT) if amount.is_finite() else amount
    return f"{_separated(f'{cents:,f}')} {neutral(currency)}".rstrip()


def count(number: int) -> str:
    """A whole number with the reader's thousands separator."""
    return _separated(f"{number:,}")


def seconds(length: float) -> str:
    """A length of time in seconds, to a tenth."""
    return _separated(f"{length:.1f}") + " s"


def _separated(digits: str) -> str:
    thousands, decimal = SEPARATORS[_Chosen.language]
    return digits.translate({ord(","): thousands, ord("."): decimal})


def day(value: date | None) -> str:
    """A date, always ten characters; empty where it is not known."""
    return "" if value is None else _DATES[_Chosen.language].format(value)


def clock_time(at: float | None, *, seconds: bool = False, zone: tzinfo | None = None) -> str:
    """The time of day of a Unix time, in the reader's time zone."""
    return "" if at is None else _local(at, zone).strftime("%H:%M:%S" if seconds else "%H:%M")


def moment(at: float | None, *, seconds: bool = False, zone: tzinfo | None = None) -> str:
    """Date and time of day of a Unix time, in the reader's time zone."""
    return "" if at is None else f"{day(_local(at, zone).date())} {clock_time(at, seconds=seconds, zone=zone)}"


def iso(at: float | None) -> str | None:
    """A Unix time as JSON carries it: ISO 8601 in UTC, or None."""
    return None if at is None else datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _local(at: float, zone: tzinfo | None) -> datetime:
    return datetime.fromtimestamp(at, UTC).astimezone(zone)
