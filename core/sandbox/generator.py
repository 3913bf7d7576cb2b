"""Makes up believable Belgian invoices and credit notes for one dossier: seeded, so the same seed gives the same.

Goods and services at 21, 12, 6 and 0 %, reverse charge, supplies within the Union, exempt insurance; credit notes
that name their invoice; the PDF embedded, beside the XML, or missing.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random

from core.sandbox.companies import CUSTOMERS, DOSSIER, SUPPLIERS, Article, Company, structured_communication
from core.sandbox.invoices import Line, MadeInvoice, cents, metadata, write_ubl
from core.sandbox.paper import draw
from core.sandbox.records import NANOSECONDS, PURCHASES, SALES, Draft, DraftFile
from core.sandbox.world import World

REFERENCE_DAY = date(2026, 10, 30)
"""The day of the newest invoice where nobody says otherwise."""

SPREAD_DAYS = 120
"""The invoices lie a day apart, and closer where they would reach back further than this."""

PURCHASE_SHARE, CREDIT_SHARE = 0.6, 0.15
PDF_PLACES = ("embedded", "embedded", "beside", "none")
NOTES = (
    "",
    "",
    "Gelieve het nummer te vermelden bij betaling.",
    "Merci de votre confiance.",
    "Leeggoed wordt apart verrekend.",
)
WEIGHED = {"KGM", "KWH", "KMT"}
COUNTED_SMALL = {"HUR", "MON", "MTK", "C62"}


@dataclass(frozen=True, slots=True)
class Made:
    """What was made: the dossier's company, the documents, and the invoices they were written from."""

    dossier: Company
    drafts: tuple[Draft, ...]
    invoices: tuple[MadeInvoice, ...] = ()


def generate(count: int, *, seed: int = 0, today: date = REFERENCE_DAY) -> Made:
    """`count` documents, oldest first, the newest dated `today`."""
    maker = _Maker(Random(f"invoices:{seed}"), today)  # noqa: S311 - repeatable, not secret
    invoices = [maker.invoice(position, count) for position in range(count)]
    return Made(DOSSIER, tuple(maker.draft(invoice) for invoice in invoices), tuple(invoices))


def settle(world: World, company: Company) -> None:
    """Gives the world's first space and dossier the name and number of the company the documents belong to."""
    world.keep_space(replace(world.spaces[world.space], name=company.name))
    world.keep_dossier(replace(world.dossier, name=company.name, enterprise_number=company.number))


class _Maker:
    def __init__(self, random: Random, today: date) -> None:
        self._random = random
        self._today = today
        self._numbers: Counter[str] = Counter()
        self._made: list[MadeInvoice] = []

    def invoice(self, position: int, count: int) -> MadeInvoice:
        """The next document; now and then a credit note for an earlier invoice."""
        random = self._random
        issued = self._today - timedelta(days=(count - 1 - position) * min(count, SPREAD_DAYS) // count)
        open_invoices = [invoice for invoice in self._made if invoice.type_code == "380"]
        if open_invoices and random.random() < CREDIT_SHARE:
            made = self._credit(random.choice(open_invoices), issued)
        else:
            made = self._fresh(issued)
        self._made.append(made)
        return made

    def _fresh(self, issued: date) -> MadeInvoice:
        random = self._random
        purchase = random.random() < PURCHASE_SHARE
        partner, articles = random.choice(SUPPLIERS if purchase else CUSTOMERS)
        supplier, customer = (partner, DOSSIER) if purchase else (DOSSIER, partner)
        return MadeInvoice(
            type_code="380",
            number=self._number(supplier, issued, "F"),
            issue_date=issued,
            due_date=issued + timedelta(days=random.choice((14, 30, 30, 60))),
            supplier=supplier,
            customer=customer,
            lines=tuple(self._line(article) for article in random.sample(articles, random.randint(1, len(articles)))),
            order=f"PO{random.randrange(10_000, 99_999)}",
            note=random.choice(NOTES),
            communication=structured_communication(random.randrange(10**10)) if supplier.country == "BE" else "",
        )

    def _credit(self, invoice: MadeInvoice, issued: date) -> MadeInvoice:
        """Gives back one line of an invoice, the whole or a half of it."""
        line = self._random.choice(invoice.lines)
        quantity = line.quantity if self._random.random() < 0.5 else (line.quantity / 2).quantize(Decimal("0.01"))
        issued = max(issued, invoice.issue_date)
        return replace(
            invoice,
            type_code="381",
            number=self._number(invoice.supplier, issued, "C"),
            issue_date=issued,
            due_date=issued + timedelta(days=30),
            lines=(replace(line, quantity=quantity),),
            note="",
            communication="",
            credited=(invoice.number, invoice.issue_date),
        )

    def _number(self, supplier: Company, issued: date, letter: str) -> str:
        """Each company numbers its invoices in its own way, without gaps."""
        name = f"{supplier.number}{letter}"
        self._numbers[name] += 1
        style = sum(int(c) for c in supplier.number if c.isdigit()) % 4
        following = self._numbers[name] + 100 + style * 37
        return (
            f"{letter}{issued:%Y}-{following:04d}",
            f"V{letter}/{issued:%y}/{following:05d}",
            f"{issued:%Y}{'9' if letter == 'C' else '0'}{following:05d}",
            f"{'CN' if letter == 'C' else 'INV'} {issued:%Y}.{following}",
        )[style]

    def _line(self, article: Article) -> Line:
        random = self._random
        steps = int((article.high - article.low) * 100)
        price = cents(article.low + Decimal(random.randint(0, steps)) / 100)
        if article.unit in WEIGHED:
            quantity = Decimal(random.randrange(40_00, 900_00)) / 100
        elif article.unit in COUNTED_SMALL:
            quantity = Decimal(random.randint(1, 24))
        else:
            quantity = Decimal(random.choice((6, 12, 24, 48, 120, 240)))
        return Line(article.name, quantity, article.unit, price, article.category, article.rate)

    def _arrival(self, day: date) -> int:
        """Some moment of the working day of the invoice."""
        second = self._random.randrange(8 * 3600, 17 * 3600)
        midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
        return (int(midnight.timestamp()) + second) * NANOSECONDS + self._random.randrange(NANOSECONDS)

    def draft(self, invoice: MadeInvoice) -> Draft:
        """The document as it arrives in Banqup, with its PDF inside, beside it or not at all."""
        place = self._random.choice(PDF_PLACES)
        pdf = draw(invoice) if place != "none" else None
        xml = write_ubl(invoice, pdf if place == "embedded" else None)
        stem = "".join(c if c.isalnum() else "-" for c in invoice.number)
        files = [DraftFile("ORIGINAL", f"{stem}.xml", "application/xml", xml)]
        if pdf is not None and place == "beside":
            files.append(DraftFile("PDF", f"{stem}.pdf", "application/pdf", pdf))
        sales = invoice.supplier == DOSSIER
        return Draft(
            folder=SALES if sales else PURCHASES,
            category="CREDIT_NOTE" if invoice.type_code == "381" else "INVOICE",
            metadata=metadata(invoice),
            files=tuple(files),
            source="documentcreator" if sales else "peppol",
            arrived_ns=self._arrival(invoice.issue_date),
        )
