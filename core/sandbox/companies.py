"""Made-up companies and what they sell, as data: the dossier, its suppliers and its customers.

Enterprise numbers pass their check digits but lie below 0200, a range that was never given out, so that no real
company is meant; the Dutch VAT number is the one kept for examples, the German one the last of its range. Account
numbers pass their check digits too.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Company:
    """A party of an invoice. `number` is the Belgian enterprise number, or the whole VAT number abroad."""

    name: str
    street: str
    postal_code: str
    city: str
    number: str
    country: str = "BE"
    iban: str = ""
    bic: str = ""

    @property
    def vat_number(self) -> str:
        """With its country prefix."""
        return f"BE{self.number}" if self.country == "BE" else self.number


@dataclass(frozen=True, slots=True)
class Article:
    """Something sold: unit by UN/ECE Recommendation 20, a price range, a VAT category (UNCL5305) and a rate."""

    name: str
    unit: str
    low: Decimal
    high: Decimal
    category: str = "S"
    rate: Decimal = Decimal(21)


def enterprise_number(base: int) -> str:
    """Ten digits: eight of ours and the two check digits, 97 minus the rest of the division by 97."""
    return f"{base:08d}{97 - base % 97:02d}"


BANKS = (("001", "GEBABEBB"), ("310", "BBRUBEBB"), ("733", "KREDBEBB"), ("063", "GKCCBEBB"))


def belgian_iban(base: int) -> tuple[str, str]:
    """A Belgian account number and its BIC; check digits by ISO 7064 and the national rule."""
    bank, bic = BANKS[base % len(BANKS)]
    first = f"{bank}0{base % 10**6:06d}"
    account = f"{first}{int(first) % 97 or 97:02d}"
    check = 98 - int(f"{account}111400") % 97
    return f"BE{check:02d}{account}", bic


def structured_communication(base: int) -> str:
    """A payment reference as printed: +++123/4567/89012+++, check digits modulo 97 (97 for 0)."""
    digits = f"{base % 10**10:010d}"
    full = f"{digits}{int(digits) % 97 or 97:02d}"
    return f"+++{full[:3]}/{full[3:7]}/{full[7:]}+++"


def _company(base: int, name: str, street: str, postal_code: str, city: str) -> Company:
    iban, bic = belgian_iban(base * 7)
    return Company(name, street, postal_code, city, enterprise_number(base), "BE", iban, bic)


def _abroad(name: str, street: str, postal_code: str, city: str, vat: str, iban: str = "", bic: str = "") -> Company:
    return Company(name, street, postal_code, city, vat, vat[:2], iban, bic)


def _article(name: str, unit: str, low: str, high: str, rate: int = 21, category: str = "S") -> Article:
    return Article(name, unit, Decimal(low), Decimal(high), category, Decimal(rate))


DOSSIER = _company(1234567, "Brouwerij De Linde BV", "Lindestraat 14", "3000", "Leuven")

SUPPLIERS: tuple[tuple[Company, tuple[Article, ...]], ...] = (
    (
        _company(1100101, "Mouterij Van Hecke NV", "Graanweg 8", "8760", "Meulebeke"),
        (
            _article("Pilsmout, zak van 25 kg", "KGM", "0.74", "0.92", 6),
            _article("Karamelmout 120 EBC", "KGM", "1.05", "1.31", 6),
            _article("Levering op palet", "C62", "35.00", "48.00"),
        ),
    ),
    (
        _company(1100202, "Verrerie du Hainaut SA", "Rue de l'Étang 31", "7000", "Mons"),
        (
            _article("Bouteille brune 33 cl", "H87", "0.11", "0.15"),
            _article("Casier plastique 24 × 33 cl", "H87", "3.40", "4.10"),
        ),
    ),
    (
        _company(1100303, "Drukkerij & Etiketten Peeters", "Nijverheidslaan 52", "2300", "Turnhout"),
        (
            _article("Etiket “Linde Tripel”, 4 kleuren", "H87", "0.03", "0.05"),
            _article("Vormgeving etiket", "HUR", "62.00", "75.00"),
        ),
    ),
    (
        _company(1100404, "Stroomwerk Energie NV", "Ringlaan 200", "1000", "Brussel"),
        (
            _article("Elektriciteit, dagtarief", "KWH", "0.14", "0.19", 6),
            _article("Aardgas", "KWH", "0.05", "0.08", 6),
            _article("Vaste vergoeding", "MON", "8.50", "12.50", 21),
        ),
    ),
    (
        _company(1100505, "Bouwwerken Claes & Zonen BV", "Kapelstraat 77", "3200", "Aarschot"),
        (
            _article("Renovatie brouwzaal, werkuren", "HUR", "48.00", "56.00", 0, "AE"),
            _article("Tegelwerk gistkelder", "MTK", "61.00", "84.00", 0, "AE"),
        ),
    ),
    (
        _company(1100606, "Brasserie Le Merle SRL", "Place du Marché 3", "4000", "Liège"),
        (
            _article("Repas d'affaires", "C62", "24.00", "38.00", 12),
            _article("Boissons", "C62", "3.20", "5.80", 21),
        ),
    ),
    (
        _company(1100707, "Verzekeringen Noordzee NV", "Zeedijk 120", "8400", "Oostende"),
        (_article("Premie brandverzekering, kwartaal", "C62", "380.00", "640.00", 0, "E"),),
    ),
    (
        _company(1100808, "Koeltechniek D'hondt BV", "Industriepark 9", "9100", "Sint-Niklaas"),
        (
            _article("Onderhoud glycolkoeler", "HUR", "68.00", "82.00"),
            _article("Filter", "H87", "18.40", "31.90"),
            _article("Verplaatsing", "KMT", "0.52", "0.68"),
        ),
    ),
    (
        _abroad(
            "Hopfengut Rosenau GmbH",
            "Hallertauer Straße 5",
            "85283",
            "Wolnzach",
            "DE999999995",
            "DE02120300000000202051",
            "BYLADEM1001",
        ),
        (
            _article("Hallertauer Mittelfrüh, Pellets Typ 90", "KGM", "14.20", "19.80", 0, "K"),
            _article("Spalter Select, Pellets Typ 90", "KGM", "12.90", "17.10", 0, "K"),
        ),
    ),
)

_BEERS = (
    _article("Linde Blond, vat 30 l", "H87", "92.00", "104.00"),
    _article("Linde Tripel, bak 24 × 33 cl", "H87", "26.40", "31.20"),
    _article("Linde Quadrupel, fles 75 cl", "H87", "4.90", "6.30"),
)
_VISITS = (
    _article("Rondleiding in de brouwerij, per persoon", "C62", "9.00", "12.00", 6),
    _article("Kaas- en broodschotel", "C62", "11.50", "14.50", 12),
    _article("Proeverij, 4 bieren", "C62", "8.50", "10.50", 21),
)
_EXPORTS = tuple(Article(article.name, article.unit, article.low, article.high, "K", Decimal(0)) for article in _BEERS)

CUSTOMERS: tuple[tuple[Company, tuple[Article, ...]], ...] = (
    (_company(1500101, "Café 't Hoekske", "Bondgenotenlaan 88", "3000", "Leuven"), _BEERS),
    (_company(1500202, "Drankencentrale Maes BV", "Steenweg op Diest 410", "3010", "Kessel-Lo"), _BEERS),
    (_company(1500303, "Hôtel-Restaurant L'Érable SA", "Chaussée de Namur 15", "5000", "Namur"), _BEERS),
    (_company(1500404, "Bedrijfsfeesten Joris & Co", "Vismarkt 2", "2800", "Mechelen"), _VISITS + _BEERS[:1]),
    (_company(1500505, "Cultuurhuis De Poort vzw", "Kerkplein 1", "3500", "Hasselt"), _VISITS),
    (_abroad("Slijterij De Gouden Leeuw B.V.", "Grote Markt 21", "4811 XN", "Breda", "NL000099998B57"), _EXPORTS),
)
"""The last one buys within the Union without VAT."""
