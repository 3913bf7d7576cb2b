"""The name of an e-fff file says whose invoice it is, is never too long and never leaves its folder."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import PurePath

from hypothesis import given, settings
from hypothesis import strategies as st

from core.efff.convert import convert
from core.efff.files import delivery_file_name, file_name
from core.efff.party import Identifier, Party
from tests.core.efff.documents import document
from tests.core.efff.samples import GOOD

KEY = "0123456789abcdef" * 4


def test_the_name_holds_the_suppliers_vat_number_the_number_and_the_key() -> None:
    assert file_name(GOOD) == "efff_BE0477472701_20260042.xml"
    assert file_name(GOOD, KEY) == "efff_BE0477472701_20260042-0123456789abcdef.xml"
    assert (
        file_name(replace(GOOD, number="V01-2026/7 b"), KEY[:16]) == "efff_BE0477472701_V01-20267b-0123456789abcdef.xml"
    )


def test_without_a_vat_number_the_enterprise_number_stands_there_or_none() -> None:
    assert file_name(replace(GOOD, supplier=Party(enterprise_number="0477472701"))).startswith("efff_BE0477472701_")
    nameless = Party(legal_id=Identifier("../../x"))
    assert file_name(replace(GOOD, supplier=nameless)) == "efff_NOVAT_20260042.xml"
    assert file_name(None, KEY) == "efff_NOVAT_-0123456789abcdef.xml"


@given(st.text(max_size=150), st.text(max_size=40), st.text(max_size=80))
@settings(max_examples=60, deadline=None)
def test_no_document_and_no_key_makes_a_name_that_leaves_the_folder(number: str, vat: str, key: str) -> None:
    name = file_name(replace(GOOD, number=number, supplier=Party(vat_number=vat)), key)
    assert re.fullmatch(r"efff_[A-Z0-9]+_[A-Za-z0-9-]*\.xml", name)
    assert len(name) <= 120
    assert PurePath(name).name == name


def test_a_long_number_is_cut_and_the_key_stays_whole() -> None:
    name = file_name(replace(GOOD, number="9" * 300), KEY)
    assert len(name) == 120
    assert name.endswith("-0123456789abcdef.xml")


def test_a_file_tells_its_own_name() -> None:
    conversion = convert(document(), key=KEY)
    assert delivery_file_name(conversion.output, KEY) == conversion.file_name
