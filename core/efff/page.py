"""From an invoice to the words on its page: every text of `invoice.typ`, worded, formatted and made drawable.

Takes the model, gives plain lists and strings (JSON). Computes nothing about money: the page shows what the electronic
invoice states. What it cannot draw it shows as a box and tells.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any, Final

from core.efff.identifiers import is_structured_communication
from core.efff.invoice import (
    Address,
    AllowanceCharge,
    CashDiscount,
    Invoice,
    Line,
    Party,
    PaymentMeans,
    Period,
    Totals,
    VatCategory,
)
from core.efff.labels import STYLES, Labels, Language

Rows = list[tuple[str, str]]

LONG_WORD: Final = re.compile(r"\S{21,}")
BREAK_EVERY: Final = 10
BREAK: Final = "\N{ZERO WIDTH SPACE}"
BOX: Final = "\N{WHITE SQUARE}"
HIDDEN: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufff0-\uffff]")
"""Control characters and those that turn the direction of writing around: they can only mislead a reader."""

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
    """The language of a company: by country, in Belgium by postal code, in Brussels by its legal form."""
    if party.country != "BE":
        return LANGUAGES.get(party.country, Language.EN)
    postal_code = party.address.postal_code.strip() if party.address else ""
    place = int(postal_code) if re.fullmatch(r"[0-9]{4}", postal_code) else 0
    if 4700 <= place <= 4791:
        return Language.DE
    if 1300 <= place <= 1499 or 4000 <= place <= 7999:
        return Language.FR
    flemish = 1500 <= place <= 3999 or place >= 8000
    return Language.FR if not flemish and FRENCH_FORMS.search(f"{party.legal_name} {party.trade_name}") else Language.NL


class Page:
    """Builds the page of one invoice. `missing` are the characters it could not draw, once `content` was called."""

    def __init__(self, invoice: Invoice, language: Language, drawable: Callable[[str], bool]) -> None:
        self.invoice = invoice
        self.labels = Labels(language)
        self.style = STYLES[language]
        self.missing: set[str] = set()
        self._drawable = drawable

    def content(self) -> dict[str, Any]:
        """The page as JSON."""
        invoice, labels = self.invoice, self.labels
        title = labels["credit_note" if invoice.is_credit_note else "invoice"]
        issued = invoice.issue_date
        page = {
            "language": labels.language.value,
            "title": f"{title} ({labels['copy']})" if invoice.copy else title,
            "number": invoice.number,
            "author": invoice.supplier.name,
            "date": {"year": issued.year, "month": issued.month, "day": issued.day} if issued else None,
            "labels": labels.all(),
            "footer": labels["footer"],
            "facts": self._facts(),
            "supplier": self._party(invoice.supplier, ""),
            "parties": self._parties(),
            "columns": self._columns(),
            "lines": self._lines(),
            "vat": self._vat(),
            "totals": self._totals(invoice.totals),
            "payable": self._payable(invoice.totals),
            "payment": self._payment(),
            "notes": [self._note(note) for note in invoice.notes if note.strip()],
        }
        cleaned: dict[str, Any] = self._clean(page)
        return cleaned

    def _clean(self, thing: Any) -> Any:
        match thing:
            case str():
                return self._text(thing)
            case dict():
                return {key: self._clean(value) for key, value in thing.items()}
            case list() | tuple():
                return [self._clean(value) for value in thing]
            case _:
                return thing

    def _text(self, text: str) -> str:
        text = unicodedata.normalize("NFC", HIDDEN.sub("", text.replace("\t", " ")))
        strange = {sign for sign in text if ord(sign) > 0x17F and not self._drawable(sign)}
        self.missing |= strange
        for sign in strange:
            text = text.replace(sign, BOX)
        return LONG_WORD.sub(_breakable, text)

    # who and what

    def _facts(self) -> Rows:
        invoice, references = self.invoice, self.invoice.references
        delivered = next((delivery.delivered_on for delivery in invoice.deliveries if delivery.delivered_on), None)
        preceding = [
            f"{found.id} ({self.style.date(found.issue_date)})" if found.issue_date else found.id
            for found in references.preceding_invoices
        ]
        tax_point = invoice.tax_point_date if invoice.tax_point_date != invoice.issue_date else None
        return self._rows(
            ("issue_date", invoice.issue_date),
            ("due_date", invoice.due_date),
            ("tax_point_date", tax_point),
            ("period", self._period(invoice.period)),
            ("delivered_on", delivered),
            ("preceding", ", ".join(preceding)),
            ("order", references.order),
            ("sales_order", references.sales_order),
            ("buyer_reference", references.buyer_reference),
            ("contract", ", ".join(references.contracts)),
            ("project", references.project),
            ("despatch", ", ".join(references.despatches)),
            ("accounting_cost", references.accounting_cost),
            ("customer_account", invoice.customer.account_id),
        )

    def _rows(self, *rows: tuple[str, Any]) -> Rows:
        """Label and value of each row that has a value; dates are worded."""
        worded = [(key, self.style.date(value) if hasattr(value, "year") else str(value or "")) for key, value in rows]
        return [(self.labels[key], value) for key, value in worded if value.strip()]

    def _period(self, period: Period | None) -> str:
        dates = [self.style.date(day) for day in (period.start, period.end) if day] if period else []
        return " – ".join(dict.fromkeys(dates))

    def _parties(self) -> list[dict[str, Any]]:
        invoice = self.invoice
        named = [("customer", invoice.customer), ("payee", invoice.payee)]
        named.append(("tax_representative", invoice.tax_representative))
        parties = [self._party(party, self.labels[caption]) for caption, party in named if party]
        for delivery in invoice.deliveries:
            lines = _address(delivery.address)
            if lines or delivery.party_name:
                name = delivery.party_name or lines.pop(0)
                parties.append({"caption": self.labels["delivery"], "name": name, "lines": lines, "numbers": []})
        return parties

    def _party(self, party: Party, caption: str) -> dict[str, Any]:
        legal = [party.legal_name] if party.legal_name and party.legal_name != party.name else []
        contact = party.contact
        digits = party.vat_number.removeprefix("BE")
        other = party.legal_id.value if party.legal_id else ""
        enterprise = party.enterprise_number or other
        return {
            "caption": caption,
            "name": party.name,
            "lines": [*legal, *_address(party.address), *([contact.name] if contact and contact.name else [])],
            "numbers": self._rows(
                ("vat_number", party.vat_number),
                ("enterprise_number", enterprise if enterprise not in (digits, party.vat_number) else ""),
                ("telephone", contact.telephone if contact else ""),
                ("email", contact.email if contact else ""),
            ),
        }

    # what and how much

    def _columns(self) -> list[str]:
        *columns, net = (
            self.labels[key] for key in ("position", "description", "quantity", "price", "vat_rate", "net")
        )
        return [*columns, f"{net} {self.invoice.currency}"]

    def _lines(self) -> list[dict[str, Any]]:
        lines = self.invoice.lines
        cents = _decimals(line.net_amount for line in lines)
        price_cents = _decimals(line.price.amount for line in lines if line.price)
        return [self._line(line, cents, price_cents) for line in lines]

    def _line(self, line: Line, cents: int, price_cents: int) -> dict[str, Any]:
        item = line.item
        codes = [item.seller_id, item.standard_id.value if item.standard_id else ""]
        details = [
            item.description if item.description != item.name and item.name else "",
            " · ".join(dict.fromkeys(code for code in codes if code and code != item.name)),
            self._period(line.period),
            *(self._entry(entry) for entry in line.allowances_charges),
            *(f"{name}: {value}" for name, value in item.properties),
            *line.notes,
        ]
        price = self._amount(line.price.amount, price_cents) if line.price else ""
        base = line.price.base_quantity if line.price else None
        quantity = f"{self._bare(line.quantity)} {self.labels.unit(line.unit)}".strip()
        return {
            "id": line.id,
            "name": item.name or item.description,
            "details": [detail for detail in details if detail.strip()],
            "quantity": quantity.replace(" ", "\N{NO-BREAK SPACE}"),
            "price": f"{price} / {self._bare(base)}" if base not in (None, 1) else price,
            "vat": self._rate(line.vat),
            "amount": self._amount(line.net_amount, cents),
        }

    def _entry(self, entry: AllowanceCharge) -> str:
        """An allowance or charge in one line: reason, percent, amount with its sign."""
        signed = entry.amount if entry.is_charge or entry.amount is None else -entry.amount
        percent = f"{self._bare(entry.percent)} %" if entry.percent is not None else ""
        words = [entry.reason or self.labels["charge" if entry.is_charge else "allowance"], percent]
        return " ".join(filter(None, [*words, self._amount(signed)]))

    def _vat(self) -> dict[str, Any]:
        parts = self.invoice.vat_breakdown
        cents = _decimals(amount for part in parts for amount in (part.taxable, part.amount))
        labels = self.labels
        return {
            "columns": [labels["code"], labels["rate"], labels["taxable"], labels["vat_amount"]],
            "rows": [
                {
                    "name": " · ".join(dict.fromkeys(filter(None, (part.vat.belgian_code, part.vat.category)))),
                    "reason": part.vat.exemption_reason or part.vat.exemption_code,
                    "rate": self._rate(part.vat),
                    "taxable": self._amount(part.taxable, cents),
                    "amount": self._amount(part.amount, cents),
                }
                for part in parts
            ],
        }

    def _totals(self, totals: Totals) -> Rows:
        labels = self.labels
        entries = [
            (
                self._entry_label(entry),
                entry.amount if entry.is_charge or entry.amount is None else -entry.amount,
            )
            for entry in self.invoice.allowances_charges
        ]
        rows: list[tuple[str, Decimal | None]] = [
            *([(labels["lines_total"], totals.lines)] if entries else []),
            *entries,
            (labels["without_vat"], totals.tax_exclusive),
            (labels["vat_total"], totals.vat),
            (labels["with_vat"], totals.tax_inclusive),
            (labels["prepaid"], -totals.prepaid if totals.prepaid else None),
            (labels["rounding"], totals.rounding or None),
        ]
        shown = [(label, self._amount(value)) for label, value in rows if value is not None]
        if totals.vat_in_accounting_currency is not None:
            currency = self.invoice.vat_currency or "EUR"
            label = labels["vat_in"].format(currency=currency)
            shown.append((label, self._amount(totals.vat_in_accounting_currency)))
        return shown

    def _entry_label(self, entry: AllowanceCharge) -> str:
        percent = f" {self._bare(entry.percent)} %" if entry.percent is not None else ""
        return (entry.reason or self.labels["charge" if entry.is_charge else "allowance"]) + percent

    def _payable(self, totals: Totals) -> tuple[str, str]:
        favour = self.invoice.is_credit_note and totals.payable is not None and totals.payable > 0
        label = self.labels["credited" if favour else "payable"]
        return label, f"{self._amount(totals.payable)} {self.invoice.currency}"

    # how to pay

    def _payment(self) -> list[Rows]:
        blocks = [self._means(means) for means in self.invoice.payment_means]
        terms = []
        for found in self.invoice.payment_terms:
            terms += self._rows(("terms", found.note))
            if found.cash_discount:
                terms.append((self.labels["cash_discount"], self._cash_discount(found.cash_discount)))
        return [block for block in [*blocks, terms] if block]

    def _means(self, means: PaymentMeans) -> Rows:
        digits = means.structured_communication
        structured = is_structured_communication(digits)
        due = means.due_date if means.due_date != self.invoice.due_date else None
        return self._rows(
            ("means", means.code_name or self.labels.means(means.code)),
            ("due_date", due),
            ("account", _in_fours(means.account)),
            ("bic", means.bic),
            ("account_name", means.account_name),
            ("structured", f"+++{digits[:3]}/{digits[3:7]}/{digits[7:]}+++" if structured else ""),
            ("reference", "" if structured else means.reference),
            ("notes", means.note),
            ("card", " ".join(filter(None, (means.card_network, means.card_number, means.card_holder)))),
            ("mandate", means.mandate),
            ("debited", _in_fours(means.debited_account)),
        )

    def _cash_discount(self, discount: CashDiscount) -> str:
        percent = f"{self._bare(discount.percent)} %" if discount.percent is not None else ""
        amount = f"{self._amount(discount.amount)} {self.invoice.currency}" if discount.amount is not None else ""
        to_pay = discount.amount_to_pay
        pay = f"{self.labels['payable']}: {self._amount(to_pay)} {self.invoice.currency}" if to_pay is not None else ""
        day = self.labels["until"].format(date=self.style.date(discount.last_day)) if discount.last_day else ""
        return " · ".join(filter(None, (percent, amount, pay, day)))

    def _note(self, note: str) -> str:
        """A note without the subject code that EN 16931 puts before it (`#AAI#`)."""
        return re.sub(r"^#[A-Z]{3}#", "", note.strip())

    # numbers

    def _amount(self, value: Decimal | None, decimals: int | None = None) -> str:
        if value is None:
            return ""
        return self.style.number(value, _decimals([value]) if decimals is None else decimals)

    def _bare(self, value: Decimal | None) -> str:
        return "" if value is None else self.style.number(value, _decimals([value], least=0))

    def _rate(self, vat: VatCategory) -> str:
        return f"{self._bare(vat.rate)} %" if vat.rate is not None else ""


def _decimals(values: Iterable[Decimal | None], least: int = 2, most: int = 6) -> int:
    """The decimals a column needs so that each of its numbers shows all it has, within reason."""
    exponents = [value.normalize().as_tuple().exponent for value in values if value is not None]
    return min(most, max([least, *(-exponent for exponent in exponents if isinstance(exponent, int))]))


def _address(address: Address | None) -> list[str]:
    if address is None:
        return []
    city = " ".join(filter(None, (address.postal_code, address.city)))
    country = address.country_name or address.country
    place = ", ".join(filter(None, (city, address.subdivision, country)))
    return [line for line in (address.street, address.additional_street, *address.lines, place) if line.strip()]


def _in_fours(account: str) -> str:
    """An IBAN in groups of four, as it is printed; another account as it stands."""
    if not re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", account):
        return account
    return "\N{NO-BREAK SPACE}".join(account[start : start + 4] for start in range(0, len(account), 4))


def _breakable(match: re.Match[str]) -> str:
    """A long word with places where it may break, else it would run out of its column."""
    word = match[0]
    return BREAK.join(word[start : start + BREAK_EVERY] for start in range(0, len(word), BREAK_EVERY))
