"""Everything the room says has a sentence, and every sentence gets the values it names."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from core.efff.convert import Format, check, convert
from core.wording import messages
from tests.core.efff.corpus_files import DOCUMENTS
from tests.core.efff.documents import attachment, document

ROOM = Path(__file__).parents[3] / "core" / "efff"
CODE_AT = {"Finding": 3, "Derived": 2, "Dropped": 2, "drop": 2, "derive": 2, "fault": 0, "broken": 0, "_fault": 1}
"""Which argument of a call is a code."""


def codes() -> Iterator[tuple[str, str]]:
    """Codes written literally in the room, with their place."""
    for path in sorted(ROOM.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            position = CODE_AT.get(name)
            if position is not None and len(node.args) > position:
                for constant in ast.walk(node.args[position]):
                    if isinstance(constant, ast.Constant) and isinstance(constant.value, str) and "_" in constant.value:
                        yield constant.value, f"{path.name}:{node.lineno}"


def test_every_code_of_the_room_has_a_sentence() -> None:
    found = list(codes())
    assert len(found) > 40
    elsewhere = {"vat_code_by_", "pdf_replaced_by_"}
    assert [entry for entry in found if entry[0] not in messages() and entry[0] not in elsewhere] == []


REPORTED = [
    document(),
    document(attachment("UERG")),
    document(("<cbc:Percent>21<", "<cbc:Percent>25<")),
    document(('currencyID="EUR">84.00', 'currencyID="USD">8x')),
    document(('unitCode="HUR"', 'unitCode="H87"'), (">S<", ">E<")),
    document(("<cbc:CustomizationID>", "<cbc:CustomizationID>1.0 "), ("poacc:billing:01:1.0", "x")),
    b"<Invoice/>",
    b"",
    b"<a><b></a>",
]


@pytest.mark.parametrize("target", list(Format))
@pytest.mark.parametrize("source", [*REPORTED, *(path.read_bytes() for path in DOCUMENTS[::5])], ids=len)
def test_every_sentence_gets_the_values_it_names(source: bytes, target: Format) -> None:
    conversion = convert(source, target)
    said = [*conversion.findings, *conversion.derived, *conversion.dropped, *check(source).findings]
    for one in said:
        message = messages()[one.code]
        named = {
            name for text in (message.sentence, message.advice) for _, name, _, _ in Formatter().parse(text) if name
        }
        assert named <= set(one.arguments), one.code
