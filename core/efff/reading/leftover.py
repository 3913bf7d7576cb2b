"""What reading left over: every text and attribute of the source that the invoice does not hold."""

from __future__ import annotations

import re
from typing import Final

from core.efff.node import Node
from core.efff.reading.values import shorten
from core.efff.report import Dropped

NUMBER: Final = re.compile(r"\[[0-9]+\]")

SAYS_WHAT_IT_IS: Final = frozenset({"UBLVersionID", "CustomizationID", "ProfileID"})
"""What an e-fff file says of itself in its own words, whatever the source said."""

SOFTWARE_REFERENCES: Final = ("eFFF", "UBL.BE")
"""Under what document number the program that made a file is named."""

LIST_MARK: Final = re.compile(r"(list|scheme|unitCodeList|currencyCodeList)[A-Z]\w*")
"""Attributes that say which list a code is of: an e-fff file names its own."""

LANGUAGE: Final = ("languageID", "languageLocaleID")

NOT_OF_THE_INVOICE: Final = "{http://www.w3.org/2001/XMLSchema-instance}"
"""Where a schema lies is said to a parser."""


def not_taken(root: Node, currencies: tuple[str, ...]) -> tuple[Dropped, ...]:
    """Texts in document order, then what the source says of itself, then attributes: those of one name and value at
    one kind of place once, with their number. A currency that the invoice has anyway is no value of its own.
    """
    texts: list[Dropped] = []
    of_itself: list[Dropped] = []
    marks: dict[tuple[str, str, str], list[Node]] = {}
    for node in root.all_below():
        if not node.taken and node.text and not node.text.isspace():
            if _says_what_it_is(node):
                of_itself.append(Dropped(node.path, shorten(node.text), "says_itself_what_it_is"))
            else:
                texts.append(Dropped(node.path, shorten(node.text), "no_place_in_efff"))
        for name, value in node.attributes.items():
            if name in node.used or not value.strip() or name.startswith(NOT_OF_THE_INVOICE):
                continue
            if name == "currencyID" and value.strip() in currencies:
                continue
            marks.setdefault((_kind_of_place(node), name, value), []).append(node)
    return (
        *texts,
        *of_itself,
        *(_mark(nodes[0], name, value, len(nodes)) for (_, name, value), nodes in marks.items()),
    )


def _says_what_it_is(node: Node) -> bool:
    if node.name in SAYS_WHAT_IT_IS:
        return True
    above = node.parent
    reference = above is not None and above.name == "AdditionalDocumentReference"
    return above is not None and reference and above.peek("ID") in SOFTWARE_REFERENCES


def _kind_of_place(node: Node) -> str:
    return NUMBER.sub("", node.path)


def _mark(first: Node, name: str, value: str, count: int) -> Dropped:
    code = "attribute_not_kept"
    if name in LANGUAGE:
        code = "language_not_kept"
    elif LIST_MARK.fullmatch(name):
        code = "list_written_anew"
    return Dropped(f"{first.path}/@{name}", shorten(value), code, {"count": count})
