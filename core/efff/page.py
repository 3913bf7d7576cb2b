"""From an invoice to the words on its page: every text of `invoice.typ`, worded, formatted and made drawable.

Takes the model, gives plain lists and strings (JSON). Computes nothing about money: the page shows what the electronic
invoice states. What it cannot draw it shows as a box and tells.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal, localcontext
from typing import Any

from core.efff.arithmetic import ARITHMETIC
from core.efff.identifiers import is_structured_communication
from core.efff.invoice import AllowanceCharge, CashDiscount, Invoice, Line, PaymentMeans, Period, Totals, VatCategory
from core.efff.labels import STYLES, Labels, Language
from core.efff.lettering import Lettering, address_lines, decimals_of, in_fours, short
from core.efff.party import Party

Rows = list[tuple[str, str]]


class Page:
    """Builds the page of one invoice. `lettering.missing` is what it could not draw, once `content` was called."""

    def __init__(self, invoice: Invoice, language: Language, drawable: Callable[[str], bool]) -> None:
        self.invoice = invoice
        self.labels = Labels(language)
        self.style = STYLES[language]
        self.lettering = Lettering(drawable)

    def content(self) -> dict[str, Any]:
        """The page as JSON."""
        with localcontext(ARITHMETIC):
            cleaned: dict[str, Any] = self.lettering.clean(self._content())
            if self.lettering.left_out:
                cleaned["notes"] = [self._note(self.labels["not_whole"]), *cleaned["notes"]]
        return cleaned

    def _content(self) -> dict[str, Any]:
        invoice, labels = self.invoice, self.labels
        title = labels["credit_note" if invoice.is_credit_note else "invoice"]
        issued = invoice.issue_date
        return {
            "language": labels.language.value,
            "title": f"{title} ({labels['copy']})" if invoice.copy else title,
            "number": invoice.number,
            "author": invoice.supplier.name,
            "running": [short(invoice.supplier.name), short(f"{title} {invoice.number}")],
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
            lines = address_lines(delivery.address)
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
            "lines": [*legal, *address_lines(party.address), *([contact.name] if contact and contact.name else [])],
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
        cents = decimals_of(line.net_amount for line in lines)
        price_cents = decimals_of(line.price.amount for line in lines if line.price)
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
            "price": f"{price.rstrip()} / {self._bare(base)}" if base not in (None, 1) else price,
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
        cents = decimals_of(amount for part in parts for amount in (part.taxable, part.amount))
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
            (labels["vat_in"].format(currency=self.invoice.vat_currency or "EUR"), totals.vat_in_accounting_currency),
            (labels["with_vat"], totals.tax_inclusive),
            (labels["prepaid"], -totals.prepaid if totals.prepaid else None),
            (labels["rounding"], totals.rounding or None),
        ]
        return [(label, self._amount(value)) for label, value in rows if value is not None]

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
            ("account", in_fours(means.account)),
            ("bic", means.bic),
            ("account_name", means.account_name),
            ("structured", f"+++{digits[:3]}/{digits[3:7]}/{digits[7:]}+++" if structured else ""),
            ("reference", "" if structured else means.reference),
            ("notes", means.note),
            ("card", " ".join(filter(None, (means.card_network, means.card_number, means.card_holder)))),
            ("mandate", means.mandate),
            ("debited", in_fours(means.debited_account)),
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
        """An amount with the decimals it has; in a column of `decimals` the points stand under each other."""
        if value is None:
            return ""
        own = decimals_of([value])
        return self.style.number(value, own) + "\N{FIGURE SPACE}" * ((decimals or own) - own)

    def _bare(self, value: Decimal | None) -> str:
        return "" if value is None else self.style.number(value, decimals_of([value], least=0))

    def _rate(self, vat: VatCategory) -> str:
        return f"{self._bare(vat.rate)} %" if vat.rate is not None else ""
