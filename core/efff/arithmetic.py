"""How this room reckons: exactly for any number that a document may state (`LONGEST_NUMBER`), and half up."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context
from typing import Final

LONGEST_NUMBER: Final = 40
"""Characters of the longest number that is read as one."""

ARITHMETIC: Final = Context(prec=3 * LONGEST_NUMBER, rounding=ROUND_HALF_UP, traps=[])
"""Room for the product of two numbers and its decimals; what cannot be reckoned is no number, and raises nothing."""
