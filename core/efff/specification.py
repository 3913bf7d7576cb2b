"""One version of e-fff as a document that somebody else could implement from, in Markdown.

Made from the data that the writer and the checker walk: the profile, the VAT codes, the lists of UBL 2.0, the rules.
English, like the names of elements; `profile --markdown` prints it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from core.efff.example import examples
from core.efff.formats import Format, SourceFormat
from core.efff.profile import UNIT_REPLACEMENTS, ubl_20_codes
from core.efff.profile_table import LEVELS, sections
from core.efff.rules.table import RULES
from core.efff.rules.when import WHEN
from core.efff.vat_table import CODES
from core.wording import messages

SCHEMA: Final = "urn:oasis:names:specification:ubl:schema:xsd:"
NAMESPACES: Final = (
    ("", f"{SCHEMA}Invoice-2 (CreditNote-2)"),
    ("cac", f"{SCHEMA}CommonAggregateComponents-2"),
    ("cbc", f"{SCHEMA}CommonBasicComponents-2"),
)

FILE: Final = (
    "One invoice is one XML file in UTF-8 with an XML declaration, without byte order mark, DOCTYPE and entities.",
    "The PDF of the invoice stands inside it; in a dispute the PDF counts.",
    "Its name is `efff_`, the supplier's VAT number with its country (else BE and the enterprise number, else `NOVAT`),"
    " `_`, the invoice number without all but letters, digits and `-`, and `.xml`; 120 characters at most.",
    "A value that is empty is left out with its element: readers take an empty element for a fault.",
    "Amounts are copied from the source, never computed anew; only the VAT of a line is worked out where it is absent.",
)

ROOT: Final = {
    Format.EFFF_1: "The root is always `Invoice`; a credit note has InvoiceTypeCode `381` and positive amounts.",
    Format.EFFF_3: "The root is `Invoice`, of a credit note `CreditNote`, whose amounts are positive.",
}

KINDS: Final = (
    ("text", "characters; line breaks are kept"),
    ("id", "characters without line breaks"),
    ("code", "a value of a list"),
    ("amount", "decimal point, no thousands separator, no exponent, at least 2 decimals; currencyID is required"),
    ("quantity", "decimal point, as many decimals as there are; unitCode where there is a unit"),
    ("number", "decimal point, as many decimals as there are"),
    ("date", "YYYY-MM-DD, without time zone"),
    ("flag", "true or false, not 1 or 0"),
    ("binary", "base64, blanks and line breaks allowed; mimeCode is required"),
)

UNTAKEN: Final = ("element_not_in_profile", "pdf_to_be_rendered", "pdf_rendered")


def markdown(target: Format) -> str:
    """The whole document."""
    parts = (_file(target), _elements(target), _vat_codes(), *([_lists()] if target is Format.EFFF_1 else []))
    return "\n".join(line for part in (*parts, _rules(target), _examples(target)) for line in part).rstrip() + "\n"


def _table(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    titles = list(headings)
    yield f"| {' | '.join(titles)} |"
    yield "| --- " * len(titles) + "|"
    for row in rows:
        yield "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) + " |"
    yield ""


def _file(target: Format) -> Iterator[str]:
    yield f"# {target.value}"
    yield ""
    yield f"UBL {'2.0' if target is Format.EFFF_1 else '2.1'}. Elements stand in the order of their section below."
    yield ""
    yield from (f"* {line}" for line in (*FILE, ROOT[target]))
    yield ""
    yield from _table(("prefix", "namespace"), ((prefix or "(default)", f"`{name}`") for prefix, name in NAMESPACES))
    yield "Level: " + "; ".join(f"**{level}** {meaning}" for level, meaning in LEVELS.items()) + "."
    yield "Holds: a kind of value, or the section that says what stands inside. What a section asks for holds only"
    yield "where its parent stands. Backquotes: the value to the letter."
    yield ""
    yield from _table(("kind of value", "how it is written"), KINDS)


def _elements(target: Format) -> Iterator[str]:
    headings = ("element", "times", "level", "holds", "attributes", "value", "meaning", "EN 16931")
    for section in sections(target):
        yield f"## {section.name}"
        yield ""
        yield "In " + ", ".join(f"`{place}`" for place in section.places) + "."
        yield ""
        rows = (
            (
                f"`{row.element}`",
                row.times,
                row.level,
                row.holds if row.element.startswith("cbc") else f"[{row.holds}](#{row.holds.lower()})",
                row.attributes,
                row.value,
                row.meaning,
                row.terms,
            )
            for row in section.rows
        )
        yield from _table(headings, rows)


def _vat_codes() -> Iterator[str]:
    yield "## VAT codes"
    yield ""
    yield "`TaxCategory/Name` and the `TaxCategory/ID` beside it. The code is of the Belgian VAT return; EN 16931 has"
    yield "no term for it. A code that e-fff does not have is written as the one in the last column."
    yield ""
    headings = ("Name", "meaning", "box", "EN 16931", "ID in e-fff", "exemption code", "written as")
    yield from _table(
        headings,
        (
            (
                one.code,
                one.meaning,
                one.box,
                one.en,
                one.efff,
                one.bete,
                one.code if one.instead is None else one.instead or "(left out)",
            )
            for one in CODES.values()
        ),
    )


def _lists() -> Iterator[str]:
    yield "## Codes of UBL 2.0"
    yield ""
    yield "UBL 2.0 lists these attributes as of 2007; another value makes the file invalid."
    replaced = ", ".join(f"{new} is written as {old}" for new, old in UNIT_REPLACEMENTS.items() if old)
    yield f"Of the units of today, {replaced}; a package code of Rec 21 loses its X where the list has it then; any"
    yield "other unit is left out."
    yield ""
    for attribute, values in ubl_20_codes().items():
        yield f"`{attribute}`: {' '.join(sorted(values))}"
        yield ""


def _rules(target: Format) -> Iterator[str]:
    yield "## Rules"
    yield ""
    yield "What `check` looks at in such a file, beside its form. An error that stops keeps a file from being sent."
    yield "`when` says what the sentence leaves open; what is worked out is not rounded before it is compared."
    yield ""
    source = SourceFormat(target.value)
    rows = []
    for rule in RULES.values():
        level = rule.severity_in.get(source, rule.severity)
        if level is not None and not rule.id.startswith("BE-") and rule.code not in UNTAKEN:
            stops = "no" if not rule.stops(level) else "always" if rule.never else "yes"
            rows.append((rule.id, level.value, stops, messages()[rule.code].sentence, WHEN.get(rule.code, "")))
    yield from _table(("rule", "level", "stops", "what it says", "when"), rows)


def _examples(target: Format) -> Iterator[str]:
    yield "## Two whole files"
    yield ""
    yield "An invoice and a credit note, whole but for their PDF."
    yield ""
    for example in examples(target):
        yield "```xml"
        yield example.rstrip()
        yield "```"
        yield ""
