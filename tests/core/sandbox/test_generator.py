"""Made-up documents are believable and repeatable; a folder's documents come along as they are."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader
from stdnum import iban
from stdnum.be import ogm_vcs
from stdnum.eu import vat

from core.errors import UsageError
from core.sandbox.companies import CUSTOMERS, DOSSIER, SUPPLIERS
from core.sandbox.folder import from_folder
from core.sandbox.generator import generate
from core.sandbox.inspection import inspect
from core.sandbox.invoices import write_ubl
from core.sandbox.records import SALES
from tests.core.sandbox.efff_files import purchase

MANY = generate(150, seed=3)


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others() -> None:
    assert generate(30, seed=5) == generate(30, seed=5)
    assert generate(30, seed=5) != generate(30, seed=6)


def test_every_made_document_is_valid_ubl_and_names_the_dossier() -> None:
    for draft in MANY.drafts:
        direction = "sales" if draft.folder == SALES else "purchase"
        found = inspect(draft.files[0].content, enterprise_number=DOSSIER.number, direction=direction)
        codes = {code for code, _ in found.problems}
        assert codes <= {"sandbox_not_efff", "sandbox_pdf_missing"}


def test_all_numbers_pass_their_check_digits() -> None:
    companies = [DOSSIER, *(company for company, _ in (*SUPPLIERS, *CUSTOMERS))]
    for company in companies:
        assert vat.is_valid(company.vat_number), company.name
        assert not company.iban or iban.is_valid(company.iban), company.name
    communications = [invoice.communication for invoice in MANY.invoices if invoice.communication]
    assert communications
    assert all(ogm_vcs.is_valid(communication) for communication in communications)


def test_no_company_numbers_two_invoices_alike() -> None:
    numbers = Counter((invoice.supplier.number, invoice.number) for invoice in MANY.invoices)
    assert max(numbers.values()) == 1


def test_the_mixture_holds_every_kind() -> None:
    categories = {(category, rate) for invoice in MANY.invoices for category, rate in invoice.taxes}
    assert {("S", Decimal(r)) for r in (6, 12, 21)} <= categories
    assert {category for category, _ in categories} == {"S", "AE", "K", "E"}
    assert {draft.category for draft in MANY.drafts} == {"INVOICE", "CREDIT_NOTE"}
    assert {draft.folder for draft in MANY.drafts} == {"SALES", "PURCHASES"}
    places = Counter((len(draft.files), b"EmbeddedDocument" in draft.files[0].content) for draft in MANY.drafts)
    assert set(places) == {(1, True), (1, False), (2, False)}


def test_a_credit_note_names_an_earlier_invoice_and_gives_no_more_back() -> None:
    invoices = {(i.supplier.number, i.number): i for i in MANY.invoices if i.type_code == "380"}
    credits_ = [invoice for invoice in MANY.invoices if invoice.type_code == "381"]
    assert credits_
    for credit in credits_:
        assert credit.credited is not None
        credited = invoices[credit.supplier.number, credit.credited[0]]
        assert credited.issue_date <= credit.issue_date
        assert credit.total <= credited.total


def test_the_drawn_pdf_opens_and_reads_like_the_invoice() -> None:
    draft = next(draft for draft in MANY.drafts if len(draft.files) == 2)
    text = PdfReader(BytesIO(draft.files[1].content)).pages[0].extract_text()
    assert draft.metadata["documentNumber"] in text
    assert draft.metadata["supplier"]["legalName"] in text


def test_metadata_amounts_are_strings_that_add_up() -> None:
    totals = MANY.drafts[0].metadata["documentTotals"]
    assert Decimal(totals["netAmount"]) + Decimal(totals["vatAmount"]) == Decimal(totals["payableAmount"])


def test_a_folder_pairs_xml_with_pdf_and_takes_broken_files_along(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_bytes(write_ubl(purchase()))
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.4")
    (tmp_path / "broken.xml").write_bytes(b"<Invoice")
    (tmp_path / "bomb.xml").write_bytes(b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>')
    (tmp_path / "scan.PDF").write_bytes(b"%PDF-1.4")
    (tmp_path / "notes.txt").write_text("no document")
    made = from_folder(tmp_path)
    names = [[file.filename for file in draft.files] for draft in made.drafts]
    assert names == [["a.xml", "a.pdf"], ["bomb.xml"], ["broken.xml"], ["scan.PDF"]]
    assert [draft.metadata["documentNumber"] for draft in made.drafts[1:]] == ["bomb", "broken", "scan"]


def test_a_folder_without_documents_is_refused_with_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no XML or PDF"):
        from_folder(tmp_path)
    with pytest.raises(UsageError, match="no such folder"):
        from_folder(tmp_path / "missing")


@pytest.mark.corpus
def test_the_dossier_of_a_folder_is_the_party_that_occurs_most(corpus: Path) -> None:
    made = from_folder(corpus / "ublbe" / "testcases-1.31")
    assert made.dossier.number == "0000000196"
    assert Counter(draft.folder for draft in made.drafts) == {"SALES": 34, "PURCHASES": 2}


@pytest.mark.corpus
def test_every_folder_of_the_corpus_can_be_taken(corpus: Path) -> None:
    assert len(from_folder(corpus).drafts) == 64
