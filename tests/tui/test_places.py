"""A bookkeeper is told where in the invoice something stands, not by which element path."""

from __future__ import annotations

import pytest

from core.efff.profile import profile
from core.wording import messages
from tui.words.places import NUMBERED, PLACES, in_words


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/", ""),
        ("", ""),
        ("/Invoice", ""),
        ("/Invoice/cbc:IssueDate", "heading"),
        ("/Invoice/cac:InvoiceLine[12]/cac:Price/cbc:BaseQuantity", "line 12"),
        ("/CreditNote/cac:CreditNoteLine[2]", "line 2"),
        ("/Invoice/cac:InvoiceLine/cac:TaxTotal/cbc:TaxAmount", "lines"),
        ("/Invoice/cac:AccountingCustomerParty/cac:Party/cac:PartyName", "customer"),
        ("/Invoice/cac:AdditionalDocumentReference", "attachments"),
        ("/Invoice/cac:AdditionalDocumentReference[2]/cac:Attachment", "attachment 2"),
        ("/Invoice/{urn:x}Extensions/{urn:x}Thing", "heading"),
    ],
)
def test_a_place_is_told_in_words(path: str, words: str) -> None:
    assert in_words(path) == words


def test_every_place_is_an_element_of_the_profile() -> None:
    roots = profile()["Invoice"].elements.keys() | profile()["CreditNote"].elements.keys()
    assert PLACES.keys() | NUMBERED.keys() <= roots


def test_no_message_about_an_invoice_names_an_element_path() -> None:
    assert not [code for code, message in messages().items() if "cac:" in message.sentence + message.advice]
