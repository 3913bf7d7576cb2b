"""The page we draw: complete, the same each time, in the customer's language, deaf to what documents try."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from datetime import date
from decimal import Decimal
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from core.efff import lettering
from core.efff.invoice import (
    CashDiscount,
    Delivery,
    DocumentReference,
    Invoice,
    Item,
    PaymentTerms,
    References,
    VatBreakdown,
    VatCategory,
)
from core.efff.labels import STYLES, Labels, Language
from core.efff.lettering import in_fours, language_of
from core.efff.party import Address, Contact, Party
from core.efff.pdf import draw, drawable, examine, render
from core.efff.reader import read
from tests.core.efff.samples import CUSTOMER, GOOD

D = Decimal


def words(pdf: bytes) -> str:
    """The text of all pages, without the places where long words may break."""
    text = "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)
    return " ".join(text.replace("\u200b", "").replace("\u00a0", " ").replace("\u2007", " ").split())


def test_the_same_invoice_gives_the_same_bytes() -> None:
    assert render(GOOD) == render(replace(GOOD))


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/Los_Angeles"])
def test_another_process_in_another_time_zone_and_language_gives_the_same_bytes(zone: str) -> None:
    program = (
        "import hashlib; from core.efff.pdf import render; from tests.core.efff.samples import GOOD;"
        "print(hashlib.sha256(render(GOOD)).hexdigest())"
    )
    root = Path(__file__).parents[3]
    elsewhere = os.environ | {"TZ": zone, "LC_ALL": "C", "LANGUAGE": "fr", "PYTHONHASHSEED": "7"}
    other = subprocess.run(
        [sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True, env=elsewhere
    )
    assert other.stdout.strip() == sha256(render(GOOD)).hexdigest()


def test_the_only_date_inside_is_the_invoices_own() -> None:
    metadata = PdfReader(BytesIO(render(GOOD))).metadata
    assert metadata is not None
    assert metadata.creation_date is not None
    assert metadata.creation_date.date() == GOOD.issue_date
    assert metadata.author == "Garage Peeters"


def test_the_page_is_an_archive_pdf_that_opens() -> None:
    pdf = render(GOOD)
    assert examine(pdf).ok
    assert b"pdfaid" in pdf


def test_the_page_says_everything_an_accountant_looks_for() -> None:
    shown = words(render(GOOD, "nl"))
    for text in (
        *("Factuur", "2026/0042", "31/01/2026", "02/03/2026", "Garage Peeters", "Bakkerij De Smet", "BE0477472701"),
        *("Werkuren", "2 uur", "200,00", "21 %", "400,00", "30,00 / 10", "Actie −10,00"),
        *("03 · S", "380,00", "79,80", "01 · AA", "60,00", "3,60"),
        *("Korting 5 %", "−20,00", "Verzending", "440,00", "83,40", "523,40", "−23,40", "500,00 EUR"),
        *("BE68 5390 0754 7034", "GKCCBEBB", "+++090/9337/55493+++", "30 dagen", "Dank u voor uw vertrouwen."),
        "Weergegeven vanuit de elektronische factuur",
        "Pagina 1 / 1",
    ):
        assert text in shown, text


@pytest.mark.parametrize(
    ("language", "title", "total"),
    [
        ("nl", "Factuur", "1.234,50"),
        ("fr", "Facture", "1 234,50"),
        ("de", "Rechnung", "1.234,50"),
        ("en", "Invoice", "1,234.50"),
    ],
)
def test_labels_and_numbers_follow_the_language(language: str, title: str, total: str) -> None:
    shown = words(render(replace(GOOD, totals=replace(GOOD.totals, payable=D("1234.5"))), language))
    assert title in shown
    assert f"{total} EUR" in shown


def test_every_label_exists_in_every_language() -> None:
    assert all(all(Labels(language).all().values()) for language in Language)


@pytest.mark.parametrize(
    ("party", "language"),
    [
        (Party("A", address=Address(postal_code="3000", country="BE")), "nl"),
        (Party("A", address=Address(postal_code="4000", country="BE")), "fr"),
        (Party("A", address=Address(postal_code="4700", country="BE")), "de"),
        (Party("A SRL", address=Address(postal_code="1000", country="BE")), "fr"),
        (Party("A S.A.", address=Address(postal_code="1000", country="BE")), "fr"),
        (Party("A BV", address=Address(postal_code="1000", country="BE")), "nl"),
        (Party("A BV", address=Address(city="Bruxelles", postal_code="1000", country="BE")), "fr"),
        (Party("A", vat_number="BE0477472701"), "nl"),
        (Party("A", address=Address(country="FR")), "fr"),
        (Party("A", vat_number="ATU12345678"), "de"),
        (Party("A", address=Address(country="SE")), "en"),
        (Party("A"), "en"),
    ],
)
def test_the_language_is_the_customers(party: Party, language: str) -> None:
    assert language_of(party) == language


def test_a_document_cannot_run_anything_on_the_page() -> None:
    attack = '#panic("x") #read("/etc/passwd") $x^2$ *b* _i_ <a> @b \\ `c` // d \u202egpj.exe'
    shown = words(render(replace(GOOD, notes=(attack,), supplier=replace(GOOD.supplier, trade_name=attack))))
    assert '#panic("x") #read("/etc/passwd") $x^2$ *b* _i_ <a> @b \\ `c` // d gpj.exe' in shown


def test_european_scripts_are_drawn_and_what_no_font_has_is_told() -> None:
    customer = replace(CUSTOMER, trade_name="Łódź Ωμέγα ООО Ромашка ţ ș ẞ € ½ ™ – „x“")
    assert draw(replace(GOOD, customer=customer)).missing == ()
    assert draw(replace(GOOD, notes=("日本 😀",))).missing == ("日", "本", "😀")
    assert "□□ □" in words(render(replace(GOOD, notes=("日本 😀",))))


def test_all_of_latin_needs_no_question() -> None:
    assert all(drawable(chr(code)) for code in range(0x20, 0x180, 3) if chr(code).isprintable())


def test_forty_lines_with_long_texts_go_over_several_pages_with_the_totals_together() -> None:
    lines = tuple(
        replace(
            GOOD.lines[0], id=str(number), item=Item("Donaudampfschifffahrtselektrizitätengesellschaft " * 3, "x" * 200)
        )
        for number in range(1, 41)
    )
    pdf = render(replace(GOOD, lines=lines))
    pages = [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf)).pages]
    assert len(pages) > 2
    assert all(f"Pagina {number} / {len(pages)}" in page for number, page in enumerate(pages, 1))
    assert all("OMSCHRIJVING" in page.upper().replace("Ĳ", "IJ") for page in pages[:-1])
    assert sum("Te betalen" in page for page in pages) == 1


def test_a_credit_note_says_what_it_corrects_and_in_whose_favour() -> None:
    references = References(preceding_invoices=(DocumentReference("2026/0001", date(2026, 1, 5)),))
    shown = words(render(replace(GOOD, type_code="381", references=references), "nl"))
    assert "Creditnota" in shown
    assert "Betreft factuur 2026/0001 (05/01/2026)" in shown
    assert "Te uwen gunste" in shown


def test_payee_representative_delivery_discount_and_exemption_are_shown() -> None:
    discount = CashDiscount(D(2), None, D("490.00"), date(2026, 2, 8))
    exempt = VatCategory("AE", D(0), "45", "Btw verlegd")
    shown = words(
        render(
            replace(
                GOOD,
                payee=Party("Factor NV"),
                tax_representative=Party("Fiscaal BV", vat_number="BE0403170701"),
                deliveries=(Delivery(date(2026, 1, 30), address=Address(street="Kade 3", city="Gent")),),
                payment_terms=(PaymentTerms("8 dagen", discount),),
                vat_breakdown=(*GOOD.vat_breakdown, VatBreakdown(exempt, D(100), D(0))),
                customer=replace(CUSTOMER, contact=Contact("Inkoop", "09 000 00 00", "", "inkoop@example.com")),
            ),
            "nl",
        )
    )
    for text in (
        *("BEGUNSTIGDE", "Factor NV", "FISCAAL VERTEGENWOORDIGER", "BE0403170701", "LEVERING", "Kade 3", "30/01/2026"),
        *("2 % · Te betalen: 490,00 EUR · tot en met 08/02/2026", "45 · AE", "Btw verlegd", "inkoop@example.com"),
    ):
        assert text in shown, text


def test_an_invoice_with_nothing_in_it_still_gives_a_page() -> None:
    assert examine(render(Invoice(number=""))).ok


def test_a_reference_with_wrong_check_digits_is_shown_as_it_is_and_not_as_structured() -> None:
    means = replace(GOOD.payment_means[0], structured_communication="123456789012", reference="+++123/4567/89012+++")
    shown = words(render(replace(GOOD, payment_means=(means,)), "nl"))
    assert "Mededeling +++123/4567/89012+++" in shown
    assert "Gestructureerde" not in shown


def test_numbers_are_written_as_belgians_write_them() -> None:
    dutch = STYLES[Language.NL]
    assert dutch.number(D("-1234567.5"), 2) == "−1.234.567,50"
    assert dutch.number(D("-0.001"), 2) == "0,00"
    assert in_fours("BE68539007547034") == "BE68\u00a05390\u00a00754\u00a07034"
    assert in_fours("123-456") == "123-456"


def test_every_official_document_can_be_drawn(corpus: Path) -> None:
    paths = sorted((corpus / "ublbe" / "testcases-1.31").glob("*.xml"))
    paths += sorted((corpus / "peppol-bis-3" / "examples").glob("*.xml"))
    for path in paths:
        invoice = read(path.read_bytes()).invoice
        assert invoice is not None
        drawn = draw(invoice)
        assert drawn.missing == ()
        assert examine(drawn.pdf).ok


def test_a_page_has_an_end_and_says_so_with_all_totals_on_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten thousand lines took the typesetter a gigabyte, a million notes took it two minutes."""
    monkeypatch.setattr(lettering, "MOST_ROWS", 20)
    monkeypatch.setattr(lettering, "MOST_LETTERS", 300)
    lines = tuple(replace(GOOD.lines[0], id=str(number)) for number in range(30))
    drawn = draw(replace(GOOD, lines=lines, notes=("x" * 400, *("note",) * 24)), "en")
    assert drawn.left_out == 10 + 1 + 5
    told = words(drawn.pdf)
    assert "These pages do not show everything" in told
    assert "500.00 EUR" in told and "GKCCBEBB" in told
    assert draw(GOOD).left_out == 0


def test_characters_are_looked_for_only_so_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lettering, "MOST_STRANGE", 40)
    drawn = draw(replace(GOOD, notes=("".join(map(chr, range(0x410, 0x450))),)), "en")
    assert "\u044f" in drawn.missing and "\u0410" not in drawn.missing
