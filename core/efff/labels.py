"""The words on the page we draw, in the four languages of the product, and how each writes numbers and dates.

They are part of a document, not of the screen: the language is the customer's, whatever the reader of the screen has.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final


class Language(StrEnum):
    """The languages a page can be drawn in."""

    NL = "nl"
    FR = "fr"
    DE = "de"
    EN = "en"


@dataclass(frozen=True, slots=True)
class Style:
    """How a language writes numbers and dates, as Belgians write it."""

    point: str
    thousands: str
    day: str

    def number(self, value: Decimal, decimals: int) -> str:
        """A number with so many decimals, its thousands apart and a real minus sign."""
        whole, _, fraction = format(abs(value), f",.{decimals}f").partition(".")
        shown = whole.replace(",", self.thousands) + (self.point + fraction if fraction else "")
        return f"−{shown}" if value < 0 and any(digit in shown for digit in "123456789") else shown

    def date(self, value: date) -> str:
        """A date with day, month and year in this order."""
        return value.strftime(self.day)


STYLES: Final[Mapping[Language, Style]] = {
    Language.NL: Style(",", ".", "%d/%m/%Y"),
    Language.FR: Style(",", "\N{NO-BREAK SPACE}", "%d/%m/%Y"),
    Language.DE: Style(",", ".", "%d.%m.%Y"),
    Language.EN: Style(".", ",", "%d/%m/%Y"),
}

_ORDER: Final = (Language.NL, Language.FR, Language.DE, Language.EN)

_TABLE: Final[Mapping[str, tuple[str, str, str, str]]] = {
    "invoice": ("Factuur", "Facture", "Rechnung", "Invoice"),
    "credit_note": ("Creditnota", "Note de crédit", "Gutschrift", "Credit note"),
    "copy": ("Duplicaat", "Duplicata", "Duplikat", "Copy"),
    "issue_date": ("Datum", "Date", "Datum", "Date"),
    "due_date": ("Vervaldatum", "Échéance", "Fällig am", "Due date"),
    "tax_point_date": ("Datum belastbaar feit", "Date du fait générateur", "Steuerdatum", "Tax point date"),
    "period": ("Periode", "Période", "Zeitraum", "Period"),
    "delivered_on": ("Leveringsdatum", "Date de livraison", "Lieferdatum", "Delivery date"),
    "order": ("Bestelling", "Commande", "Bestellung", "Order"),
    "sales_order": ("Verkooporder", "Bon de vente", "Auftrag", "Sales order"),
    "buyer_reference": ("Uw referentie", "Votre référence", "Ihre Referenz", "Your reference"),
    "contract": ("Contract", "Contrat", "Vertrag", "Contract"),
    "project": ("Project", "Projet", "Projekt", "Project"),
    "despatch": ("Leverbon", "Bon de livraison", "Lieferschein", "Despatch advice"),
    "preceding": ("Betreft factuur", "Concerne la facture", "Betrifft Rechnung", "Corrects invoice"),
    "accounting_cost": ("Boekingsreferentie", "Référence comptable", "Buchungsreferenz", "Accounting reference"),
    "customer": ("Klant", "Client", "Kunde", "Customer"),
    "customer_account": ("Klantnummer", "Numéro de client", "Kundennummer", "Customer number"),
    "delivery": ("Levering", "Livraison", "Lieferung", "Delivered to"),
    "payee": ("Begunstigde", "Bénéficiaire", "Zahlungsempfänger", "Payee"),
    "tax_representative": ("Fiscaal vertegenwoordiger", "Représentant fiscal", "Steuervertreter", "Tax representative"),
    "vat_number": ("Btw", "TVA", "MwSt.-Nr.", "VAT"),
    "enterprise_number": ("Ondernemingsnr.", "N° d’entreprise", "Unternehmensnr.", "Enterprise no."),
    "telephone": ("Tel.", "Tél.", "Tel.", "Tel."),
    "email": ("E-mail", "E-mail", "E-Mail", "E-mail"),
    "position": ("Nr.", "N°", "Nr.", "No."),
    "description": ("Omschrijving", "Description", "Beschreibung", "Description"),
    "quantity": ("Aantal", "Quantité", "Menge", "Quantity"),
    "price": ("Eenheidsprijs", "Prix unitaire", "Einzelpreis", "Unit price"),
    "vat_rate": ("Btw %", "TVA %", "MwSt. %", "VAT %"),
    "net": ("Bedrag", "Montant", "Betrag", "Amount"),
    "rate": ("Tarief", "Taux", "Satz", "Rate"),
    "taxable": ("Maatstaf", "Base", "Grundlage", "Taxable"),
    "vat_amount": ("Btw", "TVA", "MwSt.", "VAT"),
    "code": ("Btw-code", "Code TVA", "MwSt.-Code", "VAT code"),
    "lines_total": ("Totaal lijnen", "Total des lignes", "Summe der Positionen", "Sum of lines"),
    "allowance": ("Korting", "Remise", "Rabatt", "Discount"),
    "charge": ("Toeslag", "Supplément", "Zuschlag", "Charge"),
    "without_vat": ("Totaal excl. btw", "Total hors TVA", "Gesamt ohne MwSt.", "Total without VAT"),
    "vat_total": ("Btw", "TVA", "MwSt.", "VAT"),
    "with_vat": ("Totaal incl. btw", "Total TVA comprise", "Gesamt mit MwSt.", "Total with VAT"),
    "prepaid": ("Reeds betaald", "Déjà payé", "Bereits bezahlt", "Paid already"),
    "rounding": ("Afronding", "Arrondi", "Rundung", "Rounding"),
    "payable": ("Te betalen", "À payer", "Zu zahlen", "To pay"),
    "credited": ("Te uwen gunste", "En votre faveur", "Zu Ihren Gunsten", "In your favour"),
    "vat_in": ("Btw in {currency}", "TVA en {currency}", "MwSt. in {currency}", "VAT in {currency}"),
    "payment": ("Betaling", "Paiement", "Zahlung", "Payment"),
    "means": ("Betaalwijze", "Mode de paiement", "Zahlungsart", "Means of payment"),
    "account": ("Rekening", "Compte", "Konto", "Account"),
    "account_name": ("Op naam van", "Au nom de", "Inhaber", "Account holder"),
    "bic": ("BIC", "BIC", "BIC", "BIC"),
    "structured": (
        "Gestructureerde mededeling",
        "Communication structurée",
        "Strukturierte Mitteilung",
        "Structured communication",
    ),
    "reference": ("Mededeling", "Communication", "Verwendungszweck", "Payment reference"),
    "card": ("Kaart", "Carte", "Karte", "Card"),
    "mandate": ("Mandaat", "Mandat", "Mandat", "Mandate"),
    "debited": ("Gedebiteerde rekening", "Compte débité", "Belastetes Konto", "Debited account"),
    "terms": ("Voorwaarden", "Conditions", "Bedingungen", "Terms"),
    "cash_discount": ("Korting contant", "Escompte", "Skonto", "Cash discount"),
    "until": ("tot en met {date}", "jusqu’au {date}", "bis {date}", "until {date}"),
    "notes": ("Opmerkingen", "Remarques", "Bemerkungen", "Notes"),
    "page": ("Pagina", "Page", "Seite", "Page"),
    "not_whole": (
        "Deze pagina's tonen niet alles: de elektronische factuur is langer.",
        "Ces pages ne montrent pas tout : la facture électronique est plus longue.",
        "Diese Seiten zeigen nicht alles: Die elektronische Rechnung ist länger.",
        "These pages do not show everything: the electronic invoice is longer.",
    ),
    "footer": (
        "Weergegeven vanuit de elektronische factuur, die zonder pdf werd ontvangen.",
        "Document établi à partir de la facture électronique, reçue sans PDF.",
        "Dargestellt aus der elektronischen Rechnung, die ohne PDF empfangen wurde.",
        "Rendered from the electronic invoice, which was received without a PDF.",
    ),
}

_UNITS: Final[Mapping[str, tuple[str, str, str, str]]] = {
    "C62": ("st.", "pce", "Stk.", "pc"),
    "EA": ("st.", "pce", "Stk.", "pc"),
    "H87": ("st.", "pce", "Stk.", "pc"),
    "ZZ": ("", "", "", ""),
    "HUR": ("uur", "h", "Std.", "h"),
    "MIN": ("min", "min", "Min.", "min"),
    "DAY": ("dag", "jour", "Tag", "day"),
    "WEE": ("week", "semaine", "Woche", "week"),
    "MON": ("maand", "mois", "Monat", "month"),
    "ANN": ("jaar", "an", "Jahr", "year"),
    "GRM": ("g", "g", "g", "g"),
    "KGM": ("kg", "kg", "kg", "kg"),
    "TNE": ("t", "t", "t", "t"),
    "MMT": ("mm", "mm", "mm", "mm"),
    "CMT": ("cm", "cm", "cm", "cm"),
    "MTR": ("m", "m", "m", "m"),
    "KMT": ("km", "km", "km", "km"),
    "KTM": ("km", "km", "km", "km"),
    "MTK": ("m²", "m²", "m²", "m²"),
    "MTQ": ("m³", "m³", "m³", "m³"),
    "LTR": ("l", "l", "l", "l"),
    "KWH": ("kWh", "kWh", "kWh", "kWh"),
    "LS": ("forfait", "forfait", "pauschal", "lump sum"),
    "SET": ("set", "set", "Satz", "set"),
    "PR": ("paar", "paire", "Paar", "pair"),
    "P1": ("%", "%", "%", "%"),
}

_MEANS: Final[Mapping[str, tuple[str, str, str, str]]] = {
    "10": ("Contant", "Comptant", "Bar", "Cash"),
    "20": ("Cheque", "Chèque", "Scheck", "Cheque"),
    "30": ("Overschrijving", "Virement", "Überweisung", "Credit transfer"),
    "31": ("Overschrijving", "Virement", "Überweisung", "Credit transfer"),
    "42": ("Overschrijving", "Virement", "Überweisung", "Credit transfer"),
    "48": ("Bankkaart", "Carte bancaire", "Bankkarte", "Bank card"),
    "49": ("Domiciliëring", "Domiciliation", "Lastschrift", "Direct debit"),
    "54": ("Kredietkaart", "Carte de crédit", "Kreditkarte", "Credit card"),
    "55": ("Debetkaart", "Carte de débit", "Debitkarte", "Debit card"),
    "57": ("Doorlopende opdracht", "Ordre permanent", "Dauerauftrag", "Standing agreement"),
    "58": ("SEPA-overschrijving", "Virement SEPA", "SEPA-Überweisung", "SEPA credit transfer"),
    "59": ("SEPA-domiciliëring", "Domiciliation SEPA", "SEPA-Lastschrift", "SEPA direct debit"),
}


@dataclass(frozen=True, slots=True)
class Labels:
    """The words of one language."""

    language: Language

    def __getitem__(self, key: str) -> str:
        return _TABLE[key][_ORDER.index(self.language)]

    def all(self) -> dict[str, str]:
        """Every label by its key."""
        return {key: self[key] for key in _TABLE}

    def unit(self, code: str) -> str:
        """The unit of a quantity, by its word where it has one, else its UN/ECE code."""
        return _UNITS[code][_ORDER.index(self.language)] if code in _UNITS else code

    def means(self, code: str) -> str:
        """A means of payment (UNCL4461) in words, "" where it has none."""
        return _MEANS[code][_ORDER.index(self.language)] if code in _MEANS else ""
