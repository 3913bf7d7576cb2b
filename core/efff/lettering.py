"""Text for the page we draw: which language, what may be drawn, where words may break, how addresses and accounts look.

Pure functions over text and the model; `page.py` decides what stands on the page, `labels.py` holds its words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any, Final

from core.efff.labels import Language
from core.efff.party import Address, Party

LONG_WORD: Final = re.compile(r"\S{21,}")
BREAK_EVERY: Final = 10
LATIN: Final = 0x17F
"""Up to here (Latin Extended-A) every character is drawable."""

BREAK: Final = "\N{ZERO WIDTH SPACE}"
BOX: Final = "\N{WHITE SQUARE}"
HIDDEN: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufff0-\uffff]")
"""Control characters and those that turn the direction of writing around: they can only mislead a reader."""

MOST_ROWS: Final = 1_000
"""Rows of one table: each costs the typesetter some 100 kB."""

MOST_INSIDE, LEAST_INSIDE, IN_ALL_INSIDE = 50, 10, 5_000
"""Rows of a list inside a row, as long as there are few in all; then as many as any invoice needs."""

MOST_LETTERS, LEAST_LETTERS, IN_ALL_LETTERS = 20_000, 200, 1_000_000
"""Letters of one text, in the same way."""

MOST_STRANGE: Final = 2_000
"""Different characters that are looked for in the fonts; further ones show as boxes."""

FRENCH_FORMS: Final = re.compile(r"\b(SA|SRL|SPRL|ASBL|SCRL|SNC|SAS)\b")
LANGUAGES: Final = {
    "NL": Language.NL,
    "FR": Language.FR,
    "LU": Language.FR,
    "MC": Language.FR,
    "DE": Language.DE,
    "AT": Language.DE,
    "CH": Language.DE,
    "LI": Language.DE,
}


def language_of(party: Party) -> Language:
    """The language of a company: by country, in Belgium by postal code, in Brussels by how it writes itself."""
    if party.country != "BE":
        return LANGUAGES.get(party.country, Language.EN)
    postal_code = party.address.postal_code.strip() if party.address else ""
    place = int(postal_code) if re.fullmatch(r"[0-9]{4}", postal_code) else 0
    if 4700 <= place <= 4791:
        return Language.DE
    if 1300 <= place <= 1499 or 4000 <= place <= 7999:
        return Language.FR
    if 1500 <= place <= 3999 or place >= 8000:
        return Language.NL
    city = party.address.city.lower() if party.address else ""
    names = f"{party.legal_name} {party.trade_name}".replace(".", "")
    return Language.FR if city.startswith("brux") or FRENCH_FORMS.search(names) else Language.NL


class Lettering:
    """Makes texts drawable. `missing` are the characters met that no font has; each becomes a box. `left_out` is how
    many rows and ends of texts had no room, so that no document can hold the typesetter for minutes.
    """

    def __init__(self, drawable: Callable[[str], bool]) -> None:
        self.missing: set[str] = set()
        self.left_out = 0
        self._drawable = drawable
        self._tried: dict[str, bool] = {}
        self._inside = 0
        self._letters = 0

    def clean(self, thing: Any, *, inside: bool = False) -> Any:
        """The same structure with each of its texts made drawable, and no longer than there is room."""
        match thing:
            case str():
                return self._shortened(thing)
            case dict():
                return {key: self.clean(value, inside=inside) for key, value in thing.items()}
            case list():
                return [self.clean(value, inside=True) for value in self._with_room(thing, inside=inside)]
            case tuple():
                return [self.clean(value, inside=inside) for value in thing]
            case _:
                return thing

    def _with_room(self, rows: list[Any], *, inside: bool) -> list[Any]:
        most = (MOST_INSIDE if self._inside < IN_ALL_INSIDE else LEAST_INSIDE) if inside else MOST_ROWS
        kept = rows[:most]
        self._inside += len(kept) if inside else 0
        self.left_out += len(rows) - len(kept)
        return kept

    def _shortened(self, text: str) -> str:
        most = MOST_LETTERS if self._letters < IN_ALL_LETTERS else LEAST_LETTERS
        self._letters += min(len(text), most)
        self.left_out += len(text) > most
        return self.text(short(text, most))

    def _can_draw(self, sign: str) -> bool:
        if sign not in self._tried:
            self._tried[sign] = len(self._tried) < MOST_STRANGE and self._drawable(sign)
        return self._tried[sign]

    def text(self, text: str) -> str:
        """One text: nothing hidden, boxes for what cannot be drawn, long words breakable."""
        text = unicodedata.normalize("NFC", HIDDEN.sub("", text.replace("\t", " ")))
        strange = {sign for sign in text if ord(sign) > LATIN and not self._can_draw(sign)}
        self.missing |= strange
        for sign in strange:
            text = text.replace(sign, BOX)
        return LONG_WORD.sub(_breakable, text)


def decimals_of(values: Iterable[Decimal | None], least: int = 2, most: int = 6) -> int:
    """The decimals a column needs so that each of its numbers shows all it has, within reason."""
    exponents = [value.normalize().as_tuple().exponent for value in values if value is not None]
    return min(most, max([least, *(-exponent for exponent in exponents if isinstance(exponent, int))]))


def short(text: str, most: int = 55) -> str:
    """A text for the running head of the following pages: one line of it."""
    return text if len(text) <= most else text[: most - 1] + "…"


def address_lines(address: Address | None) -> list[str]:
    """An address as it stands on a letter: street, what goes with it, then postal code, city, region and country in one
    line. Without what is empty; no lines where there is no address."""
    if address is None:
        return []
    city = " ".join(filter(None, (address.postal_code, address.city)))
    country = address.country_name or address.country
    place = ", ".join(filter(None, (city, address.subdivision, country)))
    return [line for line in (address.street, address.additional_street, *address.lines, place) if line.strip()]


def in_fours(account: str) -> str:
    """An IBAN in groups of four, as it is printed; another account as it stands."""
    if not re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", account):
        return account
    return "\N{NO-BREAK SPACE}".join(account[start : start + 4] for start in range(0, len(account), 4))


def _breakable(match: re.Match[str]) -> str:
    """A long word with places where it may break, else it would run out of its column."""
    word = match[0]
    return BREAK.join(word[start : start + BREAK_EVERY] for start in range(0, len(word), BREAK_EVERY))
