"""The Belgian VAT codes, and how one is derived where a document states none: data that people see and override.

Section 5 of the reference; `vat.py` walks it.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

ZERO: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class BelgianCode:
    """One code of section 5: what it means, its box in the VAT return, its category in EN 16931 and in e-fff, its
    UBL.BE exemption code. `instead` is the code e-fff writes where it does not have this one; "" where it has none.
    """

    code: str
    meaning: str
    box: str
    en: str
    efff: str
    bete: str = ""
    instead: str | None = None


CODES: Final = {
    one.code: one
    for one in (
        BelgianCode("00", "0 %", "00", "Z", "Z"),
        BelgianCode("01", "6 %", "01", "S", "AA"),
        BelgianCode("02", "12 %", "02", "S", "AA"),
        BelgianCode("03", "21 %", "03", "S", "S"),
        BelgianCode("45", "reverse charge, contractor", "45", "AE", "AE", "BETE-45"),
        BelgianCode("NA", "exempt or outside VAT", "", "E", "E", "BETE-EX"),
        BelgianCode("FD", "cash discount", "", "E", "E", "BETE-FD", instead="NA"),
        BelgianCode("SC", "small company scheme", "", "E", "E", "BETE-SC", instead="NA"),
        BelgianCode("00/44", "0 %, article 44", "00", "E", "E", "BETE-00/44"),
        BelgianCode("03/SE", "standard exchange", "03", "S", "S", "BETE-03/SE"),
        BelgianCode("MA", "margin scheme", "", "S", "S", "BETE-MA"),
        BelgianCode("46/GO", "intra-community goods", "46", "K", "AE", "BETE-46/GO"),
        BelgianCode("47/TO", "intra-community manufacturing cost", "47", "K", "AE", "BETE-47/TO"),
        BelgianCode("47/AS", "intra-community assembly", "47", "K", "AE", "BETE-47/AS"),
        BelgianCode("47/DI", "intra-community distance sales", "47", "K", "AE", "BETE-47/DI"),
        BelgianCode("47/SE", "intra-community services", "47", "K", "AE", "BETE-47/SE"),
        BelgianCode("44", "intra-community services between companies", "44", "K", "AE", "BETE-44"),
        BelgianCode("46/TR", "intra-community triangle", "46", "K", "AE", "BETE-46/TR"),
        BelgianCode("47/EX", "export outside the EU", "47", "G", "E", "BETE-47/EX"),
        BelgianCode("47/EI", "indirect export", "47", "G", "E", "BETE-47/EI"),
        BelgianCode("47/EE", "export via the EU", "47", "G", "E", "BETE-47/EE"),
        BelgianCode("NS", "not subject to VAT", "", "O", "E", "BETE-NS", instead="NA"),
        BelgianCode("OSS-G", "one-stop shop, goods", "", "S", "S", instead=""),
        BelgianCode("OSS-S", "one-stop shop, services", "", "S", "S", instead=""),
        BelgianCode("OSS-I", "one-stop shop, import", "", "S", "S", instead=""),
    )
}
BY_BETE: Final = {one.bete: one.code for one in CODES.values() if one.bete}


@dataclass(frozen=True, slots=True)
class VatRule:
    """One row of the derivation: all conditions given must hold. `otherwise` is the code that may be meant instead.

    `exemption` is matched against the exemption code, `reason` against its text, `domestic` says whether both parties
    are Belgian, `belgian_vat` whether the supplier charges Belgian VAT, `supplier` names one by its VAT number.
    """

    name: str
    code: str
    categories: frozenset[str] | None = None
    rate: Decimal | None = None
    exemption: str = ""
    reason: str = ""
    domestic: bool | None = None
    belgian_vat: bool | None = None
    supplier: str = ""
    otherwise: str = ""


def _of(*categories: str) -> frozenset[str]:
    return frozenset(categories)


_UNTAXED: Final = _of("Z", "E", "AE", "K", "G", "O", "")
_CHARGED: Final = _of("S", "AA", "H", "")
_REVERSED: Final = r"medecontractant|cocontractant|verlegg|autoliquidation|reverse"

RULES: Final = (
    VatRule("exemption_code", "45", exemption=r"VATEX-EU-AE", domestic=True),
    VatRule("exemption_code", "44", exemption=r"VATEX-EU-AE"),
    VatRule("exemption_code", "46/GO", exemption=r"VATEX-EU-IC", otherwise="44"),
    VatRule("exemption_code", "47/EX", exemption=r"VATEX-EU-G"),
    VatRule("exemption_code", "NA", exemption=r"VATEX-EU-O"),
    VatRule("exemption_code", "MA", exemption=r"VATEX-EU-[DFIJ]"),
    VatRule("exemption_reason", "45", _of("AE", "E", "Z", "O", ""), reason=_REVERSED, domestic=True),
    VatRule("exemption_reason", "44", _of("E", "O", ""), reason=_REVERSED, domestic=False),
    VatRule("exemption_reason", "00/44", _UNTAXED, reason=r"\bart(ikel|icle|\.)?\s*(\S+\s+)?44\b|\b44\b.*\bart"),
    VatRule("exemption_reason", "NA", _UNTAXED, reason=r"kleine onderneming|petite entreprise|small"),
    VatRule("exemption_reason", "MA", _UNTAXED, reason=r"marge|margin"),
    VatRule("category_and_rate", "03", _CHARGED, Decimal(21), belgian_vat=True),
    VatRule("category_and_rate", "02", _CHARGED, Decimal(12), belgian_vat=True),
    VatRule("category_and_rate", "01", _CHARGED, Decimal(6), belgian_vat=True),
    VatRule("category_and_rate", "00", _of("Z"), ZERO),
    VatRule("category", "45", _of("AE"), domestic=True),
    VatRule("category", "44", _of("AE")),
    VatRule("category", "46/GO", _of("K"), otherwise="44"),
    VatRule("category", "47/EX", _of("G")),
    VatRule("category", "NA", _of("E"), otherwise="00/44"),
    VatRule("category", "NA", _of("O")),
)
"""Section 5 of the reference, steps 2 to 4, first match wins. Step 1 (stated) and step 5 (none) stand in `decide`."""
