"""Numbers that name companies, accounts and payments: brought into one spelling, recognised, verified.

Pure functions over text. Check digits are python-stdnum's business where it knows the number.
"""

from __future__ import annotations

import re
from functools import lru_cache

from stdnum import iban
from stdnum.be import vat as belgian_vat

ENTERPRISE_SCHEMES = frozenset({"0208", "BE:CBE", "BE:KBO", "9956", "KBO", "CBE"})
"""Schemes under which a Belgian enterprise number stands (reference 8.5); `9956` writes it with BE, too."""

VAT_SCHEMES = frozenset({"9925", "BE:VAT", "VAT"})
"""Schemes under which a Belgian VAT number stands."""

BELGIAN_SCHEMES = ENTERPRISE_SCHEMES | VAT_SCHEMES

VAT_NAMES = frozenset({"VAT", "BTW", "TVA", "MWST", "UST", "IVA"})
"""What writers call VAT where a tax is named (TaxScheme/ID); UBL and e-fff know the first only."""

ENTERPRISE = "0208"
"""The scheme (ISO 6523) that an enterprise number carries in the model."""

REMEMBERED = 4096
"""How many numbers are known to verify or not: the same companies come again and again."""

_SEPARATORS = re.compile(r"[\s.\-/]+")
_BELGIAN = re.compile(r"(?:BE)?([0-9]{9,10})")
_NINE_DIGITS = re.compile(r"BE[0-9]{9}")
_STRUCTURED = re.compile(r"(\+{3}|\*{3})\s*([0-9]{3})\s*/\s*([0-9]{4})\s*/\s*([0-9]{5})\s*(\+{3}|\*{3})")
_TWELVE = re.compile(r"[0-9]{12}")


def compact(number: str) -> str:
    """Capitals without blanks, dots, dashes and slashes."""
    return _SEPARATORS.sub("", number).upper()


def vat_number(stated: str) -> str:
    """A VAT number in one spelling: `BE 0.477.472.701` and `BE477472701` are `BE0477472701`.

    A number without a country prefix stays without one: whose it is, is not ours to guess.
    """
    number = compact(stated)
    return f"BE0{number[2:]}" if _NINE_DIGITS.fullmatch(number) else number


def belgian_digits(stated: str) -> str:
    """The ten digits of a Belgian enterprise or VAT number in any spelling, "" where it does not look like one."""
    match = _BELGIAN.fullmatch(compact(stated))
    return match[1].zfill(10) if match else ""


def is_enterprise_number(digits: str) -> bool:
    """Whether ten digits are a Belgian enterprise number by their check digits (97 - first eight mod 97)."""
    return len(digits) == 10 and digits[0] in "01" and is_belgian_vat(digits)


@lru_cache(REMEMBERED)
def is_belgian_vat(number: str) -> bool:
    """Whether a Belgian VAT number verifies."""
    return bool(belgian_vat.is_valid(number))


@lru_cache(REMEMBERED)
def is_iban(number: str) -> bool:
    """Whether an account number has the length of an IBAN of its country, and its check digits."""
    return bool(iban.is_valid(number, check_country=False))


def enterprise_number(stated: str, scheme: str = "") -> str:
    """The Belgian enterprise number that an identifier states, "" where it states none.

    Under a Belgian scheme the form is enough; without one, or under a foreign one, the check digits must agree, and
    nine digits are only believed with a BE before them.
    """
    digits = belgian_digits(stated)
    if not digits:
        return ""
    if scheme.strip().upper() in BELGIAN_SCHEMES:
        return digits
    if compact(stated).startswith("BE") or (len(compact(stated)) == 10 and not scheme.strip()):
        return digits if is_enterprise_number(digits) else ""
    return ""


def structured_communication(reference: str) -> str:
    """The twelve digits of a Belgian structured communication in `reference`, "" where it is none by its form.

    Between `+++` or `***` the form is enough (V42 looks at the check digits); twelve bare digits must verify.
    """
    match = _STRUCTURED.fullmatch(reference.strip())
    if match:
        return match[2] + match[3] + match[4]
    bare = re.sub(r"\s", "", reference)
    return bare if _TWELVE.fullmatch(bare) and is_structured_communication(bare) else ""


def find_structured_communication(text: str) -> str:
    """The first structured communication written with its signs in a text, in its own spelling; "" for none."""
    match = _STRUCTURED.search(text)
    return match[0] if match else ""


def is_structured_communication(digits: str) -> bool:
    """Whether twelve digits verify: the first ten mod 97 are the last two, 97 standing for 0."""
    return bool(_TWELVE.fullmatch(digits)) and (int(digits[:10]) % 97 or 97) == int(digits[10:])


def account(stated: str) -> str:
    """An account number: an IBAN without blanks and in capitals, anything else as stated."""
    number = re.sub(r"\s+", "", stated).upper()
    return number if re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{10,30}", number) else stated
